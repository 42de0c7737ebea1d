"""Platform job: put into the log what the park did, and into the register what the log says.

The register holds what people decided and what was issued; whoever has rights over the disk could
thin it out. So everything in it is committed to by an event of the witnessed log (T19). A run that
finds nothing new logs nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from itertools import islice
from typing import Final

import numpy as np

from taihang.core.alarm.decision import ALARM_DECIDED
from taihang.core.balance.settlement import Settlement
from taihang.core.certificates.lot import Lots
from taihang.core.certificates.lot_tree import lot_tree
from taihang.core.certificates.state_tree import (
    ACTS,
    STATE,
    acts_body,
    issue_state,
    state_body,
    state_tree,
)
from taihang.core.dispatch.plan_decision import PLAN_DECIDED
from taihang.core.errors import IntegrityError
from taihang.core.periods import Period, month
from taihang.core.seal.act import (
    ACTIVITY,
    BILLS,
    COPIED,
    FACTS,
    LOTS,
    PARK_FILE,
    SETTLED,
    STATEMENTS,
    LoggedAct,
    RollEntry,
    changed_facts,
    digest_of,
    fact_edition,
    roll_tree,
)
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.event import LogEvent, is_event, open_event
from taihang.core.seal.gateway_key import GatewayKey
from taihang.core.seal.key_act import (
    ENROLLED,
    KEY_KINDS,
    LOG_OWNER,
    REVOKED,
    ROTATED,
    Enrolment,
    gateway_of,
    gateway_owner,
    open_enrolment,
    open_revocation,
    open_rotation,
)
from taihang.core.seal.review import REVIEWED
from taihang.core.tlog.log_key import LogKey
from taihang.core.tlog.merkle import Tree, leaf_hash
from taihang.services.log_event import log_event
from taihang.services.ports import Ports
from taihang.services.replay import catch_up

ROLLS: Final = frozenset((STATEMENTS, BILLS, ACTIVITY))
"""Kinds of events that commit to documents in the register."""
OF_ONE: Final[Mapping[str, str]] = {
    REVIEWED: "statement",
    COPIED: "statement",
    ALARM_DECIDED: "alarm",
    PLAN_DECIDED: "plan",
}
"""Kinds of events about one thing, each with the field that names it."""
_NAMED_CHANGES: Final = 50
"""So many changed facts stand in an event by name; their number is always whole."""


class OlderRegisterError(IntegrityError):
    """The log speaks of statements that the register has not: an older copy stands in its place."""

    code = "integrity.older-register"


# -- into the log ---------------------------------------------------------------------------------


def log_act(kind: str, body: Mapping[str, JsonValue], *, ports: Ports) -> int:
    """Put one act into the log and let the register follow it.

    Args:
        kind: One of the kinds of docs/formats/log.md.
        body: Its fields.
        ports: The outside world, opened for writing.

    Returns:
        Index of its leaf. After a crash between the two the next opening lets the register follow.
    """
    leaf = log_event(kind, body, ports=ports)
    _follow(leaf, kind, body, ports)
    return leaf


def log_acts(*, ports: Ports) -> int:
    """Log whatever the register holds that the log does not know yet.

    Args:
        ports: The outside world, opened for writing.

    Returns:
        How many events were logged; 0 where nothing is new.
    """
    last = {(act.kind, act.subject): act for act in ports.registry.logged()}
    n_logged = 0
    for kind, body in _due(last, ports):
        log_act(kind, body, ports=ports)
        n_logged += 1
    # The lake keeps a place for every event.
    catch_up(ports)
    return n_logged


def _due(
    last: Mapping[tuple[str, str], LoggedAct], ports: Ports
) -> Iterator[tuple[str, dict[str, JsonValue]]]:
    # 1. What the numbers were made with: park files, first keys, facts.
    for park_sha256 in ports.registry.park_hashes():
        if (PARK_FILE, park_sha256) not in last:
            yield PARK_FILE, {"sha256": park_sha256}
    yield from _due_keys(last, ports)
    roll = ports.registry.roll()
    if roll:
        yield from _due_facts(last.get((FACTS, "")), ports)
    # 2. What was issued.
    settlements = ports.registry.settlements()
    n_logged = sum(kind == SETTLED for kind, _ in last)
    for name in months_touched(settlements[n_logged:], ports=ports):
        yield from _changed(LOTS, name, lots_commitment(name, ports=ports), last)
    for (kind, period), entries in rolls(ports=ports).items():
        yield from _changed(kind, period, roll_commitment(kind, entries, ports=ports), last)
    yield from _due_certificates(last, ports)
    # 3. Settlements last: one that is not logged makes the run after a crash do all of the above.
    for number, settlement in enumerate(settlements[n_logged:], n_logged + 1):
        yield SETTLED, settled_body(number, settlement)


def _due_keys(
    last: Mapping[tuple[str, str], LoggedAct], ports: Ports
) -> Iterator[tuple[str, dict[str, JsonValue]]]:
    """Yield the first keys; every later one was logged before it was in the register."""
    for key in ports.registry.log_keys()[:1]:
        if (ENROLLED, key_subject(LOG_OWNER, key.ordinal)) not in last:
            yield ENROLLED, _first_body(LOG_OWNER, key.key, 0)
    for gateway, (first, *_) in ports.registry.gateway_keys().items():
        owner = gateway_owner(gateway)
        if (ENROLLED, key_subject(owner, 1)) not in last:
            yield ENROLLED, _first_body(owner, first.key, first.from_s)


def _first_body(owner: str, key: bytes, from_s: int) -> dict[str, JsonValue]:
    return Enrolment(owner=owner, ordinal=1, key=key, from_s=from_s, reason="").body()


def _due_facts(last: LoggedAct | None, ports: Ports) -> Iterator[tuple[str, dict[str, JsonValue]]]:
    """Yield the edition of facts that is used now, if it is another one than before (T21)."""
    text = fact_edition(ports.facts)
    ports.registry.add_fact_edition(text.decode(), at_s=int(ports.clock.now().timestamp()))
    edition = edition_hash(ports=ports)
    if last is not None and last.digest == edition:
        return
    before = ports.registry.fact_editions().get(last.digest, "[]") if last else "[]"
    changes = changed_facts(load_canonical(before.encode()), load_canonical(text))
    named: list[JsonValue] = [*(changes["changed"] + changes["removed"])[:_NAMED_CHANGES]]
    yield (
        FACTS,
        {
            "before": last.digest if last else None,
            "changed": named,
            "n_added": len(changes["added"]),
            "n_changed": len(changes["changed"]),
            "n_removed": len(changes["removed"]),
            "sha256": edition,
        },
    )


def _changed(
    kind: str,
    period: str,
    commitment: tuple[int, str],
    last: Mapping[tuple[str, str], LoggedAct],
) -> Iterator[tuple[str, dict[str, JsonValue]]]:
    n, root = commitment
    before = last.get((kind, period))
    if (before is None and n) or (before is not None and (before.n, before.digest) != (n, root)):
        of_period: dict[str, JsonValue] = {"period": period} if period else {}
        yield kind, {"n": n, "root": root, **of_period}


def _due_certificates(
    last: Mapping[tuple[str, str], LoggedAct], ports: Ports
) -> Iterator[tuple[str, dict[str, JsonValue]]]:
    """Yield both events of the ledger of certificates, if acts were added."""
    n_acts = len(ports.registry.certificates.act_roll())
    before = last.get((ACTS, ""))
    state = last.get((STATE, ""))
    # Acts are only ever added; the state is logged after them, also where a crash came between.
    if before is None or before.n != n_acts:
        if n_acts:
            yield ACTS, acts_commitment(ports=ports)
    elif state is not None and state.leaf > before.leaf:
        return
    if n_acts:
        yield STATE, state_commitment(ports=ports)


# -- what an event commits to ---------------------------------------------------------------------


def rolls(*, ports: Ports) -> dict[tuple[str, str], list[RollEntry]]:
    """Return what events commit to by kind and period, each in the order of issue.

    Args:
        ports: The outside world.

    Returns:
        Statements and bills by period; lines of activity data under the period "".
    """
    found: dict[tuple[str, str], list[RollEntry]] = {}
    for entry in (*ports.registry.roll(), *ports.registry.activity_roll()):
        found.setdefault((entry.act, entry.period), []).append(entry)
    return dict(sorted(found.items()))


def roll_commitment(kind: str, entries: list[RollEntry], *, ports: Ports) -> tuple[int, str]:
    """Return number and root of the statements of one period, or of all lines of activity data.

    Args:
        kind: The kind of event.
        entries: The statements or lines in the order of issue, at least one.
        ports: The outside world.
    """
    salts = ports.keys.salts(f"roll/{kind}/{entries[0].period}", len(entries))
    return len(entries), roll_tree(entries, salts=salts).root().hex()


def month_lots(name: str, *, ports: Ports) -> list[Lots]:
    """Return the lots of a local month as the lake holds them, one entry a plant."""
    rows = ports.lake.read("lots", month(name, ports.park.zone))
    return [Lots(plant, each["time_s"], each["wh"]) for (plant,), each in sorted(rows.items())]


def lot_salts(name: str, n: int, *, ports: Ports) -> list[bytes]:
    """Return the salts of the leaves of a month's lots.

    Args:
        name: The local month.
        n: How many lots it has; a lot that comes later gives all of them other salts.
        ports: The outside world.
    """
    return ports.keys.salts(f"lots/{name}/{n}", n)


def lots_commitment(name: str, *, ports: Ports) -> tuple[int, str]:
    """Return number and root of the lots of a local month."""
    lots = month_lots(name, ports=ports)
    n = sum(len(each.wh) for each in lots)
    return n, lot_tree(lots, salts=lot_salts(name, n, ports=ports)).root().hex()


def acts_commitment(*, ports: Ports, n: int | None = None) -> dict[str, JsonValue]:
    """Return the body of the event that commits to the acts on certificates.

    Args:
        ports: The outside world.
        n: To the first so many; None: to all.
    """
    documents = [record.document for record in islice(ports.registry.certificates.acts(), n)]
    salts = ports.keys.salts(ACTS, len(documents))
    tree = Tree(
        leaf_hash(salt + document.encode()) for document, salt in zip(documents, salts, strict=True)
    )
    return acts_body(tree)


def state_commitment(*, ports: Ports) -> dict[str, JsonValue]:
    """Return the body of the event that commits to where every watt-hour stands now."""
    tables = ports.registry.certificates
    with tables.steady():
        n_acts = len(tables.act_roll())
        states = [
            issue_state(held, salts=state_salts(made.id, len(held), ports=ports))
            for made in tables.issues()
            for held in (tables.certificates(made.id),)
        ]
    tree = state_tree(states, salts=ports.keys.salts(STATE, len(states)))
    return state_body(tree, n_acts=n_acts)


def state_salts(issue: str, n: int, *, ports: Ports) -> list[bytes]:
    """Return the salts of the certificates of an issue.

    Args:
        issue: Id of the issue.
        n: How many certificates it has.
        ports: The outside world.
    """
    return ports.keys.salts(f"{STATE}/{issue}", n)


def settled_body(number: int, settlement: Settlement) -> dict[str, JsonValue]:
    """Return the body of the event of a settlement, the how-manieth it is included."""
    return {
        "end_s": settlement.end_s,
        "journal_size": settlement.journal_size,
        "n": number,
        "park_sha256": settlement.park_sha256,
        "start_s": settlement.start_s,
    }


def edition_hash(*, ports: Ports) -> str:
    """Return the hash of the facts that calculations take now."""
    return sha256(fact_edition(ports.facts)).hexdigest()


def months_touched(settlements: Iterable[Settlement], *, ports: Ports) -> list[str]:
    """Return the local months that settlements lie in, in order."""
    found: set[tuple[int, int]] = set()
    for settlement in settlements:
        period = Period.of_s(settlement.start_s, settlement.end_s)
        first = period.start.astimezone(ports.park.zone).date()
        last = Period.of_s(settlement.end_s - 1, settlement.end_s).start
        end = last.astimezone(ports.park.zone).date()
        at = date(first.year, first.month, 1)
        while at <= end:
            found.add((at.year, at.month))
            at = date(at.year + at.month // 12, at.month % 12 + 1, 1)
    return [f"{year:04d}-{number:02d}" for year, number in sorted(found)]


# -- from the log ---------------------------------------------------------------------------------


def event_leaves(*, ports: Ports, first: int = 0) -> list[int]:
    """Return the leaf indexes of the events from an index on; the lake knows which they are."""
    others = np.flatnonzero(~ports.lake.batches().is_batch)
    return [leaf for leaf in others.tolist() if leaf >= first]


def logged_events(*, ports: Ports, first: int = 0) -> Iterator[tuple[int, LogEvent]]:
    """Yield every event of the log from an index on, with the index of its leaf."""
    for leaf in event_leaves(ports=ports, first=first):
        data = ports.journal.record(leaf).data
        if is_event(data):
            yield leaf, open_event(data)


def take_in_acts(*, ports: Ports) -> int:
    """Let the register follow what the log says since it last did.

    Args:
        ports: The outside world, opened for writing, the lake being up to the journal.

    Returns:
        How many events were taken in: more than 0 only after a crash, or from an older register.

    Raises:
        OlderRegisterError: If the log speaks of statements that the register does not hold.
    """
    known = ports.registry.logged()
    first = known[-1].leaf + 1 if known else 0
    fresh = list(logged_events(ports=ports, first=first))
    held = {key: len(entries) for key, entries in rolls(ports=ports).items()} if fresh else {}
    if fresh:
        held[ACTS, ""] = len(ports.registry.certificates.act_roll())
    for leaf, event in fresh:
        _demand_held(event, held, leaf)
        _follow(leaf, event.kind, event.body, ports)
    return len(fresh)


def _demand_held(event: LogEvent, held: Mapping[tuple[str, str], int], leaf: int) -> None:
    if event.kind not in ROLLS | {ACTS}:
        return
    period, n = str(event.body.get("period", "")), event.body.get("n")
    count = held.get((event.kind, period), 0)
    if isinstance(n, int) and n > count:
        raise OlderRegisterError(
            given=f"{count} of {n} documents ({event.kind} {period}) that leaf {leaf} of the log"
            " speaks of",
            expected="the register that holds all of them",
            remedy="put the newest registry.db back; an older one has forgotten what was issued",
        )


def _follow(leaf: int, kind: str, body: Mapping[str, JsonValue], ports: Ports) -> None:
    """Let the register say what an event says."""
    if kind in KEY_KINDS:
        _follow_key(leaf, kind, body, ports)
    ports.registry.add_logged(logged_act(leaf, kind, body))


def logged_act(leaf: int, kind: str, body: Mapping[str, JsonValue]) -> LoggedAct:
    """Return an event as the register remembers it."""
    if kind in OF_ONE:
        # Its digest is of the whole body: all steps of a statement name the same text.
        return LoggedAct(leaf, kind, str(body[OF_ONE[kind]]), 0, digest_of({**body}))
    n = body.get("n", 0)
    if kind in KEY_KINDS:
        subject = key_subject(str(body["owner"]), int(str(body["ordinal"])))
    elif kind == PARK_FILE:
        subject = str(body["sha256"])
    elif kind == SETTLED:
        subject = str(n)
    else:
        subject = str(body.get("period", ""))
    digest = body.get("root") or body.get("sha256") or digest_of({**body})
    return LoggedAct(leaf, kind, subject, n if isinstance(n, int) else 0, str(digest))


def key_subject(owner: str, ordinal: int) -> str:
    """Return what an event about a key is of.

    Example:
        >>> key_subject("gateway:GW1", 2)
        'gateway:GW1#2'
    """
    return f"{owner}#{ordinal}"


def _follow_key(leaf: int, kind: str, body: Mapping[str, JsonValue], ports: Ports) -> None:
    if kind == ENROLLED:
        enrolled = open_enrolment(body)
        gateway = gateway_of(enrolled.owner)
        if gateway is None:
            ports.registry.add_log_key(LogKey(enrolled.ordinal, enrolled.key, 0))
        else:
            key = GatewayKey(enrolled.ordinal, enrolled.key, enrolled.from_s)
            ports.registry.put_gateway_keys(gateway, [key])
    elif kind == ROTATED:
        _follow_rotation(leaf, body, ports)
    elif kind == REVOKED:
        revoked = open_revocation(body)
        gateway = gateway_of(revoked.owner) or ""
        ended = [
            replace(key, revoked_at_s=revoked.revoked_at_s)
            for key in ports.registry.gateway_keys().get(gateway, ())
            if key.ordinal == revoked.ordinal
        ]
        ports.registry.put_gateway_keys(gateway, ended)


def _follow_rotation(leaf: int, body: Mapping[str, JsonValue], ports: Ports) -> None:
    succession, signature = open_rotation(body, log=ports.log_origin)
    succession.check(signature, verify=ports.verify)
    gateway = gateway_of(succession.owner)
    if gateway is None:
        # The leaf itself is still under a checkpoint of the key before.
        key = LogKey(succession.ordinal, succession.key, leaf + 2, succession.until_s)
        ports.registry.add_log_key(key)
        return
    ended = [
        replace(key, until_s=succession.until_s)
        for key in ports.registry.gateway_keys().get(gateway, ())
        if key.key == succession.predecessor
    ]
    following = GatewayKey(succession.ordinal, succession.key, succession.from_s)
    ports.registry.put_gateway_keys(gateway, [*ended, following])
