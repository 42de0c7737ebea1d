from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from shared_data import shared_path
from taihang.config.park_file import examine_park, read_park
from taihang.config.templates import UnknownTemplateError, template_names, template_text
from taihang.core.park.assets import PlantKind
from taihang.core.park.contract import SurplusTo
from taihang.core.park.park import Park
from taihang.core.park.topology import Direction

_WH_PER_MWH = 1_000_000


def _template(name: str) -> Park:
    return read_park(template_text(name), source=f"{name}.toml")


@pytest.fixture(scope="module")
def changzhi() -> Park:
    return _template("changzhi")


@pytest.fixture(scope="module")
def xingxian() -> Park:
    return _template("xingxian")


def test_template_names__are_those_of_the_command_line() -> None:
    assert template_names() == ("changzhi", "xingxian", "blank")


def test_template_text__of_an_unknown_name() -> None:
    with pytest.raises(UnknownTemplateError) as caught:
        template_text("changzi")

    assert str(caught.value) == (
        "input.unknown-template: given 'changzi'; expected one of changzhi, xingxian, blank; "
        "write changzhi"
    )


@pytest.mark.parametrize("name", template_names())
def test_template_text__reads_without_problem_or_warning(name: str) -> None:
    reading = examine_park(template_text(name))

    assert reading.problems == ()
    assert reading.park is not None
    assert reading.park.zone.key == "Asia/Shanghai"


@pytest.mark.parametrize("name", template_names())
def test_template_text__is_tidy(name: str) -> None:
    lines = template_text(name).split("\n")

    assert lines[-1] == ""
    assert all(line == line.rstrip() and "\t" not in line for line in lines)


def test_blank__with_every_example_on_reads_too(full_text: str) -> None:
    reading = examine_park(full_text)

    assert reading.problems == ()


# ── Changzhi: seeds S01, S08 ─────────────────────────────────────────────────────────────────────


def test_changzhi__connects_75_objects(changzhi: Park) -> None:
    pv = [plant for plant in changzhi.plants.values() if plant.kind is PlantKind.PV]

    assert tuple(changzhi.enterprises) == tuple(f"E{n:02d}" for n in range(1, 55))
    assert [plant.id for plant in pv] == [f"PV{n:02d}" for n in range(1, 17)]
    assert tuple(changzhi.stations) == ("CS1", "CS2", "CS3", "CS4", "CS5")
    assert len(changzhi.users) + len(pv) == 75


def test_changzhi__pv_makes_50_mwh_a_day(changzhi: Park) -> None:
    pv = [plant for plant in changzhi.plants.values() if plant.kind is PlantKind.PV]

    assert sum(plant.capacity_kw for plant in pv) == 13_490
    assert sum(plant.planned_mwh_per_year or 0 for plant in pv) == 50 * 365


def test_changzhi__wind_is_the_imported_year(changzhi: Park) -> None:
    wind = changzhi.plants["W01"]

    assert (wind.kind, wind.capacity_kw, wind.planned_mwh_per_year) == (
        PlantKind.WIND,
        25_000,
        41_100,
    )


def test_changzhi__battery_materials_need_850_gwh(changzhi: Park) -> None:
    plans = [item.planned_mwh_per_year or 0 for item in changzhi.enterprises.values()]

    assert sum(plans[:3]) == 850_000
    assert sum(plans[3:]) == 308_000
    assert plans[3:] == sorted(plans[3:], reverse=True)


def test_changzhi__has_80_meters_named_after_their_nodes(changzhi: Park) -> None:
    suffix = {
        Direction.CHARGE: "-CH",
        Direction.DISCHARGE: "-DIS",
        Direction.IMPORT: "-IMP",
        Direction.EXPORT: "-EXP",
    }
    meters = changzhi.meters.values()

    assert len(meters) == 80
    assert all(m.id == f"M-{m.node}{suffix.get(m.measures, '')}" for m in meters)


def test_changzhi__battery_and_connection_point_count_from_2025(changzhi: Park) -> None:
    late = {
        direction: [
            len(changzhi.meters_of(direction, date(2024, 12, 31))),
            len(changzhi.meters_of(direction, date(2025, 1, 1))),
        ]
        for direction in Direction
    }

    assert late == {
        Direction.CONSUMPTION: [59, 59],
        Direction.GENERATION: [17, 17],
        Direction.CHARGE: [0, 1],
        Direction.DISCHARGE: [0, 1],
        Direction.IMPORT: [0, 1],
        Direction.EXPORT: [0, 1],
        Direction.CURTAILMENT: [0, 0],
    }


def test_changzhi__each_dedicated_line_serves_the_battery_materials(changzhi: Park) -> None:
    served = {line.plants: line.users for line in changzhi.dedicated_lines.values()}

    assert served == {
        ("W01",): ("E01", "E02", "E03"),
        ("PV01", "PV02"): ("E01",),
        ("PV03", "PV04"): ("E02", "E03"),
    }


def test_changzhi__every_asset_behind_the_grid_has_a_feeder(changzhi: Park) -> None:
    members = [name for feeder in changzhi.feeders.values() for name in feeder.members]

    assert sorted(members) == sorted(set(changzhi.assets) - set(changzhi.grids))


def test_changzhi__sells_every_plant_to_every_user(changzhi: Park) -> None:
    sold = {item.plant: item.buyers for item in changzhi.green_supplies.values()}

    assert sold == dict.fromkeys(changzhi.plants, changzhi.users)


def test_changzhi__green_power_is_cheaper_than_the_grid(changzhi: Park) -> None:
    agent = {tariff.agent_price_cny_per_kwh for tariff in changzhi.grid_tariffs.values()}
    green = [supply.price_cny_per_kwh for supply in changzhi.green_supplies.values()]

    assert agent == {Decimal("0.332")}
    assert green
    assert all(price is not None and price < Decimal("0.332") for price in green)


def test_changzhi__old_dials_turn_within_a_year(changzhi: Park) -> None:
    turning = [
        meter.node
        for meter in changzhi.meters.values()
        if meter.node in changzhi.enterprises
        and meter.modulus * meter.wh_per_count
        < (changzhi.enterprises[meter.node].planned_mwh_per_year or 0) * _WH_PER_MWH
    ]

    assert turning == ["E20", "E21", "E23", "E25"]


@dataclass(frozen=True)
class _Measured:
    mean_kw: float
    peak_kw: float
    peak_kva: float


@pytest.mark.shared
def test_changzhi__measured_year_is_plausible(changzhi: Park) -> None:
    measured = _measured_year()

    too_low = [
        node
        for node, found in measured.items()
        if changzhi.meters[f"M-{node}"].max_kw < found.peak_kw
    ]
    too_small = [
        item.id
        for item in changzhi.enterprises.values()
        if item.transformer_kva < measured[item.id].peak_kva
    ]

    assert len(measured) == 76
    assert too_low == []
    assert too_small == []


@pytest.mark.shared
def test_changzhi__fourfold_readings_of_large_users_are_caught(changzhi: Park) -> None:
    measured = _measured_year()

    steady = [f"E{n:02d}" for n in range(1, 17)]
    missed = [
        node for node in steady if changzhi.meters[f"M-{node}"].max_kw > 4 * measured[node].mean_kw
    ]

    assert missed == []


def _measured_year() -> dict[str, _Measured]:
    folder = shared_path("data/demo-park")
    rows = duckdb.execute(f"""
        with every as (
            select ent_id as node, p_kw, q_kvar from '{folder}/load_15min.parquet'
            union all select pv_id, p_kw, 0 from '{folder}/open/pv_15min.parquet'
            union all select 'W01', p_kw, 0 from '{folder}/wind_15min.parquet'
            union all select cs_id, p_kw, 0 from '{folder}/ev_15min.parquet'
        )
        select node, avg(p_kw), max(p_kw), max(sqrt(p_kw * p_kw + q_kvar * q_kvar))
        from every group by node
    """).fetchall()
    return {str(node): _Measured(float(a), float(b), float(c)) for node, a, b, c in rows}


# ── Xing County: seeds S14, S15 ──────────────────────────────────────────────────────────────────


def test_xingxian__plans_975_gwh(xingxian: Park) -> None:
    plants = xingxian.plants.values()
    by_kind = {
        kind: sum(plant.capacity_kw for plant in plants if plant.kind is kind) for kind in PlantKind
    }

    assert by_kind == {PlantKind.PV: 210_000, PlantKind.WIND: 300_000}
    assert sum(plant.planned_mwh_per_year or 0 for plant in plants) == 975_000
    assert 975_000 == 200 * 1500 + 10 * 1500 + 300 * 2200


def test_xingxian__battery_holds_four_hours_and_14_7_percent(xingxian: Park) -> None:
    battery = xingxian.batteries["B1"]

    assert battery.energy_kwh / battery.power_kw == 4
    assert round(battery.power_kw / 510_000, 3) == 0.147


def test_xingxian__meets_the_grid_at_two_220_kv_stations(xingxian: Park) -> None:
    assert [grid.voltage_kv for grid in xingxian.grids.values()] == [220, 220]
    assert xingxian.accounting.export_limit_ratio == Decimal("0.2")


def test_xingxian__pays_the_grid_as_one_customer_at_both_stations(xingxian: Park) -> None:
    gateway = xingxian.grid_tariffs["GT-GATEWAY"]

    assert gateway.users == ("G1", "G2")
    assert gateway.near_site_load_factor_ratio is None, "that of Shanxi was not found"
    assert xingxian.billing is not None
    assert xingxian.billing.surplus_paid_to is SurplusTo.PLANTS
    assert xingxian.billing.td_prices_of is None


def test_xingxian__load_leaves_a_green_share_of_35_percent(xingxian: Park) -> None:
    # 发改能源〔2025〕650号: at least 30 %, by 2030 at least 35 %; here 80 % is used in the park.
    load_mwh = sum(item.planned_mwh_per_year or 0 for item in xingxian.enterprises.values())

    assert load_mwh == 2_200_000
    assert 0.8 * 975_000 / load_mwh >= 0.35


def test_blank__is_one_enterprise_with_its_meter_and_gateway() -> None:
    park = _template("blank")

    assert tuple(park.assets) == ("E01",)
    assert tuple(park.meters) == ("M-E01",)
    assert park.gateways["GW1"].meters == ("M-E01",)
