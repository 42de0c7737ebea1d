"""A control equals the problem made anew for each window."""

from dataclasses import replace

import numpy as np
import pytest

from park_case import demand_charge
from slope_parks import a_case, plain_park
from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.park_problem import Asset, ParkProblem
from taihang.core.dispatch.slope import search
from taihang.core.dispatch.slope.case import NotSlope, Reason
from taihang.core.dispatch.slope.control import SlopeControl, Window
from taihang.core.dispatch.slope.solve import SlopeAnswer, solve_by_slopes

CLOSE = 1e-9
N = 24


def a_window(seed: int, *, sun_kw: float = 2500.0) -> Window:
    rng = np.random.default_rng(seed)
    price = rng.choice([0.3, 0.7, 1.1], N)
    return Window(
        load_kw=rng.uniform(500.0, 5000.0, (1, N)),
        available_kw=rng.uniform(0.0, sun_kw, (1, N)),
        import_price_cny_per_kwh=price,
        export_price_cny_per_kwh=price - 0.2,
        import_limit_kw=np.full(N, rng.uniform(5500.0, 9500.0)),
        export_limit_kw=np.full(N, rng.uniform(0.0, 3000.0)),
        energy_start_kwh=rng.uniform(800.0, 7200.0),
        energy_end_min_kwh=rng.uniform(800.0, 1000.0),
        peak_so_far_kw=float(rng.choice([0.0, 3000.0, 5000.0])),
    )


def anew(park: ParkProblem, window: Window) -> ParkProblem:
    """Return the park with the numbers of a window written into its assets."""

    def written(asset: Asset) -> Asset:
        if isinstance(asset, Load):
            return replace(asset, load_kw=window.load_kw[0])
        if isinstance(asset, Plant):
            ratio = window.available_kw[0] / asset.capacity_kw.existing
            return replace(asset, available_ratio=ratio)
        if isinstance(asset, Grid):
            return replace(
                asset,
                import_price_cny_per_kwh=window.import_price_cny_per_kwh,
                export_price_cny_per_kwh=window.export_price_cny_per_kwh,
                import_limit_kw=window.import_limit_kw,
                export_limit_kw=window.export_limit_kw,
            )
        if isinstance(asset, Battery):
            full_kwh = asset.energy_kwh.existing
            return replace(
                asset,
                soc_start_ratio=window.energy_start_kwh / full_kwh,
                soc_end="at-least",
                soc_end_min_ratio=window.energy_end_min_kwh / full_kwh,
            )
        if isinstance(asset, DemandCharge):
            return replace(asset, so_far_kw=window.peak_so_far_kw)
        return asset

    return ParkProblem(park.horizon, tuple(written(asset) for asset in park.assets))


def a_control() -> tuple[ParkProblem, SlopeControl]:
    park = plain_park(demand_charge("peak", "gate", 3.0), n_steps=N)
    return park, SlopeControl(park, a_case(park), find_plan=search.find_plan)


def test_step__equals_the_problem_made_anew_window_after_window() -> None:
    park, control = a_control()

    for seed in range(40):
        window = a_window(seed)
        found = control.step(window)
        fresh = solve_by_slopes(a_case(anew(park, window)), find_plan=search.find_plan)

        if isinstance(found, NotSlope) or isinstance(fresh, NotSlope):
            assert found == fresh
            continue
        assert found.upper_cny == pytest.approx(fresh.upper_cny, rel=CLOSE)
        assert found.lower_cny == pytest.approx(fresh.lower_cny, rel=CLOSE)


def test_step__makes_no_array_once_there_is_room() -> None:
    control = a_control()[1]
    first = control.step(a_window(1))
    second = control.step(a_window(2))

    assert isinstance(first, SlopeAnswer)
    assert isinstance(second, SlopeAnswer)
    assert second.answer is first.answer


def test_step__leaves_a_window_without_any_plan_to_the_linear_model() -> None:
    control = a_control()[1]

    found = control.step(replace(a_window(1), import_limit_kw=np.zeros(N)))

    assert found == NotSlope(Reason.NO_PLAN, "", None)


def test_step__leaves_a_battery_outside_its_limits_to_the_linear_model() -> None:
    control = a_control()[1]

    found = control.step(replace(a_window(1), energy_start_kwh=100.0))

    assert found == NotSlope(Reason.START, "store", None)


def test_step__answers_nothing_to_a_window_with_a_gap_and_goes_on_after_it() -> None:
    control, window = a_control()[1], a_window(1)
    best = control.step(window)
    assert isinstance(best, SlopeAnswer)
    best_cny = best.upper_cny
    holed = window.load_kw.copy()
    holed[0, 3] = np.nan

    assert isinstance(control.step(replace(window, load_kw=holed)), NotSlope)

    again = control.step(window)
    assert isinstance(again, SlopeAnswer)
    assert again.upper_cny == pytest.approx(best_cny, rel=CLOSE)


def test_set_points__balance_in_every_interval() -> None:
    control, window = a_control()[1], a_window(3)
    assert isinstance(control.step(window), SlopeAnswer)

    flows = control.set_points()

    into = flows["gate.import_kw"] + flows["store.discharge_kw"] + window.available_kw[0]
    out = flows["gate.export_kw"] + flows["store.charge_kw"] + flows["sun.curtailed_kw"]
    assert into - out == pytest.approx(window.load_kw[0])
    assert flows["store.energy_kwh"][-1] >= window.energy_end_min_kwh - 1e-6
