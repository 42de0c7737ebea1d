"""One plant against what was expected of it: days with a band, losses with a cause, availability.

A loss is told only where a stretch of days lies clearly below the healthy level, or where the
plant stood still while it should have run. What is merely within the band is no loss. A band holds
nine of ten cases.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import hypot
from typing import Final

import numpy as np

from taihang.core.performance.change import Stretch, healthy_level
from taihang.core.performance.expectation import Expectation
from taihang.core.performance.fleet import Fleet
from taihang.core.performance.robust import BAND_DEVIATIONS, Flags, Floats, Ints
from taihang.core.periods import STEP_S
from taihang.core.quantities import SECONDS_PER_HOUR

LEAST_LOSS_RATIO: Final = 0.03
"""A level closer to the healthy one is no loss: seasons and dust of all plants do as much [1]."""
_LEAST_ERRORS: Final = 7.0
"""… or than so many standard errors: what two cuts must save, also at the end of the record."""
_NEIGHBOUR_ERRORS: Final = 3.0
"""… beside such a stretch."""
_LEAST_LOST_RATIO: Final = 0.02
"""An event whose energy hardly differs from what was expected is no loss [1]."""
_SEASON_ERROR_RATIO: Final = 0.008
"""How far seasons take a healthy plant off its level, beyond what its days tell [1]."""
_UNSURE_COST: Final = 4.0
"""Days whose place on either side of an edge costs less than this may lie on both sides."""
_JOINED_DAYS: Final = 4
"""Losing stretches so close to each other are one event [day]."""
_LONG_DAYS: Final = 30
_RUN_RATIO: Final = 0.1
"""A plant should run where so much of its rating is expected [1]."""
_CEILING_TOP: Final = 0.98
"""Quantile of the output that stands for a ceiling."""
_ABOVE: Final = 1.2
_AT_CEILING: Final = 0.94
_SAME_CEILING_RATIO: Final = 0.03
_CEILING_DAYS: Final = 14
"""Days without much sun, on which a ceiling does not show, part no event [day]."""
_LEAST_AT_CEILING: Final = 12
_MOST_AT_CEILING_RATIO: Final = 0.7
_LEAST_FREE_RATIO: Final = 0.94
_LEAST_DRIFT_DAYS: Final = 10
_LEAST_DRIFT_RATIO: Final = 0.06
_DRIFT_ERRORS: Final = 6.0


class LossKind(StrEnum):
    """What a loss looks like; it is a hint to whoever goes there, not a finding."""

    OUTAGE = "outage"
    """Stood still for an hour or more while others ran."""
    SHARE = "share"
    """The same share is missing at all hours: a string, an inverter of several, a panel field."""
    CEILING = "ceiling"
    """Gives what is expected up to a power and no more: a limit, an inverter that derates."""
    DRIFT = "drift"
    """The missing share grows day by day: dust, snow, shade that grows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Energy that did not come over some days; the sums are of the asked days only."""

    kind: LossKind
    first_day: int
    """First day of the event, which may lie before the asked days."""
    end_day: int
    """One after its last day."""
    is_open: bool
    """Whether it reaches the last day that was compared."""
    lost_kwh: float
    low_kwh: float
    high_kwh: float
    missing_ratio: float
    """Lost over expected, over the asked days of the event [1]."""
    ceiling_kw: float | None
    """The power that is not passed; only of a ceiling."""


@dataclass(frozen=True, slots=True, eq=False)
class Output:
    """A plant day by day; sums are over the intervals that could be compared, outages included."""

    expected_kwh: Floats
    low_kwh: Floats
    high_kwh: Floats
    actual_kwh: Floats
    outage_kwh: Floats
    """Expected while it stood still."""
    judged: Flags
    """Days of which enough was compared."""
    n_should: Ints
    """Intervals in which it should have run and was read."""
    n_stood: Ints
    """… in which it stood still."""
    n_unread: Ints
    """Intervals in which it should have run and nothing was read."""
    level_error_ratio: float
    """Standard error of the healthy level [1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A plant over several days."""

    expected_kwh: float
    low_kwh: float
    high_kwh: float
    actual_kwh: float
    n_days: int
    """Days that were judged."""
    availability_ratio: float | None
    """Intervals run over intervals that it should have run; None where there were none [1]."""
    n_unread: int


def output_of(fleet: Fleet, found: Expectation, *, plant: str, capacity_kw: float) -> Output:
    """Return a plant's days.

    Args:
        fleet: The plants.
        found: What was expected of them.
        plant: Which one.
        capacity_kw: Its rating. [kW]
    """
    row = fleet.ids.index(plant)
    healthy_ratio, error_ratio = healthy_level(found.stretches[row])
    per_unit = capacity_kw * STEP_S / SECONDS_PER_HOUR
    expected = found.expected_ratio[row] * (1.0 + healthy_ratio)
    read, known = np.isfinite(fleet.output_ratio[row]), np.isfinite(expected)
    outage = found.outage[row]

    def daily_kwh(values: Floats, where: Flags) -> Floats:
        return _summed(fleet, np.where(where, values, 0.0) * per_unit)

    expected_kwh = daily_kwh(expected, known & read)
    half_kwh = BAND_DEVIATIONS * np.hypot(found.spread_ratio[row], error_ratio) * expected_kwh
    should = known & (expected > _RUN_RATIO)
    outage_kwh = daily_kwh(expected, outage)
    return Output(
        expected_kwh=expected_kwh,
        low_kwh=np.maximum(expected_kwh - half_kwh, 0.0),
        high_kwh=expected_kwh + half_kwh,
        actual_kwh=daily_kwh(fleet.output_ratio[row], known & read),
        outage_kwh=outage_kwh,
        judged=np.isfinite(found.ratio[row]) | (outage_kwh > 0.0),
        n_should=_counted(fleet, should & read),
        n_stood=_counted(fleet, should & outage),
        n_unread=_counted(fleet, should & ~read),
        level_error_ratio=error_ratio,
    )


def _summed(fleet: Fleet, values: Floats) -> Floats:
    return np.bincount(fleet.day, weights=values, minlength=fleet.n_days).astype(np.float64)


def _counted(fleet: Fleet, where: Flags) -> Ints:
    return np.bincount(fleet.day[where], minlength=fleet.n_days).astype(np.int64)


def total_of(output: Output, *, days: slice) -> Total:
    """Return a plant over the judged of some days."""
    judged = output.judged[days]
    expected_kwh = output.expected_kwh[days][judged]
    half_kwh = _half_kwh(output, days, where=judged)
    total_kwh = float(expected_kwh.sum())
    n_should, n_stood = int(output.n_should[days].sum()), int(output.n_stood[days].sum())
    return Total(
        expected_kwh=total_kwh,
        low_kwh=max(total_kwh - half_kwh, 0.0),
        high_kwh=total_kwh + half_kwh,
        actual_kwh=float(output.actual_kwh[days][judged].sum()),
        n_days=int(judged.sum()),
        availability_ratio=1.0 - n_stood / n_should if n_should else None,
        n_unread=int(output.n_unread[days].sum()),
    )


def _half_kwh(output: Output, days: slice, *, where: Flags) -> float:
    """Return half of the band of a sum: days are off by themselves, the level by all of them."""
    expected_kwh = output.expected_kwh[days][where]
    day_kwh = (output.high_kwh - output.expected_kwh)[days][where]
    level_ratio = hypot(output.level_error_ratio, _SEASON_ERROR_RATIO)
    level_kwh = BAND_DEVIATIONS * level_ratio * float(expected_kwh.sum())
    return hypot(float(np.sqrt(np.square(day_kwh).sum())), level_kwh)


def losses_of(
    fleet: Fleet, found: Expectation, *, plant: str, capacity_kw: float, days: slice
) -> tuple[Loss, ...]:
    """Return what a plant lost on some days, event by event, in order.

    Args:
        fleet: The plants.
        found: What was expected of them.
        plant: Which one.
        capacity_kw: Its rating. [kW]
        days: The asked days; an event counts with its days inside, and tells when it began.
    """
    row = fleet.ids.index(plant)
    case = _Case(fleet, found, row, capacity_kw, days)
    return tuple(
        sorted([*_outage_losses(case), *_level_losses(case)], key=lambda each: each.first_day)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """One plant, whose losses are looked for."""

    fleet: Fleet
    found: Expectation
    row: int
    capacity_kw: float
    days: slice

    @property
    def output(self) -> Output:
        """Its days."""
        return output_of(
            self.fleet, self.found, plant=self.fleet.ids[self.row], capacity_kw=self.capacity_kw
        )

    def inside(self, first: int, end: int) -> slice:
        """Return the asked days of an event."""
        start, stop, _ = self.days.indices(self.fleet.n_days)
        start = max(first, start)
        return slice(start, max(min(end, stop), start))


def _outage_losses(case: _Case) -> Iterator[Loss]:
    output = case.output
    for first, end in _runs(output.outage_kwh > 0.0):
        inside = case.inside(first, end)
        lost_kwh = float(output.outage_kwh[inside].sum())
        if lost_kwh > 0.0:
            expected_kwh = float(output.expected_kwh[inside].sum())
            # The band of the sum, for the share that was lost.
            half_kwh = _half_kwh(output, inside, where=output.judged[inside])
            half_kwh *= lost_kwh / expected_kwh
            yield Loss(
                kind=LossKind.OUTAGE,
                first_day=first,
                end_day=end,
                is_open=end >= _last_compared(output),
                lost_kwh=lost_kwh,
                low_kwh=max(lost_kwh - half_kwh, 0.0),
                high_kwh=lost_kwh + half_kwh,
                missing_ratio=lost_kwh / expected_kwh,
                ceiling_kw=None,
            )


def _runs(where: Flags) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(where.astype(np.int64), prepend=0, append=0)).reshape(-1, 2)
    return [(int(first), int(end)) for first, end in edges]


def _last_compared(output: Output) -> int:
    judged = np.flatnonzero(output.judged)
    return int(judged[-1]) + 1 if len(judged) else 0


def _level_losses(case: _Case) -> Iterator[Loss]:
    found = case.found.stretches[case.row]
    healthy_ratio, _ = healthy_level(found)
    last: Loss | None = None
    for event in _events(found, healthy_ratio):
        loss = _level_loss(case, event)
        if loss is None:
            continue
        if last is not None and _is_one_ceiling(last, loss):
            last = _joined(last, loss)
            continue
        if last is not None:
            yield last
        last = loss
    if last is not None:
        yield last


def _is_one_ceiling(before: Loss, after: Loss) -> bool:
    if before.ceiling_kw is None or after.ceiling_kw is None:
        return False
    apart = abs(before.ceiling_kw - after.ceiling_kw)
    is_near = after.first_day - before.end_day <= _CEILING_DAYS
    return is_near and apart <= _SAME_CEILING_RATIO * before.ceiling_kw


def _joined(before: Loss, after: Loss) -> Loss:
    lost_kwh = before.lost_kwh + after.lost_kwh
    parts = (before, after)
    low = hypot(*(each.lost_kwh - each.low_kwh for each in parts))
    high = hypot(*(each.high_kwh - each.lost_kwh for each in parts))
    return replace(
        before,
        end_day=after.end_day,
        is_open=after.is_open,
        lost_kwh=lost_kwh,
        low_kwh=max(lost_kwh - low, 0.0),
        high_kwh=lost_kwh + high,
        missing_ratio=lost_kwh / sum(each.lost_kwh / each.missing_ratio for each in parts),
    )


def _level_loss(case: _Case, event: Sequence[Stretch]) -> Loss | None:
    """Return what an event cost on the asked days; None if it lies on no judged one of them."""
    output, found = case.output, case.found.stretches[case.row]
    first, end = event[0].first, event[-1].end
    inside = case.inside(first, end)
    running = output.judged[inside] & np.isfinite(case.found.ratio[case.row][inside])
    expected_kwh = float((output.expected_kwh - output.outage_kwh)[inside][running].sum())
    lost_kwh = expected_kwh - float(output.actual_kwh[inside][running].sum())
    if lost_kwh <= _LEAST_LOST_RATIO * expected_kwh:
        return None
    # What the plant did before, or for long within the event, may have been all it can.
    healthy_ratio, error_ratio = healthy_level(found)
    apart = [abs(healthy_ratio - other) for other in _other_levels(found, event)]
    level_kwh = BAND_DEVIATIONS * max(error_ratio, *apart) * expected_kwh
    half_kwh = hypot(_half_kwh(output, inside, where=running), level_kwh)
    kind, ceiling_kw = _kind(case, first, end)
    return Loss(
        kind=kind,
        first_day=first,
        end_day=end,
        is_open=end >= _last_compared(output),
        lost_kwh=lost_kwh,
        low_kwh=max(lost_kwh - half_kwh - _unsure_kwh(case, event, inside=True), 0.0),
        high_kwh=lost_kwh + half_kwh + _unsure_kwh(case, event, inside=False),
        missing_ratio=lost_kwh / expected_kwh,
        ceiling_kw=ceiling_kw,
    )


def _unsure_kwh(case: _Case, event: Sequence[Stretch], *, inside: bool) -> float:
    """Return what was lost on days that may lie on either side of the edges of an event.

    Args:
        case: The plant.
        event: Its stretches.
        inside: Whether days of the event are looked at, or those around it.
    """
    output, ratio = case.output, case.found.ratio[case.row]
    missing_kwh = output.expected_kwh - output.outage_kwh - output.actual_kwh
    first, end = event[0].first, event[-1].end
    healthy_ratio, _ = healthy_level(case.found.stretches[case.row])
    rows = (
        (event[0].level_ratio, range(first, end) if inside else range(first - 1, -1, -1)),
        (
            event[-1].level_ratio,
            range(end - 1, first - 1, -1) if inside else range(end, case.fleet.n_days),
        ),
    )
    asked = range(*case.days.indices(case.fleet.n_days))
    unsure: set[int] = set()
    for level_ratio, days in rows:
        here, there = (level_ratio, healthy_ratio) if inside else (healthy_ratio, level_ratio)
        cost = 0.0
        for day in days:
            if np.isfinite(ratio[day]):
                spread = float(case.found.spread_ratio[case.row][day])
                cost += ((ratio[day] - there) ** 2 - (ratio[day] - here) ** 2) / spread**2
            if cost > _UNSURE_COST:
                break
            if np.isfinite(ratio[day]) and day in asked:
                unsure.add(day)
    return sum(max(float(missing_kwh[day]), 0.0) for day in sorted(unsure))


def _events(found: Sequence[Stretch], healthy_ratio: float) -> list[list[Stretch]]:
    """Return losing stretches, those close to each other together; each event has a certain one."""
    events: list[list[Stretch]] = []
    for each in found:
        if not _is_below(each, healthy_ratio, by_ratio=_NEIGHBOUR_ERRORS):
            continue
        if events and each.first - events[-1][-1].end < _JOINED_DAYS:
            events[-1].append(each)
        else:
            events.append([each])
    return [
        event
        for event in events
        if any(_is_below(each, healthy_ratio, by_ratio=_LEAST_ERRORS) for each in event)
    ]


def _is_below(each: Stretch, healthy_ratio: float, *, by_ratio: float) -> bool:
    below = healthy_ratio - each.level_ratio
    return below > max(LEAST_LOSS_RATIO, by_ratio * each.error_ratio)


def _other_levels(found: Sequence[Stretch], event: Sequence[Stretch]) -> list[float]:
    """Return levels that might have been the healthy one: before the event, and its long part."""
    healthy_ratio, _ = healthy_level(found)
    before = [each.level_ratio for each in found if each.end <= event[0].first][-1:]
    long = [each.level_ratio for each in event[:-1] if each.n_days >= _LONG_DAYS]
    return [healthy_ratio, *before, *long]


# -- what a loss looks like ----------------------------------------------------------------------


def _kind(case: _Case, first: int, end: int) -> tuple[LossKind, float | None]:
    ceiling_kw = _ceiling_kw(case, first, end)
    if ceiling_kw is not None:
        return LossKind.CEILING, ceiling_kw
    if _is_drift(case, first, end):
        return LossKind.DRIFT, None
    return LossKind.SHARE, None


def _ceiling_kw(case: _Case, first: int, end: int) -> float | None:
    """Return the power that the plant never passes though more is expected; None if it does."""
    fleet, row = case.fleet, case.row
    healthy_ratio, _ = healthy_level(case.found.stretches[row])
    expected = case.found.expected_ratio[row] * (1.0 + healthy_ratio)
    actual = fleet.output_ratio[row]
    inside = (fleet.day >= first) & (fleet.day < end) & ~case.found.outage[row]
    inside &= np.isfinite(expected) & np.isfinite(actual)
    if not inside.any():
        return None
    ceiling = float(np.quantile(actual[inside], _CEILING_TOP))
    above = inside & (expected > _ABOVE * ceiling)
    free = inside & (expected < _AT_CEILING * ceiling)
    if int(above.sum()) < _LEAST_AT_CEILING or not free.any():
        return None
    at_ceiling = float((actual[above] > _AT_CEILING * ceiling).mean())
    kept = float(actual[free].sum() / expected[free].sum())
    if at_ceiling < _MOST_AT_CEILING_RATIO or kept < _LEAST_FREE_RATIO:
        return None
    return ceiling * case.capacity_kw


def _is_drift(case: _Case, first: int, end: int) -> bool:
    """Say whether the missing share grows steadily over the event."""
    ratio = case.found.ratio[case.row][first:end]
    days = np.flatnonzero(np.isfinite(ratio))
    if len(days) < _LEAST_DRIFT_DAYS:
        return False
    weights = case.found.spread_ratio[case.row][first:end][days] ** -2.0
    centre = float((weights * days).sum() / weights.sum())
    moment = float((weights * (days - centre) ** 2).sum())
    slope = float((weights * (days - centre) * ratio[days]).sum() / moment)
    falls_by = -slope * (end - first)
    return falls_by > _LEAST_DRIFT_RATIO and -slope > _DRIFT_ERRORS * moment**-0.5
