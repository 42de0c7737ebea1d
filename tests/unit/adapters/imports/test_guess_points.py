"""A heading means the meter that it names; of two that it may mean a person has to choose."""

from dataclasses import replace

import pytest

from import_kit import POINTS
from taihang.adapters.imports.guess_points import guess_point, without_doubles
from taihang.core.metering.import_draft import Confidence


@pytest.mark.parametrize(
    ("heading", "point", "confidence"),
    [
        ("M-E01", "M-E01", Confidence.SURE),
        ("m_e01", "M-E01", Confidence.SURE),
        ("示例企业01 有功功率(kW)", "M-E01", Confidence.SURE),
        ("Demo enterprise 02 load", "M-E02", Confidence.SURE),
        ("E11 kW", "M-E11", Confidence.SURE),
        ("一号屋顶光伏 发电量", "M-PV01", Confidence.SURE),
        ("园区变 正向有功", "M-G1-IMP", Confidence.SURE),
        ("园区变 反向有功", "M-G1-EXP", Confidence.SURE),
        ("园区变", "M-G1-IMP", Confidence.UNSURE),
        ("示列企业02", "M-E02", Confidence.UNSURE),
        ("E1", "", Confidence.UNSURE),
        ("1", "", Confidence.UNSURE),
        ("温度", "", Confidence.UNSURE),
    ],
)
def test_guess_point__finds_the_meter(heading: str, point: str, confidence: Confidence) -> None:
    found = guess_point(heading, POINTS)

    assert (found.id, found.why.confidence) == (point, confidence)


def test_guess_point__an_asset_with_meters_of_several_media_is_told_apart() -> None:
    gas = replace(POINTS[0], id="N-E01", kind="medium")
    reactive = replace(POINTS[0], id="Q-E01", kind="reactive")
    points = (gas, reactive, *POINTS)

    assert guess_point("示例企业01 有功", points).id == "M-E01"
    assert guess_point("示例企业01 无功 kvarh", points).id == "Q-E01"
    assert guess_point("示例企业01 用气量 m³", points).id == "N-E01"
    assert guess_point("示例企业01", points).why.confidence is Confidence.SURE


def test_guess_point__a_name_inside_a_longer_word_is_another_name() -> None:
    assert guess_point("PE01X", POINTS).id == ""
    assert guess_point("x", ()).id == ""


def test_without_doubles__the_surest_column_keeps_the_meter() -> None:
    guesses = [guess_point("示列企业01", POINTS), guess_point("M-E01", POINTS)]

    kept = without_doubles(guesses)

    assert [each.id for each in kept] == ["", "M-E01"]
    assert kept[0].why.reason == "point.taken"
