"""What was changed after the fact, by whom and why: was, is, why, the newest first.

It is read from the log, the batches and the documents themselves: there is no second record that
could say otherwise. What was done without changing anything (a login, an export) stands in the
audit trail.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import unified_diff
from enum import StrEnum
from itertools import pairwise
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from taihang.core.activity.record import ActivityRecord
from taihang.core.seal.act import FACTS, PARK_FILE, RESTORED, SETTLED
from taihang.core.seal.batch import header_of
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.event import LogEvent
from taihang.core.seal.key_act import ENROLLED, REVOKED, ROTATED
from taihang.core.seal.review import REVIEWED
from taihang.services.act_log import ROLLS, logged_events
from taihang.services.collect import IMPORT_GATEWAY
from taihang.services.correct import ORIGIN as CORRECTION
from taihang.services.ports import Ports
from taihang.services.quarantine import FORK_EVENT
from taihang.services.report_schedule import SCHEDULED
from taihang.services.restatements import restatements

MOST: Final = 1_000
"""So many edits, the newest; a park has few."""
RESTATED: Final = "restated"
"""Kind of the next version of a statement."""
_LINES_SHOWN: Final = 60
_SHORT: Final = 16


class EditGroup(StrEnum):
    """What was changed."""

    READINGS = "readings"
    STATEMENTS = "statements"
    ACTIVITY = "activity"
    PARK = "park"
    KEYS = "keys"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change."""

    group: EditGroup
    kind: str
    """Of the event in the log; else ``restated``, ``corrected``, ``imported``,
    ``activity-version``."""
    at_s: int
    leaf: int | None
    """Leaf of the log that holds it."""
    subject: str
    was: str = ""
    now: str = ""
    why: str = ""
    who: str = ""
    lines: tuple[str, ...] = ()
    """What changed in a text: lines that begin with + or -."""


def edit_log(*, ports: Ports, most: int = MOST) -> tuple[Edit, ...]:
    """Return what was changed after the fact.

    Args:
        ports: The outside world.
        most: So many, the newest.

    Returns:
        The edits, the newest first.
    """
    events = list(logged_events(ports=ports))
    found = [
        *_park_files(events, ports),
        *_of_events(events, ports.park.zone),
        *_restated(events, ports),
        *_by_hand(ports),
        *_activity(ports.registry.activity_records()),
    ]
    found.sort(key=lambda edit: (-edit.at_s, -1 if edit.leaf is None else -edit.leaf))
    return tuple(found[:most])


_Events: TypeAlias = Sequence[tuple[int, LogEvent]]


@dataclass(frozen=True, slots=True)
class _Said:
    """What an event says of its change."""

    subject: str
    was: str
    now: str
    why: str
    who: str
    lines: tuple[str, ...] = ()


def _park_files(events: _Events, ports: Ports) -> Iterator[Edit]:
    """Yield every version of the park file with what changed in it."""
    files = [(leaf, event) for leaf, event in events if event.kind == PARK_FILE]
    before = ""
    for leaf, event in files:
        sha256 = str(event.body["sha256"])
        yield Edit(
            group=EditGroup.PARK,
            kind=PARK_FILE,
            at_s=event.at_s,
            leaf=leaf,
            subject="park.toml",
            was=before[:_SHORT],
            now=sha256[:_SHORT],
            lines=_changed_lines(before, sha256, ports) if before else (),
        )
        before = sha256


def _changed_lines(before: str, after: str, ports: Ports) -> tuple[str, ...]:
    held = set(ports.registry.park_hashes())
    if not {before, after} <= held:
        return ()
    old, new = (ports.registry.park_version(each).splitlines() for each in (before, after))
    lines = [
        line
        for line in unified_diff(old, new, lineterm="", n=0)
        if line[:1] in {"+", "-"} and line[:3] not in {"+++", "---"}
    ]
    return tuple(lines[:_LINES_SHOWN])


def _of_events(events: _Events, zone: ZoneInfo) -> Iterator[Edit]:
    """Yield what the log says was done to keys, facts, settlements and statements."""
    for leaf, event in events:
        told = _TOLD.get(event.kind)
        if told is None:
            continue
        group, fields = told
        said = fields(event.body, zone)
        if said is not None:
            yield Edit(
                group=group,
                kind=event.kind,
                at_s=event.at_s,
                leaf=leaf,
                subject=said.subject,
                was=said.was,
                now=said.now,
                why=said.why,
                who=said.who,
                lines=said.lines,
            )


def _enrolled(body: Mapping[str, JsonValue], _: ZoneInfo) -> _Said:
    return _said(body["owner"], now=_key(body, "key"), why=body.get("reason"))


def _rotated(body: Mapping[str, JsonValue], _: ZoneInfo) -> _Said:
    return _said(body["owner"], was=_key(body, "predecessor"), now=_key(body, "key"))


def _revoked(body: Mapping[str, JsonValue], _: ZoneInfo) -> _Said:
    return _said(f"{body['owner']}#{body['ordinal']}", why=body.get("reason"))


def _facts(body: Mapping[str, JsonValue], _: ZoneInfo) -> _Said | None:
    changed = body.get("changed")
    said = _said("facts", was=_key(body, "before"), now=_key(body, "sha256"))
    lines = tuple(map(str, changed)) if isinstance(changed, list) else ()
    # The first edition that a park uses changes nothing.
    return replace(said, lines=lines[:_LINES_SHOWN]) if said.was else None


def _settled(body: Mapping[str, JsonValue], zone: ZoneInfo) -> _Said | None:
    # The first settlement of a park changes nothing.
    if body.get("n") == 1:
        return None
    # The period is half-open: its last day is the one before its end.
    first, last = _day(body["start_s"], 0, zone), _day(body["end_s"], -1, zone)
    return _said(first if first == last else f"{first} … {last}")


def _reviewed(body: Mapping[str, JsonValue], _: ZoneInfo) -> _Said:
    return _said(body["statement"], now=body["step"], why=body.get("remark"), who=body["who"])


def _scheduled(body: Mapping[str, JsonValue], _: ZoneInfo) -> _Said:
    return _said(body.get("id"), why=body.get("reason"), who=body.get("who"))


def _forked(body: Mapping[str, JsonValue], _: ZoneInfo) -> _Said:
    return _said(f"{body.get('gateway')}/{body.get('counter')}")


def _restored(body: Mapping[str, JsonValue], _: ZoneInfo) -> _Said:
    return _said(f"{body.get('size')}")


def _said(
    subject: object, *, was: object = "", now: object = "", why: object = "", who: object = ""
) -> _Said:
    told = ["" if value is None else str(value) for value in (subject, was, now, why, who)]
    return _Said(told[0], told[1], told[2], told[3], told[4])


def _key(body: Mapping[str, JsonValue], name: str) -> str:
    value = body.get(name)
    return value[:_SHORT] if isinstance(value, str) else ""


def _day(at_s: JsonValue, more_s: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(int(str(at_s)) + more_s, zone).date().isoformat()


_TOLD: Final[
    Mapping[str, tuple[EditGroup, Callable[[Mapping[str, JsonValue], ZoneInfo], _Said | None]]]
] = {
    ENROLLED: (EditGroup.KEYS, _enrolled),
    ROTATED: (EditGroup.KEYS, _rotated),
    REVOKED: (EditGroup.KEYS, _revoked),
    FACTS: (EditGroup.PARK, _facts),
    SETTLED: (EditGroup.STATEMENTS, _settled),
    REVIEWED: (EditGroup.PEOPLE, _reviewed),
    SCHEDULED: (EditGroup.PEOPLE, _scheduled),
    FORK_EVENT: (EditGroup.READINGS, _forked),
    RESTORED: (EditGroup.PARK, _restored),
}


def _restated(events: _Events, ports: Ports) -> Iterator[Edit]:
    """Yield every version of a statement after its first, with the event that holds it."""
    roll = ports.registry.roll()
    later = sorted({entry.period for entry in roll if not entry.id.endswith(".v1")})
    if not later:
        return
    places = _places(events, ((entry.act, entry.period, entry.id) for entry in roll))
    for step in restatements(later, ports=ports).restatements:
        leaf, at_s = places.get(step.now, (None, 0))
        yield Edit(
            group=EditGroup.STATEMENTS,
            kind=RESTATED,
            at_s=at_s,
            leaf=leaf,
            subject=step.now,
            was=f"{step.was_value or '–'} {step.unit}",
            now=f"{step.now_value or '–'} {step.unit}",
            why=step.reason,
        )


def _places(events: _Events, roll: Iterable[tuple[str, str, str]]) -> dict[str, tuple[int, int]]:
    """Return by statement the leaf and time of the first event that commits to it."""
    commitments: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    for leaf, event in events:
        if event.kind in ROLLS:
            key = event.kind, str(event.body.get("period", ""))
            commitments.setdefault(key, []).append((int(str(event.body["n"])), leaf, event.at_s))
    counts: dict[tuple[str, str], int] = {}
    found: dict[str, tuple[int, int]] = {}
    for act, period, id_ in roll:
        counts[act, period] = n = counts.get((act, period), 0) + 1
        for covered, leaf, at_s in commitments.get((act, period), ()):
            if covered >= n:
                found[id_] = leaf, at_s
                break
    return found


def _by_hand(ports: Ports) -> Iterator[Edit]:
    """Yield what people typed or brought in as files: one edit an origin, however many batches."""
    index = ports.lake.batches()
    if IMPORT_GATEWAY not in index.gateways:
        return
    code = index.gateways.index(IMPORT_GATEWAY)
    leaves = [
        leaf for leaf in range(len(index)) if index.is_batch[leaf] and index.code[leaf] == code
    ]
    by_origin: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for leaf in leaves:
        origin = header_of(ports.journal.record(leaf).data).origin
        by_origin.setdefault(tuple(sorted(origin.items())), []).append(leaf)
    for items, found in by_origin.items():
        origin = dict(items)
        is_correction = origin.get("kind") == CORRECTION
        yield Edit(
            group=EditGroup.READINGS,
            kind="corrected" if is_correction else "imported",
            at_s=ports.journal.received_at_s(found[-1]),
            leaf=found[-1],
            subject=_counters(found, ports),
            why=origin.get("reason", ""),
            who=origin.get("who", ""),
            now="" if is_correction else " ".join(f"{name}={value}" for name, value in items),
        )


def _counters(leaves: list[int], ports: Ports) -> str:
    names = [ports.lake.batches().name(leaf) for leaf in leaves]
    return names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}"


def _activity(records: Iterable[ActivityRecord]) -> Iterator[Edit]:
    """Yield every version of a line of activity data after its first."""
    by_line: dict[str, list[ActivityRecord]] = {}
    for record in records:
        by_line.setdefault(record.id, []).append(record)
    for versions in by_line.values():
        for was, now in pairwise(sorted(versions, key=lambda record: record.version)):
            yield Edit(
                group=EditGroup.ACTIVITY,
                kind="activity-version",
                at_s=now.known_at_s,
                leaf=None,
                subject=f"{now.id}.v{now.version}",
                was=f"{was.amount} {was.unit}",
                now=f"{now.amount} {now.unit}",
                why=now.reason,
            )
