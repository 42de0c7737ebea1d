"""The money of every whole month of a settled period: bills, corrections, and how it closes.

A month whose published prices are not known is not billed, unless the park names a day whose prices
stand in, and the reason is returned in words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from taihang.core.facts import FactOutOfForceError
from taihang.core.market.bill import Bill, bill
from taihang.core.market.bill_line import Text
from taihang.core.market.closure import UnbilledFlows, mean_price_cny_per_kwh
from taihang.core.market.month_use import Correction
from taihang.core.market.split import split_fen
from taihang.core.market.tariff import BillTerms
from taihang.core.park.contract import Bearer, Billing
from taihang.core.periods import Period, month, months_in
from taihang.core.quantities import FEN
from taihang.services.account import UNKNOWN, Because, Draft, issue_statements
from taihang.services.bill_closure import close_month, closure_draft
from taihang.services.bill_correction import correction_drafts
from taihang.services.bill_document import bill_body, kind_of
from taihang.services.billed_use import (
    MonthMatching,
    billed_grids,
    billed_users,
    matched_month,
    month_use,
    terms_of,
)
from taihang.services.gateway_bill import (
    GATEWAY_BILL,
    GatewayMonth,
    gateway_month,
    unbilled_flows,
)
from taihang.services.ports import Ports
from taihang.services.revenue import revenue_drafts
from taihang.services.tariff_options import months_stated, options_drafts, options_stated

BILL = "bill"
_FEN_PER_CNY = int(1 / FEN)
_SHARES = {
    "losses": Text("园区内线损分摊", "share of losses inside the park"),
    "storage": Text("储能充放电差分摊", "share of what storage used up"),
}


@dataclass(frozen=True, slots=True)
class Billed:
    """What one run billed."""

    n_bills: int
    total_cny: Decimal
    not_billed: tuple[str, ...]
    """Months that could not be billed, in order."""
    reason: str
    """Why the first of them could not; empty where every month was billed."""
    n_what_if: int = 0
    """Bills of months whose T&D prices stand in; no bills to pay, and not in the others."""


@dataclass(frozen=True, slots=True)
class MoneyMonth:
    """The bills of one month, before they are issued."""

    bills: tuple[tuple[Bill, BillTerms], ...]
    gateway: GatewayMonth | None
    """None where the park file has no `[billing]` or no tariff of a grid connection."""
    flows: UnbilledFlows | None
    """Where the imported energy went; None as the gateway."""
    matched: MonthMatching

    @property
    def is_what_if(self) -> bool:
        """Whether prices stand in."""
        return any(terms.stand_in is not None for _, terms in self.bills)


def bill_enterprises(
    period: Period,
    *,
    ports: Ports,
    because: Because = UNKNOWN,
    months: Sequence[str] | None = None,
) -> Billed:
    """Issue the bills of every whole month of a settled period.

    Args:
        period: A settled period.
        ports: The outside world.
        because: What changed since it was last settled.
        months: Only these of its months; None for all.

    Returns:
        The bills issued, and the months that could not be billed.
    """
    n_bills, n_what_if, total_cny = 0, 0, Decimal(0)
    not_billed: list[str] = []
    reason = ""
    names = [*months_in(period, ports.park.zone)] if months is None else months
    for name in names:
        # 1. Bill the gateway and each user under its tariff.
        try:
            found = money_month(name, ports=ports)
        except FactOutOfForceError as error:
            not_billed.append(name)
            reason = reason or str(error)
            continue
        # 2. Issue them as statements.
        issue_statements(_bill_drafts(found, ports), period=name, ports=ports, because=because)
        # 3. What changed since the last bill was issued, and how the money closes.
        behind = _drafts_behind(name, found, ports)
        issue_statements(behind, period=name, ports=ports, because=because)
        if found.is_what_if:
            n_what_if += len(found.bills)
            continue
        n_bills += len(found.bills)
        total_cny += sum((each.total_cny for each, _ in found.bills), Decimal(0))
    # 4. Comparisons of options that are stated already and rest on one of these months.
    for name in months_stated(names, ports=ports):
        drafts = _options_again(name, ports)
        issue_statements(drafts, period=name, ports=ports, because=because)
    return Billed(n_bills, total_cny, tuple(not_billed), reason, n_what_if)


def bill_drafts(name: str, *, ports: Ports) -> list[Draft]:
    """Draw up the money statements of a settled month; none where its prices are not known."""
    try:
        found = money_month(name, ports=ports)
    except FactOutOfForceError:
        return []
    behind = _drafts_behind(name, found, ports)
    return [*_bill_drafts(found, ports), *behind, *_options_again(name, ports)]


def money_month(name: str, *, ports: Ports) -> MoneyMonth:
    """Bill the users and the gateway of a settled month, and issue nothing.

    Args:
        name: The local month.
        ports: The outside world.

    Raises:
        FactOutOfForceError: If a price of the month is not known and none stands in.
        UnsettledMonthError: If not all of the month was settled with this park file.
    """
    period, zone = month(name, ports.park.zone), ports.park.zone
    # Prices first: a month without them is refused before anything is traced.
    terms = [(user, terms_of(user, period, ports)) for user in billed_users(ports.park)]
    matched = matched_month(name, ports)
    billing = ports.park.billing
    gateway = flows = None
    shares: dict[str, tuple[Correction, ...]] = {}
    if billing is not None and any(billed_grids(ports.park)):
        gateway = gateway_month(name, matched, ports=ports)
        flows = unbilled_flows(name, matched, ports=ports)
        shares = _shares(_borne(billing, flows), gateway, matched, ports)
    bills = [
        (
            bill(
                month_use(user, name, matched, ports, shares=shares.get(user.id, ())),
                terms=found,
                book=ports.facts,
                month_name=name,
                zone=zone,
            ),
            found,
        )
        for user, found in terms
    ]
    return MoneyMonth(tuple(bills), gateway, flows, matched)


def _bill_drafts(found: MoneyMonth, ports: Ports) -> Iterator[Draft]:
    for kind, bills in (
        (BILL, found.bills),
        (GATEWAY_BILL, found.gateway.bills if found.gateway else ()),
    ):
        for each, terms in bills:
            body = bill_body(each, terms=terms, version=ports.version)
            yield Draft(kind_of(kind, terms), each.user, each.month, body)


def _drafts_behind(name: str, found: MoneyMonth, ports: Ports) -> list[Draft]:
    """Draw up what builds on the bills that are issued by now."""
    drafts = correction_drafts(name, ports=ports)
    if found.gateway is not None and found.flows is not None and found.bills:
        closure = close_month(
            [each for each, _ in found.bills],
            gateway=found.gateway,
            flows=found.flows,
            ports=ports,
        )
        bills, gateway = found.bills, found.gateway
        drafts.append(closure_draft(closure, bills=bills, gateway=gateway, ports=ports))
        drafts += revenue_drafts(
            closure, bills=bills, gateway=gateway, matched=found.matched, ports=ports
        )
    return drafts


def _options_again(name: str, ports: Ports) -> list[Draft]:
    """Draw up the comparisons of a month that somebody asked for once."""
    stated = options_stated(name, ports=ports)
    return options_drafts(name, ports=ports, subjects=stated) if stated else []


def _borne(billing: Billing, flows: UnbilledFlows) -> dict[str, int]:
    """Return the energies whose cost the users bear, by the park's rule [Wh]."""
    every = {
        "losses": (billing.losses_borne_by, flows.losses_wh),
        "storage": (billing.storage_borne_by, flows.storage_wh),
    }
    return {cause: wh for cause, (bearer, wh) in every.items() if bearer is Bearer.USERS}


def _shares(
    borne: dict[str, int], gateway: GatewayMonth, matched: MonthMatching, ports: Ports
) -> dict[str, tuple[Correction, ...]]:
    """Return what each billed user bears, by its load, at the mean price of the gateway."""
    price_cny_per_kwh = mean_price_cny_per_kwh(each for each, _ in gateway.bills)
    users = [user.id for user in billed_users(ports.park)]
    weights = [int(matched.load_wh[ports.park.users.index(user)].sum()) for user in users]
    found: dict[str, tuple[Correction, ...]] = {}
    for cause, wh in borne.items():
        if not sum(weights):
            continue
        cost_fen = round(price_cny_per_kwh * wh * _FEN_PER_CNY / 1_000)
        for user, part in zip(users, split_fen(cost_fen * FEN, weights=weights), strict=True):
            share = Correction(id=cause, title=_SHARES[cause], amount_cny=part)
            found[user] = (*found.get(user, ()), share)
    return found
