"""How much of each meter and day is known: counted by hand beside what the job says."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pytest

import small_park
from small_park import N_DAY, ZONE
from taihang.core.periods import days
from taihang.core.series import Quality
from taihang.services.coverage import TAIL_DAYS, coverage
from taihang.services.ports import Ports
from taihang.services.settle import settle

TEN: Final = days(date(2026, 6, 1), 10, ZONE)
NEXT: Final = days(date(2026, 6, 11), 2, ZONE)


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Ports]:
    """Ten settled days: of M-E01 two registers of the fifth day are lost, of M-E02 all of a day."""
    root = small_park.make(tmp_path / "park", small_park.ESTIMATING)
    with small_park.opened(root) as opened:
        small_park.fill(opened, TEN)
        lose(opened, "M-E01", 4 * N_DAY + 10, 2)
        lose(opened, "M-E02", 1, 2 * N_DAY)
        settle(TEN, ports=opened)
        yield opened


def lose(ports: Ports, point: str, first: int, n: int) -> None:
    part = small_park.cut(small_park.registers(point, TEN), first, first + n)
    lost = small_park.but(part, range(n))
    small_park.revise(ports, lost, sent_at_s=TEN.end_s + 3_600 + first)


def test_coverage__counts_every_interval_of_every_day(ports: Ports) -> None:
    known = coverage(ports=ports, n_days=10)

    by_name = {meter.meter: meter for meter in known.meters}
    assert known.days == tuple(date(2026, 6, day) for day in range(1, 11))
    assert set(by_name) == {"M-E01", "M-E02", "M-PV01"}
    assert known.is_settled.all()
    for meter in known.meters:
        assert meter.expected.tolist() == [N_DAY] * 10
    first = by_name["M-E01"].counts
    assert first[Quality.ESTIMATED].tolist() == [0, 0, 0, 0, 3, 0, 0, 0, 0, 0]
    assert first[Quality.MEASURED].sum() == 10 * N_DAY - 3
    lost = by_name["M-E02"]
    assert int(lost.counts[Quality.MEASURED][:2].sum()) < N_DAY
    assert known.total() == 3 * 10 * N_DAY
    assert known.total(Quality.MISSING) == sum(m.total(Quality.MISSING) for m in known.meters)


def test_coverage__puts_the_worst_meter_first(ports: Ports) -> None:
    known = coverage(ports=ports, n_days=10)

    assert [meter.meter for meter in known.meters] == ["M-E02", "M-E01", "M-PV01"]
    assert [meter.node for meter in known.meters] == ["E02", "E01", "PV01"]


def test_coverage__before_the_first_reading_nothing_was_in_service_or_settled(
    ports: Ports,
) -> None:
    known = coverage(ports=ports, n_days=30)

    assert known.days[0] == date(2026, 5, 12)
    assert not known.is_settled[:20].any()
    assert all(not meter.expected[:20].any() for meter in known.meters)


def test_coverage__of_later_days_says_what_has_arrived_and_judges_nothing(ports: Ports) -> None:
    block = small_park.registers("M-E01", NEXT)
    half = small_park.cut(block, 0, N_DAY + N_DAY // 2)
    small_park.revise(ports, half, sent_at_s=NEXT.end_s)

    known = coverage(ports=ports, n_days=12)

    by_name = {meter.meter: meter for meter in known.meters}
    assert known.is_settled.tolist() == [True] * 10 + [False] * 2
    assert by_name["M-E01"].arrived.tolist() == [0] * 10 + [N_DAY, N_DAY // 2]
    # The register that ends the tenth day stands at the beginning of the next one.
    assert by_name["M-E02"].arrived.tolist() == [0] * 10 + [1, 0]
    assert not by_name["M-E01"].expected[10:].any()


def test_coverage__looks_at_a_month_of_unsettled_days_at_most(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        small_park.fill(ports, days(date(2026, 6, 1), 40, ZONE))
        known = coverage(ports=ports, n_days=60)

    for meter in known.meters:
        assert np.flatnonzero(meter.arrived).tolist() == list(range(60 - TAIL_DAYS, 60))


def test_coverage__of_an_empty_park_has_no_day(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        known = coverage(ports=ports)

    assert (known.days, known.meters, known.total()) == ((), (), 0)
