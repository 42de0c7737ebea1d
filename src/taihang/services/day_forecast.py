"""What is expected of the days ahead: each load and each plant, from the settled weeks before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.forecast import Backtest, ForecastKind, backtest, naive_day_ahead
from taihang.core.errors import StateError
from taihang.core.park.assets import PlantKind
from taihang.core.periods import STEPS_PER_DAY, Period, days
from taihang.services.ports import Columns, Ports
from taihang.services.settled_power import power_kw

HISTORY_DAYS: Final = 28
"""Days of history that a forecast looks at."""
BACKTEST_DAYS: Final = 7
_LOAD: Final = "load"
_KIND: Final = {PlantKind.PV: ForecastKind.PV, PlantKind.WIND: ForecastKind.WIND}
_Powers = NDArray[np.float64]


class NoPlanError(StateError):
    """No day can be planned here: nothing was settled before it, or it has no 96 quarters."""

    code = "state.no-plan"


@dataclass(frozen=True, slots=True, eq=False)
class DayHistory:
    """Mean power of the days before a day, one row a day, NaN where nothing usable was measured."""

    day: date
    load_kw: Mapping[str, _Powers]
    """By user, shape (``HISTORY_DAYS``, 96). [kW]"""
    plant_kw: Mapping[str, _Powers]
    """By plant, the same. [kW]"""
    kinds: Mapping[str, PlantKind]
    """By plant."""

    def load_ahead_kw(self, users: Sequence[str], *, offset_days: int = 0) -> _Powers:
        """Return what some users together are expected to draw on a day.

        Args:
            users: Whose load; those without history add nothing.
            offset_days: 0 for the day itself, 1 for the day after it.

        Returns:
            Mean power, shape (96,). [kW]
        """
        known = [self.load_kw[user] for user in users if user in self.load_kw]
        if not known:
            return np.zeros(STEPS_PER_DAY)
        return _ahead_kw(np.sum(known, axis=0), ForecastKind.LOAD, offset_days)

    def plant_ahead_kw(self, plant: str, *, offset_days: int = 0) -> _Powers:
        """Return what a plant is expected to be able to give.

        Args:
            plant: Which.
            offset_days: 0 for the day itself, 1 for the day after it.

        Returns:
            Mean power, shape (96,). [kW]
        """
        return _ahead_kw(self.plant_kw[plant], _KIND[self.kinds[plant]], offset_days)

    def errors(self) -> dict[str, Backtest]:
        """Return how well each forecast would have done on the last days, by flow."""
        flows = {_LOAD: (ForecastKind.LOAD, [*self.load_kw.values()])}
        for kind in PlantKind:
            chosen = [kw for plant, kw in self.plant_kw.items() if self.kinds[plant] is kind]
            if chosen:
                flows[kind.value] = (_KIND[kind], chosen)
        return {
            flow: backtest(np.sum(parts, axis=0), kind=kind, days=BACKTEST_DAYS)
            for flow, (kind, parts) in flows.items()
        }


def day_history(day: date, *, ports: Ports) -> DayHistory:
    """Read what was measured in the weeks before a day.

    Args:
        day: The local day that is forecast.
        ports: The outside world.

    Returns:
        The history.

    Raises:
        NoPlanError: If nothing is settled before the day, or the day has no 96 quarters.
    """
    park = ports.park
    if days(day, 1, park.zone).n_steps != STEPS_PER_DAY:
        raise NoPlanError(
            given=f"{day.isoformat()} of {days(day, 1, park.zone).n_steps} quarters",
            expected=f"a local day of {STEPS_PER_DAY}: days on which clocks change have no history",
            remedy="operate by the plan of the day before, or by hand",
        )
    span = days(day - timedelta(days=HISTORY_DAYS), HISTORY_DAYS, park.zone)
    matching = ports.lake.read("matching", span)
    users = {node: rows for (role, node), rows in matching.items() if role == "user"}
    if not users:
        raise NoPlanError(
            given=f"no settled day in the {HISTORY_DAYS} days before {day.isoformat()}",
            expected="settled history to forecast from",
            remedy="run `taihang settle` for the days before it",
        )
    plants = {
        plant.id: matching["plant", plant.id]
        for plant in park.plants.values()
        if ("plant", plant.id) in matching and plant.in_service.covers(day)
    }
    return DayHistory(
        day=day,
        load_kw={node: _days_kw(rows, span) for node, rows in users.items()},
        plant_kw={node: _days_kw(rows, span) for node, rows in plants.items()},
        kinds={node: park.plants[node].kind for node in plants},
    )


def _ahead_kw(history_kw: _Powers, kind: ForecastKind, offset_days: int) -> _Powers:
    """Forecast a day; a later one goes as the day four weeks before it was measured.

    A mean of days has no peaks, and later days are looked at for their peaks.
    """
    mean_kw = naive_day_ahead(history_kw, kind=kind).kw
    if not offset_days:
        return mean_kw
    measured_kw = history_kw[offset_days % HISTORY_DAYS]
    return np.where(np.isfinite(measured_kw), measured_kw, mean_kw)


def _days_kw(columns: Columns, span: Period) -> _Powers:
    # A history in which clocks change has an hour more or less: by quarters, not by its days.
    kw = np.full(HISTORY_DAYS * STEPS_PER_DAY, np.nan)
    measured_kw = power_kw(columns, span)[: len(kw)]
    kw[: len(measured_kw)] = measured_kw
    return kw.reshape(-1, STEPS_PER_DAY)
