"""A form about metered electricity: both figures in any unit, the difference, and a question."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity_kit import record
from taihang.core.activity.record import ActivityRecord
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.issued import IssuedStatement
from taihang.services.energy_statement import Gaps
from taihang.services.metered_electricity import (
    AlteredStatementError,
    bodies_of,
    compare_with_forms,
    sum_of,
    whole_number,
)

YEAR = tuple(f"2026-{number:02d}" for number in range(1, 13))


def issued(*names: str, load_wh: int) -> dict[str, IssuedStatement]:
    """Statements of matched load of months, the same load in each."""
    text = json.dumps({"load_wh": load_wh}, separators=(",", ":"))
    return {
        name: IssuedStatement(f"scope2-market.E01.{name}", 1, "scope2-market", "E01", name, text)
        for name in names
    }


def form(amount: str, unit: str, period: str = "2026-08") -> ActivityRecord:
    return record("F1", period=period, item="electricity", amount=amount, unit=unit)


def told(one: ActivityRecord, months: dict[str, IssuedStatement]) -> str:
    gaps = Gaps()
    compare_with_forms([one], months, gaps)
    assert gaps.is_whole, "the meters count, whatever a form says"
    (found,) = gaps.found
    assert "F1" in str(found["zh"])
    return str(found["en"])


@pytest.mark.parametrize(("amount", "unit"), [("1500", "kWh"), ("1.5", "MWh"), ("0.15", "10⁴kWh")])
def test_compare_with_forms__any_unit_of_energy_is_compared(amount: str, unit: str) -> None:
    assert "the same" in told(form(amount, unit), issued("2026-08", load_wh=1_500_000))
    other = told(form(amount, unit), issued("2026-08", load_wh=1_000_000))
    assert "+0.5 MWh (+50.00%)" in other
    assert "which of the two is wrong?" in other


def test_compare_with_forms__a_form_of_one_month_is_beside_that_month_in_a_year() -> None:
    assert "the same" in told(form("2", "MWh"), issued(*YEAR, load_wh=2_000_000))
    whole = told(form("24", "MWh", "2026"), issued(*YEAR, load_wh=2_000_000))
    assert "the same" in whole
    part = told(form("24", "MWh", "2026"), issued(*YEAR[:4], load_wh=2_000_000))
    assert "lack 8 months" in part


def test_compare_with_forms__a_unit_of_something_else_is_told() -> None:
    assert "the meters count" in told(form("3", "t"), issued("2026-08", load_wh=1))


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_compare_with_forms__is_silent_only_about_what_is_the_same(form_wh: int, wh: int) -> None:
    amount = f"{Decimal(form_wh) / 1_000_000:f}"
    said = told(form(amount, "MWh"), issued("2026-08", load_wh=wh))
    assert ("the same" in said) is (form_wh == wh)


def test_sum_of__adds_whole_numbers_of_all_months() -> None:
    assert sum_of(bodies_of(issued(*YEAR, load_wh=7).values()), "load_wh") == 84
    # Statements of before there were substitutes say nothing of them.
    assert sum_of(bodies_of(issued(*YEAR, load_wh=7).values()), "estimated_wh") == 0


@pytest.mark.parametrize("body", [{}, {"load_wh": None}, {"load_wh": "7"}, {"load_wh": True}])
def test_whole_number__what_is_not_there_is_not_zero(
    body: dict[str, JsonValue],
) -> None:
    with pytest.raises(AlteredStatementError, match="load_wh"):
        whole_number(body, "load_wh")
