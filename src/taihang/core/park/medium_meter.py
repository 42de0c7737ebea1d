"""Meters of what is no electricity: gas, water, steam, heat, liquid fuel.

Their register counts a whole number of small steps (litre, gram or kilojoule), so that the sum of a
month is exact; what turns steps into the unit of the account is stated for each meter, and nothing
is taken for granted (§12). They stand apart from electricity meters: a sum of watt-hours cannot
reach them.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from enum import StrEnum
from typing import Final

from taihang.core.park.assets import ALWAYS, InService
from taihang.core.quantities import EXACT, SECONDS_PER_HOUR, ZERO_C_K

_THOUSAND: Final = Decimal(1_000)
_MILLION: Final = Decimal(1_000_000)
_LAST_DIGIT: Final = Decimal("0.001")
_PRECISION: Final = 60
"""Digits of the quotient before it is rounded."""


class StepUnit(StrEnum):
    """The unit of one step of a register; its name stands in every sealed block."""

    LITRE = "L"
    GRAM = "g"
    KILOJOULE = "kJ"


class MediumFlow(StrEnum):
    """What the amount of a meter is, in the words of the forms."""

    PURCHASED = "purchased"
    CONSUMED = "consumed"
    FEEDSTOCK = "feedstock"
    CONVERSION_INPUT = "conversion-input"
    CONVERSION_OUTPUT = "conversion-output"
    RECOVERED = "recovered"
    SUPPLIED = "supplied"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumMeter:
    """A meter of one medium at one user; its id is the point of its readings.

    Exactly one resolution is given: it says what the register counts.

    Example:
        >>> gas = MediumMeter(id="N-E04", node="E04", medium="natural-gas",
        ...     flows=(MediumFlow.CONSUMED,), resolution_l=100, multiplier=1, digits=9,
        ...     max_m3_per_h=500.0, counts_at_c=Decimal(15), counts_at_kpa=Decimal("104.325"),
        ...     stated_at_c=Decimal(20), stated_at_kpa=Decimal("101.325"))
        >>> gas.unit.value, gas.scale, gas.stated_unit, gas.stated_amount(1_000_000)
        ('L', 100, 'm³', Decimal('1047.474'))
    """

    id: str
    node: str
    """The enterprise or station that it stands at."""
    medium: str
    """Item of activity data: ``natural-gas``, ``heat``, ``medium.fresh-water``."""
    flows: tuple[MediumFlow, ...]
    """What the amount is: what is bought and used up at once is both."""
    multiplier: int
    """Pulses or transmissions before the dial [1]."""
    digits: int
    """Digits of the dial: it starts again from 0 at 10^digits counts."""
    resolution_l: int | None = None
    """What one count is worth before the multiplier [L]."""
    resolution_g: int | None = None
    """The same [g]."""
    resolution_kj: int | None = None
    """The same [kJ]."""
    max_m3_per_h: float | None = None
    """Largest honest flow [m³/h]; a faster rise is refused."""
    max_t_per_h: float | None = None
    """The same [t/h]."""
    max_gj_per_h: float | None = None
    """The same [GJ/h]."""
    counts_at_c: Decimal | None = None
    """State at which a gas meter counts: temperature [°C]."""
    counts_at_kpa: Decimal | None = None
    """State at which a gas meter counts: absolute pressure [kPa]."""
    stated_at_c: Decimal | None = None
    """State at which the account states gas: temperature [°C]."""
    stated_at_kpa: Decimal | None = None
    """State at which the account states gas: absolute pressure [kPa]."""
    density_kg_per_m3: Decimal | None = None
    """Density of a liquid that is counted by volume [kg/m³]."""
    heat_kj_per_kg: Decimal | None = None
    """Heat of each kilogram, where steam is counted by mass and stated as heat [kJ/kg]."""
    stuck_h: float | None = None
    """A register that stands still so long is asked about [h]; None where it may rest."""
    in_service: InService = ALWAYS

    @property
    def resolutions(self) -> dict[StepUnit, int]:
        """Every resolution that is given; of a meter that was checked, one."""
        every = {
            StepUnit.LITRE: self.resolution_l,
            StepUnit.GRAM: self.resolution_g,
            StepUnit.KILOJOULE: self.resolution_kj,
        }
        return {unit: steps for unit, steps in every.items() if steps is not None}

    @property
    def max_rates(self) -> dict[StepUnit, float]:
        """Every largest flow that is given, in a thousand litres, or a million g or kJ, an hour."""
        every = {
            StepUnit.LITRE: self.max_m3_per_h,
            StepUnit.GRAM: self.max_t_per_h,
            StepUnit.KILOJOULE: self.max_gj_per_h,
        }
        return {unit: rate for unit, rate in every.items() if rate is not None}

    @property
    def unit(self) -> StepUnit:
        """The unit of the register."""
        return next(iter(self.resolutions))

    @property
    def scale(self) -> int:
        """What one count is worth, in steps of ``unit``."""
        return self.resolutions[self.unit] * self.multiplier

    @property
    def modulus(self) -> int:
        """Counts at which the dial starts again from 0."""
        return int(10**self.digits)

    @property
    def max_steps_per_s(self) -> float:
        """Fastest honest rise, in steps of ``unit`` a second."""
        size = _THOUSAND if self.unit is StepUnit.LITRE else _MILLION
        return self.max_rates[self.unit] * float(size) / SECONDS_PER_HOUR

    @property
    def state(self) -> tuple[Decimal | None, ...]:
        """The two states of a gas: that of the meter, that of the account."""
        return self.counts_at_c, self.counts_at_kpa, self.stated_at_c, self.stated_at_kpa

    @property
    def stated_unit(self) -> str:
        """The unit of the account: ``m³`` of gas, ``t``, or ``GJ``."""
        if self.unit is StepUnit.KILOJOULE or self.heat_kj_per_kg is not None:
            return "GJ"
        return "m³" if self.unit is StepUnit.LITRE and self.density_kg_per_m3 is None else "t"

    def stated_amount(self, steps: int) -> Decimal:
        """Say an amount in the unit of the account.

        Gas is brought from the state of the meter to that of the account as an ideal gas; a
        corrector that counts at the state of the account changes nothing.

        Args:
            steps: Exact amount in steps of ``unit``.

        Returns:
            The amount in ``stated_unit``, rounded to 0.001, half to even: the one rounding.
        """
        size = _THOUSAND if self.stated_unit == "m³" else _MILLION
        with localcontext(EXACT):
            top, bottom = steps * self._gas_ratio[0], size * self._gas_ratio[1]
            for factor in (self.density_kg_per_m3, self.heat_kj_per_kg):
                top *= 1 if factor is None else factor
            if self.heat_kj_per_kg is not None:
                bottom *= _THOUSAND
        with localcontext(prec=_PRECISION):
            return (top / bottom).quantize(_LAST_DIGIT, rounding=ROUND_HALF_EVEN)

    @property
    def _gas_ratio(self) -> tuple[Decimal, Decimal]:
        counts_c, counts_kpa, stated_c, stated_kpa = self.state
        if counts_c is None or counts_kpa is None or stated_c is None or stated_kpa is None:
            return Decimal(1), Decimal(1)
        return (ZERO_C_K + stated_c) * counts_kpa, (ZERO_C_K + counts_c) * stated_kpa
