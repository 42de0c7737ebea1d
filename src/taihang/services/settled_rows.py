"""What a settlement says of each interval: the balance, who got which green energy, and the rows.

Every interval stands for itself here: of a part of a period the same comes out as of the whole, for
that part. The rules that look further lie in ``validate`` and ``estimate``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.balance import Balance, Flow, close_balance
from taihang.core.park.assets import InService
from taihang.core.park.park import Park
from taihang.core.park.topology import Direction, Meter
from taihang.core.periods import STEP_S, Period, days
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.series import EnergySeries, Quality
from taihang.services.ports import Columns

_VA_PER_KVA = 1_000
CURTAILMENT: Final = Direction.CURTAILMENT.value
"""Key of what was curtailed, beside the flows of the balance."""


@dataclass(frozen=True, slots=True)
class Part:
    """One meter as it is settled: by the law, then filled where something stands in."""

    meter: Meter
    series: EnergySeries
    in_service: NDArray[np.bool_]
    """Where the meter and its asset belong to the park, shape (n,)."""
    method: NDArray[np.int64]
    """How each value came to be, shape (n,)."""
    held: NDArray[np.bool_]
    """Where a rule lets measured energy earn no claim, shape (n,)."""


def _flow(meters: Iterable[Part], n: int) -> Flow:
    """Sum meters into one flow; a meter counts only while it is in service."""
    wh, present = np.zeros(n, np.int64), np.ones(n, np.bool_)
    for item in meters:
        usable = item.series.present
        wh += np.where(item.in_service & usable, item.series.wh, 0)
        present &= usable | ~item.in_service
    return Flow(wh, present)


def balance_of(meters: Sequence[Part], period: Period, park: Park) -> Balance:
    """Close the balance of the park over a period, or a part of one."""

    def flow(direction: Direction) -> Flow:
        return _flow((m for m in meters if m.meter.measures is direction), period.n_steps)

    metered = np.zeros(period.n_steps, np.bool_)
    for item in meters:
        if item.meter.measures is Direction.IMPORT and item.meter.node in park.grids:
            metered |= item.in_service
    return close_balance(
        generation=flow(Direction.GENERATION),
        discharge=flow(Direction.DISCHARGE),
        load=flow(Direction.CONSUMPTION),
        charge=flow(Direction.CHARGE),
        grid=(flow(Direction.IMPORT), flow(Direction.EXPORT)),
        grid_metered=metered,
    )


def interval_rows(meters: Sequence[Part], period: Period) -> dict[tuple[str, ...], Columns]:
    """Return the rows of the table ``intervals``: what every meter counted, and how it is known."""
    grid_s = period.grid_s()
    return {
        (item.meter.id,): {
            "time_s": grid_s[item.in_service],
            "wh": item.series.wh[item.in_service],
            "quality": item.series.quality[item.in_service].astype(np.int64),
            "method": item.method[item.in_service],
            "held": item.held[item.in_service].astype(np.int64),
        }
        for item in meters
    }


def balance_rows(
    balance: Balance, parts: Sequence[Part], period: Period
) -> dict[tuple[str, ...], Columns]:
    """Return the rows of the table ``balance``: the seven flows, and where they are closed.

    Where a plant's curtailment is metered, it stands beside them: no flow, and only in intervals
    that are closed and in which every such meter was read.
    """
    grid_s = period.grid_s()
    closed = balance.closed.astype(np.int64)
    metered = balance.grid_metered.astype(np.int64)
    estimated = np.zeros(period.n_steps, np.bool_)
    for part in parts:
        estimated |= part.in_service & (part.series.quality == Quality.ESTIMATED)
    marks = {"closed": closed, "metered": metered, "estimated": estimated.astype(np.int64)}
    rows: dict[tuple[str, ...], Columns] = {
        (flow,): {"time_s": grid_s, "wh": wh, **marks} for flow, wh in balance.flows_wh.items()
    }
    metered_cuts = [part for part in parts if part.meter.measures is Direction.CURTAILMENT]
    if metered_cuts:
        cut = _flow(metered_cuts, period.n_steps)
        known = balance.closed & cut.present
        rows[CURTAILMENT,] = {
            "time_s": grid_s,
            "wh": np.where(known, cut.wh, 0),
            **marks,
            "closed": known.astype(np.int64),
        }
    return rows


def series_of(rows: Columns, period: Period) -> EnergySeries:
    """Return settled rows as a series over a whole period; what is not there is missing."""
    series = EnergySeries.missing(period)
    at = (rows["time_s"] - period.start_s) // STEP_S
    series.wh[at] = rows["wh"]
    series.quality[at] = rows["quality"].astype(np.uint8)
    return series


def max_interval_wh(meter: Meter) -> int:
    """Return the largest honest energy of one settlement interval of a meter [Wh]."""
    return int(meter.max_kw * _VA_PER_KVA * STEP_S / SECONDS_PER_HOUR)


def service_mask(park: Park, meter: Meter, period: Period) -> NDArray[np.bool_]:
    """Say in which intervals a meter and its asset belong to the park, shape (n_steps,)."""
    grid_s = period.grid_s()
    asset = park.assets[meter.node]
    return where_in_service(meter.in_service, grid_s, park) & where_in_service(
        asset.in_service, grid_s, park
    )


def where_in_service(
    service: InService, grid_s: NDArray[np.int64], park: Park
) -> NDArray[np.bool_]:
    """Say in which intervals an object belongs to the park, shape (n,)."""
    mask = np.ones(len(grid_s), np.bool_)
    if service.since is not None:
        mask &= grid_s >= days(service.since, 1, park.zone).start_s
    if service.until is not None:
        mask &= grid_s < days(service.until, 1, park.zone).start_s
    return mask
