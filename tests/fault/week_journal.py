"""A journal with a week of batches and events on a disk in memory, and where all of it stands."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import pytest

import small_park
from fault.simulated_disk import FOLDER, SEAL, MemoryDisk, journal_on
from taihang.adapters.stores.journal import CheckpointSeal, Journal
from taihang.adapters.stores.journal import journal as journal_module
from taihang.adapters.system import SigningKey, verify_signature
from taihang.core.periods import Period
from taihang.core.seal.batch import open_batch
from taihang.core.seal.entry import leaf_entry_of
from taihang.core.seal.event import LogEvent, is_event, open_event, seal_event
from taihang.core.tlog.check import JournalCheck, JournalLaw, check_journal
from taihang.core.tlog.checkpoint import Checkpoint
from taihang.core.tlog.record import Damage, Record

SEGMENT_BYTES: Final = 9_000
N_DAYS: Final = 7
_PER_DAY: Final = 8
_GROUP: Final = 3
"""Records of one append."""
_GATEWAYS: Final = {"GW1": ("M-E01", "M-PV01"), "GW2": ("M-E02",)}
KEYS: Final = {
    name: SigningKey.from_seed(bytes([number]) * 32)
    for number, name in enumerate(("gateway-GW1", "gateway-GW2", "salt"), start=1)
}
"""Fixed keys, so that a week is the same to the byte in every run."""
WEEK_SEAL: Final = CheckpointSeal(
    origin=SEAL.origin, sign=SEAL.sign, verify=SEAL.verify, leaf_entry=leaf_entry_of
)


@lru_cache(maxsize=4_096)
def _opened(note: str) -> Checkpoint | Exception:
    """Check a signature once: the same note has the same verdict."""
    try:
        return SEAL.verify(note)
    except Exception as error:  # noqa: BLE001  # it is raised again, each time
        return error


def opened(note: str) -> Checkpoint:
    found = _opened(note)
    if isinstance(found, Exception):
        raise found
    return found


@lru_cache(maxsize=4_096)
def _seen(data: bytes) -> Exception | None:
    """Open a record once, to the last byte and the signature."""
    try:
        if is_event(data):
            open_event(data)
        else:
            batch = open_batch(data)
            key = KEYS[f"gateway-{batch.header.gateway}"]
            batch.check_signature(verify_signature, key=key.public)
    except Exception as error:  # noqa: BLE001  # it is raised again, each time
        return error
    return None


def seen(record: Record) -> None:
    error = _seen(record.data)
    if error is not None:
        raise error


LAW: Final = JournalLaw(leaf_entry=leaf_entry_of, open_checkpoint=opened, see=seen)


def checked(files: dict[str, bytes], *, at_least: int = 0, law: JournalLaw = LAW) -> JournalCheck:
    """Check a journal as an audit does."""
    journal = journal_on(FOLDER, MemoryDisk(files=files), seal=WEEK_SEAL)
    return check_journal(journal.scan(), journal.scan_checkpoints(), law=law, at_least=at_least)


def records_of_week(root: Path) -> list[bytes]:
    """A week of batches of two gateways, and one event a day."""
    found: list[bytes] = []
    step_s = 86_400 // _PER_DAY
    small_park.make(root)
    for number, name in enumerate(KEYS, start=1):
        path = root / "keys" / f"{name}.key"
        path.write_text(f"{number:02x}" * 32)
        path.chmod(0o600)
    with small_park.opened(root) as ports:
        for number in range(N_DAYS * _PER_DAY):
            start_s = small_park.JUNE.start_s + step_s * number
            part = Period.of_s(start_s, start_s + step_s)
            for gateway, points in _GATEWAYS.items():
                blocks = [small_park.registers(point, part) for point in points]
                found.append(
                    small_park.sealed(ports, gateway, number + 1, *blocks, sent_at_s=part.end_s)
                )
            if number % _PER_DAY == _PER_DAY - 1:
                salt = number.to_bytes(16, "big")
                found.append(seal_event(LogEvent("day-seal", start_s, salt, {"day": number})))
    return found


@dataclass(frozen=True)
class Place:
    """Where a frame stands."""

    index: int
    path: str
    start: int
    stop: int
    is_checkpoint: bool

    def cut_from(self, files: dict[str, bytes]) -> bytes:
        return files[self.path][self.start : self.stop]


@dataclass(frozen=True)
class Week:
    """The journal, what was in it at each size, and where everything is."""

    files: dict[str, bytes]
    earlier: dict[int, dict[str, bytes]]
    """Files at each size at which an append had ended."""
    records: tuple[Place, ...]
    checkpoints: tuple[Place, ...]
    groups: tuple[int, ...]
    """Sizes at which a checkpoint was signed."""

    @property
    def segments(self) -> list[str]:
        return sorted(path for path in self.files if path.endswith(".log"))

    @property
    def indexes(self) -> list[str]:
        return sorted(path for path in self.files if path.endswith(".index"))

    def group_of(self, index: int) -> range:
        """The records that were appended together with one."""
        first = max(size for size in (0, *self.groups) if size <= index)
        return range(first, min(size for size in self.groups if size > index))


def week_of(records: list[bytes]) -> Week:
    """Store the records and look where they are."""
    disk = MemoryDisk()
    earlier: dict[int, dict[str, bytes]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal_module, "_SEGMENT_BYTES", SEGMENT_BYTES)
        journal = journal_on(FOLDER, disk, seal=WEEK_SEAL)
        journal.recover()
        for first in range(0, len(records), _GROUP):
            at_s = small_park.JUNE.start_s + 5_000 * first
            journal.append(records[first : first + _GROUP], received_at_s=at_s)
            earlier[journal.size] = dict(disk.files)
    return Week(
        dict(disk.files),
        earlier,
        _places(journal.scan, disk, is_checkpoint=False),
        _places(journal.scan_checkpoints, disk, is_checkpoint=True),
        tuple(earlier),
    )


def _places(
    scan: Callable[[], Iterator[Record | Damage]], disk: MemoryDisk, *, is_checkpoint: bool
) -> tuple[Place, ...]:
    found: list[Record] = []
    for item in scan():
        assert isinstance(item, Record)
        found.append(item)
    places: list[Place] = []
    for item, after in zip(found, [*found[1:], None], strict=True):
        path = str(FOLDER / item.file)
        is_last = after is None or after.file != item.file
        stop = len(disk.files[path]) if is_last or after is None else after.offset
        places.append(Place(item.index, path, item.offset, stop, is_checkpoint))
    return tuple(places)


def started(files: dict[str, bytes], *, at_least: int) -> Journal:
    """Start a journal from some files, as the next process would."""
    journal = journal_on(FOLDER, MemoryDisk.holding(files), seal=WEEK_SEAL)
    journal.load(at_least=at_least)
    return journal
