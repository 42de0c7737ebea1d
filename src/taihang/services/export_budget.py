"""How much a day may feed back, so that the year ends within its ratios: open, priced or blocked.

The rule (docs/planning.md): where the province allows no export, the gates are shut. Where missing
the limit is likely, the day is blocked at its level of what the year has left. Where it is possible
and not likely, a kWh of export is priced at what it would save times how likely that is.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from taihang.core.dispatch.outlook import Notice
from taihang.core.park.direct_connection import RemedyKind
from taihang.core.park.park import Park
from taihang.core.quantities import WH_PER_KWH, WH_PER_MWH
from taihang.core.ratio.budget import daily_level_wh
from taihang.core.ratio.forecast import NoModelError
from taihang.core.ratio.outlook import SYMBOLS
from taihang.core.ratio.remedy import need_value_cny_per_mwh
from taihang.services.ports import Ports
from taihang.services.ratio_outlook import (
    NoRatioPastError,
    RatioOutlook,
    case_of,
    ratio_outlook,
    thresholds,
)

_KWH_PER_MWH: Final = WH_PER_MWH // WH_PER_KWH
_EXPORT: Final = SYMBOLS.index("R_exp")


class BudgetMode(StrEnum):
    """What the year's ratios say to the plan of a day."""

    OPEN = "open"
    """Nothing: no limit is stated, or no scenario of the year misses it."""
    PRICE = "price"
    """A kWh of export costs what it would save at the end of the year."""
    BLOCK = "block"
    """The day may export so much and no more."""
    SHUT = "shut"
    """Nothing may be fed back at any time 全消纳."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportBudget:
    """What a plan of a day has to obey."""

    mode: BudgetMode
    most_kwh: float | None = None
    """What the day may export; None where only the price counts [kWh]."""
    export_value_cny_per_kwh: float = 0.0
    """What a kWh of export takes away from the rest of the year [CNY/kWh]."""
    curtail_price_cny_per_kwh: float | None = None
    """What a curtailed kWh costs; None where nothing may be curtailed [CNY/kWh]."""
    chance_ratio: float | None = None
    """How likely the export limit is missed; None where the year is not forecast [1]."""
    left_kwh: float | None = None
    """What the year may still export in the scenario that is planned for [kWh]."""
    notices: tuple[Notice, ...] = ()

    @property
    def is_shut(self) -> bool:
        """Whether the gates give nothing."""
        return self.mode is BudgetMode.SHUT

    @property
    def is_binding(self) -> bool:
        """Whether the plan has a budget or a price to obey."""
        return self.most_kwh is not None or self.export_value_cny_per_kwh > 0.0


def export_budget(day: date, *, ports: Ports) -> ExportBudget:
    """Return what the ratios of the year ask of a day.

    Args:
        day: The local day.
        ports: The outside world.

    Returns:
        The budget; open, with a notice, where the year cannot be forecast.
    """
    park = ports.park
    # 1. Does the province allow any export at all?
    if _has_limit(park) and thresholds(day, ports=ports).export_max_ratio == 0:
        return _with_curtailment(ExportBudget(mode=BudgetMode.SHUT), park, added=0.0)
    # 2. How does the year end?
    if park.direct_connection.forecast is None or (day.month, day.day) == (1, 1):
        return _with_curtailment(ExportBudget(mode=BudgetMode.OPEN), park, added=0.0)
    try:
        outlook = ratio_outlook(day, ports=ports)
    except (NoModelError, NoRatioPastError) as error:
        notice = Notice("year-unknown", {"why": error.given})
        found = ExportBudget(mode=BudgetMode.OPEN, notices=(notice,))
        return _with_curtailment(found, park, added=0.0)
    # 3. What that asks of the day.
    return budget_of(outlook, park)


def budget_of(outlook: RatioOutlook, park: Park) -> ExportBudget:
    """Turn the outlook of a year into the budget of its next day.

    Args:
        outlook: How the year ends.
        park: The park, for the prices of its remedies.

    Returns:
        The budget.
    """
    chance = outlook.outlook.ratios[_EXPORT].chance_ratio
    likely = float(outlook.settings.likely_chance_ratio)
    left_wh = _left_wh(outlook)
    values, notices = dict[str, float](), list[Notice]()
    for symbol in SYMBOLS:
        worth = _worth(outlook, park, symbol, likely)
        if worth is None:
            notices.append(Notice("ratio-unpriced", {"ratio": symbol}))
        values[symbol] = worth or 0.0
    kept = values["R_self"] + values["R_green"]
    level_wh = daily_level_wh(outlook.case.exported_by_day_wh, left_wh=left_wh)
    is_blocked = chance >= likely and level_wh is not None
    export_value = kept if is_blocked else kept + values["R_exp"]
    mode = BudgetMode.PRICE if export_value > 0.0 else BudgetMode.OPEN
    return _with_curtailment(
        ExportBudget(
            mode=BudgetMode.BLOCK if is_blocked else mode,
            most_kwh=level_wh / WH_PER_KWH if is_blocked and level_wh is not None else None,
            export_value_cny_per_kwh=export_value,
            chance_ratio=chance,
            left_kwh=left_wh / WH_PER_KWH,
            notices=tuple(notices) if not is_blocked else (),
        ),
        park,
        added=kept,
    )


def _has_limit(park: Park) -> bool:
    stated = park.accounting.export_limit_ratio is not None
    return stated or bool(park.direct_connection.limits)


def _left_wh(outlook: RatioOutlook) -> int:
    allowance = float(outlook.outlook.allowance_wh[outlook.planning])
    return max(int(allowance) - outlook.settled.wh["export"], 0)


def _worth(outlook: RatioOutlook, park: Park, symbol: str, likely: float) -> float | None:
    """Return what a kWh of a ratio is worth: at full price where a miss is likely [CNY/kWh].

    None where it is worth something and no remedy has a price that reaches so far.
    """
    ratio = outlook.outlook.ratios[SYMBOLS.index(symbol)]
    if not ratio.n_missed:
        return 0.0
    is_likely = ratio.chance_ratio >= likely
    worst = outlook.outlook.planning_scenario(Decimal(1))
    case = outlook.case if is_likely else case_of(outlook.outlook, outlook.drawn, worst)
    if not case.needs_wh[symbol]:
        return 0.0
    remedies = tuple(park.direct_connection.remedies.values())
    value = need_value_cny_per_mwh(case, remedies, asked=outlook.asked, symbol=symbol)
    if value is None:
        return None
    weight = 1.0 if is_likely else ratio.chance_ratio
    return weight * float(value) / _KWH_PER_MWH


def _with_curtailment(budget: ExportBudget, park: Park, *, added: float) -> ExportBudget:
    """Say what a curtailed kWh costs: the remedy's net price, less the export that it forgoes.

    Without a priced remedy only a budget that must be kept lets plants be turned down, at no cost
    beside what they would have earned.
    """
    prices = [
        float(remedy.price_cny_per_mwh) / _KWH_PER_MWH
        for remedy in park.direct_connection.remedies.values()
        if remedy.kind is RemedyKind.CURTAIL and remedy.price_cny_per_mwh is not None
    ]
    must = budget.mode in {BudgetMode.BLOCK, BudgetMode.SHUT}
    if not prices and not must:
        return budget
    earned = min(
        (float(one.export_price_cny_per_kwh) for one in park.grid_tariffs.values()), default=0.0
    )
    net = max(min(prices, default=earned) - earned, 0.0)
    return replace(budget, curtail_price_cny_per_kwh=net + added)
