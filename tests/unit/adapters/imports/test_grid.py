"""A grid keeps the first rows, the last ones and some from everywhere, however long a file is."""

from itertools import pairwise

from taihang.adapters.imports.grid import HEAD_ROWS, MAX_ENTRIES, SPREAD_ROWS, TAIL_ROWS, Grid


def grid_of(n: int) -> Grid:
    return Grid.of((number, [str(number), f"m{number % 3}"]) for number in range(1, n + 1))


def test_grid__is_bounded_and_reaches_over_the_whole_file() -> None:
    grid = grid_of(40_000)

    assert grid.n_rows == 40_000
    assert len(grid.head) == HEAD_ROWS
    assert [number for number, _ in grid.tail] == list(range(40_000 - TAIL_ROWS + 1, 40_001))
    assert SPREAD_ROWS // 2 <= len(grid.spread) <= SPREAD_ROWS
    places = [int(row[0]) for row in grid.spread]
    assert places[-1] > 39_000
    assert len({b - a for a, b in pairwise(places)}) == 1


def test_grid__knows_the_few_texts_of_a_column_and_forgets_many() -> None:
    grid = grid_of(MAX_ENTRIES + 10)

    assert list(grid.entries) == [1]
    assert set(grid.entries[1]) == {"m0", "m1", "m2"}


def test_grid__rows_without_anything_are_passed_over() -> None:
    grid = Grid.of([(1, ["a", "b"]), (2, ["", " "]), (3, []), (4, ["1", "2"])])

    assert grid.head_numbers == [1, 4]
    assert grid.data(2) == [["1", "2"]]
    assert grid.texts(0, first_row=4) == ["1"]
    assert grid.row(1) == ["a", "b"]
    assert list(grid.row(9)) == []
