import re

import pytest

from taihang.interfaces.web.pages.assets.spark import HEIGHT, WIDTH, band_and_line, bars


def ends(path: str) -> list[float]:
    """Where the subpaths of a path end, along x."""
    found: list[float] = []
    for part in filter(None, path.split("M")):
        x = float(part.split(" ")[0])
        found.append(x + sum(map(float, re.findall(r"h(-?[\d.]+)", part))))
    return found


def test_band_and_line__a_gap_is_a_gap() -> None:
    spark = band_and_line(
        [0.9, 0.9, None, 0.9], [1.1, 1.1, None, 1.1], [1.0, 1.0, None, 0.5], between=(0.5, 1.2)
    )

    assert spark.line.count("M") == spark.band.count("M") == 2
    assert ends(spark.line) == [WIDTH / 2, WIDTH]
    assert ends(spark.band) == [0.0, 0.75 * WIDTH], "a band goes there and back"
    assert spark.line.endswith(f"{HEIGHT - 1:.1f}h30.0"), "the foot is half of what was expected"


def test_band_and_line__what_lies_beyond_stays_inside_the_picture() -> None:
    spark = band_and_line([0.0], [9.0], [9.0], between=(0.5, 1.2))

    heights = [float(each) for each in re.findall(r"[ V]([\d.]+)", spark.band + spark.line)]
    assert min(heights) >= 0.0
    assert max(heights) <= HEIGHT


def test_band_and_line__of_nothing_is_nothing() -> None:
    assert band_and_line([], [], [], between=(0, 1)).line == ""
    assert band_and_line([None], [None], [None], between=(0, 1)).band == ""


def test_bars__are_as_tall_as_their_value_and_missing_days_have_none() -> None:
    path = bars([2.0, None, 4.0, 0.0])

    tall = [float(each) for each in re.findall(r"v-([\d.]+)", path)]
    assert tall == pytest.approx([13.0, 26.0, 0.0])
    assert (bars([None, None]), bars([0.0]), bars([])) == ("", "", "")
