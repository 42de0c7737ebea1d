"""Sums over rows that do not depend on their order: is the lake what the journal says?

Every row is mixed into 128 bits and the bits are added, by point and month; two sets of rows with
the same sums are the same set but for a chance of 2^-128. So a journal of any length is compared
with its lake in the memory of its points, in whatever order both are read.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.readings import ReadingRows

Key: TypeAlias = tuple[str, ...]
_COLUMNS: Final = ("time_s", "count", "quality", "batch")
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_SHIFTS: Final = (np.uint64(30), np.uint64(27), np.uint64(31))
_SEED_BYTES: Final = 16


class RowSums:
    """Sums over rows by point, quantity and UTC month.

    Example:
        >>> rows = {name: np.array([1, 2]) for name in ("time_s", "count", "quality", "batch")}
        >>> one, other = RowSums(bytes(16)), RowSums(bytes(16))
        >>> one.add(("M1", "register"), rows)
        >>> other.add(("M1", "register"), {name: c[::-1] for name, c in rows.items()})
        >>> list(one.differences(other))
        []
    """

    def __init__(self, seed: bytes) -> None:
        """Begin with nothing.

        Args:
            seed: 16 bytes that nobody knows beforehand, so that no rows can be made to fit.
        """
        self._seeds = np.frombuffer(seed[:_SEED_BYTES], np.uint64)
        self._codes: dict[Key, int] = {}
        self._months: dict[int, NDArray[np.uint64]] = {}

    def add(self, key: Key, rows: Mapping[str, NDArray[np.int64]]) -> None:
        """Add the rows of one point and quantity."""
        code = np.full(len(rows["time_s"]), self._code(key), np.int64)
        self._add(code, [rows[name] for name in _COLUMNS])

    def add_rows(self, rows: ReadingRows) -> None:
        """Add rows of many points."""
        codes = np.array([self._code(key) for key in rows.points] or [0], np.int64)
        columns = [rows.time_s, rows.count, rows.quality.astype(np.int64), rows.batch]
        self._add(codes[rows.code], columns)

    def months(self) -> dict[int, int]:
        """Return the number of rows by UTC month since 1970-01, in order."""
        return {month: int(sums[:, 2].sum()) for month, sums in sorted(self._months.items())}

    def differences(self, other: "RowSums") -> Iterator[tuple[Key, int]]:
        """Yield the key and the UTC month since 1970-01 of every sum that another has otherwise."""
        for month in sorted({*self.months(), *other.months()}):
            for key in sorted({*self.keys(), *other.keys()}):
                if not np.array_equal(self.sum_of(key, month), other.sum_of(key, month)):
                    yield key, month

    def keys(self) -> tuple[Key, ...]:
        """Return every point and quantity that rows were added of."""
        return tuple(self._codes)

    def sum_of(self, key: Key, month: int) -> NDArray[np.uint64]:
        """Return the two halves of the sum, and the number of rows."""
        code, sums = self._codes.get(key), self._months.get(month)
        if code is None or sums is None or code >= len(sums):
            return np.zeros(3, np.uint64)
        return sums[code]

    def _code(self, key: Key) -> int:
        return self._codes.setdefault(key, len(self._codes))

    def _add(self, code: NDArray[np.int64], columns: Sequence[NDArray[np.int64]]) -> None:
        months = columns[0].astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
        mixed = [_mixed(columns, seed) for seed in self._seeds]
        for month in np.unique(months).tolist():
            chosen = months == month
            sums = self._room(month)
            for place, values in enumerate(mixed):
                np.add.at(sums[:, place], code[chosen], values[chosen])
            np.add.at(sums[:, 2], code[chosen], np.uint64(1))

    def _room(self, month: int) -> NDArray[np.uint64]:
        """Return the sums of a month, with a row for every code."""
        sums = self._months.get(month, np.zeros((0, 3), np.uint64))
        if len(sums) < len(self._codes):
            more = np.zeros((len(self._codes) - len(sums), 3), np.uint64)
            sums = self._months[month] = np.concatenate([sums, more])
        return sums


def month_start_s(month: int) -> int:
    """Return when a UTC month since 1970-01 begins [s since 1970-01-01T00:00Z].

    Example:
        >>> month_start_s(0), month_start_s(1)
        (0, 2678400)
    """
    return int(np.datetime64(month, "M").astype("datetime64[s]").astype(np.int64))


def month_name(month: int) -> str:
    """Return the name of a UTC month since 1970-01.

    Example:
        >>> month_name(677)
        '2026-06'
    """
    return f"{1970 + month // 12:04d}-{month % 12 + 1:02d}"


def _mixed(columns: Sequence[NDArray[np.int64]], seed: np.uint64) -> NDArray[np.uint64]:
    """Mix the columns of every row into 64 bits, one after the other (splitmix64)."""
    mixed = np.full(len(columns[0]), seed, np.uint64)
    for column in columns:
        mixed ^= column.astype(np.int64).view(np.uint64)
        mixed += _GOLDEN
        mixed ^= mixed >> _SHIFTS[0]
        mixed *= _MIX_1
        mixed ^= mixed >> _SHIFTS[1]
        mixed *= _MIX_2
        mixed ^= mixed >> _SHIFTS[2]
    return mixed
