"""Commit to what every enterprise used in a month, and open one of them with its share of the sum.

The event holds one commitment for each enterprise, for its load and for its green energy, and what
opens their sums. It shows nobody's figure. See core/seal/share_list.py.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from taihang.core.errors import StateError
from taihang.core.periods import month
from taihang.core.seal.bundle import Bundle
from taihang.core.seal.canonical import JsonValue
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
    """What one run did for one month."""

    body: dict[str, JsonValue]
    leaf: int
    """Where the event stands in the log."""
    members: tuple[Member, ...]
    is_new: bool
    """False where the same amounts were committed to before."""


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
    # 1. The last list, and what it would say now: the same amounts, the same secret numbers.
    before = _last(name, ports)
    if before is not None and _is_current(before, name, ports):
        return before
    # 2. Other amounts: a list of its own, beside the one before.
    version = 1 if before is None else int(str(before.body["version"])) + 1
    members, absent = _members(name, version, ports)
    body = share_body(name, members, version=version, absent=absent, commit=ports.keys.commit)
    # 3. Into the log; the lake keeps a place for every event.
    leaf = log_event(SHARES, body, ports=ports)
    catch_up(ports)
    return Shared(body, leaf, members, is_new=True)


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
    shared = _last(name, ports) if name else None
    chosen = [each for each in (shared.members if shared else ()) if each.id == user]
    if shared is None or not chosen or not _is_current(shared, name, ports):
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


def _last(name: str, ports: Ports) -> Shared | None:
    """Return the latest list of a month, opened with the amounts as they are settled now."""
    for leaf, event in events_of(SHARES, ports=ports):
        if event.body["period"] == name:
            members, _ = _members(name, int(str(event.body["version"])), ports)
            return Shared({**event.body}, leaf, members, is_new=False)
    return None


def _is_current(shared: Shared, name: str, ports: Ports) -> bool:
    version = int(str(shared.body["version"]))
    members, absent = _members(name, version, ports)
    body = share_body(name, members, version=version, absent=absent, commit=ports.keys.commit)
    return body == shared.body


def _members(name: str, version: int, ports: Ports) -> tuple[tuple[Member, ...], list[str]]:
    """Return the enterprises with their amounts and secret numbers, and those without any."""
    matched = shares_of(month(name, ports.park.zone), ports=ports)
    amounts = dict(sorted(_amounts(matched)))
    known = {user: each for user, each in amounts.items() if each["n"]}
    digest = amounts_digest(known)
    n_salts = SALTS_PER_BLINDING * len(known)
    blindings: dict[str, list[int]] = {}
    for quantity in QUANTITIES:
        salts = ports.keys.salts(f"shares/{name}/{version}/{digest}/{quantity}", n_salts)
        blindings[quantity] = [
            blinding_of(salts[at : at + SALTS_PER_BLINDING])
            for at in range(0, n_salts, SALTS_PER_BLINDING)
        ]
    members = tuple(
        Member(
            id=user,
            amounts_wh={quantity: each[quantity] for quantity in QUANTITIES},
            blindings={quantity: blindings[quantity][at] for quantity in QUANTITIES},
            n_missing=matched.period.n_steps - each["n"],
        )
        for at, (user, each) in enumerate(known.items())
    )
    return members, [user for user in amounts if user not in known]


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
