"""What a month's bills are to those who are paid: plants and operator, from the same lines.

Nothing is priced here. A sale is the line of a bill, seen from the plant; what a user paid to the
operator is the rest of its bill. So Σ bills = Σ payments = Σ sales of plants + what the operator
collected, to the fen and by construction; ``settle_revenue`` checks it all the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from taihang.core.errors import IntegrityError
from taihang.core.market.bill import Bill
from taihang.core.market.bill_line import BillLine, LineState, sum_cny
from taihang.core.market.closure import OF_SUPPLY, Closure
from taihang.core.market.tariff import BillItem
from taihang.core.quantities import WH_PER_KWH

_ZERO: Final = Decimal(0)
EXPORT: Final = "export"
"""The item of what energy fed into the grid earns, beside those of a bill."""


class RevenueClosureError(IntegrityError):
    """What plants and operator got is not what users and grid paid."""

    code = "integrity.revenue-closure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What one user took of one plant under one contract in a month."""

    plant: str
    contract: str
    payer: str
    priced_wh: int | None
    """Energy that has a price; None where none of it has [Wh]."""
    energy_cny: Decimal | None
    """The line of the bill; None where it is not assessed [CNY]."""
    value_cny: Decimal | None
    """Environmental value; None where the contract does not price it apart [CNY]."""
    is_whole: bool
    """Whether every interval behind it has a reading and a price."""

    @property
    def total_cny(self) -> Decimal:
        """Both, as far as they are assessed [CNY]."""
        return (self.energy_cny or _ZERO) + (self.value_cny or _ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What one user paid, and to whom."""

    payer: str
    sales: tuple[Sale, ...]
    to_operator_cny: Mapping[BillItem, Decimal]
    """Everything else on its bill, by item; without what could not be assessed [CNY]."""

    @property
    def total_cny(self) -> Decimal:
        """The total of the bill [CNY]."""
        to_plants = sum((sale.total_cny for sale in self.sales), _ZERO)
        return to_plants + sum(self.to_operator_cny.values(), _ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One item between the operator and everybody else."""

    item: str
    collected_cny: Decimal
    """From the users; of export, from the grid [CNY]."""
    paid_cny: Decimal
    """To the grid; of green energy and export, to the plants [CNY]."""

    @property
    def kept_cny(self) -> Decimal:
        """What stays with the operator; negative where it pays in [CNY]."""
        return self.collected_cny - self.paid_cny


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueMonth:
    """The money of a month from the side of those who are paid."""

    payments: tuple[Payment, ...]
    passages: tuple[Passage, ...]
    """What the operator collected and paid on, in the order of a bill; export last."""

    def sales_of(self, plant: str) -> tuple[Sale, ...]:
        """Return the sales of one plant, in the order of the bills."""
        return tuple(s for each in self.payments for s in each.sales if s.plant == plant)


def settle_revenue(
    closure: Closure,
    *,
    bills: Sequence[Bill],
    gateway: Sequence[Bill],
    plant_of: Mapping[str, str],
) -> RevenueMonth:
    """Tell the money of a month from the side of plants, users and operator.

    Args:
        closure: How it closes.
        bills: The bills of the users.
        gateway: The bills of the grid connections.
        plant_of: The plant of each green supply contract.

    Returns:
        Who paid whom.

    Raises:
        RevenueClosureError: If any sum is not that of the bills.
    """
    payments = tuple(_payment(each, plant_of) for each in bills)
    found = RevenueMonth(payments=payments, passages=_passages(closure, bills, gateway))
    _require(found, closure, bills)
    return found


def _payment(each: Bill, plant_of: Mapping[str, str]) -> Payment:
    lines = {line.code: line for line in each.lines}
    contracts = [
        line.code.removeprefix(f"{BillItem.GREEN}.")
        for line in each.lines
        if line.item is BillItem.GREEN
    ]
    rest = [line for line in each.lines if line.item not in OF_SUPPLY]
    return Payment(
        payer=each.user,
        sales=tuple(_sale(name, each.user, plant_of[name], lines) for name in contracts),
        to_operator_cny={
            item: sum_cny(line for line in rest if line.item is item)
            for item in BillItem
            if any(line.item is item and line.amount_cny is not None for line in rest)
        },
    )


def _sale(contract: str, payer: str, plant: str, lines: Mapping[str, BillLine]) -> Sale:
    energy = lines[f"{BillItem.GREEN}.{contract}"]
    value = lines.get(f"{BillItem.GREEN_VALUE}.{contract}")
    states = {line.state for line in (energy, value) if line is not None}
    return Sale(
        plant=plant,
        contract=contract,
        payer=payer,
        priced_wh=None if energy.quantity is None else int(energy.quantity * WH_PER_KWH),
        energy_cny=energy.amount_cny,
        value_cny=None if value is None else value.amount_cny,
        is_whole=states == {LineState.BILLED},
    )


def _passages(
    closure: Closure, bills: Sequence[Bill], gateway: Sequence[Bill]
) -> tuple[Passage, ...]:
    collected = [line for each in bills for line in each.lines]
    paid = [line for each in gateway for line in each.lines]
    present = {line.item for line in (*collected, *paid) if line.amount_cny is not None}
    found = [
        Passage(
            item=item.value,
            collected_cny=sum_cny(line for line in collected if line.item is item),
            # What users pay under green contracts goes to the plants, and nothing of it stays.
            paid_cny=sum_cny(
                line for line in (collected if item in OF_SUPPLY else paid) if line.item is item
            ),
        )
        for item in BillItem
        if item in present
    ]
    passed_cny = sum((each.export_cny for each in closure.payments), _ZERO)
    export = Passage(item=EXPORT, collected_cny=closure.export_cny, paid_cny=passed_cny)
    return (*found, export)


def _require(found: RevenueMonth, closure: Closure, bills: Sequence[Bill]) -> None:
    sold = {
        each.plant: sum((sale.total_cny for sale in found.sales_of(each.plant)), _ZERO)
        for each in closure.payments
    }
    sums = (
        ("payments of users", [each.total_cny for each in found.payments]),
        ("sales of plants", [*sold.values()]),
        ("what stays with the operator", [each.kept_cny for each in found.passages]),
    )
    wanted = (
        [each.total_cny for each in bills],
        [each.green_cny for each in closure.payments],
        [closure.margin_cny],
    )
    for (what, parts), whole in zip(sums, wanted, strict=True):
        if sum(parts, _ZERO) != sum(whole, _ZERO):
            raise RevenueClosureError(
                given=f"{what} of {sum(parts, _ZERO)} CNY in {closure.month}",
                expected=f"{sum(whole, _ZERO)} CNY, as the bills say",
                remedy="stop: a line of a bill is of no payee; report the month",
            )
