"""Certificates: cutting keeps every watt-hour, and a partition has no hole and no overlap."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.certificates.certificate import (
    Certificate,
    Piece,
    State,
    demand_partition,
    spans,
)
from taihang.core.certificates.issue import Kind
from taihang.core.certificates.refusal import LedgerLawError

WHOLE = Certificate("i", 0, 100, State.HELD, "E01", "", "a", 0, Kind.TRADABLE)


@given(st.sets(st.integers(1, 99)))
def test_cut__anywhere__gives_parts_that_partition(places: set[int]) -> None:
    edges = [0, *sorted(places), 100]

    parts = [WHOLE.cut(a, b) for a, b in itertools.pairwise(edges)]

    demand_partition(parts, issue="i", total_wh=100)
    assert sum(part.wh for part in parts) == WHOLE.wh


@pytest.mark.parametrize(("first", "stop"), [(-1, 5), (5, 5), (6, 5), (99, 101)])
def test_cut__outside_or_empty__is_refused(first: int, stop: int) -> None:
    with pytest.raises(LedgerLawError):
        WHOLE.cut(first, stop)


@pytest.mark.parametrize(
    "ranges",
    [
        pytest.param([(0, 99)], id="a hole at the end"),
        pytest.param([(1, 100)], id="a hole at the start"),
        pytest.param([(0, 50), (51, 100)], id="a hole inside"),
        pytest.param([(0, 51), (50, 100)], id="an overlap"),
        pytest.param([], id="nothing"),
    ],
)
def test_demand_partition__of_none__refuses(ranges: list[tuple[int, int]]) -> None:
    parts = [WHOLE.cut(a, b) for a, b in ranges]

    with pytest.raises(LedgerLawError):
        demand_partition(parts, issue="i", total_wh=100)


def test_certificate__is_named_by_what_it_is_of() -> None:
    assert WHOLE.cut(3, 9).id == "i:3-9"
    assert WHOLE.cut(3, 9).piece == Piece("i", 3, 9)


def test_spans__of_two_issues__do_not_join() -> None:
    assert len(spans([Piece("a", 0, 5), Piece("b", 5, 9)])) == 2
