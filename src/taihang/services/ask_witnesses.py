"""Asking every witness to cosign one checkpoint, and believing none of their answers unchecked."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeAlias

from taihang.core.errors import TaihangError
from taihang.core.park.witness import ParkWitness
from taihang.core.tlog.checkpoint import Checkpoint, checkpoint_of
from taihang.core.tlog.cosignature import cosignature_lines, cosignatures_of
from taihang.core.tlog.note import VerifierKey, parse_note
from taihang.core.tlog.witnessing import (
    SIZE_MEDIA_TYPE,
    AddCheckpoint,
    WitnessAnswer,
    encode_add_checkpoint,
    size_of_answer,
)
from taihang.services.ports import Ports

CLOCKS_APART_S: Final = 300
"""A cosignature that is dated further away from the platform's clock does not count."""
_ADD: Final = "/add-checkpoint"
_OK: Final = 200
_CONFLICT: Final = 409
_FORKED: Final = 422


@dataclass(frozen=True, slots=True)
class Alarm:
    """Somebody holds a checkpoint that the park's newest one does not continue."""

    who: str
    """The witness, or ``published`` for what the park itself has published."""
    what: str


@dataclass(frozen=True, slots=True)
class _Absent:
    """A witness did not cosign, for a reason that says nothing about the log."""

    why: str


@dataclass(frozen=True, slots=True)
class _Retry:
    """The witness holds another size, and told it."""

    held_size: int


_Answer: TypeAlias = str | Alarm | _Absent


@dataclass(frozen=True, slots=True)
class Answers:
    """What the witnesses said."""

    lines: Mapping[str, str] = field(default_factory=dict[str, str])
    """Cosignature of each witness that agreed, checked against its key."""
    absent: Mapping[str, str] = field(default_factory=dict[str, str])
    """Why each other one did not cosign."""
    alarms: tuple[Alarm, ...] = ()


def keys_of(witnesses: Mapping[str, ParkWitness]) -> tuple[VerifierKey, ...]:
    """Return what the witnesses of a park sign with."""
    return tuple(VerifierKey(witness.id, witness.key) for witness in witnesses.values())


def ask_witnesses(newest: str, *, before: str | None, ports: Ports) -> Answers:
    """Ask every witness of the park at once.

    Args:
        newest: The checkpoint to cosign, signed by the log.
        before: What was published last; who cosigned it need not be asked from size 0.
        ports: The outside world.

    Returns:
        What they said.
    """
    witnesses = ports.park.witnesses
    ask = partial(_ask, newest=newest, before=before, ports=ports)
    with ThreadPoolExecutor(max_workers=max(1, len(witnesses))) as pool:
        answers = dict(zip(witnesses, pool.map(ask, witnesses.values()), strict=True))
    alarms = tuple(answer for answer in answers.values() if isinstance(answer, Alarm))
    absent = {name: answer.why for name, answer in answers.items() if isinstance(answer, _Absent)}
    return Answers(
        lines={name: answer for name, answer in answers.items() if isinstance(answer, str)},
        absent={**absent, **{alarm.who: alarm.what for alarm in alarms}},
        alarms=alarms,
    )


def _ask(witness: ParkWitness, *, newest: str, before: str | None, ports: Ports) -> _Answer:
    """Ask one witness; once more if it holds another size than was thought."""
    new = checkpoint_of(newest)
    try:
        old_size = _size_cosigned(witness, before, ports)
        answer = _once(witness, old_size, newest=newest, ports=ports)
        if isinstance(answer, _Retry):
            if answer.held_size > new.size:
                return _behind(witness, answer.held_size, new)
            answer = _once(witness, answer.held_size, newest=newest, ports=ports)
    except TaihangError as error:
        return _Absent(str(error))
    return _Absent("it changes while it is asked") if isinstance(answer, _Retry) else answer


def _once(witness: ParkWitness, old_size: int, *, newest: str, ports: Ports) -> _Answer | _Retry:
    size = checkpoint_of(newest).size
    path = ports.journal.tree.consistency_proof(old_size, size) if old_size else []
    body = encode_add_checkpoint(AddCheckpoint(old_size, tuple(path), newest))
    answer = ports.ask_witness(witness.url + _ADD, body)
    if answer.status == _OK:
        return _cosigned(witness, answer, newest=newest, ports=ports)
    if answer.status == _FORKED:
        return _fork(witness, old_size)
    if answer.status != _CONFLICT:
        return _Absent(f"HTTP {answer.status}")
    held_size = size_of_answer(answer.body) if answer.media_type == SIZE_MEDIA_TYPE else None
    # An edition of the protocol answers 409 where one size has two roots: asked from the size that
    # it holds, a witness can mean nothing else.
    if held_size == old_size or (held_size is None and old_size == size):
        return _fork(witness, old_size)
    return _Absent("HTTP 409 without a size") if held_size is None else _Retry(held_size)


def _cosigned(witness: ParkWitness, answer: WitnessAnswer, *, newest: str, ports: Ports) -> _Answer:
    """Return the one line of an answer that is the witness's own, after checking it."""
    key = VerifierKey(witness.id, witness.key)
    lines = cosignature_lines(answer.body.decode(errors="replace"))
    for line in lines:
        note = parse_note(f"{newest}{line}\n")
        for found in cosignatures_of(note, witnesses=(key,), verify=ports.verify):
            apart_s = found.at_s - int(ports.clock.now().timestamp())
            if abs(apart_s) > CLOCKS_APART_S:
                return _Absent(f"its clock and the platform's are {abs(apart_s)} s apart")
            return line
    return _Absent("its answer has no cosignature of its key")


def _size_cosigned(witness: ParkWitness, before: str | None, ports: Ports) -> int:
    """Return the size that a witness is known to hold; 0 if it has not cosigned what is known."""
    if before is None:
        return 0
    key = VerifierKey(witness.id, witness.key)
    found = cosignatures_of(parse_note(before), witnesses=(key,), verify=ports.verify)
    return checkpoint_of(before).size if found else 0


def _fork(witness: ParkWitness, held_size: int) -> Alarm:
    return Alarm(witness.id, f"holds another history at size {held_size}")


def _behind(witness: ParkWitness, held_size: int, new: Checkpoint) -> Alarm:
    return Alarm(witness.id, f"has cosigned size {held_size}; the park has {new.size}")
