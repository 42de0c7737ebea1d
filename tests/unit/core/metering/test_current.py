"""Which reading counts: the one sent last among those known, whatever the order of arrival (§3)."""

from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.core.metering.batch_index import BatchIndex
from taihang.core.metering.current import conflicting_rows, current_rows, superseded_at


class Sent(NamedTuple):
    """One batch: when it was sent, and what it says about the time of each reading."""

    gateway: str
    counter: int
    sent_at_s: int
    counts_by_time: dict[int, int]


@st.composite
def deliveries(draw: st.DrawFn) -> list[Sent]:
    readings = st.dictionaries(st.integers(0, 5), st.integers(0, 99), max_size=6)
    times_s = draw(st.lists(st.integers(0, 4), min_size=1, max_size=6))
    return [
        Sent("ab"[number % 2], number, sent_at_s, draw(readings))
        for number, sent_at_s in enumerate(times_s)
    ]


def rows_of(batches: list[Sent]) -> dict[str, NDArray[np.int64]]:
    """Return the rows of some batches as the lake keeps them: by time, then by leaf index."""
    rows = sorted(
        (time_s, index, count)
        for index, batch in enumerate(batches)
        for time_s, count in batch.counts_by_time.items()
    )
    columns = np.array(rows, np.int64).reshape(-1, 3).T
    return {"time_s": columns[0], "batch": columns[1], "count": columns[2]}


def current(batches: list[Sent], as_of: int) -> dict[int, int]:
    rank = BatchIndex([batch[:3] for batch in batches]).rank()
    found = current_rows(rows_of(batches), batch_rank=rank, as_of=as_of)
    return dict(zip(found["time_s"].tolist(), found["count"].tolist(), strict=True))


@given(deliveries())
def test_current_rows__takes_what_was_sent_last(batches: list[Sent]) -> None:
    in_order = sorted(batches, key=lambda batch: (batch.sent_at_s, batch.gateway, batch.counter))
    expected: dict[int, int] = {}
    for batch in in_order:
        expected |= batch.counts_by_time

    assert current(batches, len(batches)) == expected


@given(deliveries(), st.data())
def test_current_rows__is_the_same_for_any_order_of_arrival(
    batches: list[Sent], data: st.DataObject
) -> None:
    arrived = data.draw(st.permutations(batches))

    assert current(arrived, len(arrived)) == current(batches, len(batches))


@given(deliveries(), st.data())
def test_current_rows__does_not_know_what_came_later(
    batches: list[Sent], data: st.DataObject
) -> None:
    size = data.draw(st.integers(0, len(batches)))

    assert current(batches, size) == current(batches[:size], size)


@given(deliveries())
def test_current_rows__leaves_each_time_once_and_in_order(batches: list[Sent]) -> None:
    rank = BatchIndex([batch[:3] for batch in batches]).rank()

    found = current_rows(rows_of(batches), batch_rank=rank, as_of=len(batches))

    assert (np.diff(found["time_s"]) > 0).all()
    assert len({len(column) for column in found.values()}) == 1


@given(deliveries())
def test_superseded_at__bounds_what_counted_at_every_size_of_the_log(batches: list[Sent]) -> None:
    rows = rows_of(batches)
    times_s = rows["time_s"]
    first = np.append(np.True_, times_s[1:] != times_s[:-1])[: len(times_s)]
    rank = BatchIndex([batch[:3] for batch in batches]).rank()

    to = superseded_at(first, batch=rows["batch"], batch_rank=rank)

    for size in range(len(batches) + 1):
        counts = (rows["batch"] < size) & (to >= size)
        found = dict(zip(times_s[counts].tolist(), rows["count"][counts].tolist(), strict=True))
        assert found == current(batches, size)
        assert counts.sum() == len(found)


def conflicts(*rows: tuple[int, int, int, int], as_of: int = 9) -> list[tuple[int, int, int]]:
    """Conflicts of rows of (time, count, quality, batch)."""
    names = ("time_s", "count", "quality", "batch")
    columns = {name: np.array([row[i] for row in rows], np.int64) for i, name in enumerate(names)}
    found = conflicting_rows(columns, as_of=as_of)
    return list(zip(*(found[name].tolist() for name in ("time_s", "least", "most")), strict=True))


def test_conflicting_rows__tell_two_values_of_one_time() -> None:
    found = conflicts((0, 5, 0, 0), (900, 7, 0, 0), (900, 6, 0, 1), (900, 9, 0, 2), (1800, 8, 0, 0))

    assert found == [(900, 6, 9)]


def test_conflicting_rows__the_same_value_again_is_none() -> None:
    assert conflicts((0, 5, 0, 0), (0, 5, 0, 1)) == []


def test_conflicting_rows__what_is_missing_or_refused_contradicts_nothing() -> None:
    assert conflicts((0, 5, 0, 0), (0, -1, 3, 1), (0, 9, 4, 2)) == []


def test_conflicting_rows__know_only_what_was_known() -> None:
    assert conflicts((0, 5, 0, 0), (0, 6, 0, 3), as_of=3) == []


def test_conflicting_rows__of_nothing_are_none() -> None:
    empty = {name: np.zeros(0, np.int64) for name in ("time_s", "count", "quality", "batch")}

    assert conflicting_rows(empty, as_of=1)["time_s"].tolist() == []
