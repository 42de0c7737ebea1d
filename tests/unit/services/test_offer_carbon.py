"""A tonne of product: factors by name, CBAM cases in their order, nothing assumed."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import offer_kit
import small_park
from taihang.core.park.carbon import CbamChoices, CbamGood
from taihang.services.offer_carbon import (
    CASES,
    CarbonFactors,
    ProductEffect,
    avoided_t,
    factors_of,
    product_effects,
)

CHOICES = CbamChoices(
    fuel_factor_set="guide-2015",
    gwp_set="AR5",
    electricity_default_kg_per_kwh=Decimal("0.9"),
    electricity_marked_up=True,
    source="test",
)


@pytest.fixture(scope="module")
def factors(tmp_path_factory: pytest.TempPathFactory) -> CarbonFactors:
    root: Path = small_park.make(tmp_path_factory.mktemp("carbon") / "park")
    with small_park.opened(root, writing=False) as ports:
        return factors_of("2025", ports=ports)


def effect(factors: CarbonFactors, good: CbamGood | None = CbamGood.CEMENT) -> ProductEffect:
    product = replace(offer_kit.project().products["P"], cbam_good=good)
    (found,) = product_effects(
        [product], line_ratio=Fraction(1, 4), green_ratio=Fraction(1, 2), factors=factors
    )
    return found


def test_product_effects__are_kwh_times_factor(factors: CarbonFactors) -> None:
    found = effect(factors)

    assert factors.location is not None
    assert factors.residual is not None
    # 1 000 kWh/t, half of it green.
    assert found.location_t_per_t == Fraction(factors.location.value)
    assert found.market_t_per_t == Fraction(factors.residual.value) / 2


def test_product_effects__embed_less_the_better_the_proof(factors: CarbonFactors) -> None:
    found = effect(replace(factors, cbam=CHOICES))

    # 10 % mark-up in 2026 on a default of 0.9 kg/kWh.
    whole = Fraction("0.99")
    assert [found.embedded_t_per_t[case] for case in CASES] == [
        whole * Fraction(3, 4),
        whole / 2,
        whole,
    ]
    assert found.counted is not None
    assert found.counted.value == 1


def test_product_effects__assume_no_default(factors: CarbonFactors) -> None:
    unstated = replace(CHOICES, electricity_default_kg_per_kwh=None)

    for choices in (None, unstated):
        found = effect(replace(factors, cbam=choices))
        assert found.embedded_t_per_t == {}
        assert set(found.orientation_t_per_t) == {*CASES}


@pytest.mark.parametrize(
    ("good", "counts"),
    [(CbamGood.CEMENT, 1), (CbamGood.FERTILISERS, 1), (CbamGood.ALUMINIUM, 0)],
)
def test_product_effects__say_for_which_goods_indirect_counts(
    factors: CarbonFactors, good: CbamGood, counts: int
) -> None:
    found = effect(factors, good)

    assert found.counted is not None
    assert found.counted.value == counts


def test_product_effects__of_other_goods_have_no_cbam(factors: CarbonFactors) -> None:
    found = effect(replace(factors, cbam=CHOICES), None)

    assert (found.counted, found.mark_up) == (None, None)
    assert (found.embedded_t_per_t, found.orientation_t_per_t) == ({}, {})


def test_avoided_t__needs_a_factor(factors: CarbonFactors) -> None:
    assert factors.residual is not None
    assert avoided_t(2_000_000, factors) == 2 * Fraction(factors.residual.value)
    assert avoided_t(2_000_000, replace(factors, residual=None)) is None
