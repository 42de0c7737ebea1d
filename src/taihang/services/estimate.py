"""Fill what is missing by the methods that park.toml lists, and by no other.

A substitute is flagged for ever, carries the id of its method, and is never certified. Where two
registers say what a gap holds, its substitutes sum to exactly that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.estimate.fill import Filled, Try, fill_gaps
from taihang.core.metering.estimate.gap import Gap, gaps_of
from taihang.core.metering.estimate.shapes import (
    Method,
    Past,
    Reference,
    Shape,
    like_day,
    linear,
    parent_difference,
)
from taihang.core.metering.vee.day_grid import DayGrid
from taihang.core.park.park import Park
from taihang.core.park.quality import DayCalendar, Estimation
from taihang.core.park.topology import Direction, Meter
from taihang.core.periods import STEP_S, Period, days
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.series import EnergySeries, Quality
from taihang.services.validate import Found, MeterEnergy, doubted
from taihang.standards.state_council_holidays import NOTICES, DayKind, day_kind

History = Callable[[Meter, Period], EnergySeries]
"""Asks for the energy of a meter before the period, by the same law and the same knowledge."""
_WEEKEND: Final = (DayKind.SATURDAY, DayKind.SUNDAY)
_SATURDAY: Final = 5


def estimate(
    meters: Sequence[MeterEnergy],
    found: Found,
    *,
    park: Park,
    period: Period,
    history: History,
) -> list[Filled]:
    """Substitute the missing and rejected intervals of every meter.

    Args:
        meters: What the meters counted.
        found: What the rules found, by meter: a doubted interval is no end to draw a line from.
        park: The park with its list of methods; without one nothing is filled.
        period: The period of all series.
        history: Energy of a meter before the period.

    Returns:
        One filled series for each meter, in order.
    """
    plan = park.estimation
    parent = None if plan is None else _Parent.of(meters, plan)
    grid = DayGrid.of(period, park.zone)
    filled: list[Filled] = []
    for row, item in enumerate(meters):
        gaps = gaps_of(item.energy.series, spans=item.energy.spans, in_service=item.in_service)
        methods: list[Try] = []
        # What might have been generated on another day says nothing of what was curtailed.
        is_flow = item.meter.measures is not Direction.CURTAILMENT
        if gaps and plan is not None and is_flow:
            actual = item.read & ~doubted(found.get(item.meter.id, ()), period.n_steps)
            asked = _Asked(item, gaps, actual, grid, park, period)
            methods = _methods(asked, plan, history=history, parent=parent, row=row)
        filled.append(
            fill_gaps(
                item.energy.series,
                gaps=gaps,
                methods=methods,
                max_interval_wh=item.max_interval_wh,
            )
        )
    return filled


@dataclass(frozen=True, slots=True)
class _Asked:
    """One meter with gaps."""

    item: MeterEnergy
    gaps: Sequence[Gap]
    actual: NDArray[np.bool_]
    grid: DayGrid
    park: Park
    period: Period


def _methods(
    asked: _Asked,
    plan: Estimation,
    *,
    history: History,
    parent: "_Parent | None",
    row: int,
) -> list[Try]:
    makers: dict[str, Callable[[], Try]] = {
        "linear": lambda: _linear(asked, plan),
        "like-day": lambda: _like_day(asked, plan, history),
        "parent-difference": lambda: _parent_difference(asked, plan, parent, row),
    }
    return [makers[name]() for name in plan.methods]


def _linear(asked: _Asked, plan: Estimation) -> Try:
    n_most = int((plan.linear_most_h or 0) * SECONDS_PER_HOUR / STEP_S)
    series = asked.item.energy.series

    def ask(gap: Gap) -> Shape:
        return linear(gap, series=series, actual=asked.actual, n_most=n_most)

    return Method.LINEAR, ask


def _like_day(asked: _Asked, plan: Estimation, history: History) -> Try:
    reference = Reference(
        n_days=plan.reference_days or 0,
        reach_days=plan.reference_reach_days or 0,
        kind_of=_KINDS[plan.reference_calendar or DayCalendar.WEEKDAYS],
    )
    past = _past(asked, reference.reach_days, history)

    def ask(gap: Gap) -> Shape:
        return like_day(gap, grid=asked.grid, past=past, reference=reference)

    return Method.LIKE_DAY, ask


def _parent_difference(asked: _Asked, plan: Estimation, parent: "_Parent | None", row: int) -> Try:
    most_wh = asked.item.max_interval_wh
    share_ratio = plan.parent_share_min_ratio or 0.0

    def ask(gap: Gap) -> Shape:
        if parent is None or parent.share_ratio(row) < share_ratio:
            return ()
        seen_wh, complete = parent.seen_of(row)
        return parent_difference(gap, seen_wh=seen_wh, complete=complete, max_interval_wh=most_wh)

    return Method.PARENT_DIFFERENCE, ask


def _past(asked: _Asked, reach_days: int, history: History) -> Past:
    """Return the days of the meter so far; those before the period only where they are in reach."""
    first_gap_day = int(asked.grid.day[asked.gaps[0].first])
    series = asked.item.energy.series
    if first_gap_day >= reach_days:
        return Past(asked.grid, series.wh, asked.actual)
    zone, first = asked.park.zone, asked.grid.first_day
    before = Period(days(first - timedelta(days=reach_days), 1, zone).start, asked.period.start)
    earlier = history(asked.item.meter, before)
    read = (earlier.quality == Quality.MEASURED) | (earlier.quality == Quality.MANUAL)
    return Past(
        DayGrid.of(Period(before.start, asked.period.end), zone),
        np.concatenate([earlier.wh, series.wh]),
        np.concatenate([read, asked.actual]),
    )


def _kind_by_notice(day: date) -> str | None:
    if day.year not in NOTICES:
        return None
    kind = day_kind(day)
    return "weekend" if kind in _WEEKEND else kind.name.lower()


def _kind_by_weekday(day: date) -> str | None:
    return "weekend" if day.weekday() >= _SATURDAY else "workday"


_KINDS: Final = {
    DayCalendar.STATE_COUNCIL: _kind_by_notice,
    DayCalendar.WEEKDAYS: _kind_by_weekday,
}


@dataclass(frozen=True, slots=True)
class _Parent:
    """The grid connection over all other meters of the park."""

    meters: Sequence[MeterEnergy]
    net_wh: NDArray[np.int64]
    """What is known to have come in less what is known to have gone out, shape (n,). [Wh]"""
    inflow_wh: NDArray[np.int64]
    """What is known to have come in, shape (n,). [Wh]"""
    n_unknown: NDArray[np.int64]
    """Children in service that were not read, shape (n,)."""
    connected: NDArray[np.bool_]
    """Where every meter of the connection was read, shape (n,)."""
    loss_ratio: float

    @classmethod
    def of(cls, meters: Sequence[MeterEnergy], plan: Estimation) -> "_Parent | None":
        """Add up; None where no parent is metered or nobody asks."""
        imports = [m for m in meters if m.meter.measures is Direction.IMPORT]
        if plan.parent_loss_ratio is None or not imports:
            return None
        n = len(meters[0].in_service)
        net_wh, inflow_wh, n_unknown = (np.zeros(n, np.int64) for _ in range(3))
        connected = np.ones(n, np.bool_)
        for item in meters:
            if item.meter.measures is Direction.CURTAILMENT:
                continue
            wh = np.where(item.read, item.energy.series.wh, 0)
            unknown = item.in_service & ~item.read
            if item.meter.measures in _CONNECTION:
                connected &= ~unknown
            else:
                n_unknown += unknown
            net_wh += wh * _SIGN[item.meter.measures]
            inflow_wh += wh * (item.meter.measures in _INFLOW)
        return cls(meters, net_wh, inflow_wh, n_unknown, connected, plan.parent_loss_ratio)

    def seen_of(self, row: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return what the connection saw of one child, and where all others are known."""
        item = self.meters[row]
        if item.meter.measures in _CONNECTION:
            return self.net_wh, np.zeros(len(self.net_wh), np.bool_)
        sign = _SIGN[item.meter.measures]
        own_wh = np.where(item.read, item.energy.series.wh, 0) * sign
        losses_wh = np.rint(self.inflow_wh * self.loss_ratio).astype(np.int64)
        # What came in and did not go out is this child, and the losses.
        seen_wh = (self.net_wh - own_wh - losses_wh) * -sign
        alone = self.n_unknown == (item.in_service & ~item.read)
        return seen_wh, alone & self.connected

    def share_ratio(self, row: int) -> float:
        """Return the usual share of one child in what comes in [1]."""
        item = self.meters[row]
        if not item.read.any():
            return 0.0
        usual_wh = float(np.median(item.energy.series.wh[item.read]))
        return usual_wh / max(float(np.median(self.inflow_wh[item.read])), 1.0)


_CONNECTION: Final = (Direction.IMPORT, Direction.EXPORT)
_INFLOW: Final = (Direction.IMPORT, Direction.GENERATION, Direction.DISCHARGE)
_SIGN: Final = {
    Direction.IMPORT: 1,
    Direction.GENERATION: 1,
    Direction.DISCHARGE: 1,
    Direction.EXPORT: -1,
    Direction.CONSUMPTION: -1,
    Direction.CHARGE: -1,
}
