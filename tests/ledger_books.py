"""A small ledger for tests: a sheet of two plants and three users, its issues, and its books."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from taihang.core.balance.matching import Route, RouteKind, split_pro_rata
from taihang.core.certificates.act import OPERATOR, Issuance, LessOfLot
from taihang.core.certificates.certificate import Certificate, Piece, demand_partition
from taihang.core.certificates.holdings import Books, Service
from taihang.core.certificates.issue import (
    Issue,
    IssueLots,
    day_leaves,
    day_tree,
    issue_id,
    kind_of,
    lots_of,
    parts_of,
)
from taihang.core.certificates.ledger import apply_acts
from taihang.core.certificates.sheet import Sheet, SheetRoute
from taihang.core.periods import month

ZONE: Final = ZoneInfo("Asia/Shanghai")
MONTH: Final = "2026-06"
PERIOD: Final = month(MONTH, ZONE)
PLANTS: Final = ("PV01", "W01")
USERS: Final = ("E01", "E02", "E03")
PARTIES: Final = (*USERS, "owner", "buyer", "B1")
POOL: Final = Route(RouteKind.POOL, "park")
LINE: Final = Route(RouteKind.LINE, "L1")
FEED_IN: Final = Route(RouteKind.FEED_IN, "G1")
NOW_S: Final = PERIOD.end_s
EXPIRES_S: Final = month("2028-06", ZONE).start_s


def sheet_of(seed: int = 1, *, most_wh: int = 50) -> Sheet:
    """Return a sheet with a line, the pool and what was fed in."""
    dice = np.random.default_rng(seed)
    n = PERIOD.n_steps

    def split(total_wh: int) -> SheetRoute:
        given_wh = dice.integers(0, total_wh, (2, n))
        weights_wh = dice.integers(0, 1_000, (3, n)) + given_wh.sum(axis=0)
        received_wh = split_pro_rata(given_wh.sum(axis=0), weights_wh=weights_wh)
        return SheetRoute(POOL, PLANTS, USERS, given_wh, received_wh)

    line_wh = dice.integers(0, most_wh, (1, n))
    fed_wh = dice.integers(0, most_wh, (2, n))
    return Sheet(
        month=MONTH,
        period=PERIOD,
        journal_size=7,
        park_sha256="ab" * 32,
        rule="rule/v1",
        routes=(
            SheetRoute(LINE, PLANTS[:1], USERS[:1], line_wh, line_wh),
            split(most_wh),
            SheetRoute(FEED_IN, PLANTS, (), fed_wh, np.zeros((0, n), np.int64)),
        ),
    )


def issue_of(
    lots: IssueLots,
    *,
    route: Route = POOL,
    recipient: str = "E01",
    holder: str | None = None,
    sheet: str = "cd" * 32,
    expires_s: int = EXPIRES_S,
) -> Issue:
    """Return the issue of some lots."""
    name = issue_id(MONTH, route, recipient=recipient)
    leaves = day_leaves(name, lots, zone=ZONE)
    return Issue(
        id=name,
        month=MONTH,
        route=route,
        recipient=recipient,
        holder=holder or recipient,
        kind=kind_of(route.kind),
        plants=parts_of(lots),
        journal_size=7,
        park_sha256="ab" * 32,
        rule="rule/v1",
        sheet_sha256=sheet,
        total_wh=lots.total_wh,
        lots_root=day_tree(leaves, salts=[bytes(16)] * len(leaves)).root().hex(),
        expires_s=expires_s,
        validity="set/gec.validity/CN/2024-01-01=24",
    )


def issues_of(sheet: Sheet) -> list[tuple[Issue, IssueLots]]:
    """Return every issue of a sheet with its lots; what is fed in is held by the owner."""
    found: list[tuple[Issue, IssueLots]] = []
    for route in sheet.routes:
        for recipient, pairs_wh in route.each():
            lots = lots_of(pairs_wh, plants=route.plants, start_s=sheet.period.start_s)
            fed = route.route.kind is RouteKind.FEED_IN
            made = issue_of(
                lots,
                route=route.route,
                recipient=recipient,
                holder="owner" if fed else recipient,
                sheet=sheet.sha256,
            )
            found.append((made, lots))
    return found


def plain_lots(
    energies_wh: Iterable[int], *, plant: str = "PV01", start_s: int = PERIOD.start_s
) -> IssueLots:
    """Return lots of one plant, one in each interval."""
    pairs_wh = np.array([list(energies_wh)], np.int64)
    return lots_of(pairs_wh, plants=(plant,), start_s=start_s)


def empty_books(services: dict[str, Service] | None = None) -> Books:
    """Return books without an issue."""
    known = services or dict.fromkeys(PLANTS, Service(None, None))
    return Books(parties=PARTIES, services=known)


def books_with(*issues: Issue) -> Books:
    """Return books in which issues were made."""
    books = empty_books()
    outcomes = apply_acts(books, map(issuance, issues))
    assert all(outcome.change for outcome in outcomes), outcomes
    return books


def issuance(made: Issue) -> Issuance:
    """Return the act that makes an issue."""
    return Issuance(id=f"issue:{made.id}", actor=OPERATOR, at_s=NOW_S, issue=made)


def fed_in(energies_wh: Sequence[int] = (60, 40), *, plant: str = "PV01") -> Issue:
    """Return a tradable issue that the owner of a plant holds first."""
    lots = plain_lots(energies_wh, plant=plant)
    return issue_of(lots, route=FEED_IN, recipient=plant, holder="owner")


def used(energies_wh: Sequence[int] = (60, 40), *, user: str = "E01") -> Issue:
    """Return an issue that is not tradable."""
    return issue_of(plain_lots(energies_wh), recipient=user)


def later(made: Issue, *, month_name: str = "2026-07") -> Issue:
    """Return the same issue of a later month."""
    return replace(made, id=made.id.replace(MONTH, month_name), month=month_name)


def piece(made: Issue, first_wh: int, stop_wh: int) -> Piece:
    """Return positions of an issue."""
    return Piece(made.id, first_wh, stop_wh)


def less(less_wh: int, *, first_wh: int = 0, stop_wh: int = 60, plant: str = "PV01") -> LessOfLot:
    """Return by how much a lot shrank."""
    return LessOfLot(plant, PERIOD.start_s, first_wh, stop_wh, less_wh)


def told(certificates: Iterable[Certificate]) -> list[tuple[int, int, str, str]]:
    """Return positions, state and holder of certificates."""
    return [(c.first_wh, c.stop_wh, c.state.value, c.holder) for c in certificates]


def demand_whole(books: Books) -> None:
    """Refuse books in which the certificates of an issue do not partition it."""
    for made in books.issues():
        demand_partition(books.certificates(made.id), issue=made.id, total_wh=made.total_wh)
