"""Wall clocks: each change of the clock is resolved by the declared policy, or refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.adapters.imports.import_map import Ambiguous
from taihang.adapters.imports.wall_time import ClockFault, to_instants_s

BERLIN = "Europe/Berlin"


def quarter_hours(year: int) -> NDArray[np.int64]:
    first = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    last = int(datetime(year + 1, 1, 1, tzinfo=UTC).timestamp())
    return np.arange(first, last, 900, dtype=np.int64)


def walls(instants_s: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """What the clock on the wall shows, counted as if it were UTC."""
    local = [datetime.fromtimestamp(s, ZoneInfo(zone)) for s in instants_s.tolist()]
    return np.array([int(t.replace(tzinfo=UTC).timestamp()) for t in local], np.int64)


def wall(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize("zone", [BERLIN, "America/Denver", "Australia/Lord_Howe", "Asia/Shanghai"])
def test_to_instants_s__a_year_in_order_comes_back_whole(zone: str) -> None:
    instants_s = quarter_hours(2016)
    wall_s = walls(instants_s, zone)

    found_s, faults = to_instants_s(
        wall_s, zone=zone, ambiguous=Ambiguous.ORDER_OF_ROWS, keys=np.zeros(len(wall_s), np.int64)
    )

    assert not faults.any()
    assert np.array_equal(instants_s, found_s)


def test_to_instants_s__a_local_day_has_92_96_or_100_quarter_hours() -> None:
    days = {"2016-03-27": 92, "2016-06-01": 96, "2016-10-30": 100}
    instants_s = quarter_hours(2016)
    shown = walls(instants_s, BERLIN) // 86_400

    for day, n_expected in days.items():
        assert n_expected == int((shown == wall(day) // 86_400).sum())


def test_to_instants_s__refuses_what_the_clock_never_showed_or_showed_twice() -> None:
    wall_s = np.array(
        [wall("2016-03-27 01:45"), wall("2016-03-27 02:00"), wall("2016-10-30 02:30")], np.int64
    )

    found_s, faults = to_instants_s(
        wall_s, zone=BERLIN, ambiguous=Ambiguous.REFUSE, keys=np.zeros(3, np.int64)
    )

    assert faults.tolist() == [ClockFault.NONE, ClockFault.SKIPPED, ClockFault.DOUBLED]
    assert int(datetime(2016, 3, 27, 0, 45, tzinfo=UTC).timestamp()) == int(found_s[0])


@pytest.mark.parametrize("n_rows", [1, 3])
def test_to_instants_s__a_doubled_time_needs_exactly_two_rows(n_rows: int) -> None:
    wall_s = np.full(n_rows, wall("2016-10-30 02:30"), np.int64)

    _, faults = to_instants_s(
        wall_s, zone=BERLIN, ambiguous=Ambiguous.ORDER_OF_ROWS, keys=np.zeros(n_rows, np.int64)
    )

    assert [ClockFault.DOUBLED] * n_rows == faults.tolist()


def test_to_instants_s__the_order_of_rows_counts_within_each_series() -> None:
    wall_s = np.full(4, wall("2016-10-30 02:30"), np.int64)

    found_s, faults = to_instants_s(
        wall_s, zone=BERLIN, ambiguous=Ambiguous.ORDER_OF_ROWS, keys=np.array([7, 5, 5, 7])
    )

    assert not faults.any()
    assert (found_s - found_s.min()).tolist() == [0, 0, 3_600, 3_600]


@settings(max_examples=50, deadline=None)
@given(
    at=st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001 - a wall clock
    hours=st.integers(-14, 14),
)
def test_to_instants_s__a_fixed_offset_is_subtracted(at: datetime, hours: int) -> None:
    wall_s = np.array([int(at.replace(tzinfo=UTC, microsecond=0).timestamp())], np.int64)

    found_s, faults = to_instants_s(
        wall_s, zone=f"{hours:+03d}:30", ambiguous=None, keys=np.zeros(1, np.int64)
    )

    minutes = hours * 60 + (30 if f"{hours:+03d}"[0] == "+" else -30)
    assert int(wall_s[0]) - int(timedelta(minutes=minutes).total_seconds()) == int(found_s[0])
    assert faults.tolist() == [ClockFault.NONE]


def test_to_instants_s__nothing_stays_nothing() -> None:
    found_s, faults = to_instants_s(
        np.empty(0, np.int64),
        zone=BERLIN,
        ambiguous=Ambiguous.ORDER_OF_ROWS,
        keys=np.empty(0, np.int64),
    )

    assert (len(found_s), len(faults)) == (0, 0)
