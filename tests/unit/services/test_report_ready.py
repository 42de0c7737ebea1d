"""Readiness: ended, settled, read, stated; each lack is told with its numbers."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from report_desk import settled
from small_park import ZONE
from taihang.core.periods import days
from taihang.services.report_period import report_period
from taihang.services.report_ready import Lack, Want, readiness


@pytest.mark.parametrize("subject", ["park", "E01", "E02"])
@pytest.mark.parametrize("name", ["2026-08", "2026-08-31", "2026-W35"])
def test_readiness__of_a_settled_period_lacks_nothing(
    tmp_path: Path, subject: str, name: str
) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        found = readiness(report_period(name), subject, floor_percent=100, ports=ports)

    assert found.is_complete
    assert found.is_drawable
    assert found.coverage_ratio == 1
    assert found.n_settled == found.n_intervals


def test_readiness__tells_what_a_partly_settled_week_lacks(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        found = readiness(report_period("2026-W36"), "park", floor_percent=95, ports=ports)
        stranger = readiness(report_period("2026-W36"), "E99", floor_percent=95, ports=ports)

    assert found.lacks == (Lack(Want.NOT_SETTLED, 96, 672),)
    assert found.is_drawable
    assert not stranger.is_drawable


def test_readiness__counts_estimates_and_gaps_as_not_read(tmp_path: Path) -> None:
    day = days(date(2026, 8, 1), 1, ZONE)
    of = report_period("2026-08-01")
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        blocks = [small_park.registers(name, day) for name in ("M-E01", "M-PV01")]
        gap = small_park.but(small_park.registers("M-E02", day), range(10, 20))
        batches = [
            small_park.sealed(ports, "GW1", 1, *blocks, sent_at_s=day.end_s),
            small_park.sealed(ports, "GW2", 1, gap, sent_at_s=day.end_s),
        ]
        small_park.ingested(ports, batches)
        small_park.settle(day, ports=ports)
        park = readiness(of, "park", floor_percent=95, ports=ports)
        strict = readiness(of, "park", floor_percent=97, ports=ports)
        gappy = readiness(of, "E02", floor_percent=95, ports=ports)
        whole = readiness(of, "E01", floor_percent=100, ports=ports)

    # Ten lost registers take eleven of the 96 intervals between them.
    assert park.coverage_ratio == Decimal(3 * 96 - 11) / (3 * 96)
    assert park.is_complete
    assert strict.lacks == (Lack(Want.NOT_READ, 277, 288),)
    assert strict.is_drawable
    assert gappy.lacks == (Lack(Want.NOT_READ, 85, 96),)
    assert whole.is_complete


def test_readiness__a_period_that_is_not_over_is_never_drawn(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        found = readiness(report_period("2026-10"), "park", floor_percent=0, ports=ports)

    assert {lack.want for lack in found.lacks} == {
        Want.NOT_ENDED,
        Want.NOT_SETTLED,
        Want.NOT_STATED,
    }
    assert not found.is_drawable
    assert found.coverage_ratio is None
