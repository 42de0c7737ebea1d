"""Words of a point's page."""

from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.pages.points.build import PointRow
from taihang.interfaces.web.pages.points.page import digits_of, measured, points_context


def row(measures: str) -> PointRow:
    return PointRow(id="M1", node="E01", name_zh="甲", name_en="A", measures=measures, unit="Wh")


def test_measured__is_said_in_words_where_it_is_known() -> None:
    assert measured(row("generation"), "en") == "generation"
    assert measured(row("generation"), "zh") == "发电"
    assert measured(row(""), "zh") == ""


def test_points_context__has_heads_for_its_cells() -> None:
    context = points_context([row("charge")], look=PLAIN)

    assert context["heads"] == ["测点", "属于", "计量", "单位"]
    assert context["rows"] == [
        {"id": "M1", "name": "甲", "node": "E01", "measures": "充电", "unit": "Wh"}
    ]


def test_digits_of__leaves_about_four() -> None:
    assert [digits_of(each) for each in (1_000.0, 999.0, 99.0, -5_000.0, 0.0)] == [0, 1, 2, 0, 2]
