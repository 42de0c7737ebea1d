"""A lake as a plain list of batches: what the real one must answer, worked out the slow way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from hypothesis import strategies as st
from typing_extensions import override

from taihang.adapters.stores.lake import Lake
from taihang.adapters.stores.lake.sealed import Sizes
from taihang.adapters.system import PosixDisk
from taihang.core.metering.readings import Place, ReadingRows
from taihang.core.periods import Period
from taihang.core.series import Quality

START_S: Final = 1_767_139_200
"""2025-12-31 in UTC: a month and a year end a day later."""
PLACES: Final[tuple[Place, ...]] = (("M1", "register"), ("M2", "register"), ("T", "sample"))
WHOLE: Final = Period.of_s(START_S - 86_400, START_S + 90 * 86_400)
SMALL: Final = (
    Sizes(small_month_rows=4, day_points=2, month_points=1),
    Sizes(small_month_rows=0, day_points=1, month_points=1),
    Sizes(small_month_rows=0, day_points=4, month_points=2),
    Sizes(),
)
"""Lay-outs that change after a few rows."""
Cell = tuple[Place, int]
"""Point and time."""


class LooseDisk(PosixDisk):
    """Forces nothing: for tests that lose no power and want to be quick."""

    @override
    def fsync(self, path: Path) -> None:
        pass


@dataclass(frozen=True)
class Sent:
    """One batch; without a gateway it is a leaf of the log that is no batch."""

    gateway: str
    counter: int
    sent_at_s: int
    readings: dict[Cell, tuple[int, int]] = field(default_factory=dict[Cell, tuple[int, int]])
    """Count and quality by point and time."""

    @property
    def row(self) -> tuple[str, int, int]:
        return self.gateway, self.counter, self.sent_at_s

    @property
    def rank(self) -> tuple[int, str, int]:
        return self.sent_at_s, self.gateway, self.counter


cells = st.tuples(
    st.sampled_from(PLACES),
    st.one_of(
        st.integers(0, 12).map(lambda n: START_S + 300 * n),
        st.integers(0, 150).map(lambda n: START_S + 1_800 * n),
        st.integers(2_300, 2_310).map(lambda n: START_S + 1_800 * n),
    ),
)
readings = st.dictionaries(
    cells,
    st.tuples(st.integers(0, 9), st.sampled_from([*Quality, Quality.MEASURED, Quality.MEASURED])),
    max_size=10,
)


@st.composite
def deliveries(draw: st.DrawFn) -> list[Sent]:
    """Some batches of two gateways in order of arrival, with other leaves among them."""
    found: list[Sent] = []
    for number in range(draw(st.integers(1, 6))):
        if draw(st.integers(0, 3)) == 0:
            # Every second one withdraws the batch of a leaf, which is one less than its counter.
            leaf = draw(st.sampled_from([-1, draw(st.integers(0, max(0, len(found) - 1)))]))
            found.append(Sent("", leaf + 1, number))
        gateway = draw(st.sampled_from(["GW1", "GW2"]))
        rows: dict[Cell, tuple[int, int]] = {
            cell: (count, int(quality)) for cell, (count, quality) in draw(readings).items()
        }
        found.append(Sent(gateway, number + 1, draw(st.integers(0, 4)), rows))
    return found


def rows_of(batches: Sequence[Sent], first: int) -> ReadingRows:
    """Rows as ingest hands them over."""
    table = [
        (PLACES.index(place), time_s, count, quality, first + offset)
        for offset, batch in enumerate(batches)
        for (place, time_s), (count, quality) in sorted(batch.readings.items())
    ]
    columns = np.array(table, np.int64).reshape(-1, 5).T
    return ReadingRows(
        points=PLACES,
        code=columns[0].astype(np.int32),
        time_s=columns[1],
        count=columns[2],
        quality=columns[3].astype(np.uint8),
        batch=columns[4],
    )


def put(lake: Lake, batches: Sequence[Sent], first: int, *, at_once: bool = False) -> None:
    """Insert batches, or seal them past the hot tier."""
    take_in = lake.seal if at_once else lake.insert
    take_in(rows_of(batches, first), [batch.row for batch in batches])


def lake_in(directory: Path, sizes: Sizes | None = None) -> Lake:
    return Lake(directory, disk=LooseDisk(), sizes=sizes)


# -- what the answers are ------------------------------------------------------------------------


def every_row(batches: Sequence[Sent]) -> set[tuple[Place, int, int, int, int]]:
    """Place, time, count, quality and leaf of all that ever came."""
    return {
        (place, time_s, count, quality, leaf)
        for leaf, batch in enumerate(batches)
        for (place, time_s), (count, quality) in batch.readings.items()
    }


def current(batches: Sequence[Sent], as_of: int) -> dict[Cell, tuple[int, int, int]]:
    """Count, quality and leaf of what counts, as known at a size of the log."""
    found: dict[Cell, tuple[tuple[int, str, int], tuple[int, int, int]]] = {}
    withdrawn = {each.counter - 1 for each in batches[:as_of] if not each.gateway}
    for leaf, batch in enumerate(batches[:as_of]):
        if leaf in withdrawn:
            continue
        for cell, (count, quality) in batch.readings.items():
            if cell not in found or found[cell][0] < batch.rank:
                found[cell] = (batch.rank, (count, quality, leaf))
    return {cell: value for cell, (_, value) in found.items()}


def rolled(batches: Sequence[Sent], step_s: int, as_of: int) -> dict[Cell, dict[str, int]]:
    """Roll-ups by point and start, from the rows that count."""
    groups: dict[Cell, list[tuple[int, int, int, int]]] = {}
    for (place, time_s), (count, quality, leaf) in sorted(current(batches, as_of).items()):
        start = (place, time_s // step_s * step_s)
        groups.setdefault(start, []).append((time_s, count, quality, leaf))
    return {start: _rolled(start[0], rows) for start, rows in groups.items()}


def _rolled(place: Place, rows: list[tuple[int, int, int, int]]) -> dict[str, int]:
    usable = [row for row in rows if row[2] < Quality.MISSING]
    counts = [row[1] for row in usable]
    is_counter = place[1] == "register"
    first, last = (usable or [(0,) * 4])[0], (usable or [(0,) * 4])[-1]
    return {
        "n": len(usable),
        "first_s": first[0],
        "first_count": first[1] if is_counter else 0,
        "last_s": last[0],
        "last_count": last[1],
        "last_quality": last[2],
        "last_batch": last[3],
        "until_s": rows[-1][0],
        "falls": sum(b < a for a, b in pairwise(counts)) * is_counter,
        "sum_count": 0 if is_counter else sum(counts),
        "min_count": 0 if is_counter else min(counts, default=0),
        "max_count": 0 if is_counter else max(counts, default=0),
        **{
            f"n_{quality.name.lower()}": sum(row[2] == quality for row in rows)
            for quality in list(Quality)[1:]
        },
        "max_batch": max(row[3] for row in rows),
    }


# -- what a lake answers, in the same form -------------------------------------------------------


def rows_in(lake: Lake, as_of: int | None = None) -> list[tuple[Place, int, int, int, int]]:
    names = ("time_s", "count", "quality", "batch")
    return [
        ((key[0], key[1]), *map(int, values))  # type: ignore[misc]
        for key, columns in lake.read("readings", as_of=as_of).items()
        for values in zip(*(columns[name].tolist() for name in names), strict=True)
    ]


def as_cells(
    rows: Iterable[tuple[Place, int, int, int, int]],
) -> dict[Cell, tuple[int, int, int]]:
    return {(place, time_s): (count, quality, leaf) for place, time_s, count, quality, leaf in rows}
