"""The settled period of the park hour by hour: loads, what was matched with them, what was left.

An hour is known where every interval of it is settled with a usable load. Where the load of anybody
in the park is missing the settlement matches nothing at all; such hours are counted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.carbon.cfe import STEPS_PER_HOUR, hourly_wh
from taihang.core.carbon.hourly_score import HourlyUse, Left
from taihang.core.park.assets import PlantKind
from taihang.core.park.park import PARK_SUBJECT, Park
from taihang.core.periods import STEP_S, Period, instant_of_s
from taihang.core.quantities import EXACT, SECONDS_PER_HOUR, whole_parts
from taihang.core.series import Quality
from taihang.services.ports import Columns, Ports, Slabs
from taihang.services.settle import known_at

Hours = NDArray[np.int64]
_NO_ROWS: Final[Columns] = {
    name: np.zeros(0, np.int64)
    for name in ("time_s", "total_wh", "line_wh", "pool_wh", "quality", "held")
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkHours:
    """One settled period of the park, hour by hour from its beginning."""

    period: Period
    park: Park
    users: Mapping[str, HourlyUse]
    """Of every user, in the order of the park file; each with its part of the surplus."""
    whole: HourlyUse
    """Of the park: the sum of its users, in hours in which all of them are known."""
    generated_wh: Mapping[PlantKind, Hours]
    """Generation that may be claimed, by technology, each of shape (n,). [Wh]"""
    surplus_wh: Hours
    """Of it what was matched with nobody in the interval of its generation, shape (n,). [Wh]"""
    withheld: NDArray[np.bool_]
    """Where nothing was matched in an interval because somebody's load is missing, shape (n,)."""
    local_hours: tuple[tuple[str, int], ...]
    """The local day, and the hour of the day, of each hour."""

    @property
    def day_starts(self) -> tuple[int, ...]:
        """The hour with which each local day begins."""
        days = [day for day, _ in self.local_hours]
        return tuple(at for at, day in enumerate(days) if at == 0 or days[at - 1] != day)

    @property
    def n_hours(self) -> int:
        """Hours of the period."""
        return len(self.surplus_wh)

    def use_of(self, subject: str) -> HourlyUse:
        """Return the hours of a user, or of the park."""
        return self.whole if subject == PARK_SUBJECT else self.users[subject]

    def left_of(self, use: HourlyUse) -> Left:
        """Return what is left over for a subject: its own residual, the surplus of the park."""
        return Left(
            residual_wh=np.where(use.known, use.residual_wh, 0),
            surplus_wh=np.where(use.known, self.surplus_wh, 0),
        )


def park_hours(period: Period, *, ports: Ports) -> ParkHours:
    """Add the settled intervals of a period up to hours.

    Args:
        period: Whole local days.
        ports: The outside world.
    """
    park = ports.park
    rows = ports.lake.read("matching", period)
    # 1. Users: load, and what was matched with it.
    users = {user: _hours_of(rows.get(("user", user), _NO_ROWS), period) for user in park.users}
    known = np.ones(period.n_steps // STEPS_PER_HOUR, np.bool_)
    for use in users.values():
        np.logical_and(known, use.known, out=known)
    # 2. Plants: what may be claimed, and what of it nobody took.
    claimed, surplus_wh = _claimed(rows, known, ports=ports, period=period)
    # 3. What was matched with nobody is everybody's part of the old claim by volume.
    whole = _sum_of(users, known)
    generated_wh = sum(int(wh.sum()) for wh in claimed.values())
    unmatched_wh = max(generated_wh - int(whole.matched_wh.sum()), 0)
    parts = _shared_out(unmatched_wh, users)
    return ParkHours(
        period=period,
        park=park,
        users={name: replace(use, surplus_wh=parts[name]) for name, use in users.items()},
        whole=replace(whole, surplus_wh=unmatched_wh),
        generated_wh=claimed,
        surplus_wh=surplus_wh,
        withheld=~known,
        local_hours=tuple(local_hours(period, park)),
    )


def local_hours(period: Period, park: Park) -> Iterator[tuple[str, int]]:
    """Yield the local day, and the hour of the day, of each hour of a period."""
    for at_s in range(period.start_s, period.end_s, SECONDS_PER_HOUR):
        local = instant_of_s(at_s).astimezone(park.zone)
        yield local.date().isoformat(), local.hour


def _hours_of(rows: Columns, period: Period) -> HourlyUse:
    """Put the rows of one user on the hours of a period."""
    at = (rows["time_s"] - period.start_s) // STEP_S
    usable = rows["quality"] < Quality.MISSING
    present = np.zeros(period.n_steps, np.bool_)
    present[at] = usable
    known: NDArray[np.bool_] = np.logical_and.reduce(present.reshape(-1, STEPS_PER_HOUR), axis=1)
    load_wh = _on_grid(at, np.where(usable, rows["total_wh"], 0), period)
    matched_wh = _on_grid(at, np.where(usable, rows["line_wh"] + rows["pool_wh"], 0), period)
    return HourlyUse(
        load_wh=np.where(known, hourly_wh(load_wh), 0),
        matched_wh=np.where(known, hourly_wh(matched_wh), 0),
        known=known,
        surplus_wh=0,
    )


def _on_grid(at: Hours, wh: Hours, period: Period) -> Hours:
    grid_wh = np.zeros(period.n_steps, np.int64)
    grid_wh[at] = wh
    return grid_wh


def _claimed(
    rows: Slabs, known: NDArray[np.bool_], *, ports: Ports, period: Period
) -> tuple[dict[PlantKind, Hours], Hours]:
    """Return by hour what may be claimed by technology, and what of it nobody took [Wh]."""
    counted = np.repeat(known, STEPS_PER_HOUR)
    offered_wh, taken_wh = np.zeros((2, period.n_steps), np.int64)
    by_kind: dict[PlantKind, Hours] = {}
    for name, plant in ports.park.plants.items():
        found = rows.get(("plant", name), _NO_ROWS)
        at = (found["time_s"] - period.start_s) // STEP_S
        measured = (found["quality"] == Quality.MEASURED) & (found["held"] == 0)
        wh = _on_grid(at, np.where(measured, np.maximum(found["total_wh"], 0), 0), period)
        wh = np.where(counted, wh, 0)
        offered_wh += wh
        taken_wh += _on_grid(at, found["line_wh"] + found["pool_wh"], period)
        by_kind[plant.kind] = by_kind.get(plant.kind, np.int64(0)) + hourly_wh(wh)
    return by_kind, hourly_wh(np.maximum(offered_wh - taken_wh, 0))


def _sum_of(users: Mapping[str, HourlyUse], known: NDArray[np.bool_]) -> HourlyUse:
    load_wh, matched_wh = np.zeros((2, len(known)), np.int64)
    for use in users.values():
        load_wh += np.where(known, use.load_wh, 0)
        matched_wh += np.where(known, use.matched_wh, 0)
    return HourlyUse(load_wh=load_wh, matched_wh=matched_wh, known=known, surplus_wh=0)


def _shared_out(surplus_wh: int, users: Mapping[str, HourlyUse]) -> dict[str, int]:
    """Share a surplus among users by their load of the period, in whole watt-hours that add up."""
    loads_wh = [int(use.load_wh.sum()) for use in users.values()]
    total_wh = sum(loads_wh)
    if total_wh == 0:
        return dict.fromkeys(users, 0)
    exact = [Fraction(surplus_wh * wh, total_wh) for wh in loads_wh]
    return dict(zip(users, whole_parts(exact, total=surplus_wh), strict=True))


# -- the grid ------------------------------------------------------------------------------------


def grid_shares(period: Period, *, ports: Ports) -> tuple[Decimal | None, ...] | None:
    """Return the declared carbon-free share of the grid in each hour of a period [1].

    Args:
        period: Whole local days.
        ports: The outside world.

    Returns:
        One share for each hour, None where the series has none: a series of quarters has all four
        of an hour and their mean counts, one of hours has the one at its beginning. None where
        park.toml declares no such series.
    """
    if ports.park.scores is None:
        return None
    series = ports.park.series[ports.park.scores.grid_cfe_series]
    known = known_at(ports.journal.size, period=period, ports=ports, point=series.id)
    rows = known.current.get((series.id, series.quantity.value), _NO_SAMPLES)
    inside = (rows["quality"] < Quality.MISSING) & (rows["time_s"] < period.end_s)
    at, off_grid = np.divmod(rows["time_s"][inside] - period.start_s, STEP_S)
    counts = dict(
        zip(at[off_grid == 0].tolist(), rows["count"][inside][off_grid == 0].tolist(), strict=True)
    )
    is_hourly = all(step % STEPS_PER_HOUR == 0 for step in counts)
    return tuple(
        _share_of_hour(counts, hour * STEPS_PER_HOUR, Decimal(series.scale), is_hourly=is_hourly)
        for hour in range(period.n_steps // STEPS_PER_HOUR)
    )


_NO_SAMPLES: Final[Columns] = {
    name: np.zeros(0, np.int64) for name in ("time_s", "count", "quality")
}


def _share_of_hour(
    counts: Mapping[int, int], first: int, scale: Decimal, *, is_hourly: bool
) -> Decimal | None:
    steps = (first,) if is_hourly else tuple(range(first, first + STEPS_PER_HOUR))
    if any(step not in counts for step in steps):
        return None
    with localcontext(EXACT):
        return sum(counts[step] for step in steps) * scale / len(steps)
