"""Why there is no plan, and the repair: doing what it says gives a plan."""

from collections.abc import Mapping

import numpy as np
import pytest

from park_case import EFFORT, Table, Value, battery, bus, grid, load, plant, problem, supply
from random_parks import random_park
from taihang.adapters.highs import solve
from taihang.core.dispatch.elastic import Breach, NoRepairError, breaches_of
from taihang.core.dispatch.model import LinearModel, Solution, SolveStatus
from taihang.services.plan_park import plan_park


def breaches(assets: list[Table], n_steps: int = 3) -> list[Breach]:
    release = plan_park(problem(assets, n_steps=n_steps), solve=solve, effort=EFFORT)
    assert release.plan is None
    assert release.exact.solution.status is SolveStatus.INFEASIBLE
    return list(release.breaches)


def park(grid_more: Mapping[str, Value], *more: Table) -> list[Table]:
    return [bus("el"), load("l", "el", [50.0, 120.0, 90.0]), grid("g", "el", **grid_more), *more]


def test_breaches_of__an_import_limit_says_where_and_how_much() -> None:
    (one,) = breaches(park({"import_limit_kw": 100.0}))

    assert (one.kind, one.asset, one.step, one.intervals) == ("import", "g", 1, 1)
    assert one.limit == pytest.approx(100.0)
    assert one.needed == pytest.approx(120.0)
    assert one.total_kwh == pytest.approx(20.0)
    repaired = problem(park({"import_limit_kw": one.needed}), n_steps=3)
    assert plan_park(repaired, solve=solve, effort=EFFORT).plan is not None


def test_breaches_of__generation_that_has_nowhere_to_go_is_an_export_limit() -> None:
    sun = plant("sun", "el", [0.0, 1.0, 1.0], capacity_kw=300.0, curtail_price_cny_per_kwh="none")

    (one,) = breaches(park({"export_limit_kw": 50.0}, sun))

    assert (one.kind, one.step, one.intervals) == ("export", 2, 2)
    assert one.needed == pytest.approx(210.0)
    assert one.total_kwh == pytest.approx(130.0 + 160.0)


def test_breaches_of__an_end_that_cannot_be_reached() -> None:
    store = battery(
        "b",
        "el",
        charge_kw=10.0,
        energy_kwh=100.0,
        soc_end="at-least",
        soc_end_min_ratio=0.5,
        charge_efficiency_ratio=1.0,
    )

    (one,) = breaches(park({}, store))

    assert (one.kind, one.asset) == ("end", "b")
    assert one.limit - one.needed == pytest.approx(20.0)


def test_breaches_of__a_bus_without_any_limit_is_short() -> None:
    (one,) = breaches(
        [bus("el"), load("l", "el", 50.0), supply("s", "el", capacity_kw=20.0, price=1.0)]
    )

    assert (one.kind, one.asset, one.intervals) == ("short", "el", 3)
    assert one.total_kwh == pytest.approx(90.0)


def test_breaches_of__a_ratio_that_cannot_be_kept() -> None:
    rule = (
        "green_ratio",
        {"id": "green", "kind": "green-share", "limit_ratio": 0.5, "losses_in_load": False},
    )

    sun = plant("sun", "el", [0.0, 1.0, 0.0], capacity_kw=100.0)
    (one,) = breaches(park({}, sun, rule))

    # A load of 260 kWh asks for 130, and there are 100.
    assert (one.kind, one.asset, one.step) == ("green-share", "green", -1)
    assert one.total_kwh == pytest.approx(30.0)


@pytest.mark.parametrize("seed", [49, 287, 371])
def test_breaches_of__names_a_limit_where_only_running_both_ways_would_help(seed: int) -> None:
    found = breaches(random_park(seed), n_steps=24)

    assert found
    assert all(one.total_kwh > 0.0 for one in found)


def test_breaches_of__too_little_time_is_said() -> None:
    def late(model: LinearModel, *, time_limit_s: float, gap: float) -> Solution:
        del model, time_limit_s, gap
        return Solution(SolveStatus.NO_ANSWER, None, None, None, 0)

    assembled = problem(park({"import_limit_kw": 100.0}), n_steps=3).assembled()
    marked = [np.zeros(3, np.bool_) for _ in assembled.one_ways]
    with pytest.raises(NoRepairError):
        breaches_of(assembled, marked=marked, solve=late, time_limit_s=0.001)
