"""A stretch of days cut into hours or days: what flowed in each, for tables and curves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.balance import FLOWS
from taihang.core.park.assets import PlantKind
from taihang.core.periods import STEP_S, STEPS_PER_DAY, Period, instant_of_s
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.series import Quality
from taihang.services.ports import Columns, Ports

STEPS_PER_HOUR: Final = SECONDS_PER_HOUR // STEP_S


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkStep:
    """The balance of the park over one hour or day, over its closed intervals."""

    start_s: int
    n_intervals: int
    n_closed: int
    """Intervals whose balance is closed; of none of the others is anything counted."""
    wh: dict[str, int]
    """By flow, and by ``pv`` and ``wind``; empty where no interval is closed. [Wh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserStep:
    """One user over one hour or day."""

    start_s: int
    n_intervals: int
    n_usable: int
    load_wh: int | None
    """None where no interval is usable."""
    green_wh: int | None
    peak_w: int | None
    """Greatest mean power of an interval [W]."""


@dataclass(frozen=True, slots=True)
class ParkPeak:
    """The greatest mean load of a closed interval."""

    power_w: int
    at_s: int


def park_peak(period: Period, *, ports: Ports) -> ParkPeak | None:
    """Return the greatest load of the park; None where no interval is closed.

    Args:
        period: Whole local days.
        ports: The outside world.
    """
    rows = ports.lake.read("balance", period, "load", columns=("wh", "closed")).get(("load",))
    if rows is None or not rows["closed"].any():
        return None
    closed_wh = np.where(rows["closed"] == 1, rows["wh"], -1)
    at = int(closed_wh.argmax())
    return ParkPeak(int(closed_wh[at]) * STEPS_PER_HOUR, int(rows["time_s"][at]))


def step_edges_s(period: Period, ports: Ports) -> NDArray[np.int64]:
    """Return where hours of one day, or days of more, begin, and the end of the last [s].

    A day is from midnight to midnight, also one on which a clock is set.
    """
    if period.n_steps <= STEPS_PER_DAY + STEPS_PER_HOUR:
        return np.arange(period.start_s, period.end_s + 1, SECONDS_PER_HOUR, dtype=np.int64)
    midnights: list[int] = []
    for at_s in period.grid_s().tolist():
        local = instant_of_s(at_s).astimezone(ports.park.zone)
        if (local.hour, local.minute) == (0, 0):
            midnights.append(at_s)
    return np.array([*midnights, period.end_s], dtype=np.int64)


def park_steps(period: Period, *, ports: Ports) -> list[ParkStep]:
    """Cut the settled balance of the park.

    Args:
        period: Whole local days.
        ports: The outside world.

    Returns:
        Hours of one day, days of more; also those of which nothing is settled.
    """
    rows = {flow: of for (flow,), of in ports.lake.read("balance", period).items()}
    by_kind = _by_kind(period, ports)
    return [_park_step(rows, by_kind, first, last) for first, last in _pairs(period, ports)]


def user_steps(user: str, period: Period, *, ports: Ports) -> list[UserStep]:
    """Cut what a user did.

    Args:
        user: An enterprise or station.
        period: Whole local days.
        ports: The outside world.

    Returns:
        Hours of one day, days of more; also those of which nothing is settled.
    """
    columns = ("total_wh", "line_wh", "pool_wh", "quality")
    rows = ports.lake.read("matching", period, user, columns=columns).get(("user", user))
    return [_user_step(rows, first, last) for first, last in _pairs(period, ports)]


def _pairs(period: Period, ports: Ports) -> Iterator[tuple[int, int]]:
    edges = step_edges_s(period, ports).tolist()
    return pairwise(edges)


def _by_kind(period: Period, ports: Ports) -> dict[PlantKind, list[Columns]]:
    found: dict[PlantKind, list[Columns]] = {kind: [] for kind in PlantKind}
    rows = ports.lake.read("matching", period, "plant", columns=("total_wh", "quality"))
    for plant in ports.park.plants.values():
        if ("plant", plant.id) in rows:
            found[plant.kind].append(rows["plant", plant.id])
    return found


def _park_step(
    rows: Mapping[str, Columns], by_kind: dict[PlantKind, list[Columns]], first_s: int, last_s: int
) -> ParkStep:
    n = (last_s - first_s) // STEP_S
    load = rows.get("load")
    if load is None:
        return ParkStep(start_s=first_s, n_intervals=n, n_closed=0, wh={})
    inside = (load["time_s"] >= first_s) & (load["time_s"] < last_s) & (load["closed"] == 1)
    if not inside.any():
        return ParkStep(start_s=first_s, n_intervals=n, n_closed=0, wh={})
    wh = {flow: int(rows[flow]["wh"][inside].sum()) for flow in FLOWS}
    closed_s = load["time_s"][inside]
    for kind, plants in by_kind.items():
        wh[kind.value] = sum(_given_wh(plant, closed_s) for plant in plants)
    return ParkStep(start_s=first_s, n_intervals=n, n_closed=int(inside.sum()), wh=wh)


def _given_wh(rows: Columns, closed_s: NDArray[np.int64]) -> int:
    chosen = np.isin(rows["time_s"], closed_s) & (rows["quality"] < Quality.MISSING)
    return int(np.maximum(rows["total_wh"][chosen], 0).sum())


def _user_step(rows: Columns | None, first_s: int, last_s: int) -> UserStep:
    n = (last_s - first_s) // STEP_S
    nothing = UserStep(
        start_s=first_s, n_intervals=n, n_usable=0, load_wh=None, green_wh=None, peak_w=None
    )
    if rows is None:
        return nothing
    inside = (rows["time_s"] >= first_s) & (rows["time_s"] < last_s)
    usable = inside & (rows["quality"] < Quality.MISSING)
    if not usable.any():
        return nothing
    load_wh = rows["total_wh"][usable]
    return UserStep(
        start_s=first_s,
        n_intervals=n,
        n_usable=int(usable.sum()),
        load_wh=int(load_wh.sum()),
        green_wh=int((rows["line_wh"] + rows["pool_wh"])[usable].sum()),
        peak_w=int(load_wh.max()) * STEPS_PER_HOUR,
    )
