"""The book of listings inside the park, and what an order takes from it.

An order buys now: it takes the cheapest listing first, of equal prices the one that was listed
first, each at the price of its seller, as long as that is at most the limit of the order. What is
not filled is not kept; nobody's money or certificates wait in a queue.

Laws, each a property in the tests: fills are in order of price and time; no listing that the order
could still take is left while it wants more; Σ fills ≤ what was ordered and ≤ each listing; nobody
buys from oneself; the same book and order give the same fills.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final, NoReturn

from taihang.core.errors import InputError
from taihang.core.quantities import EXACT, WH_PER_MWH, to_fen

MAX_FILLS: Final = 1_000
"""So many listings one order takes at most (§10)."""


class MarketOrderError(InputError):
    """A listing or an order that no market can take."""

    code = "input.market-order"


class CertificatePriceError(InputError):
    """A price lies outside of the limits of the market."""

    code = "input.certificate-price"


@dataclass(frozen=True, slots=True)
class PriceLimits:
    """Between which prices certificates may change hands in a park; both ends are allowed."""

    low_cny_per_mwh: Decimal
    high_cny_per_mwh: Decimal

    def demand(self, price_cny_per_mwh: Decimal) -> None:
        """Refuse a price outside of the limits.

        Raises:
            CertificatePriceError: If it is.

        Example:
            >>> PriceLimits(Decimal(1), Decimal(50)).demand(Decimal("49.99"))
        """
        if not (
            price_cny_per_mwh.is_finite()
            and self.low_cny_per_mwh <= price_cny_per_mwh <= self.high_cny_per_mwh
        ):
            raise CertificatePriceError(
                given=f"{price_cny_per_mwh} CNY/MWh",
                expected=f"{self.low_cny_per_mwh} … {self.high_cny_per_mwh} CNY/MWh, as park.toml "
                "says",
                remedy="ask for a price within the limits",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one holder offers to anybody."""

    id: str
    number: int
    """Of the act that listed it: of equal prices the lower number goes first."""
    seller: str
    energy_wh: int
    """What of it is still to be had [Wh]."""
    minimum_wh: int
    """Least that a buyer takes; what is left below it is sold whole [Wh]."""
    price_cny_per_mwh: Decimal
    until_s: int
    """First instant at which it can no longer be bought [s since 1970-01-01T00:00Z]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What one buyer wants now."""

    buyer: str
    energy_wh: int
    limit_cny_per_mwh: Decimal
    """The highest price that the buyer pays."""


@dataclass(frozen=True, slots=True)
class Fill:
    """What an order takes of one listing."""

    listing: Listing
    energy_wh: int

    @property
    def amount_cny(self) -> Decimal:
        """What the buyer pays, rounded to fen once [CNY]."""
        return amount_of(self.energy_wh, self.listing.price_cny_per_mwh)


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of an order."""

    fills: tuple[Fill, ...]
    unfilled_wh: int


def amount_of(energy_wh: int, price_cny_per_mwh: Decimal) -> Decimal:
    """Return what an energy costs, rounded to fen once.

    Args:
        energy_wh: The energy. [Wh]
        price_cny_per_mwh: Its price.

    Example:
        >>> amount_of(1_500_000, Decimal("7.5"))
        Decimal('11.25')
    """
    with localcontext(EXACT):
        exact_cny = price_cny_per_mwh * energy_wh / WH_PER_MWH
    return to_fen(exact_cny)


def fill_order(book: Iterable[Listing], order: Order, *, now_s: int) -> Filled:
    """Return what an order takes of a book.

    Args:
        book: Every listing, in any order.
        order: What is wanted.
        now_s: The instant of the order. [s since 1970-01-01T00:00Z]

    Returns:
        The fills in the order in which they are taken, and what is left of the order.

    Raises:
        MarketOrderError: If the order wants nothing or its limit is no price, two listings have one
            number, or it would take too many listings.

    Example:
        >>> shared = {"seller": "PV01", "minimum_wh": 1, "until_s": 100}
        >>> dear = Listing(
        ...     id="a", number=1, energy_wh=5, price_cny_per_mwh=Decimal(9), **shared
        ... )
        >>> cheap = Listing(
        ...     id="b", number=2, energy_wh=3, price_cny_per_mwh=Decimal(8), **shared
        ... )
        >>> order = Order(buyer="E01", energy_wh=4, limit_cny_per_mwh=Decimal(9))
        >>> [(f.listing.id, f.energy_wh) for f in fill_order([dear, cheap], order, now_s=0).fills]
        [('b', 3), ('a', 1)]
    """
    _demand_order(order)
    fills: list[Fill] = []
    open_wh = order.energy_wh
    for listing in open_listings(book, now_s=now_s):
        taken_wh = _taken_wh(listing, order, open_wh)
        if taken_wh:
            fills.append(Fill(listing, taken_wh))
            open_wh -= taken_wh
        if len(fills) > MAX_FILLS:
            _refuse(f"more than {MAX_FILLS} listings in one order", "a smaller order")
    return Filled(tuple(fills), open_wh)


def open_listings(book: Iterable[Listing], *, now_s: int) -> tuple[Listing, ...]:
    """Return the listings that can be bought, the cheapest first, then the earliest.

    Raises:
        MarketOrderError: If two listings have one number.
    """
    found = sorted(
        (one for one in book if now_s < one.until_s and one.energy_wh > 0),
        key=lambda one: (one.price_cny_per_mwh, one.number),
    )
    if len({one.number for one in found}) != len(found):
        _refuse("two listings of one act", "one number for each listing")
    return tuple(found)


def demand_listing(listing: Listing, *, limits: PriceLimits, now_s: int) -> None:
    """Refuse what cannot be listed.

    Args:
        listing: What is to be listed.
        limits: The prices of the market.
        now_s: The present. [s since 1970-01-01T00:00Z]

    Raises:
        MarketOrderError: If it offers nothing, wants more at least than it offers, or has ended.
        CertificatePriceError: If its price is outside of the limits.
    """
    limits.demand(listing.price_cny_per_mwh)
    if not 0 < listing.minimum_wh <= listing.energy_wh:
        _refuse(
            f"{listing.energy_wh} Wh with a minimum of {listing.minimum_wh} Wh",
            "a minimum of 1 Wh or more, and at most what is offered",
        )
    if listing.until_s <= now_s:
        _refuse("an end that has passed", "an end in the future")


def totals_by_price(book: Sequence[Listing], *, now_s: int) -> tuple[tuple[Decimal, int, int], ...]:
    """Return the book as strangers see it: nobody is named.

    Returns:
        Price [CNY/MWh], energy [Wh] and number of listings, the cheapest first.
    """
    found: dict[Decimal, tuple[int, int]] = {}
    for one in open_listings(book, now_s=now_s):
        energy_wh, n_listings = found.get(one.price_cny_per_mwh, (0, 0))
        found[one.price_cny_per_mwh] = (energy_wh + one.energy_wh, n_listings + 1)
    return tuple((price, *rest) for price, rest in found.items())


def _taken_wh(listing: Listing, order: Order, open_wh: int) -> int:
    if listing.seller == order.buyer or listing.price_cny_per_mwh > order.limit_cny_per_mwh:
        return 0
    taken_wh = min(listing.energy_wh, open_wh)
    is_enough = taken_wh >= listing.minimum_wh or taken_wh == listing.energy_wh
    return taken_wh if is_enough else 0


def _demand_order(order: Order) -> None:
    limit = order.limit_cny_per_mwh
    if order.energy_wh < 1 or not limit.is_finite() or limit < 0:
        _refuse(
            f"an order of {order.energy_wh} Wh at {limit} CNY/MWh",
            "1 Wh or more at a price of 0 or more",
        )


def _refuse(given: str, expected: str) -> NoReturn:
    raise MarketOrderError(given=given, expected=expected, remedy="change the listing or order")
