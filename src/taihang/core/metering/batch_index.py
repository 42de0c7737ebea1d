"""Which batches a park has taken in, by leaf index: some 30 bytes each, not one object each.

A leaf of the log may also be an event, which has no readings. It keeps its place here as a row
without a gateway, so that the row number stays the leaf index; no rank, counter or search sees it.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

NO_GATEWAY: Final = ""
"""Stands in the row of a leaf that is not a batch."""
NO_RANK: Final = -1
_SPARSE: Final = 4
"""A counter so many times beyond the number of batches is kept apart, so that it costs no room."""
_LEAST: Final = 1_024


class BatchRow(NamedTuple):
    """One batch."""

    gateway: str
    counter: int
    sent_at_s: int
    """When it was sent [s since 1970-01-01T00:00Z]."""


class BatchIndex:
    """Gateway, counter and sending time of every leaf, in order; it only grows.

    Example:
        >>> index = BatchIndex([("b", 1, 50), ("a", 1, 40), ("a", 2, 50)])
        >>> index.find("a", 2), index.rank().tolist()
        (2, [2, 0, 1])
    """

    def __init__(self, rows: Iterable[tuple[str, int, int]] = ()) -> None:
        self._gateways: list[str] = []
        self._codes: dict[str, int] = {}
        self._code = np.empty(0, np.int32)
        self._counter = np.empty(0, np.int64)
        self._sent_at_s = np.empty(0, np.int64)
        self._n = 0
        self._leaves: list[_Leaves] = []
        self._rank = np.empty(0, np.int64)
        for row in rows:
            self.append(*row)

    @classmethod
    def of_columns(
        cls,
        gateways: Sequence[str],
        *,
        code: NDArray[np.int32],
        counter: NDArray[np.int64],
        sent_at_s: NDArray[np.int64],
    ) -> "BatchIndex":
        """Return the index of whole columns.

        Args:
            gateways: Names, each once.
            code: Number of the gateway in ``gateways``, by leaf index.
            counter: Counters, by leaf index.
            sent_at_s: Sending times, by leaf index. [s since 1970-01-01T00:00Z]
        """
        index = cls()
        index._gateways = list(gateways)
        index._codes = {gateway: number for number, gateway in enumerate(gateways)}
        index._code = code.astype(np.int32)
        index._counter = counter.astype(np.int64)
        index._sent_at_s = sent_at_s.astype(np.int64)
        index._n = len(code)
        order = np.argsort(index._code, kind="stable")
        edges = np.searchsorted(index._code[order], np.arange(len(gateways) + 1))
        for first, last in pairwise(edges):
            leaves = _Leaves()
            leaves.put_all(index._counter[order[first:last]], order[first:last])
            index._leaves.append(leaves)
        return index

    def __len__(self) -> int:
        return self._n

    def __iter__(self) -> Iterator[BatchRow]:
        for leaf in range(self._n):
            yield self[leaf]

    def __getitem__(self, leaf: int) -> BatchRow:
        if not 0 <= leaf < self._n:
            raise IndexError(leaf)
        gateway = self._gateways[int(self._code[leaf])]
        return BatchRow(gateway, int(self._counter[leaf]), int(self._sent_at_s[leaf]))

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BatchIndex):
            return NotImplemented
        return (
            self._n == other._n
            and np.array_equal(self.counter, other.counter)
            and np.array_equal(self.sent_at_s, other.sent_at_s)
            and np.array_equal(self.code, self._codes_of(other))
        )

    __hash__ = None  # pyright: ignore[reportAssignmentType] - it grows

    @property
    def gateways(self) -> tuple[str, ...]:
        """Names, in order of their codes."""
        return tuple(self._gateways)

    @property
    def code(self) -> NDArray[np.int32]:
        """Number of the gateway in ``gateways``, shape (n,)."""
        return self._code[: self._n]

    @property
    def counter(self) -> NDArray[np.int64]:
        """Counters, shape (n,)."""
        return self._counter[: self._n]

    @property
    def sent_at_s(self) -> NDArray[np.int64]:
        """Sending times [s since 1970-01-01T00:00Z], shape (n,)."""
        return self._sent_at_s[: self._n]

    @property
    def is_batch(self) -> NDArray[np.bool_]:
        """Which leaves are batches, shape (n,)."""
        return self.code != self._codes.get(NO_GATEWAY, -1)

    def append(self, gateway: str, counter: int, sent_at_s: int) -> int:
        """Add one leaf and return its index; ``NO_GATEWAY`` for what is not a batch."""
        code = self._codes.get(gateway)
        if code is None:
            code = self._codes[gateway] = len(self._gateways)
            self._gateways.append(gateway)
            self._leaves.append(_Leaves())
        leaf = self._n
        if leaf == len(self._code):
            self._grow()
        self._code[leaf], self._counter[leaf], self._sent_at_s[leaf] = code, counter, sent_at_s
        self._n += 1
        self._leaves[code].put(counter, leaf)
        return leaf

    def extend(self, rows: Iterable[tuple[str, int, int]]) -> None:
        """Add leaves in order."""
        for row in rows:
            self.append(*row)

    def find(self, gateway: str, counter: int) -> int | None:
        """Return the first leaf of a batch, None if it is not there."""
        code = self._codes.get(gateway)
        return None if code is None or gateway == NO_GATEWAY else self._leaves[code].find(counter)

    def withdrawals(self, *, of: int | None = None) -> NDArray[np.int64]:
        """Return the leaves of the events by which a batch counts no more.

        In their rows the counter is one more than the leaf that is withdrawn.

        Args:
            of: Only those that withdraw this leaf.
        """
        chosen = ~self.is_batch & (self.counter > 0 if of is None else self.counter == of + 1)
        return np.flatnonzero(chosen)

    def withdrawn(self, *, as_of: int) -> NDArray[np.int64]:
        """Return the leaves that count no more, by what was known at a size of the journal.

        Example:
            >>> index = BatchIndex([("a", 1, 40), (NO_GATEWAY, 1, 50)])
            >>> index.withdrawn(as_of=1).tolist(), index.withdrawn(as_of=2).tolist()
            ([], [0])
        """
        if NO_GATEWAY not in self._codes:
            return np.empty(0, np.int64)
        events = self.withdrawals()
        return np.unique(self.counter[events[events < as_of]]) - 1

    def counters(self, gateway: str) -> NDArray[np.int64]:
        """Return the counters that came from a gateway, in order of arrival."""
        code = self._codes.get(gateway)
        return self.counter[self.code == code] if code is not None else np.empty(0, np.int64)

    def last_counters(self) -> dict[str, int]:
        """Return the largest counter of every gateway."""
        largest = np.zeros(len(self._gateways), np.int64)
        np.maximum.at(largest, self.code, self.counter)
        found = zip(self._gateways, largest.tolist(), strict=True)
        return {gateway: counter for gateway, counter in found if gateway != NO_GATEWAY}

    def name(self, leaf: int) -> str:
        """Return ``gateway/counter`` of a leaf."""
        row = self[leaf]
        return f"{row.gateway}/{row.counter}"

    def rank(self) -> NDArray[np.int64]:
        """Return the rank of every batch by (sending time, gateway, counter), shape (n,).

        A leaf that is not a batch has ``NO_RANK`` and changes no other rank.
        """
        if len(self._rank) == self._n:
            return self._rank
        chosen = np.flatnonzero(self.is_batch)
        keys = (self.counter[chosen], self._by_name()[self.code[chosen]], self.sent_at_s[chosen])
        rank = np.full(self._n, NO_RANK, np.int64)
        rank[chosen[np.lexsort(keys)]] = np.arange(len(chosen))
        self._rank = rank
        return rank

    def _codes_of(self, other: "BatchIndex") -> NDArray[np.int64]:
        """Return the rows of another index in the codes of this one."""
        codes = np.array([self._codes.get(name, -1) for name in other.gateways], np.int64)
        return codes[other.code]

    def _by_name(self) -> NDArray[np.int64]:
        """Return the place of every gateway in the order of names."""
        place = {name: number for number, name in enumerate(sorted(self._gateways))}
        return np.array([place[name] for name in self._gateways], np.int64)

    def _grow(self) -> None:
        room = max(_LEAST, len(self._code) // 2)
        self._code = np.concatenate([self._code, np.empty(room, np.int32)])
        self._counter = np.concatenate([self._counter, np.empty(room, np.int64)])
        self._sent_at_s = np.concatenate([self._sent_at_s, np.empty(room, np.int64)])


class _Leaves:
    """Leaf by counter of one gateway: an array, since counters follow each other."""

    def __init__(self) -> None:
        self._dense = np.empty(0, np.int64)
        self._apart: dict[int, int] = {}
        self._n = 0

    def find(self, counter: int) -> int | None:
        if 0 <= counter < len(self._dense) and self._dense[counter] >= 0:
            return int(self._dense[counter])
        return self._apart.get(counter)

    def put(self, counter: int, leaf: int) -> None:
        """Note a leaf; of two under one counter the first stays."""
        if self.find(counter) is not None:
            return
        self._n += 1
        if not 0 <= counter < _SPARSE * self._n + _LEAST:
            self._apart[counter] = leaf
            return
        if counter >= len(self._dense):
            room = np.full(max(_LEAST, len(self._dense) // 2, counter), -1, np.int64)
            self._dense = np.concatenate([self._dense, room])
        self._dense[counter] = leaf

    def put_all(self, counters: NDArray[np.int64], leaves: NDArray[np.int64]) -> None:
        limit = _SPARSE * len(counters) + _LEAST
        near = (counters >= 0) & (counters < limit)
        self._dense = np.full(int(counters[near].max(initial=-1)) + 1, -1, np.int64)
        # Backwards, so that of two under one counter the first stays.
        self._dense[counters[near][::-1]] = leaves[near][::-1]
        self._n = len(counters)
        for counter, leaf in zip(counters[~near].tolist(), leaves[~near].tolist(), strict=True):
            self._apart.setdefault(counter, leaf)
