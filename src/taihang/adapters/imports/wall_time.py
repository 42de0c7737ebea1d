"""From wall-clock times to instants, through every change of the clock."""

import re
from datetime import UTC, datetime
from enum import IntEnum
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang.adapters.imports.import_map import Ambiguous

_DAY_S: Final = 86_400
_OFFSET: Final = re.compile(r"([+-])(\d\d):(\d\d)")


class ClockFault(IntEnum):
    """Why a wall-clock time is no instant."""

    NONE = 0
    SKIPPED = 1
    """The clock was set forward over it."""
    DOUBLED = 2
    """The clock showed it twice and nothing says which is meant."""


def to_instants_s(
    wall_s: NDArray[np.int64],
    *,
    zone: str,
    ambiguous: Ambiguous | None,
    keys: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Turn wall-clock times into instants.

    Args:
        wall_s: Wall-clock times, shape (n,), counted as if the zone were UTC. [s]
        zone: An IANA name, or a fixed offset such as ``+08:00``.
        ambiguous: What to do with times that the clock showed twice; unused for an offset.
        keys: What series each row belongs to, shape (n,); the order of rows counts within it.

    Returns:
        Instants [s since 1970-01-01T00:00Z] and one ``ClockFault`` each, both shape (n,).

    Example:
        >>> wall_s = np.array([7 * 3600, 8 * 3600])
        >>> to_instants_s(wall_s, zone="+08:00", ambiguous=None, keys=np.zeros(2, int))[0].tolist()
        [-3600, 0]
    """
    faults = np.zeros(len(wall_s), np.uint8)
    fixed = _OFFSET.fullmatch(zone)
    if fixed:
        offset_s = (int(fixed[2]) * 3_600 + int(fixed[3]) * 60) * (1 if fixed[1] == "+" else -1)
        return wall_s - offset_s, faults
    first_s, second_s = _offsets_s(wall_s, ZoneInfo(zone))
    # In a gap the second reading has the larger offset, in a doubled hour the smaller.
    faults[first_s < second_s] = ClockFault.SKIPPED
    doubled = np.flatnonzero(first_s > second_s)
    offset_s = first_s
    if ambiguous is Ambiguous.ORDER_OF_ROWS:
        nth, n_all = _order(wall_s[doubled], keys[doubled])
        offset_s[doubled] = np.where(nth == 1, second_s[doubled], first_s[doubled])
        doubled = doubled[(n_all != 2)]  # noqa: PLR2004 - a doubled time has two rows, or is unclear
    faults[doubled] = ClockFault.DOUBLED
    return wall_s - offset_s, faults


def _offsets_s(
    wall_s: NDArray[np.int64], zone: ZoneInfo
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the offset of each time in its first and second reading [s]."""
    days, day_of = np.unique(wall_s // _DAY_S, return_inverse=True)
    starts_s = np.array([_offset_s(int(day) * _DAY_S, zone, fold=0) for day in days], np.int64)
    ends_s = np.array([_offset_s((int(day) + 1) * _DAY_S, zone, fold=0) for day in days], np.int64)
    folded_s = np.array([_offset_s(int(day) * _DAY_S, zone, fold=1) for day in days], np.int64)
    quiet = (starts_s == ends_s) & (starts_s == folded_s)
    first_s = starts_s[day_of]
    second_s = first_s.copy()
    # Only days on which the clock changes are looked up time by time.
    for row in np.flatnonzero(~quiet[day_of]).tolist():
        first_s[row] = _offset_s(int(wall_s[row]), zone, fold=0)
        second_s[row] = _offset_s(int(wall_s[row]), zone, fold=1)
    return first_s, second_s


def _offset_s(wall_s: int, zone: ZoneInfo, *, fold: int) -> int:
    wall = datetime.fromtimestamp(wall_s, UTC).replace(tzinfo=zone, fold=fold)
    offset = wall.utcoffset()
    return 0 if offset is None else round(offset.total_seconds())


def _order(
    wall_s: NDArray[np.int64], keys: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which row of its series and time each row is, and how many there are."""
    order = np.lexsort((wall_s, keys))  # stable: rows of one time stay in the order of the file
    sorted_wall_s, sorted_keys = wall_s[order], keys[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = (np.diff(sorted_wall_s) != 0) | (np.diff(sorted_keys) != 0)
    group = np.cumsum(new) - 1
    nth = np.empty(len(order), np.int64)
    n_all = np.empty(len(order), np.int64)
    nth[order] = np.arange(len(order)) - np.flatnonzero(new)[group]
    n_all[order] = np.bincount(group)[group] if len(order) else n_all
    return nth, n_all
