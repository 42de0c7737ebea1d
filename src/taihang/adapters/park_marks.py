"""Small files in a park folder that say in which state it is: rolled back, or just restored."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from taihang.core.errors import IntegrityError, TaihangError
from taihang.core.seal.canonical import Fields, JsonValue, canonical_bytes, load_canonical

ROLLED_BACK: Final = "rolled-back.json"
RESTORED: Final = "restored.json"
_MAX_HELD: Final = 1_000
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f]{1,256}")
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_NOTE_CHARS: Final = 65_536


class MarkDisk(Protocol):
    """What a mark needs from the file system."""

    def write_whole(self, path: Path, data: bytes) -> None:
        """Write a whole file so that after a crash either the old or the new one is there."""
        ...


class DamagedMarkError(IntegrityError):
    """A file that says in which state a park is cannot be read."""

    code = "integrity.damaged-mark"


@dataclass(frozen=True, slots=True)
class HeldCheckpoint:
    """A checkpoint of more records than the park has."""

    name: str
    """Whose it is."""
    size: int
    root: str
    """In hexadecimal."""
    note: str


@dataclass(frozen=True, slots=True)
class RolledBack:
    """Why a park is for reading only, and what it lacks."""

    size: int
    """Records that it has."""
    root: str
    """Root over them, in hexadecimal."""
    held: tuple[HeldCheckpoint, ...]
    next_counters: dict[str, int]
    """Counter from which each gateway has to send again."""

    @property
    def missing(self) -> int:
        """How many records were witnessed and are not here."""
        return max((held.size for held in self.held), default=self.size) - self.size


@dataclass(frozen=True, slots=True)
class RestoredMark:
    """A restore that the log does not know of yet."""

    size: int
    """Records that were restored."""
    backup_made_at_s: int


def write_rolled_back(root: Path, mark: RolledBack, *, disk: MarkDisk) -> None:
    """Say that a park is for reading only."""
    held: list[JsonValue] = [
        {"name": each.name, "note": each.note, "root": each.root, "size": each.size}
        for each in mark.held
    ]
    document: JsonValue = {
        "held": held,
        "next_counters": {**mark.next_counters},
        "root": mark.root,
        "size": mark.size,
    }
    disk.write_whole(root / ROLLED_BACK, canonical_bytes(document))


def read_rolled_back(root: Path) -> RolledBack | None:
    """Return why a park is for reading only; None if it is not.

    Raises:
        DamagedMarkError: If the file is there and cannot be read.
    """
    fields = _read(root / ROLLED_BACK, frozenset(("held", "next_counters", "root", "size")))
    if fields is None:
        return None
    counters = fields.raw("next_counters")
    return RolledBack(
        size=fields.integer("size", low=0),
        root=fields.text("root", pattern=_HEX),
        held=tuple(_held(item) for item in fields.items("held", limit=_MAX_HELD)),
        next_counters={
            gateway: counter
            for gateway, counter in (counters.items() if isinstance(counters, dict) else ())
            if isinstance(counter, int)
        },
    )


def write_restored(root: Path, mark: RestoredMark, *, disk: MarkDisk) -> None:
    """Leave word of a restore for the next opening, which puts it into the log."""
    document: JsonValue = {"backup_made_at_s": mark.backup_made_at_s, "size": mark.size}
    disk.write_whole(root / RESTORED, canonical_bytes(document))


def read_restored(root: Path) -> RestoredMark | None:
    """Return a restore that the log does not know of yet; None if there is none.

    Raises:
        DamagedMarkError: If the file is there and cannot be read.
    """
    fields = _read(root / RESTORED, frozenset(("backup_made_at_s", "size")))
    if fields is None:
        return None
    return RestoredMark(
        size=fields.integer("size", low=0), backup_made_at_s=fields.integer("backup_made_at_s")
    )


def _held(item: JsonValue) -> HeldCheckpoint:
    fields = Fields(item, where="held", keys=frozenset(("name", "note", "root", "size")))
    return HeldCheckpoint(
        name=fields.text("name", pattern=_NAME),
        size=fields.integer("size", low=0),
        root=fields.text("root", pattern=_HEX),
        note=fields.text("note", limit=_NOTE_CHARS),
    )


def _read(path: Path, keys: frozenset[str]) -> Fields | None:
    if not path.exists():
        return None
    try:
        return Fields(load_canonical(path.read_bytes()), where=path.name, keys=keys)
    except TaihangError as error:
        raise DamagedMarkError(
            given=f"{path}: {error.given}",
            expected="the mark as `taihang restore` wrote it",
            remedy="restore the park again; do not delete the mark",
        ) from error
