from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from taihang.core.energy.waste_heat import HeatNetwork, WasteHeatError, avoided_tco2

NETWORK = HeatNetwork(
    n_served=8,
    n_all=10,
    fed_gj=Decimal(320_000),
    delivered_gj=Decimal(300_000),
)


def test_coverage__is_served_over_all_enterprises() -> None:
    """S20 (a): 80 % of the enterprises."""
    assert NETWORK.coverage_ratio == Fraction(4, 5)
    assert NETWORK.loss_gj == 20_000


def test_saved__is_what_boilers_would_have_burnt_less_the_drive() -> None:
    """S20 (b): 12 000 tce a year are near 300 000 GJ of delivered heat."""
    saved = NETWORK.saved_tce(
        heat_tce_per_gj=Decimal("0.03412"),
        boiler_efficiency_ratio=Decimal("0.85"),
        drive_tce=Fraction(40),
    )
    assert float(saved) == pytest.approx(300_000 * 0.03412 / 0.85 - 40)
    assert 11_000 < saved < 13_000


@pytest.mark.parametrize("efficiency", ["0", "-0.1", "85", "1.01"])
def test_saved__refuses_a_percentage(efficiency: str) -> None:
    with pytest.raises(WasteHeatError, match="efficiency"):
        NETWORK.saved_tce(
            heat_tce_per_gj=Decimal(1),
            boiler_efficiency_ratio=Decimal(efficiency),
            drive_tce=Fraction(0),
        )


def test_saved__refuses_a_drive_below_zero() -> None:
    with pytest.raises(WasteHeatError, match="drive"):
        NETWORK.saved_tce(
            heat_tce_per_gj=Decimal(1),
            boiler_efficiency_ratio=Decimal(1),
            drive_tce=Fraction(-1),
        )


def test_network__refuses_more_heat_out_than_in() -> None:
    with pytest.raises(WasteHeatError, match="fed in"):
        replace(NETWORK, delivered_gj=Decimal(320_001))
    with pytest.raises(WasteHeatError, match="within all"):
        replace(NETWORK, n_served=11)


@pytest.mark.parametrize(("factor", "tonnes"), [("2.4567", 29_480), ("2.66", 31_920)])
def test_avoided__is_told_with_the_factor_that_it_takes(factor: str, tonnes: int) -> None:
    """S20 (b): 12 000 tce/yr are 29 500 to 31 900 tCO2, by the factor."""
    avoided = avoided_tco2(Fraction(12_000), tco2_per_tce=Decimal(factor))
    assert float(avoided) == pytest.approx(tonnes, abs=1)


@pytest.mark.parametrize("factor", ["0", "-2.66"])
def test_avoided__refuses_a_factor_that_is_none(factor: str) -> None:
    with pytest.raises(WasteHeatError, match="above 0"):
        avoided_tco2(Fraction(1), tco2_per_tce=Decimal(factor))
