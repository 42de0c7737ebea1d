"""What a raw register row is worth, before any of it may become energy.

A register is believed when it lies on one consistent chain with its neighbours: it never falls but
for a rollover or a meter event, and never rises faster than the meter can count. The longest such
chain is the meter; rows off the chain are refused, each with a named reason, and stay as evidence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.metering.readings import MeterEvent

_EDGE_RUNS: Final = 8
"""Runs at each end of a clean stretch that the search may drop one by one."""


class RegisterNotFiniteError(InputError):
    """A register that is no finite number was given; it is refused at the door (F41)."""

    code = "input.register-not-finite"


class RegisterLimitsError(InputError):
    """The limits of a meter cannot hold for any meter."""

    code = "input.register-limits"


class RowVerdict(StrEnum):
    """What became of one row."""

    GOOD = "good"
    """On the chain."""
    FIRST_AFTER_GAP = "first-after-gap"
    """On the chain, but so late after the row before that its rise belongs to no one interval."""
    REPEATED = "repeated"
    """The same time and register as a row that was kept: no harm, no energy (F36)."""
    CONFLICT = "conflict"
    """The same time as a row that was kept, but another register (F37)."""
    OVER_DIAL = "over-dial"
    """More than the dial can show."""
    NEGATIVE = "negative"
    """Below zero, which no dial shows."""
    ZERO_AFTER_COUNT = "zero-after-count"
    """Zero although the meter had counted before."""
    ZERO_BEFORE_COUNT = "zero-before-count"
    """Zero ahead of a register that it cannot have risen to."""
    BACKWARDS = "backwards"
    """Lower than the kept row before it."""
    IMPLAUSIBLE_JUMP = "implausible-jump"
    """Higher than the meter can have counted since the kept row before it."""
    OFF_CHAIN = "off-chain"
    """Possible after the row before it, but not together with the rows that follow."""


_VERDICTS: Final = tuple(RowVerdict)
_CODE: Final = {verdict: code for code, verdict in enumerate(_VERDICTS)}
_KEPT: Final = (_CODE[RowVerdict.GOOD], _CODE[RowVerdict.FIRST_AFTER_GAP])


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLimits:
    """What an honest register of one meter can do; units are those of the register."""

    max_rate_per_s: float
    """Fastest honest rise [register units per second]: the rating of the meter."""
    dial_max: float
    """Where the dial starts again from 0; no register reaches it."""
    rollover: bool
    """Whether a fall may be the dial starting again from 0."""
    max_step: float
    """Smallest rise that is always honest: registers are often passed on in lumps."""
    max_gap_s: int
    """Longest silence after which a rise still belongs to its interval [s]."""

    def __post_init__(self) -> None:
        """Refuse limits that no meter can have.

        Raises:
            RegisterLimitsError: If a limit is not positive, or a step not smaller than the dial.
        """
        positive = min(self.max_rate_per_s, self.dial_max, self.max_gap_s) > 0
        if not positive or not 0 <= self.max_step < self.dial_max:
            raise RegisterLimitsError(
                given=str(self),
                expected="positive limits and 0 ≤ max_step < dial_max",
                remedy="take them from the nameplate of the meter and its transformers",
            )


@dataclass(frozen=True, slots=True)
class RowVerdicts:
    """One verdict for every row, in the order in which the rows were given."""

    codes: NDArray[np.uint8]
    """Place of the verdict in ``RowVerdict``, shape (n,)."""

    @property
    def accepted(self) -> NDArray[np.bool_]:
        """Which rows are registers of the meter, shape (n,)."""
        return np.isin(self.codes, _KEPT)

    @property
    def refused(self) -> NDArray[np.bool_]:
        """Which rows are evidence of a fault, shape (n,); repeated rows are neither."""
        return ~self.accepted & (self.codes != _CODE[RowVerdict.REPEATED])

    def verdict(self, row: int) -> RowVerdict:
        """Return the verdict of one row."""
        return _VERDICTS[int(self.codes[row])]

    def tally(self) -> dict[RowVerdict, int]:
        """Count the rows of each verdict that occurs, in the order of ``RowVerdict``."""
        counts = np.bincount(self.codes, minlength=len(_VERDICTS)).tolist()
        return {verdict: n for verdict, n in zip(_VERDICTS, counts, strict=True) if n}


def classify_registers(
    times_s: NDArray[np.int64],
    registers: NDArray[np.float64] | NDArray[np.int64],
    *,
    limits: RegisterLimits,
    events: Iterable[MeterEvent],
) -> RowVerdicts:
    """Give every raw register row of one point a verdict.

    Rows may come in any order; the verdicts do not depend on it. Among chains of equal length the
    one with more rows wins, then the earlier one.

    Args:
        times_s: When each row was read, shape (n,). [s since 1970-01-01T00:00Z]
        registers: What was read, shape (n,), in the units of the limits.
        limits: What an honest register of this meter can do.
        events: Meter events of this point, in the same units.

    Returns:
        One verdict for every row.

    Raises:
        RegisterNotFiniteError: If a register is NaN or infinite.

    Example:
        >>> limits = RegisterLimits(max_rate_per_s=0.2, dial_max=1e6, rollover=False, max_step=1,
        ...     max_gap_s=900)
        >>> rows = classify_registers(np.arange(4) * 60, np.array([100.0, 0.0, 110.0, 9e9]),
        ...     limits=limits, events=())
        >>> [rows.verdict(row).value for row in range(4)]
        ['good', 'zero-after-count', 'good', 'over-dial']
    """
    values = np.asarray(registers, np.float64)
    if not np.isfinite(values).all():
        at = int(np.flatnonzero(~np.isfinite(values))[0])
        raise RegisterNotFiniteError(
            given=f"row {at}: {values[at]}",
            expected="a finite register",
            remedy="refuse the row where it enters",
        )
    order = np.lexsort((values, times_s))
    rows = _Rows.of(times_s[order], values[order], limits, events)
    codes = np.empty(len(order), np.uint8)
    codes[order] = _judge(rows)
    return RowVerdicts(codes)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of one point in order of time, with what the meter events say about each."""

    times_s: NDArray[np.int64]
    values: NDArray[np.float64]
    limits: RegisterLimits
    epoch: NDArray[np.intp]
    """Meter events at or before each row."""
    unrolled: NDArray[np.float64]
    """Registers as one meter would show them that had never been changed."""
    floor: NDArray[np.float64]
    """Initial register of the row's meter."""
    ceiling: NDArray[np.float64]
    """Final register of the row's meter."""

    @classmethod
    def of(
        cls,
        times_s: NDArray[np.int64],
        values: NDArray[np.float64],
        limits: RegisterLimits,
        events: Iterable[MeterEvent],
    ) -> "_Rows":
        known = sorted(events, key=lambda event: event.at_s)
        finals = np.array([event.final_count for event in known], np.float64)
        initials = np.array([event.initial_count for event in known], np.float64)
        at_s = np.array([event.at_s for event in known], np.int64)
        epoch = np.searchsorted(at_s, times_s, side="right")
        shift = np.concatenate([[0.0], np.cumsum(finals - initials)])
        return cls(
            times_s=times_s,
            values=values,
            limits=limits,
            epoch=epoch,
            unrolled=values + shift[epoch],
            floor=np.concatenate([[-np.inf], initials])[epoch],
            ceiling=np.concatenate([finals, [np.inf]])[epoch],
        )

    def at(self, index: NDArray[np.intp] | slice) -> "_Rows":
        """Return some of the rows."""
        return _Rows(
            times_s=self.times_s[index],
            values=self.values[index],
            limits=self.limits,
            epoch=self.epoch[index],
            unrolled=self.unrolled[index],
            floor=self.floor[index],
            ceiling=self.ceiling[index],
        )


def _may_follow(before: _Rows, after: _Rows) -> NDArray[np.bool_]:
    """Say which rows ``after`` an honest meter can show following the rows ``before``, pairwise."""
    limits = before.limits
    waited_s = after.times_s - before.times_s
    rise = after.unrolled - before.unrolled
    same_meter = after.epoch == before.epoch
    if limits.rollover:
        rise = rise + limits.dial_max * (same_meter & (rise < 0))
    # A meter event explains a jump only if both meters show what its record says.
    explained = (before.values <= before.ceiling) & (after.values >= after.floor)
    most = limits.max_rate_per_s * waited_s + limits.max_step
    return (waited_s > 0) & (rise >= 0) & (rise <= most) & (same_meter | explained)


def _judge(rows: _Rows) -> NDArray[np.uint8]:
    """Return the code of every row, shape (n,)."""
    codes = np.full(len(rows.values), _CODE[RowVerdict.OFF_CHAIN], np.uint8)
    on_dial = (rows.values >= 0) & (rows.values < rows.limits.dial_max)
    codes[rows.values >= rows.limits.dial_max] = _CODE[RowVerdict.OVER_DIAL]
    codes[rows.values < 0] = _CODE[RowVerdict.NEGATIVE]
    again = np.concatenate([[False], (np.diff(rows.times_s) == 0) & (np.diff(rows.values) == 0)])
    candidates = np.flatnonzero(on_dial & ~again)
    kept = _longest_chain(rows, candidates)
    late = np.diff(rows.times_s[kept], prepend=rows.times_s[kept[:1]]) > rows.limits.max_gap_s
    codes[kept] = np.where(late, _CODE[RowVerdict.FIRST_AFTER_GAP], _CODE[RowVerdict.GOOD])
    off = np.setdiff1d(candidates, kept, assume_unique=True)
    if len(off):
        codes[off] = _reasons(rows, off, kept)
    return _repeat(codes, again)


def _repeat(codes: NDArray[np.uint8], again: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Give a row that says the same as the row before it the verdict of its twin."""
    twin = np.maximum.accumulate(np.where(again, 0, np.arange(len(codes))))
    kept = np.isin(codes[twin], _KEPT)
    return np.where(again & kept, _CODE[RowVerdict.REPEATED], codes[twin]).astype(np.uint8)


def _longest_chain(rows: _Rows, candidates: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the candidates on the longest consistent chain, in order of time."""
    if len(candidates) == 0:
        return candidates
    linked = _may_follow(rows.at(candidates[:-1]), rows.at(candidates[1:]))
    if linked.all():
        return candidates  # clean data, the usual case: one pass of array arithmetic
    nodes = _Nodes.of(rows.values[candidates], linked)
    path = _best_path(
        rows.at(candidates[nodes.first]), rows.at(candidates[nodes.last]), nodes.weight
    )
    kept = np.zeros(len(nodes.first), np.bool_)
    kept[path] = True
    return candidates[np.repeat(kept, nodes.last - nodes.first + 1)]


@dataclass(frozen=True, slots=True)
class _Nodes:
    """Groups of neighbouring candidates that are kept or dropped together, each shape (k,)."""

    first: NDArray[np.intp]
    last: NDArray[np.intp]
    weight: NDArray[np.int64]
    """Runs of equal registers first, rows second: a stuck value is one piece of evidence."""

    @classmethod
    def of(cls, values: NDArray[np.float64], linked: NDArray[np.bool_]) -> "_Nodes":
        """Group rows: single runs near a break of the chain, the middle of a clean stretch whole.

        The longest path is then exact where it matters and its cost grows with the number of
        breaks, not of rows.
        """
        new_run = np.concatenate([[True], ~linked | (np.diff(values) != 0)])
        run_of = np.cumsum(new_run) - 1
        broken = np.concatenate([[True], ~linked])
        stretch_of_run = (np.cumsum(broken) - 1)[new_run]
        starts = np.concatenate([[True], np.diff(stretch_of_run) != 0])
        ends = np.concatenate([starts[1:], [True]])
        place = np.arange(len(stretch_of_run))
        from_start = place - np.maximum.accumulate(np.where(starts, place, 0))
        to_end = np.minimum.accumulate(np.where(ends, place, len(place))[::-1])[::-1] - place
        middle = (from_start >= _EDGE_RUNS) & (to_end >= _EDGE_RUNS)
        new_node = ~(middle & (from_start > _EDGE_RUNS))
        node_of = (np.cumsum(new_node) - 1)[run_of]
        first = np.flatnonzero(np.concatenate([[True], np.diff(node_of) != 0]))
        last = np.concatenate([first[1:] - 1, [len(values) - 1]])
        runs = np.bincount((np.cumsum(new_node) - 1), minlength=len(first))
        return cls(first, last, runs.astype(np.int64) * (len(values) + 1) + (last - first + 1))


def _best_path(heads: _Rows, tails: _Rows, weight: NDArray[np.int64]) -> list[int]:
    """Return the nodes of the heaviest path, latest first; of equal ones that which ends first."""
    best = weight.copy()
    before = np.full(len(best), -1, np.int64)
    for node in range(1, len(best)):
        reachable = _may_follow(tails.at(slice(0, node)), heads.at(slice(node, node + 1)))
        reach = np.where(reachable, best[:node], -1)
        source = int(np.argmax(reach))  # of equal ones the first: what was known longer
        if reach[source] > 0:
            best[node] += reach[source]
            before[node] = source
    path = [int(np.argmax(best))]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path


def _reasons(rows: _Rows, off: NDArray[np.intp], kept: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Return why each row on the dial is off the chain, from the kept rows beside it."""
    place = np.searchsorted(rows.times_s[kept], rows.times_s[off], side="right")
    has_before = place > 0
    before = kept[np.maximum(place - 1, 0)]
    same_time = has_before & (rows.times_s[before] == rows.times_s[off])
    rise = rows.unrolled[off] - rows.unrolled[before]
    possible = _may_follow(rows.at(before), rows.at(off))
    zero = rows.values[off] == 0
    cases = [
        (same_time, RowVerdict.CONFLICT),
        (zero & ~has_before, RowVerdict.ZERO_BEFORE_COUNT),
        (zero & ~possible, RowVerdict.ZERO_AFTER_COUNT),
        (has_before & ~possible & (rise < 0), RowVerdict.BACKWARDS),
        (has_before & ~possible, RowVerdict.IMPLAUSIBLE_JUMP),
    ]
    reasons = np.select([where for where, _ in cases], [_CODE[v] for _, v in cases], -1)
    return np.where(reasons < 0, _CODE[RowVerdict.OFF_CHAIN], reasons).astype(np.uint8)
