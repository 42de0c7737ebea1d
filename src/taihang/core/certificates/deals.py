"""Acts by which certificates change hands: offered, agreed, paid, and taken back.

Only what was fed into the grid is sold. A deal is delivered when it is paid, never before.

Source: 国能发新能规〔2024〕67号 (listing, bilateral; one certificate is sold once) [verified: K26].
"""

from dataclasses import replace
from decimal import Decimal
from typing import Final, NoReturn

from taihang.core.certificates.act import (
    OPERATOR,
    Accept,
    Act,
    Buy,
    Decline,
    Delist,
    List,
    Offer,
    Pay,
    Revoke,
    Terms,
)
from taihang.core.certificates.carve import (
    Cut,
    carve,
    chosen,
    demand_held,
    demand_tradable,
    demand_valid,
)
from taihang.core.certificates.certificate import Certificate, Piece, State
from taihang.core.certificates.holdings import Holdings
from taihang.core.certificates.issue import Kind
from taihang.core.certificates.order_book import amount_of
from taihang.core.certificates.refusal import DealError, SelfTransferError, UnknownHolderError

_TRADABLE: Final = frozenset((Kind.TRADABLE,))


def list_(holdings: Holdings, act: List) -> Cut:
    """Offer certificates to anybody."""
    return _offered(holdings, act, state=State.LISTED, to="")


def offer(holdings: Holdings, act: Offer) -> Cut:
    """Offer certificates to one party.

    Raises:
        SelfTransferError: If it is the holder itself.
        UnknownHolderError: If the park does not know it.
    """
    _demand_other(holdings, seller=act.actor, buyer=act.to)
    return _offered(holdings, act, state=State.IN_TRANSFER, to=act.to)


def delist(holdings: Holdings, act: Delist) -> Cut:
    """Give what is left of a listing back to its holder.

    Raises:
        DealError: If nothing is left, or another party listed it.
    """
    rest = _standing(holdings, act.listing, kinds=(List,))
    _demand_actor(act, rest[0].holder)
    return _move_all(holdings, rest, act, state=State.HELD, holder=rest[0].holder)


def buy(holdings: Holdings, act: Buy) -> Cut:
    """Take the first so many watt-hours of a listing; they wait for payment.

    Raises:
        DealError: If less is left, or the listing is over.
        SelfTransferError: If the buyer listed it.
        UnknownHolderError: If the park does not know the buyer.
    """
    rest = _standing(holdings, act.listing, kinds=(List,))
    _demand_other(holdings, seller=rest[0].holder, buyer=act.actor)
    terms = _terms(holdings, act.listing)
    _demand_open(act, terms)
    pieces = _first(rest, act)
    taken = _carve_valid(holdings, pieces, act, state=State.IN_TRANSFER, to=act.actor)
    if not terms.price_cny_per_mwh:
        return _delivered(taken, act, holder=act.actor)
    return taken


def accept(holdings: Holdings, act: Accept) -> Cut:
    """Consent to an offer: a gift is delivered, anything else waits for payment.

    Raises:
        DealError: If the offer is over, was taken back, or is for another party.
    """
    offered = _standing(holdings, act.offer, kinds=(Offer,))
    _demand_actor(act, offered[0].to)
    terms = _terms(holdings, act.offer)
    _demand_open(act, terms)
    pieces = tuple(one.piece for one in offered)
    agreed = _carve_valid(holdings, pieces, act, state=State.IN_TRANSFER, to=act.actor)
    if not terms.price_cny_per_mwh:
        return _delivered(agreed, act, holder=act.actor)
    return agreed


def decline(holdings: Holdings, act: Decline) -> Cut:
    """Refuse an offer, which gives it back to its holder.

    Raises:
        DealError: If the offer is over, or for another party.
    """
    offered = _standing(holdings, act.offer, kinds=(Offer,))
    _demand_actor(act, offered[0].to)
    return _move_all(holdings, offered, act, state=State.HELD, holder=offered[0].holder)


def revoke(holdings: Holdings, act: Revoke) -> Cut:
    """Take back an offer nobody consented to, or a deal whose payment is overdue.

    Raises:
        DealError: If another party offered it, or there is still time to pay.
    """
    waiting = _standing(holdings, act.deal, kinds=(Offer, Accept, Buy))
    _demand_actor(act, waiting[0].holder)
    agreed = holdings.act(act.deal)
    if isinstance(agreed, Accept | Buy):
        due_s = agreed.at_s + _terms(holdings, act.deal).pay_within_s
        if act.at_s < due_s:
            _refuse(act, f"a deal due at {due_s}, taken back at {act.at_s}", "a later time")
    return _move_all(holdings, waiting, act, state=State.HELD, holder=waiting[0].holder)


def pay(holdings: Holdings, act: Pay) -> Cut:
    """Record that a deal is paid: its certificates are the buyer's from now on.

    Raises:
        DealError: If somebody else than the seller or the operator says so, or the amount is not
            price times energy, rounded to the fen.
        ExpiredCertificateError: If a certificate ended before it was paid.
    """
    waiting = _standing(holdings, act.deal, kinds=(Accept, Buy))
    if act.actor != OPERATOR:
        _demand_actor(act, waiting[0].holder)
    due_cny = price_of(_terms(holdings, act.deal), wh=sum(one.wh for one in waiting))
    if act.amount_cny != due_cny:
        _refuse(act, f"{act.amount_cny} CNY", f"{due_cny} CNY, price times energy")
    pieces = tuple(one.piece for one in waiting)
    return _carve_valid(holdings, pieces, act, state=State.HELD, to="", holder=waiting[0].to)


def price_of(terms: Terms, *, wh: int) -> Decimal:
    """Return what some energy costs at the terms of an offer, rounded to the fen [CNY].

    Args:
        terms: The offer or listing.
        wh: How much. [Wh]
    """
    return amount_of(wh, terms.price_cny_per_mwh)


def _offered(holdings: Holdings, act: List | Offer, *, state: State, to: str) -> Cut:
    pieces = chosen(
        holdings, act.actor, wh=act.wh, pieces=act.pieces, at_s=act.at_s, kinds=_TRADABLE
    )

    def demand(one: Certificate) -> None:
        demand_held(one, holder=act.actor, at_s=act.at_s)
        demand_tradable(one)

    return carve(
        holdings,
        pieces,
        demand=demand,
        move=lambda one: replace(one, state=state, to=to, act=act.id),
    )


def _standing(holdings: Holdings, deal: str, *, kinds: tuple[type[Act], ...]) -> list[Certificate]:
    """Return what is still at the step that a deal brought it to.

    Raises:
        DealError: If it is no such deal, or nothing is left of it.
    """
    made = holdings.act(deal)
    waiting = [
        one for one in holdings.of_act(deal) if one.state in {State.LISTED, State.IN_TRANSFER}
    ]
    if not isinstance(made, kinds) or not waiting:
        raise DealError(
            given=f"{deal}, of which {sum(one.wh for one in waiting)} Wh stand",
            expected=f"an act of {', '.join(kind.KIND for kind in kinds)} that still stands",
            remedy="look at `taihang certificates list`; it may be sold, paid or taken back",
        )
    return waiting


def _terms(holdings: Holdings, deal: str) -> Terms:
    """Return the offer or listing that a deal goes back to."""
    made = holdings.act(deal)
    if isinstance(made, Accept):
        made = holdings.act(made.offer)
    elif isinstance(made, Buy):
        made = holdings.act(made.listing)
    if not isinstance(made, Terms):
        raise DealError(
            given=deal, expected="a deal with terms", remedy="name an offer or a listing"
        )
    return made


def _first(rest: list[Certificate], act: Buy) -> tuple[Piece, ...]:
    ordered = sorted(rest, key=lambda one: (one.expires_s, one.issue, one.first_wh))
    found: list[Piece] = []
    left_wh = act.wh
    for one in ordered:
        take_wh = min(one.wh, left_wh)
        if take_wh:
            found.append(Piece(one.issue, one.first_wh, one.first_wh + take_wh))
        left_wh -= take_wh
    if left_wh:
        _refuse(act, f"{act.wh} Wh", f"at most the {act.wh - left_wh} Wh left")
    return tuple(found)


def _carve_valid(
    holdings: Holdings,
    pieces: tuple[Piece, ...],
    act: Accept | Buy | Pay,
    *,
    state: State,
    to: str,
    holder: str = "",
) -> Cut:
    """Move pieces that are still valid; an empty holder means that it stays the same."""
    return carve(
        holdings,
        pieces,
        demand=lambda one: demand_valid(one, at_s=act.at_s),
        move=lambda one: replace(one, state=state, to=to, act=act.id, holder=holder or one.holder),
    )


def _delivered(taken: Cut, act: Accept | Buy, *, holder: str) -> Cut:
    added = tuple(
        replace(one, state=State.HELD, to="", holder=holder) if one.act == act.id else one
        for one in taken.added
    )
    return Cut(taken.removed, added)


def _move_all(
    holdings: Holdings, waiting: list[Certificate], act: Act, *, state: State, holder: str
) -> Cut:
    return carve(
        holdings,
        (one.piece for one in waiting),
        demand=lambda _: None,
        move=lambda one: replace(one, state=state, holder=holder, to="", act=act.id),
    )


def _demand_other(holdings: Holdings, *, seller: str, buyer: str) -> None:
    if seller == buyer:
        raise SelfTransferError(
            given=f"{seller} to {buyer}",
            expected="another party",
            remedy="name who is to hold it",
        )
    if not holdings.is_party(buyer):
        raise UnknownHolderError(
            given=f"the party {buyer}",
            expected="an enterprise, plant owner or buyer of park.toml",
            remedy="add it to [parties] of park.toml",
        )


def _demand_actor(act: Act, party: str) -> None:
    if act.actor != party:
        _refuse(act, f"the party {act.actor}", f"{party}, whose deal it is")


def _demand_open(act: Act, terms: Terms) -> None:
    if act.at_s >= terms.open_until_s:
        _refuse(act, f"a time {act.at_s}", f"a time before {terms.open_until_s}")


def _refuse(act: Act, given: str, expected: str) -> NoReturn:
    raise DealError(
        given=f"{act.KIND} {act.id}: {given}",
        expected=expected,
        remedy="look at `taihang certificates list`",
    )
