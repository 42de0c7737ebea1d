"""The day of a shared store as a park problem."""

from dataclasses import replace

import numpy as np
import pytest

from shared_case import store
from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.commitment import Commitment
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.site.shared_problem import schedule_of, shared_problem

START_S = 1_781_539_200


def test_shared_problem__every_planned_account_is_a_battery_of_its_share() -> None:
    problem = shared_problem(store(), start_s=START_S)

    batteries = {one.id: one for one in problem.assets if isinstance(one, Battery)}
    assert set(batteries) == {"wind-a", "retail-c", "own"}
    assert batteries["wind-a"].energy_kwh.existing == 200_000
    # The operator bears what the energy that is always left loses.
    assert batteries["own"].energy_kwh.existing == pytest.approx(210_000 + 35_000)


def test_shared_problem__an_outage_bounds_the_meter_and_an_order_commits_it() -> None:
    problem = shared_problem(store(), start_s=START_S)

    grid = next(one for one in problem.assets if isinstance(one, Grid))
    order = next(one for one in problem.assets if isinstance(one, Commitment))
    assert grid.import_limit_kw[12] == grid.export_limit_kw[12] == 150_000
    assert (order.from_s, order.to_s) == (START_S + 18 * 3600, START_S + 20 * 3600)
    # Nobody knows the penalty, so nothing may be missed; nobody knows the pay, so none is planned.
    assert order.penalty_cny_per_kwh is None
    assert order.pay_cny_per_kwh == 0.0


def test_shared_problem__a_store_that_is_rented_whole_has_no_own_account() -> None:
    shared = store()
    whole = replace(
        shared.renters[0], power_kw=190_000.0, energy_kwh=410_000.0, start_kwh=105_000.0
    )

    problem = shared_problem(replace(shared, renters=(whole, *shared.renters[1:])), start_s=START_S)

    assert "own" not in {one.id for one in problem.assets}


def test_schedule_of__holds_each_hour_for_its_quarters() -> None:
    charge_kw, discharge_kw = schedule_of(store().renters[1])

    assert charge_kw[40:45].tolist() == [20_000.0] * 4 + [30_000.0]
    assert np.flatnonzero(discharge_kw).tolist() == list(range(72, 84))
