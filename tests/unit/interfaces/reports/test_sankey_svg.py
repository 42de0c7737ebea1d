"""A Sankey drawing: one band a row, widths that add up at every node, and words that stay words."""

from collections import defaultdict
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_kit import HOSTILE
from taihang.interfaces.reports.sankey_svg import Band, sankey_svg

SVG = "{http://www.w3.org/2000/svg}"
LAYERS = (("a", "b"), ("c", "d", "e"), ("f", "g"))


def band(source: str, target: str, size: float) -> Band:
    return Band(source=source, target=target, item=source, size=size, told=f"{source} {target}")


def drawn(bands: list[Band]) -> ET.Element:
    names = {node: f"node {node}" for each in bands for node in (each.source, each.target)}
    return ET.fromstring(sankey_svg(bands, names=names, label="flows"))  # noqa: S314 - our own


@st.composite
def closing(draw: st.DrawFn) -> list[Band]:
    """Bands from the first layer to the last through the middle; what comes in goes out."""
    sizes = defaultdict[tuple[str, str], int](int)
    for _ in range(draw(st.integers(1, 12))):
        size = draw(st.integers(1, 10**6))
        start, middle, end = (draw(st.sampled_from(layer)) for layer in LAYERS)
        sizes[start, middle] += size
        sizes[middle, end] += size
    return [band(*way, size) for way, size in sizes.items()]


@given(closing())
def test_sankey_svg__has_a_band_for_each_row_and_a_name_for_each_node(bands: list[Band]) -> None:
    svg = drawn(bands)

    told = {title.text for title in svg.iter(f"{SVG}title")}
    assert told == {each.told for each in bands}
    names = sorted(text.text or "" for text in svg.iter(f"{SVG}text"))
    assert names == sorted({f"node {n}" for b in bands for n in (b.source, b.target)})


@given(closing())
def test_sankey_svg__bands_are_as_wide_as_what_they_carry(bands: list[Band]) -> None:
    widths = {
        path[0].text: float(path.attrib["stroke-width"]) for path in drawn(bands).iter(f"{SVG}path")
    }
    widest = max(bands, key=lambda each: each.size)
    for each in bands:
        share = each.size / widest.size
        assert widths[each.told] == pytest.approx(max(share * widths[widest.told], 1), abs=0.02)


@given(closing())
def test_sankey_svg__runs_from_left_to_right_inside_its_frame(bands: list[Band]) -> None:
    svg = drawn(bands)
    _, _, width, height = (float(each) for each in svg.attrib["viewBox"].split())
    paths, rects = (list(svg.iter(f"{SVG}{tag}")) for tag in ("path", "rect"))

    assert len(paths) == len(bands)
    assert len(rects) == len({node for each in bands for node in (each.source, each.target)})
    for path in paths:
        start, _, curve = path.attrib["d"].removeprefix("M").partition("C")
        assert float(start.split()[0]) < float(curve.split()[-2]) < width
    for rect in rects:
        assert float(rect.attrib["y"]) + float(rect.attrib["height"]) <= height


def test_sankey_svg__of_nothing_is_nothing() -> None:
    assert sankey_svg([], names={}, label="x") == ""
    assert sankey_svg([band("a", "b", 0)], names={}, label="x") == ""


def test_sankey_svg__hostile_words_are_words() -> None:
    bands = [
        Band(source=f"s{i}", target="t", item=word, size=1, told=word)
        for i, word in enumerate(HOSTILE)
    ]
    names = {f"s{i}": word for i, word in enumerate(HOSTILE)} | {"t": "t"}

    svg = ET.fromstring(sankey_svg(bands, names=names, label=HOSTILE[0]))  # noqa: S314 - our own

    assert {element.tag.removeprefix(SVG) for element in svg.iter()} == {
        "svg", "path", "title", "rect", "text",
    }  # fmt: skip
    assert {text.text for text in svg.iter(f"{SVG}text")} >= set(HOSTILE)
