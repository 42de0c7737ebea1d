"""From the journal into the lake: the rows of batches, and catching up after a crash between."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.batch_index import NO_GATEWAY, BatchRow
from taihang.core.metering.held import Held, judge_times
from taihang.core.metering.readings import ReadingRows
from taihang.core.seal.batch import SealedBatch, open_batch
from taihang.core.seal.batch_v2 import ColumnBatch
from taihang.core.seal.descriptor import DescriptorStore
from taihang.core.seal.event import is_event, open_event
from taihang.core.seal.fork import FORK_EVENT
from taihang.core.tlog.record import Record
from taihang.services.ports import Columns, Lake, Ports, Slabs

_AT_ONCE_ROWS: Final = 4_000_000
"""Readings that are held in memory while a journal is replayed."""


@dataclass(slots=True)
class Staged:
    """Rows of batches that are in the journal, on their way into the lake."""

    first: int
    """Leaf index of the first batch."""
    batches: list[BatchRow] = field(default_factory=list[BatchRow])
    rows: list[ReadingRows] = field(default_factory=list[ReadingRows])
    events: dict[tuple[str, ...], list[Columns]] = field(
        default_factory=dict[tuple[str, ...], list[Columns]]
    )
    n_rows: int = 0
    store: DescriptorStore = field(default_factory=DescriptorStore)
    """Descriptors that were parsed before: a gateway's batches mostly say the same ones."""

    @property
    def next(self) -> int:
        """Leaf index of the batch that comes next."""
        return self.first + len(self.batches)

    def add_record(self, record: Record) -> None:
        """Take in the next record of the journal; a log event has no rows but takes its place."""
        if is_event(record.data):
            event = open_event(record.data)
            # An event that withdraws a batch says so in its row: see BatchIndex.withdrawals.
            leaf = event.body.get("leaf") if event.kind == FORK_EVENT else None
            self.batches.append(BatchRow(NO_GATEWAY, _after(leaf), event.at_s))
        else:
            batch = open_batch(record.data, store=self.store)
            self.add(batch, received_at_s=record.received_at_s)

    def add(self, batch: SealedBatch, *, received_at_s: int) -> Held | None:
        """Take in the next batch.

        Args:
            batch: The batch.
            received_at_s: When the journal received it. [s]

        Returns:
            Why readings of it are held, if they are.
        """
        leaf, header = self.next, batch.header
        self.batches.append(BatchRow(header.gateway, header.counter, header.sent_at_s))
        judged = judge_times(
            _rows_of(batch, leaf),
            events=header.events,
            sent_at_s=header.sent_at_s,
            received_at_s=received_at_s,
        )
        self.rows.append(judged.rows)
        self.n_rows += len(judged.rows)
        for event in judged.events:
            self.events.setdefault((event.point, event.kind.value), []).append(
                {
                    "time_s": _one(event.at_s),
                    "final_count": _one(event.final_count),
                    "initial_count": _one(event.initial_count),
                    "batch": _one(leaf),
                }
            )
        return judged.held

    def put_into(self, lake: Lake, *, past_hot: bool = False) -> None:
        """Hand everything to a lake that has every batch before, and start anew.

        Args:
            lake: The lake.
            past_hot: Write to files at once.
        """
        if not self.batches:
            return
        take_in = lake.seal if past_hot else lake.insert
        take_in(ReadingRows.joined(self.rows), self.batches, events=self.event_slabs())
        self.first = self.next
        self.batches, self.rows, self.events, self.n_rows = [], [], {}, 0

    def reading_slabs(self) -> Slabs:
        """Return the readings by point and quantity, each slab in order of time and batch."""
        return {**ReadingRows.joined(self.rows).slabs()}

    def event_slabs(self) -> Slabs:
        """Return the meter events by point and kind, each slab in order of time."""
        return {key: joined(parts) for key, parts in self.events.items()}


def catch_up(ports: Ports, *, hot_only: bool = False) -> int:
    """Bring the lake up to the journal; return records replayed.

    Args:
        ports: The outside world.
        hot_only: Hold the rows in memory and write nothing: for a process that only reads, while
            another one writes.
    """
    first = len(ports.lake.batches())
    if first == ports.journal.size:
        return 0
    staged = Staged(first)
    for record in ports.journal.records(first):
        staged.add_record(record)
        if staged.n_rows >= _AT_ONCE_ROWS:
            staged.put_into(ports.lake, past_hot=not hot_only)
    staged.put_into(ports.lake, past_hot=not hot_only)
    return staged.first - first


def joined(parts: Sequence[Columns]) -> Columns:
    """Join rows into one slab in order of time."""
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(joined["time_s"], kind="stable")
    return {name: column[order] for name, column in joined.items()}


def without(slabs: Slabs, leaves: NDArray[np.int64]) -> Slabs:
    """Return the rows that are of none of some batches.

    Args:
        slabs: Columns by key, with ``batch``.
        leaves: Leaf indexes, as from ``BatchIndex.withdrawn``.
    """
    if not len(leaves):
        return slabs
    return {
        key: {name: column[~np.isin(columns["batch"], leaves)] for name, column in columns.items()}
        for key, columns in slabs.items()
    }


def _after(leaf: object) -> int:
    return leaf + 1 if isinstance(leaf, int) else 0


def _rows_of(batch: SealedBatch, leaf: int) -> ReadingRows:
    if not isinstance(batch, ColumnBatch):
        return ReadingRows.of_blocks([sealed.block for sealed in batch.blocks], batch=leaf)
    columns = batch.columns
    return ReadingRows(
        points=columns.descriptors.places,
        code=columns.code,
        time_s=columns.time_s,
        count=columns.count,
        quality=columns.quality,
        batch=np.full(len(columns.code), leaf, np.int64),
    )


def _one(value: int) -> NDArray[np.int64]:
    return np.array([value], np.int64)
