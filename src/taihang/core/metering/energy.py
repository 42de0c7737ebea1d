"""From registers to the energy of settlement intervals: the law ``register-energy/v1``.

Only two usable registers at the two edges of an interval make energy. What is known between two
registers that lie further apart is stated as ``gap_wh`` and never spread over intervals; what a
rule refuses is stated as ``rejected_wh``. The three parts always add up to the register difference,
exactly, in watt-hours (§6, §7).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.metering.readings import MeterEvent
from taihang.core.periods import STEP_S, Period
from taihang.core.series import EnergySeries, Quality

LAW: Final = "register-energy/v1"
"""Name of the rule below; a statement stores it beside the energy that it made."""


class RegisterOffDialError(InputError):
    """A register below zero or beyond its dial was given: such a row is refused at the door."""

    code = "input.register-off-dial"


class ReadingOrderError(InputError):
    """Times of one point do not strictly increase."""

    code = "input.reading-order"


class OffGridEnergyError(InputError):
    """Interval energy was given at an instant that starts no settlement interval."""

    code = "input.off-grid-energy"


class Readings(Protocol):
    """The part of a ``ReadingBlock`` that the law looks at."""

    @property
    def point(self) -> str:
        """The meter that was read."""
        ...

    @property
    def times_s(self) -> NDArray[np.int64]:
        """Strictly increasing, shape (n,) [s since 1970-01-01T00:00Z]."""
        ...

    @property
    def counts(self) -> NDArray[np.int64]:
        """Values of record, shape (n,)."""
        ...

    @property
    def quality(self) -> NDArray[np.uint8]:
        """One ``Quality`` each, shape (n,)."""
        ...


@dataclass(frozen=True, slots=True)
class Spans:
    """Differences between neighbouring registers that count, each shape (m,).

    The rules of validation and the substitution methods look at them; the law alone makes them.
    """

    starts_s: NDArray[np.int64]
    lengths_s: NDArray[np.int64]
    wh: NDArray[np.int64]
    """Register differences, unrolled; still negative where nothing explains a fall. [Wh]"""
    refused: NDArray[np.bool_]
    """Where a rule refuses the difference."""
    rolled: NDArray[np.bool_]
    """Where the dial started again from 0."""
    with_event: NDArray[np.bool_]
    """Where a meter event replaces the difference."""
    broken: NDArray[np.bool_]
    """Where the registers contradict the record of the event."""
    quality: NDArray[np.uint8]

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Which spans are exactly one settlement interval, shape (m,)."""
        return (self.lengths_s == STEP_S) & (self.starts_s % STEP_S == 0)

    @property
    def ends_s(self) -> NDArray[np.int64]:
        """When the later register was read, shape (m,) [s]."""
        return self.starts_s + self.lengths_s

    @classmethod
    def none(cls) -> "Spans":
        """Return no span at all: what a point has that is not read by register."""
        ints, flags = np.zeros(0, np.int64), np.zeros(0, np.bool_)
        return cls(ints, ints, ints, flags, flags, flags, flags, np.zeros(0, np.uint8))


@dataclass(frozen=True, slots=True)
class RegisterEnergy:
    """Energy of one point over one period, with everything that could not become energy.

    The law of closure: ``series.total_wh + gap_wh + rejected_wh`` is the last usable register of
    the period less the first, unrolled through every rollover and meter event.
    """

    series: EnergySeries
    gap_wh: int
    """Known between two registers, but of no single interval [Wh]."""
    rejected_wh: int
    """Signed register difference of what the rules refused [Wh]; evidence, never energy."""
    n_missing: int
    """Intervals without two usable edges."""
    n_rejected: int
    """Intervals with two usable edges whose difference a rule refused."""
    n_gaps: int
    """Stretches between two registers that are not one interval."""
    n_gaps_rejected: int
    """Those of them whose difference a rule refused."""
    n_rollover: int
    """Differences that hold one start of the dial from 0."""
    n_events: int
    """Meter events between the first and the last usable register."""
    spans: Spans
    """What it was made from."""


def interval_energy(
    *,
    register: Readings,
    scale: int,
    modulus: int,
    max_interval_wh: int,
    events: Iterable[MeterEvent],
    period: Period,
) -> RegisterEnergy:
    """Turn registers into energy on the settlement grid by the law ``register-energy/v1``.

    An interval has energy if its two edges carry usable registers (measured or manual). A meter
    event inside replaces the difference by old stop less first plus last less new start, no part
    of it negative. A fall without an event is one rollover if that explains it within the limit,
    else the interval is rejected, as it is when the energy exceeds the limit. A gap of several
    intervals obeys the same law with the limit times its length, begun intervals counted whole.

    Args:
        register: Registers of one point; readings outside the period are not looked at.
        scale: What one count is worth. [Wh]
        modulus: Counts at which the dial starts again from 0; 0 where it never does.
        max_interval_wh: Largest honest energy of one interval. [Wh]
        events: Meter events; those of other points are not looked at.
        period: Whole settlement intervals.

    Returns:
        The energy, and what could not become energy.

    Raises:
        RegisterOffDialError: If a usable register is negative or lies beyond the dial.
        ReadingOrderError: If the times do not strictly increase.

    Example:
        >>> from datetime import UTC, datetime, timedelta
        >>> from taihang.core.metering.readings import ReadingBlock
        >>> from taihang.core.series import Quantity
        >>> start = datetime(2026, 6, 1, tzinfo=UTC)
        >>> period = Period(start, start + timedelta(minutes=45))
        >>> times_s = period.start_s + np.array([0, 900, 2700])
        >>> block = ReadingBlock("M-E01", Quantity.REGISTER, "Wh", "10", 1000, times_s,
        ...     np.array([980, 5, 30]), np.zeros(3, np.uint8))
        >>> energy = interval_energy(register=block, scale=10, modulus=1000,
        ...     max_interval_wh=500, events=(), period=period)
        >>> energy.series.wh.tolist(), energy.gap_wh, energy.n_rollover
        ([250, 0, 0], 250, 1)

    Source:
        Validation rules of the metering hierarchy (range, rollover, missing), GB 17167 family
        [from memory]; sum check: intervals against the register difference.
    """
    _demand_order(register)
    nodes = _nodes(register, period)
    counts = register.counts[nodes]
    _demand_on_dial(register, counts, modulus)
    mine, times_s = _events_of(register, events), register.times_s[nodes]
    spans = _spans(
        times_s=times_s,
        counts=counts,
        quality=register.quality[nodes],
        events=mine,
        limit=_Limit(scale, modulus, max_interval_wh),
    )
    inside = [event for event in mine if len(times_s) and times_s[0] < event.at_s <= times_s[-1]]
    return _account(spans, len(inside), period)


def energy_block(
    *,
    energy: Readings,
    scale: int,
    max_interval_wh: int,
    period: Period,
    min_interval_wh: int = 0,
) -> RegisterEnergy:
    """Place energy that was read by interval on the settlement grid.

    Args:
        energy: Interval energy of one point; readings outside the period are not looked at.
        scale: What one count is worth. [Wh]
        max_interval_wh: Largest honest energy of one interval. [Wh]
        period: Whole settlement intervals.
        min_interval_wh: Least honest energy of one interval; below 0 only for a net meter, which
            may count own use against generation (F42). [Wh]

    Returns:
        The energy; its quality is what the readings carry, and REJECTED outside the limits.

    Raises:
        OffGridEnergyError: If a time starts no settlement interval.
        ReadingOrderError: If the times do not strictly increase.
    """
    _demand_order(energy)
    inside = (energy.times_s >= period.start_s) & (energy.times_s < period.end_s)
    times_s, counts = energy.times_s[inside], energy.counts[inside]
    if np.any(times_s % STEP_S):
        off_s = int(times_s[np.flatnonzero(times_s % STEP_S)[0]])
        raise OffGridEnergyError(
            given=f"energy of {energy.point} at {off_s} s",
            expected=f"starts of intervals, multiples of {STEP_S} s",
            remedy="bring the readings to the settlement grid when they are imported",
        )
    quality = energy.quality[inside].copy()
    wh = counts * scale
    usable = quality < Quality.MISSING
    quality[usable & ((wh < min_interval_wh) | (wh > max_interval_wh))] = Quality.REJECTED
    series = EnergySeries.missing(period)
    index = (times_s - period.start_s) // STEP_S
    series.quality[index] = quality
    series.wh[index] = np.where(quality < Quality.MISSING, wh, 0)
    return RegisterEnergy(
        series=series,
        gap_wh=0,
        rejected_wh=int(wh[usable & (quality == Quality.REJECTED)].sum()),
        n_missing=int((series.quality == Quality.MISSING).sum()),
        n_rejected=int((series.quality == Quality.REJECTED).sum()),
        n_gaps=0,
        n_gaps_rejected=0,
        n_rollover=0,
        n_events=0,
        spans=Spans.none(),
    )


@dataclass(frozen=True, slots=True)
class _Limit:
    scale: int
    modulus: int
    max_interval_wh: int

    def wh(self, lengths_s: NDArray[np.int64]) -> NDArray[np.int64]:
        """Largest honest energy of spans, begun intervals counted whole [Wh]."""
        return self.max_interval_wh * -(-lengths_s // STEP_S)


def _demand_order(readings: Readings) -> None:
    if np.any(np.diff(readings.times_s) <= 0):
        at = int(np.flatnonzero(np.diff(readings.times_s) <= 0)[0])
        raise ReadingOrderError(
            given=f"{readings.point}: {readings.times_s[at]} s then {readings.times_s[at + 1]} s",
            expected="strictly increasing times",
            remedy="sort the readings and resolve the rows that share a time",
        )


def _demand_on_dial(register: Readings, counts: NDArray[np.int64], modulus: int) -> None:
    off = (counts < 0) | (counts >= modulus) if modulus else counts < 0
    if np.any(off):
        raise RegisterOffDialError(
            given=f"{register.point}: a register of {counts[np.flatnonzero(off)[0]]}",
            expected=f"0 … {modulus - 1}" if modulus else "0 or more",
            remedy="classify the rows first and keep this one as REJECTED",
        )


def _nodes(register: Readings, period: Period) -> NDArray[np.intp]:
    """Which registers count: usable ones on the grid, and the first and last usable at all."""
    times_s, quality = register.times_s, register.quality
    usable = (quality == Quality.MEASURED) | (quality == Quality.MANUAL)
    usable &= (times_s >= period.start_s) & (times_s <= period.end_s)
    ends = np.flatnonzero(usable)[[0, -1]] if usable.any() else np.empty(0, np.intp)
    # Registers between the edges of an interval cannot change its energy: leaving them out keeps
    # the difference a difference of two registers, which anybody can check on paper.
    chosen = usable & (times_s % STEP_S == 0)
    chosen[ends] = True
    return np.flatnonzero(chosen)


def _events_of(register: Readings, events: Iterable[MeterEvent]) -> list[MeterEvent]:
    mine = [event for event in events if event.point == register.point]
    return sorted(mine, key=lambda event: event.at_s)


def _spans(
    *,
    times_s: NDArray[np.int64],
    counts: NDArray[np.int64],
    quality: NDArray[np.uint8],
    events: list[MeterEvent],
    limit: _Limit,
) -> Spans:
    lengths_s = np.diff(times_s)
    deltas = np.diff(counts)
    with_event, broken = _apply_events(times_s, counts, deltas, events)
    most_wh = limit.wh(lengths_s)
    rolled = ~with_event & (deltas < 0) & (limit.modulus > 0)
    rolled &= (deltas + limit.modulus) * limit.scale <= most_wh
    deltas[rolled] += limit.modulus
    manual = (quality[:-1] == Quality.MANUAL) | (quality[1:] == Quality.MANUAL)
    span_wh = deltas * limit.scale
    return Spans(
        starts_s=times_s[:-1],
        lengths_s=lengths_s,
        wh=span_wh,
        refused=broken | (deltas < 0) | (span_wh > most_wh),
        rolled=rolled,
        with_event=with_event,
        broken=broken,
        quality=np.where(manual, Quality.MANUAL, Quality.MEASURED).astype(np.uint8),
    )


def _apply_events(
    times_s: NDArray[np.int64],
    counts: NDArray[np.int64],
    deltas: NDArray[np.int64],
    events: list[MeterEvent],
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Unroll the differences through the events, in place; tell which spans they touch or break."""
    with_event = np.zeros(len(deltas), np.bool_)
    broken = np.zeros(len(deltas), np.bool_)
    last_count: dict[int, int] = {}
    for event in events:
        # The register at the very instant of the event is already the new meter's: (t, t + 900].
        span = int(np.searchsorted(times_s, event.at_s)) - 1
        if not 0 <= span < len(deltas):
            continue
        with_event[span] = True
        deltas[span] += event.final_count - event.initial_count
        broken[span] |= event.final_count < last_count.get(span, int(counts[span]))
        last_count[span] = event.initial_count
    for span, initial_count in last_count.items():
        broken[span] |= int(counts[span + 1]) < initial_count
    return with_event, broken


def _account(spans: Spans, n_events: int, period: Period) -> RegisterEnergy:
    series = EnergySeries.missing(period)
    whole, refused, span_wh = spans.whole, spans.refused, spans.wh
    index = (spans.starts_s[whole] - period.start_s) // STEP_S
    series.quality[index] = np.where(refused, Quality.REJECTED, spans.quality)[whole]
    series.wh[index] = np.where(refused, 0, span_wh)[whole]
    return RegisterEnergy(
        series=series,
        gap_wh=int(span_wh[~whole & ~refused].sum()),
        rejected_wh=int(span_wh[refused].sum()),
        n_missing=int((series.quality == Quality.MISSING).sum()),
        n_rejected=int((whole & refused).sum()),
        n_gaps=int((~whole).sum()),
        n_gaps_rejected=int((~whole & refused).sum()),
        n_rollover=int(spans.rolled.sum()),
        n_events=n_events,
        spans=spans,
    )
