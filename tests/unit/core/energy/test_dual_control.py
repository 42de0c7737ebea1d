from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from taihang.core.energy.dual_control import DualControl, DualControlError, fall_ratio, intensity

YEAR = DualControl(
    total_tce=Decimal(1000),
    feedstock_tce=Decimal(200),
    renewable_tce=Decimal(120),
    renewable_before_tce=Decimal(90),
)


def test_assessed__takes_off_feedstock_and_the_new_renewables() -> None:
    assert (YEAR.new_renewable_tce, YEAR.assessed_tce) == (30, 770)


def test_assessed__fewer_renewables_than_before_add_nothing() -> None:
    assert replace(YEAR, renewable_before_tce=Decimal(500)).assessed_tce == 800


def test_assessed__is_not_said_without_the_year_before() -> None:
    unknown = replace(YEAR, renewable_before_tce=None)
    assert (unknown.new_renewable_tce, unknown.assessed_tce) == (None, None)


@pytest.mark.parametrize(
    "change",
    [{"feedstock_tce": Decimal(900)}, {"total_tce": Decimal(-1)}, {"renewable_tce": Decimal(-1)}],
)
def test_dual_control__refuses_parts_beyond_the_whole(change: dict[str, Decimal]) -> None:
    with pytest.raises(DualControlError):
        replace(YEAR, **change)


def test_intensity__of_nothing_is_unknown_and_a_fall_is_negative() -> None:
    assert intensity(Decimal(3), Decimal(0)) is None
    assert fall_ratio(Fraction(9), Fraction(10)) == Fraction(-1, 10)
    assert fall_ratio(Fraction(9), Fraction(0)) is None
