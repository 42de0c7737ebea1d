"""Order of rows that come in sorted runs, as those of files and of batches do.

Sorting the runs and not the rows is much cheaper, and right wherever no run reaches into another.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Arrays: TypeAlias = Mapping[str, NDArray[Any]]

_LONG: Final = 64
"""Runs of so many rows on average are copied run by run; shorter ones row by row."""


def ordered(rows: Arrays, tie: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Put rows in order of point, time and something else; most often they nearly are.

    Args:
        rows: Columns of equal length with ``code`` and ``time_s``.
        tie: Decides between rows of one point and time, shape (n,).

    Returns:
        The same columns; those given, if they are in order.

    Example:
        >>> rows = {"code": np.array([0, 1, 0, 1]), "time_s": np.array([0, 0, 9, 9])}
        >>> {name: each.tolist() for name, each in ordered(rows, np.zeros(4, int)).items()}
        {'code': [0, 0, 1, 1], 'time_s': [0, 9, 0, 9]}
    """
    code, time_s = rows["code"], rows["time_s"]
    same = code[1:] == code[:-1]
    up = time_s[1:] > time_s[:-1]
    if (np.where(same, up, code[1:] > code[:-1])).all():
        return {**rows}
    firsts = np.flatnonzero(np.append(np.True_, ~(same & up)))
    ends = np.append(firsts[1:], len(code))
    by_run = np.lexsort((tie[firsts], time_s[firsts], code[firsts]))
    firsts, ends = firsts[by_run], ends[by_run]
    if not _apart((code, time_s, tie), firsts, ends):
        order = np.lexsort((tie, time_s, code))
        return {name: column[order] for name, column in rows.items()}
    if len(code) < _LONG * len(firsts):
        order = places_of(firsts, ends)
        return {name: column[order] for name, column in rows.items()}
    # Runs that follow each other as they lie are one piece.
    cuts = [0, *(np.flatnonzero(firsts[1:] != ends[:-1]) + 1).tolist(), len(firsts)]
    pieces = [slice(int(firsts[a]), int(ends[b - 1])) for a, b in pairwise(cuts)]
    return {
        name: np.concatenate([column[piece] for piece in pieces]) for name, column in rows.items()
    }


def places_of(firsts: NDArray[np.intp], ends: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the places of the rows of some runs, run after run.

    Example:
        >>> places_of(np.array([2, 0]), np.array([4, 2])).tolist()
        [2, 3, 0, 1]
    """
    lengths = ends - firsts
    offsets = firsts - (np.cumsum(lengths) - lengths)
    return np.arange(int(lengths.sum())) + np.repeat(offsets, lengths)


def _apart(
    keys: tuple[NDArray[np.int64], ...], firsts: NDArray[np.intp], ends: NDArray[np.intp]
) -> bool:
    """Say whether every run ends before the next one begins, keys compared in turn."""
    lasts, nexts = ends[:-1] - 1, firsts[1:]
    before = np.zeros(len(nexts), np.bool_)
    equal = np.ones(len(nexts), np.bool_)
    for key in keys:
        last, first = key[lasts], key[nexts]
        before |= equal & (last < first)
        equal &= last == first
    # Equal rows stay in the order in which they came.
    return bool((before | (equal & (lasts < nexts))).all())
