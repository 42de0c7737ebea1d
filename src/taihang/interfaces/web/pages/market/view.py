"""What the page Market shows, before it is put into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from taihang.core.figure.story import Named
from taihang.core.park.contract import GreenSupply
from taihang.services.figure_standing import Standing, Told
from taihang.services.lot_market import BookLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One item of the bills: what users paid for it, what of that was paid on."""

    item: str
    collected: Told
    paid: Told
    kept: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """One reason for what stays with the operator."""

    code: str
    title: Named
    wh: Told
    amount: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How the money of the month closes."""

    users: Told
    export: Told
    plants: Told
    gateway: Told
    margin: Told

    @property
    def difference_cny(self) -> Decimal | None:
        """What is left over, which is nothing; None where a sum is not stated."""
        told = (self.users, self.export, self.plants, self.gateway, self.margin)
        known = [each.value for each in told if each.value is not None]
        if len(known) < len(told):
            return None
        users, export, *paid = known
        return users + export - sum(paid, Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldLine:
    """What a user took under one contract, and paid for it."""

    payee: str
    contract: str
    delivered_wh: Told
    price: Told
    energy: Told
    value: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketView:
    """The page."""

    zone: str
    is_whole: bool
    """Whether the viewer sees the whole park."""
    months: tuple[str, ...]
    """Months whose settlement is stated, in order."""
    month: str
    """The month that is shown; empty where none is stated."""
    is_assumed: bool = False
    """Whether prices stand in that nobody fixed: no money to pay."""
    names: Mapping[str, Named] = field(default_factory=dict[str, Named])
    plants: tuple[Standing, ...] = ()
    payments: tuple[Standing, ...] = ()
    """Of every user that the viewer sees."""
    closing: Closing | None = None
    items: tuple[ItemRow, ...] = ()
    reasons: tuple[ReasonRow, ...] = ()
    rules: tuple[str, ...] = ()
    lines: tuple[SoldLine, ...] = ()
    """Of one user alone."""
    offers: tuple[GreenSupply, ...] = ()
    """Contracts of green energy, as the park file has them."""
    book: tuple[BookLevel, ...] | None = None
    """Certificates for sale by price; None where the park has no market of them."""

    @property
    def own(self) -> Standing | None:
        """What the one user that looks paid; None where the whole park is seen."""
        return None if self.is_whole or len(self.payments) != 1 else self.payments[0]
