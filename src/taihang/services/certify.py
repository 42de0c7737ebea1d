"""Issue lots for a settled period: whole Wh, measured only, each plant and interval once."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taihang.core.certificates.lot import Lots, issue
from taihang.core.park.topology import Direction
from taihang.core.periods import Period
from taihang.core.series import EnergySeries, Quality
from taihang.services.ports import Columns, Ports
from taihang.services.settled_rows import series_of


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
    settled = _settled(intervals, ports)
    # Lots of a plant that park.toml has no more stay; a person must decide what becomes of them.
    rows: dict[tuple[str, ...], Columns] = {**issued}
    n_lots = issued_wh = uncertified_wh = 0
    deviating = [plant for (plant,) in issued if plant not in settled]
    for plant, energy in settled.items():
        # What a rule holds back earns no lot; it stays measured energy.
        generation = _but_held(series_of(energy, period), energy, period)
        old = issued.get((plant,), _NO_LOTS)
        # 2. An interval that has a lot is never issued again.
        lots = issue(plant, _without(generation, old["time_s"], period), issued_s=old["time_s"])
        n_lots += len(lots.wh)
        issued_wh += lots.total_wh
        uncertified_wh += int(generation.wh[generation.quality == Quality.ESTIMATED].sum())
        if _deviates(generation, old, period):
            deviating.append(plant)
        rows[plant,] = _together(old, lots)
    # 3. Into the lake: derived, for a lot follows from the readings and the rule.
    ports.lake.replace("lots", period, rows)
    return Certified(n_lots, issued_wh, uncertified_wh, tuple(deviating))


_NO_LOTS: Columns = {"time_s": np.array([], np.int64), "wh": np.array([], np.int64)}


def _settled(intervals: Mapping[tuple[str, ...], Columns], ports: Ports) -> dict[str, Columns]:
    """Return the settled intervals by plant; a plant whose meter was replaced has several."""
    found: dict[str, Columns] = {}
    for meter in ports.park.meters.values():
        rows = intervals.get((meter.id,))
        if meter.measures is not Direction.GENERATION or rows is None:
            continue
        before = found.get(meter.node)
        found[meter.node] = rows if before is None else _joined(before, rows)
    return found


def _joined(first: Columns, second: Columns) -> Columns:
    return {name: np.concatenate([first[name], second[name]]) for name in first}


def _index(times_s: NDArray[np.int64], period: Period) -> NDArray[np.int64]:
    return np.searchsorted(period.grid_s(), times_s).astype(np.int64)


def _without(generation: EnergySeries, issued_s: NDArray[np.int64], period: Period) -> EnergySeries:
    quality = generation.quality.copy()
    quality[_index(issued_s, period)] = Quality.MISSING
    return EnergySeries(generation.start_s, generation.wh, quality)


def _but_held(generation: EnergySeries, rows: Columns, period: Period) -> EnergySeries:
    held_s = rows["time_s"][rows["held"] > 0]
    return _without(generation, held_s, period) if len(held_s) else generation


def _deviates(generation: EnergySeries, old: Columns, period: Period) -> bool:
    at = _index(old["time_s"], period)
    now_wh = np.where(generation.measured[at], np.maximum(generation.wh[at], 0), 0)
    return bool(np.any(now_wh != old["wh"]))


def _together(old: Columns, lots: Lots) -> Columns:
    times_s = np.concatenate([old["time_s"], lots.starts_s])
    wh = np.concatenate([old["wh"], lots.wh])
    order = np.argsort(times_s, kind="stable")
    return {"time_s": times_s[order], "wh": wh[order]}
