"""Platform job: check sealed batches, store them for ever, answer with receipts.

Nothing is answered before it is on the disk (P1), every batch counts once however often it comes
(P2), and two different batches under one number are both set apart with the evidence (T5).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeAlias

from taihang.core.errors import LinkError, TaihangError
from taihang.core.metering.held import Held
from taihang.core.seal.batch import SealedBatch, leaf_entry_of
from taihang.core.tlog.note import SIGNATURE_BYTES
from taihang.core.tlog.tlog_proof import TlogProof, encode_tlog_proof
from taihang.services.admission import Admission, GatewayKeys, Signed
from taihang.services.ports import Ports
from taihang.services.quarantine import (
    Second,
    demand_untainted,
    fork_error,
    set_apart,
    tainted_keys,
)
from taihang.services.replay import Staged, catch_up

_COMMIT_BATCHES: Final = 64
_FLUSH_READINGS: Final = 1_500_000
_HOT_READINGS_MAX: Final = 6_000_000
"""Beyond this a lake that cannot be written to stops the door, before its memory stops the job."""
Number: TypeAlias = tuple[str, int]
"""Gateway and counter."""


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
    held: Held | None = None
    """Why readings of it are kept as evidence only; told when it comes for the first time."""


@dataclass(slots=True)
class _Group:
    """What becomes of batches that came together."""

    answers: list[Receipt | TaihangError | None]
    """None while a batch waits for its receipt."""
    fresh: dict[Number, tuple[int, Signed]]
    """New batches by number, each with its place."""
    repeated: dict[int, Number]
    """Numbers of batches that were known before, by place."""
    forks: dict[int, Second]
    """Batches whose number is taken, by place."""
    tainted: dict[str, int]
    """Ordinals of keys that were seen in two hands, by gateway."""


class Ingester:
    """Takes batches in, group by group, for one process that holds the writer's lock.

    Example:
        Every answer stands at the place of its batch::

            for answer in Ingester(ports).commit([first, second]):
                print(answer)  # a Receipt, or the TaihangError that says why not
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._admission = Admission(ports)
        # A lake that could not be written to lags behind; numbers must be those of the journal.
        catch_up(ports)
        self._tainted: tuple[int, dict[str, int]] = (0, {})

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
        if ports.lake.n_hot >= _HOT_READINGS_MAX:
            self.flush()
        catch_up(ports)  # Another process has written, or a write failed half-way.
        received_at_s = int(ports.clock.now().timestamp())
        enrolled = ports.registry.gateway_keys()
        # 1. Open and judge each batch alone: once for ever, signed by a key that counts.
        group = self._judged(batches, enrolled=enrolled, received_at_s=received_at_s)
        # 2. Store and force; from here on the batches can be acknowledged.
        before = ports.journal.size
        payload = [batches[place] for place, _ in group.fresh.values()]
        ports.journal.append(payload, received_at_s=received_at_s)
        # 3. Put the rows where they are seen at once.
        held = self._staged(group, before)
        # 4. Set two batches under one number apart, both of them.
        for place, second in group.forks.items():
            group.answers[place] = self._set_apart(second, enrolled)
        # 5. Answer.
        for leaf, (number, (place, _)) in enumerate(group.fresh.items(), start=before):
            group.answers[place] = self._receipt(number, leaf, held=held[leaf - before])
        for place, number in group.repeated.items():
            group.answers[place] = self._receipt(number, self._leaf_of(number), known_before=True)
        if ports.lake.n_hot >= _FLUSH_READINGS:
            # What is acknowledged stays so: rows that no file takes are in the journal, and hot.
            with suppress(LinkError):
                self.flush()
        return [answer for answer in group.answers if answer is not None]

    def flush(self) -> None:
        """Write to the lake what is in the journal and not yet there."""
        self._ports.lake.flush()

    def _judged(
        self, batches: Sequence[bytes], *, enrolled: GatewayKeys, received_at_s: int
    ) -> _Group:
        group = _Group([None] * len(batches), {}, {}, {}, self._tainted_keys(enrolled))
        for place, data in enumerate(batches):
            try:
                signed = self._admission.open(data, enrolled=enrolled, received_at_s=received_at_s)
                self._sort_in(signed, place=place, data=data, group=group)
            except TaihangError as error:
                group.answers[place] = error
        return group

    def _sort_in(self, signed: Signed, *, place: int, data: bytes, group: _Group) -> None:
        """Find out whether a batch is new, known, or one too many under its number."""
        header = signed.batch.header
        number = (header.gateway, header.counter)
        twin = group.fresh.get(number)
        leaf = self._ports.lake.batches().find(*number)
        if twin is None and leaf is None:
            demand_untainted(signed.batch, signed.key, tainted=group.tainted)
            self._admission.check(signed.batch)
            group.fresh[number] = (place, signed)
        elif _is_same(signed.batch, self._entry(twin[1].batch if twin else None, leaf)):
            group.repeated[place] = number
        else:
            group.forks[place] = Second(data, signed.batch, signed.key)

    def _entry(self, twin: SealedBatch | None, leaf: int | None) -> bytes:
        """Return what the log has, or will have, of the batch that holds a number."""
        if twin is not None or leaf is None:
            return twin.leaf_entry if twin is not None else b""
        return leaf_entry_of(self._ports.journal.record(leaf).data)

    def _staged(self, group: _Group, before: int) -> list[Held | None]:
        ports, staged = self._ports, Staged(before)
        received_at_s = ports.journal.received_at_s(before) if group.fresh else 0
        held = [
            staged.add(signed.batch, received_at_s=received_at_s)
            for _, signed in group.fresh.values()
        ]
        staged.put_into(ports.lake)
        return held

    def _set_apart(self, second: Second, enrolled: GatewayKeys) -> TaihangError:
        header = second.batch.header
        leaf = self._leaf_of((header.gateway, header.counter))
        set_apart(second, first_leaf=leaf, enrolled=enrolled, ports=self._ports)
        return fork_error(second.batch, known=self._ports.journal.tree.leaf(leaf))

    def _tainted_keys(self, enrolled: GatewayKeys) -> dict[str, int]:
        """Return the keys that were seen in two hands; looked up anew only after a new fork."""
        n = len(self._ports.lake.batches().withdrawals())
        if n != self._tainted[0]:
            self._tainted = n, tainted_keys(self._ports, enrolled=enrolled)
        return self._tainted[1]

    def _leaf_of(self, number: Number) -> int:
        """Return the leaf index of a batch that is stored."""
        index = self._ports.lake.batches().find(*number)
        if index is None:
            raise KeyError(number)
        return index

    def _receipt(
        self, number: Number, leaf: int, *, known_before: bool = False, held: Held | None = None
    ) -> Receipt:
        journal = self._ports.journal
        path = journal.tree.inclusion_proof(leaf, size=journal.size)
        return Receipt(
            gateway=number[0],
            counter=number[1],
            leaf_index=leaf,
            leaf_hash=journal.tree.leaf(leaf),
            received_at_s=journal.received_at_s(leaf),
            known_before=known_before,
            proof=encode_tlog_proof(TlogProof(leaf, tuple(path), journal.checkpoint_note or "")),
            held=held,
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


def _is_same(batch: SealedBatch, entry: bytes) -> bool:
    """Say whether a batch has the header that is known; another signature of it is no fork."""
    return batch.header_bytes == entry[:-SIGNATURE_BYTES]


def _groups(batches: Iterable[bytes]) -> Iterator[list[bytes]]:
    group: list[bytes] = []
    for batch in batches:
        group.append(batch)
        if len(group) == _COMMIT_BATCHES:
            yield group
            group = []
    if group:
        yield group
