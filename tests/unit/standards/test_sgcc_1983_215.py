from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.adapters.facts import load_facts
from taihang.core.facts import FactOutOfForceError
from taihang.core.market.tariff import PowerFactorRule
from taihang.standards.sgcc_1983_215 import (
    POINTS,
    PowerFactorError,
    power_factor_ratio,
    power_factor_table,
)

BOOK = load_facts()
TABLES = {
    standard: power_factor_table(BOOK, standard=standard, on=date(2026, 8, 1))
    for standard in POINTS
}
HUNDREDTHS = range(101)


def percent_090(pf: int) -> Decimal:
    """The bands of the standard 0.90, as the text words them, in per cent of the base."""
    if pf >= 95:
        return Decimal("-0.75")
    if pf >= 90:
        return Decimal("-0.15") * (pf - 90)
    if pf >= 70:
        return Decimal("0.5") * (90 - pf)
    if pf >= 65:
        return Decimal(10 + (70 - pf))
    return Decimal(15 + 2 * (65 - pf))


def percent_085(pf: int) -> Decimal:
    """The bands of the standard 0.85."""
    printed = {91: "-0.65", 92: "-0.80", 93: "-0.95"}
    if pf >= 94:
        return Decimal("-1.10")
    if pf in printed:
        return Decimal(printed[pf])
    if pf >= 85:
        return Decimal("-0.1") * (pf - 85)
    if pf >= 65:
        return Decimal("0.5") * (85 - pf)
    if pf >= 60:
        return Decimal(10 + (65 - pf))
    return Decimal(15 + 2 * (60 - pf))


def percent_080(pf: int) -> Decimal:
    """The bands of the standard 0.80."""
    if pf >= 92:
        return Decimal("-1.30")
    if pf == 91:
        return Decimal("-1.15")
    if pf >= 80:
        return Decimal("-0.1") * (pf - 80)
    if pf >= 60:
        return Decimal("0.5") * (80 - pf)
    if pf >= 55:
        return Decimal(10 + (60 - pf))
    return Decimal(15 + 2 * (55 - pf))


def test_adjustment__equals_the_bands_of_the_text_at_every_hundredth() -> None:
    bands = {"0.90": percent_090, "0.85": percent_085, "0.80": percent_080}

    wrong = [
        (standard, pf)
        for standard, percent in bands.items()
        for pf in HUNDREDTHS
        if TABLES[standard].adjustment_ratio(Decimal(pf) / 100) * 100 != percent(pf)
    ]

    assert set(bands) == set(TABLES)
    assert not wrong


@pytest.mark.parametrize(
    ("standard", "pf", "percent"),
    [
        ("0.90", "0.94", "-0.60"),
        ("0.90", "0.90", "0"),
        ("0.90", "0.86", "2.0"),
        ("0.90", "0.70", "10"),
        ("0.90", "0.69", "11"),
        ("0.90", "0.64", "17"),
        ("0.85", "0.90", "-0.50"),
        ("0.85", "1.00", "-1.10"),
        ("0.85", "0.60", "15"),
        ("0.80", "0.90", "-1.00"),
        ("0.80", "0.54", "17"),
    ],
)
def test_adjustment__printed_points(standard: str, pf: str, percent: str) -> None:
    assert Decimal(percent) == TABLES[standard].adjustment_ratio(Decimal(pf)) * 100


@pytest.mark.parametrize("standard", sorted(POINTS))
def test_adjustment__never_rises_with_the_power_factor(standard: str) -> None:
    table = TABLES[standard]

    adjustments = [table.adjustment_ratio(Decimal(pf) / 100) for pf in HUNDREDTHS]

    assert sorted(adjustments, reverse=True) == adjustments
    assert table.adjustment_ratio(Decimal(standard)) == 0


def test_assess__worked_example() -> None:
    # acceptance vector 2
    rule: PowerFactorRule = TABLES["0.90"]

    found = rule.assess(Decimal(1_000_000), reactive_kvarh=Decimal(600_000))

    assert Decimal("0.86") == found.power_factor_ratio
    assert Decimal("0.02") == found.adjustment_ratio
    assert found.fact_keys == (
        "sgcc-1983-215/power-factor.0.90.at-0.90/CN/1983-12-02=0",
        "sgcc-1983-215/power-factor.0.90.at-0.70/CN/1983-12-02=0.10",
    )


@pytest.mark.parametrize(
    ("pf", "codes"),
    [
        ("0.97", ["at-0.95"]),
        ("0.80", ["at-0.90", "at-0.70"]),
        ("0.40", ["at-0.65", "below"]),
    ],
)
def test_fact_keys__name_the_points_that_decided(pf: str, codes: list[str]) -> None:
    keys = TABLES["0.90"].fact_keys(Decimal(pf))

    assert codes == [key.split("/")[1].removeprefix("power-factor.0.90.") for key in keys]


@given(active=st.integers(1, 10**9), reactive=st.integers(0, 10**9), times=st.integers(2, 50))
def test_power_factor__depends_on_the_proportion_only_and_falls_with_reactive_energy(
    active: int, reactive: int, times: int
) -> None:
    one = power_factor_ratio(Decimal(active), reactive_kvarh=Decimal(reactive))
    scaled = power_factor_ratio(Decimal(active * times), reactive_kvarh=Decimal(reactive * times))
    worse = power_factor_ratio(Decimal(active), reactive_kvarh=Decimal(reactive * times))

    assert one == scaled
    assert 0 <= worse <= one <= 1


def test_power_factor__on_site_generation_makes_it_worse() -> None:
    # 3 : 4 : 5 triangle, then half of the active energy comes from the own roof
    before = power_factor_ratio(Decimal(4_000), reactive_kvarh=Decimal(3_000))
    after = power_factor_ratio(Decimal(2_000), reactive_kvarh=Decimal(3_000))

    assert (Decimal("0.80"), Decimal("0.55")) == (before, after)


@pytest.mark.parametrize(("active", "reactive"), [(0, 5), (-1, 5), (1, -1)])
def test_power_factor__refuses_energies_without_one(active: int, reactive: int) -> None:
    with pytest.raises(PowerFactorError):
        power_factor_ratio(Decimal(active), reactive_kvarh=Decimal(reactive))


def test_power_factor_table__refuses_unknown_standards_and_days() -> None:
    with pytest.raises(PowerFactorError, match=r"0\.95"):
        power_factor_table(BOOK, standard="0.95", on=date(2026, 8, 1))
    with pytest.raises(FactOutOfForceError):
        power_factor_table(BOOK, standard="0.90", on=date(1980, 1, 1))
