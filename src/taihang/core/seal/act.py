"""Kinds of log events about what the park did, and the leaves of the rolls that they commit to.

An event is small: of many statements it keeps their number and the root of a tree over them, so
that one can be shown without the others. The bodies are in docs/formats/log.md, section 9.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from taihang.core.facts import FactBook
from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.core.tlog.merkle import Tree, leaf_hash

PARK_FILE: Final = "park-file"
FACTS: Final = "facts-used"
SETTLED: Final = "period-settled"
STATEMENTS: Final = "statements-issued"
BILLS: Final = "bills-issued"
LOTS: Final = "lots-issued"
ACTIVITY: Final = "activity-handed-in"
RESTORED: Final = "park-restored"
COPIED: Final = "report-copies"
"""Copies of an issued report were set: in which forms, and the hash of each."""
BILL_KIND: Final = "bill"
"""Kind of the statements that are bills."""
ACTIVITY_KIND: Final = "activity"
"""Kind of the entries that are lines of activity data."""
_ACTS: Final = {BILL_KIND: BILLS, ACTIVITY_KIND: ACTIVITY}


@dataclass(frozen=True, slots=True)
class RollEntry:
    """One issued statement, or one line of activity data, without its text."""

    number: int
    """The how-manieth of the park, from 1; none is missing."""
    period: str
    """Of a statement; empty of activity data, all of which is one roll."""
    kind: str
    id: str
    sha256: str
    """Of its text."""

    @property
    def act(self) -> str:
        """The kind of event that commits to it."""
        return _ACTS.get(self.kind, STATEMENTS)


@dataclass(frozen=True, slots=True)
class LoggedAct:
    """One event of the log as the register remembers it."""

    leaf: int
    kind: str
    subject: str
    """What it is of: a period, a key, a hash."""
    n: int
    digest: str
    """What it commits to: a root, or the hash of its body."""


def roll_entry(entry: RollEntry, *, salt: bytes) -> bytes:
    """Return what the leaf of a statement covers: the salt, then id and hash as canonical JSON.

    Args:
        entry: The statement.
        salt: 16 secret bytes: a statement with one unknown number could be guessed from its hash.

    Example:
        >>> entry = RollEntry(1, "2026-06", "energy", "energy.E01.2026-06.v1", "ab")
        >>> roll_entry(entry, salt=bytes(16))[16:].decode()
        '{"id":"energy.E01.2026-06.v1","sha256":"ab"}'
    """
    return salt + canonical_bytes({"id": entry.id, "sha256": entry.sha256})


def roll_tree(entries: Sequence[RollEntry], *, salts: Sequence[bytes]) -> Tree:
    """Return the tree over the statements of one period, in the order in which they were issued.

    Args:
        entries: The statements; a later event of the period adds to the end and changes nothing.
        salts: One for each.
    """
    return Tree(
        leaf_hash(roll_entry(entry, salt=salt)) for entry, salt in zip(entries, salts, strict=True)
    )


def fact_edition(book: FactBook) -> bytes:
    """Return every fact of a book as canonical JSON: what calculations could take, to the letter.

    Example:
        >>> fact_edition(FactBook([]))
        b'[]'
    """
    return canonical_bytes(
        [
            {
                "document": fact.document,
                "key": fact.key,
                "status": fact.status,
                "unit": fact.unit,
                "valid_to": fact.valid_to.isoformat() if fact.valid_to else None,
            }
            for fact in book.all()
        ]
    )


def changed_facts(before: JsonValue, after: JsonValue) -> dict[str, list[str]]:
    """Name the facts that differ between two editions.

    Args:
        before: An edition, decoded.
        after: A later one.

    Returns:
        Lines under ``changed``, ``removed`` and ``added``, each in order; a changed line shows the
        value before and after.

    Example:
        >>> old = [{"key": "s/grid/CN/2025-01-01=0.5", "unit": "kg/kWh"}]
        >>> new = [{"key": "s/grid/CN/2025-01-01=0.4", "unit": "kg/kWh"}]
        >>> changed_facts(old, new)["changed"]
        ['s/grid/CN/2025-01-01: 0.5 → 0.4']
    """
    old, new = _by_name(before), _by_name(after)
    return {
        "changed": [
            f"{name}: {_told(old[name], new[name])} → {_told(new[name], old[name])}"
            for name in sorted(old.keys() & new.keys())
            if old[name] != new[name]
        ],
        "removed": sorted(old.keys() - new.keys()),
        "added": sorted(new.keys() - old.keys()),
    }


def digest_of(body: dict[str, JsonValue]) -> str:
    """Return the hash of the body of an event.

    Example:
        >>> digest_of({})[:8]
        '44136fa3'
    """
    return sha256(canonical_bytes(body)).hexdigest()


def _by_name(edition: JsonValue) -> dict[str, dict[str, JsonValue]]:
    """Index an edition by what a fact is, whatever its value."""
    found: dict[str, dict[str, JsonValue]] = {}
    for fact in edition if isinstance(edition, list) else []:
        if isinstance(fact, dict):
            name, _, value = str(fact.get("key")).rpartition("=")
            # Several facts of one name differ in their last day or text; all are kept apart.
            while name in found:
                name += "′"
            found[name] = {**fact, "value": value}
    return found


def _told(fact: dict[str, JsonValue], other: dict[str, JsonValue]) -> str:
    differing = [key for key in sorted(fact) if key != "key" and fact[key] != other.get(key)]
    return ", ".join(str(fact[key]) for key in differing)
