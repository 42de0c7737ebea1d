"""The JSON form ``taihang/readings/v1``: what a third party sends that cannot seal batches.

Every field is required and every other one refused: a unit that is guessed is a factor of a
thousand (F43). Values are whole counts, as in a sealed batch; the scale beside them is text.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.seal.batch import MAX_BLOCKS, MAX_EVENTS, ClockState
from taihang.core.seal.block import (
    MAX_READINGS,
    MISSING_COUNT,
    NAME,
    SALT_BYTES,
    TIME_END_S,
    salted_block,
)
from taihang.core.seal.canonical import (
    INT64_MAX,
    INT64_MIN,
    DocumentError,
    Fields,
    JsonValue,
    is_ascending,
)
from taihang.core.seal.strict_json import ROOT, load_strict
from taihang.core.series import Quality, Quantity

FORMAT: Final = "taihang/readings/v1"
_KEYS: Final = frozenset(("format", "gateway", "counter", "sent_at_s", "clock", "blocks", "events"))
_BLOCK_KEYS: Final = frozenset(
    ("point", "quantity", "unit", "scale", "modulus", "times_s", "counts", "quality")
)
_EVENT_KEYS: Final = frozenset(("point", "kind", "at_s", "final_count", "initial_count"))
_CLOCKS: Final = {
    state.value: state for state in (ClockState.SYNCHRONISED, ClockState.UNSYNCHRONISED)
}
_QUANTITIES: Final = {quantity.value: quantity for quantity in Quantity}
_QUALITIES: Final = {quality.name.lower(): quality for quality in Quality}
_KINDS: Final = {kind.value: kind for kind in MeterEventKind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What a sender without a key says."""

    gateway: str
    counter: int
    """The sender's own number of this body: the same number again is the same act (§8)."""
    sent_at_s: int
    """When it was sent [s since 1970-01-01T00:00Z]."""
    clock: ClockState
    blocks: tuple[ReadingBlock, ...]
    """In order of (point, quantity)."""
    events: tuple[MeterEvent, ...]
    """In order of (time, point)."""
    body_sha256: str
    """Hash of the bytes that came in [hex]."""


@dataclass(frozen=True, slots=True)
class _Column:
    """Whole numbers of one block on their way from a list to an array."""

    fields: Fields
    key: str
    n: int

    def whole(self, *, low: int, high: int, missing: bool = False) -> NDArray[np.int64]:
        """Return the numbers; where ``missing`` allows it, null is the count of a missing one."""
        found = self.fields.items(self.key, limit=MAX_READINGS)
        values = [MISSING_COUNT if missing and item is None else item for item in found]
        for place, value in enumerate(values):
            # ``true`` is an int to Python, and 1 to nobody who reads a meter.
            is_whole = type(value) is int and (low <= value <= high or found[place] is None)
            if not is_whole:
                raise DocumentError(
                    where=f"{self.fields.where}.{self.key}[{place}]",
                    given=f"{found[place]!r}"[:40],
                    expected=f"a whole number of {low} … {high}" + (" or null" * missing),
                )
        self.check_length(len(values))
        return np.array(values, np.int64)

    def check_length(self, n: int) -> None:
        if n != self.n:
            raise DocumentError(
                where=f"{self.fields.where}.{self.key}",
                given=f"{n} items",
                expected=f"{self.n}, one for each time",
            )


def read_form(body: bytes) -> Readings:
    """Read the form.

    Args:
        body: The body of the request.

    Returns:
        What it says, with the hash of its bytes.

    Raises:
        JsonTextError: If the body is not JSON that every reader reads alike.
        DocumentError: If a field is absent, unknown or out of bounds.

    Example:
        >>> read_form(b'{"format": "taihang/readings/v1"}')
        Traceback (most recent call last):
        ...
        taihang.core.seal.canonical.DocumentError: input.document: given body: unknown keys [], \
absent keys ['blocks', 'clock', 'counter', 'events', 'gateway', 'sent_at_s']; expected exactly \
['blocks', 'clock', 'counter', 'events', 'format', 'gateway', 'sent_at_s']; take the file again \
from its source
    """
    fields = Fields(load_strict(body), where=ROOT, keys=_KEYS)
    fields.constant("format", expected=FORMAT)
    clock = _CLOCKS.get(fields.text("clock"))
    if clock is None:
        raise fields.error("clock", expected=f"one of {[*_CLOCKS]}")
    blocks = tuple(
        _block(item, where=f"{ROOT}.blocks[{place}]")
        for place, item in enumerate(fields.items("blocks", limit=MAX_BLOCKS))
    )
    events = tuple(
        _event(item, where=f"{ROOT}.events[{place}]")
        for place, item in enumerate(fields.items("events", limit=MAX_EVENTS))
    )
    if not (blocks or events):
        raise DocumentError(where=f"{ROOT}.blocks", given="no block", expected="at least one")
    _check_order(fields, blocks, events)
    return Readings(
        gateway=fields.text("gateway", pattern=NAME),
        counter=fields.integer("counter", low=1),
        sent_at_s=fields.integer("sent_at_s", low=0, high=TIME_END_S - 1),
        clock=clock,
        blocks=tuple(sorted(blocks, key=_place)),
        events=tuple(sorted(events, key=_moment)),
        body_sha256=hashlib.sha256(body).hexdigest(),
    )


def _block(item: JsonValue, *, where: str) -> ReadingBlock:
    fields = Fields(item, where=where, keys=_BLOCK_KEYS)
    quantity = _QUANTITIES.get(fields.text("quantity"))
    if quantity is None:
        raise fields.error("quantity", expected=f"one of {[*_QUANTITIES]}")
    n = len(fields.items("times_s", limit=MAX_READINGS))
    if n == 0:
        raise fields.error("times_s", expected="at least one time")
    times_s = _Column(fields, "times_s", n).whole(low=0, high=TIME_END_S - 1)
    counts = _Column(fields, "counts", n).whole(low=INT64_MIN + 1, high=INT64_MAX, missing=True)
    quality = _quality(fields, n)
    _check_times(times_s, where)
    _check_missing(counts, quality, where)
    block = ReadingBlock(
        point=fields.text("point", pattern=NAME),
        quantity=quantity,
        unit=fields.text("unit", pattern=NAME),
        scale=fields.text("scale", pattern=NAME),
        modulus=fields.integer("modulus", low=0),
        times_s=times_s,
        counts=counts,
        quality=quality,
    )
    _check_sealable(block, where)
    return block


def _check_sealable(block: ReadingBlock, where: str) -> None:
    """Refuse what a batch cannot say (a unit that does not fit), at its place in the form."""
    try:
        salted_block(block, bytes(SALT_BYTES))
    except DocumentError as error:
        raise DocumentError(
            where=where + error.where.removeprefix(ROOT),
            given=error.given.removeprefix(f"{error.where}: "),
            expected=error.expected,
        ) from error


def _quality(fields: Fields, n: int) -> NDArray[np.uint8]:
    names = fields.items("quality", limit=MAX_READINGS)
    for place, name in enumerate(names):
        if not isinstance(name, str) or name not in _QUALITIES:
            raise DocumentError(
                where=f"{fields.where}.quality[{place}]",
                given=f"{name!r}"[:40],
                expected=f"one of {[*_QUALITIES]}",
            )
    _Column(fields, "quality", n).check_length(len(names))
    return np.array([_QUALITIES[str(name)] for name in names], np.uint8)


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


def _check_times(times_s: NDArray[np.int64], where: str) -> None:
    behind = np.flatnonzero(times_s[1:] <= times_s[:-1])
    if len(behind):
        place = int(behind[0]) + 1
        raise DocumentError(
            where=f"{where}.times_s[{place}]",
            given=f"{int(times_s[place])} after {int(times_s[place - 1])}",
            expected="ascending times",
        )


def _check_missing(counts: NDArray[np.int64], quality: NDArray[np.uint8], where: str) -> None:
    """Refuse a number that is called missing, and a missing one that has a number (§7)."""
    wrong = np.flatnonzero((quality == Quality.MISSING) != (counts == MISSING_COUNT))
    if len(wrong):
        place = int(wrong[0])
        name = Quality(int(quality[place])).name.lower()
        raise DocumentError(
            where=f"{where}.counts[{place}]",
            given=f"a reading of quality {name}" + (" without" * (name != "missing")) + " a number",
            expected="null for missing readings and for no others",
        )


def _check_order(
    fields: Fields, blocks: tuple[ReadingBlock, ...], events: tuple[MeterEvent, ...]
) -> None:
    if not is_ascending(sorted(map(_place, blocks))):
        raise DocumentError(
            where=f"{fields.where}.blocks",
            given="a point and quantity twice",
            expected="one block for each point and quantity",
        )
    if not is_ascending(sorted(map(_moment, events))):
        raise DocumentError(
            where=f"{fields.where}.events",
            given="two events of one meter at one time",
            expected="one at most",
        )


def _place(block: ReadingBlock) -> tuple[str, str]:
    return block.point, block.quantity.value


def _moment(event: MeterEvent) -> tuple[int, str]:
    return event.at_s, event.point
