"""Jobs of the market of certificates inside a park: list, order, offer, consent, pay, take back.

Whoever acts is named and must hold what the act is about. There is no login yet: that a name is who
it says is not checked here. The ledger judges every act and keeps it; this
job adds the rules of the park's market: price limits, the least lot, the time to pay.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from taihang.core.certificates.act import (
    Accept,
    Act,
    Buy,
    Decline,
    Delist,
    List,
    Offer,
    Pay,
    Revoke,
)
from taihang.core.certificates.act_document import open_act
from taihang.core.certificates.certificate import Certificate, Piece, State
from taihang.core.certificates.lot_book import (
    Holding,
    Waiting,
    holdings_of,
    listings_of,
    waiting_of,
)
from taihang.core.certificates.order_book import (
    MAX_FILLS,
    Listing,
    Order,
    PriceLimits,
    demand_listing,
    fill_order,
    totals_by_price,
)
from taihang.core.certificates.refusal import ActIdReusedError
from taihang.core.errors import StateError
from taihang.core.park.certificate_market import CertificateMarket
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.services.ledger import act_on, act_once, demand_own_id
from taihang.services.ports import Ports
from taihang.services.sight_rules import demand_whole

_IDS_OF_ORDER: Final = "{order}.{number}"
"""Purchases of an order are acts of their own, under its id."""


class MarketClosedError(StateError):
    """The park has no rules for a market of certificates."""

    code = "state.market-closed"


class NotForSaleError(StateError):
    """Nothing in the book can be bought at the terms of an order."""

    code = "state.nothing-for-sale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a holder offers."""

    id: str
    """Given by the holder; given again when it tries again."""
    seller: str
    energy_wh: int | None
    """How much, the earliest to expire first; None where pieces are named [Wh]."""
    pieces: tuple[Piece, ...] = ()
    price_cny_per_mwh: Decimal
    until_s: int
    """First instant at which it can no longer be taken [s since 1970-01-01T00:00Z]."""

    @property
    def offered_wh(self) -> int:
        """What is offered [Wh]."""
        return sum(one.wh for one in self.pieces) if self.energy_wh is None else self.energy_wh


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What a seller or the operator says of a payment."""

    id: str
    actor: str
    deal: str
    amount_cny: Decimal
    reference: str
    """Of the payment, as the bank names it."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an act."""

    act: str
    kind: str
    pieces: tuple[Piece, ...]
    is_new: bool
    """False: it was done before under this id, word for word."""

    @property
    def energy_wh(self) -> int:
        """Energy that it moved [Wh]."""
        return sum(one.wh for one in self.pieces)


@dataclass(frozen=True, slots=True)
class Bought:
    """What became of an order."""

    purchases: tuple[Waiting, ...]
    """What it took and now has to pay, or what of it still waits for payment."""
    energy_wh: int
    """All that it took [Wh]."""
    unfilled_wh: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class BookLevel:
    """One price of the book; it names nobody."""

    price_cny_per_mwh: Decimal
    energy_wh: int
    n_listings: int


# -- selling -------------------------------------------------------------------------------------


def list_for_sale(ask: Ask, *, ports: Ports) -> Done:
    """Offer certificates to anybody in the park (挂牌).

    Args:
        ask: What is offered, by whom, at which price, until when.
        ports: The outside world, opened for writing.

    Raises:
        MarketClosedError: If the park has no rules of a market.
        CertificatePriceError: If the price is outside of its limits.
        MarketOrderError: If it is less than the least lot, or has ended.
        ActRefusedError: If the ledger refuses; subclasses say why, with the numbers.
    """
    rules = market_of(ports)
    at_s = _time_of(ask.id, ports)
    _demand_ask(ask, rules, at_s)
    return _done(List(**_terms(ask, rules, at_s)), ports)


def offer(ask: Ask, *, to: str, ports: Ports) -> Done:
    """Offer certificates to one party, who has to consent (双边).

    Args:
        ask: What is offered; a price of 0 is a gift, delivered with the consent.
        to: The party.
        ports: The outside world, opened for writing.

    Raises:
        MarketClosedError: If the park has no rules of a market.
        CertificatePriceError: If the price is above 0 and outside of its limits.
        MarketOrderError: If it is less than the least lot, or has ended.
        SelfTransferError: If the party is the holder itself.
        ActRefusedError: If the ledger refuses; subclasses say why, with the numbers.
    """
    rules = market_of(ports)
    at_s = _time_of(ask.id, ports)
    if ask.price_cny_per_mwh != 0:
        _demand_ask(ask, rules, at_s)
    return _done(Offer(**_terms(ask, rules, at_s), to=to), ports)


def delist(id_: str, *, actor: str, listing: str, ports: Ports) -> Done:
    """Take back what is left of a listing."""
    at_s = _time_of(id_, ports)
    return _done(Delist(id=id_, actor=actor, at_s=at_s, listing=listing), ports)


def revoke(id_: str, *, actor: str, deal: str, ports: Ports) -> Done:
    """Take back an offer nobody consented to, or a deal whose payment is overdue."""
    at_s = _time_of(id_, ports)
    return _done(Revoke(id=id_, actor=actor, at_s=at_s, deal=deal), ports)


def give_back_overdue(*, ports: Ports) -> tuple[Done, ...]:
    """Give every deal that was not paid in time back to its seller.

    Args:
        ports: The outside world, opened for writing.

    Returns:
        What went back; nothing where every deal has time left.
    """
    now_s = int(ports.clock.now().timestamp())
    overdue = [one for one in waiting(ports=ports) if one.step != Offer.KIND and one.due_s <= now_s]
    acts = [
        Revoke(id=f"overdue:{one.deal}", actor=one.seller, at_s=now_s, deal=one.deal)
        for one in overdue
    ]
    return tuple(_group_done(acts, ports))


# -- buying --------------------------------------------------------------------------------------


def accept(id_: str, *, actor: str, offered: str, ports: Ports) -> Done:
    """Consent to an offer; it waits for payment, and a gift is delivered at once."""
    at_s = _time_of(id_, ports)
    return _done(Accept(id=id_, actor=actor, at_s=at_s, offer=offered), ports)


def decline(id_: str, *, actor: str, offered: str, ports: Ports) -> Done:
    """Refuse an offer, which gives it back to its holder."""
    at_s = _time_of(id_, ports)
    return _done(Decline(id=id_, actor=actor, at_s=at_s, offer=offered), ports)


def buy(id_: str, order: Order, *, ports: Ports) -> Bought:
    """Buy now from the listings, by price and then by time; what is not filled is not kept.

    Args:
        id_: Id of the order, given by the buyer; given again when it tries again.
        order: What is wanted and the highest price.
        ports: The outside world, opened for writing.

    Returns:
        What it took; each purchase waits for its payment.

    Raises:
        MarketClosedError: If the park has no rules of a market.
        NotForSaleError: If nothing can be bought at these terms.
        ActIdError: If the id is one that only the park gives.
        ActIdReusedError: If the id stands for an order of another party or of less.
        ActRefusedError: If the ledger refuses; subclasses say why, with the numbers.
    """
    # 1. The same order again is the same order.
    before = _purchases(id_, ports)
    if before:
        return _bought_before(id_, order, before, ports)
    # 2. What it takes of the book.
    demand_own_id(id_, ports=ports)
    market_of(ports)
    now_s = int(ports.clock.now().timestamp())
    filled = fill_order(listings(ports=ports), order, now_s=now_s)
    if not filled.fills:
        raise NotForSaleError(
            given=f"{order.energy_wh} Wh for {order.buyer} at {order.limit_cny_per_mwh} CNY/MWh",
            expected="a listing of somebody else at this price or below, with a lot that small",
            remedy="look at `taihang certificates book`; nothing was bought",
        )
    # 3. One purchase for each listing, in one transaction, without what another bought meanwhile.
    acts = [
        Buy(
            id=_IDS_OF_ORDER.format(order=id_, number=number),
            actor=order.buyer,
            at_s=now_s,
            listing=fill.listing.id,
            wh=fill.energy_wh,
        )
        for number, fill in enumerate(filled.fills, 1)
    ]
    done = list(_group_done(acts, ports))
    names = {one.act for one in done}
    due = tuple(one for one in waiting(ports=ports) if one.deal in names)
    energy_wh = sum(one.energy_wh for one in done)
    return Bought(due, energy_wh, order.energy_wh - energy_wh, is_new=True)


def pay(payment: Payment, *, ports: Ports) -> Done:
    """Record that a deal is paid, which delivers it (券款对付).

    Args:
        payment: What was paid, for which deal, under which reference; said by the seller, who sees
            the money, or by the operator.
        ports: The outside world, opened for writing.

    Raises:
        DealError: If the deal does not wait for a payment, or the amount is another one.
        ActRefusedError: If the ledger refuses; subclasses say why, with the numbers.
    """
    act = Pay(
        id=payment.id,
        actor=payment.actor,
        at_s=_time_of(payment.id, ports),
        deal=payment.deal,
        amount_cny=payment.amount_cny,
        reference=payment.reference,
    )
    return _done(act, ports)


# -- looking -------------------------------------------------------------------------------------


def market_of(ports: Ports) -> CertificateMarket:
    """Return the rules of the market.

    Raises:
        MarketClosedError: If park.toml has none.
    """
    rules = ports.park.certificate_market
    if rules is None:
        raise MarketClosedError(
            given="a park without [certificate_market]",
            expected="price limits, least lot and time to pay in park.toml",
            remedy="write [certificate_market]; no published text gives these numbers",
        )
    return rules


def book(*, ports: Ports) -> tuple[BookLevel, ...]:
    """Return what is for sale by price, the cheapest first; nobody is named."""
    now_s = int(ports.clock.now().timestamp())
    return tuple(BookLevel(*level) for level in totals_by_price(listings(ports=ports), now_s=now_s))


def listings(*, ports: Ports) -> tuple[Listing, ...]:
    """Return every listing with its seller, by number."""
    demand_whole(ports, "all listings of the park's market")
    certificates = _standing(State.LISTED, ports)
    return listings_of(
        certificates,
        acts=_acts_of(certificates, ports),
        minimum_wh=market_of(ports).minimum_wh,
        now_s=int(ports.clock.now().timestamp()),
    )


def waiting(*, ports: Ports) -> tuple[Waiting, ...]:
    """Return every deal that waits for a consent or a payment, by number."""
    demand_whole(ports, "all deals of the park's market")
    certificates = _standing(State.IN_TRANSFER, ports)
    return waiting_of(certificates, acts=_acts_of(certificates, ports))


def holdings(holder: str, *, ports: Ports) -> tuple[Holding, ...]:
    """Return what a party holds, by month, kind and state."""
    months = {issue.id: issue.month for issue in ports.registry.certificates.issues()}
    return holdings_of(
        ports.registry.certificates.certificates_of(holder), holder=holder, months=months
    )


# -- inside --------------------------------------------------------------------------------------


def _demand_ask(ask: Ask, rules: CertificateMarket, at_s: int) -> None:
    limits = PriceLimits(rules.price_low_cny_per_mwh, rules.price_high_cny_per_mwh)
    listing = Listing(
        id=ask.id,
        number=0,
        seller=ask.seller,
        energy_wh=ask.offered_wh,
        minimum_wh=rules.minimum_wh,
        price_cny_per_mwh=ask.price_cny_per_mwh,
        until_s=ask.until_s,
    )
    demand_listing(listing, limits=limits, now_s=at_s)


def _time_of(act: str, ports: Ports) -> int:
    """Return the time of an act: of one that is there its own, for it is the same act."""
    before = ports.registry.certificates.act(act)
    if before is not None:
        return open_act(before.document.encode()).at_s
    return int(ports.clock.now().timestamp())


def _terms(ask: Ask, rules: CertificateMarket, at_s: int) -> dict[str, Any]:
    return {
        "id": ask.id,
        "actor": ask.seller,
        "at_s": at_s,
        "price_cny_per_mwh": ask.price_cny_per_mwh,
        "open_until_s": ask.until_s,
        "pay_within_s": rules.pay_within_h * SECONDS_PER_HOUR,
        "wh": ask.energy_wh,
        "pieces": ask.pieces,
    }


def _done(act: Act, ports: Ports) -> Done:
    done = act_once(act, ports=ports)
    return Done(act.id, act.KIND, done.moved, is_new=not done.is_repeated)


def _group_done(acts: Sequence[Act], ports: Ports) -> Iterator[Done]:
    """Give a group of acts to the ledger; what no longer fits is left out, unless nothing fits."""
    found = act_on(acts, ports=ports)
    refusals = [one.refusal for one in found if one.refusal is not None]
    if refusals and len(refusals) == len(acts):
        raise refusals[0]
    for act, done in zip(acts, found, strict=True):
        if done.refusal is None:
            yield Done(act.id, act.KIND, done.moved, is_new=not done.is_repeated)


def _standing(state: State, ports: Ports) -> list[Certificate]:
    """Return every certificate in a state, by issue and position."""
    ledger = ports.registry.certificates
    issues = dict.fromkeys(issue for issue, found, _ in ledger.totals() if found == state)
    return [one for issue in issues for one in ledger.certificates(issue) if one.state is state]


def _acts_of(certificates: Iterable[Certificate], ports: Ports) -> dict[str, tuple[int, Act]]:
    """Return the acts that brought certificates into their state, and the terms behind those."""
    found: dict[str, tuple[int, Act]] = {}
    wanted = {one.act for one in certificates}
    while wanted:
        read = {name: ports.registry.certificates.act(name) for name in sorted(wanted)}
        opened = {
            name: (record.number, open_act(record.document.encode()))
            for name, record in read.items()
            if record is not None
        }
        found |= opened
        acts = [act for _, act in opened.values()]
        named = {act.offer for act in acts if isinstance(act, Accept)}
        wanted = (named | {act.listing for act in acts if isinstance(act, Buy)}) - found.keys()
    return found


def _purchases(order: str, ports: Ports) -> list[tuple[Buy, int]]:
    """Return the purchases of an order and what each took [Wh], in their order."""
    found: list[tuple[Buy, int]] = []
    while len(found) < MAX_FILLS:
        name = _IDS_OF_ORDER.format(order=order, number=len(found) + 1)
        record = ports.registry.certificates.act(name)
        if record is None:
            break
        act = open_act(record.document.encode())
        if isinstance(act, Buy):
            found.append((act, sum(one.wh for one in record.moved)))
    return found


def _bought_before(
    id_: str, order: Order, before: Sequence[tuple[Buy, int]], ports: Ports
) -> Bought:
    energy_wh = sum(wh for _, wh in before)
    buyers = {act.actor for act, _ in before}
    if buyers != {order.buyer} or energy_wh > order.energy_wh:
        raise ActIdReusedError(
            given=f"the order {id_} of {order.buyer} for {order.energy_wh} Wh",
            expected=f"that of {', '.join(sorted(buyers))}, which took {energy_wh} Wh",
            remedy="give a new order an id of its own",
        )
    names = {act.id for act, _ in before}
    due = tuple(one for one in waiting(ports=ports) if one.deal in names)
    return Bought(due, energy_wh, order.energy_wh - energy_wh, is_new=False)
