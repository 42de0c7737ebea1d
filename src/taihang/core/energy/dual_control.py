"""Energy dual control 能耗双控: intensity, and the energy that is assessed.

::

    E_assess = E_total − E_raw − ΔE_RE            [tce]
    intensity = E / value added                   [tce per 10⁴ CNY, at constant prices]
    fall      = (intensity_now / intensity_base − 1) × 100 %

Energy used as raw material and the year's increase of renewable electricity are not counted. All
three terms are stated beside each other; without the renewable electricity of the year before there
is no assessed energy, for what is unknown is not zero.

Source: 发改环资〔2022〕803号, 发改运行〔2022〕1258号 (numbers from memory); that new renewable
electricity is taken off, verified: K40; value added at constant prices, from memory.
"""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from taihang.core.errors import InputError
from taihang.core.quantities import EXACT


class DualControlError(InputError):
    """Figures of the dual control that cannot be of one year."""

    code = "input.dual-control"


@dataclass(frozen=True, slots=True, kw_only=True)
class DualControl:
    """One year of one subject."""

    total_tce: Decimal
    feedstock_tce: Decimal | None
    """Energy used as raw material; None where nobody stated it."""
    renewable_tce: Decimal
    """Renewable electricity used in the year, at equivalent value."""
    renewable_before_tce: Decimal | None
    """That of the year before; None where it is not known."""

    def __post_init__(self) -> None:
        """Refuse parts that exceed the whole.

        Raises:
            DualControlError: If feedstock and renewables are more than the total.
        """
        with localcontext(EXACT):
            parts = (self.feedstock_tce or Decimal(0)) + self.renewable_tce
        if min(self.total_tce, self.feedstock_tce or Decimal(0), self.renewable_tce) < 0:
            raise self._error(f"{self}", "amounts of 0 or more")
        if parts > self.total_tce:
            raise self._error(
                f"feedstock and renewables of {parts} tce in {self.total_tce} tce",
                "parts within the total",
            )

    @property
    def new_renewable_tce(self) -> Decimal | None:
        """The increase over the year before, 0 where there was none, exact [tce]."""
        if self.renewable_before_tce is None:
            return None
        with localcontext(EXACT):
            return max(self.renewable_tce - self.renewable_before_tce, Decimal(0))

    @property
    def assessed_tce(self) -> Decimal | None:
        """E_assess, exact [tce].

        None where the feedstock, or the renewables of the year before, are not known.
        """
        increase = self.new_renewable_tce
        if increase is None or self.feedstock_tce is None:
            return None
        with localcontext(EXACT):
            return self.total_tce - self.feedstock_tce - increase

    @staticmethod
    def _error(given: str, expected: str) -> DualControlError:
        return DualControlError(
            given=given, expected=expected, remedy="look at the lines behind the total"
        )


def intensity(amount: Decimal, per: Decimal) -> Fraction | None:
    """Return an amount over what it was used for, exact; None where that is 0.

    Args:
        amount: Energy or emission.
        per: Value added at constant prices, or products.

    Example:
        >>> intensity(Decimal("5"), Decimal("2"))
        Fraction(5, 2)
    """
    return Fraction(amount) / Fraction(per) if per else None


def fall_ratio(now: Fraction, base: Fraction) -> Fraction | None:
    """Return by which share an intensity changed; below 0 where it fell.

    Example:
        >>> fall_ratio(Fraction(9), Fraction(10))
        Fraction(-1, 10)
    """
    return now / base - 1 if base else None
