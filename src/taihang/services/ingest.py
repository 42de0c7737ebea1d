"""Platform job: check sealed batches, store them for ever, answer with receipts.

Nothing is answered before it is on the disk (P1), every batch counts once however often it comes
(P2), and two different batches under one number are refused with both hashes (T5).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.errors import InputError, IntegrityError, TaihangError
from taihang.core.metering.energy import OffGridEnergyError, RegisterOffDialError
from taihang.core.metering.readings import MeterEvent, ReadingBlock
from taihang.core.periods import STEP_S
from taihang.core.seal.batch import BatchHeader, SealedBatch, open_batch
from taihang.core.seal.gateway_key import GatewayKey, find_key
from taihang.core.series import Quality, Quantity
from taihang.core.tlog.inclusion_text import encode_inclusion
from taihang.core.tlog.merkle import leaf_hash
from taihang.services.collect import IMPORT_GATEWAY
from taihang.services.ports import Ports
from taihang.services.replay import Staged, catch_up

_COMMIT_BATCHES: Final = 64
_FLUSH_READINGS: Final = 1_500_000


class UnknownGatewayError(InputError):
    """A batch comes from a gateway that is not enrolled, or is signed with another key."""

    code = "input.unknown-gateway"


class ExpiredGatewayKeyError(InputError):
    """A batch is signed with a key of its gateway that did not count any more."""

    code = "input.expired-gateway-key"


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
    received_at_s: int
    """When the platform answered for it first [s since 1970-01-01T00:00Z]."""
    known_before: bool
    """Whether the batch had come before; it then counts once all the same."""
    proof: str
    """Index, path and signed checkpoint as text: evidence that the sender can show to anybody."""


class Ingester:
    """Takes batches in, group by group, for one process that holds the writer's lock.

    Example:
        Every answer stands at the place of its batch::

            for answer in Ingester(ports).commit([first, second]):
                print(answer)  # a Receipt, or the TaihangError that says why not
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        # A lake that could not be written to lags behind; numbers must be those of the journal.
        catch_up(ports)

    def commit(self, batches: Sequence[bytes]) -> list[Receipt | TaihangError]:
        """Store a group of batches in one forced write.

        A bad batch is refused alone; the others of its group are stored. What the disk refuses
        (``LinkError``, ``StateError`` of the journal) is raised: then nothing of the group is
        stored.

        Args:
            batches: Sealed batches in any order.

        Returns:
            For each batch its receipt, or why it is refused.
        """
        ports = self._ports
        catch_up(ports)  # Another process has written, or a write failed half-way.
        # 1. Open and judge each batch alone.
        received_at_s = int(ports.clock.now().timestamp())
        answers = self._judged(batches, received_at_s)
        before = ports.journal.size
        fresh: dict[tuple[str, int], SealedBatch] = {}
        payload: list[bytes] = []
        known: list[bool] = []
        for place, answer in enumerate(answers):
            known.append(False)
            if isinstance(answer, TaihangError):
                continue
            # 2. Once for ever: a known number must carry the known content.
            number = (answer.header.gateway, answer.header.counter)
            known[place] = ports.lake.batches().find(*number) is not None or number in fresh
            if not known[place]:
                fresh[number] = answer
                payload.append(batches[place])
            elif (fork := self._fork(answer, fresh.get(number))) is not None:
                answers[place] = fork
        # 3. Store and force; from here on the batches can be acknowledged.
        ports.journal.append(payload, received_at_s=received_at_s)
        staged = Staged(before)
        for batch in fresh.values():
            staged.add(batch)
        staged.put_into(ports.lake)
        # 4. Answer.
        receipts = [
            answer
            if isinstance(answer, TaihangError)
            else self._receipt(answer, known_before=known[place])
            for place, answer in enumerate(answers)
        ]
        if ports.lake.n_hot >= _FLUSH_READINGS:
            self.flush()
        return receipts

    def flush(self) -> None:
        """Write to the lake what is in the journal and not yet there."""
        self._ports.lake.flush()

    def _judged(
        self, batches: Sequence[bytes], received_at_s: int
    ) -> list[SealedBatch | TaihangError]:
        enrolled = self._ports.registry.gateway_keys()
        judged: list[SealedBatch | TaihangError] = []
        for data in batches:
            try:
                # Every byte is decoded and the block root rebuilt; then: who sends it, and may it?
                batch = open_batch(data)
                check_sender(
                    batch, enrolled=enrolled, received_at_s=received_at_s, ports=self._ports
                )
            except TaihangError as error:
                judged.append(error)
            else:
                judged.append(batch)
        return judged

    def _fork(self, batch: SealedBatch, twin: SealedBatch | None) -> CounterForkError | None:
        """Return what to say of a batch whose number is taken by other content."""
        leaf = leaf_hash(batch.leaf_entry)
        known = leaf_hash(twin.leaf_entry) if twin is not None else self._leaf_of(batch)
        if leaf == known:
            return None
        return CounterForkError(
            given=f"batch {batch.header.counter} of {batch.header.gateway} with leaf {leaf.hex()}",
            expected=f"the leaf {known.hex()} that is stored under this number",
            remedy="stop the gateway and keep both batches: its key is in two hands",
        )

    def _index_of(self, batch: SealedBatch) -> int:
        """Return the leaf index of a batch that is stored."""
        index = self._ports.lake.batches().find(batch.header.gateway, batch.header.counter)
        if index is None:
            raise KeyError(batch.header.gateway, batch.header.counter)
        return index

    def _leaf_of(self, batch: SealedBatch) -> bytes:
        return self._ports.journal.tree.leaf(self._index_of(batch))

    def _receipt(self, batch: SealedBatch, *, known_before: bool) -> Receipt:
        journal, header = self._ports.journal, batch.header
        index = self._index_of(batch)
        path = journal.tree.inclusion_proof(index, size=journal.size)
        return Receipt(
            gateway=header.gateway,
            counter=header.counter,
            leaf_index=index,
            leaf_hash=journal.tree.leaf(index),
            received_at_s=journal.received_at_s(index),
            known_before=known_before,
            proof=encode_inclusion(index, path=path, checkpoint_note=journal.checkpoint_note or ""),
        )


def ingest(batches: Iterable[bytes], *, ports: Ports) -> Iterator[Receipt]:
    """Store sealed batches and yield a receipt for each; stop at the first that is refused.

    Args:
        batches: Sealed batches in any order.
        ports: The outside world.

    Yields:
        A receipt for each batch, after it is on the disk.

    Raises:
        TaihangError: The refusal of a batch, after the receipts of those before it.
    """
    ingester = Ingester(ports)
    try:
        for group in _groups(batches):
            for answer in ingester.commit(group):
                if isinstance(answer, TaihangError):
                    raise answer
                yield answer
    finally:
        ingester.flush()


def check_sender(
    batch: SealedBatch,
    *,
    enrolled: Mapping[str, tuple[GatewayKey, ...]],
    received_at_s: int,
    ports: Ports,
) -> None:
    """Refuse a batch whose sender may not say what it says.

    Args:
        batch: An opened batch.
        enrolled: Every key of every enrolled gateway.
        received_at_s: When the platform received it. [s]
        ports: The outside world.

    Raises:
        UnknownGatewayError: If the gateway was never enrolled with this key.
        ExpiredGatewayKeyError: If the key did not count any more.
        BatchSignatureError: If the signature is wrong.
        ForeignMeterError: If it speaks for another's meter.
    """
    header = batch.header
    _check_key(header, enrolled.get(header.gateway, ()), received_at_s)
    batch.check_signature(ports.verify)
    for sealed in batch.blocks:
        _check_block(header.gateway, sealed.block, ports)
    for event in header.events:
        _check_event(header.gateway, event, ports)


def _check_key(header: BatchHeader, keys: Sequence[GatewayKey], received_at_s: int) -> None:
    key = find_key(keys, key=header.gateway_key)
    if key is None:
        held = ", ".join(f"{entry.key.hex()[:16]}…" for entry in keys)
        raise UnknownGatewayError(
            given=f"a batch of {header.gateway!r} signed by {header.gateway_key.hex()[:16]}…",
            expected=f"an enrolled gateway with its key ({held or 'none enrolled'})",
            remedy="enrol the gateway, or look into who holds its name",
        )
    if not key.may_sign(sent_at_s=header.sent_at_s, received_at_s=received_at_s):
        raise ExpiredGatewayKeyError(
            given=f"a batch of {header.gateway!r} signed by its key {key.ordinal}, which has ended",
            expected=f"one sent before {key.revoked_at_s or key.until_s} s, or the next key",
            remedy="let the gateway sign with its present key; if it has none, enrol it anew",
        )


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


def _groups(batches: Iterable[bytes]) -> Iterator[list[bytes]]:
    group: list[bytes] = []
    for batch in batches:
        group.append(batch)
        if len(group) == _COMMIT_BATCHES:
            yield group
            group = []
    if group:
        yield group
