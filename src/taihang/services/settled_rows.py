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
from taihang.core.balance.matching import DIRECT, Line, Matching, RouteKind, match_green
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


def matching_rows(
    meters: Sequence[Part], period: Period, park: Park
) -> dict[tuple[str, ...], Columns]:
    """Return the rows of the table ``matching``: what every plant gave and every user received."""
    plants = _stack(meters, Direction.GENERATION, period=period, park=park)
    users = _stack(meters, Direction.CONSUMPTION, period=period, park=park)
    offered_wh = offered_green_wh(plants.measured_wh, users.quality)
    matched = match_green(offered_wh, users.usable_wh, lines=lines_of(park))
    return _matching_rows(plants, users, matched, period)


def offered_green_wh(
    measured_wh: NDArray[np.int64], user_quality: NDArray[np.integer]
) -> NDArray[np.int64]:
    """Return the generation that may be matched.

    What was not measured cannot be claimed, and own use of a plant at night is no generation. Where
    the load of any user is missing nothing is matched at all: its share would go to the others.

    Args:
        measured_wh: Measured net generation, 0 elsewhere, shape (n_plants, n). [Wh]
        user_quality: Quality of each user's load, shape (n_users, n).

    Returns:
        Generation to be matched, shape (n_plants, n). [Wh]
    """
    all_known = (user_quality < Quality.MISSING).all(axis=0)
    return np.where(all_known, np.maximum(measured_wh, 0), 0)


@dataclass(frozen=True, slots=True)
class _Stack:
    """Energies of several nodes under one another."""

    ids: tuple[str, ...]
    usable_wh: NDArray[np.int64]
    measured_wh: NDArray[np.int64]
    """Measured, and held by no rule; of plants alone, for nothing else is matched by it."""
    quality: NDArray[np.uint8]
    held: NDArray[np.bool_]


def _stack(meters: Sequence[Part], direction: Direction, *, period: Period, park: Park) -> _Stack:
    n = period.n_steps
    is_plant = direction is Direction.GENERATION
    rows = tuple(park.plants) if is_plant else park.users
    usable = np.zeros((len(rows), n), np.int64)
    measured = np.zeros((len(rows) if is_plant else 0, n), np.int64)
    quality = np.full((len(rows), n), Quality.MISSING, np.uint8)
    held_back = np.zeros((len(rows), n), np.bool_)
    grid_s, assets = period.grid_s(), park.assets
    for row, node in enumerate(rows):
        # What does not belong to the park yet has no energy there: that is known, not missing.
        quality[row, ~_mask(assets[node].in_service, grid_s, park)] = Quality.MEASURED
    for item in meters:
        if item.meter.measures is direction and item.meter.node in rows:
            row, series = rows.index(item.meter.node), item.series
            mask = item.in_service
            usable[row] = np.where(mask & series.present, series.wh, usable[row])
            if is_plant:
                claimed = mask & series.measured & ~item.held
                measured[row] = np.where(claimed, series.wh, measured[row])
            held_back[row] |= mask & item.held
            quality[row] = np.where(mask, series.quality, quality[row])
    return _Stack(rows, usable, measured, quality, held_back)


def _matching_rows(
    plants: _Stack, users: _Stack, matched: Matching, period: Period
) -> dict[tuple[str, ...], Columns]:
    grid_s = period.grid_s()
    rows: dict[tuple[str, ...], Columns] = {}
    by_line, shared = RouteKind.LINE, tuple(kind for kind in DIRECT if kind is not RouteKind.LINE)
    for stack, role, line, pool in (
        (plants, "plant", matched.given_wh(by_line), matched.given_wh(*shared)),
        (users, "user", matched.received_wh(by_line), matched.received_wh(*shared)),
    ):
        for row, node in enumerate(stack.ids):
            rows[role, node] = {
                "time_s": grid_s,
                "total_wh": stack.usable_wh[row],
                "line_wh": line[row],
                "pool_wh": pool[row],
                "quality": stack.quality[row].astype(np.int64),
                "held": stack.held[row].astype(np.int64),
            }
    return rows


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


def lines_of(park: Park) -> list[Line]:
    """Return the dedicated lines as rows of the park's plants and users."""
    plants, users = list(park.plants), list(park.users)
    return [
        Line(
            id=line.id,
            plants=tuple(plants.index(plant) for plant in line.plants),
            users=tuple(users.index(user) for user in line.users),
            limit_wh=int(line.capacity_kva * _VA_PER_KVA * STEP_S / SECONDS_PER_HOUR),
        )
        for line in park.dedicated_lines.values()
    ]


def service_mask(park: Park, meter: Meter, period: Period) -> NDArray[np.bool_]:
    """Say in which intervals a meter and its asset belong to the park, shape (n_steps,)."""
    grid_s = period.grid_s()
    asset = park.assets[meter.node]
    return _mask(meter.in_service, grid_s, park) & _mask(asset.in_service, grid_s, park)


def _mask(service: InService, grid_s: NDArray[np.int64], park: Park) -> NDArray[np.bool_]:
    mask = np.ones(len(grid_s), np.bool_)
    if service.since is not None:
        mask &= grid_s >= days(service.since, 1, park.zone).start_s
    if service.until is not None:
        mask &= grid_s < days(service.until, 1, park.zone).start_s
    return mask
