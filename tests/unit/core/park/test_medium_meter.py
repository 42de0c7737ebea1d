from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.activity.record import Flow
from taihang.core.activity.unit import Dimension, dimension_of
from taihang.core.park.medium_meter import MediumFlow, MediumMeter, StepUnit

_GAS = MediumMeter(
    id="N",
    node="E01",
    medium="natural-gas",
    flows=(MediumFlow.CONSUMED,),
    multiplier=1,
    digits=8,
    resolution_l=100,
    max_m3_per_h=500.0,
    counts_at_c=Decimal(0),
    counts_at_kpa=Decimal("101.325"),
    stated_at_c=Decimal(20),
    stated_at_kpa=Decimal("101.325"),
)
_BARE = replace(
    _GAS,
    resolution_l=None,
    max_m3_per_h=None,
    counts_at_c=None,
    counts_at_kpa=None,
    stated_at_c=None,
    stated_at_kpa=None,
)
_HEAT = replace(_BARE, medium="heat", resolution_kj=1000, max_gj_per_h=50.0)
_STEAM = replace(
    _BARE, medium="heat", resolution_g=1000, max_t_per_h=20.0, heat_kj_per_kg=Decimal("2680.5")
)
_WATER = replace(
    _BARE, medium="medium.fresh-water", resolution_l=10, max_m3_per_h=60.0,
    density_kg_per_m3=Decimal("998.2"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("meter", "steps", "unit", "amount"),
    [
        # 0 °C to 20 °C at one pressure: 293.15 / 273.15 by hand.
        (_GAS, 1_000_000, "m³", "1073.220"),
        (_HEAT, 12_345_678, "GJ", "12.346"),
        (_STEAM, 10_000_000, "GJ", "26.805"),
        (_WATER, 1_000_000, "t", "998.200"),
        (replace(_BARE, resolution_g=1, max_t_per_h=1.0), 2_500_000, "t", "2.500"),
    ],
)
def test_stated_amount__by_hand(meter: MediumMeter, steps: int, unit: str, amount: str) -> None:
    found = meter.stated_amount(steps)

    assert (unit, Decimal(amount)) == (meter.stated_unit, found)


@given(
    steps=st.integers(0, 10**15),
    counts=st.tuples(st.integers(-40, 60), st.integers(1, 2_000)),
    stated=st.tuples(st.integers(0, 25), st.integers(90, 110)),
)
def test_stated_amount__is_the_ideal_gas_rounded_once(
    steps: int, counts: tuple[int, int], stated: tuple[int, int]
) -> None:
    meter = replace(
        _GAS,
        counts_at_c=Decimal(counts[0]),
        counts_at_kpa=Decimal(counts[1]),
        stated_at_c=Decimal(stated[0]),
        stated_at_kpa=Decimal(stated[1]),
    )
    kelvin = Fraction(27_315, 100)

    exact = Fraction(steps, 1_000) * (kelvin + stated[0]) * counts[1]
    exact /= (kelvin + counts[0]) * stated[1]

    assert abs(Fraction(meter.stated_amount(steps)) - exact) <= Fraction(1, 2_000)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_stated_amount__of_a_sum_is_the_sum_but_for_the_rounding(one: int, other: int) -> None:
    parts = _WATER.stated_amount(one) + _WATER.stated_amount(other)

    assert abs(_WATER.stated_amount(one + other) - parts) <= Decimal("0.0015")


def test_meter__is_one_of_its_unit() -> None:
    assert (_GAS.unit, _GAS.scale, _GAS.modulus) == (StepUnit.LITRE, 100, 10**8)
    assert (_GAS.max_steps_per_s, _STEAM.max_steps_per_s) == (500_000 / 3_600, 20_000_000 / 3_600)
    assert _HEAT.max_steps_per_s == 50_000_000 / 3_600


def test_units_and_flows__are_those_of_forms() -> None:
    kinds = [dimension_of(meter.stated_unit) for meter in (_GAS, _HEAT, _STEAM, _WATER)]

    assert kinds == [Dimension.GAS, Dimension.ENERGY, Dimension.ENERGY, Dimension.MASS]
    assert {Flow(flow.value).value for flow in MediumFlow} == {flow.value for flow in MediumFlow}
