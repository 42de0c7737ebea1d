"""A plan for the next day: accepted by the referee and issued, or refused in words."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypedDict, TypeVar, Unpack

import numpy as np
import pytest

import small_park
from small_park import ZONE
from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.forecast import NoHistoryError
from taihang.core.dispatch.model import LinearModel, Solution
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.recheck.judge import recheck
from taihang.core.park.assets import Battery as ParkBattery
from taihang.core.park.assets import GridConnection
from taihang.core.park.contract import DemandBasis, GridTariff
from taihang.core.park.park import Accounting
from taihang.core.park.topology import Feeder
from taihang.core.periods import Period, days
from taihang.services.day_forecast import HISTORY_DAYS, NoPlanError
from taihang.services.day_prices import NoGridTariffError, PriceAheadError
from taihang.services.day_problem import NoGridError
from taihang.services.plan_day import plan_day
from taihang.services.ports import Ports
from taihang.services.settle import settle

TOMORROW = date(2026, 8, 29)
HISTORY = days(date(2026, 8, 1), HISTORY_DAYS, ZONE)
One = TypeVar("One")
STATEMENT = "day-plan.park.2026-08-29"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park with a battery and four settled weeks."""
    folder = small_park.make(tmp_path_factory.mktemp("plan") / "park", small_park.WITH_BATTERY)
    with small_park.opened(folder) as ports:
        small_park.fill(ports, HISTORY)
        settle(HISTORY, ports=ports)
    return folder


class Change(TypedDict, total=False):
    """What of a park file may be another."""

    accounting: Accounting
    batteries: Mapping[str, ParkBattery]
    feeders: Mapping[str, Feeder]
    grids: Mapping[str, GridConnection]
    grid_tariffs: Mapping[str, GridTariff]


def of(ports: Ports, **change: Unpack[Change]) -> Ports:
    """The same park folder with another park file."""
    return replace(ports, park=replace(ports.park, **change))


def by_demand(ports: Ports) -> Ports:
    """The same park, charged by its highest demand."""
    tariff = replace(ports.park.grid_tariffs["GT"], demand_basis=DemandBasis.DEMAND)
    return of(ports, grid_tariffs={"GT": tariff})


def assets_of(problem: ParkProblem, kind: type[One]) -> list[One]:
    return [asset for asset in problem.assets if isinstance(asset, kind)]


def test_plan_day__is_accepted_by_the_referee_and_saves_money(root: Path) -> None:
    with small_park.opened(root) as ports:
        found = plan_day(TOMORROW, ports=ports)

    assert found.release.plan is not None
    assert found.release.idle is not None
    verdict = recheck(
        found.problem.echo(),
        found.release.plan.document(),
        idle=found.release.idle.document(),
    )
    assert verdict == found.release.verdict
    assert verdict.accepted
    assert found.saving_cny is not None
    assert found.saving_cny > 0
    assert sorted(found.errors) == ["load", "pv"]
    assert found.errors["load"].nmae_ratio < 0.2, "the loads of this park repeat by the day"


def test_plan_day__starts_at_local_midnight_and_forecasts_from_what_was_settled(
    root: Path,
) -> None:
    with small_park.opened(root) as ports:
        problem = plan_day(TOMORROW, ports=ports).problem

    day = days(TOMORROW, 1, ZONE)
    sun_kw = small_park.step_wh("M-PV01", day) * 4 / 1_000
    (plant,), (load,) = assets_of(problem, Plant), assets_of(problem, Load)
    assert problem.horizon.start_s == day.start_s
    given_kw = plant.available_ratio * plant.capacity_kw.existing
    assert np.abs(given_kw - sun_kw).max() < 4, "within the ripple of the formula"
    assert load.load_kw.shape == (96,)


def test_plan_day__issues_the_plan_it_found(root: Path) -> None:
    with small_park.opened(root) as ports:
        found = plan_day(TOMORROW, ports=ports)
        document = json.loads(ports.registry.statement(STATEMENT).document)
        plan_day(TOMORROW, ports=ports)
        again = ports.registry.statement(STATEMENT)

    assert found.release.plan is not None
    charge_w = [round(kw * 1_000) for kw in found.release.plan.series["B1.charge_kw"]]
    assert document["charge_w"] == document["batteries"]["B1"]["charge_w"] == charge_w
    assert any(charge_w)
    assert document["accepted"] is True
    assert document["start_s"] == found.problem.horizon.start_s
    flows = [document[f"{way}_w"] for way in ("import", "discharge", "export", "charge", "load")]
    gained = np.array(flows[0]) + flows[1] + document["plants"]["pv"]
    assert np.abs(gained - np.array(flows[2]) - flows[3] - flows[4]).max() <= 6, "watts, rounded"
    assert again.version == 1, "the same plan is the same statement"


def test_plan_day__plans_every_battery_within_its_limits(root: Path) -> None:
    with small_park.opened(root) as ports:
        battery = ports.park.batteries["B1"]
        two = {"B1": battery, "B2": replace(battery, id="B2", power_kw=200.0, energy_kwh=900.0)}
        one_found = plan_day(TOMORROW, ports=ports)
        found = plan_day(TOMORROW, ports=of(ports, batteries=two))

    assert found.release.plan is not None
    series = found.release.plan.series
    for name, each in two.items():
        assert 0.0 < series[f"{name}.charge_kw"].max() <= each.power_kw + 1e-6
        assert series[f"{name}.energy_kwh"].min() >= each.energy_kwh * 0.10 - 1e-6
        assert series[f"{name}.energy_kwh"].max() <= each.energy_kwh * 0.95 + 1e-6
    assert found.saving_cny is not None
    assert one_found.saving_cny is not None
    assert found.saving_cny > one_found.saving_cny


def test_plan_day__a_park_without_a_battery_has_nothing_to_save(root: Path) -> None:
    with small_park.opened(root) as ports:
        found = plan_day(date(2026, 8, 26), ports=of(ports, batteries={"B1": _gone(ports)}))

    assert found.release.plan is not None
    assert assets_of(found.problem, Battery) == []
    assert found.saving_cny == pytest.approx(0.0, abs=1e-6)


def _gone(ports: Ports) -> ParkBattery:
    battery = ports.park.batteries["B1"]
    return replace(battery, in_service=replace(battery.in_service, until=date(2026, 8, 1)))


def test_plan_day__a_feeder_limits_what_stands_behind_it(root: Path) -> None:
    feeder = Feeder(
        id="F.1",
        name_zh="馈线",
        name_en="Feeder",
        grid="G1",
        transformer_kva=150.0,
        members=("B1",),
    )
    with small_park.opened(root) as ports:
        free = plan_day(TOMORROW, ports=ports)
        found = plan_day(TOMORROW, ports=of(ports, feeders={"F.1": feeder}))

    assert free.release.plan is not None
    assert found.release.plan is not None
    assert free.release.plan.series["B1.charge_kw"].max() > 151.0
    assert found.release.plan.series["B1.charge_kw"].max() <= 150.0 + 1e-6
    assert found.release.marginals is not None
    assert {"F-1"} <= {one.asset for one in found.release.marginals.bindings}


def test_plan_day__says_where_a_feeder_is_expected_above_its_transformer(root: Path) -> None:
    feeder = Feeder(
        id="F1",
        name_zh="馈线",
        name_en="Feeder",
        grid="G1",
        transformer_kva=100.0,
        members=("E01",),
    )
    with small_park.opened(root) as ports:
        found = plan_day(TOMORROW, ports=of(ports, feeders={"F1": feeder}))

    (notice,) = found.notices
    assert (notice.key, notice.words["feeder"]) == ("feeder-over", "F1")
    assert found.release.plan is not None, "the battery can do nothing about it"


# -- the month -----------------------------------------------------------------------------------


def test_plan_day__pays_for_demand_only_above_what_the_month_reaches_anyway(root: Path) -> None:
    with small_park.opened(root) as ports:
        found = plan_day(TOMORROW, ports=by_demand(ports))
        metered = ports.lake.read("balance", HISTORY, "import")

    (peak,) = found.peaks
    (charge,) = assets_of(found.problem, DemandCharge)
    highest_wh = max(int(rows["wh"].max()) for rows in metered.values())
    assert peak.so_far_kw == pytest.approx(highest_wh * 4 / 1_000)
    assert peak.n_days == 3, "29 to 31 August"
    assert charge.so_far_kw == peak.expected_kw >= peak.so_far_kw


def test_plan_day__knows_no_peak_on_the_first_of_a_month(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.WITH_BATTERY)
    august = days(date(2026, 8, 4), HISTORY_DAYS, ZONE)
    with small_park.opened(root) as ports:
        small_park.fill(ports, august)
        settle(august, ports=ports)

        (peak,) = plan_day(date(2026, 9, 1), ports=by_demand(ports)).peaks

    assert (peak.so_far_kw, peak.n_days) == (0.0, 30)
    assert peak.expected_kw > 0.0, "what the battery cannot shave is paid anyway"


def test_plan_day__knows_no_demand_where_none_is_charged(root: Path) -> None:
    with small_park.opened(root) as ports:
        found = plan_day(TOMORROW, ports=ports)

    assert found.peaks == ()
    assert assets_of(found.problem, DemandCharge) == []


# -- feed-back -----------------------------------------------------------------------------------


def test_plan_day__shuts_the_gate_where_the_province_allows_no_export(root: Path) -> None:
    with small_park.opened(root) as ports:
        shut = replace(ports.park.accounting, export_limit_ratio=Decimal(0))
        small = replace(ports.park.batteries["B1"], power_kw=50.0, energy_kwh=100.0)
        free = plan_day(TOMORROW, ports=of(ports, batteries={"B1": small}))
        found = plan_day(TOMORROW, ports=of(ports, accounting=shut, batteries={"B1": small}))

    assert free.release.plan is not None
    assert found.release.plan is not None
    assert found.budget.is_shut
    assert free.release.plan.series["G1.export_kw"].max() > 1.0
    series = found.release.plan.series
    assert series["G1.export_kw"].max() == 0.0
    (plant,) = assets_of(found.problem, Plant)
    curtailed = plant.available_ratio * plant.capacity_kw.existing - series["PV01.used_kw"]
    stored = series["B1.energy_kwh"]
    assert curtailed.max() > 1.0
    # Stored before curtailed: what is left to curtail is what the full battery cannot take.
    assert stored[48:60].max() == pytest.approx(small.energy_kwh * small.soc_max_ratio)


# -- refusals ------------------------------------------------------------------------------------


def test_plan_day__of_a_park_without_grid_connection_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports, pytest.raises(NoGridError, match=r"park\.toml"):
        plan_day(TOMORROW, ports=of(ports, grids={}))


def test_plan_day__takes_the_tariff_of_the_gateway_before_that_of_the_battery(root: Path) -> None:
    with small_park.opened(root) as ports:
        own = replace(ports.park.grid_tariffs["GT"], id="GW", users=("G1",))
        own = replace(own, floating_items=())
        both = {**ports.park.grid_tariffs, "GW": own}
        found = plan_day(TOMORROW, ports=of(ports, grid_tariffs=both))
        with pytest.raises(NoGridTariffError, match="G1"):
            plan_day(TOMORROW, ports=of(ports, batteries={}))

    (grid,) = assets_of(found.problem, Grid)
    assert np.ptp(grid.import_price_cny_per_kwh) == 0.0, "nothing floats at this tariff"


def test_plan_day__market_prices_that_are_not_there_yet_are_named(root: Path) -> None:
    with small_park.opened(root) as ports:
        own = replace(
            ports.park.grid_tariffs["GT"],
            floating_items=(),
            market_price_series="PRICE",
            market_fee_cny_per_kwh=Decimal(0),
        )
        with pytest.raises(PriceAheadError, match="all prices of 2026-08-29"):
            plan_day(TOMORROW, ports=of(ports, grid_tariffs={"GT": own}))


def test_plan_day__without_settled_history_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports:
        with pytest.raises(NoPlanError, match="settle"):
            plan_day(date(2027, 8, 29), ports=ports)

        assert ports.registry.latest_statements("2027-08-29") == []


def test_plan_day__with_too_short_a_history_is_refused_in_words(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.WITH_BATTERY)
    one_day = days(date(2026, 8, 28), 1, ZONE)
    half = Period.of_s(one_day.start_s, one_day.start_s + 43_200)
    with small_park.opened(root) as ports:
        small_park.fill(ports, half)
        settle(half, ports=ports)

        with pytest.raises(NoHistoryError, match="longer history"):
            plan_day(TOMORROW, ports=ports)


def test_plan_day__says_that_several_connections_are_charged_for_what_all_import(
    root: Path,
) -> None:
    with small_park.opened(root) as ports:
        charged = by_demand(ports)
        one = charged.park.grids["G1"]
        tariff = charged.park.grid_tariffs["GT"]
        shared = replace(tariff, users=(*tariff.users, "G2"))
        second = of(
            charged,
            grids={"G1": one, "G2": replace(one, id="G2")},
            grid_tariffs={"GT": shared},
        )
        alone, found = plan_day(TOMORROW, ports=charged), plan_day(TOMORROW, ports=second)

    assert "grids-together" not in {notice.key for notice in alone.notices}
    assert {notice.words["grids"] for notice in found.notices} == {"G1 · G2"}


def test_plan_day__that_has_no_solution_names_limit_and_repair_and_issues_nothing(
    root: Path,
) -> None:
    with small_park.opened(root) as ports:
        tight = {name: replace(grid, capacity_kva=400.0) for name, grid in ports.park.grids.items()}
        found = plan_day(date(2026, 8, 28), ports=of(ports, grids=tight))

        assert ports.registry.latest_statements("2026-08-28") == []

    assert found.release.plan is None
    assert found.release.breaches[0].asset == "G1"
    assert found.release.breaches[0].limit == 400.0 < found.release.breaches[0].needed
    assert found.saving_cny is None


def test_plan_day__that_the_referee_refuses_is_not_issued(root: Path) -> None:
    with small_park.opened(root) as ports:
        honest = ports.solve

        def dishonest(model: LinearModel, *, time_limit_s: float, gap: float) -> Solution:
            solution = honest(model, time_limit_s=time_limit_s, gap=gap)
            if solution.values is None:
                return solution
            return replace(solution, values=solution.values * 1.5)

        found = plan_day(date(2026, 8, 27), ports=replace(ports, solve=dishonest))

        assert ports.registry.latest_statements("2026-08-27") == []

    assert found.release.plan is None
    assert found.release.verdict is not None
    assert not found.release.verdict.accepted
