"""What an enterprise checks at home: does today's published log continue what I kept from before?

It needs one file that it kept, the keys that it pinned, and the static files of the published log.
It trusts neither the park nor the files: everything is led back to signatures of pinned keys (T3,
T4, T23).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, TypeAlias

from taihang.core.errors import IntegrityError, StateError, TaihangError
from taihang.core.tlog.checkpoint import Checkpoint, checkpoint_of, open_by_any
from taihang.core.tlog.cosignature import Cosignature, cosignatures_of
from taihang.core.tlog.merkle import HASH_BYTES, verify_consistency
from taihang.core.tlog.note import VerifierKey, Verify, parse_note
from taihang.core.tlog.tiles import LogTilesError, TiledTree
from taihang.core.tlog.tlog_proof import MEDIA_NAME, parse_tlog_proof

CHECKPOINT: Final = "checkpoint"
"""Where a log publishes its newest checkpoint."""
_PARTIAL: Final = ".p/"

ReadFile: TypeAlias = Callable[[str], bytes | None]
"""Return a published file by its path; None if there is none."""


class NothingPublishedError(StateError):
    """A log has published no checkpoint at all."""

    code = "state.nothing-published"


class Verdict(StrEnum):
    """What came of it; the key of a text in the catalogue."""

    CONSISTENT = "consistent"
    """Today's log continues the one that was held."""
    REWRITTEN = "rewritten"
    """History was changed: the log has signed two trees of which neither continues the other."""
    ROLLED_BACK = "rolled-back"
    """The published log is smaller than the one that was held."""
    NOT_YET = "not-yet"
    """What is held is a receipt that is younger than the last publication."""
    NOT_WITNESSED = "not-witnessed"
    """Too few of the pinned witnesses have cosigned today's checkpoint."""
    BAD_TILES = "bad-tiles"
    """The tiles do not give the tree that the checkpoint signs."""
    BAD_SIGNATURE = "bad-signature"
    """Today's checkpoint is not signed by a pinned key of the log, or a cosignature is forged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """What the reader knows from elsewhere than the park."""

    log_keys: Sequence[bytes]
    """Public keys of the log."""
    witnesses: Sequence[VerifierKey] = ()
    quorum: int = 0
    """How many of the witnesses must have cosigned what is published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two histories that one log has signed, in a form that a third party can check."""

    root_of_current: bytes
    """Root at the size of the held checkpoint in the tree of the current one; another than held."""
    path: tuple[bytes, ...]
    """Consistency proof from there to the current checkpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCheck:
    """What was compared, and what came of it."""

    verdict: Verdict
    why: str
    """What exactly is wrong; empty if nothing is."""
    held_note: str
    held: Checkpoint
    held_cosignatures: tuple[Cosignature, ...]
    current_note: str
    current: Checkpoint | None
    """None if the current checkpoint is not signed by the log."""
    current_cosignatures: tuple[Cosignature, ...] = ()
    conflict: Conflict | None = None
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    """Every published file that was read, so that the check can be repeated without the log."""


@dataclass(slots=True)
class _Reading:
    """Remembers what was read."""

    read: ReadFile
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def file(self, path: str) -> bytes | None:
        content = self.read(path)
        if content is not None:
            self.files[path] = content
        return content

    def tile(self, path: str) -> bytes:
        """Return a tile; where a partial one is gone, so many hashes of the full one."""
        content = self.file(path)
        full, is_partial, width = path.partition(_PARTIAL)
        if content is None and is_partial:
            whole = self.file(full)
            content = whole[: int(width) * HASH_BYTES] if whole is not None else None
        if content is None:
            raise LogTilesError(
                given=f"no {path}",
                expected="every tile of the published tree",
                remedy="ask the log for its tiles; keep the checkpoint that it signed",
            )
        return content


def check_log(held: str, *, read: ReadFile, pins: Pins, verify: Verify) -> LogCheck:
    """Compare the published log with a checkpoint that was kept.

    Args:
        held: The kept text: a checkpoint, or a proof file with one in it, such as a receipt's.
        read: Returns the files that the log publishes.
        pins: Keys of the log and of witnesses.
        verify: Checks one Ed25519 signature.

    Returns:
        The verdict, and everything that is needed to show it to somebody else.

    Raises:
        NothingPublishedError: If the log publishes no checkpoint.
    """
    # 1. What is held: signed by the log, or it says nothing.
    held_note = parse_tlog_proof(held).checkpoint_note if held.startswith(MEDIA_NAME) else held
    keys = [VerifierKey(checkpoint_of(held_note).origin, key) for key in pins.log_keys]
    before = LogCheck(
        verdict=Verdict.CONSISTENT,
        why="",
        held_note=held_note,
        held=open_by_any(held_note, keys=keys, verify=verify),
        held_cosignatures=_cosignatures(held_note, pins, verify),
        current_note="",
        current=None,
    )
    # 2. What is published now.
    reading = _Reading(read)
    published = reading.file(CHECKPOINT)
    if published is None:
        raise NothingPublishedError(
            given="no checkpoint at the place that was named",
            expected="the log's published checkpoint",
            remedy="look at the address or folder; a park without a quorum of witnesses has none",
        )
    check = replace(before, current_note=published.decode(errors="replace"))
    try:
        check = replace(
            check,
            current=open_by_any(check.current_note, keys=keys, verify=verify),
            current_cosignatures=_cosignatures(check.current_note, pins, verify),
        )
    except TaihangError as error:
        check = replace(check, verdict=Verdict.BAD_SIGNATURE, why=str(error))
    else:
        # 3. The one against the other, then the witnesses.
        check = _judged(_compared(check, reading), quorum=pins.quorum)
    return replace(check, files=dict(reading.files))


def _compared(check: LogCheck, reading: _Reading) -> LogCheck:
    """Say whether the current tree continues the held one."""
    held, current = check.held, check.current
    if current is None or held.size > current.size:
        is_receipt = not check.held_cosignatures
        size = current.size if current else 0
        return replace(
            check,
            verdict=Verdict.NOT_YET if is_receipt else Verdict.ROLLED_BACK,
            why=f"held size {held.size}, published size {size}",
        )
    if held.size == current.size:
        if held.root == current.root:
            return check
        conflict = Conflict(root_of_current=current.root, path=())
        return _rewritten(check, conflict)
    tree = TiledTree(current.size, read=reading.tile)
    try:
        return _by_tiles(check, tree, current)
    except IntegrityError as error:
        return replace(check, verdict=Verdict.BAD_TILES, why=str(error))


def _by_tiles(check: LogCheck, tree: TiledTree, current: Checkpoint) -> LogCheck:
    """Lead the current root back to the size that is held, by tiles alone.

    Raises:
        LogTilesError: If the tiles do not give the current root.
    """
    held = check.held
    if tree.root() != current.root:
        raise LogTilesError(
            given=f"tiles whose root is {tree.root().hex()}",
            expected=f"the signed root {current.root.hex()}",
            remedy="ask the log for its tiles again; keep the checkpoint that it signed",
        )
    if held.size == 0:
        return check
    then = tree.root(held.size)
    path = tree.consistency_proof(held.size, current.size)
    verify_consistency(then, current.root, old_size=held.size, new_size=current.size, path=path)
    if then == held.root:
        return check
    return _rewritten(check, Conflict(root_of_current=then, path=tuple(path)))


def _rewritten(check: LogCheck, conflict: Conflict) -> LogCheck:
    held = check.held
    return replace(
        check,
        verdict=Verdict.REWRITTEN,
        why=f"at size {held.size} the log has signed root {held.root.hex()} and now stands on "
        f"{conflict.root_of_current.hex()}",
        conflict=conflict,
    )


def _judged(check: LogCheck, *, quorum: int) -> LogCheck:
    """Ask for the quorum, where nothing worse was found."""
    n_cosigned = len(check.current_cosignatures)
    if check.verdict is not Verdict.CONSISTENT or n_cosigned >= quorum:
        return check
    return replace(
        check,
        verdict=Verdict.NOT_WITNESSED,
        why=f"{n_cosigned} cosignatures of pinned witnesses, {quorum} wanted",
    )


def _cosignatures(note: str, pins: Pins, verify: Verify) -> tuple[Cosignature, ...]:
    return tuple(cosignatures_of(parse_note(note), witnesses=pins.witnesses, verify=verify))
