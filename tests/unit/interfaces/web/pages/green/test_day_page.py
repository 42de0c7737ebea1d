"""One day in words: sums, curves, gaps, the file."""

from dataclasses import replace
from datetime import date
from typing import Any

from taihang.core.figure.story import Named
from taihang.interfaces.web.figure_table import FigureTable
from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.pages.green.day_page import curves_of, day_context, day_rows
from taihang.interfaces.web.pages.green.matching import DayView
from taihang.interfaces.web.pages.green.place import Place
from taihang.interfaces.web.stretch import parse_stretch
from taihang.services.green_flows import GreenDay

PLACE = Place(
    zone="UTC",
    is_whole=True,
    names={"E01": Named("一厂", "Plant one"), "PV01": Named("屋顶", "Roof")},
    kinds={"PV01": "pv"},
    users=("E01", "E02"),
    first_settled=date(2026, 7, 1),
    last_settled=date(2026, 8, 31),
    months=("2026-07", "2026-08"),
)
DAY = DayView(
    place=PLACE,
    stretch=parse_stretch("2026-08-14"),
    of="E01",
    found=GreenDay(
        subject="E01",
        rule="rule/v1",
        start_s=1_786_665_600,
        whole="load",
        series_wh={"load": (1_000, None), "line": (400, None), "pool": (0, 0), "rest": (600, None)},
    ),
)


def under(table: FigureTable, head: str, row: int = 0) -> str:
    at = [each.label for each in table.heads].index(head)
    return table.rows[row][at].words


def test_day_context__has_sums_curves_and_whom_one_can_choose() -> None:
    context: Any = day_context(DAY, look=replace(PLAIN, path="/green/day/", lang="en"))

    table = context["table"]
    assert under(table, "Missing") == "1"
    assert table.rows[0][1].key == "matched/user/E01/total_wh/2026-08-14"
    assert [group["label"] for group in context["subjects"]] == ["Park", "Plants", "Users"]
    assert [each["code"] for each in context["script"]["day"]["series"]] == ["load", "line", "rest"]
    assert day_context(replace(DAY, found=None), look=PLAIN)["of_name"] == "一厂"


def test_curves_of__are_mean_power_with_gaps() -> None:
    assert DAY.found is not None
    found: Any = curves_of(DAY.found, PLACE, "en")

    assert found["times"] == ["00:00", "00:15"]
    assert found["series"][0]["kw"] == [4.0, None]


def test_day_rows__keep_a_gap_empty() -> None:
    heads, rows = day_rows(DAY, "en")

    assert heads[1] == "Load Wh"
    assert rows[1] == ["2026-08-14 00:15", None, None, 0, None]
    assert day_rows(replace(DAY, found=None), "en")[1] == []
