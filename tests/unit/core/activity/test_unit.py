"""Units: there and back is the same, and no unit becomes one of another kind."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.activity.unit import (
    Dimension,
    UnknownUnitError,
    converted,
    dimension_of,
    units,
    units_of,
)


@given(st.decimals(min_value=0, max_value=10**9, places=3), st.sampled_from(units()), st.data())
def test_converted__there_and_back_is_the_same(
    amount: Decimal, unit: str, data: st.DataObject
) -> None:
    other = data.draw(st.sampled_from(units_of(dimension_of(unit))))

    back = converted(converted(amount, unit=unit, to=other), unit=other, to=unit)

    assert abs(back - amount) <= amount * Decimal("1e-25")


@pytest.mark.parametrize(
    ("amount", "unit", "to", "expected"),
    [
        ("12.8", "10⁴Nm³", "m³", "128000"),
        ("1", "GJ", "kWh", "277.7777777777777777777777778"),
        ("1", "10⁴kWh", "GJ", "36"),
        ("1", "MWh", "kWh", "1000"),
        ("3", "10⁴t", "kg", "30000000"),
        ("2.5", "10⁴CNY", "CNY", "25000"),
    ],
)
def test_converted__says_the_same_amount(amount: str, unit: str, to: str, expected: str) -> None:
    assert converted(Decimal(amount), unit=unit, to=to) == Decimal(expected)


def test_every_unit__is_of_one_kind_and_every_kind_has_one() -> None:
    assert sorted(units()) == sorted(unit for kind in Dimension for unit in units_of(kind))
    assert all(units_of(kind) for kind in Dimension)


@pytest.mark.parametrize(("unit", "to"), [("t", "10⁴Nm³"), ("GJ", "t"), ("tce", "t"), ("t", "T")])
def test_converted__refuses_another_kind(unit: str, to: str) -> None:
    with pytest.raises(UnknownUnitError):
        converted(Decimal(1), unit=unit, to=to)
