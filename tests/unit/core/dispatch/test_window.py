"""Windows of a longer problem: cut, started where the park stands, or refused with a word."""

from dataclasses import replace

import numpy as np
import pytest

from park_case import Table, problem
from rolling_park import LONG, N, long_assets, long_park, store
from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.charging import Charging
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.thermal_store import ThermalStore
from taihang.core.dispatch.fields import ParkProblemError
from taihang.core.dispatch.park_problem import ParkProblem, problem_of
from taihang.core.dispatch.safe import balanced, rest_wish
from taihang.core.dispatch.window import (
    Standing,
    check_cuttable,
    standing_at,
    standing_of,
    step_of,
    stores_of,
    window_of,
)
from whole_park import N as WHOLE_N
from whole_park import whole_park


def _load(of: object) -> Load:
    assert isinstance(of, Load)
    return of


def test_window_of__takes_the_intervals_and_wraps_around_the_end() -> None:
    park = long_park()

    window = window_of(park, first=LONG - 2, n_steps=N, standing=None)

    whole, part = _load(park.assets[1]).load_kw, _load(window.assets[1]).load_kw
    assert np.array_equal(part, np.concatenate([whole[-2:], whole[: N - 2]]))
    assert window.horizon.start_s == park.horizon.start_s + (LONG - 2) * park.horizon.step_s
    assert problem_of(window.echo()).digest() == window.digest()


def test_window_of__a_store_that_ends_as_it_starts_keeps_that_level_in_every_window() -> None:
    park = long_park()
    at = Standing(level_ratio={"bat": 0.2}, so_far_kw={"peak": 77.0})

    window = window_of(park, first=3, n_steps=N, standing=at)

    bat = stores_of(window)[0]
    assert isinstance(bat, Battery)
    assert (bat.soc_start_ratio, bat.soc_end, bat.soc_end_min_ratio) == (0.2, "at-least", 0.5)
    assert standing_of(window) == at


def test_standing_at__is_what_standing_of_reads() -> None:
    park = long_park()
    at = Standing(level_ratio={"bat": 0.73}, so_far_kw={"peak": 12.5})

    assert standing_of(standing_at(park, at)) == at


def test_standing_of__a_free_start_is_no_standing() -> None:
    assets = [*long_assets(n=3)[:-2], store(soc_start_ratio="none")]

    with pytest.raises(ParkProblemError, match="start of bat"):
        standing_of(problem(assets, n_steps=3))


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        (store(cycles_max_ratio=1.0), "cycles_max_ratio"),
        (
            store(
                health_ratio=0.9,
                discharge_kw={"existing": 1.0, "add_max": 2.0, "cost_cny_per_unit": 1.0},
            ),
            "add_max",
        ),
        (
            (
                "green_ratio",
                {"id": "r", "kind": "self-use", "limit_ratio": 0.1, "losses_in_load": False},
            ),
            "whole horizon",
        ),
    ],
)
def test_check_cuttable__refuses_what_means_nothing_in_a_window(odd: Table, words: str) -> None:
    assets = [*long_assets(n=3)[:-2], odd]

    with pytest.raises(ParkProblemError, match=words):
        check_cuttable(problem(assets, n_steps=3))


def test_check_cuttable__takes_a_park_that_stands() -> None:
    check_cuttable(long_park())


def test_step_of__only_the_present_binds() -> None:
    window = window_of(long_park(), first=0, n_steps=N, standing=None)

    step = step_of(window)

    bat = stores_of(step)[0]
    assert isinstance(bat, Battery)
    assert (step.horizon.n_steps, bat.soc_end, bat.soc_end_min_ratio) == (1, "free", None)
    assert _load(step.assets[1]).load_kw.tolist() == _load(window.assets[1]).load_kw[:1].tolist()


def test_step_of__vehicles_charge_as_they_come_and_shifted_loads_run_at_their_base() -> None:
    own = problem(whole_park(), n_steps=WHOLE_N)
    kinds = {asset.id: asset.TYPE for asset in own.assets}

    step = step_of(standing_at(own, _half(own)))

    names = {asset.id: asset for asset in step.assets}
    moved = [name for name, kind in kinds.items() if kind in {"charging", "shiftable"}]
    assert moved
    for name in moved:
        assert isinstance(names[name], Load)
    assert not [asset for asset in step.assets if asset.TYPE == "green_ratio"]
    plan = balanced(step, rest_wish(step))
    assert np.isfinite(plan.total_cny)


def _half(own: ParkProblem) -> Standing:
    return Standing(
        level_ratio={store.id: 0.5 for store in stores_of(own)},
        so_far_kw={asset.id: 0.0 for asset in own.assets if asset.TYPE == "demand_charge"},
    )


def test_window_of__a_window_pays_its_share_of_a_fee() -> None:
    paying = [
        (kind, {**fields, "fee_cny": 960.0}) if kind == "grid" else (kind, fields)
        for kind, fields in long_assets()
    ]

    window = window_of(problem(paying, n_steps=LONG), first=5, n_steps=N, standing=None)

    (gate,) = (asset for asset in window.assets if isinstance(asset, Grid))
    assert gate.fee_cny == pytest.approx(960.0 * N / LONG)


def test_step_of__a_tank_owes_nothing_at_the_end_of_an_interval() -> None:
    own = problem(whole_park(), n_steps=WHOLE_N)
    owing = ParkProblem(
        own.horizon,
        tuple(
            replace(asset, level_end="start") if isinstance(asset, ThermalStore) else asset
            for asset in own.assets
        ),
    )

    ends = [one.level_end for one in step_of(owing).assets if isinstance(one, ThermalStore)]

    assert ends
    assert set(ends) == {"free"}


def test_step_of__a_station_draws_what_its_vehicles_can_take() -> None:
    own = problem(whole_park(), n_steps=WHOLE_N)
    (station,) = (asset for asset in own.assets if isinstance(asset, Charging))
    due = [
        sum(
            one.power_kw
            for one in station.sessions
            if one.arrival_s <= own.horizon.start_s + at * own.horizon.step_s
            and one.departure_s >= own.horizon.start_s + (at + 1) * own.horizon.step_s
        )
        for at in range(WHOLE_N)
    ]

    found = list[float]()
    for at in range(WHOLE_N):
        moved = replace(own.horizon, start_s=own.horizon.start_s + at * own.horizon.step_s)
        names = {one.id: one for one in step_of(ParkProblem(moved, own.assets)).assets}
        found.append(float(_load(names[station.id]).load_kw[0]))

    assert found == [min(kw, float(station.station_kw[0])) for kw in due]
    assert 0.0 in found
