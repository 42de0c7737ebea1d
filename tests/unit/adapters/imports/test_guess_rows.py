"""Names, data, units and sums of a table are told apart by what stands in their rows."""

import pytest

from taihang.adapters.imports.grid import Grid
from taihang.adapters.imports.guess_rows import (
    guess_rows,
    ignored_words,
    is_data,
    is_sum,
    unit_row,
)
from taihang.adapters.imports.import_map import Rows

DATA = ["2025/1/1 0:15", "100"]
NEXT = ["2025/1/1 0:30", "101"]


def grid(*rows: list[str]) -> Grid:
    return Grid.of(enumerate(rows, 1))


@pytest.mark.parametrize(
    ("rows", "header", "first"),
    [
        ([["时间", "负荷"], DATA, NEXT], 1, 2),
        ([DATA, NEXT], 0, 1),
        ([["某园区", ""], [], ["时间", "负荷"], DATA, NEXT], 3, 4),
        ([["时间", "负荷"], ["", "kW"], DATA, NEXT], 1, 3),
        ([["统计日期 2025/1/1", ""], ["时间", "负荷"], DATA, NEXT], 2, 3),
        ([["时间", "负荷"], ["2025/1/1 0:15", "--"], NEXT, NEXT], 1, 2),
    ],
)
def test_guess_rows__finds_names_and_data(rows: list[list[str]], header: int, first: int) -> None:
    assert guess_rows(grid(*rows)) == Rows(header=header, first=first)


def test_guess_rows__without_a_time_there_is_no_data() -> None:
    assert guess_rows(grid(["a", "b"], ["1", "2"], ["3", "4"])) is None
    assert not is_data(["17", "18"])
    assert is_data(["1735660800", "18"])


def test_ignored_words__are_those_of_sums_in_the_column_of_times() -> None:
    table = grid(["时间", "负荷"], DATA, NEXT, ["合计：", "201"], ["平均值", "100"], ["注", "x"])

    assert ignored_words(table, Rows(), time_place=0) == ("合计", "平均")
    assert is_sum("Total energy")
    assert not is_sum("2025/1/1")


def test_unit_row__is_the_row_of_units_alone() -> None:
    table = grid(["时间", "负荷"], ["", "kW"], DATA, NEXT)

    assert list(unit_row(table, Rows(header=1, first=3))) == ["", "kW"]
    assert list(unit_row(table, Rows(header=1, first=2))) == []
