"""What certificates of fed-in energy were sold for, by plant and month of payment.

Read from the ledger, where a deal is delivered when it is paid: an offer that nobody paid is no
income, and neither is what a buyer earns who sells on.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from taihang.core.balance.matching import RouteKind
from taihang.core.certificates.act import Accept, Act, Buy, List, Offer, Pay
from taihang.core.certificates.act_document import open_act
from taihang.core.certificates.issue import Issue
from taihang.core.certificates.record import ActRecord
from taihang.core.market.split import split_fen
from taihang.services.ports import Ports


def certificate_sales(ports: Ports) -> Mapping[tuple[str, str], Decimal]:
    """Return what the first holders of fed-in energy were paid for its certificates.

    Args:
        ports: The outside world.

    Returns:
        Amounts by plant and local month of payment; a deal over several plants is split by energy,
        to the fen. [CNY]
    """
    ledger = ports.registry.certificates
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    with ledger.steady():
        issues = {each.id: each for each in ledger.issues() if each.route.kind is RouteKind.FEED_IN}
        if not issues:
            return found
        deals: dict[str, Act] = {}
        for record in ledger.acts():
            act = open_act(record.document.encode())
            if isinstance(act, List | Offer | Buy | Accept):
                deals[act.id] = act
            if isinstance(act, Pay):
                month = f"{datetime.fromtimestamp(act.at_s, tz=ports.park.zone):%Y-%m}"
                for plant, cny in _by_plant(act, record, _seller(act, deals), issues):
                    found[plant, month] += cny
    return found


def _seller(act: Pay, deals: Mapping[str, Act]) -> str | None:
    """Return who offered what a payment is for."""
    deal = deals.get(act.deal)
    terms = deal.listing if isinstance(deal, Buy) else None
    terms = deal.offer if isinstance(deal, Accept) else terms
    offered = None if terms is None else deals.get(terms)
    return None if offered is None else offered.actor


def _by_plant(
    act: Pay, record: ActRecord, seller: str | None, issues: Mapping[str, Issue]
) -> list[tuple[str, Decimal]]:
    """Split a payment by the energy of its plants; what others sold on belongs to no plant."""
    if not act.amount_cny or not record.moved:
        return []
    parts = split_fen(act.amount_cny, weights=[piece.wh for piece in record.moved])
    return [
        (issues[piece.issue].recipient, cny)
        for piece, cny in zip(record.moved, parts, strict=True)
        if piece.issue in issues and issues[piece.issue].holder == seller
    ]
