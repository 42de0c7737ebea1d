"""Questions: two values that should be one stand side by side, and neither wins."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity_kit import record
from taihang.core.activity.question import (
    JUMP,
    Ask,
    Beside,
    Metered,
    beside_meters,
    claim_questions,
    meter_questions,
    unit_questions,
)
from taihang.core.activity.record import ActivityRecord, Flow

METERED = Metered(used_kwh=Decimal("123456.7"), own_kwh=Decimal(20_000), n_missing=3)


def power(amount: str, unit: str = "kWh", flow: Flow = Flow.CONSUMED) -> ActivityRecord:
    return record("p", item="electricity", amount=amount, unit=unit, flow=flow)


def beside(line: ActivityRecord, metered: Metered = METERED) -> Beside:
    found = beside_meters(line, metered)
    assert found is not None
    return found


def asked(*found: Beside) -> list[Ask]:
    return [each.ask for each in meter_questions(found)]


def test_beside_meters__shows_both_values_and_their_difference() -> None:
    found = beside(power("12.5", "10⁴kWh"))

    assert (found.form_kwh, found.meter_kwh) == (Decimal(125_000), Decimal("123456.7"))
    assert found.difference_kwh == Decimal("1543.3")
    assert found.difference_pct == Decimal("1.25")
    assert found.n_missing == 3
    assert asked(found) == [Ask.DIFFERS]


@pytest.mark.parametrize(
    ("amount", "unit", "asks"),
    [
        ("12.35", "10⁴kWh", []),
        ("12.34", "10⁴kWh", [Ask.DIFFERS]),
        ("123.457", "MWh", []),
        ("123456.7", "kWh", []),
        ("123456.8", "kWh", [Ask.DIFFERS]),
        ("444444", "MJ", []),
    ],
)
def test_meter_questions__ask_for_more_than_the_last_digit_can_hide(
    amount: str, unit: str, asks: list[Ask]
) -> None:
    assert asked(beside(power(amount, unit))) == asks


@pytest.mark.parametrize(
    ("amount", "asks"),
    [
        ("103456.7", []),
        ("104000", [Ask.DIFFERS]),
        ("123456.7", [Ask.OWN_POWER]),
        ("120000", [Ask.OWN_POWER]),
    ],
)
def test_meter_questions__find_own_power_that_is_counted_as_bought(
    amount: str, asks: list[Ask]
) -> None:
    assert asked(beside(power(amount, flow=Flow.PURCHASED))) == asks


def test_beside_meters__says_nothing_of_flows_that_they_do_not_count() -> None:
    assert beside_meters(power("1", flow=Flow.SUPPLIED), METERED) is None


def test_beside_meters__of_nothing_has_no_percentage() -> None:
    idle = Metered(used_kwh=Decimal(0), own_kwh=Decimal(0), n_missing=0)

    assert beside(power("5"), idle).difference_pct is None


@given(
    form=st.decimals(0, 10**9, places=1),
    used=st.decimals(0, 10**9, places=3),
    own=st.decimals(0, 1, places=3),
)
def test_beside__form_is_always_meters_and_difference(
    form: Decimal, used: Decimal, own: Decimal
) -> None:
    metered = Metered(used_kwh=used, own_kwh=used * own, n_missing=0)
    for flow in (Flow.CONSUMED, Flow.PURCHASED):
        found = beside(power(f"{form:f}", flow=flow), metered)
        assert found.meter_kwh + found.difference_kwh == found.form_kwh


def months(*amounts: str, unit: str = "m³") -> list[ActivityRecord]:
    return [
        record(f"m{n}", period=f"2026-{n:02d}", amount=amount, unit=unit)
        for n, amount in enumerate(amounts, 1)
    ]


@pytest.mark.parametrize(
    ("amounts", "ids"),
    [
        (("100", "110", "90", "105"), []),
        (("100", "110", "90", "1000000"), ["m4"]),
        (("100", "110", "90", "0.01"), ["m4"]),
        (("100", "110", "90", "0"), []),
        (("100", "1000000", "100"), []),
    ],
)
def test_unit_questions__find_a_month_far_from_the_others(
    amounts: tuple[str, ...], ids: list[str]
) -> None:
    found = list(unit_questions(months(*amounts)))

    assert [each.lines[0] for each in found] == ids
    assert all(each.ask is Ask.UNIT for each in found)
    assert JUMP == 10


def test_unit_questions__compare_amounts_and_not_their_digits() -> None:
    lines = [*months("128000", "130000", "125000"), record("k", period="2026-04", amount="12.8")]

    assert list(unit_questions(lines)) == []
    (found,) = unit_questions([*lines[:3], record("k", period="2026-04", amount="128000")])
    assert found.beside == "12.8 10⁴Nm³"


def test_claim_questions__find_one_amount_in_two_boundaries() -> None:
    one, other = record("a", amount="12.8"), record("b", subject="E02", amount="128000", unit="m³")
    apart = [
        record("c", subject="E02", period="2026-07"),
        record("d", subject="E02", amount="12.9"),
        record("e", subject="E02", flow=Flow.PURCHASED),
        record("f", amount="0"),
        record("g", subject="E02", amount="0"),
    ]

    (found,) = claim_questions([one, other, *apart])

    assert (found.ask, found.lines) == (Ask.TWO_CLAIM, ("a", "b"))
