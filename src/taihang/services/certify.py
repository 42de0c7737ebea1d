"""Issue lots for a settled period: whole Wh, measured only, each plant and interval once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taihang.core.certificates.lot import Lots, issue
from taihang.core.park.topology import Direction, Meter
from taihang.core.periods import Period
from taihang.core.series import EnergySeries, Quality
from taihang.services.ports import Columns, Ports
from taihang.services.settle import series_of


@dataclass(frozen=True, slots=True)
class Certified:
    """What one run issued, and what no longer fits."""

    n_lots: int
    issued_wh: int
    uncertified_wh: int
    """Generation that is not measured and so earns no lot [Wh]."""
    deviating: tuple[str, ...]
    """Plants whose issued lots differ from the generation settled now; a person must decide."""


def certify(period: Period, *, ports: Ports) -> Certified:
    """Issue lots for every measured interval that has none yet.

    Args:
        period: A settled period.
        ports: The outside world.

    Returns:
        What was issued.
    """
    # 1. What is settled and what is issued already.
    intervals = ports.lake.read("intervals", period)
    issued = ports.lake.read("lots", period)
    rows: dict[tuple[str, ...], Columns] = {}
    n_lots = issued_wh = uncertified_wh = 0
    deviating: list[str] = []
    for meter in _plant_meters(ports):
        settled = intervals.get((meter.id,))
        if settled is None:
            continue
        generation = series_of(settled, period)
        old = issued.get((meter.node,), _NO_LOTS)
        # 2. An interval that has a lot is never issued again.
        lots = issue(
            meter.node, _without(generation, old["time_s"], period), issued_s=old["time_s"]
        )
        n_lots += len(lots.wh)
        issued_wh += lots.total_wh
        uncertified_wh += int(generation.wh[generation.quality == Quality.ESTIMATED].sum())
        if _deviates(generation, old, period):
            deviating.append(meter.node)
        rows[meter.node,] = _together(old, lots)
    # 3. Into the lake: derived, for a lot follows from the readings and the rule.
    ports.lake.replace("lots", period, rows)
    return Certified(n_lots, issued_wh, uncertified_wh, tuple(deviating))


_NO_LOTS: Columns = {"time_s": np.array([], np.int64), "wh": np.array([], np.int64)}


def _plant_meters(ports: Ports) -> list[Meter]:
    return [m for m in ports.park.meters.values() if m.measures is Direction.GENERATION]


def _index(times_s: NDArray[np.int64], period: Period) -> NDArray[np.int64]:
    return np.searchsorted(period.grid_s(), times_s).astype(np.int64)


def _without(generation: EnergySeries, issued_s: NDArray[np.int64], period: Period) -> EnergySeries:
    quality = generation.quality.copy()
    quality[_index(issued_s, period)] = Quality.MISSING
    return EnergySeries(generation.start_s, generation.wh, quality)


def _deviates(generation: EnergySeries, old: Columns, period: Period) -> bool:
    at = _index(old["time_s"], period)
    now_wh = np.where(generation.measured[at], np.maximum(generation.wh[at], 0), 0)
    return bool(np.any(now_wh != old["wh"]))


def _together(old: Columns, lots: Lots) -> Columns:
    times_s = np.concatenate([old["time_s"], lots.starts_s])
    wh = np.concatenate([old["wh"], lots.wh])
    order = np.argsort(times_s, kind="stable")
    return {"time_s": times_s[order], "wh": wh[order]}
