"""The energy-flow table 能流表 behind a Sankey diagram: rows from node to node that conserve.

One medium gives rows from where it came to the subject, and from the subject to where it went. What
does not close is a row of its own, so that in every node as much goes in as comes out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final

from taihang.core.activity.record import Flow
from taihang.core.energy.medium import BalanceState, MediumBalance
from taihang.core.quantities import EXACT

STOCK: Final = "stock"
UNEXPLAINED: Final = "unexplained"
"""Where a surplus comes from and a shortfall goes to."""
_IN: Final = (Flow.PURCHASED, Flow.CONVERSION_OUTPUT, Flow.RECOVERED)
_USES: Final = (Flow.FEEDSTOCK, Flow.CONVERSION_INPUT)
FINAL_USE: Final = "final-use"
"""Consumption that is neither feedstock nor converted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRow:
    """An amount on its way between two nodes."""

    source: str
    target: str
    item: str
    amount: Decimal
    unit: str


def flow_rows(subject: str, balances: Iterable[MediumBalance]) -> Iterator[FlowRow]:
    """Yield the rows of a subject; media whose balance is open give none.

    Args:
        subject: The node in the middle.
        balances: One for each medium.

    Yields:
        Rows with an amount above zero; of each medium the sum into the subject equals that out.
    """
    for balance in balances:
        if balance.state is BalanceState.DRAWN:
            yield from _rows(subject, balance)


def _rows(subject: str, balance: MediumBalance) -> Iterator[FlowRow]:
    amounts, difference = balance.amounts, balance.difference or Decimal(0)
    closing = amounts.get(Flow.CLOSING_STOCK, Decimal(0))
    with localcontext(EXACT):
        drawn = (balance.opening or Decimal(0)) - closing
        parts = sum((amounts.get(flow, Decimal(0)) for flow in _USES), start=Decimal(0))
        final = amounts.get(Flow.CONSUMED, Decimal(0)) - parts
    came: list[tuple[str, Decimal]] = [
        *((flow.value, amounts.get(flow, Decimal(0))) for flow in _IN),
        (STOCK, max(drawn, Decimal(0))),
        (UNEXPLAINED, max(-difference, Decimal(0))),
    ]
    went: list[tuple[str, Decimal]] = [
        (FINAL_USE, final),
        *((flow.value, amounts.get(flow, Decimal(0))) for flow in (*_USES, Flow.SUPPLIED)),
        (STOCK, max(-drawn, Decimal(0))),
        (UNEXPLAINED, max(difference, Decimal(0))),
    ]
    for node, amount in came:
        if amount:
            yield _row(node, subject, balance, amount)
    for node, amount in went:
        if amount:
            yield _row(subject, node, balance, amount)


def _row(source: str, target: str, balance: MediumBalance, amount: Decimal) -> FlowRow:
    return FlowRow(
        source=source, target=target, item=balance.item, amount=amount, unit=balance.unit
    )
