"""What the pool of a park gave in every interval and what was still needed, as sums of all.

The pool gives to each enterprise in proportion to what lines and contracts left of its load. So who
shows its own load and these two sums shows that its part is right, and nothing of one neighbour.
The leaf of a local day is salted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang.core.periods import STEP_S, Period, days, instant_of_s
from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.core.tlog.merkle import Tree, leaf_hash


@dataclass(frozen=True, slots=True)
class PoolDay:
    """One local day."""

    start_s: int
    """Start of its first interval. [s since 1970-01-01T00:00Z]"""
    demand_wh: tuple[int, ...]
    """What was left of all loads before the pool, by interval. [Wh]"""
    given_wh: tuple[int, ...]
    """What the pool gave, by interval. [Wh]"""

    def document(self) -> dict[str, JsonValue]:
        """Return it for canonical JSON."""
        return {
            "demand_wh": [*self.demand_wh],
            "given_wh": [*self.given_wh],
            "start_s": self.start_s,
        }


def pool_days(
    period: Period, *, demand_wh: NDArray[np.int64], given_wh: NDArray[np.int64], zone: ZoneInfo
) -> list[PoolDay]:
    """Cut the sums of a period into local days.

    Args:
        period: Whole local days.
        demand_wh: What was left of all loads, shape (n,). [Wh]
        given_wh: What the pool gave, shape (n,). [Wh]
        zone: Whose midnights bound the days.

    Example:
        >>> wh = np.arange(96)
        >>> day = Period.of_s(0, 86_400)
        >>> [len(each.given_wh) for each in pool_days(day, demand_wh=wh, given_wh=wh,
        ...                                           zone=ZoneInfo("UTC"))]
        [96]
    """
    found: list[PoolDay] = []
    start_s = period.start_s
    while start_s < period.end_s:
        day = days(instant_of_s(start_s).astimezone(zone).date(), 1, zone)
        stop_s = min(day.end_s, period.end_s)
        part = slice((start_s - period.start_s) // STEP_S, (stop_s - period.start_s) // STEP_S)
        sums = tuple(demand_wh[part].tolist()), tuple(given_wh[part].tolist())
        found.append(PoolDay(start_s, *sums))
        start_s = stop_s
    return found


def pool_entry(day: PoolDay, *, salt: bytes) -> bytes:
    """Return what the leaf of a day covers: 16 secret bytes, then its canonical JSON."""
    return salt + canonical_bytes(day.document())


def pool_tree(listed: Sequence[PoolDay], *, salts: Sequence[bytes]) -> Tree:
    """Return the tree over days in order of time.

    Args:
        listed: The days.
        salts: One for each.
    """
    return Tree(
        leaf_hash(pool_entry(day, salt=salt)) for day, salt in zip(listed, salts, strict=True)
    )
