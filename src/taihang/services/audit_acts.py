"""Audit of what was done: does the register say what the log says, no more, no less, no other?

The log is the truth. A row of the register that no event speaks of was put there by hand, or by a
command that was killed before its end; an event whose row is gone or differs means that somebody
has thinned out the register or put an older one in its place (T19).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import zip_longest
from typing import Final

from taihang.core.alarm.decision import (
    ALARM_DECIDED,
    AlarmDecision,
    alarm_faults,
    open_alarm_decision,
)
from taihang.core.certificates.state_tree import ACTS, STATE
from taihang.core.dispatch.plan_decision import (
    PLAN_DECIDED,
    PlanDecision,
    open_plan_decision,
    plan_faults,
)
from taihang.core.errors import TaihangError
from taihang.core.seal.act import (
    ACTIVITY_KIND,
    FACTS,
    LOTS,
    PARK_FILE,
    SETTLED,
    RollEntry,
    changed_facts,
    fact_edition,
)
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.event import LogEvent
from taihang.core.seal.key_act import (
    ENROLLED,
    LOG_OWNER,
    REVOKED,
    ROTATED,
    gateway_owner,
    open_enrolment,
    open_revocation,
    open_rotation,
)
from taihang.core.seal.review import REVIEWED, Signature, open_review
from taihang.services.act_log import (
    OF_ONE,
    ROLLS,
    edition_hash,
    key_subject,
    logged_act,
    lots_commitment,
    roll_commitment,
    rolls,
    settled_body,
)
from taihang.services.ports import Ports
from taihang.services.review import review_faults

_SHOWN: Final = 5
SALTS: Final = "salt"
"""Name of the secret behind the salts; without it no root can be worked out again."""
_AGAIN: Final = "settle again, which logs it; if no command was killed, it was put there by hand"


@dataclass(slots=True)
class ActCheck:
    """What was found of the acts."""

    findings: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Place, and what is wrong."""
    unlogged: list[str] = field(default_factory=list[str])
    """Rows that the log does not speak of yet, in a park whose log holds no act at all."""


def check_acts(events: Sequence[tuple[int, LogEvent]], *, ports: Ports) -> ActCheck:
    """Compare the register with the log, and what both commit to with what is there.

    Args:
        events: Every event of the log with its leaf, as the journal was read just now.
        ports: The outside world.

    Returns:
        What was found.
    """
    check = ActCheck()
    acts = [(leaf, event) for leaf, event in events if event.kind in _KINDS]
    # 1. Which rows there must be, and which there are.
    found = [
        *_rows_of_log(events, ports),
        *_of_park_files(acts, ports),
        *_of_settlements(acts, ports),
        *_of_keys(acts, ports),
        *_of_rolls(acts, ports),
        *_of_reviews(acts, ports),
        *_of_decisions(acts, ports),
        *_of_lots(acts, ports),
        *_of_facts(acts, ports),
    ]
    for where, what, is_unlogged in found:
        # A park that never logged an act was made by an older program; it is told, not blamed.
        if is_unlogged and not acts:
            check.unlogged.append(where)
        else:
            check.findings.append((where, what))
    return check


_Found = tuple[str, str, bool]
_Acts = Sequence[tuple[int, LogEvent]]
_KINDS: Final = frozenset(
    (*ROLLS, ACTS, STATE, FACTS, LOTS, PARK_FILE, SETTLED, ENROLLED, ROTATED, REVOKED, *OF_ONE)
)


def _rows_of_log(events: _Acts, ports: Ports) -> Iterator[_Found]:
    """Compare the list of events that the register keeps with the events."""
    known = {act.leaf: act for act in ports.registry.logged()}
    last = max(known, default=-1)
    for leaf, event in events:
        row = known.pop(leaf, None)
        act = logged_act(leaf, event.kind, event.body)
        if row is not None and row != act:
            yield f"register, event {leaf}", f"differs from the {event.kind} in the log", False
        elif row is None and event.kind in _KINDS and leaf <= last:
            yield f"register, event {leaf}", f"the row of a {event.kind} was taken away", False
    for leaf, act in known.items():
        yield f"register, event {leaf}", f"the log has no {act.kind} at this leaf", False


def _of_park_files(acts: _Acts, ports: Ports) -> Iterator[_Found]:
    logged = {str(event.body["sha256"]) for _, event in acts if event.kind == PARK_FILE}
    held = set(ports.registry.park_hashes())
    for each in sorted(logged - held):
        yield f"park file {each[:16]}…", "is in the log and not in the register", False
    for each in sorted(held - logged):
        yield f"park file {each[:16]}…", f"is not in the log: {_AGAIN}", True


def _of_settlements(acts: _Acts, ports: Ports) -> Iterator[_Found]:
    logged = [event.body for _, event in acts if event.kind == SETTLED]
    held = [settled_body(n, each) for n, each in enumerate(ports.registry.settlements(), 1)]
    for number, (told, row) in enumerate(zip_longest(logged, held), 1):
        where = f"settlement {number}"
        if row is None:
            yield where, "is in the log and not in the register", False
        elif told is None:
            yield where, f"is not in the log: {_AGAIN}", True
        elif {**told} != row:
            yield where, "is another one in the register than in the log", False


def _of_keys(acts: _Acts, ports: Ports) -> Iterator[_Found]:
    """Compare keys and their ends, and check who has signed whom."""
    told: dict[str, tuple[str, ...]] = {}
    for leaf, event in acts:
        try:
            _tell_key(event, told, ports)
        except TaihangError as error:
            yield f"event {leaf}, {event.kind}", str(error), False
    held = _held_keys(ports)
    for subject in sorted(told.keys() | held.keys()):
        where = f"key {subject}"
        if subject not in held:
            yield where, "is in the log and not in the register", False
        elif subject not in told:
            # Only a first key may come into the register before it is logged.
            yield where, f"is not in the log: {_AGAIN}", subject.endswith("#1")
        elif held[subject] != told[subject]:
            yield where, "is another one in the register, or ends at another time", False


def _tell_key(event: LogEvent, told: dict[str, tuple[str, ...]], ports: Ports) -> None:
    """Note what an event says of a key: the key, its end, its revocation."""
    if event.kind == ENROLLED:
        enrolled = open_enrolment(event.body)
        told[key_subject(enrolled.owner, enrolled.ordinal)] = (enrolled.key.hex(), "", "")
    elif event.kind == ROTATED:
        succession, signature = open_rotation(event.body, log=ports.log_origin)
        succession.check(signature, verify=ports.verify)
        told[key_subject(succession.owner, succession.ordinal)] = (succession.key.hex(), "", "")
        if succession.owner != LOG_OWNER:
            _end(told, succession.predecessor.hex(), succession.owner, str(succession.until_s))
    elif event.kind == REVOKED:
        revoked = open_revocation(event.body)
        subject = key_subject(revoked.owner, revoked.ordinal)
        key, until, _ = told.get(subject, ("", "", ""))
        told[subject] = (key, until, str(revoked.revoked_at_s))


def _end(told: dict[str, tuple[str, ...]], key: str, owner: str, until: str) -> None:
    for subject, (known, _, revoked) in [*told.items()]:
        if known == key and subject.startswith(f"{owner}#"):
            told[subject] = (known, until, revoked)


def _held_keys(ports: Ports) -> dict[str, tuple[str, ...]]:
    held: dict[str, tuple[str, ...]] = {
        key_subject(LOG_OWNER, key.ordinal): (key.key.hex(), "", "")
        for key in ports.registry.log_keys()
    }
    for gateway, keys in ports.registry.gateway_keys().items():
        for key in keys:
            ends = ("" if at is None else str(at) for at in (key.until_s, key.revoked_at_s))
            held[key_subject(gateway_owner(gateway), key.ordinal)] = (key.key.hex(), *ends)
    return held


def _of_rolls(acts: _Acts, ports: Ports) -> Iterator[_Found]:
    """Compare statements, bills and activity data: no number left out, the root of each event."""
    for name, roll in (
        ("statement", ports.registry.roll()),
        ("line of activity data", ports.registry.activity_roll()),
    ):
        numbers = {entry.number for entry in roll}
        for number in sorted(set(range(1, max(numbers, default=0) + 1)) - numbers)[:_SHOWN]:
            yield f"{name} number {number}", "was taken out of the register", False
    held = rolls(ports=ports)
    told: dict[tuple[str, str], list[Mapping[str, JsonValue]]] = {key: [] for key in held}
    for _, event in acts:
        if event.kind in ROLLS:
            key = event.kind, str(event.body.get("period", ""))
            told.setdefault(key, []).append(event.body)
    for key, bodies in sorted(told.items()):
        yield from _of_roll(key, bodies, held.get(key, []), ports)


def _of_roll(
    key: tuple[str, str],
    bodies: list[Mapping[str, JsonValue]],
    entries: list[RollEntry],
    ports: Ports,
) -> Iterator[_Found]:
    kind, period = key
    where = f"{kind} of {period}" if period else kind
    issued = 0
    for body in bodies:
        issued = n = int(str(body["n"]))
        if n > len(entries):
            yield where, f"the log speaks of {n}, the register holds {len(entries)}", False
        elif ports.keys.holds(SALTS) and body["root"] != (
            roll_commitment(kind, entries[:n], ports=ports)[1] if n else None
        ):
            yield where, f"the first {n} are not those that the log speaks of", False
    for entry in entries[issued : issued + _SHOWN]:
        what = "activity" if entry.kind == ACTIVITY_KIND else "statement"
        yield f"{what} {entry.id}", f"is not in the log: {_AGAIN}", True


def _of_reviews(acts: _Acts, ports: Ports) -> Iterator[_Found]:
    """Compare what people signed with the statements that are there, and with the rules of it."""
    signatures: list[Signature] = []
    for leaf, event in acts:
        if event.kind != REVIEWED:
            continue
        try:
            signatures.append(open_review(event.body, at_s=event.at_s))
        except TaihangError as error:
            yield f"event {leaf}, {event.kind}", str(error), False
    texts = {entry.id: entry.sha256 for entry in ports.registry.roll()}
    for name, what in review_faults(signatures, texts=texts):
        yield f"review of {name}", what, False


def _of_decisions(acts: _Acts, ports: Ports) -> Iterator[_Found]:
    """Compare what people decided of alarms and plans with the rules of it."""
    alarms, plans = list[AlarmDecision](), list[PlanDecision]()
    for leaf, event in acts:
        try:
            if event.kind == ALARM_DECIDED:
                alarms.append(open_alarm_decision(event.body, at_s=event.at_s))
            elif event.kind == PLAN_DECIDED:
                plans.append(open_plan_decision(event.body, at_s=event.at_s))
        except TaihangError as error:
            yield f"event {leaf}, {event.kind}", str(error), False
    texts = {entry.id: entry.sha256 for entry in ports.registry.roll()}
    for name, what in (*alarm_faults(alarms), *plan_faults(plans, texts=texts)):
        yield f"decision on {name}", what, False


def _of_lots(acts: _Acts, ports: Ports) -> Iterator[_Found]:
    if not ports.keys.holds(SALTS):
        return
    last = {str(event.body["period"]): event.body for _, event in acts if event.kind == LOTS}
    for period, body in sorted(last.items()):
        n, root = lots_commitment(period, ports=ports)
        if (n, root) != (body["n"], body["root"]):
            what = f"are {n} others than the {body['n']} that the log speaks of"
            yield f"lots of {period}", f"{what}: run `taihang rebuild`, else settle again", False


def _of_facts(acts: _Acts, ports: Ports) -> Iterator[_Found]:
    """Compare the facts of today with the edition that the last statements were made with (T21)."""
    editions = ports.registry.fact_editions()
    used = [str(event.body["sha256"]) for _, event in acts if event.kind == FACTS]
    for each in sorted(set(used)):
        text = editions.get(each)
        if text is None or sha256(text.encode()).hexdigest() != each:
            yield f"facts {each[:16]}…", "an edition that was used is gone or altered", False
    if not used or used[-1] == edition_hash(ports=ports):
        return
    before = editions.get(used[-1], "[]")
    changes = changed_facts(
        load_canonical(before.encode()), load_canonical(fact_edition(ports.facts))
    )
    for line in (*changes["changed"], *(f"{name}: gone" for name in changes["removed"])):
        yield f"fact {line}", _stale(line, ports), False


def _stale(line: str, ports: Ports) -> str:
    """Say which latest statements used a fact that is another one now."""
    name = line.partition(": ")[0]
    users = _statements_with(f'"{name}=', (entry.period for entry in ports.registry.roll()), ports)
    used = f"; used by {', '.join(users[:_SHOWN])} ({len(users)} in all)" if users else ""
    return f"changed since the last statement{used}"


def _statements_with(text: str, periods: Iterable[str], ports: Ports) -> list[str]:
    return [
        issued.id
        for period in sorted(set(periods))
        for issued in ports.registry.latest_statements(period)
        if text in issued.document
    ]
