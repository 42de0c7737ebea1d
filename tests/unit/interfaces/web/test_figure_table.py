"""Tables whose numbers open."""

from decimal import Decimal

from taihang.interfaces.web.figure_table import (
    FigureTable,
    Head,
    plain_rows,
    told_cell,
    void_cell,
    words_cell,
)
from taihang.services.figure_standing import NOT_TOLD, Told


def test_told_cell__keeps_the_key_and_sorts_by_the_number() -> None:
    cell = told_cell(Told(value=Decimal(-1234567), key="a/b"), digits=2, over=1000)

    assert (cell.words, cell.sort, cell.key) == ("−1,234.57", "-1234.567", "a/b")


def test_told_cell__tells_what_is_missing_from_what_cannot_be() -> None:
    missing, void = told_cell(NOT_TOLD, digits=1), void_cell()

    assert (missing.words, missing.sort, missing.is_void) == ("—", "", False)
    assert (void.words, void.sort, void.is_void) == ("—", "", True)


def test_lines__put_each_cell_under_its_head() -> None:
    heads = (Head("who"), Head("MWh", is_number=True, priority=3))
    table = FigureTable(id="t", heads=heads, rows=((words_cell("E1"), words_cell("2")),))

    ((first, second),) = table.lines

    assert (first[0].style, second[0].style, second[1].words) == ("p1", "p3 number", "2")
    assert plain_rows(table) == [["E1", "2"]]
