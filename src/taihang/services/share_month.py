"""Commit to what every enterprise used in a month, and open one of them with its share of the sum.

The event holds one commitment for each enterprise, for its load and for its green energy, and what
opens their sums. It shows nobody's figure. See core/seal/share_list.py.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from taihang.core.balance.matching import DIRECT, RouteKind
from taihang.core.errors import StateError
from taihang.core.periods import month
from taihang.core.seal.bundle import Bundle
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.pool_totals import PoolDay, pool_days, pool_tree
from taihang.core.seal.share_list import (
    QUANTITIES,
    SALTS_PER_BLINDING,
    SHARES,
    Member,
    amounts_digest,
    blinding_of,
    share_body,
)
from taihang.services.evidence import Anchor, logged_event
from taihang.services.log_event import log_event
from taihang.services.matched import Matched, shares_of
from taihang.services.month_sums import counted
from taihang.services.ports import Ports
from taihang.services.replay import catch_up
from taihang.services.seal_day import events_of

_ID: Final = re.compile(r"share\.(.+)\.(\d{4}-(?:0[1-9]|1[0-2]))(?:#(load_wh|green_wh))?")


class NoShareError(StateError):
    """No list of shares of that month holds that enterprise, as it is settled now."""

    code = "state.no-share"


@dataclass(frozen=True, slots=True)
class Shared:
    """The list of a month as it is settled now, and where the log holds it."""

    body: dict[str, JsonValue]
    leaf: int
    """Where the event stands in the log."""
    members: tuple[Member, ...]
    pool: tuple[PoolDay, ...]
    pool_salts: tuple[bytes, ...]
    is_new: bool = False
    """False where the same amounts were committed to before."""

    def pool_day(self, at: int) -> dict[str, JsonValue]:
        """Return the sums of a local day with their way to the root in the event."""
        tree = pool_tree(self.pool, salts=self.pool_salts)
        return {
            "index": at,
            "path": b64encode(b"".join(tree.inclusion_proof(at, size=tree.size))).decode(),
            "salt": b64encode(self.pool_salts[at]).decode(),
            "sums": self.pool[at].document(),
        }


def commit_shares(name: str, *, ports: Ports) -> Shared:
    """Log the commitments of a month, if they are not logged as it is settled now.

    Args:
        name: The local month.
        ports: The outside world, opened for writing.

    Returns:
        The event in force.

    Raises:
        UnsettledMonthError: If not all of the month was settled with this park file.
    """
    # 1. The last list, if it says what the month says now: the same amounts, the same secrets.
    before = shares_in_force(name, ports=ports)
    if before is not None:
        return before
    # 2. Other amounts: a list of its own, beside the one before.
    logged = next((each for each in _logged(name, ports)), None)
    version = 1 if logged is None else int(str(logged[1]["version"])) + 1
    shared = _drawn_up(name, version, ports)
    # 3. Into the log; the lake keeps a place for every event.
    leaf = log_event(SHARES, shared.body, ports=ports)
    catch_up(ports)
    return replace(shared, leaf=leaf, is_new=True)


def shares_in_force(name: str, *, ports: Ports) -> Shared | None:
    """Return the list of a month that the log holds, if it is that of the month as settled now.

    Args:
        name: The local month.
        ports: The outside world.
    """
    for leaf, body in _logged(name, ports):
        shared = _drawn_up(name, int(str(body["version"])), ports)
        return replace(shared, leaf=leaf) if shared.body == body else None
    return None


def share_bundle(claim_id: str, ports: Ports) -> Bundle:
    """Return the proof of the share of one enterprise in the park's total of a month.

    Args:
        claim_id: ``share.ENTERPRISE.MONTH``; with ``#load_wh`` or ``#green_wh`` that alone.
        ports: The outside world.

    Returns:
        What goes into the file: no reading, no curve, no figure of a neighbour.

    Raises:
        NoShareError: If no list of the month in the log holds the enterprise as settled now.
    """
    found = _ID.fullmatch(claim_id)
    user, name, only = found.groups() if found else ("", "", None)
    shared = shares_in_force(name, ports=ports) if name else None
    chosen = [each for each in (shared.members if shared else ()) if each.id == user]
    if shared is None or not chosen:
        raise NoShareError(
            given=claim_id,
            expected="an enterprise in the list of shares of that month, as it is settled now",
            remedy="run `taihang seal DIR --shares MONTH`, then prove it again",
        )
    anchor = Anchor.of([shared.leaf], ports=ports)
    return Bundle(
        claim={
            "kind": "share",
            "member": user,
            "openings": [chosen[0].opening(each) for each in QUANTITIES if only in {None, each}],
            "period": name,
        },
        checkpoint_note=anchor.note,
        events=[logged_event(shared.leaf, anchor=anchor, ports=ports)],
    )


def _logged(name: str, ports: Ports) -> Iterator[tuple[int, dict[str, JsonValue]]]:
    """Yield leaf and body of every list of a month, the latest first."""
    for leaf, event in events_of(SHARES, ports=ports):
        if event.body["period"] == name:
            yield leaf, {**event.body}


def _drawn_up(name: str, version: int, ports: Ports) -> Shared:
    """Draw up the list of a month as it is settled now."""
    matched = shares_of(month(name, ports.park.zone), ports=ports)
    amounts = dict(sorted(_amounts(matched)))
    pool = tuple(_pool(matched, ports))
    # Other amounts never meet the same secret numbers: two points would tell their difference.
    secret = f"shares/{name}/{version}/{amounts_digest(amounts, pool)}"
    members = _members(amounts, secret, matched.period.n_steps, ports)
    absent = [user for user, each in amounts.items() if not each["n"]]
    salts = tuple(ports.keys.salts(f"{secret}/pool", len(pool)))
    body = share_body(
        name,
        members,
        version=version,
        absent=absent,
        pool=pool_tree(pool, salts=salts),
        commit=ports.keys.commit,
    )
    return Shared(body, -1, members, pool, salts)


def _members(
    amounts: Mapping[str, Mapping[str, int]], secret: str, n_steps: int, ports: Ports
) -> tuple[Member, ...]:
    """Return the enterprises that have amounts, with their secret numbers."""
    known = {user: each for user, each in amounts.items() if each["n"]}
    n_salts = SALTS_PER_BLINDING * len(known)
    blindings: dict[str, list[int]] = {}
    for quantity in QUANTITIES:
        salts = ports.keys.salts(f"{secret}/{quantity}", n_salts)
        blindings[quantity] = [
            blinding_of(salts[at : at + SALTS_PER_BLINDING])
            for at in range(0, n_salts, SALTS_PER_BLINDING)
        ]
    return tuple(
        Member(
            id=user,
            amounts_wh={quantity: each[quantity] for quantity in QUANTITIES},
            blindings={quantity: blindings[quantity][at] for quantity in QUANTITIES},
            n_missing=n_steps - each["n"],
        )
        for at, (user, each) in enumerate(known.items())
    )


def _amounts(matched: Matched) -> Iterator[tuple[str, Mapping[str, int]]]:
    """Add up what was measured of each enterprise; an estimate is committed to by nobody."""
    green_wh = matched.matching.load_wh
    for row, user in enumerate(matched.users):
        chosen = counted(matched.load_wh[row], matched.quality[row])
        yield (
            user,
            {
                "load_wh": int(matched.load_wh[row][chosen].sum()),
                "green_wh": int(green_wh[row][chosen].sum()),
                "n": int(chosen.sum()),
            },
        )


def _pool(matched: Matched, ports: Ports) -> list[PoolDay]:
    """Return what the pool gave, and what of all loads was left for it, by local day."""
    demand_wh = matched.load_wh.sum(axis=0)
    given_wh = np.zeros_like(demand_wh)
    for share in matched.shares:
        if share.route.kind is RouteKind.POOL:
            given_wh = given_wh + share.received_wh.sum(axis=0)
        elif share.route.kind in DIRECT:
            # Whatever goes to users and is no pool is served before it.
            demand_wh = demand_wh - share.received_wh.sum(axis=0)
    return pool_days(matched.period, demand_wh=demand_wh, given_wh=given_wh, zone=ports.park.zone)
