"""The balance of one medium of one subject: what came in is what was used, passed on or is left.

::

    opening + purchased + made + recovered = consumed + supplied + closing + difference

The difference is stated and never spread over the other terms: it is loss, a stock that was
weighed wrongly, or a form that contradicts a meter. A term that nobody stated is unknown, and a
balance that lacks one it needs is open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import Final

from taihang.core.activity.record import Flow
from taihang.core.errors import InputError
from taihang.core.quantities import EXACT


class MediumError(InputError):
    """Amounts of one medium contradict each other."""

    code = "input.medium"


class BalanceState(StrEnum):
    """Whether a balance can be drawn."""

    DRAWN = "drawn"
    """Every term it needs is stated; the difference says how well it closes."""
    OPEN = "open"
    """A term is not stated; ``lacking`` names it."""


_PARTS: Final = (Flow.FEEDSTOCK, Flow.CONVERSION_INPUT)
"""Parts of the consumption: stated beside it and not added to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumBalance:
    """One medium of one subject in one period; amounts in ``unit``, None where nobody stated it.

    Example:
        >>> coal = MediumBalance(item="raw-coal", unit="t", opening=Decimal(10), amounts={
        ...     Flow.PURCHASED: Decimal(100), Flow.CONSUMED: Decimal(95),
        ...     Flow.CLOSING_STOCK: Decimal(14)})
        >>> coal.difference
        Decimal('1')
    """

    item: str
    unit: str
    opening: Decimal | None
    """Closing stock of the period before."""
    amounts: Mapping[Flow, Decimal]

    def __post_init__(self) -> None:
        """Refuse a part of the consumption that is larger than the whole.

        Raises:
            MediumError: If feedstock and conversion exceed what was consumed.
        """
        consumed = self.amounts.get(Flow.CONSUMED)
        parts = [flow for flow in _PARTS if flow in self.amounts]
        if not parts:
            return
        with localcontext(EXACT):
            total = sum((self.amounts[flow] for flow in parts), start=Decimal(0))
        if consumed is None or total > consumed:
            raise MediumError(
                given=f"{self.item}: {' + '.join(parts)} of {total} {self.unit}, consumed "
                f"{'not stated' if consumed is None else consumed}",
                expected="parts of the consumption that are within it",
                remedy="state the whole consumption, feedstock and conversion included",
            )

    @property
    def has_stock(self) -> bool:
        """Whether a stock is kept: then both ends of the period need one."""
        return self.opening is not None or Flow.CLOSING_STOCK in self.amounts

    @property
    def lacking(self) -> tuple[str, ...]:
        """The terms without which no balance can be drawn."""
        lacking: list[str] = []
        if not {Flow.PURCHASED, Flow.CONVERSION_OUTPUT, Flow.RECOVERED} & self.amounts.keys():
            lacking.append(Flow.PURCHASED.value)
        if Flow.CONSUMED not in self.amounts:
            lacking.append(Flow.CONSUMED.value)
        if self.has_stock and self.opening is None:
            lacking.append("opening-stock")
        if self.has_stock and Flow.CLOSING_STOCK not in self.amounts:
            lacking.append(Flow.CLOSING_STOCK.value)
        return tuple(lacking)

    @property
    def state(self) -> BalanceState:
        """Whether it can be drawn."""
        return BalanceState.OPEN if self.lacking else BalanceState.DRAWN

    @property
    def came_in(self) -> Decimal:
        """Everything on the left side, exact."""
        flows = (Flow.PURCHASED, Flow.CONVERSION_OUTPUT, Flow.RECOVERED)
        return self._sum(flows, self.opening)

    @property
    def went_out(self) -> Decimal:
        """Everything on the right side but the difference, exact."""
        return self._sum((Flow.CONSUMED, Flow.SUPPLIED, Flow.CLOSING_STOCK), None)

    @property
    def difference(self) -> Decimal | None:
        """What the right side lacks to the left, exact; None while the balance is open."""
        if self.state is BalanceState.OPEN:
            return None
        with localcontext(EXACT):
            return self.came_in - self.went_out

    def _sum(self, flows: tuple[Flow, ...], more: Decimal | None) -> Decimal:
        with localcontext(EXACT):
            stated = [self.amounts[flow] for flow in flows if flow in self.amounts]
            return sum(stated, start=more or Decimal(0))
