"""What the market of certificates shows: listings, deals that wait, and what a party holds.

All of it follows from certificates and acts of the ledger; nothing is kept beside them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from taihang.core.certificates.act import Accept, Act, Buy, List, Offer, Terms
from taihang.core.certificates.certificate import Certificate, State
from taihang.core.certificates.deals import price_of
from taihang.core.certificates.issue import Kind
from taihang.core.certificates.order_book import Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A deal that is not done: an offer without consent, or a purchase without payment."""

    deal: str
    """Id of the act that is named to accept, decline, revoke or pay."""
    step: str
    """``offer``, ``accept`` or ``buy``."""
    seller: str
    buyer: str
    energy_wh: int
    price_cny_per_mwh: Decimal
    amount_cny: Decimal
    due_s: int
    """When the offer ends, or the payment is due [s since 1970-01-01T00:00Z]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What one party holds of one month, kind and state."""

    month: str
    kind: Kind
    state: State
    energy_wh: int


def listings_of(
    certificates: Iterable[Certificate],
    *,
    acts: Mapping[str, tuple[int, Act]],
    minimum_wh: int,
    now_s: int,
) -> tuple[Listing, ...]:
    """Return the listings of a ledger.

    Args:
        certificates: Those that are listed; others are passed over.
        acts: Number and act by id.
        minimum_wh: Least that is bought at once. [Wh]
        now_s: What is no longer valid then cannot be bought. [s since 1970-01-01T00:00Z]

    Returns:
        A listing for each act that listed something which is still there, by number.
    """
    left_wh: dict[str, int] = {}
    sellers: dict[str, str] = {}
    for one in certificates:
        if one.state is State.LISTED:
            valid_wh = one.wh if now_s < one.expires_s else 0
            left_wh[one.act] = left_wh.get(one.act, 0) + valid_wh
            sellers[one.act] = one.holder
    found: list[Listing] = []
    for name, energy_wh in left_wh.items():
        number, act = acts[name]
        if isinstance(act, List):
            found.append(
                Listing(
                    id=name,
                    number=number,
                    seller=sellers[name],
                    energy_wh=energy_wh,
                    minimum_wh=minimum_wh,
                    price_cny_per_mwh=act.price_cny_per_mwh,
                    until_s=act.open_until_s,
                )
            )
    return tuple(sorted(found, key=lambda one: one.number))


def waiting_of(
    certificates: Iterable[Certificate], *, acts: Mapping[str, tuple[int, Act]]
) -> tuple[Waiting, ...]:
    """Return the deals that wait for a consent or a payment, by number of their act.

    Args:
        certificates: Those in transfer; others are passed over.
        acts: Number and act by id.
    """
    in_transfer = [one for one in certificates if one.state is State.IN_TRANSFER]
    energy_wh: dict[str, int] = {}
    for one in in_transfer:
        energy_wh[one.act] = energy_wh.get(one.act, 0) + one.wh
    parties = {one.act: (one.holder, one.to) for one in in_transfer}
    found: list[Waiting] = []
    for name in sorted(energy_wh, key=lambda name: acts[name][0]):
        act = acts[name][1]
        terms = _terms_of(act, acts)
        if terms is None:
            continue
        seller, buyer = parties[name]
        due_s = terms.open_until_s if act is terms else act.at_s + terms.pay_within_s
        found.append(
            Waiting(
                deal=name,
                step=act.KIND,
                seller=seller,
                buyer=buyer,
                energy_wh=energy_wh[name],
                price_cny_per_mwh=terms.price_cny_per_mwh,
                amount_cny=price_of(terms, wh=energy_wh[name]),
                due_s=due_s,
            )
        )
    return tuple(found)


def holdings_of(
    certificates: Iterable[Certificate], *, holder: str, months: Mapping[str, str]
) -> tuple[Holding, ...]:
    """Return what a party holds, by month, kind and state.

    Args:
        certificates: Of the whole ledger, or of that party.
        holder: The party.
        months: Production month by id of the issue.
    """
    sums_wh: dict[tuple[str, Kind, State], int] = {}
    for one in certificates:
        if one.holder == holder:
            place = (months[one.issue], one.kind, one.state)
            sums_wh[place] = sums_wh.get(place, 0) + one.wh
    return tuple(
        Holding(month=month, kind=kind, state=state, energy_wh=energy_wh)
        for (month, kind, state), energy_wh in sorted(sums_wh.items())
    )


def _terms_of(act: Act, acts: Mapping[str, tuple[int, Act]]) -> Terms | None:
    if isinstance(act, Offer):
        return act
    named = act.offer if isinstance(act, Accept) else act.listing if isinstance(act, Buy) else ""
    terms = acts[named][1] if named in acts else None
    return terms if isinstance(terms, Terms) else None
