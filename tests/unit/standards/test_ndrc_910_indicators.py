"""Indicators of a zero-carbon park; the gap of 10 000 t is the numeric test of the handbook."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.adapters.facts import load_facts
from taihang.core.activity.amount import Amount, Known, Unknown
from taihang.core.facts import Fact, FactOutOfForceError
from taihang.standards.ndrc_910_indicators import (
    Indicator,
    IndicatorInputError,
    Judged,
    ParkYear,
    ProductEnergy,
    SizeClass,
    Verdict,
    ZeroCarbonYear,
    gap_to_core_t,
    judge,
)

BOOK = load_facts()
ON = date(2025, 12, 31)
NOBODY = Unknown("no-data")
QUOTA = Fact(
    code="energy-quota.level-2.alumina",
    value=Decimal(400),
    unit="kgce/t",
    region="CN",
    valid_from=date(2025, 1, 1),
    valid_to=None,
    data_year=None,
    document="a quota standard",
    clause="level 2",
    source="test",
    status="uncertain",
    set="park",
)


def tonnes(amount: int | str) -> Known:
    return Known(Decimal(amount), "t")


def product(used: Amount, level_2: Fact | None = QUOTA) -> ProductEnergy:
    return ProductEnergy(subject="E01", product="alumina", used=used, level_2=level_2)


GOOD = ParkYear(
    carbon=Known(Decimal(100_000), "tCO2"),
    energy=Known(Decimal(500_000), "tce"),
    clean_energy=Known(Decimal(450_000), "tce"),
    products=(product(Known(Decimal(400), "kgce/t")),),
    waste_used=tonnes(80),
    waste_generated=tonnes(100),
    heat_recovered=Known(Decimal(50), "GJ"),
    heat_recoverable=Known(Decimal(100), "GJ"),
    water_reused=tonnes(80),
    water_fresh=tonnes(20),
)
"""Every indicator exactly at its threshold."""


def judged(year: ParkYear) -> ZeroCarbonYear:
    return judge(year, book=BOOK, on=ON)


def one_of(year: ParkYear, indicator: Indicator) -> Judged:
    (found,) = [one for one in judged(year).judged if one.indicator is indicator]
    return found


def test_judge__meets_every_threshold_that_is_just_reached() -> None:
    result = judged(GOOD)

    assert [one.verdict for one in result.judged] == [Verdict.MET] * 6
    assert [one.indicator for one in result.judged] == list(Indicator)
    assert [one.is_core for one in result.judged] == [True] + 5 * [False]
    assert result.gap_t == 0
    assert result.count(Verdict.MET) == 6


def test_judge__gap_of_the_handbook() -> None:
    result = judged(replace(GOOD, carbon=Known(Decimal("0.22") * 500_000, "tCO2")))

    assert result.gap_t == 10_000
    assert result.judged[0].value == Decimal("0.22")
    assert result.judged[0].verdict is Verdict.NOT_MET


@pytest.mark.parametrize(
    ("energy_tce", "size", "threshold"),
    [
        ("199999.999", SizeClass.SMALL, None),
        ("200000", SizeClass.MEDIUM, Decimal("0.2")),
        ("999999.999", SizeClass.MEDIUM, Decimal("0.2")),
        ("1000000", SizeClass.LARGE, Decimal("0.3")),
    ],
)
def test_judge__takes_the_threshold_of_the_size(
    energy_tce: str, size: SizeClass, threshold: Decimal | None
) -> None:
    result = judged(replace(GOOD, energy=Known(Decimal(energy_tce), "tce")))

    core = result.judged[0]
    assert result.size is size
    assert (core.threshold and core.threshold.value) == threshold


def test_judge__below_the_smallest_size_the_threshold_is_to_be_confirmed() -> None:
    result = judged(replace(GOOD, energy=Known(Decimal(100_000), "tce")))

    core = result.judged[0]
    assert (core.verdict, core.why_not) == (Verdict.NOT_ASSESSED, Unknown("below-size"))
    assert core.value == 1
    assert result.gap_t is None


@pytest.mark.parametrize(
    ("field", "open_ones"),
    [
        ("carbon", {Indicator.CARBON_PER_ENERGY}),
        ("energy", {Indicator.CARBON_PER_ENERGY, Indicator.CLEAN_ENERGY}),
        ("clean_energy", {Indicator.CLEAN_ENERGY}),
        ("products", {Indicator.PRODUCT_ENERGY}),
        ("waste_used", {Indicator.SOLID_WASTE}),
        ("waste_generated", {Indicator.SOLID_WASTE}),
        ("heat_recovered", {Indicator.WASTE_HEAT}),
        ("heat_recoverable", {Indicator.WASTE_HEAT}),
        ("water_reused", {Indicator.WATER_REUSE}),
        ("water_fresh", {Indicator.WATER_REUSE}),
    ],
)
def test_judge__what_is_not_known_is_not_assessed_and_says_why(
    field: str, open_ones: set[Indicator]
) -> None:
    result = judged(replace(GOOD, **{field: NOBODY}))

    not_assessed = {one.indicator for one in result.judged if one.verdict is Verdict.NOT_ASSESSED}
    assert not_assessed == open_ones
    assert all(one.why_not == NOBODY for one in result.judged if one.indicator in open_ones)


def test_judge__a_share_of_nothing_is_not_assessed() -> None:
    found = one_of(
        replace(GOOD, waste_used=tonnes(0), waste_generated=tonnes(0)), Indicator.SOLID_WASTE
    )

    assert found.why_not == Unknown("nothing-to-divide-by")


@given(reused_t=st.integers(0, 10**9), fresh_t=st.integers(1, 10**9))
def test_judge__water_is_met_where_fresh_is_at_most_a_quarter_of_the_reused(
    reused_t: int, fresh_t: int
) -> None:
    found = one_of(
        replace(GOOD, water_reused=tonnes(reused_t), water_fresh=tonnes(fresh_t)),
        Indicator.WATER_REUSE,
    )

    assert (found.verdict is Verdict.MET) == (4 * fresh_t <= reused_t)


@given(
    carbon_t=st.decimals(0, 10**7, places=3),
    energy_tce=st.decimals(200_000, 10**7, places=3),
    cut_t=st.decimals(0, 10**6, places=3),
)
def test_judge__the_gap_is_what_must_go_to_the_gram(
    carbon_t: Decimal, energy_tce: Decimal, cut_t: Decimal
) -> None:
    year = replace(GOOD, energy=Known(energy_tce, "tce"))
    gap_t = judged(replace(year, carbon=Known(carbon_t, "tCO2"))).gap_t
    assert gap_t is not None

    left_t = max(carbon_t - cut_t, Decimal(0))
    after = judged(replace(year, carbon=Known(left_t, "tCO2"))).judged[0]

    assert (after.verdict is Verdict.MET) == (cut_t >= min(gap_t, carbon_t))


def test_judge__one_product_above_level_2_fails_even_where_another_is_not_known() -> None:
    bad = product(Known(Decimal("400.001"), "kgce/t"))
    good = product(Known(Decimal(399), "kgce/t"))

    found = one_of(replace(GOOD, products=(bad, good, product(NOBODY))), Indicator.PRODUCT_ENERGY)

    assert found.verdict is Verdict.NOT_MET
    assert found.value == Decimal("0.5")


def test_judge__a_product_without_quota_leaves_it_open() -> None:
    found = one_of(
        replace(GOOD, products=(*GOOD.products, product(Known(Decimal(1), "kgce/t"), None)))
        if isinstance(GOOD.products, tuple)
        else GOOD,
        Indicator.PRODUCT_ENERGY,
    )

    assert (found.verdict, found.why_not) == (
        Verdict.NOT_ASSESSED,
        Unknown("no-quota", "alumina"),
    )


def test_judge__no_product_is_not_all_products() -> None:
    assert one_of(replace(GOOD, products=()), Indicator.PRODUCT_ENERGY).why_not == Unknown(
        "no-products"
    )


@pytest.mark.parametrize(
    "year",
    [
        replace(GOOD, carbon=Known(Decimal(-1), "tCO2")),
        replace(GOOD, carbon=Known(Decimal("NaN"), "tCO2")),
        replace(GOOD, waste_used=Known(Decimal(1), "kg")),
        replace(GOOD, water_fresh=Known(Decimal(1), "m3")),
        replace(GOOD, products=(product(Known(Decimal(1), "kWh/t")),)),
    ],
)
def test_judge__refuses_what_no_indicator_can_take(year: ParkYear) -> None:
    with pytest.raises(IndicatorInputError):
        judged(year)


def test_judge__carries_the_thresholds_that_it_applied() -> None:
    facts = judged(GOOD).facts

    assert len(facts) == 8
    assert all(fact.set == "ndrc-2025-910" for fact in facts)


def test_judge__knows_no_threshold_before_the_notice() -> None:
    with pytest.raises(FactOutOfForceError):
        judge(GOOD, book=BOOK, on=date(2025, 6, 30))


def test_gap_to_core_t__below_zero_is_room() -> None:
    assert gap_to_core_t(
        Decimal(90), energy_tce=Decimal(500), most_t_per_tce=Decimal("0.2")
    ) == Decimal(-10)
