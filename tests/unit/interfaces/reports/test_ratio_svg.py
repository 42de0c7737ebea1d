from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from taihang.interfaces.reports.ratio_svg import RatioBar, ratio_svg


def _bar(name: str, percent: float | None, *, threshold: float = 30.0) -> RatioBar:
    return RatioBar(
        name=name, percent=percent, threshold_percent=threshold, is_met=True, told=f"<{name}>"
    )


@given(st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=20))
def test_ratio_svg__is_xml_whatever_the_words(name: str) -> None:
    root = ET.fromstring(ratio_svg([_bar(name, 10.0)], label=name))  # noqa: S314 - our own output

    assert root.get("aria-label") == name


@given(st.lists(st.one_of(st.none(), st.floats(-50, 300)), max_size=4), st.floats(0, 100))
def test_ratio_svg__bars_stay_within_their_room(
    percents: list[float | None], threshold: float
) -> None:
    drawn = ratio_svg([_bar("x", at, threshold=threshold) for at in percents], label="")

    root = ET.fromstring(drawn)  # noqa: S314 - our own output
    rects = [float(each.get("width") or 0) for each in root.iter("rect")]
    room = max(rects, default=0.0)
    assert len(rects) == len(percents) + sum(at is not None for at in percents)
    assert all(0 <= width <= room for width in rects)
