import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from taihang.core.park.assets import PlantKind
from taihang.core.park.topology import Direction
from taihang.simulator.park_box import RunLengthError, Simulation, energy_of_year_wh, simulate
from taihang.simulator.plan import PlanMissingError
from taihang.simulator.storage import DailyPlanError
from taihang.standards.state_council_holidays import CalendarUnknownError
from unit.simulator.parks import PLANS_MWH, SEED, park, park_with_newcomer, shipped_2025, year_2025


def bytes_of(arrays: Mapping[str, NDArray[np.int64]]) -> bytes:
    return b"".join(name.encode() + arrays[name].tobytes() for name in arrays)


def cut(arrays: Mapping[str, NDArray[np.int64]], first: int, last: int) -> bytes:
    return bytes_of({name: each[first:last] for name, each in arrays.items()})


def run(first_day: date, n_days: int) -> Simulation:
    return simulate(park(), first_day=first_day, n_days=n_days, seed=SEED)


def test_simulate__same_input_same_bytes() -> None:
    again = run(date(2025, 1, 1), 365)

    assert bytes_of(again.true_wh) == bytes_of(year_2025().true_wh)
    assert again.losses_wh.tobytes() == year_2025().losses_wh.tobytes()
    assert again.weather.temperature_c.tobytes() == year_2025().weather.temperature_c.tobytes()


def test_simulate__bytes_are_frozen() -> None:
    # Frozen when the scheme was made. It holds on every machine, and whoever changes a stream or
    # a model must say so here: every simulated world, and all that was built on one, changes.
    expected = "c21e8676eaaa751d738ed83dc86a63240b0bc537c208bbb72835c4c83deaf0f3"

    arrays = {name: each.astype("<i8") for name, each in sorted(year_2025().true_wh.items())}
    assert expected == hashlib.sha256(bytes_of(arrays)).hexdigest()


def test_simulate__another_seed_is_another_world() -> None:
    other = simulate(park(), first_day=date(2025, 1, 1), n_days=1, seed=SEED + 1)

    differing = [
        name
        for name, each in other.true_wh.items()
        if each.tolist() != year_2025().true_wh[name][:96].tolist()
    ]
    assert {"M-E1-A", "M-E2", "M-W1", "M-P1", "M-G-IMP"} <= set(differing)


@pytest.mark.parametrize("n_days", [1, 40])
def test_simulate__longer_run_begins_like_a_shorter_one(n_days: int) -> None:
    short = run(date(2025, 1, 1), n_days)

    assert bytes_of(short.true_wh) == cut(year_2025().true_wh, 0, 96 * n_days)


def test_simulate__windows_agree_wherever_they_overlap() -> None:
    window = run(date(2025, 6, 10), 3)

    first = (date(2025, 6, 10) - date(2025, 1, 1)).days * 96
    assert bytes_of(window.true_wh) == cut(year_2025().true_wh, first, first + 3 * 96)
    before_wh = {name: int(each[:first].sum()) for name, each in year_2025().true_wh.items()}
    assert before_wh == window.before_wh


def test_simulate__runs_on_over_new_year() -> None:
    over = run(date(2025, 12, 30), 4)

    alone = run(date(2026, 1, 1), 2)
    grid_free = [name for name in over.true_wh if not name.startswith(("M-B1", "M-G"))]
    assert over.period.n_steps == 4 * 96
    assert cut(over.true_wh, 0, 192) == cut(year_2025().true_wh, 363 * 96, 365 * 96)
    assert len(grid_free) == 10
    for name in grid_free:
        assert alone.true_wh[name].tolist() == over.true_wh[name][192:].tolist()


def test_simulate__conserves_every_watt_hour() -> None:
    year = year_2025()

    flow = {direction: year.total_wh(direction) for direction in Direction}
    closed = (
        flow[Direction.IMPORT]
        - flow[Direction.EXPORT]
        + flow[Direction.GENERATION]
        + flow[Direction.DISCHARGE]
        - flow[Direction.CONSUMPTION]
        - flow[Direction.CHARGE]
        - year.losses_wh
    )
    assert not closed.any()
    assert year.losses_wh.min() >= 0
    assert 0.005 < year.losses_wh.sum() / flow[Direction.CONSUMPTION].sum() < 0.03


def test_simulate__meters_share_their_asset_exactly() -> None:
    year = year_2025()

    lines_wh = year.true_wh["M-E1-A"] + year.true_wh["M-E1-B"]
    assert lines_wh.tolist() == year.asset_wh[Direction.CONSUMPTION, "E1"].tolist()
    assert year.true_wh["M-E1-B"].min() > 0
    assert len(year.true_wh) == len(park().meters) == 14


def test_simulate__plans_are_met_over_the_year() -> None:
    sums_wh = {name: int(each.sum()) for (_, name), each in year_2025().asset_wh.items()}

    misses = {name: abs(sums_wh[name] / (plan * 1e6) - 1.0) for name, plan in PLANS_MWH.items()}
    assert len(misses) == 9
    assert max(misses.values()) < 2e-3


def test_simulate__plants_rest_at_night_and_never_exceed_their_rating() -> None:
    year = year_2025()

    night = year.weather.clear_sky_w_per_m2 == 0.0
    assert 0.45 < night.mean() < 0.55
    for plant in park().plants.values():
        energy_wh = year.asset_wh[Direction.GENERATION, plant.id]
        assert energy_wh.max() <= plant.capacity_kw * 250
        assert energy_wh.min() >= 0
    assert not year.asset_wh[Direction.GENERATION, "P1"][night].any()
    assert not year.asset_wh[Direction.GENERATION, "P2"][night].any()


def test_simulate__export_beyond_the_connection_is_curtailed() -> None:
    grid = replace(park().grids["G"], capacity_kva=3_000.0)
    meters = {name: each for name, each in park().meters.items() if name[:3] != "M-E"}
    windy = replace(park(), grids={"G": grid}, enterprises={}, meters=meters, gateways={})

    days = simulate(windy, first_day=date(2025, 3, 1), n_days=60, seed=SEED)

    export_wh = days.asset_wh[Direction.EXPORT, "G"]
    cut_wh = sum(int(each.sum()) for each in days.curtailed_wh.values())
    wind_wh = days.asset_wh[Direction.GENERATION, "W1"] + days.curtailed_wh["W1"]
    assert export_wh.max() == 3_000 * 250
    assert cut_wh > 0
    assert wind_wh.tolist() == year_2025().true_wh["M-W1"][59 * 96 : 119 * 96].tolist()
    assert not year_2025().curtailed_wh["W1"].any()


def test_simulate__users_never_exceed_their_transformers() -> None:
    for user in park().enterprises.values():
        energy_wh = year_2025().asset_wh[Direction.CONSUMPTION, user.id]
        assert energy_wh.max() <= 0.95 * user.transformer_kva * 250
        assert energy_wh.min() > 0


def test_simulate__battery_stays_within_its_limits() -> None:
    stored_wh = year_2025().stored_wh["B1"]

    assert len(stored_wh) == 365 * 96 + 1
    assert stored_wh.min() >= 0.1 * 2.5e6 - 1e-6
    assert stored_wh.max() <= 0.9 * 2.5e6 + 1e-6


def test_simulate__sessions_are_those_of_the_period() -> None:
    week = run(date(2025, 6, 2), 7)

    cars = week.sessions["C1"]
    assert len(cars.energy_wh) > 50
    assert cars.start_s.min() >= week.period.start_s
    assert cars.start_s.max() < week.period.end_s


def test_simulate__asset_out_of_service_has_no_energy() -> None:
    newcomer = park_with_newcomer(date(2025, 3, 2), date(2025, 3, 4))

    days = simulate(newcomer, first_day=date(2025, 3, 1), n_days=5, seed=SEED)

    daily_wh = days.true_wh["M-E4"].reshape(5, 96).sum(axis=1)
    assert (daily_wh > 0).tolist() == [False, True, True, False, False]


def test_simulate__daily_plan_steers_the_battery_on_its_day() -> None:
    plan = {("B1", date(2025, 3, 2)): np.concatenate([np.full(8, 400.0), np.zeros(88)])}

    days = simulate(park(), first_day=date(2025, 3, 1), n_days=2, seed=SEED, daily_plan=plan)

    rule = run(date(2025, 3, 1), 2)
    assert days.true_wh["M-B1-CH"][:96].tolist() == rule.true_wh["M-B1-CH"][:96].tolist()
    assert days.true_wh["M-B1-CH"][96:104].tolist() == [100_000] * 8
    assert not days.true_wh["M-B1-DIS"][96:].any()


def test_simulate__refuses_what_it_cannot_know() -> None:
    planless = replace(park().plants["P1"], planned_mwh_per_year=None)
    without = replace(park(), plants={"P1": planless})

    with pytest.raises(PlanMissingError, match=r"set plants\.P1\.planned_mwh_per_year"):
        simulate(without, first_day=date(2025, 1, 1), n_days=1, seed=SEED)
    with pytest.raises(CalendarUnknownError, match="2025, 2026"):
        run(date(2027, 1, 1), 1)
    with pytest.raises(CalendarUnknownError, match="2027"):
        run(date(2026, 12, 31), 2)
    with pytest.raises(RunLengthError, match="at least one day"):
        run(date(2025, 1, 1), 0)
    with pytest.raises(DailyPlanError, match="B1"):
        simulate(
            park(),
            first_day=date(2025, 1, 1),
            n_days=1,
            seed=SEED,
            daily_plan={("B9", date(2025, 1, 1)): np.zeros(96)},
        )


def test_simulate__last_day_of_the_last_known_year_needs_no_later_table() -> None:
    assert run(date(2026, 12, 31), 1).period.n_steps == 96


def test_energy_of_year_wh__is_the_sum_of_the_year() -> None:
    sums_wh = {name: int(each.sum()) for name, each in year_2025().true_wh.items()}

    assert sums_wh == energy_of_year_wh(park(), year=2025, seed=SEED)


def changzhi_wh(names: list[str], direction: Direction) -> int:
    _, year = shipped_2025("changzhi")
    return sum(int(year.asset_wh[direction, name].sum()) for name in names)


def test_simulate__changzhi_yearly_totals_are_those_of_the_plan() -> None:
    park, year = shipped_2025("changzhi")
    plants = park.plants.values()

    load_wh = year.total_wh(Direction.CONSUMPTION)
    pv_wh = changzhi_wh([p.id for p in plants if p.kind is PlantKind.PV], Direction.GENERATION)
    wind_wh = changzhi_wh([p.id for p in plants if p.kind is PlantKind.WIND], Direction.GENERATION)
    battery_materials_wh = changzhi_wh(["E01", "E02", "E03"], Direction.CONSUMPTION)

    assert abs(int(load_wh.sum()) / 1_158e9 - 1.0) < 0.02
    assert abs(battery_materials_wh / 850e9 - 1.0) < 0.02
    assert abs(wind_wh / 41.1e9 - 1.0) < 0.02
    assert abs(pv_wh / 365 / 50_000e3 - 1.0) < 0.005
    assert load_wh.min() > 0


def test_simulate__changzhi_green_share_is_about_5_percent() -> None:
    _, year = shipped_2025("changzhi")

    generation_wh = int(year.total_wh(Direction.GENERATION).sum())
    exported_wh = int(year.total_wh(Direction.EXPORT).sum())
    load_wh = int(year.total_wh(Direction.CONSUMPTION).sum())

    assert 0.045 < (generation_wh - exported_wh) / load_wh < 0.055


@pytest.mark.parametrize("first_day", [date(2025, 4, 1), date(2025, 9, 11), date(2026, 1, 1)])
def test_simulate__changzhi_any_whole_year_is_near_the_plan(first_day: date) -> None:
    park, _ = shipped_2025("changzhi")

    year = simulate(park, first_day=first_day, n_days=365, seed=7)

    pv_wh = sum(
        int(year.asset_wh[Direction.GENERATION, plant.id].sum())
        for plant in park.plants.values()
        if plant.kind is PlantKind.PV
    )
    wind_wh = int(year.asset_wh[Direction.GENERATION, "W01"].sum())
    assert abs(pv_wh / 18.25e9 - 1.0) < 0.02
    assert abs(wind_wh / 41.1e9 - 1.0) < 0.05
    assert abs(int(year.total_wh(Direction.CONSUMPTION).sum()) / 1_158e9 - 1.0) < 0.02


@pytest.mark.parametrize("name", ["changzhi", "xingxian"])
def test_simulate__losses_of_shipped_parks_alarm_nobody(name: str) -> None:
    shipped, year = shipped_2025(name)

    inflow_wh = sum(
        year.total_wh(direction)
        for direction in (Direction.IMPORT, Direction.GENERATION, Direction.DISCHARGE)
    )
    assert (year.losses_wh / inflow_wh).max() < shipped.accounting.loss_alarm_ratio
