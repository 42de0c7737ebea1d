"""The job of a witness: cosign a log's checkpoint once it continues every one cosigned before.

A witness belongs to somebody else than the log: an enterprise, the grid company, the regulator. It
knows nothing of readings. Its whole worth is that it never goes back, so what it has said is on its
disk before anybody hears it.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from taihang.core.errors import InputError
from taihang.core.tlog.checkpoint import Checkpoint, checkpoint_of, open_by_any
from taihang.core.tlog.cosignature import cosign
from taihang.core.tlog.note import Sign, VerifierKey, Verify, parse_note
from taihang.core.tlog.witnessing import (
    AddCheckpoint,
    ForkedLogError,
    ForkEvidence,
    judge,
    parse_add_checkpoint,
)
from taihang.services.ports import Clock


class UnknownLogError(InputError):
    """A witness is asked about a log that it does not follow."""

    code = "input.unknown-log"


class WitnessState(Protocol):
    """What a witness remembers; every write is on the disk when it returns, or raises."""

    def alone(self) -> AbstractContextManager[None]:
        """Keep every other thread and process out while a checkpoint is judged and stored."""
        ...

    def held(self, origin: str) -> str | None:
        """Return the note that was cosigned last, or None."""
        ...

    def hold(self, origin: str, note: str) -> None:
        """Remember a note in the place of the one before."""
        ...

    def keep(self, evidence: ForkEvidence) -> None:
        """Keep evidence for ever; the same two checkpoints are kept once."""
        ...

    def kept(self) -> Sequence[ForkEvidence]:
        """Return all evidence, the oldest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Everything that a witness is."""

    key: VerifierKey
    sign: Sign
    logs: Mapping[str, tuple[VerifierKey, ...]]
    """The logs that it follows, by origin: their keys, any of which is enough."""
    state: WitnessState
    clock: Clock
    verify: Verify


def add_checkpoint(body: bytes, *, witness: Witness) -> str:
    """Cosign the checkpoint of a request, or refuse it.

    Args:
        body: The request, as the log sent it.
        witness: Who is asked.

    Returns:
        The cosignature, one line.

    Raises:
        UnknownLogError: If the witness does not follow the log.
        ForkedLogError: If the checkpoint does not continue the last one; the evidence is stored.
    """
    # 1. Take the request apart, find the log, check its signature.
    request = parse_add_checkpoint(body)
    origin = checkpoint_of(request.note).origin
    keys = witness.logs.get(origin)
    if keys is None:
        raise UnknownLogError(
            given=f"a checkpoint of {origin!r}",
            expected=f"one of {', '.join(sorted(witness.logs)) or 'no log at all'}",
            remedy="add origin and key of the log to witness.toml",
        )
    new = open_by_any(request.note, keys=keys, verify=witness.verify)
    with witness.state.alone():
        # 2. Judge and store in one step: a slow request must never take the witness back.
        _judge(request, new=new, witness=witness)
        if witness.state.held(origin) != request.note:
            witness.state.hold(origin, request.note)
        # 3. Only now is there something to sign.
        text = parse_note(request.note).text
        at_s = int(witness.clock.now().timestamp())
        return cosign(text, witness=witness.key, at_s=at_s, sign=witness.sign)


def _judge(request: AddCheckpoint, *, new: Checkpoint, witness: Witness) -> None:
    """Judge a request by what is held, and keep what a refusal shows."""
    held_note = witness.state.held(new.origin)
    held = checkpoint_of(held_note) if held_note is not None else None
    try:
        judge(request, new=new, held=held)
    except ForkedLogError as error:
        if held_note is not None:
            witness.state.keep(
                ForkEvidence(
                    at_s=int(witness.clock.now().timestamp()),
                    origin=new.origin,
                    held=held_note,
                    refused=request.note,
                    path=request.path,
                    is_proven=error.is_proven,
                )
            )
        raise
