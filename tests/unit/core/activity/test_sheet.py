"""Cells are values: equal where place, kind and text are."""

from taihang.core.activity.sheet import Cell, CellKind


def test_cell__is_a_value() -> None:
    assert Cell("A1", CellKind.TEXT, "x") == Cell("A1", CellKind.TEXT, "x")
    assert len({Cell("A1", kind, "x") for kind in CellKind}) == len(CellKind)
