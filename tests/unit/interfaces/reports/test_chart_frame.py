"""The frame of a chart: it holds what it draws, and its words are words."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from taihang.interfaces.reports.chart_frame import (
    LEFT,
    RIGHT,
    WIDTH,
    ChartWords,
    drawing,
    frame_of,
    legend,
    scale,
)

VALUES = st.lists(st.floats(-1e9, 1e9), max_size=20)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=20)


@given(VALUES)
def test_frame_of__holds_zero_and_every_value(values: list[float]) -> None:
    frame = frame_of(values, top=10.0, height=100.0)

    for value in (0.0, *values):
        assert 10.0 - 1e-6 <= frame.y(value) <= 110.0 + 1e-6


@given(st.lists(st.floats(0.0, 1e9), max_size=20))
def test_frame_of__goes_below_zero_only_where_a_value_does(values: list[float]) -> None:
    assert frame_of(values, top=0.0, height=1.0).low == 0.0


@given(VALUES)
def test_scale__has_a_few_lines_and_one_of_them_at_zero(values: list[float]) -> None:
    frame = frame_of(values, top=0.0, height=100.0)

    root = ET.fromstring(f"<g>{scale(frame, 'MW')}</g>")  # noqa: S314 - our own output

    told = [each.text for each in root.iter("text")]
    assert "0" in {word.rstrip("0").rstrip(".") or "0" for word in told if word}
    assert 2 <= len(told) - 1 <= 10


@given(st.lists(NAMES, min_size=1, max_size=12))
def test_legend__lies_on_the_paper_row_by_row(names: list[str]) -> None:
    drawn, end = legend([(name, "#000000", False) for name in names])

    root = ET.fromstring(f"<g>{drawn}</g>")  # noqa: S314 - our own output
    places = [(float(each.get("x") or 0), float(each.get("y") or 0)) for each in root.iter("rect")]
    assert len(places) == len(names)
    assert all(LEFT <= x <= WIDTH - RIGHT for x, _ in places)
    assert max(y for _, y in places) <= end


@given(NAMES, NAMES)
def test_drawing__is_xml_whatever_the_words(label: str, unit: str) -> None:
    frame = frame_of([1.0], top=0.0, height=10.0)

    drawn = drawing(scale(frame, unit), ChartWords(label=label, unit=unit), height=20.0)

    assert ET.fromstring(drawn).get("aria-label") == label  # noqa: S314 - our own output
