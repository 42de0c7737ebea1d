"""Waste heat and shared heating 余热与集中供热 (S20): who is served, how much, what it saves.

::

    coverage = served / all enterprises            saving = Q·k_heat / η_boiler − E_drive     [tce]
    avoided  = saving × factor                                                                [tCO2]

The heat delivered replaces a boiler of an efficiency that the park states, and the pumps and
compressors that drive the network are taken off. Both are parameters without a default, and so is
the tCO2 of a tce: 2.4567 and 2.66 are both in use (from memory), and they differ by 8 %.
"""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from taihang.core.errors import InputError
from taihang.core.quantities import EXACT


class WasteHeatError(InputError):
    """Figures of a heat network that cannot be."""

    code = "input.waste-heat"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatNetwork:
    """A month or a year of a heat network."""

    n_served: int
    n_all: int
    fed_gj: Decimal
    """Heat from the source."""
    delivered_gj: Decimal
    """Heat at the meters of those served."""

    def __post_init__(self) -> None:
        """Refuse more heat out than in.

        Raises:
            WasteHeatError: If a figure is out of bounds; the message names it.
        """
        rules = (
            (0 <= self.n_served <= self.n_all and self.n_all > 0, "served within all enterprises"),
            (0 <= self.delivered_gj <= self.fed_gj, "delivered heat within what was fed in"),
        )
        for holds, expected in rules:
            if not holds:
                raise WasteHeatError(
                    given=f"{self}", expected=expected, remedy="look at the meters of the network"
                )

    @property
    def coverage_ratio(self) -> Fraction:
        """Served over all enterprises [1]."""
        return Fraction(self.n_served, self.n_all)

    @property
    def loss_gj(self) -> Decimal:
        """Heat that was lost on the way, exact [GJ]."""
        with localcontext(EXACT):
            return self.fed_gj - self.delivered_gj

    def saved_tce(
        self, *, heat_tce_per_gj: Decimal, boiler_efficiency_ratio: Decimal, drive_tce: Fraction
    ) -> Fraction:
        """Return the standard coal that own boilers would have burnt more, exact [tce].

        Args:
            heat_tce_per_gj: Coefficient of heat at equivalent value, 0.03412 in GB/T 2589.
            boiler_efficiency_ratio: Of the boilers that are not there, above 0 and at most 1.
            drive_tce: Energy of pumps and compressors, at equivalent value, 0 or more.

        Raises:
            WasteHeatError: If efficiency or drive is out of bounds.
        """
        if not 0 < boiler_efficiency_ratio <= 1:
            raise WasteHeatError(
                given=f"a boiler of efficiency {boiler_efficiency_ratio}",
                expected="a ratio above 0 and at most 1",
                remedy="give 85 % as 0.85",
            )
        if drive_tce < 0:
            raise WasteHeatError(
                given=f"a drive of {drive_tce} tce",
                expected="0 or more",
                remedy="look at the meters of the pumps",
            )
        burnt = Fraction(self.delivered_gj) * Fraction(heat_tce_per_gj)
        return burnt / Fraction(boiler_efficiency_ratio) - drive_tce


def avoided_tco2(saved_tce: Fraction, *, tco2_per_tce: Decimal) -> Fraction:
    """Return the carbon dioxide that saved standard coal did not become, exact [tCO2].

    Args:
        saved_tce: What was saved; below 0 where the drive used more than it saved.
        tco2_per_tce: The factor, named by whoever states the figure; above 0.

    Raises:
        WasteHeatError: If the factor is not above 0.

    Example:
        >>> avoided_tco2(Fraction(12_000), tco2_per_tce=Decimal("2.66"))
        Fraction(31920, 1)
    """
    if tco2_per_tce <= 0:
        raise WasteHeatError(
            given=f"{tco2_per_tce} tCO2 for a tce",
            expected="a factor above 0",
            remedy="name the factor that the figure is stated with",
        )
    return saved_tce * Fraction(tco2_per_tce)
