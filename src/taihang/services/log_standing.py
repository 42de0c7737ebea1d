"""How far the log is, who has witnessed it, and how far what is published lags behind."""

from dataclasses import dataclass
from typing import Final

from taihang.core.tlog.checkpoint import checkpoint_of
from taihang.core.tlog.cosignature import cosignatures_of
from taihang.core.tlog.note import parse_note
from taihang.services.ask_witnesses import keys_of
from taihang.services.keys import log_keys
from taihang.services.ports import Ports

NOTES: Final = 8
"""So many signed checkpoints are handed out to be compared with each other."""


@dataclass(frozen=True, slots=True)
class WitnessStanding:
    """One witness of the park file."""

    name: str
    role: str
    key: str
    """Public key [hex]."""
    cosigned_at_s: int | None
    """When it cosigned what is published, by its own clock [s]; None if it did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStanding:
    """The log of a park."""

    origin: str
    size: int
    """Entries, all of them under a signed checkpoint."""
    root: str
    """[hex]"""
    last_at_s: int | None
    """When the last entry came [s]; None of an empty log."""
    keys: tuple[str, ...]
    """Public keys of the log, the newest first [hex]."""
    quorum: int | None
    """So many witnesses have to cosign what is published; None: nobody does, nothing is."""
    witnesses: tuple[WitnessStanding, ...]
    published_size: int | None
    published_at_s: int | None
    """When what is published was published [s]."""
    notes: tuple[str, ...]
    """Signed checkpoints from all over the log, the oldest first, each to be continued by the next:
    of what was published, else of the journal itself."""

    @property
    def lag(self) -> int | None:
        """Entries that are stored and not published; None where nothing is published."""
        return None if self.published_size is None else self.size - self.published_size


def log_standing(*, ports: Ports) -> LogStanding:
    """Look how far the log is.

    Args:
        ports: The outside world.

    Returns:
        Where it stands.
    """
    journal, policy = ports.journal, ports.park.log
    published = ports.published.latest()
    checkpoint = None if published is None else checkpoint_of(published)
    first = None if checkpoint is None else ports.published.first_above(checkpoint.size - 1)
    notes = ports.published.notes() if published is not None else journal.checkpoint_notes()
    return LogStanding(
        origin=ports.log_origin,
        size=journal.size,
        root=journal.tree.root().hex(),
        last_at_s=journal.received_at_s(journal.size - 1) if journal.size else None,
        keys=tuple(key.key.hex() for key in reversed(log_keys(ports=ports))),
        quorum=None if policy is None else policy.quorum,
        witnesses=_witnesses(published, ports),
        published_size=None if checkpoint is None else checkpoint.size,
        published_at_s=None if first is None else first[1],
        notes=spread(notes),
    )


def spread(notes: list[str], n: int = NOTES) -> tuple[str, ...]:
    """Return so many of a list, evenly spread, the first and the last among them.

    Example:
        >>> spread(list("abcdefghij"), 4)
        ('a', 'd', 'g', 'j')
    """
    if len(notes) <= n:
        return tuple(notes)
    return tuple(notes[at * (len(notes) - 1) // (n - 1)] for at in range(n))


def _witnesses(published: str | None, ports: Ports) -> tuple[WitnessStanding, ...]:
    known = ports.park.witnesses.values()
    told = (
        {}
        if published is None
        else {
            each.name: each.at_s
            for each in cosignatures_of(
                parse_note(published), witnesses=keys_of(ports.park.witnesses), verify=ports.verify
            )
        }
    )
    return tuple(
        WitnessStanding(each.id, each.role.value, each.key.hex(), told.get(each.id))
        for each in known
    )
