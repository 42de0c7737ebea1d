"""Answers about points: exact sums, days of the park's zone, and what was known when."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import small_park
from small_park import CLOCK, DAY, SCALE_WH
from taihang.adapters.system import FixedClock
from taihang.core.metering.readings import MeterEvent, MeterEventKind
from taihang.core.park.topology import Direction
from taihang.core.periods import Period
from taihang.services.ports import Ports
from taihang.services.query import (
    Every,
    UnknownPointError,
    last_values,
    park_by_hour,
    series,
    size_at,
)
from taihang.services.settle import settle

REGISTERS = small_park.registers("M-E02", DAY)
ADVANCE = int(small_park.step_counts("M-E02", DAY).sum())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_park.make(tmp_path / "park")


def advance_of(ports: Ports, every: Every, as_of: int | None = None) -> list[int]:
    (found,) = series("M-E02", DAY, every=every, ports=ports, as_of=as_of)
    return [row.count for row in found.rows]


def test_series__of_every_length_adds_up_to_the_same_count(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        quarters, hours = advance_of(ports, Every.QUARTER), advance_of(ports, Every.HOUR)

        assert quarters == small_park.step_counts("M-E02", DAY).tolist()
        assert hours == [sum(quarters[first : first + 4]) for first in range(0, 96, 4)]
        assert advance_of(ports, Every.DAY) == advance_of(ports, Every.MONTH) == [ADVANCE]


def test_series__says_what_the_settlement_says(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        settle(DAY, ports=ports)
        settled = ports.lake.read("intervals", DAY, "M-E02")["M-E02",]["wh"].tolist()

        assert [count * SCALE_WH for count in advance_of(ports, Every.QUARTER)] == settled
        by_hour = park_by_hour(DAY, direction=Direction.CONSUMPTION, ports=ports)
        both = [ports.lake.read("intervals", DAY, m)[m,]["wh"].sum() for m in ("M-E01", "M-E02")]
        assert sum(by_hour.values()) == sum(both)
        assert len(by_hour) == 24


def test_series__as_known_at_an_instant_does_not_know_what_came_later(root: Path) -> None:
    noon = datetime(2026, 10, 1, 12, tzinfo=UTC)
    corrected = small_park.but(REGISTERS, [96], count=int(REGISTERS.counts[96]) + 5)
    with small_park.opened(root) as ports:
        first = small_park.sealed(ports, "GW2", 1, REGISTERS)
        small_park.ingested(ports, [first])
        later = replace(ports, clock=FixedClock(noon))
        small_park.ingested(
            later, [small_park.sealed(ports, "GW2", 2, corrected, sent_at_s=DAY.end_s + 9)]
        )
        then = size_at(datetime(2026, 10, 1, 11, tzinfo=UTC), ports=ports)

        assert (then, size_at(noon, ports=ports)) == (1, 2)
        assert advance_of(ports, Every.DAY, then) == [ADVANCE]
        assert advance_of(ports, Every.DAY) == [ADVANCE + 5]
        (row,) = series(
            "M-E02", Period.of_s(DAY.end_s, DAY.end_s + 900), every=Every.RAW, ports=ports
        )[0].rows
        assert row.source == "GW2/2"
        assert row.known_at_s == int(noon.timestamp())
        assert (row.quality, row.n_readings) == ("measured", 1)


def test_series__over_a_swap_counts_what_both_meters_counted(root: Path) -> None:
    swapped = REGISTERS.counts.copy()
    swapped[50:] += 1_000 - swapped[50]
    block = replace(REGISTERS, counts=swapped % small_park.MODULUS)
    at = int(REGISTERS.times_s[50]) - 300
    final = int(REGISTERS.counts[49]) + 7
    event = MeterEvent("M-E02", MeterEventKind.SWAP, at, final, 990)
    with small_park.opened(root) as ports:
        small_park.ingested(ports, [small_park.sealed(ports, "GW2", 1, block, events=(event,))])

        quarters = advance_of(ports, Every.QUARTER)

    expected = small_park.step_counts("M-E02", DAY).tolist()
    assert quarters[49] == 7 + 10
    assert quarters[:49] + quarters[50:] == expected[:49] + expected[50:]


def test_series__shows_a_hole_where_it_ends_and_since_when(root: Path) -> None:
    holed = small_park.but(REGISTERS, range(10, 20))
    with small_park.opened(root) as ports:
        small_park.ingested(ports, [small_park.sealed(ports, "GW2", 1, holed)])
        (found,) = series("M-E02", DAY, every=Every.QUARTER, ports=ports)

    over = next(row for row in found.rows if row.to_s - row.from_s > 900)
    assert (over.from_s, over.to_s) == (DAY.start_s + 9 * 900, DAY.start_s + 20 * 900)
    assert sum(row.count for row in found.rows) == ADVANCE
    assert over.quality == "missing"


def test_last_values__are_the_last_usable_readings_with_their_source(root: Path) -> None:
    end_missing = small_park.but(REGISTERS, [96])
    with small_park.opened(root) as ports:
        small_park.ingested(ports, [small_park.sealed(ports, "GW2", 1, end_missing)])
        (found,) = last_values(ports=ports)

    (row,) = found.rows
    assert (found.point, found.unit, found.scale) == ("M-E02", "Wh", str(SCALE_WH))
    assert (row.start_s, row.count) == (DAY.end_s - 900, int(REGISTERS.counts[95]))
    assert row.source == "GW2/1"
    assert row.known_at_s == int(CLOCK.now().timestamp())


def test_series__of_another_process_sees_what_is_in_no_file_yet(root: Path) -> None:
    with small_park.opened(root) as ports:
        ports.journal.append([small_park.sealed(ports, "GW2", 1, REGISTERS)], received_at_s=0)
        with small_park.opened(root, writing=False) as reader:
            assert advance_of(reader, Every.DAY) == [ADVANCE]
            assert reader.lake.n_hot == 97
    assert not (root / "lake" / "manifest.json").exists()


def test_series__refuses_a_point_that_the_park_does_not_have(root: Path) -> None:
    with small_park.opened(root) as ports, pytest.raises(UnknownPointError, match="M-E99"):
        series("M-E99", DAY, every=Every.RAW, ports=ports)
    with small_park.opened(root) as ports:
        assert series("M-E02", DAY, every=Every.HOUR, ports=ports) == ()
