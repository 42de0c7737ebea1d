"""Order of rows in runs: the same as sorting all of them, whatever the runs are."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.adapters.stores.lake.runs import ordered, places_of

Row = tuple[int, int, int]
_TIMES = st.lists(st.integers(0, 300), min_size=1, max_size=200, unique=True)


def sorted_runs(runs: list[tuple[int, int, list[int]]]) -> list[Row]:
    return [(code, time_s, tie) for code, tie, times in runs for time_s in sorted(times)]


def put_in_order(rows: list[Row]) -> tuple[list[Row], NDArray[np.int64]]:
    code, time_s, tie = np.array(rows, np.int64).reshape(-1, 3).T.copy()
    found = ordered({"code": code, "time_s": time_s, "place": np.arange(len(rows))}, tie)
    place = found["place"]
    columns = (found["code"].tolist(), found["time_s"].tolist(), tie[place].tolist())
    return list(zip(*columns, strict=True)), place


def long_runs(*firsts: int) -> list[Row]:
    return [(code, first + k, 0) for first in firsts for code in (0, 1) for k in range(100)]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), _TIMES), max_size=8))
@example([])
def test_ordered__is_the_stable_order_of_all_rows(runs: list[tuple[int, int, list[int]]]) -> None:
    rows = sorted_runs(runs)

    found, place = put_in_order(rows)

    assert sorted(rows) == found
    assert sorted(range(len(rows)), key=rows.__getitem__) == place.tolist()


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(0, 3)), max_size=60))
def test_ordered__is_the_stable_order_of_rows_without_any_runs(rows: list[Row]) -> None:
    _, place = put_in_order(rows)

    assert sorted(range(len(rows)), key=rows.__getitem__) == place.tolist()


def test_ordered__of_files_that_follow_each_other_copies_runs() -> None:
    rows = long_runs(0, 100, 200)

    found, _ = put_in_order(rows)

    assert sorted(rows) == found


def test_ordered__of_long_runs_that_reach_into_each_other() -> None:
    rows = long_runs(50, 0, 300)

    found, _ = put_in_order(rows)

    assert sorted(rows) == found


def test_ordered__gives_back_what_is_in_order_uncopied() -> None:
    rows = {"code": np.array([0, 0, 1]), "time_s": np.array([0, 9, 0])}

    found = ordered(rows, np.zeros(3, np.int64))

    assert all(found[name] is column for name, column in rows.items())


def test_places_of__no_runs_have_no_rows() -> None:
    nothing = np.empty(0, np.intp)

    assert places_of(nothing, nothing).tolist() == []
