"""Roll-ups against sums by hand; fine ones add up to coarse ones to the last count."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.core.metering.rollup import (
    COLUMNS,
    Columns,
    advances,
    appended,
    coarser,
    interleaved,
    roll_up,
)
from taihang.core.series import Quality

MODULUS = 10
IS_COUNTER = np.array([True, False])
Table = dict[tuple[int, int], tuple[int, int]]
"""Count and quality by point and time."""

tables = st.dictionaries(
    st.tuples(st.integers(0, 1), st.integers(0, 4_000)),
    st.tuples(st.integers(0, MODULUS - 1), st.sampled_from([0, 0, 0, *map(int, Quality)])),
    max_size=25,
)


def rows_of(table: Table) -> Columns:
    ordered = np.array(
        [(*key, *value, key[1]) for key, value in sorted(table.items())], np.int64
    ).reshape(-1, 5)
    names = ("code", "time_s", "count", "quality", "batch")
    return dict(zip(names, ordered.T, strict=True))


def rolled(table: Table, step_s: int) -> Columns:
    return roll_up(rows_of(table), step_s=step_s, is_counter=IS_COUNTER)


def plain(rows: Columns) -> dict[str, list[int]]:
    return {name: rows[name].tolist() for name in COLUMNS}


@given(tables)
def test_coarser__of_fine_roll_ups_is_the_roll_up_of_the_rows(table: Table) -> None:
    fine = rolled(table, 60)

    coarse = coarser(fine, starts_s=fine["time_s"] // 900 * 900, is_counter=IS_COUNTER)

    assert plain(coarse) == plain(rolled(table, 900))


@given(tables, st.integers(0, 4_000))
def test_appended__is_the_roll_up_of_all_where_nothing_interleaves(
    table: Table, cut_s: int
) -> None:
    early = {key: value for key, value in table.items() if key[1] < cut_s}
    late = {key: value for key, value in table.items() if key[1] >= cut_s}

    both = appended(rolled(early, 900), rolled(late, 900), is_counter=IS_COUNTER)

    assert plain(both) == plain(rolled(table, 900))


@given(tables, tables)
def test_interleaved__says_where_a_row_cannot_be_appended(one: Table, two: Table) -> None:
    early, late = rolled(one, 900), rolled(two, 900)
    keys = list(zip(late["code"].tolist(), late["time_s"].tolist(), strict=True))
    firsts_s = [min(t for c, t in two if (c, t // 900 * 900) == key) for key in keys]

    found = interleaved(early, late, late_starts_s=np.array(firsts_s, np.int64))

    expected = [
        any(c == code and start <= t < start + 900 and t >= first for c, t in one)
        for (code, start), first in zip(keys, firsts_s, strict=True)
    ]
    assert found.tolist() == expected


def path_of(table: Table) -> list[tuple[int, int]]:
    """Time and unrolled register of the counter, by hand."""
    usable = sorted((t, v) for (c, t), (v, q) in table.items() if c == 0 and q < Quality.MISSING)
    found: list[tuple[int, int]] = []
    for time_s, count in usable:
        before = found[-1][1] if found else count
        found.append((time_s, before + (count - before) % MODULUS))
    return found


def advanced(table: Table, step_s: int) -> Columns:
    counters = {key: value for key, value in table.items() if key[0] == 0}
    modulus: NDArray[np.int64] = np.array([MODULUS, 0])
    return advances(rolled(counters, step_s), step_s=step_s, modulus_count=modulus)


@given(tables)
def test_advances__go_from_edge_to_edge(table: Table) -> None:
    path = path_of(table)
    found = advanced(table, 900)

    def at(edge_s: int) -> int:
        """The register at an edge: the reading of that instant, or the last before."""
        return max(((t, v) for t, v in path if t <= edge_s), default=path[0])[1]

    for start_s, advance in zip(
        found["time_s"].tolist(), found["advance_count"].tolist(), strict=True
    ):
        assert advance == at(start_s + 900) - at(start_s)
    assert int(found["advance_count"].sum()) == (path[-1][1] - path[0][1] if path else 0)
    assert len(set(found["time_s"].tolist())) == len(found["time_s"])


@given(tables)
def test_advances__of_fine_stretches_sum_to_those_of_coarse_ones(table: Table) -> None:
    fine, coarse = advanced(table, 60), advanced(table, 900)

    for start_s, advance in zip(
        coarse["time_s"].tolist(), coarse["advance_count"].tolist(), strict=True
    ):
        inside = fine["time_s"] // 900 * 900 == start_s
        assert int(fine["advance_count"][inside].sum()) == advance


def test_advances__over_a_hole_stand_where_it_ends_and_say_since_when() -> None:
    table: Table = {(0, 0): (1, 0), (0, 60): (2, 0), (0, 2_700): (7, 0), (0, 4_000): (8, 0)}

    found = advanced(table, 900)

    shown = ("time_s", "advance_count", "from_s", "to_s", "n")
    assert [found[name].tolist() for name in shown] == [
        [0, 1_800, 2_700, 3_600],
        [1, 5, 0, 1],
        [0, 60, 2_700, 2_700],
        [60, 2_700, 2_700, 4_000],
        [2, 0, 1, 1],
    ]
