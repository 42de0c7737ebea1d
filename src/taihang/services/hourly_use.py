"""The settled period of the park hour by hour: loads, what was matched with them, what was left.

An hour is known where every interval of it is settled with a usable load, in a month that is wholly
settled. Energy that a battery released counts where it was released. Where the load of anybody
in the park is missing the settlement matches nothing at all; such hours are counted.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import DIRECT, SERVING, RouteKind
from taihang.core.carbon.cfe import STEPS_PER_HOUR, hourly_wh
from taihang.core.carbon.hourly_score import HourlyUse, Left
from taihang.core.park.assets import PlantKind
from taihang.core.park.park import PARK_SUBJECT, Park
from taihang.core.periods import STEP_S, Period, instant_of_s, month, months_in
from taihang.core.quantities import EXACT, SECONDS_PER_HOUR, whole_parts
from taihang.core.series import Quality
from taihang.services.account import UnsettledMonthError
from taihang.services.matched import Matched, shares_of
from taihang.services.ports import Columns, Ports
from taihang.services.settle import known_at

Hours = NDArray[np.int64]


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
        period: A whole local month or year. A month of it that is not wholly settled with the
            present park file is not known.
        ports: The outside world.
    """
    park = ports.park
    # 1. Everything by interval, of the months that are settled.
    grid = _Grid.of_park(period, park)
    for stretch in _settled(period, ports):
        grid.take(stretch)
    # 2. Users by the hour: load, and what was matched with it.
    users = {
        user: _hours_of(grid.load_wh[row], grid.matched_wh[row], grid.usable[row])
        for row, user in enumerate(park.users)
    }
    known = np.ones(period.n_steps // STEPS_PER_HOUR, np.bool_)
    for use in users.values():
        np.logical_and(known, use.known, out=known)
    # 3. Plants by the hour: what may be claimed, and what of it nobody took.
    claimed, surplus_wh = _claimed(grid, known, park)
    # 4. What was matched with nobody is everybody's part of the old claim by volume.
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


@dataclass(frozen=True, slots=True)
class _Grid:
    """What is known of a period by interval; 0 where nothing is known."""

    period: Period
    load_wh: Hours
    """Shape (n_users, n). [Wh]"""
    matched_wh: Hours
    usable: NDArray[np.bool_]
    offered_wh: Hours
    """Generation that may be claimed, shape (n_plants, n). [Wh]"""
    taken_wh: Hours
    """Of it what users or batteries took, or the network, in the same interval. [Wh]"""

    @classmethod
    def of_park(cls, period: Period, park: Park) -> "_Grid":
        """Return a grid of which nothing is known yet."""
        n, n_users, n_plants = period.n_steps, len(park.users), len(park.plants)
        return cls(
            period,
            np.zeros((n_users, n), np.int64),
            np.zeros((n_users, n), np.int64),
            np.zeros((n_users, n), np.bool_),
            np.zeros((n_plants, n), np.int64),
            np.zeros((n_plants, n), np.int64),
        )

    def take(self, found: Matched) -> None:
        """Take a settled stretch in."""
        first = (found.period.start_s - self.period.start_s) // STEP_S
        at = np.s_[:, first : first + found.period.n_steps]
        usable, matching = found.quality < Quality.MISSING, found.matching
        self.load_wh[at] = np.where(usable, found.load_wh, 0)
        self.matched_wh[at] = np.where(usable, matching.received_wh(*SERVING), 0)
        self.usable[at] = usable
        self.offered_wh[at] = np.maximum(found.energies.plants.claimable_wh, 0)
        gone_wh = matching.given_wh(*DIRECT, RouteKind.CHARGE) + matching.lost_wh
        self.taken_wh[at] = gone_wh


def _settled(period: Period, ports: Ports) -> Iterator[Matched]:
    """Yield the matching of a period at once, or of those of its months that are settled."""
    try:
        yield shares_of(period, ports=ports)
    except UnsettledMonthError:
        for name in months_in(period, ports.park.zone):
            part = month(name, ports.park.zone)
            if part == period:
                return
            with suppress(UnsettledMonthError):
                yield shares_of(part, ports=ports)


def local_hours(period: Period, park: Park) -> Iterator[tuple[str, int]]:
    """Yield the local day, and the hour of the day, of each hour of a period."""
    for at_s in range(period.start_s, period.end_s, SECONDS_PER_HOUR):
        local = instant_of_s(at_s).astimezone(park.zone)
        yield local.date().isoformat(), local.hour


def _hours_of(load_wh: Hours, matched_wh: Hours, usable: NDArray[np.bool_]) -> HourlyUse:
    """Put the intervals of one user on hours."""
    known: NDArray[np.bool_] = np.logical_and.reduce(usable.reshape(-1, STEPS_PER_HOUR), axis=1)
    return HourlyUse(
        load_wh=np.where(known, hourly_wh(load_wh), 0),
        matched_wh=np.where(known, hourly_wh(matched_wh), 0),
        known=known,
        surplus_wh=0,
    )


def _claimed(
    grid: _Grid, known: NDArray[np.bool_], park: Park
) -> tuple[dict[PlantKind, Hours], Hours]:
    """Return by hour what may be claimed by technology, and what of it nobody took [Wh]."""
    by_kind = {plant.kind: np.zeros(len(known), np.int64) for plant in park.plants.values()}
    for row, plant in enumerate(park.plants.values()):
        by_kind[plant.kind] += np.where(known, hourly_wh(grid.offered_wh[row]), 0)
    left_wh = np.maximum(grid.offered_wh - grid.taken_wh, 0).sum(axis=0)
    return by_kind, np.where(known, hourly_wh(left_wh), 0)


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
