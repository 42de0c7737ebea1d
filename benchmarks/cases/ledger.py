"""The ledger of lots: durable acts in a second, in groups and one by one, on both databases.

Each operation lists, takes back or claims a range of its own: every one cuts a certificate. Beside
it stands a bare commit of one row on the same disk, which is the least that one act can cost.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
from benchmarks.case import NotHereError, Room, Sample
from benchmarks.cases.postgres import private_postgres
from benchmarks.stopwatch import stopwatch

from taihang.adapters.registry.store import Registry
from taihang.core.balance.matching import Route, RouteKind
from taihang.core.certificates.act import OPERATOR, Act, Claim, Delist, Issuance, List
from taihang.core.certificates.certificate import Piece
from taihang.core.certificates.holdings import Service
from taihang.core.certificates.issue import Issue, issue_id, kind_of, lots_of, parts_of

GROUP: Final = 500
"""Acts in one transaction."""
N_ISSUES: Final = 50
N_GROUPED: Final = 6_000
N_SINGLE: Final = 300
_MS: Final = 1_000
_LOT_WH: Final = 1_000_000_000
_PIECE_WH: Final = 1_000
_START_S: Final = 1_780_243_200
_AT_S: Final = _START_S + 40 * 86_400
_EXPIRES_S: Final = _AT_S + 365 * 86_400
_ROUTE: Final = Route(RouteKind.FEED_IN, "G1")
_OWNER: Final = "owner"


def lots_on_sqlite(room: Room) -> Sample:
    """Act in groups on the register that a park has."""
    return _measured(room.scratch / "registry.db", bare=_bare_commit_ms(room.scratch))


def lots_on_postgresql(room: Room) -> Sample:
    """Act in groups on a PostgreSQL of its own."""
    if find_spec("psycopg") is None:
        raise NotHereError("psycopg is not installed: pip install 'taihang[postgres]'")
    folder = room.scratch / "pg"
    with private_postgres(folder):
        url = f"postgresql://bench@/postgres?host={folder}"
        return _measured(url, bare=_bare_commit_ms(room.scratch))


def _measured(place: Path | str, *, bare: float) -> Sample:
    issues = [_issue(number) for number in range(N_ISSUES)]
    acts = list(_acts(issues, N_GROUPED + N_SINGLE))
    with closing(Registry(place)) as registry:
        apply = _applier(registry)
        apply([_issuance(made) for made in issues])
        with stopwatch() as watch:
            for first in range(0, N_GROUPED, GROUP):
                apply(acts[first : first + GROUP])
        started_s = time.perf_counter()
        for act in acts[N_GROUPED:]:
            apply([act])
        single_ms = (time.perf_counter() - started_s) * _MS / N_SINGLE
    wall_s = watch.sample(items=N_GROUPED).wall_s or 0.0
    figures = {
        "act_ms": wall_s * _MS / N_GROUPED,
        "single_act_ms": single_ms,
        "bare_commit_ms": bare,
        "acts_per_s_count": N_GROUPED / wall_s if wall_s else 0.0,
        "single_acts_per_s_count": _MS / single_ms,
        "group_count": GROUP,
    }
    return watch.sample(items=N_GROUPED, figures=figures)


def _applier(registry: Registry) -> Callable[[Sequence[Act]], None]:
    services = {"PV01": Service(None, None)}

    def apply(acts: Sequence[Act]) -> None:
        told = registry.certificates.apply(acts, parties=frozenset((_OWNER,)), services=services)
        refused = [each.refusal for each in told if each.refusal is not None]
        assert not refused, refused[0]

    return apply


def _acts(issues: Sequence[Issue], n: int) -> Iterator[Act]:
    """Yield acts in threes: list a range, take it back, claim it."""
    for number in range(n):
        at, step = divmod(number, 3)
        made = issues[at % len(issues)]
        first_wh = at // len(issues) * 2 * _PIECE_WH
        piece = Piece(made.id, first_wh, first_wh + _PIECE_WH)
        yield _act(step, f"{at}", piece)


def _act(step: int, name: str, piece: Piece) -> Act:
    if step == 0:
        return List(
            id=f"list-{name}",
            actor=_OWNER,
            at_s=_AT_S,
            price_cny_per_mwh=Decimal("4.50"),
            open_until_s=_AT_S + 1,
            pay_within_s=1,
            wh=None,
            pieces=(piece,),
        )
    if step == 1:
        return Delist(id=f"delist-{name}", actor=_OWNER, at_s=_AT_S, listing=f"list-{name}")
    return Claim(
        id=f"claim-{name}",
        actor=_OWNER,
        at_s=_AT_S,
        purpose="bench",
        beneficiary=_OWNER,
        period="2026-06",
        wh=None,
        pieces=(piece,),
    )


def _issuance(made: Issue) -> Act:
    return Issuance(id=f"issue:{made.id}", actor=OPERATOR, at_s=_AT_S, issue=made)


def _issue(number: int) -> Issue:
    lots = lots_of(np.array([[_LOT_WH]], np.int64), plants=("PV01",), start_s=_START_S)
    return Issue(
        id=issue_id("2026-06", _ROUTE, recipient=f"PV{number:03}"),
        month="2026-06",
        route=_ROUTE,
        recipient="PV01",
        holder=_OWNER,
        kind=kind_of(_ROUTE.kind),
        plants=parts_of(lots),
        journal_size=1,
        park_sha256="00" * 32,
        rule="rule/v1",
        sheet_sha256="00" * 32,
        total_wh=lots.total_wh,
        lots_root="00" * 32,
        expires_s=_EXPIRES_S,
        validity="set/code/CN/2024-01-01=24",
    )


def _bare_commit_ms(folder: Path) -> float:
    """Return what a durable commit of one row takes on the disk of a folder [ms]."""
    with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE row (n INTEGER)")
        started_s = time.perf_counter()
        for number in range(N_SINGLE):
            database.execute("INSERT INTO row VALUES (?)", (number,))
        return (time.perf_counter() - started_s) * _MS / N_SINGLE
