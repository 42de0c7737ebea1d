"""Hours and days of a period: they sum to the period, and a gap stays a gap."""

from datetime import date
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import small_park
from report_desk import settled
from small_park import ZONE
from taihang.core.periods import days
from taihang.services.report_span import read_span
from taihang.services.report_steps import park_peak, park_steps, step_edges_s, user_steps


@pytest.mark.parametrize(("n_days", "n_steps"), [(1, 24), (7, 7)])
def test_steps__sum_to_their_period(tmp_path: Path, n_days: int, n_steps: int) -> None:
    period = days(date(2026, 8, 3), n_days, ZONE)
    with small_park.opened(small_park.make(tmp_path / "park", small_park.WITH_BATTERY)) as ports:
        settled(ports)
        park = park_steps(period, ports=ports)
        user = user_steps("E02", period, ports=ports)
        span = read_span(period, ports=ports)
        peak = park_peak(period, ports=ports)

    of = span.users["E02"]
    assert (len(park), len(user)) == (n_steps, n_steps)
    assert sum(step.wh["load"] for step in park) == span.load_wh
    assert sum(step.load_wh or 0 for step in user) == of.load_wh
    assert sum(step.green_wh or 0 for step in user) == of.green_wh
    assert max(step.peak_w or 0 for step in user) == of.peak_w
    assert sum(step.wh["pv"] + step.wh["wind"] for step in park) == sum(
        step.wh["generation"] for step in park
    )
    assert peak is not None
    assert period.start_s <= peak.at_s < period.end_s
    assert peak.power_w >= max(step.wh["load"] * 4 // step.n_intervals for step in park)


def test_steps__of_what_is_not_settled_are_gaps(tmp_path: Path) -> None:
    period = days(date(2026, 9, 1), 1, ZONE)
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        park = park_steps(period, ports=ports)
        user = user_steps("E02", period, ports=ports)
        peak = park_peak(period, ports=ports)

    assert [(step.n_closed, step.wh) for step in park] == [(0, {})] * 24
    assert [(step.n_usable, step.load_wh, step.peak_w) for step in user] == [(0, None, None)] * 24
    assert peak is None


def test_steps__an_open_hour_is_counted_and_left_out(tmp_path: Path) -> None:
    day = days(date(2026, 8, 1), 1, ZONE)
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        blocks = [small_park.registers(name, day) for name in ("M-E01", "M-PV01")]
        gap = small_park.but(small_park.registers("M-E02", day), range(4, 9))
        batches = [
            small_park.sealed(ports, "GW1", 1, *blocks, sent_at_s=day.end_s),
            small_park.sealed(ports, "GW2", 1, gap, sent_at_s=day.end_s),
        ]
        small_park.ingested(ports, batches)
        small_park.settle(day, ports=ports)
        park = park_steps(day, ports=ports)
        user = user_steps("E02", day, ports=ports)

    assert [(step.n_closed, bool(step.wh)) for step in park[:3]] == [
        (3, True),
        (0, False),
        (3, True),
    ]
    assert [step.n_usable for step in user[:3]] == [3, 0, 3]
    assert user[1].load_wh is None


def test_step_edges__follow_midnights_where_a_clock_is_set(tmp_path: Path) -> None:
    text = small_park.PARK.replace("Asia/Shanghai", "Europe/Berlin")
    with small_park.opened(small_park.make(tmp_path / "park", text)) as ports:
        week = days(date(2026, 10, 19), 7, ZoneInfo("Europe/Berlin"))
        edges = step_edges_s(week, ports)

    assert len(edges) == 8
    hours = [int(end - start) // 3600 for start, end in pairwise(edges)]
    assert hours == [24, 24, 24, 24, 24, 24, 25]
