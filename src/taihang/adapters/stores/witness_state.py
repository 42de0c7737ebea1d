"""What a witness remembers, in two files that are never trusted unread.

``state.json`` holds the last cosigned checkpoint of every log and is replaced whole, so that after
a crash the old or the new one stands there. ``evidence.jsonl`` only grows. A witness that lost its
state would begin anew and could be taken back, so a missing state is an error and never a start.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final, Protocol, cast

from taihang.core.errors import IntegrityError, LinkError, StateError, TaihangError
from taihang.core.seal.canonical import JsonValue, canonical_bytes, load_canonical
from taihang.core.tlog.witnessing import ForkEvidence

STATE_FILE: Final = "state.json"
EVIDENCE_FILE: Final = "evidence.jsonl"
EVIDENCE_MAX: Final = 1_000
"""So many forks are kept; a log that has shown one has shown enough."""
_DIGEST: Final = "sha256"
_LOGS: Final = "logs"


class LostWitnessStateError(IntegrityError):
    """The memory of a witness is gone or damaged."""

    code = "integrity.lost-witness-state"


class SuspectWitnessError(StateError):
    """A forced write of a witness failed once; it says nothing more until it is restarted."""

    code = "state.suspect-witness"


class Disk(Protocol):
    """What the memory needs from the file system; every call may raise ``OSError``."""

    def append(self, path: Path, data: bytes) -> None:
        """Append bytes to a file, making it if needed."""
        ...

    def fsync(self, path: Path) -> None:
        """Return only when the file or folder is on the disk."""
        ...

    def truncate(self, path: Path, size: int) -> None:
        """Cut a file to a size [bytes]."""
        ...

    def write_whole(self, path: Path, data: bytes) -> None:
        """Write a whole file so that after a crash either the old or the new one is there."""
        ...


class WitnessFiles:
    """The memory of one witness; one process at a time opens it."""

    def __init__(self, directory: Path, *, disk: Disk) -> None:
        self._directory = directory
        self._disk = disk
        self._lock = Lock()
        self._suspect = False
        self._held = _read_state(directory / STATE_FILE)
        self._kept = self._recover_evidence(directory / EVIDENCE_FILE)

    @contextmanager
    def alone(self) -> Generator[None]:
        """Keep every other thread out; other processes are kept out by the lock of the folder.

        Raises:
            SuspectWitnessError: If an earlier write failed.
        """
        with self._lock:
            if self._suspect:
                raise SuspectWitnessError(
                    given=f"{self._directory}, where a forced write failed",
                    expected="a witness that knows what its disk holds",
                    remedy="look at the disk, then restart the witness",
                )
            yield

    def held(self, origin: str) -> str | None:
        """Return the note that was cosigned last, or None."""
        return self._held.get(origin)

    def hold(self, origin: str, note: str) -> None:
        """Remember a note in the place of the one before."""
        held = {**self._held, origin: note}
        self._forced(lambda: self._disk.write_whole(self._directory / STATE_FILE, _state(held)))
        self._held = held

    def keep(self, evidence: ForkEvidence) -> None:
        """Keep evidence for ever; the same two checkpoints are kept once."""
        known = {(item.held, item.refused) for item in self._kept}
        if (evidence.held, evidence.refused) in known or len(self._kept) >= EVIDENCE_MAX:
            return
        path = self._directory / EVIDENCE_FILE

        def write() -> None:
            self._disk.append(path, canonical_bytes(_document(evidence)) + b"\n")
            self._disk.fsync(path)
            self._disk.fsync(self._directory)

        self._forced(write)
        self._kept.append(evidence)

    def kept(self) -> Sequence[ForkEvidence]:
        """Return all evidence, the oldest first."""
        return tuple(self._kept)

    def _recover_evidence(self, path: Path) -> list[ForkEvidence]:
        """Read what is whole; a torn last line was never answered for and is cut off."""
        if not path.exists():
            return []
        content = path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            self._disk.truncate(path, len(whole))
            self._disk.fsync(path)
        try:
            return [
                _evidence(cast("dict[str, JsonValue]", load_canonical(line)))
                for line in whole.splitlines()
            ]
        except (TaihangError, KeyError, TypeError, ValueError) as error:
            raise _lost(path) from error

    def _forced(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            # What the disk holds now is unknown: a witness that guesses could go back.
            self._suspect = True
            raise LinkError(
                given=f"{error.strerror} in {self._directory}",
                expected="a disk that stores what it is given",
                remedy="look at the disk, then restart the witness",
            ) from error


def empty_state() -> bytes:
    """Return the state of a witness that has cosigned nothing yet."""
    return _state({})


def _state(held: Mapping[str, str]) -> bytes:
    logs: JsonValue = dict(held)
    digest = sha256(canonical_bytes(logs)).hexdigest()
    return canonical_bytes({_LOGS: logs, _DIGEST: digest}) + b"\n"


def _read_state(path: Path) -> dict[str, str]:
    try:
        content = path.read_bytes()
        document = cast("dict[str, dict[str, str]]", load_canonical(content.rstrip(b"\n")))
        held = dict(document[_LOGS])
        is_whole = content == _state(held)
    except (OSError, TaihangError, KeyError, TypeError, ValueError) as error:
        raise _lost(path) from error
    if not is_whole:
        raise _lost(path)
    return held


def _lost(path: Path) -> LostWitnessStateError:
    return LostWitnessStateError(
        given=f"{path}, which is gone or damaged",
        expected="what this witness cosigned last",
        remedy="never put an older copy back: make a new witness with a new key, and tell the park",
    )


def _document(evidence: ForkEvidence) -> dict[str, JsonValue]:
    path: list[JsonValue] = [b64encode(item).decode() for item in evidence.path]
    return {
        "at_s": evidence.at_s,
        "origin": evidence.origin,
        "held": evidence.held,
        "refused": evidence.refused,
        "path": path,
        "proven": evidence.is_proven,
    }


def _evidence(document: Mapping[str, JsonValue]) -> ForkEvidence:
    return ForkEvidence(
        at_s=cast("int", document["at_s"]),
        origin=cast("str", document["origin"]),
        held=cast("str", document["held"]),
        refused=cast("str", document["refused"]),
        path=tuple(b64decode(item) for item in cast("list[str]", document["path"])),
        is_proven=cast("bool", document["proven"]),
    )
