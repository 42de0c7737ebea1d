"""A heat map: every hour of every day drawn once, the unknown hatched, words that stay words."""

import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from report_kit import HOSTILE
from taihang.interfaces.reports.heat_svg import HeatDay, HeatWords, colour_of, heat_svg

SVG = "{http://www.w3.org/2000/svg}"
WORDS = HeatWords(label="map", missing="no reading", no_load="no load", months={"2026-06": "Jun"})
CELL = st.one_of(st.none(), st.floats(0, 100))
DAY = st.tuples(
    st.lists(CELL, min_size=24, max_size=24), st.lists(st.booleans(), min_size=24, max_size=24)
)


def days(content: list[tuple[list[float | None], list[bool]]]) -> list[HeatDay]:
    return [
        HeatDay(day=f"2026-06-{at + 1:02d}", percent=tuple(percent), known=tuple(known))
        for at, (percent, known) in enumerate(content)
    ]


def drawn(found: list[HeatDay], words: HeatWords = WORDS) -> ET.Element:
    return ET.fromstring(heat_svg(found, words=words))  # noqa: S314 - our own


def areas(root: ET.Element) -> dict[str, float]:
    """Area of each colour in the map, in hours; one hour is 8 high and a day at most 26 wide."""
    found: dict[str, float] = {}
    for path in root.iter(f"{SVG}path"):
        for width, height in re.findall(r"h([0-9.]+)v([0-9.]+)h", path.get("d", "")):
            fill = str(path.get("fill"))
            found[fill] = found.get(fill, 0) + float(width) * float(height) / (26 * 8)
    return found


@given(st.lists(DAY, min_size=1, max_size=3))
def test_heat_svg__draws_every_hour_once_in_its_colour(
    content: list[tuple[list[float | None], list[bool]]],
) -> None:
    found = areas(drawn(days(content)))

    n_hatched = sum(not known for _, marks in content for known in marks)
    assert round(sum(found.values())) == 24 * len(content)
    assert round(found.get("url(#hatch)", 0)) == n_hatched


def test_heat_svg__a_year_is_not_wider_than_its_frame() -> None:
    year = [HeatDay(day="2026-06-01", percent=(1.0,) * 24, known=(True,) * 24)] * 365

    (_, _, width, _) = (float(part) for part in str(drawn(year).get("viewBox")).split())
    ends = re.findall(r"M([0-9.]+) [0-9.]+h([0-9.]+)", heat_svg(year, words=WORDS))

    assert len(ends) == 365
    assert max(float(x) + float(w) for x, w in ends) <= width


def test_heat_svg__is_light_enough_for_a_page() -> None:
    year = [
        HeatDay(day="2026-06-01", percent=tuple(range(0, 96, 4)), known=(True,) * 24)
        for _ in range(365)
    ]

    assert len(heat_svg(year, words=WORDS)) <= 250_000


def test_colour_of__gets_darker_as_the_share_grows() -> None:
    shares = (0, 1, 6, 11, 21, 41, 61, 81, 100)

    light = [sum(bytes.fromhex(colour_of(share)[1:])) for share in shares]

    assert light == sorted(light, reverse=True)
    assert len(set(light)) == len(shares)


def test_heat_svg__words_stay_words() -> None:
    for name in HOSTILE:
        words = HeatWords(label=name, missing=name, no_load=name, months={"2026-06": name})
        if name.isprintable():
            root = drawn(days([([1.0] * 24, [True] * 24)]), words)

            assert name in [each.text for each in root.iter(f"{SVG}text")]
