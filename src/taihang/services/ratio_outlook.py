"""How the year ends for the annual ratios: forecast from the park's own past, and a cure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from taihang.core.errors import StateError
from taihang.core.park.direct_connection import RatioForecast
from taihang.core.park.park import Park
from taihang.core.periods import Period, days, year
from taihang.core.ratio.flow import FlowTotals
from taihang.core.ratio.forecast import (
    DayPool,
    DaysLeft,
    Reals,
    Scenarios,
    draws_of,
    scenarios,
    year_parts,
)
from taihang.core.ratio.outlook import Thresholds, YearOutlook, year_outlook
from taihang.core.ratio.remedy import Case, Cure, cheapest_cure
from taihang.services.account import judged, local_last_day
from taihang.services.ports import Ports
from taihang.services.project_flow import ProjectFlow, project_flow
from taihang.services.ratio_past import has_shapes, levels_of, plan_of, pool_of
from taihang.standards import ndrc_650

PAST_DAYS_MAX: Final = 1_461
"""Most days of the past that models are taken from: four years (§10)."""


class NoRatioForecastError(StateError):
    """The park does not say how the end of a year is forecast."""

    code = "state.no-ratio-forecast"


class NoRatioPastError(StateError):
    """Nothing of the park is settled before the day from which the year is forecast."""

    code = "state.no-ratio-past"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RatioOutlook:
    """How a year ends, as seen on the first day that is forecast."""

    first: date
    """The first local day that is forecast."""
    end: date
    """The first local day of the next year."""
    settings: RatioForecast
    asked: Thresholds
    settled: FlowTotals
    """The year up to that day."""
    n_past_days: int
    """Whole days of the past that models may be taken from."""
    n_past_left_out: int
    """Days of the past that are not whole: open, not settled, or of another length."""
    levels: Mapping[str, str]
    """What the size of each kind and of load is taken from: ``planned``, ``capacity``, ``none``."""
    drawn: Scenarios
    parts: Mapping[str, Reals]
    """The year of each scenario."""
    outlook: YearOutlook
    planning: int
    """The scenario that remedies are sized for."""
    case: Case
    """What that scenario needs, and what it would export each day."""
    cure: Cure | None
    """None where a miss is not likely."""

    @property
    def n_days_left(self) -> int:
        """Days that are forecast."""
        return (self.end - self.first).days


def ratio_outlook(first: date, *, ports: Ports, flow: ProjectFlow | None = None) -> RatioOutlook:
    """Forecast the end of the year of a day from what was settled before it.

    Args:
        first: The first local day that is forecast; nothing from it on is looked at.
        ports: The outside world.
        flow: The past, where it is read already.

    Returns:
        The outlook, with the cheapest cure where a miss is likely.

    Raises:
        NoRatioForecastError: If the park has no ``[ratio_forecast]``.
        NoRatioPastError: If nothing before the day is settled.
        NoModelError: If some day left has no model.
    """
    park, settings = ports.park, demand_settings(ports.park)
    start = _year_start(first)
    end = date(start.year + 1, 1, 1)
    # 1. The past, and the year so far.
    flow = flow or project_flow(past_period(first, ports=ports), ports=ports)
    settled = flow.series.total(days(start, (first - start).days, park.zone))
    pool = pool_of(flow, first, park)
    # 2. Scenarios of the days left.
    drawn = _drawn(pool, first, end, ports)
    # 3. What they say of the ratios.
    asked = thresholds(end - timedelta(days=1), ports=ports)
    parts = year_parts(settled, drawn)
    outlook = year_outlook(parts, asked=asked)
    # 4. What to do about it.
    planning = outlook.planning_scenario(settings.certainty_ratio)
    case = case_of(outlook, drawn, planning)
    return RatioOutlook(
        first=first,
        end=end,
        settings=settings,
        asked=asked,
        settled=settled,
        n_past_days=int(pool.usable.sum()),
        n_past_left_out=int((~pool.usable).sum()),
        levels=levels_of(park),
        drawn=drawn,
        parts=parts,
        outlook=outlook,
        planning=planning,
        case=case,
        cure=_cure(case, asked, park)
        if outlook.chance_ratio >= settings.likely_chance_ratio
        else None,
    )


def demand_settings(park: Park) -> RatioForecast:
    """Return how the park forecasts, or say that it does not.

    Raises:
        NoRatioForecastError: If it does not.
    """
    if park.direct_connection.forecast is None:
        raise NoRatioForecastError(
            given="a park without [ratio_forecast]",
            expected="how many scenarios, of which blocks and season: no text sets them",
            remedy="write [ratio_forecast] (docs/park-toml.md)",
        )
    return park.direct_connection.forecast


def case_of(outlook: YearOutlook, drawn: Scenarios, scenario: int) -> Case:
    """Return what one scenario needs, and what it would export each day left.

    Args:
        outlook: What all scenarios say.
        drawn: The scenarios.
        scenario: Which one.
    """
    return Case(
        needs_wh={
            symbol: int(np.ceil(need[scenario])) for symbol, need in outlook.needs_wh.items()
        },
        exported_by_day_wh=tuple(int(wh) for wh in drawn.exported_by_day_wh[scenario]),
    )


def thresholds(on: date, *, ports: Ports) -> Thresholds:
    """Return what is asked of the ratios on a local day."""
    nothing = ndrc_650.ProjectEnergy(
        available_wh=0, exported_wh=0, curtailed_wh=0, imported_wh=0, load_wh=0, other_wh=0
    )
    self_use, green, export = judged(nothing, on=on, ports=ports).requirements
    return Thresholds(
        self_use_min_ratio=self_use.threshold_ratio,
        green_min_ratio=green.threshold_ratio,
        export_max_ratio=export.threshold_ratio,
        storage_losses_in_load=ports.park.accounting.storage_losses_in_load,
    )


def past_period(first: date, *, ports: Ports) -> Period:
    """Return the days of the past from which models are taken, to the day that is forecast.

    Args:
        first: The first local day that is forecast.
        ports: The outside world.

    Raises:
        NoRatioPastError: If nothing before that day is settled.
    """
    zone = ports.park.zone
    end = days(first, 1, zone).start
    starts = [
        each.start_s for each in ports.registry.settlements() if each.start_s < end.timestamp()
    ]
    if not starts:
        raise NoRatioPastError(
            given=f"nothing settled before {first.isoformat()}",
            expected="some settled past to forecast from",
            remedy="settle it; `taihang ratios DIR --plan` judges the plan without any past",
        )
    known = Period.of_s(min(starts), max(starts) + 1).start.astimezone(zone).date()
    earliest = min(max(known, first - timedelta(days=PAST_DAYS_MAX)), _year_start(first))
    return Period(days(earliest, 1, zone).start, end)


def day_after_settled(name: str, *, ports: Ports) -> date:
    """Return the local day after the last closed interval of a year.

    Args:
        name: The year, ``YYYY``.
        ports: The outside world.

    Raises:
        NoRatioPastError: If no interval of it is closed.
    """
    zone = ports.park.zone
    whole = year(name, zone)
    ends = [
        min(each.end_s, whole.end_s)
        for each in ports.registry.settlements()
        if each.start_s < whole.end_s and whole.start_s < each.end_s
    ]
    if not ends:
        raise NoRatioPastError(
            given=f"nothing settled of {name}",
            expected="some settled days of the year",
            remedy="settle them, or name another year",
        )
    return local_last_day(Period.of_s(whole.start_s, max(ends)), ports.park) + timedelta(days=1)


# -- steps ---------------------------------------------------------------------------------------


def _year_start(first: date) -> date:
    """The year that a forecast ends: of the day before, so that its last day can be told."""
    return date((first - timedelta(days=1)).year, 1, 1)


def _drawn(pool: DayPool, first: date, end: date, ports: Ports) -> Scenarios:
    park, settings = ports.park, demand_settings(ports.park)
    left = DaysLeft(
        first=first, plan=plan_of(first, (end - first).days, park), has_shape=has_shapes(park)
    )
    shape = draws_of(pool, left, settings)
    draws = ports.uniform_numbers(settings.seed, shape[0] * shape[1]).reshape(shape)
    return scenarios(pool, left, settings=settings, draws=draws)


def _cure(case: Case, asked: Thresholds, park: Park) -> Cure:
    return cheapest_cure(case, tuple(park.direct_connection.remedies.values()), asked=asked)
