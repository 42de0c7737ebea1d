"""Cells of settlement pages: nothing is a dash, and a share has a whole."""

from decimal import Decimal

from taihang.interfaces.catalogue import LANGS
from taihang.interfaces.reports.revenue_words import cny, columns, mwh, notes, percent


def test_cells__print_nothing_as_a_dash_and_zero_as_zero() -> None:
    assert [cny(None).printed, cny("0").printed, cny("1234.5").printed] == ["–", "0.00", "1,234.50"]
    assert [mwh(None).printed, mwh(1_234_567).printed] == ["–", "1.235"]
    assert mwh(1).value == Decimal("0.000001"), "the value is exact, only its print is not"
    assert [percent(1, 0).printed, percent(1, 8).printed] == ["–", "12.5"]


def test_columns__have_units_where_they_are_numbers() -> None:
    for lang in LANGS:
        found = columns(("plant", "generated", "share", "total", "days"), lang)
        assert [each.is_number for each in found] == [False, True, True, True, True]
        assert [each.unit for each in found][:3] == ["", "MWh", "%"]
        assert found[3].unit in {"元", "CNY"}


def test_notes__name_what_lacks_by_its_word() -> None:
    gap = {"what": "PV01 depreciation", "zh": "未给出", "en": "is not given"}

    found = notes({"not_assessed": [gap], "rules": ["a/v1", "b/v1"]}, "zh", "先说")

    assert found.sentences == ("先说", "规则：a/v1, b/v1", "PV01 折旧: 未给出")
