"""Platform job: check sealed batches, store them for ever, answer with receipts.

Nothing is answered before it is on the disk (P1), every batch counts once however often it comes
(P2), and two different batches under one number are refused with both hashes (T5).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError, IntegrityError
from taihang.core.metering.energy import OffGridEnergyError, RegisterOffDialError
from taihang.core.metering.readings import MeterEvent, ReadingBlock
from taihang.core.periods import STEP_S
from taihang.core.seal.batch import SealedBatch, open_batch
from taihang.core.series import Quality, Quantity
from taihang.core.tlog.merkle import leaf_hash
from taihang.services.collect import IMPORT_GATEWAY
from taihang.services.ports import Columns, Ports

_COMMIT_BATCHES: Final = 64
_FLUSH_READINGS: Final = 1_500_000


class UnknownGatewayError(InputError):
    """A batch comes from a gateway that is not enrolled, or is signed with another key."""

    code = "input.unknown-gateway"


class ForeignMeterError(InputError):
    """A gateway speaks for a meter that is not its own, or misstates its scale."""

    code = "input.foreign-meter"


class CounterForkError(IntegrityError):
    """One gateway sent two different batches under one number: its key is in two hands."""

    code = "integrity.counter-fork"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's word that a batch is stored."""

    gateway: str
    counter: int
    leaf_index: int
    leaf_hash: bytes
    known_before: bool
    """Whether the batch had come before; it then counts once all the same."""


@dataclass(slots=True)
class Pending:
    """Readings that are in the journal and not yet in the lake."""

    batches: list[tuple[str, int, int]]
    readings: dict[tuple[str, ...], list[Columns]] = field(default_factory=dict)
    events: dict[tuple[str, ...], list[Columns]] = field(default_factory=dict)
    n_readings: int = 0


def ingest(batches: Iterable[bytes], *, ports: Ports) -> Iterator[Receipt]:
    """Store sealed batches and yield a receipt for each.

    Args:
        batches: Sealed batches in any order.
        ports: The outside world.

    Yields:
        A receipt for each batch, after it is on the disk.
    """
    # A lake that could not be written to lags behind; numbers below must be those of the journal.
    catch_up(ports)
    pending = Pending(batches=ports.lake.batches())
    index_of = {row[:2]: index for index, row in enumerate(pending.batches)}
    try:
        for group in _groups(batches):
            yield from _commit(group, ports, pending, index_of)
            if pending.n_readings >= _FLUSH_READINGS:
                _flush(ports, pending)
    finally:
        _flush(ports, pending)


def catch_up(ports: Ports) -> int:
    """Bring the lake up to the journal after a crash between the two; return records replayed."""
    pending = Pending(batches=ports.lake.batches())
    first = len(pending.batches)
    if first == ports.journal.size:
        return 0
    for record in ports.journal.records(first):
        stage(open_batch(record.data), record.index, pending)
        if pending.n_readings >= _FLUSH_READINGS:
            _flush(ports, pending)
    _flush(ports, pending)
    return len(pending.batches) - first


def check_sender(batch: SealedBatch, *, enrolled: Mapping[str, str], ports: Ports) -> None:
    """Refuse a batch whose sender may not say what it says.

    Args:
        batch: An opened batch.
        enrolled: Public key [hex] of every enrolled gateway.
        ports: The outside world.

    Raises:
        UnknownGatewayError: If the gateway is not enrolled with this key.
        BatchSignatureError: If the signature is wrong.
        ForeignMeterError: If it speaks for another's meter.
    """
    header = batch.header
    key = enrolled.get(header.gateway)
    if key != header.gateway_key.hex():
        raise UnknownGatewayError(
            given=f"a batch of {header.gateway!r} signed by {header.gateway_key.hex()[:16]}…",
            expected=f"an enrolled gateway with its key ({key or 'none enrolled'})",
            remedy="enrol the gateway, or look into who holds its name",
        )
    batch.check_signature(ports.verify)
    for sealed in batch.blocks:
        _check_block(header.gateway, sealed.block, ports)
    for event in header.events:
        _check_event(header.gateway, event, ports)


def _check_event(gateway: str, event: MeterEvent, ports: Ports) -> None:
    """Check that an event is of a meter of this gateway and lies on its dial.

    An event replaces the difference of two registers, so a foreign one could erase consumption.

    Raises:
        ForeignMeterError: If it is not.
    """
    meter = ports.park.meters.get(event.point)
    own = _speaks_for(gateway, event.point, ports)
    if meter is None or not own or max(event.final_count, event.initial_count) >= meter.modulus:
        raise ForeignMeterError(
            given=f"a {event.kind.value} of {event.point} from {gateway}",
            expected="an event of one of this gateway's meters, with counts on its dial",
            remedy="correct park.toml or the gateway's settings, whichever is wrong",
        )


def _commit(
    group: list[bytes], ports: Ports, pending: Pending, index_of: dict[tuple[str, int], int]
) -> Iterator[Receipt]:
    # 1. Open: every byte decoded, the block root rebuilt.
    enrolled = ports.registry.gateway_keys()
    opened = [open_batch(data) for data in group]
    fresh: list[SealedBatch] = []
    payload: list[bytes] = []
    known_before: list[bool] = []
    for batch, data in zip(opened, group, strict=True):
        # 2. Who sends it, and may it?
        check_sender(batch, enrolled=enrolled, ports=ports)
        # 3. Once for ever: a known number must carry the known content.
        number = (batch.header.gateway, batch.header.counter)
        known_before.append(number in index_of)
        if number in index_of:
            _check_same(batch, index_of[number], ports, fresh)
            continue
        index_of[number] = ports.journal.size + len(fresh)
        fresh.append(batch)
        payload.append(data)
    # 4. Store and force; from here on the batch can be acknowledged.
    before = ports.journal.size
    ports.journal.append(payload)
    for offset, batch in enumerate(fresh):
        stage(batch, before + offset, pending)
    # 5. Answer.
    for batch, known in zip(opened, known_before, strict=True):
        index = index_of[batch.header.gateway, batch.header.counter]
        yield Receipt(
            gateway=batch.header.gateway,
            counter=batch.header.counter,
            leaf_index=index,
            leaf_hash=ports.journal.tree.leaf(index),
            known_before=known,
        )


def _check_block(gateway: str, block: ReadingBlock, ports: Ports) -> None:
    """Check that a block is of a meter of this gateway, in its scale, and can be settled."""
    meter = ports.park.meters.get(block.point)
    series = ports.park.series.get(block.point)
    own = _speaks_for(gateway, block.point, ports)
    if meter is not None and block.quantity is Quantity.REGISTER:
        fits = (block.scale, block.modulus) == (str(meter.wh_per_count), meter.modulus)
    elif meter is not None:
        fits = block.quantity is Quantity.ENERGY and block.scale == "1"
    else:
        fits = series is not None and (block.unit, block.scale) == (series.unit, series.scale)
    if not (own and fits):
        raise ForeignMeterError(
            given=f"{block.quantity} of {block.point} × {block.scale} {block.unit} from {gateway}",
            expected="a point of this gateway with the scale and dial that park.toml states",
            remedy="correct park.toml or the gateway's settings, whichever is wrong",
        )
    if meter is not None:
        _check_values(block)


def _speaks_for(gateway: str, point: str, ports: Ports) -> bool:
    """Say whether a point is a gateway's own; one that park.toml has no more has none."""
    speaker = ports.park.gateways.get(gateway)
    return gateway == IMPORT_GATEWAY or (speaker is not None and point in speaker.meters)


def _check_values(block: ReadingBlock) -> None:
    """Refuse at the door what no settlement could place: one such value would stop them all."""
    if block.quantity is Quantity.REGISTER:
        read = (block.quality == Quality.MEASURED) | (block.quality == Quality.MANUAL)
        off = block.counts[read & ((block.counts < 0) | (block.counts >= block.modulus))]
        if len(off):
            raise RegisterOffDialError(
                given=f"{block.point}: a register of {off[0]}",
                expected=f"0 … {block.modulus - 1}",
                remedy="let the gateway mark such a reading as rejected; no dial shows it",
            )
    if block.quantity is Quantity.ENERGY and np.any(block.times_s % STEP_S):
        raise OffGridEnergyError(
            given=f"energy of {block.point} at {block.times_s[block.times_s % STEP_S > 0][0]} s",
            expected=f"starts of intervals, multiples of {STEP_S} s",
            remedy="let the gateway sum energy over whole quarter hours",
        )


def _check_same(batch: SealedBatch, index: int, ports: Ports, fresh: list[SealedBatch]) -> None:
    leaf = leaf_hash(batch.leaf_entry)
    size = ports.journal.size
    known = (
        ports.journal.tree.leaf(index)
        if index < size
        else leaf_hash(fresh[index - size].leaf_entry)
    )
    if leaf != known:
        raise CounterForkError(
            given=f"batch {batch.header.counter} of {batch.header.gateway} with leaf {leaf.hex()}",
            expected=f"the leaf {known.hex()} that is stored under this number",
            remedy="stop the gateway and keep both batches: its key is in two hands",
        )


def stage(batch: SealedBatch, index: int, pending: Pending) -> None:
    """Add the rows of one batch to what is pending."""
    header = batch.header
    pending.batches.append((header.gateway, header.counter, header.sent_at_s))
    for sealed in batch.blocks:
        block = sealed.block
        pending.n_readings += len(block.times_s)
        pending.readings.setdefault((block.point, block.quantity.value), []).append(
            {
                "time_s": block.times_s,
                "count": block.counts,
                "quality": block.quality.astype(np.int64),
                "batch": np.full(len(block.times_s), index, np.int64),
            }
        )
    for event in header.events:
        pending.events.setdefault((event.point, event.kind.value), []).append(
            {
                "time_s": _one(event.at_s),
                "final_count": _one(event.final_count),
                "initial_count": _one(event.initial_count),
                "batch": _one(index),
            }
        )


def _flush(ports: Ports, pending: Pending) -> None:
    """Write what is pending to the lake; the list of batches goes last, so a crash repeats it."""
    if len(pending.batches) == len(ports.lake.batches()):
        return
    ports.lake.add("readings", {key: joined(parts) for key, parts in pending.readings.items()})
    ports.lake.add("events", {key: joined(parts) for key, parts in pending.events.items()})
    ports.lake.write_batches(pending.batches)
    pending.readings.clear()
    pending.events.clear()
    pending.n_readings = 0


def joined(parts: list[Columns]) -> Columns:
    """Join rows into one slab in order of time."""
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(joined["time_s"], kind="stable")
    return {name: column[order] for name, column in joined.items()}


def _one(value: int) -> NDArray[np.int64]:
    return np.array([value], np.int64)


def _groups(batches: Iterable[bytes]) -> Iterator[list[bytes]]:
    group: list[bytes] = []
    for batch in batches:
        group.append(batch)
        if len(group) == _COMMIT_BATCHES:
            yield group
            group = []
    if group:
        yield group
