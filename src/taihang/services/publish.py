"""Platform job: publish the log with the agreement of its witnesses, or say who did not agree.

Readings do not wait for it: what is acknowledged is acknowledged. What is *published* has been seen
by a quorum of parties outside the operator, who would have to lie together to let history change
(P4, T3, T4). A clock that jumped makes it pause and nothing else (F21).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from taihang.core.tlog.checkpoint import checkpoint_of
from taihang.core.tlog.cosignature import Cosignature, cosignatures_of, require_quorum
from taihang.core.tlog.note import parse_note
from taihang.core.tlog.tiles import tile_bytes, tiles_between
from taihang.services.ask_witnesses import Alarm, Answers, ask_witnesses, keys_of
from taihang.services.ports import Ports

REFRESH_S: Final = 3_600
"""A log that does not grow is cosigned again after so long, to show that it is still watched."""
OWN: Final = "published"
"""Who raises the alarm when the park contradicts what it has published itself."""


class Reason(StrEnum):
    """Why nothing new is published; the key of a text in the catalogue."""

    NOT_WITNESSED = "not-witnessed"
    """park.toml names no witnesses."""
    EMPTY = "empty"
    """The log has no entry yet."""
    NO_QUORUM = "no-quorum"
    """Too few witnesses have cosigned."""
    FORK = "fork"
    """A witness, or what was published before, says that history was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A checkpoint that enough witnesses have cosigned."""

    size: int
    root: bytes
    note: str
    cosignatures: tuple[Cosignature, ...]
    is_new: bool
    """False if the log has not grown since it was published."""
    absent: Mapping[str, str]
    """Witnesses that did not cosign, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPublished:
    """Why nothing new is published; what was published before stands."""

    reason: Reason
    n_cosigned: int = 0
    absent: Mapping[str, str]
    """Witnesses that did not cosign, and why."""
    alarms: tuple[Alarm, ...] = ()
    newest: str = ""
    """The park's newest checkpoint; with an alarm, one of the two to keep."""
    published: str = ""
    """The last published one; with an alarm, the other."""


def publish(*, ports: Ports) -> Published | NotPublished:
    """Publish the newest checkpoint of the log, if enough witnesses agree.

    Args:
        ports: The outside world.

    Returns:
        What was published, or why nothing was.
    """
    # 1. Without witnesses there is nothing to publish; readings are stored all the same.
    if ports.park.log is None:
        return NotPublished(reason=Reason.NOT_WITNESSED, absent={})
    with ports.published.alone():
        # 2. What a killed publication has left undone.
        before = ports.published.latest()
        if before is not None:
            ports.published.show(before)
        # 3. The newest checkpoint has to continue what was published.
        newest = ports.journal.checkpoint_note
        if newest is None or checkpoint_of(newest).size == 0:
            return NotPublished(reason=Reason.EMPTY, absent={}, published=before or "")
        if (own := _own_alarm(newest, before, ports)) is not None:
            return _not_published(Answers(alarms=(own,)), newest, before)
        if before is not None and _is_fresh(newest, before, ports):
            return _published(before, ports, absent={}, is_new=False)
        # 4. Ask every witness; nobody's word counts unchecked.
        answers = ask_witnesses(newest, before=before, ports=ports)
        if answers.alarms or len(answers.lines) < ports.park.log.quorum:
            return _not_published(answers, newest, before)
        # 5. Tiles first, then the note for ever, then what strangers see.
        note = newest + "".join(f"{line}\n" for line in answers.lines.values())
        _write(note, before, ports)
        return _published(note, ports, absent=answers.absent, is_new=True)


def _own_alarm(newest: str, before: str | None, ports: Ports) -> Alarm | None:
    """Say how the journal contradicts what was published, if it does."""
    if before is None:
        return None
    old, new = checkpoint_of(before), checkpoint_of(newest)
    if old.size > new.size:
        return Alarm(OWN, f"size {old.size} was published; the park has {new.size}")
    if ports.journal.tree.root(old.size) != old.root:
        return Alarm(OWN, f"another history of size {old.size} was published")
    return None


def _is_fresh(newest: str, before: str, ports: Ports) -> bool:
    """Say whether the last publication covers all there is, by those who watch now, and lately."""
    if checkpoint_of(before).size != checkpoint_of(newest).size:
        return False
    quorum = ports.park.log.quorum if ports.park.log else 0
    found = _cosignatures(before, ports)
    now_s = int(ports.clock.now().timestamp())
    lately = [item for item in found if abs(now_s - item.at_s) < REFRESH_S]
    return len(lately) >= quorum


def _write(note: str, before: str | None, ports: Ports) -> None:
    """Write tiles and note, after counting the cosignatures once more on what is written."""
    require_quorum(
        parse_note(note),
        witnesses=keys_of(ports.park.witnesses),
        quorum=ports.park.log.quorum if ports.park.log else 0,
        verify=ports.verify,
    )
    old_size = checkpoint_of(before).size if before else 0
    tree = ports.journal.tree
    tiles = tiles_between(old_size, checkpoint_of(note).size)
    ports.published.write_tiles((tile.path, tile_bytes(tree, tile)) for tile in tiles)
    ports.published.append(note, at_s=int(ports.clock.now().timestamp()))
    ports.published.show(note)


def _published(note: str, ports: Ports, *, absent: Mapping[str, str], is_new: bool) -> Published:
    checkpoint = checkpoint_of(note)
    return Published(
        size=checkpoint.size,
        root=checkpoint.root,
        note=note,
        cosignatures=tuple(_cosignatures(note, ports)),
        is_new=is_new,
        absent=absent,
    )


def _not_published(answers: Answers, newest: str, before: str | None) -> NotPublished:
    return NotPublished(
        reason=Reason.FORK if answers.alarms else Reason.NO_QUORUM,
        n_cosigned=len(answers.lines),
        absent=answers.absent,
        alarms=answers.alarms,
        newest=newest,
        published=before or "",
    )


def _cosignatures(note: str, ports: Ports) -> list[Cosignature]:
    keys = keys_of(ports.park.witnesses)
    return cosignatures_of(parse_note(note), witnesses=keys, verify=ports.verify)
