"""What the scenarios say: where each ratio ends, how likely it is missed, and by how much.

A quantile is the smallest drawn value that at least so many scenarios do not exceed: one that was
drawn, never one between two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Final

import numpy as np

from taihang.core.ratio.forecast import Reals

QUANTILES: Final = (10, 50, 90)
"""Which are told. [%]"""
SYMBOLS: Final = ("R_self", "R_green", "R_exp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What is asked of the three ratios at the end of the year, and how load is counted."""

    self_use_min_ratio: Decimal
    green_min_ratio: Decimal
    export_max_ratio: Decimal
    storage_losses_in_load: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioOutlook:
    """One ratio at the end of the year."""

    symbol: str
    quantiles_ratio: tuple[float | None, ...]
    """One of each of ``QUANTILES``; None where some scenario has nothing to divide by. [1]"""
    n_missed: int
    """Scenarios that miss the requirement."""
    n_scenarios: int

    @property
    def chance_ratio(self) -> float:
        """How likely the requirement is missed [1]."""
        return self.n_missed / self.n_scenarios


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class YearOutlook:
    """All three, and what each scenario would need."""

    ratios: tuple[RatioOutlook, RatioOutlook, RatioOutlook]
    """In the order of ``SYMBOLS``."""
    needs_wh: Mapping[str, Reals]
    """By how much each scenario misses each requirement, 0 where it does not, shape (n,). [Wh]"""
    allowance_wh: Reals
    """What each scenario's year may export, shape (n,). [Wh]"""

    @property
    def chance_ratio(self) -> float:
        """How likely any requirement is missed [1]."""
        missed = np.zeros(len(self.allowance_wh), np.bool_)
        for need in self.needs_wh.values():
            missed |= need > 0
        return float(missed.mean())

    def planning_scenario(self, certainty_ratio: Decimal) -> int:
        """Return the scenario that remedies are sized for.

        Args:
            certainty_ratio: Share of the scenarios that need no more.

        Returns:
            Its number: scenarios are put in order of their largest need, of equal ones the earlier
            first, and the one at the given share is taken.
        """
        largest = np.max(np.stack(list(self.needs_wh.values())), axis=0)
        order = np.argsort(largest, kind="stable")
        return int(order[ceil(certainty_ratio * len(order)) - 1])


def year_outlook(parts_wh: Mapping[str, Reals], *, asked: Thresholds) -> YearOutlook:
    """Judge the ends of the year that were drawn.

    Args:
        parts_wh: Each of ``PARTS``, shape (n,). [Wh]
        asked: The requirements.

    Returns:
        The outlook.
    """
    available, exported = parts_wh["available"], parts_wh["exported"]
    self_used = available - exported - parts_wh["curtailed"]
    load = parts_wh["load"].copy()
    if asked.storage_losses_in_load:
        load += np.maximum(parts_wh["storage"], 0)
    self_min, green_min = float(asked.self_use_min_ratio), float(asked.green_min_ratio)
    allowance = float(asked.export_max_ratio) * available
    needs = (
        np.maximum(self_min * available - self_used, 0),
        np.maximum(green_min * load - self_used, 0),
        np.maximum(exported - allowance, 0),
    )
    sides = ((self_used, available), (self_used, load), (exported, available))
    ratios = tuple(
        _ratio(symbol, of, need) for symbol, of, need in zip(SYMBOLS, sides, needs, strict=True)
    )
    return YearOutlook(
        ratios=(ratios[0], ratios[1], ratios[2]),
        needs_wh=dict(zip(SYMBOLS, needs, strict=True)),
        allowance_wh=allowance,
    )


def quantiles(values: Reals) -> tuple[float, ...]:
    """Return the quantiles that are told, each a value that was drawn.

    Example:
        >>> quantiles(np.arange(1.0, 11.0))
        (1.0, 5.0, 9.0)
    """
    ordered = np.sort(values)
    return tuple(float(ordered[-(-percent * len(ordered) // 100) - 1]) for percent in QUANTILES)


def _ratio(symbol: str, sides_wh: tuple[Reals, Reals], need_wh: Reals) -> RatioOutlook:
    above_wh, below_wh = sides_wh
    told: tuple[float | None, ...] = tuple(None for _ in QUANTILES)
    if (below_wh > 0).all():
        told = quantiles(above_wh / below_wh)
    return RatioOutlook(
        symbol=symbol,
        quantiles_ratio=told,
        n_missed=int((need_wh > 0).sum()),
        n_scenarios=len(need_wh),
    )
