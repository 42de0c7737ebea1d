"""Roll-ups: what the readings of a point in one stretch of time come to, exactly, in counts.

A counter keeps its first and last register and how often it fell (a dial that starts again); all
else keeps sum, least and greatest. Everything is an integer and additive, so a coarse row is the
sum of its fine rows to the last count, and one row never depends on the row before it: late
readings change only the stretches they fall into. What a counter advanced across the edge of two
rows is worked out by ``advances`` when somebody asks.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.series import Quality

Columns = Mapping[str, NDArray[np.int64]]

COLUMNS: Final = (
    "code",
    "time_s",
    "n",
    "first_s",
    "first_count",
    "last_s",
    "last_count",
    "last_quality",
    "last_batch",
    "until_s",
    "falls",
    "sum_count",
    "min_count",
    "max_count",
    "n_estimated",
    "n_manual",
    "n_missing",
    "n_rejected",
    "max_batch",
)
"""``n`` counts usable readings; where it is 0 every value beside it is 0 by form."""
_MASKED: Final = ("first_s", "first_count", "last_s", "last_count", "last_quality", "last_batch")
_JUDGED: Final = {
    "n_estimated": Quality.ESTIMATED,
    "n_manual": Quality.MANUAL,
    "n_missing": Quality.MISSING,
    "n_rejected": Quality.REJECTED,
}


def roll_up(rows: Columns, *, step_s: int, is_counter: NDArray[np.bool_]) -> Columns:
    """Return one row for each point and stretch that has a reading.

    Args:
        rows: Current readings: ``code``, ``time_s``, ``count``, ``quality``, ``batch``, in order
            of point and time, each point and time once.
        step_s: Length of a stretch; stretches begin at its multiples. [s]
        is_counter: Whether a point counts up, by code.

    Returns:
        The columns ``COLUMNS``.

    Example:
        >>> rows = {"code": np.zeros(3, int), "time_s": np.array([0, 60, 900]),
        ...     "count": np.array([98, 1, 4]), "quality": np.zeros(3, int), "batch": np.arange(3)}
        >>> found = roll_up(rows, step_s=900, is_counter=np.array([True]))
        >>> found["first_count"].tolist(), found["last_count"].tolist(), found["falls"].tolist()
        ([98, 4], [1, 4], [1, 0])
    """
    bucket = rows["time_s"] // step_s
    firsts = _edges(rows["code"], bucket)
    quality = rows["quality"]
    found = {
        "code": rows["code"][firsts].astype(np.int64),
        "time_s": bucket[firsts] * step_s,
        "until_s": rows["time_s"][_lasts(firsts, len(bucket))],
        "max_batch": _reduced(np.maximum, rows["batch"], firsts),
    }
    judged = {
        name: _reduced(np.add, (quality == value).astype(np.int64), firsts)
        if quality.any()
        else np.zeros(len(firsts), np.int64)
        for name, value in _JUDGED.items()
    }
    usable = quality < Quality.MISSING
    if not usable.all():
        number = np.cumsum(np.bincount(firsts, minlength=len(bucket))) - 1
        rows = {name: column[usable] for name, column in rows.items()}
        number, of_row = np.unique(number[usable], return_index=True)
        valued = _scattered(_values(rows, of_row, is_counter), number, len(firsts))
    else:
        valued = _values(rows, firsts, is_counter)
    everything = {**found, **judged, **valued}
    return {name: everything[name] for name in COLUMNS}


def coarser(
    fine: Columns, *, starts_s: NDArray[np.int64], is_counter: NDArray[np.bool_]
) -> Columns:
    """Return the roll-ups of longer stretches from those of shorter ones.

    Args:
        fine: Roll-ups in order of point and time, each point and time once.
        starts_s: Start of the longer stretch of every row, never falling in one point. [s]
        is_counter: Whether a point counts up, by code.

    Returns:
        The same columns.
    """
    firsts = _edges(fine["code"], starts_s)
    totals = ("n", *_JUDGED)
    found: dict[str, NDArray[np.int64]] = {
        "code": fine["code"][firsts],
        "time_s": starts_s[firsts],
        "until_s": fine["until_s"][_lasts(firsts, len(starts_s))],
        "max_batch": _reduced(np.maximum, fine["max_batch"], firsts),
        **{name: _reduced(np.add, fine[name], firsts) for name in totals},
    }
    usable = fine["n"] > 0
    number = np.cumsum(np.bincount(firsts, minlength=len(starts_s))) - 1 if len(firsts) else firsts
    rows, of_row, number_of = fine, firsts, np.arange(len(firsts))
    if not usable.all():
        rows = {name: column[usable] for name, column in fine.items()}
        number_of, of_row = np.unique(number[usable], return_index=True)
    lasts = _lasts(of_row, len(rows["code"]))
    between = np.zeros(len(rows["code"]), np.int64)
    between[1:] = rows["first_count"][1:] < rows["last_count"][:-1]
    between[of_row] = 0
    between[~is_counter[rows["code"]]] = 0
    valued = {
        "first_s": rows["first_s"][of_row],
        "first_count": rows["first_count"][of_row],
        **{name: rows[name][lasts] for name in _MASKED[2:]},
        "falls": _reduced(np.add, rows["falls"] + between, of_row),
        "sum_count": _reduced(np.add, rows["sum_count"], of_row),
        "min_count": _reduced(np.minimum, rows["min_count"], of_row),
        "max_count": _reduced(np.maximum, rows["max_count"], of_row),
    }
    everything = {**found, **_scattered(valued, number_of, len(firsts))}
    return {name: everything[name] for name in COLUMNS}


def advances(rows: Columns, *, step_s: int, modulus_count: NDArray[np.int64]) -> Columns:
    """Return by how much counters advanced in each stretch, from edge to edge.

    The register at an edge is the reading of that instant or, if there is none, the last one
    before. So the stretches of a day sum to the day, whatever is missing; the advance over a hole
    stands in the stretch in which the hole ends, and ``from_s`` says since when.

    Args:
        rows: Roll-ups of counters, in order of point and time. The first row of a point opens it.
        step_s: Length of a stretch. [s]
        modulus_count: Counts at which the dial starts again, by code; 0 where it never does.

    Returns:
        Columns ``code``, ``time_s``, ``advance_count``, ``from_s``, ``to_s`` and those of the
        readings inside; in order of point and time.

    Example:
        >>> rows = {"code": np.zeros(3, int), "time_s": np.array([0, 60, 900]),
        ...     "count": np.array([98, 1, 4]), "quality": np.zeros(3, int), "batch": np.arange(3)}
        >>> rolled = roll_up(rows, step_s=900, is_counter=np.array([True]))
        >>> found = advances(rolled, step_s=900, modulus_count=np.array([100]))
        >>> found["advance_count"].tolist()
        [6, 0]
    """
    kept = {name: column[rows["n"] > 0] for name, column in rows.items()}
    modulus = modulus_count[kept["code"]]
    found = {
        **kept,
        "advance_count": kept["last_count"] - kept["first_count"] + kept["falls"] * modulus,
        "from_s": kept["first_s"].copy(),
        "to_s": kept["last_s"].copy(),
    }
    holes = _cross_edges(found, step_s=step_s, modulus=modulus)
    joined = {name: np.concatenate([column, holes[name]]) for name, column in found.items()}
    order = np.lexsort((joined["time_s"], joined["code"]))
    return {name: column[order] for name, column in joined.items()}


def _cross_edges(found: Columns, *, step_s: int, modulus: NDArray[np.int64]) -> Columns:
    """Add to each row what its counter advanced from or to the row beside it.

    Returns:
        Rows of holes that end on an edge: they belong to the stretch before it, which has no
        reading of its own.
    """
    code, first, last = found["code"], found["first_count"], found["last_count"]
    at = np.flatnonzero(code[1:] == code[:-1]) + 1
    step = first[at] - last[at - 1]
    step = np.where(step < 0, step + modulus[at], step)
    on_edge = found["first_s"][at] == found["time_s"][at]
    inside, before = at[~on_edge], at[~on_edge] - 1
    found["advance_count"][inside] += step[~on_edge]
    found["from_s"][inside] = found["last_s"][before]
    ends = found["time_s"][at] - step_s
    near = on_edge & (ends == found["time_s"][at - 1])
    found["advance_count"][at[near] - 1] += step[near]
    found["to_s"][at[near] - 1] = found["first_s"][at[near]]
    far = on_edge & ~near
    return {name: np.zeros(int(far.sum()), np.int64) for name in found} | {
        "code": code[at[far]],
        "time_s": ends[far],
        "advance_count": step[far],
        "from_s": found["last_s"][at[far] - 1],
        "to_s": found["first_s"][at[far]],
        "max_batch": found["max_batch"][at[far]],
    }


def appended(early: Columns, late: Columns, *, is_counter: NDArray[np.bool_]) -> Columns:
    """Return the roll-ups of two sets of readings, each in order of point and time.

    Where both have a row of one point and stretch, every reading of ``late`` must come after every
    reading of ``early``; ``interleaved`` says where that is not so.
    """
    joined = {name: np.concatenate([early[name], late[name]]) for name in COLUMNS}
    order = np.lexsort((joined["until_s"], joined["time_s"], joined["code"]))
    rows = {name: column[order] for name, column in joined.items()}
    return coarser(rows, starts_s=rows["time_s"], is_counter=is_counter)


def interleaved(
    early: Columns, late: Columns, *, late_starts_s: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Say which rows of ``late`` cannot be appended to those of ``early``, shape (n_late,).

    Args:
        early: Roll-ups.
        late: Roll-ups of other readings, of the same stretches.
        late_starts_s: Time of the first reading, whatever its quality, of every row of ``late``.
    """
    if not len(early["code"]):
        return np.zeros(len(late["code"]), np.bool_)
    span = int(max(early["time_s"].max(), late["time_s"].max(initial=0))) + 1
    known = early["code"] * span + early["time_s"]
    asked = late["code"] * span + late["time_s"]
    at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return (known[at] == asked) & (early["until_s"][at] >= late_starts_s)


def _values(rows: Columns, firsts: NDArray[np.int64], is_counter: NDArray[np.bool_]) -> Columns:
    """Return what usable readings come to; every stretch has one."""
    lasts = _lasts(firsts, len(rows["code"]))
    counts = is_counter[rows["code"][firsts]]
    count = rows["count"]
    fell = np.zeros(len(count), np.bool_)
    fell[1:] = count[1:] < count[:-1]
    fell[firsts] = False
    at = np.flatnonzero(fell)
    at = at[is_counter[rows["code"][at]]]
    zero = np.zeros(len(firsts), np.int64)
    falls = np.bincount(np.searchsorted(firsts, at, side="right") - 1, minlength=len(firsts))
    return {
        "n": np.diff(firsts, append=len(count)),
        "first_s": rows["time_s"][firsts],
        "first_count": np.where(counts, count[firsts], zero),
        "last_s": rows["time_s"][lasts],
        "last_count": count[lasts],
        "last_quality": rows["quality"][lasts].astype(np.int64),
        "last_batch": rows["batch"][lasts],
        "falls": falls.astype(np.int64),
        "sum_count": np.where(counts, zero, _reduced(np.add, count, firsts)),
        "min_count": np.where(counts, zero, _reduced(np.minimum, count, firsts)),
        "max_count": np.where(counts, zero, _reduced(np.maximum, count, firsts)),
    }


def _edges(code: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first row of every group of equal (code, start)."""
    if not len(code):
        return np.empty(0, np.int64)
    changed = (code[1:] != code[:-1]) | (starts[1:] != starts[:-1])
    return np.concatenate([[0], np.flatnonzero(changed) + 1])


def _lasts(firsts: NDArray[np.int64], n_rows: int) -> NDArray[np.int64]:
    return np.append(firsts[1:], n_rows)[: len(firsts)] - 1


def _reduced(
    how: np.ufunc, column: NDArray[np.int64], firsts: NDArray[np.int64]
) -> NDArray[np.int64]:
    if not len(firsts):
        return np.empty(0, np.int64)
    found: NDArray[np.int64] = how.reduceat(column, firsts)
    return found


def _scattered(columns: Columns, number: NDArray[np.int64], n_rows: int) -> Columns:
    """Put rows at their numbers among all; the others are 0."""
    if len(number) == n_rows:
        return columns
    found: dict[str, NDArray[np.int64]] = {}
    for name, column in columns.items():
        found[name] = np.zeros(n_rows, np.int64)
        found[name][number] = column
    return found
