"""Which of several readings of one point and time counts: the one whose batch was sent last.

Nothing is overwritten (§3): the others stay in the lake and in the journal. The order of sending is
(sending time, gateway, counter), so the order of arrival changes nothing.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.series import Quality


def current_rows(
    rows: Mapping[str, NDArray[np.int64]], *, batch_rank: NDArray[np.int64], as_of: int
) -> dict[str, NDArray[np.int64]]:
    """Return one row for each time: the current one, as known at a size of the journal.

    Args:
        rows: Columns of equal length with ``time_s`` ascending and ``batch``, the leaf index.
        batch_rank: Rank of every batch in the order of sending, by leaf index.
        as_of: Only batches below this leaf index are known.

    Returns:
        The columns cut to the current rows; ``time_s`` strictly increasing.

    Example:
        >>> rows = {"time_s": np.array([0, 0, 900]), "count": np.array([5, 6, 7]),
        ...     "batch": np.array([0, 1, 0])}
        >>> current_rows(rows, batch_rank=np.array([0, 1]), as_of=2)["count"].tolist()
        [6, 7]
    """
    chosen = rows["batch"] < as_of
    # Most often all is known: then nothing is copied.
    known = {**rows}
    if not chosen.all():
        known = {name: column[chosen] for name, column in rows.items()}
    times_s = known["time_s"]
    if np.all(times_s[1:] > times_s[:-1]):
        return known
    order = np.lexsort((batch_rank[known["batch"]], times_s))
    last = np.append(times_s[order][1:] != times_s[order][:-1], np.True_)
    return {name: column[order[last]] for name, column in known.items()}


CURRENT: Final = np.iinfo(np.int64).max
"""``batch_to`` of a row that nothing has superseded."""


def superseded_at(
    is_first: NDArray[np.bool_], *, batch: NDArray[np.int64], batch_rank: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the leaf index at which each row ceased to count, ``CURRENT`` where it still does.

    As known at a size of the journal, the row that counts is the one with ``batch < size`` and
    ``batch_to >= size``. A row that came after one sent later never counted: its ``batch_to`` is
    its own batch, so no size lies between.

    Args:
        is_first: Whether a row is the first of its point and time, shape (n,).
        batch: Leaf index, ascending among the rows of one point and time, shape (n,).
        batch_rank: Rank of every batch in the order of sending, by leaf index.

    Example:
        >>> first = np.array([True, False, False])
        >>> to = superseded_at(first, batch=np.array([0, 1, 2]), batch_rank=np.array([1, 0, 2]))
        >>> to[:2].tolist(), bool(to[2] == CURRENT)
        ([2, 1], True)
    """
    found = np.full(len(batch), CURRENT, np.int64)
    if is_first.all():
        return found
    # Only the rows of points and times that have several.
    several = ~is_first
    several[:-1] |= ~is_first[1:]
    at = np.flatnonzero(several)
    group = np.cumsum(is_first[at])
    # One running maximum over all groups: a later group lies above every earlier one.
    place = group * (len(batch_rank) + 1) + batch_rank[batch[at]]
    highest = np.maximum.accumulate(place)
    counted = np.append(np.True_, highest[1:] > highest[:-1])
    found[at[~counted]] = batch[at[~counted]]
    record, its_group = at[counted], group[counted]
    same = its_group[1:] == its_group[:-1]
    found[record[:-1][same]] = batch[record[1:][same]]
    return found


def conflicting_rows(
    rows: Mapping[str, NDArray[np.int64]], *, as_of: int
) -> dict[str, NDArray[np.int64]]:
    """Return the times that have two usable readings of different value (F37).

    Both stay, and the one sent last counts; that there are two is said.

    Args:
        rows: Columns ``time_s`` (ascending), ``count``, ``quality`` and ``batch``.
        as_of: Only batches below this leaf index are known.

    Returns:
        Columns ``time_s``, ``least`` and ``most``: the smallest and the largest of the values.

    Example:
        >>> rows = {"time_s": np.array([0, 0, 900]), "count": np.array([5, 6, 7]),
        ...     "quality": np.array([0, 0, 0]), "batch": np.array([0, 1, 0])}
        >>> {name: each.tolist() for name, each in conflicting_rows(rows, as_of=2).items()}
        {'time_s': [0], 'least': [5], 'most': [6]}
    """
    usable = (rows["quality"] == Quality.MEASURED) | (rows["quality"] == Quality.MANUAL)
    chosen = usable & (rows["batch"] < as_of)
    times_s, counts = rows["time_s"][chosen], rows["count"][chosen]
    first = np.append(np.True_, times_s[1:] != times_s[:-1])[: len(times_s)]
    if first.all():
        nothing = np.zeros(0, np.int64)
        return {"time_s": nothing, "least": nothing, "most": nothing}
    starts = np.flatnonzero(first)
    least, most = np.minimum.reduceat(counts, starts), np.maximum.reduceat(counts, starts)
    differ = least != most
    return {"time_s": times_s[starts][differ], "least": least[differ], "most": most[differ]}
