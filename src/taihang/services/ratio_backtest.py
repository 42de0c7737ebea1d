"""How good the forecasts of a year that is over would have been."""

from dataclasses import dataclass
from datetime import date, timedelta

from taihang.core.periods import month, month_names, year
from taihang.services.account import judged
from taihang.services.ports import Ports
from taihang.services.project_flow import project_flow
from taihang.services.ratio_outlook import ratio_outlook
from taihang.standards import ndrc_650


@dataclass(frozen=True, slots=True, kw_only=True)
class PastForecast:
    """One forecast of a year that is over, beside what came."""

    first: date
    symbol: str
    quantiles_ratio: tuple[float | None, ...]
    chance_ratio: float
    actual_ratio: float | None
    missed: bool | None

    @property
    def is_inside(self) -> bool | None:
        """Whether what came lies from P10 to P90; None where there is no ratio."""
        low, *_, high = self.quantiles_ratio
        if low is None or high is None or self.actual_ratio is None:
            return None
        return low <= self.actual_ratio <= high


def backtest(name: str, *, ports: Ports) -> tuple[PastForecast, ...]:
    """Forecast a year that is over from the end of each of its months but the last.

    Args:
        name: The year, ``YYYY``; wholly settled.
        ports: The outside world.

    Returns:
        Three forecasts of each month that has a past, in order; each saw only what lay before it.
    """
    zone = ports.park.zone
    whole = year(name, zone)
    over = whole.end.astimezone(zone).date()
    series = project_flow(whole, ports=ports).series
    energy = ndrc_650.energy_of(
        series.total(whole),
        storage_losses_in_load=ports.park.accounting.storage_losses_in_load,
    )
    came = judged(energy, on=over - timedelta(days=1), ports=ports).requirements
    found: list[PastForecast] = []
    for month_name in month_names(name)[:-1]:
        first = month(month_name, zone).end.astimezone(zone).date()
        seen = ratio_outlook(first, ports=ports)
        found.extend(
            PastForecast(
                first=first,
                symbol=told.symbol,
                quantiles_ratio=told.quantiles_ratio,
                chance_ratio=told.chance_ratio,
                actual_ratio=None if one.ratio is None else float(one.ratio),
                missed=None if one.shortfall_wh is None else bool(one.shortfall_wh),
            )
            for told, one in zip(seen.outlook.ratios, came, strict=True)
        )
    return tuple(found)
