"""What the template is given."""

from dataclasses import replace
from typing import cast

from demo_overview import ENTERPRISES, demo_overview
from taihang.interfaces.web.pages.overview.page import Cell, columns, enterprise_cells, page_context


def _cell(cells: tuple[Cell, ...], code: str) -> Cell:
    return next(cell for cell in cells if cell.code == code)


def test_page_context__rows_start_with_the_largest_user_and_end_with_the_missing() -> None:
    context = page_context(demo_overview(), lang="zh")

    rows = cast("tuple[tuple[Cell, ...], ...]", context["rows"])

    loads = [_cell(row, "load").sort for row in rows]
    numbers = [float(load) for load in loads[:-1]]
    assert len(rows) == ENTERPRISES
    assert sorted(numbers, reverse=True) == numbers
    assert loads[-1] == ""


def test_page_context__period_names_its_last_day() -> None:
    context = page_context(demo_overview(), lang="zh")

    assert context["period"] == "统计期 2026-10（2026-10-01 至 2026-10-31）"


def test_page_context__an_open_account_says_by_how_much() -> None:
    overview = demo_overview()
    broken = replace(overview, kpis=replace(overview.kpis, closure_error_wh=-1_250))

    closure = page_context(broken, lang="zh")["closure"]

    assert closure == {"tone": "bad", "words": "收支不闭合，误差 −1,250 Wh"}


def test_enterprise_cells__follow_the_columns() -> None:
    row = demo_overview().enterprises[0]

    cells = enterprise_cells(row, lang="en")

    assert [column.code for column in columns("en")] == [cell.code for cell in cells]
    assert cells[0].words == "Example works 01"
    assert cells[1].words == "Non-metallic minerals"


def test_enterprise_cells__an_unknown_sector_shows_its_code() -> None:
    row = replace(demo_overview().enterprises[0], sector="Z99")

    assert _cell(enterprise_cells(row, lang="zh"), "sector").words == "Z99"


def test_enterprise_cells__thin_and_missing_data_are_tagged() -> None:
    rows = {row.id: row for row in demo_overview().enterprises}

    thin = _cell(enterprise_cells(rows["E09"], lang="zh"), "coverage")
    missing = _cell(enterprise_cells(rows["E23"], lang="zh"), "coverage")
    whole = _cell(enterprise_cells(rows["E01"], lang="zh"), "coverage")

    assert (thin.words, thin.tone) == ("含估算 92.1 %", "warn")
    assert (missing.words, missing.tone) == ("缺数 0.0 %", "bad")
    assert (whole.words, whole.tone) == ("实测", "none")
