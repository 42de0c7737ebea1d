"""What the page of certificates shows: where each watt-hour is, and every certificate."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from taihang.core.certificates.certificate import Certificate, State
from taihang.core.certificates.issue import Issue
from taihang.core.certificates.lot_book import Waiting
from taihang.interfaces.web.pages.green.place import Place, place_of
from taihang.services.certificate_balance import MonthBalance, month_balances
from taihang.services.certificate_guards import Guard, guards_of_month
from taihang.services.lot_market import BookLevel, book, waiting
from taihang.services.ports import Ports

PER_PAGE: Final = 50
ALL: Final = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """One certificate: one range of one issue, in one state, with one holder."""

    id: str
    month: str
    route: str
    """Kind of the route."""
    recipient: str
    holder: str
    kind: str
    state: str
    wh: int
    expires_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which certificates are asked for; an empty word is no limit."""

    month: str = ""
    """``all``, or a month; empty for the last month that has certificates."""
    state: str = ""
    holder: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketView:
    """The certificate market of the park, which is only looked at here."""

    book: tuple[BookLevel, ...]
    waiting: tuple[Waiting, ...]
    low_cny_per_mwh: Decimal
    high_cny_per_mwh: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerView:
    """The ledger as far as the viewer sees it."""

    place: Place
    wanted: Wanted
    month: str
    """The month that is shown, or ``all``; empty where there is no certificate."""
    months: tuple[str, ...]
    """Months that have certificates, in order."""
    by_state_wh: Mapping[str, int] = field(default_factory=dict[str, int])
    """Of all certificates of the month, whatever state or holder is asked for. [Wh]"""
    balance: MonthBalance | None = None
    guards: tuple[Guard, ...] = ()
    market: MarketView | None = None
    holders: tuple[str, ...] = ()
    rows: tuple[CertificateRow, ...] = ()
    """All that are asked for; the page shows some of them."""

    @property
    def n_pages(self) -> int:
        """Pages of the list, at least one."""
        return max(1, -(-len(self.rows) // PER_PAGE))

    @property
    def shown(self) -> tuple[CertificateRow, ...]:
        """The rows of the page that is asked for; past the last one none."""
        first = (self.wanted.page - 1) * PER_PAGE
        return self.rows[first : first + PER_PAGE]


def build_ledger(ports: Ports, wanted: Wanted) -> LedgerView:
    """Return the certificates of a month, and where each of its watt-hours is.

    Args:
        ports: The park, as far as the viewer sees it.
        wanted: Which certificates.
    """
    # 1. Which months there are.
    place, issues = place_of(ports), ports.registry.certificates.issues()
    months = tuple(sorted({made.month for made in issues}))
    shown = wanted.month or (months[-1] if months else "")
    # 2. Every certificate of them, and of those what is asked for.
    there = [row for made in issues if shown in {ALL, made.month} for row in _rows_of(made, ports)]
    sums = Counter[str]()
    for row in there:
        sums[row.state] += row.wh
    asked = (wanted.state, wanted.holder)
    rows = [
        row
        for row in there
        if all(
            not word or word == is_
            for word, is_ in zip(asked, (row.state, row.holder), strict=True)
        )
    ]
    # 3. What only the whole park can tell.
    balance = _balance(shown, ports) if place.is_whole and shown not in {"", ALL} else None
    guards = ()
    if place.is_whole and shown not in {"", ALL}:
        guards = guards_of_month(shown, balance, ports=ports)
    return LedgerView(
        place=place,
        wanted=wanted,
        month=shown,
        months=months,
        by_state_wh={state.value: sums[state.value] for state in State if sums[state.value]},
        balance=balance,
        guards=guards,
        market=_market(ports) if place.is_whole else None,
        holders=tuple(sorted({row.holder for row in there})),
        rows=tuple(sorted(rows, key=lambda row: (row.month, row.id))),
    )


def _rows_of(made: Issue, ports: Ports) -> Iterator[CertificateRow]:
    for one in ports.registry.certificates.certificates(made.id):
        yield _row(one, made)


def _row(one: Certificate, made: Issue) -> CertificateRow:
    return CertificateRow(
        id=one.id,
        month=made.month,
        route=made.route.kind.value,
        recipient=made.recipient,
        holder=one.holder,
        kind=one.kind.value,
        state=one.state.value,
        wh=one.wh,
        expires_s=one.expires_s,
    )


def _balance(name: str, ports: Ports) -> MonthBalance | None:
    return next(month_balances([name], ports=ports), None)


def _market(ports: Ports) -> MarketView | None:
    rules = ports.park.certificate_market
    if rules is None:
        return None
    return MarketView(
        book=book(ports=ports),
        waiting=waiting(ports=ports),
        low_cny_per_mwh=rules.price_low_cny_per_mwh,
        high_cny_per_mwh=rules.price_high_cny_per_mwh,
    )
