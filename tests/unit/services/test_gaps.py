"""Every stretch that was not measured is named, with what stands in and why."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import pytest

import small_park
from small_park import N_DAY, ZONE
from taihang.core.metering.estimate.shapes import Method
from taihang.core.metering.vee.rule import Rule
from taihang.core.periods import STEP_S, days
from taihang.core.series import Quality
from taihang.services.correct import correct
from taihang.services.coverage import coverage
from taihang.services.gaps import Gap, Gaps, gaps
from taihang.services.ports import Ports
from taihang.services.settle import settle

TEN: Final = days(date(2026, 6, 1), 10, ZONE)


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Ports]:
    """Ten days of readings, not settled yet."""
    root = small_park.make(tmp_path / "park", small_park.ESTIMATING)
    with small_park.opened(root) as opened:
        small_park.fill(opened, TEN)
        yield opened


def lose(ports: Ports, point: str, first: int, n: int) -> None:
    part = small_park.cut(small_park.registers(point, TEN), first, first + n)
    lost = small_park.but(part, range(n))
    small_park.revise(ports, lost, sent_at_s=TEN.end_s + 3_600 + first)


def found(ports: Ports, **bounds: int) -> Gaps:
    settle(TEN, ports=ports)
    return gaps(coverage(ports=ports, n_days=10), ports=ports, **bounds)


def places(many: Gaps) -> list[tuple[str, int, int]]:
    return [(g.meter, (g.start_s - TEN.start_s) // STEP_S, g.n) for g in many.found]


def test_gaps__of_whole_readings_are_none(ports: Ports) -> None:
    assert found(ports) == Gaps(())


def test_gaps__names_place_length_and_method(ports: Ports) -> None:
    lose(ports, "M-E01", 4 * N_DAY + 10, 2)

    many = found(ports)

    # Two registers bound three intervals.
    assert places(many) == [("M-E01", 4 * N_DAY + 9, 3)]
    (gap,) = many.found
    assert (gap.quality, gap.method, gap.rules) == (Quality.ESTIMATED, Method.LINEAR, ())


def test_gaps__one_stretch_over_midnight_is_one(ports: Ports) -> None:
    lose(ports, "M-E01", 5 * N_DAY - 3, 6)

    assert places(found(ports)) == [("M-E01", 5 * N_DAY - 4, 7)]


def test_gaps__the_latest_first_and_each_meter_for_itself(ports: Ports) -> None:
    lose(ports, "M-E02", 2 * N_DAY + 8, 1)
    lose(ports, "M-E01", 7 * N_DAY + 8, 1)
    lose(ports, "M-E01", 2 * N_DAY + 8, 1)

    assert places(found(ports)) == [
        ("M-E01", 7 * N_DAY + 7, 2),
        ("M-E01", 2 * N_DAY + 7, 2),
        ("M-E02", 2 * N_DAY + 7, 2),
    ]


def test_gaps__says_which_rule_rejected_a_reading(ports: Ports) -> None:
    at = 3 * N_DAY + 20
    block = small_park.cut(small_park.registers("M-E01", TEN), at, at + 1)
    wrong = small_park.but(block, [0], count=int(block.counts[0]) + 5_000_000)
    small_park.revise(ports, wrong, sent_at_s=TEN.end_s + 9_000)

    many = found(ports)

    rules = {rule for gap in many.found for rule in gap.rules}
    assert rules & {Rule.RANGE, Rule.REVERSE, Rule.RESET}
    assert {gap.meter for gap in many.found} == {"M-E01"}
    assert sum(gap.n for gap in many.found) == 2


def test_gaps__what_a_person_typed_is_no_measurement(ports: Ports) -> None:
    lose(ports, "M-E01", 40, 1)
    truth = small_park.cut(small_park.registers("M-E01", TEN), 40, 41)
    correct(truth, reason="read on site", who="Li Wei", ports=ports)

    (gap,) = found(ports).found

    assert (gap.quality, gap.method, gap.n) == (Quality.MANUAL, Method.NONE, 2)


def test_gaps__looks_into_so_many_days_and_tells_the_rest(ports: Ports) -> None:
    for day in range(1, 6):
        lose(ports, "M-E01", day * N_DAY + 30, 1)

    many = found(ports, most_days=2)

    assert [gap.n for gap in many.found] == [2, 2]
    assert places(many)[0] == ("M-E01", 5 * N_DAY + 29, 2)
    assert many.n_days_left_out == 3


def test_gap__its_length_is_in_intervals() -> None:
    assert Gap("M", 0, 2_700, Quality.MISSING, Method.NONE, ()).n == 3
