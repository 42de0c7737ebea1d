"""Charts: everything drawn lies on the paper, areas are as large as what they say."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.interfaces.reports.chart_frame import WIDTH, ChartWords, Series
from taihang.interfaces.reports.chart_svg import (
    SpanBar,
    Tick,
    cloud,
    curves,
    spans,
    stacked_areas,
    stacked_bars,
)

SVG = "{http://www.w3.org/2000/svg}"
WORDS = ChartWords(label="<chart>", unit="MW & more")
VALUES = st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4)


def series(name: str, values: list[float]) -> Series:
    return Series(name=name, fill="#123456", values=tuple(values))


def read(drawn: str) -> ET.Element:
    return ET.fromstring(drawn)  # noqa: S314 - our own output


def bars(root: ET.Element) -> Iterator[ET.Element]:
    """Yield rectangles, the swatches of the legend left out."""
    return (each for each in root.iter(f"{SVG}rect") if each.get("rx") is None)


def number(element: ET.Element, name: str) -> float:
    return float(element.get(name) or 0.0)


@given(VALUES, VALUES, VALUES)
def test_stacked_bars__lie_on_the_paper(a: list[float], b: list[float], c: list[float]) -> None:
    drawn = stacked_bars(
        ["x", "<y>", "z", "&"], [series("a", a), series("b", b)], words=WORDS, line=series("c", c)
    )

    root = read(drawn)
    height = float((root.get("viewBox") or "").split()[3])
    for each in bars(root):
        assert 0.0 <= number(each, "x") <= WIDTH
        assert 0.0 <= number(each, "y") <= number(each, "y") + number(each, "height") <= height


@given(st.lists(st.floats(1.0, 1e6), min_size=2, max_size=8))
def test_stacked_bars__are_as_high_as_what_they_say(values: list[float]) -> None:
    drawn = stacked_bars([str(at) for at in range(len(values))], [series("a", values)], words=WORDS)

    heights = [number(each, "height") for each in bars(read(drawn))]
    most = max(values)
    assert len(heights) == len(values)
    for value, height in zip(values, heights, strict=True):
        assert height == pytest.approx(max(heights) * value / most, abs=0.11)


def test_stacked_bars__put_income_above_and_costs_below() -> None:
    drawn = stacked_bars(
        ["x"], [series("in", [2.0]), series("out", [-1.0]), series("more", [1.0])], words=WORDS
    )

    income, cost, more = bars(read(drawn))
    foot = number(income, "y") + number(income, "height")
    assert number(cost, "y") == pytest.approx(foot, abs=0.2)
    assert number(more, "y") + number(more, "height") == pytest.approx(number(income, "y"), abs=0.2)


def test_stacked_bars__leave_out_what_is_nothing() -> None:
    drawn = stacked_bars(["x"], [series("in", [2.0]), series("none", [0.0])], words=WORDS)

    assert "none" not in drawn


@given(VALUES, VALUES)
def test_stacked_areas__are_paths_over_the_whole_width(a: list[float], load: list[float]) -> None:
    drawn = stacked_areas(
        [Tick(share=0.5, words="<noon>")], [series("a", a)], words=WORDS, line=series("b", load)
    )

    assert "&lt;noon&gt;" in drawn
    paths = [each.get("d") or "" for each in read(drawn).iter(f"{SVG}path")]
    assert any(path.endswith("z") for path in paths) == any(abs(each) > 1e-12 for each in a)


def test_curves__draw_each_line() -> None:
    drawn = curves(
        [Tick(share=0.0, words="0 h"), Tick(share=1.0, words="8 h")],
        [series("a", [3.0, 2.0, 1.0]), series("b", [1.0])],
        words=WORDS,
    )

    assert drawn.count('stroke-width="2"') == 2


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), max_size=6))
def test_spans__keep_within_the_paper(ends: list[tuple[float, float]]) -> None:
    rows = [
        SpanBar(name="<capex>", low=low, high=high, low_told="×0.8", high_told="×1.2")
        for low, high in ends
    ]

    for each in read(spans(rows, words=WORDS)).iter(f"{SVG}rect"):
        assert number(each, "x") >= 200.0
        assert number(each, "x") + number(each, "width") <= WIDTH


def test_cloud__draws_a_dot_for_each_point() -> None:
    drawn = cloud([(0.3, 2.0), (0.5, 3.0), (0.9, 9.0)], words=WORDS, axis="green share")

    assert drawn.count("<circle") == 3
    assert "green share" in drawn
