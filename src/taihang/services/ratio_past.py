"""The past of a park as days that may stand for days to come, each with what was in service."""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from taihang.core.park.assets import InService
from taihang.core.park.check_direct_connection import LOAD_SHAPE
from taihang.core.park.park import Park
from taihang.core.periods import STEP_S, STEPS_PER_DAY, days
from taihang.core.ratio.flow import State
from taihang.core.ratio.forecast import DayPlan, DayPool, Reals
from taihang.services.project_flow import ProjectFlow


def pool_of(flow: ProjectFlow, first: date, park: Park) -> DayPool:
    """Cut the past into local days; a day that is not whole may stand for none.

    Args:
        flow: The past.
        first: The local day at which it ends.
        park: The park.
    """
    zone = park.zone
    earliest = flow.series.period.start.astimezone(zone).date()
    n = (first - earliest).days
    starts = [days(earliest + timedelta(days=at), 1, zone) for at in range(n)]
    at_s = flow.series.period.start_s
    # A day of 23 or 25 hours is no model for one of 24.
    rows = np.array([(day.start_s - at_s) // STEP_S for day in starts], np.int64)[:, None]
    even = np.array([day.n_steps == STEPS_PER_DAY for day in starts])
    index = np.minimum(rows + np.arange(STEPS_PER_DAY), flow.series.period.n_steps - 1)

    def by_day(wh: NDArray[np.int64]) -> Reals:
        return wh[index].astype(np.float64)

    wh = flow.series.wh
    usable = even & (flow.series.state[index] == State.CLOSED).all(axis=1)
    return DayPool(
        first=earliest,
        usable=usable,
        generated_wh={kind: by_day(of) for kind, of in flow.generated_wh.items()},
        load_wh=by_day(wh["load"] + wh["generated"] - wh["generation"]),
        curtailed_wh=by_day(wh["curtailment"]),
        imported_wh=by_day(wh["import"]),
        exported_wh=by_day(wh["export"]),
        storage_wh=by_day(wh["charge"] - wh["discharge"]),
        plan=plan_of(earliest, n, park),
    )


def plan_of(first: date, n_days: int, park: Park) -> DayPlan:
    """Return what is in service, and the season, of some days.

    Args:
        first: The first local day.
        n_days: How many.
        park: The park.
    """
    every = [first + timedelta(days=at) for at in range(n_days)]
    sizes = _sizes(park)
    return DayPlan(
        installed={
            name: np.array([_in_service(of, day) for day in every]) for name, of in sizes.items()
        },
        shape_ratio={name: np.array([_share(name, day, park) for day in every]) for name in sizes},
    )


_Sizes = list[tuple[InService, float]]


def _in_service(sizes: _Sizes, day: date) -> float:
    return sum(size for service, size in sizes if service.covers(day))


def _share(name: str, day: date, park: Park) -> float:
    """Share of a year that lies in a day by its month; 1 where the park states no shape."""
    shape = park.direct_connection.shapes.get(name)
    if shape is None:
        return 1.0
    n_days = (date(day.year + day.month // 12, day.month % 12 + 1, 1) - day.replace(day=1)).days
    return float(shape.share_of(day.month)) / n_days


def has_shapes(park: Park) -> bool:
    """Say whether the park states a seasonal shape of all that it has."""
    return all(name in park.direct_connection.shapes for name in _sizes(park))


def levels_of(park: Park) -> dict[str, str]:
    """Return what the size of each kind of plant, and of load, is taken from."""
    kinds = {plant.kind.value: "planned" for plant in park.plants.values()}
    for plant in park.plants.values():
        if plant.planned_mwh_per_year is None:
            kinds[plant.kind.value] = "capacity"
    users = (*park.enterprises.values(), *park.stations.values())
    is_planned = all(user.planned_mwh_per_year is not None for user in users)
    return {**kinds, LOAD_SHAPE: "planned" if is_planned else "none"}


def _sizes(park: Park) -> dict[str, _Sizes]:
    levels = levels_of(park)
    found: dict[str, _Sizes] = {name: [] for name in levels}
    for plant in park.plants.values():
        by_plan = levels[plant.kind.value] == "planned"
        size = plant.planned_mwh_per_year if by_plan else plant.capacity_kw
        found[plant.kind.value].append((plant.in_service, float(size or 0)))
    if levels[LOAD_SHAPE] == "planned":
        users = (*park.enterprises.values(), *park.stations.values())
        found[LOAD_SHAPE] = [(u.in_service, float(u.planned_mwh_per_year or 0)) for u in users]
    else:
        found[LOAD_SHAPE] = [(InService(since=None, until=None), 1.0)]
    return found
