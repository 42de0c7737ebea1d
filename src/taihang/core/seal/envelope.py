"""What a gateway says about a batch besides the readings, and how batches fail: both versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from taihang.core.errors import InputError
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.seal.block import NAME, TIME_END_S, BatchFormatError
from taihang.core.seal.canonical import DocumentError, Fields, JsonValue, is_ascending

MAX_BLOCKS: Final = 10_000
MAX_EVENTS: Final = 10_000
FIRST_KEY: Final = 1
"""Ordinal of the key that a gateway was first enrolled with."""

_MAX_ORIGIN: Final = 64
_EVENT_KEYS: Final = frozenset(("point", "kind", "at_s", "final_count", "initial_count"))
_KINDS: Final = {kind.value: kind for kind in MeterEventKind}


class ClockState(StrEnum):
    """How well the sender knew the time when it sealed the batch."""

    SYNCHRONISED = "synchronised"
    UNSYNCHRONISED = "unsynchronised"
    IMPORT = "import"
    """The readings come from a file; the times are the file's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a gateway says about a batch besides the readings."""

    gateway: str
    gateway_key: bytes = b""
    """Ed25519 public key, 32 bytes; empty where the batch names its key by ordinal (v2)."""
    key_ordinal: int = FIRST_KEY
    """Which of the gateway's keys signs, counted from 1 in the order of enrolment (v2)."""
    counter: int
    """1 for the gateway's first batch, one more for each; a gap or a fork can be seen (T5, T6)."""
    sent_at_s: int
    """When the batch was sealed [s since 1970-01-01T00:00Z]."""
    clock: ClockState
    origin: Mapping[str, str]
    """Where the readings come from, for example ``{"kind": "simulator", "seed": "7"}``."""
    events: tuple[MeterEvent, ...] = ()
    """Swaps and resets, in order of (time, point)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchHeader(Envelope):
    """What the gateway signs: the envelope and the root over its blocks."""

    blocks: int
    """How many blocks the batch has."""
    block_root: bytes
    """Root of the tree over the blocks."""


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """One block as it stands in the batch."""

    salt: bytes
    body: bytes
    block: ReadingBlock
    """What the body says."""


@dataclass(frozen=True, slots=True)
class BlockDisclosure:
    """One block shown alone: the rest of its batch stays hidden behind the path."""

    salt: bytes
    body: bytes
    index: int
    path: tuple[bytes, ...]


class BlockRootError(InputError):
    """The blocks of a batch are not those that its header commits to."""

    code = "input.batch-block-root"

    def __init__(self, found: bytes, *, header: BatchHeader) -> None:
        super().__init__(
            given=f"blocks with root {found.hex()}",
            expected=f"root {header.block_root.hex()} of the header",
            remedy="refuse the batch: a block was altered after it was sealed",
        )


class BatchSignatureError(InputError):
    """The header of a batch is not signed by the key that it names."""

    code = "input.batch-signature"

    def __init__(self, header: BatchHeader, *, key: bytes) -> None:
        super().__init__(
            given=f"batch {header.counter} of {header.gateway!r}",
            expected=f"a signature by key {key.hex() or 'that was named'}",
            remedy="refuse the batch and look at the gateway",
        )


class BlockNotFoundError(InputError):
    """A batch has no block of that point and quantity."""

    code = "input.block-not-found"

    def __init__(self, header: BatchHeader, *, point: str, quantity: str) -> None:
        super().__init__(
            given=f"{quantity} of point {point!r} in batch {header.counter}",
            expected=f"one of the {header.blocks} blocks of the batch",
            remedy="look the point up in another batch",
        )


def place_of(block: ReadingBlock) -> tuple[str, str]:
    """Return what blocks of a batch stand in order of."""
    return block.point, block.quantity.value


def check_places(places: Sequence[tuple[str, str]]) -> None:
    """Refuse blocks that are doubled, in another order, or too many.

    Raises:
        BatchFormatError: If they are.
    """
    if len(places) > MAX_BLOCKS or not is_ascending(places):
        raise BatchFormatError(
            given=f"{len(places)} blocks, doubled or in another order",
            expected=f"at most {MAX_BLOCKS} blocks in ascending order of (point, quantity)",
        )


def check_salts(salts: Sequence[bytes], *, n_blocks: int) -> None:
    """Refuse salts that are too few or alike.

    Raises:
        BatchFormatError: If they are.
    """
    if len(salts) != n_blocks or len(set(salts)) != len(salts):
        raise BatchFormatError(
            given=f"{len(set(salts))} different salts for {n_blocks} blocks",
            expected="one salt of its own for each block",
        )


def events_document(envelope: Envelope) -> JsonValue:
    """Return the events of a batch as its header carries them."""
    return [
        {
            "point": event.point,
            "kind": event.kind,
            "at_s": event.at_s,
            "final_count": event.final_count,
            "initial_count": event.initial_count,
        }
        for event in sorted(envelope.events, key=lambda event: (event.at_s, event.point))
    ]


def read_events(fields: Fields) -> tuple[MeterEvent, ...]:
    """Read the meter events of a header.

    Args:
        fields: The object that has them under ``events``.

    Returns:
        The events, in order of (time, point).

    Raises:
        DocumentError: If one is wrong, doubled or out of order.
    """
    where = f"{fields.where}.events"
    events = tuple(
        _event(item, where=f"{where}[{number}]")
        for number, item in enumerate(fields.items("events", limit=MAX_EVENTS))
    )
    if not is_ascending((event.at_s, event.point) for event in events):
        raise DocumentError(where=where, given="another order", expected="ascending (at_s, point)")
    return events


def read_origin(fields: Fields) -> dict[str, str]:
    """Read where the readings of a batch come from.

    Args:
        fields: The object that has it under ``origin``.

    Returns:
        The texts by name.

    Raises:
        DocumentError: If it is no object of texts, or too large.
    """
    origin = fields.raw("origin")
    if not isinstance(origin, dict) or len(origin) > _MAX_ORIGIN:
        raise fields.error("origin", expected=f"an object of at most {_MAX_ORIGIN} texts")
    texts = {key: value for key, value in origin.items() if isinstance(value, str)}
    if len(texts) != len(origin):
        raise fields.error("origin", expected="texts only")
    return texts


def _event(item: JsonValue, *, where: str) -> MeterEvent:
    fields = Fields(item, where=where, keys=_EVENT_KEYS)
    kind = _KINDS.get(fields.text("kind"))
    if kind is None:
        raise fields.error("kind", expected=f"one of {[*_KINDS]}")
    return MeterEvent(
        point=fields.text("point", pattern=NAME),
        kind=kind,
        at_s=fields.integer("at_s", low=0, high=TIME_END_S - 1),
        final_count=fields.integer("final_count", low=0),
        initial_count=fields.integer("initial_count", low=0),
    )
