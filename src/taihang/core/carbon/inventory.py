"""The greenhouse-gas inventory of an enterprise: lines by scope, each with the facts behind it.

A line is one activity, its amount, the factors used and the emission that follows. Lines are exact
decimals, so the total is their sum to the last digit; rounding for print happens in one place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from enum import IntEnum, StrEnum
from typing import Final

from taihang.core.errors import InputError
from taihang.core.facts import Fact
from taihang.core.periods import Period
from taihang.core.quantities import EXACT, KG_PER_T

PRINTED_T: Final = Decimal("0.01")
"""The last digit that a page or report prints of an emission [tCO2e]."""


class InventoryError(InputError):
    """The lines of an inventory do not belong together, or a view of it does not exist."""

    code = "input.inventory"


class Scope(IntEnum):
    """Whose chimney it is (ISO 14064-1 categories 1, 2 and 3–6; GHG Protocol scopes)."""

    DIRECT = 1
    """Fuel and process emissions inside the boundary."""
    ENERGY = 2
    """Emissions behind purchased electricity and heat."""
    CHAIN = 3
    """Emissions elsewhere in the value chain."""


class Method(StrEnum):
    """How purchased electricity is counted; a total names one and never adds two."""

    LOCATION = "location-based"
    MARKET = "market-based"
    INTERVAL_MARKET = "interval-market-based"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One activity and its emission."""

    scope: Scope
    activity: str
    """What was burnt, made or bought, in the words of the factor table."""
    amount: Decimal
    unit: str
    factors: tuple[Fact, ...]
    """Every fact that went into the number."""
    kg_co2e: Decimal
    """Emission of record [kgCO2e]."""
    method: Method | None = None
    """The view of scope 2 that the line belongs to; None counts in every view, as heat does."""

    @property
    def factor_keys(self) -> tuple[str, ...]:
        """What a statement stores, in the order of the formula."""
        return tuple(fact.key for fact in self.factors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All lines of one enterprise over one period."""

    enterprise: str
    period: Period
    fuel_factor_set: str
    """The one set that every ``fuel.*`` fact comes from, for example ``guide-2015``."""
    gwp_set: str
    """The one set that every ``gwp.*`` fact comes from, for example ``AR6``."""
    examined: frozenset[Scope]
    """Scopes that were looked at: one of these without a line is a true zero, any other unknown."""
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        """Refuse lines of unexamined scopes, misplaced views and mixed factor sets.

        Raises:
            InventoryError: If a line does not fit the inventory; the message names it.
        """
        for line in self.lines:
            expected = self._misfit(line)
            if expected:
                raise InventoryError(
                    given=f"the line {line.activity!r} (scope {line.scope.value}, {line.method})",
                    expected=expected,
                    remedy="correct the line, or draw up a second inventory",
                )

    def _misfit(self, line: Line) -> str:
        """Say what a line should have been, or nothing if it fits."""
        if line.scope not in self.examined:
            return f"a line of an examined scope {[scope.value for scope in sorted(self.examined)]}"
        if line.method is not None and line.scope is not Scope.ENERGY:
            return "a scope-2 method on scope-2 lines only"
        for fact in line.factors:
            if fact.set != self._set_of(fact):
                return f"{fact.code} from the set {self._set_of(fact)!r}, not {fact.set!r}"
        return ""

    def _set_of(self, fact: Fact) -> str:
        if fact.code.startswith("fuel."):
            return self.fuel_factor_set
        if fact.code.startswith("gwp."):
            return self.gwp_set
        return fact.set  # other facts carry no family choice of the inventory

    def scope_kg(self, scope: Scope, *, method: Method) -> Decimal:
        """Return the emission of one scope.

        Args:
            scope: The scope; it must have been examined.
            method: The view of scope 2; without effect on the other scopes.

        Returns:
            Exact sum of its lines [kgCO2e].

        Raises:
            InventoryError: If the scope was not examined or the view was not drawn up.
        """
        if scope not in self.examined:
            raise InventoryError(
                given=f"scope {scope.value} of {self.enterprise}",
                expected=f"one of {[known.value for known in sorted(self.examined)]}, which alone "
                "were examined: what is unknown is not zero",
                remedy="examine the scope, or leave it out of the total",
            )
        lines = [line for line in self.lines if line.scope is scope]
        drawn_up = {line.method for line in lines} - {None}
        if drawn_up and method not in drawn_up:
            raise InventoryError(
                given=f"the {method.value} view of {self.enterprise}",
                expected=f"one of {sorted(str(drawn) for drawn in drawn_up)}",
                remedy="draw up this view of the electricity too, then ask again",
            )
        return _sum_kg(line for line in lines if line.method in {None, method})

    def total_kg(self, *, method: Method) -> Decimal:
        """Return the emission of every examined scope, scope 2 in one view [kgCO2e]."""
        with localcontext(EXACT):
            return sum(
                (self.scope_kg(scope, method=method) for scope in sorted(self.examined)),
                start=Decimal(0),
            )


def printed_t(kg_co2e: Decimal) -> Decimal:
    """Round an emission for print, half to even: the one rounding a reader sees.

    Args:
        kg_co2e: The exact emission. [kgCO2e]

    Returns:
        Tonnes to two decimals [tCO2e].

    Example:
        >>> printed_t(Decimal("2322774.5"))
        Decimal('2322.77')
    """
    return (kg_co2e / KG_PER_T).quantize(PRINTED_T, ROUND_HALF_EVEN)


def _sum_kg(lines: Iterable[Line]) -> Decimal:
    with localcontext(EXACT):
        return sum((line.kg_co2e for line in lines), start=Decimal(0))
