"""Journal, keys, log, quarantine and evidence as one sees them who sees some enterprises.

What is published for strangers stays readable: checkpoints, tiles, the hashes of records. What is
in a record, and whatever signs, does not.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import NoReturn

from typing_extensions import override

from taihang.core.tlog.merkle import Tree
from taihang.core.tlog.record import Damage, Record
from taihang.services.ports import (
    EvidenceStore,
    Journal,
    Keys,
    PublishedLog,
    Quarantine,
    ReportStore,
    Signer,
)
from taihang.services.sight_rules import PartOfParkError


class OwnJournal(Journal):
    """Numbers, times and hashes of records; no record but those that speak of one's own alone."""

    def __init__(self, whole: Journal, *, leaves: Callable[[], frozenset[int]]) -> None:
        """Look at a journal.

        Args:
            whole: The journal of the whole park.
            leaves: Says which records speak of one's own statements alone.
        """
        self._whole: Journal = whole
        self._leaves: Callable[[], frozenset[int]] = leaves

    @property
    @override
    def size(self) -> int:
        return self._whole.size

    @property
    @override
    def tree(self) -> Tree:
        return self._whole.tree

    @property
    @override
    def checkpoint_note(self) -> str | None:
        return self._whole.checkpoint_note

    @override
    def checkpoint_notes(self) -> list[str]:
        return self._whole.checkpoint_notes()

    @override
    def received_at_s(self, index: int) -> int:
        return self._whole.received_at_s(index)

    @override
    def size_at(self, instant_s: int) -> int:
        return self._whole.size_at(instant_s)

    @override
    def refresh(self) -> None:
        self._whole.refresh()

    @override
    def load(self) -> None:
        _refuse_record()

    @override
    def append(self, records: Sequence[bytes], *, received_at_s: int) -> list[int]:
        _refuse_record()

    @override
    def record(self, index: int) -> Record:
        if index not in self._leaves():
            _refuse_record()
        return self._whole.record(index)

    @override
    def records(self, first: int = 0) -> Iterator[Record]:
        _refuse_record()

    @override
    def scan(self) -> Iterator[Record | Damage]:
        _refuse_record()

    @override
    def scan_checkpoints(self) -> Iterator[Record | Damage]:
        _refuse_record()


class NoKeys(Keys):
    """No key is in reach: whatever is signed is signed by whoever sees the whole park."""

    @override
    def signing_key(self, name: str) -> Signer:
        raise PartOfParkError("a key of the park")

    @override
    def holds(self, name: str) -> bool:
        raise PartOfParkError("a key of the park")

    @override
    def salts(self, label: str, n_salts: int) -> list[bytes]:
        raise PartOfParkError("salts of the park")

    @override
    def commit(self, number: int, blinding: int) -> bytes:
        raise PartOfParkError("a commitment of the park")


class ShownLog(PublishedLog):
    """What strangers read as well; nothing can be published through it."""

    def __init__(self, whole: PublishedLog) -> None:
        self._whole: PublishedLog = whole

    @override
    def latest(self) -> str | None:
        return self._whole.latest()

    @override
    def first_above(self, size: int) -> tuple[str, int] | None:
        return self._whole.first_above(size)

    @override
    def notes(self) -> list[str]:
        return self._whole.notes()

    @override
    def damage(self) -> list[int]:
        return self._whole.damage()

    @override
    def public_file(self, path: str) -> bytes | None:
        return self._whole.public_file(path)

    @override
    def alone(self) -> AbstractContextManager[None]:
        _refuse_publishing()

    @override
    def write_tiles(self, tiles: Iterable[tuple[str, bytes]]) -> None:
        _refuse_publishing()

    @override
    def append(self, note: str, *, at_s: int) -> None:
        _refuse_publishing()

    @override
    def show(self, note: str) -> None:
        _refuse_publishing()


class NoQuarantine(Quarantine):
    """Batches that may not count are of whole gateways, so none of them is shown."""

    @override
    def keep(self, name: str, data: bytes) -> None:
        raise PartOfParkError("the quarantine of the park")

    @override
    def names(self) -> list[str]:
        raise PartOfParkError("the quarantine of the park")

    @override
    def read(self, name: str) -> bytes:
        raise PartOfParkError("the quarantine of the park")


class OwnReports(ReportStore):
    """Figures and copies of reports of one's own; their names begin with their code."""

    def __init__(self, whole: ReportStore, *, codes: Callable[[], frozenset[str]]) -> None:
        """Look at a folder of reports.

        Args:
            whole: The reports of the whole park.
            codes: Says which codes are of one's own reports.
        """
        self._whole: ReportStore = whole
        self._codes: Callable[[], frozenset[str]] = codes

    @override
    def names(self) -> list[str]:
        own = self._codes()
        return [name for name in self._whole.names() if _code_of(name) in own]

    @override
    def read(self, name: str) -> bytes:
        if _code_of(name) not in self._codes():
            # Whether the park has such a report is not said either.
            raise PartOfParkError("a file of a report that is not one's own")
        return self._whole.read(name)

    @override
    def keep(self, name: str, data: bytes) -> None:
        raise PartOfParkError("a change of the park's reports")


def _code_of(name: str) -> str:
    return name.partition(".")[0]


class OwnEvidence(EvidenceStore):
    """Files that prove lines of one's own and of nobody else."""

    def __init__(self, whole: EvidenceStore, *, hashes: Callable[[], frozenset[str]]) -> None:
        """Look at a folder of evidence.

        Args:
            whole: The files of the whole park.
            hashes: Says which of them are one's own [hex].
        """
        self._whole: EvidenceStore = whole
        self._own: Callable[[], frozenset[str]] = hashes

    @override
    def hashes(self) -> list[str]:
        own = self._own()
        return [sha256 for sha256 in self._whole.hashes() if sha256 in own]

    @override
    def read(self, sha256: str) -> bytes:
        if sha256 not in self._own():
            # Whether the park has such a file is not said either.
            raise PartOfParkError("a file of evidence that proves nothing of one's own")
        return self._whole.read(sha256)

    @override
    def keep(self, data: bytes) -> str:
        raise PartOfParkError("a change of the park's evidence")


def _refuse_record() -> NoReturn:
    raise PartOfParkError("a record of the journal, which holds readings of several enterprises")


def _refuse_publishing() -> NoReturn:
    raise PartOfParkError("a change of the published log")
