"""What plants gave interval by interval as it was measured, and what was measured beside them.

Only what was read and no rule holds back speaks of a plant's health: a substitute is made from
what is usual, and would call every plant usual. What a plant could have given and was told not to
counts as given, where its curtailment is metered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from taihang.core.park.assets import PlantKind
from taihang.core.park.topology import Direction
from taihang.core.performance.robust import Flags, Floats, Ints
from taihang.core.periods import STEP_S, Period, days
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.series import Quality, Quantity
from taihang.services.ports import Columns, Ports

_KW_PER_WH: Final = SECONDS_PER_HOUR / STEP_S / WH_PER_KWH


@dataclass(frozen=True, slots=True, eq=False)
class PlantOutputs:
    """Plants of one kind over the same intervals."""

    span: Period
    ids: tuple[str, ...]
    available_kw: Floats
    """Mean power given or curtailed, NaN where not measured, shape (n_plants, n). [kW]"""
    generated_wh: Floats
    """Energy given, read or estimated, NaN where neither, shape (n_plants, n). [Wh]"""
    estimated: Flags
    """Where a substitute stands, shape (n_plants, n)."""
    served: Flags
    """Where the plant belongs to the park and has a row, shape (n_plants, n)."""
    curtailed_wh: Mapping[str, Floats]
    """What was curtailed, NaN where not read; only of plants whose curtailment is metered. [Wh]"""


def plant_outputs(kind: PlantKind, span: Period, *, ports: Ports) -> PlantOutputs:
    """Read what the plants of one kind gave.

    Args:
        kind: Which plants; those without a settled row are left out.
        span: Whole settlement intervals.
        ports: The outside world.
    """
    columns = ("total_wh", "quality", "held")
    rows = ports.lake.read("matching", span, "plant", columns=columns)
    ids = tuple(
        each.id
        for each in ports.park.plants.values()
        if each.kind is kind and len(rows.get(("plant", each.id), _NO_ROWS)["time_s"])
    )
    shape = (len(ids), span.n_steps)
    energy, measured = np.full(shape, np.nan), np.zeros(shape, np.bool_)
    estimated, served = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    for row, plant in enumerate(ids):
        settled = rows["plant", plant]
        at = (settled["time_s"] - span.start_s) // STEP_S
        quality = settled["quality"]
        served[row, at] = True
        estimated[row, at] = quality == Quality.ESTIMATED
        measured[row, at] = is_measured(quality) & (settled["held"] == 0)
        energy[row, at] = np.where(quality < Quality.MISSING, settled["total_wh"], np.nan)
    curtailed_wh = _curtailed(ids, span, ports)
    available_wh = np.where(measured, energy, np.nan)
    for plant, wh in curtailed_wh.items():
        # Where nobody knows what was curtailed, nobody knows what could have been given.
        available_wh[ids.index(plant)] += wh
    return PlantOutputs(
        span=span,
        ids=ids,
        available_kw=available_wh * _KW_PER_WH,
        generated_wh=energy,
        estimated=estimated,
        served=served,
        curtailed_wh=curtailed_wh,
    )


_NO_ROWS: Final[Columns] = {"time_s": np.empty(0, np.int64)}


def is_measured(quality: Ints) -> Flags:
    """Say where a person or a meter read a value, shape (n,)."""
    return (quality == Quality.MEASURED) | (quality == Quality.MANUAL)


def _curtailed(ids: tuple[str, ...], span: Period, ports: Ports) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for meter in ports.park.meters.values():
        if meter.measures is Direction.CURTAILMENT and meter.node in ids:
            wh = metered_wh(meter.id, span, ports=ports)
            found[meter.node] = found[meter.node] + wh if meter.node in found else wh
    return found


def metered_wh(meter: str, span: Period, *, ports: Ports, substitutes: bool = False) -> Floats:
    """Return what one meter counted in each interval, NaN where it was not read, shape (n,) [Wh].

    Args:
        meter: Its id.
        span: Whole settlement intervals.
        ports: The outside world.
        substitutes: Whether an estimate counts: it keeps the sum of a register over a gap.
    """
    wh = np.full(span.n_steps, np.nan)
    rows = ports.lake.read("intervals", span, meter, columns=("wh", "quality")).get((meter,))
    if rows is not None:
        usable = rows["quality"] < Quality.MISSING if substitutes else is_measured(rows["quality"])
        wh[(rows["time_s"][usable] - span.start_s) // STEP_S] = rows["wh"][usable]
    return wh


def sampled(series: str, span: Period, *, ports: Ports) -> Floats:
    """Return the mean of a declared series in each interval, in its unit, shape (n,).

    Args:
        series: Its id; readings of any step inside an interval are averaged.
        span: Whole settlement intervals.
        ports: The outside world.

    Returns:
        NaN where nothing usable was read.
    """
    place = (series, Quantity.SAMPLE.value)
    _, rows = ports.lake.rollups(STEP_S, span, [place])
    values = np.full(span.n_steps, np.nan)
    usable = rows["n"] > 0
    at = (rows["time_s"][usable] - span.start_s) // STEP_S
    scale = float(ports.park.series[series].scale)
    values[at] = rows["sum_count"][usable] / rows["n"][usable] * scale
    return values


def local_days(span: Period, *, ports: Ports) -> tuple[date, Ints]:
    """Return the first local day of a span, and the day of each interval from it, shape (n,)."""
    zone = ports.park.zone
    first = span.start.astimezone(zone).date()
    last = (span.end - timedelta(microseconds=1)).astimezone(zone).date()
    edges_s = [
        days(first + timedelta(days=day), 1, zone).start_s for day in range((last - first).days + 1)
    ]
    place = np.searchsorted(np.array(edges_s), span.grid_s(), side="right") - 1
    return first, place.astype(np.int64)
