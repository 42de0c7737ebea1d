"""Platform job: write down who did what, seal that into the log, and check that nothing is gone.

The trail has its own file, so that a page can write it while the door holds the journal. What keeps
it from being cut back is its head: size and root go into the witnessed log as an event.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from taihang.core.errors import InputError, IntegrityError, StateError, TaihangError
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.event import LogEvent
from taihang.core.seal.trail import SEALED, Outcome, TrailEntry, TrailRecord
from taihang.core.seal.trail_check import SealedHead, TrailCheck, check_trail
from taihang.services.act_log import log_act, logged_events
from taihang.services.ports import Ports, Trail
from taihang.services.replay import catch_up

LOGIN: Final = "login"
LOGOUT: Final = "logout"
ACCESS: Final = "access"
"""A page or an operation that was asked for; written where it was refused."""
EXPORT: Final = "export"
KEY_USE: Final = "key-use"
"""An API key was used."""


class CutTrailError(IntegrityError):
    """The audit trail lacks entries that the log holds a head over, or they were changed."""

    code = "integrity.cut-trail"


class DoneBeforeError(StateError):
    """An act with this id was done before; doing it again would do it twice."""

    code = "state.done-before"

    def __init__(self, record: TrailRecord) -> None:
        super().__init__(
            given=f"id {record.entry.id!r} once more",
            expected="an id that is new",
            remedy=f"nothing to do: entry {record.number} of the audit trail says that it was done",
        )
        self.record = record
        """The entry of the act."""


@contextmanager
def acting(entry: TrailEntry, *, trail: Trail, now_s: Callable[[], int]) -> Generator[TrailRecord]:
    """Do a write inside: that it was begun is on the disk before, what became of it after.

    Args:
        entry: Who does what; its outcome and time are set here.
        trail: Where it is written down.
        now_s: Says what time it is [s].

    Yields:
        The entry that says that it was begun.

    Raises:
        DoneBeforeError: If it was done before.
        TaihangError: Whatever the act itself raises; the trail then says so.
    """
    # 1. Once only, whoever sends the form again.
    if (known := trail.find(entry.id, Outcome.DONE)) is not None:
        raise DoneBeforeError(known)
    # 2. Before: a crash inside leaves an act that was begun and has no end.
    begun = trail.append(replace(entry, outcome=Outcome.BEGUN, at_s=now_s()))
    try:
        yield begun
    except TaihangError as error:
        # 3. After: refused as it was, or tried and failed; it may be tried again under its id.
        is_refused = isinstance(error, InputError | StateError)
        told: dict[str, JsonValue] = {**entry.body, "code": error.code}
        outcome = Outcome.REFUSED if is_refused else Outcome.FAILED
        ended = replace(entry, body=told, outcome=outcome, at_s=now_s())
        if trail.find(entry.id, outcome) is None:
            trail.append(ended)
        raise
    trail.append(replace(entry, outcome=Outcome.DONE, at_s=now_s()))


def seal_trail(*, ports: Ports) -> int | None:
    """Put the head of the trail into the log, if entries were added since the last one.

    Args:
        ports: The outside world, opened for writing.

    Returns:
        Leaf of the event; None where nothing is new.

    Raises:
        CutTrailError: If the trail no longer holds what was sealed before.
    """
    # 1. What is there, and what was sealed last.
    size, root = ports.trail.head()
    sealed = [act for act in ports.registry.logged() if act.kind == SEALED]
    last = max(sealed, key=lambda act: act.n, default=None)
    if last is not None and (size < last.n or ports.trail.root(last.n).hex() != last.digest):
        raise CutTrailError(
            given=f"an audit trail of {size} entries",
            expected=f"the {last.n} entries that leaf {last.leaf} of the log holds the head of",
            remedy="keep the file as it is, put the newest backup back, and call the auditor",
        )
    if size == (last.n if last is not None else 0):
        return None
    # 2. Into the log; the lake keeps a place for every event.
    leaf = log_act(SEALED, {"n": size, "root": root.hex()}, ports=ports)
    catch_up(ports)
    return leaf


def verify_trail(
    *, ports: Ports, events: Sequence[tuple[int, LogEvent]] | None = None
) -> TrailCheck:
    """Check the trail: every entry there, unchanged, in order, and as the log says.

    Args:
        ports: The outside world.
        events: Events of the log with their leaves; read from it if left out.

    Returns:
        What was found.
    """
    told = logged_events(ports=ports) if events is None else events
    heads = [
        SealedHead(leaf, int(str(event.body["n"])), str(event.body["root"]))
        for leaf, event in told
        if event.kind == SEALED
    ]
    return check_trail(ports.trail.scan(), heads)
