"""The index of batches: a plain list says what it must answer."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.metering.batch_index import NO_GATEWAY, NO_RANK, BatchIndex, BatchRow

rows = st.lists(
    st.one_of(
        st.builds(
            BatchRow,
            st.sampled_from(["GW1", "GW10", "b", "表"]),
            st.one_of(st.integers(1, 9), st.sampled_from([5_000, 1 << 60])),
            st.integers(0, 4),
        ),
        st.just(BatchRow(NO_GATEWAY, 0, 7)),
    ),
    max_size=12,
)


def of_columns(found: list[BatchRow]) -> BatchIndex:
    """The same index made in one go."""
    gateways = list(dict.fromkeys(row.gateway for row in found))
    return BatchIndex.of_columns(
        gateways,
        code=np.array([gateways.index(row.gateway) for row in found], np.int32),
        counter=np.array([row.counter for row in found], np.int64),
        sent_at_s=np.array([row.sent_at_s for row in found], np.int64),
    )


@given(rows)
def test_batch_index__holds_what_was_put_in_one_by_one_or_whole(found: list[BatchRow]) -> None:
    index = BatchIndex(found)

    assert list(index) == found == list(of_columns(found))
    assert index == of_columns(found)
    assert len(index) == len(found)
    assert index.sent_at_s.tolist() == [row.sent_at_s for row in found]


@given(rows, st.integers(0, 12))
def test_batch_index__goes_on_where_whole_columns_end(found: list[BatchRow], cut: int) -> None:
    index = of_columns(found[:cut])

    index.extend(found[cut:])

    assert index == BatchIndex(found)
    assert index.rank().tolist() == BatchIndex(found).rank().tolist()


@given(rows)
def test_find__gives_the_first_leaf_of_a_number(found: list[BatchRow]) -> None:
    numbers = [row[:2] for row in found]

    for index in (BatchIndex(found), of_columns(found)):
        for gateway, counter in {*numbers, ("GW1", 4), ("none", 1), ("b", -1)}:
            known = gateway != NO_GATEWAY and (gateway, counter) in numbers
            expected = numbers.index((gateway, counter)) if known else None
            assert index.find(gateway, counter) == expected


@given(rows)
def test_rank__is_the_order_of_sending_gateway_and_counter(found: list[BatchRow]) -> None:
    rank = BatchIndex(found).rank()

    batches = [leaf for leaf, row in enumerate(found) if row.gateway != NO_GATEWAY]
    by_rank = sorted(batches, key=lambda leaf: int(rank[leaf]))
    keys = [(found[leaf].sent_at_s, *found[leaf][:2]) for leaf in by_rank]
    assert all(a <= b for a, b in pairwise(keys))
    assert sorted(rank[batches].tolist()) == list(range(len(batches)))


@given(rows)
def test_rank__of_a_leaf_that_is_no_batch_is_none_and_moves_no_other(found: list[BatchRow]) -> None:
    rank = BatchIndex(found).rank()

    batches = [row for row in found if row.gateway != NO_GATEWAY]
    assert [r for r in rank.tolist() if r != NO_RANK] == BatchIndex(batches).rank().tolist()
    assert (rank == NO_RANK).sum() == len(found) - len(batches)


@given(rows)
def test_counters__are_those_of_the_gateway_in_order_of_arrival(found: list[BatchRow]) -> None:
    index = BatchIndex(found)

    for gateway in {*(row.gateway for row in found), "none"}:
        expected = [row.counter for row in found if row.gateway == gateway]
        assert index.counters(gateway).tolist() == expected
    assert index.last_counters() == {
        gateway: max(row.counter for row in found if row.gateway == gateway)
        for gateway in {row.gateway for row in found} - {NO_GATEWAY}
    }


def test_batch_index__differs_by_gateway_counter_time_and_length() -> None:
    base = BatchIndex([("a", 1, 5), ("b", 1, 5)])

    others = [
        [("a", 1, 5), ("c", 1, 5)],
        [("b", 1, 5), ("a", 1, 5)],
        [("a", 1, 5), ("b", 2, 5)],
        [("a", 1, 5), ("b", 1, 6)],
        [("a", 1, 5)],
    ]

    assert [BatchIndex(other) == base for other in others] == [False] * len(others)
    assert base != others


def test_batch_index__of_many_batches_takes_some_thirty_bytes_each() -> None:
    n = 200_000
    tracemalloc.start()
    try:
        index = BatchIndex(("GW", counter, counter) for counter in range(1, n + 1))
        held_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert held_bytes / n < 45
    assert index.find("GW", n) == n - 1


def test_getitem__outside_is_refused() -> None:
    with pytest.raises(IndexError):
        BatchIndex([("a", 1, 5)])[1]
    assert BatchIndex([("a", 1, 5)]).name(0) == "a/1"
