"""Limits, remedies and forecast of a park file: exact, dated, no default."""

from datetime import date
from decimal import Decimal

import pytest

from ratio_kit import LIMITS, STATED, UNDATED, with_limits
from small_park import PARK
from taihang.config.direct_connection_tables import DIRECT_CONNECTION_TABLES
from taihang.config.park_file import examine_park, read_park
from taihang.core.park.direct_connection import EXPORT_LIMIT, RemedyKind
from taihang.core.park.problem import Severity, path_text

BOOK = with_limits(PARK + STATED)


def _errors(text: str) -> list[str]:
    problems = examine_park(text).problems
    return [path_text(one.path) for one in problems if one.severity is Severity.ERROR]


def test_direct_connection_tables__are_read_exactly() -> None:
    stated = read_park(BOOK, source="park.toml").direct_connection

    assert stated.forecast is not None
    assert (stated.forecast.scenarios, stated.forecast.seed) == (200, 650)
    assert stated.remedies["CHARGE"].kind is RemedyKind.CHARGE
    assert stated.remedies["CHARGE"].loss_ratio == Decimal("0.10")
    assert stated.remedies["ADD"].price_cny_per_mwh is None, "not priced is no price of 0"
    assert stated.shapes["pv"].share_of(7) == Decimal(1) / 12


def test_direct_connection_tables__limits_are_dated_facts_of_the_park() -> None:
    facts = read_park(BOOK, source="park.toml").facts

    found = [fact for fact in facts if fact.code == EXPORT_LIMIT]
    assert [(f.value, f.valid_from, f.valid_to) for f in found] == [
        (Decimal("0.20"), date(2025, 5, 21), date(2026, 7, 1)),
        (Decimal("0.15"), date(2026, 7, 1), None),
    ]
    assert found[0].key == f"park/{EXPORT_LIMIT}/Shanxi/2025-05-21=0.20"


@pytest.mark.parametrize(
    ("was", "now", "path"),
    [
        ('ratio = "0.15"', 'ratio = "1.5"', "export_limits.L2.ratio"),
        ("2026-07-01", "2025-05-21", "export_limits.L2.valid_from"),
        ("scenarios = 200", "scenarios = 10", "ratio_forecast.scenarios"),
        ("seed = 650\n", "", "ratio_forecast.seed"),
        ('load = "0" }', 'load = "1.5" }', "ratio_forecast.year_spread"),
        (', load = "0" }', " }", "ratio_forecast.year_spread"),
        ('certainty_ratio = "0.90"', 'certainty_ratio = "0"', "ratio_forecast.certainty_ratio"),
        (
            'price_cny_per_mwh = "332"',
            "price_cny_per_mwh = -1",
            "remedies.CURTAIL.price_cny_per_mwh",
        ),
        ('loss_ratio = "0.10"\n', "", "remedies.CHARGE.loss_ratio"),
        (
            'most_mwh_per_day = "5"',
            'most_mwh_per_day = "5"\nloss_ratio = "0.1"',
            "remedies.ADD.loss_ratio",
        ),
        ('most_mwh_per_day = "5"\n', "", "remedies.ADD.most_mwh_per_day"),
        ("pv = {", "sun = {", "seasonal_shapes.sun"),
        ('["1", "1", ', '["1", ', "seasonal_shapes.pv.months"),
        ('["1", "1", ', '["one", "1", ', "seasonal_shapes.pv.months"),
    ],
)
def test_direct_connection_tables__tell_what_is_wrong(was: str, now: str, path: str) -> None:
    assert was in BOOK

    assert _errors(BOOK.replace(was, now, 1)) == [path]


@pytest.mark.parametrize("text", [PARK + LIMITS, PARK.replace(UNDATED, "")])
def test_direct_connection_tables__want_the_limit_in_one_place(text: str) -> None:
    assert _errors(text) == ["accounting.export_limit_ratio"]


def test_direct_connection_tables__are_four() -> None:
    assert len(DIRECT_CONNECTION_TABLES) == 4
