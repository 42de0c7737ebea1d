"""CO2 of a zero-carbon park, accounting method (trial): 发改环资〔2025〕910号, annex 4.

::

    E_park   = E_energy + E_process                        one calendar year, CO2 only   [tCO2]
    E_energy = E_fuel + E_conversion + E_indirect
    E_indirect = (net received electricity − green, where deducted) × factor + net heat × factor

Which factor the annex takes for electricity, and whether green electricity is deducted, could not
be read (the text was seen without it; verified for the frame: K11). Both are choices of the caller,
and there is no default.
"""

from decimal import Decimal, localcontext
from typing import Final

from taihang.core.carbon.inventory import Line, Method, Scope
from taihang.core.errors import InputError
from taihang.core.facts import Fact
from taihang.core.quantities import EXACT, KG_PER_T

RULE: Final = "ndrc-910-annex-4/v1"
_UNITS: Final = ("kgCO2/kWh", "tCO2/MWh")


class ParkElectricityError(InputError):
    """Electricity of a park that the method cannot take."""

    code = "input.park-electricity"


def received_electricity(net_mwh: Decimal, *, green_mwh: Decimal, factor: Fact) -> Line:
    """Compute the CO2 behind electricity that a park receives.

    Args:
        net_mwh: Received less sent out; below zero where more was sent out. [MWh]
        green_mwh: Green electricity received from outside that is taken off; 0 where the park's
            reading of the annex deducts none. [MWh]
        factor: The chosen factor. [kgCO2/kWh or tCO2/MWh, which are the same]

    Returns:
        A line of scope 2, exact.

    Raises:
        ParkElectricityError: If the green part is negative or more than what was received, or the
            factor has another unit.

    Example:
        >>> from taihang.adapters.facts import load_facts
        >>> from datetime import date
        >>> fossil = load_facts().in_force("grid.fossil-only", on=date(2026, 12, 31))
        >>> received_electricity(Decimal(100), green_mwh=Decimal(60), factor=fossil).kg_co2e
        Decimal('33092.0000')
    """
    if green_mwh < 0 or green_mwh > max(net_mwh, Decimal(0)):
        raise ParkElectricityError(
            given=f"{green_mwh} MWh green of {net_mwh} MWh received",
            expected="0 up to what was received",
            remedy="deduct only green electricity that came over the connection",
        )
    if factor.unit not in _UNITS:
        raise ParkElectricityError(
            given=f"{factor.key} in {factor.unit}",
            expected=f"a factor in {' or '.join(_UNITS)}",
            remedy="life-cycle factors are for product footprints only",
        )
    with localcontext(EXACT):
        counted_mwh = net_mwh - green_mwh
        kg_co2e = counted_mwh * factor.value * KG_PER_T
    return Line(
        scope=Scope.ENERGY,
        activity="received electricity",
        amount=counted_mwh,
        unit="MWh",
        factors=(factor,),
        kg_co2e=kg_co2e,
        method=Method.LOCATION,
    )
