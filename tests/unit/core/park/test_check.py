from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from taihang.core.park.assets import InService
from taihang.core.park.check import check_park, has_errors
from taihang.core.park.park import Park
from taihang.core.park.problem import ParkProblem, Severity, path_text
from taihang.core.park.topology import DeclaredSeries, Direction
from taihang.core.series import Quantity

_Object = TypeVar("_Object")
_SINCE_2025 = InService(since=date(2025, 1, 1))
_UNTIL_2025 = InService(until=date(2025, 1, 1))


def _with(objects: Mapping[str, _Object], name: str, value: _Object) -> dict[str, _Object]:
    return {**objects, name: value}


def _without(objects: Mapping[str, _Object], name: str) -> dict[str, _Object]:
    return {key: value for key, value in objects.items() if key != name}


def _only(problems: list[ParkProblem]) -> ParkProblem:
    assert len(problems) == 1, [(path_text(found.path), found.given) for found in problems]
    return problems[0]


def _told(problem: ParkProblem) -> tuple[str, str, str, str]:
    return (path_text(problem.path), problem.given, problem.expected, problem.remedy)


def test_check_park__right_park_has_no_problem(park: Park) -> None:
    assert check_park(park) == []


# ── place and ids ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("zone", ["Asia/Taiyuan", "", "Asia", "../etc/passwd", "UTC+8", "\0"])
def test_check_park__time_zone_unknown(park: Park, zone: str) -> None:
    problem = _only(check_park(replace(park, time_zone=zone)))

    expected = (
        "park.time_zone",
        repr(zone),
        "a zone of the IANA time zone database",
        "write for example Asia/Shanghai",
    )
    assert expected == _told(problem)


def test_check_park__latitude_and_longitude_out_of_range(park: Park) -> None:
    swapped = replace(park, latitude_deg=113.1, longitude_deg=-180.5)

    latitude, longitude = check_park(swapped)

    assert (latitude.given, latitude.expected) == ("113.1", "degrees north, from -90 to 90")
    assert (longitude.given, longitude.expected) == ("-180.5", "degrees east, from -180 to 180")


def test_check_park__the_poles_and_the_date_line_are_places(park: Park) -> None:
    assert check_park(replace(park, latitude_deg=-90.0, longitude_deg=180.0)) == []


@pytest.mark.parametrize("ratio", ["-0.01", "1.01", "20"])
def test_check_park__share_out_of_range(park: Park, ratio: str) -> None:
    accounting = replace(
        park.accounting, export_limit_ratio=Decimal(ratio), loss_alarm_ratio=Decimal(ratio)
    )

    limit, alarm = check_park(replace(park, accounting=accounting))

    assert _told(limit) == (
        "accounting.export_limit_ratio",
        ratio,
        "a share from 0 to 1",
        "write 0.20 for 20 %",
    )
    assert path_text(alarm.path) == "accounting.loss_alarm_ratio"


def test_check_park__no_id_is_that_of_the_park(park: Park) -> None:
    named = replace(park.enterprises["E01"], id="park")

    problems = check_park(replace(park, enterprises={**park.enterprises, "park": named}))

    assert "enterprises.park" in [path_text(problem.path) for problem in problems]


def test_check_park__one_id_for_two_kinds(park: Park) -> None:
    renamed = replace(park.feeders["F1"], id="E01")

    problem = _only(check_park(replace(park, feeders={"E01": renamed})))

    expected = (
        "feeders.E01",
        "E01, which enterprises.E01 bears already",
        "an id that nothing else in the park bears",
        "rename one of the two",
    )
    assert expected == _told(problem)


# ── assets ───────────────────────────────────────────────────────────────────────────────────────


def test_check_park__service_ends_before_it_begins(park: Park) -> None:
    days = InService(since=date(2026, 1, 1), until=date(2025, 1, 1))
    enterprise = replace(park.enterprises["E01"], in_service=days)

    broken = replace(park, enterprises=_with(park.enterprises, "E01", enterprise))
    problem = _only(check_park(broken))

    expected = (
        "enterprises.E01.in_service",
        "since 2026-01-01 until 2025-01-01",
        "a day `until`, the first day no more, after the day `since`",
        "swap or correct the two days",
    )
    assert expected == _told(problem)


def test_check_park__service_of_no_day(park: Park) -> None:
    days = InService(since=date(2025, 1, 1), until=date(2025, 1, 1))
    meter = replace(park.meters["M-E01"], in_service=days)
    supply = replace(park.green_supplies["GS1"], in_service=days)

    broken = replace(
        park,
        meters=_with(park.meters, "M-E01", meter),
        green_supplies={"GS1": supply},
    )
    problems = check_park(broken)

    assert [path_text(problem.path) for problem in problems] == [
        "meters.M-E01.in_service",
        "green_supplies.GS1.in_service",
    ]


def test_check_park__plan_beyond_the_rating(park: Park) -> None:
    # A plan in MWh written where GWh were meant is a factor of a thousand.
    plant = replace(park.plants["PV01"], planned_mwh_per_year=540_000.0)

    problem = _only(check_park(replace(park, plants={"PV01": plant})))

    expected = (
        "plants.PV01.planned_mwh_per_year",
        "540000 MWh a year",
        "at most 3514, which is 400 kW for a whole year",
        "correct the plan or the rating; 1 GWh is 1000",
    )
    assert expected == _told(problem)


@pytest.mark.parametrize("key", ["charge_efficiency_ratio", "discharge_efficiency_ratio"])
@pytest.mark.parametrize("ratio", [0.0, 1.01, 95.0])
def test_check_park__efficiency_out_of_range(park: Park, key: str, ratio: float) -> None:
    battery = (
        replace(park.batteries["B1"], charge_efficiency_ratio=ratio)
        if key.startswith("charge")
        else replace(park.batteries["B1"], discharge_efficiency_ratio=ratio)
    )

    problem = _only(check_park(replace(park, batteries={"B1": battery})))

    expected = (
        f"batteries.B1.{key}",
        f"{ratio:g}",
        "a ratio above 0 and at most 1",
        "write 0.95 for 95 %",
    )
    assert expected == _told(problem)


@pytest.mark.parametrize("ratio", [-0.1, 1.0])
def test_check_park__standing_loss_out_of_range(park: Park, ratio: float) -> None:
    battery = replace(park.batteries["B1"], standing_loss_ratio_per_h=ratio)

    problem = _only(check_park(replace(park, batteries={"B1": battery})))

    expected = (
        "batteries.B1.standing_loss_ratio_per_h",
        f"{ratio:g}",
        "a share from 0 to less than 1",
        "write 0.00001 for 0.001 % an hour",
    )
    assert expected == _told(problem)


def test_check_park__soc_limits_swapped(park: Park) -> None:
    battery = replace(park.batteries["B1"], soc_min_ratio=0.9, soc_max_ratio=0.1)

    problem = _only(check_park(replace(park, batteries={"B1": battery})))

    expected = (
        "batteries.B1.soc_min_ratio",
        "0.9",
        "less than soc_max_ratio, which is 0.1",
        "swap or correct the two limits",
    )
    assert expected == _told(problem)


def test_check_park__soc_limits_leave_no_room(park: Park) -> None:
    battery = replace(park.batteries["B1"], soc_min_ratio=0.5, soc_max_ratio=0.5)

    problem = _only(check_park(replace(park, batteries={"B1": battery})))

    assert problem.expected == "less than soc_max_ratio, which is 0.5"


def test_check_park__soc_limit_as_percent(park: Park) -> None:
    battery = replace(park.batteries["B1"], soc_max_ratio=95.0)

    problem = _only(check_park(replace(park, batteries={"B1": battery})))

    expected = ("batteries.B1.soc_max_ratio", "95", "a ratio from 0 to 1", "write 0.10 for 10 %")
    assert expected == _told(problem)


# ── topology ─────────────────────────────────────────────────────────────────────────────────────


def test_check_park__feeder_on_an_absent_grid(park: Park) -> None:
    feeder = replace(park.feeders["F1"], grid="G2")

    problem = _only(check_park(replace(park, feeders={"F1": feeder})))

    expected = (
        "feeders.F1.grid",
        "'G2'",
        "the id of a grid connection of this park",
        "add a grid connection or correct it",
    )
    assert expected == _told(problem)


def test_check_park__feeder_member_absent(park: Park) -> None:
    feeder = replace(park.feeders["F1"], members=("E01", "E002"))

    problem = _only(check_park(replace(park, feeders={"F1": feeder})))

    expected = (
        "feeders.F1.members",
        "'E002'",
        "the id of an asset behind the grid of this park",
        "write E02",
    )
    assert expected == _told(problem)


def test_check_park__grid_is_no_feeder_member(park: Park) -> None:
    feeder = replace(park.feeders["F1"], members=("E01", "G1"))

    problem = _only(check_park(replace(park, feeders={"F1": feeder})))

    assert problem.given == "'G1'"


def test_check_park__asset_twice_on_one_feeder(park: Park) -> None:
    feeder = replace(park.feeders["F1"], members=("E01", "E01"))

    problem = _only(check_park(replace(park, feeders={"F1": feeder})))

    expected = ("feeders.F1.members", "E01 twice", "every id once", "remove the second E01")
    assert expected == _told(problem)


def test_check_park__asset_on_two_feeders(park: Park) -> None:
    second = replace(park.feeders["F1"], id="F2", members=("E01",))

    problem = _only(check_park(replace(park, feeders=_with(park.feeders, "F2", second))))

    expected = (
        "feeders.F2.members",
        "E01, which feeders.F1 holds already",
        "an asset that no other one of its kind holds",
        "remove E01 from one of the two",
    )
    assert expected == _told(problem)


def test_check_park__plant_on_two_dedicated_lines(park: Park) -> None:
    second = replace(park.dedicated_lines["DL1"], id="DL2")

    broken = replace(park, dedicated_lines=_with(park.dedicated_lines, "DL2", second))
    problem = _only(check_park(broken))

    expected = (
        "dedicated_lines.DL2.plants",
        "PV01, which dedicated_lines.DL1 holds already",
        "an asset that no other one of its kind holds",
        "remove PV01 from one of the two",
    )
    assert expected == _told(problem)


def test_check_park__dedicated_line_names_absent_ones(park: Park) -> None:
    line = replace(park.dedicated_lines["DL1"], plants=("W01",), users=("B1",))

    plant, user = check_park(replace(park, dedicated_lines={"DL1": line}))

    assert _told(plant) == (
        "dedicated_lines.DL1.plants",
        "'W01'",
        "the id of a plant of this park",
        "add a plant or correct it",
    )
    assert (user.given, user.expected) == (
        "'B1'",
        "the id of an enterprise or station of this park",
    )


def test_check_park__sources_above_their_line_are_a_warning(park: Park) -> None:
    line = replace(park.dedicated_lines["DL1"], capacity_kva=399.0)

    problem = _only(problems := check_park(replace(park, dedicated_lines={"DL1": line})))

    expected = (
        "dedicated_lines.DL1.capacity_kva",
        "399 kVA for sources of 400 kW together",
        "room for all of them at full power",
        "expect curtailment, or correct the ratings",
    )
    assert expected == _told(problem)
    assert problem.severity is Severity.WARNING
    assert not has_errors(problems)


def test_check_park__sources_above_their_feeder_are_a_warning(park: Park) -> None:
    # 400 kW of PV and 500 kW of discharge; the loads on the feeder do not count.
    feeder = replace(park.feeders["F1"], transformer_kva=899.0)

    problem = _only(check_park(replace(park, feeders={"F1": feeder})))

    assert problem.given == "899 kVA for sources of 900 kW together"
    assert problem.severity is Severity.WARNING


# ── metering ─────────────────────────────────────────────────────────────────────────────────────


def test_check_park__meter_on_an_absent_node(park: Park) -> None:
    meter = replace(park.meters["M-E01"], node="X-99")

    problems = check_park(replace(park, meters=_with(park.meters, "M-E01", meter)))

    assert (problems[0].given, problems[0].expected) == (
        "'X-99'",
        "the id of an asset of this park",
    )
    assert problems[0].remedy == "add the asset or correct it"
    assert [path_text(found.path) for found in problems] == ["meters.M-E01.node", "enterprises.E01"]


@pytest.mark.parametrize(
    ("meter", "wrong", "given", "expected"),
    [
        ("M-E01", Direction.GENERATION, "generation at E01, one of the enterprises", "consumption"),
        (
            "M-PV01",
            Direction.CONSUMPTION,
            "consumption at PV01, one of the plants",
            "generation or curtailment",
        ),
        ("M-CS1", Direction.IMPORT, "import at CS1, one of the stations", "consumption"),
        ("M-B1-CH", Direction.CONSUMPTION, "consumption at B1, one of the batteries", None),
        ("M-G1-EXP", Direction.DISCHARGE, "discharge at G1, one of the grids", "import or export"),
    ],
)
def test_check_park__meter_in_a_direction_that_its_node_has_not(
    park: Park, meter: str, wrong: Direction, given: str, expected: str | None
) -> None:
    broken = replace(park.meters[meter], measures=wrong)

    first, *_ = check_park(replace(park, meters=_with(park.meters, meter, broken)))

    assert _told(first) == (
        f"meters.{meter}.measures",
        given,
        expected or "charge or discharge",
        "correct the direction, or the node",
    )


def test_check_park__two_meters_for_one_flow(park: Park) -> None:
    second = replace(park.meters["M-E01"], id="M-E01-B", in_service=_SINCE_2025)
    meters = _with(park.meters, "M-E01-B", second)
    gateway = replace(park.gateways["GW1"], meters=tuple(meters))

    problem = _only(check_park(replace(park, meters=meters, gateways={"GW1": gateway})))

    expected = (
        "meters.M-E01-B.node",
        "E01, whose consumption M-E01 counts on the same days",
        "one meter for one flow on any day",
        "remove one, or end the first with in_service = { until = … }",
    )
    assert expected == _told(problem)


def test_check_park__meter_may_follow_another(park: Park) -> None:
    first = replace(park.meters["M-E01"], in_service=_UNTIL_2025)
    second = replace(park.meters["M-E01"], id="M-E01-B", in_service=_SINCE_2025)
    meters = {**park.meters, "M-E01": first, "M-E01-B": second}
    gateway = replace(park.gateways["GW1"], meters=tuple(meters))

    assert check_park(replace(park, meters=meters, gateways={"GW1": gateway})) == []


@pytest.mark.parametrize(
    ("meter", "node", "direction", "severity"),
    [
        ("M-E01", "enterprises.E01", "consumption", Severity.ERROR),
        ("M-CS1", "stations.CS1", "consumption", Severity.ERROR),
        ("M-PV01", "plants.PV01", "generation", Severity.ERROR),
        ("M-B1-CH", "batteries.B1", "charge", Severity.ERROR),
        ("M-B1-DIS", "batteries.B1", "discharge", Severity.ERROR),
        ("M-G1-IMP", "grids.G1", "import", Severity.WARNING),
        ("M-G1-EXP", "grids.G1", "export", Severity.WARNING),
    ],
)
def test_check_park__flow_without_a_meter(
    park: Park, meter: str, node: str, direction: str, severity: Severity
) -> None:
    meters = _without(park.meters, meter)
    gateway = replace(park.gateways["GW1"], meters=tuple(meters))

    problem = _only(check_park(replace(park, meters=meters, gateways={"GW1": gateway})))

    kind, name = node.split(".")
    assert path_text(problem.path) == f"{kind}.{name}"
    assert problem.given == f"no meter of its {direction}"
    assert problem.expected == f"a meter with node = {name} and measures = {direction}"
    assert problem.severity is severity


def test_check_park__dial_that_turns_twice_between_readings(park: Park) -> None:
    # 10^5 counts of 10 Wh × 1 are 1 000 kWh; a day at 1 000 kW is 24 000 kWh.
    meter = replace(park.meters["M-E01"], digits=5, multiplier=1)

    problem = _only(check_park(replace(park, meters=_with(park.meters, "M-E01", meter))))

    expected = (
        "meters.M-E01.digits",
        "a dial that starts again after 1000 kWh",
        "at least 48000 kWh, two days at max_kw",
        "correct digits, resolution_wh, multiplier or max_kw",
    )
    assert expected == _told(problem)


def test_check_park__dial_of_exactly_two_days_is_long_enough(park: Park) -> None:
    # 10^4 counts of 1 200 Wh × 1 are 12 000 kWh, which is two days at 250 kW.
    meter = replace(park.meters["M-E01"], digits=4, multiplier=1, resolution_wh=1_200, max_kw=250.0)

    assert check_park(replace(park, meters=_with(park.meters, "M-E01", meter))) == []


def test_check_park__dial_of_hardly_less_than_two_days_is_too_short(park: Park) -> None:
    # 12 000 kWh a turn; two days at 250.1 kW are 12 004.8 kWh.
    meter = replace(park.meters["M-E01"], digits=4, multiplier=1, resolution_wh=1_200, max_kw=250.1)

    problem = _only(check_park(replace(park, meters=_with(park.meters, "M-E01", meter))))

    assert problem.expected == "at least 12004.8 kWh, two days at max_kw"


def test_check_park__ratings_may_be_met_exactly(park: Park) -> None:
    exact = replace(
        park,
        meters=_with(park.meters, "M-PV01", replace(park.meters["M-PV01"], max_kw=400.0)),
        dedicated_lines={"DL1": replace(park.dedicated_lines["DL1"], capacity_kva=400.0)},
        feeders={"F1": replace(park.feeders["F1"], transformer_kva=900.0)},
    )

    assert check_park(exact) == []


def test_check_park__limit_below_the_rating_is_a_warning(park: Park) -> None:
    meter = replace(park.meters["M-PV01"], max_kw=399.0)

    problem = _only(check_park(replace(park, meters=_with(park.meters, "M-PV01", meter))))

    expected = (
        "meters.M-PV01.max_kw",
        "399 kW",
        "at least the rated 400 kW of PV01",
        "raise it: honest readings at full power would be refused",
    )
    assert expected == _told(problem)
    assert problem.severity is Severity.WARNING


def test_check_park__meter_without_a_gateway(park: Park) -> None:
    gateway = replace(
        park.gateways["GW1"], meters=tuple(name for name in park.meters if name != "M-CS1")
    )

    problem = _only(check_park(replace(park, gateways={"GW1": gateway})))

    expected = (
        "meters.M-CS1",
        "no gateway that speaks for it",
        "exactly one gateway whose `meters` names it",
        "add M-CS1 to a gateway",
    )
    assert expected == _told(problem)


def test_check_park__meter_with_two_gateways(park: Park) -> None:
    second = replace(park.gateways["GW1"], id="GW2", meters=("M-CS1",))

    problem = _only(check_park(replace(park, gateways=_with(park.gateways, "GW2", second))))

    expected = (
        "gateways.GW2.meters",
        "M-CS1, for which GW1 speaks already",
        "one gateway for each meter",
        "remove M-CS1 from one of the two",
    )
    assert expected == _told(problem)


def test_check_park__gateway_names_an_absent_meter(park: Park) -> None:
    gateway = replace(park.gateways["GW1"], meters=(*park.meters, "M-PV02"))

    problem = _only(check_park(replace(park, gateways={"GW1": gateway})))

    expected = (
        "gateways.GW1.meters",
        "'M-PV02'",
        "the id of a meter of this park",
        "write M-PV01",
    )
    assert expected == _told(problem)


@pytest.mark.parametrize("quantity", [Quantity.REGISTER, Quantity.ENERGY])
def test_check_park__declared_series_of_energy(park: Park, quantity: Quantity) -> None:
    series = replace(park.series["SPOT"], quantity=quantity)

    problem = _only(check_park(replace(park, series={"SPOT": series})))

    expected = (
        "series.SPOT.quantity",
        quantity.value,
        "sample or reactive",
        "declare a meter for energy: only meters are accounted",
    )
    assert expected == _told(problem)


# ── contracts ────────────────────────────────────────────────────────────────────────────────────


def test_check_park__supply_of_an_absent_plant(park: Park) -> None:
    supply = replace(park.green_supplies["GS1"], plant="PV07")

    problem = _only(check_park(replace(park, green_supplies={"GS1": supply})))

    expected = (
        "green_supplies.GS1.plant",
        "'PV07'",
        "the id of a plant of this park",
        "write PV01",
    )
    assert expected == _told(problem)


def test_check_park__supply_to_an_absent_buyer(park: Park) -> None:
    supply = replace(park.green_supplies["GS1"], buyers=("E01", "PV01"))

    problem = _only(check_park(replace(park, green_supplies={"GS1": supply})))

    assert path_text(problem.path) == "green_supplies.GS1.buyers"
    assert problem.given == "'PV01'"
    assert problem.expected == "the id of an enterprise or station of this park"


def test_check_park__two_prices_for_the_same_energy(park: Park) -> None:
    second = replace(park.green_supplies["GS1"], id="GS2", buyers=("E02", "CS1"))

    problem = _only(
        check_park(replace(park, green_supplies=_with(park.green_supplies, "GS2", second)))
    )

    expected = (
        "green_supplies.GS2.buyers",
        "CS1, to whom GS1 sells PV01 on the same days",
        "one contract for one plant and one buyer on any day",
        "remove the buyer, or end the first with in_service = { until = … }",
    )
    assert expected == _told(problem)


def test_check_park__contract_may_follow_another(park: Park) -> None:
    supplies = {
        "GS1": replace(park.green_supplies["GS1"], in_service=_UNTIL_2025),
        "GS2": replace(park.green_supplies["GS1"], id="GS2", in_service=_SINCE_2025),
    }

    assert check_park(replace(park, green_supplies=supplies)) == []


def test_check_park__user_without_a_grid_tariff(park: Park) -> None:
    problem = _only(check_park(replace(park, grid_tariffs=_without(park.grid_tariffs, "GT2"))))

    expected = (
        "stations.CS1",
        "no grid tariff that names it",
        "exactly one grid tariff whose `users` names it",
        "add CS1 to the users of a grid tariff",
    )
    assert expected == _told(problem)


def test_check_park__park_without_any_tariff_bills_nobody(park: Park) -> None:
    meters = {name: meter for name, meter in park.meters.items() if meter.node != "B1"}
    bare = replace(
        park,
        grid_tariffs={},
        batteries={},
        feeders={},
        meters=meters,
        gateways={"GW1": replace(park.gateways["GW1"], meters=tuple(meters))},
    )

    assert check_park(bare) == []


def test_check_park__battery_plans_for_an_absent_tariff(park: Park) -> None:
    battery = replace(park.batteries["B1"], grid_tariff="GT3")

    problem = _only(check_park(replace(park, batteries={"B1": battery})))

    expected = (
        "batteries.B1.grid_tariff",
        "'GT3'",
        "the id of a grid tariff of this park",
        "write GT2",
    )
    assert expected == _told(problem)


def test_check_park__user_with_two_grid_tariffs(park: Park) -> None:
    second = replace(park.grid_tariffs["GT2"], users=("E02", "CS1"))

    problem = _only(check_park(replace(park, grid_tariffs=_with(park.grid_tariffs, "GT2", second))))

    expected = (
        "grid_tariffs.GT2.users",
        "E02, which GT1 bills already",
        "one grid tariff for each user",
        "remove E02 from one of the two",
    )
    assert expected == _told(problem)


def test_check_park__tariff_of_an_absent_user(park: Park) -> None:
    tariff = replace(park.grid_tariffs["GT2"], users=("CS1", "CS9"))

    problem = _only(check_park(replace(park, grid_tariffs=_with(park.grid_tariffs, "GT2", tariff))))

    expected = (
        "grid_tariffs.GT2.users",
        "'CS9'",
        "the id of an enterprise, a station or a grid connection of this park",
        "write CS1",
    )
    assert expected == _told(problem)


def test_check_park__tariff_words_unknown(park: Park) -> None:
    tariff = replace(
        park.grid_tariffs["GT1"],
        parts="twopart",
        floating_items=("energy", "lineloss"),
        line_loss_rule="grossup",
        green_pays=("energy",),
        power_factor_standard="0.9",
    )

    problems = check_park(replace(park, grid_tariffs=_with(park.grid_tariffs, "GT1", tariff)))

    expected = [
        (
            "grid_tariffs.GT1.parts",
            "'twopart'",
            "a word out of one-part, two-part",
            "write two-part",
        ),
        (
            "grid_tariffs.GT1.floating_items",
            "'lineloss'",
            "a word out of energy, line_loss, transmission",
            "write line_loss",
        ),
        (
            "grid_tariffs.GT1.line_loss_rule",
            "'grossup'",
            "a word out of gross-up, on-sales",
            "write gross-up",
        ),
        (
            "grid_tariffs.GT1.green_pays",
            "'energy'",
            "a word out of transmission, line_loss, system_operation, funds",
            "write transmission",
        ),
        (
            "grid_tariffs.GT1.power_factor_standard",
            "'0.9'",
            "a word out of 0.90, 0.85, 0.80",
            "write 0.90",
        ),
    ]
    assert expected == [_told(problem) for problem in problems]


def test_check_park__a_tariff_may_bill_a_grid_connection(park: Park) -> None:
    tariff = replace(park.grid_tariffs["GT2"], users=("CS1", "G1"))

    assert not check_park(replace(park, grid_tariffs=_with(park.grid_tariffs, "GT2", tariff)))


def test_check_park__a_station_has_all_of_its_supply_or_nothing(park: Park) -> None:
    bare = park.stations["CS1"]
    half = replace(bare, voltage_kv=10.0, transformer_kva=400.0)
    whole = replace(half, centralised=False)

    problem = _only(check_park(replace(park, stations=_with(park.stations, "CS1", half))))

    assert "stations.CS1" in _told(problem)[0]
    assert problem.remedy == "add centralised"
    assert not check_park(replace(park, stations=_with(park.stations, "CS1", whole)))


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"market_price_series": "PRICE"}, "grid_tariffs.GT2"),
        (
            {"market_price_series": "NONE", "market_fee_cny_per_kwh": Decimal(0)},
            "grid_tariffs.GT2.market_price_series",
        ),
        (
            {
                "market_price_series": "PRICE",
                "market_fee_cny_per_kwh": Decimal(0),
                "floating_items": ("energy",),
            },
            "grid_tariffs.GT2.floating_items",
        ),
        (
            {"near_site_load_factor_ratio": Decimal("0.6"), "parts": "one-part"},
            "grid_tariffs.GT2.parts",
        ),
    ],
)
def test_check_park__users_of_the_market_and_near_site_projects(
    park: Park, changes: dict[str, Any], where: str
) -> None:
    price = DeclaredSeries(id="PRICE", quantity=Quantity.SAMPLE, unit="CNY/MWh", scale="0.01")
    plain = replace(park.grid_tariffs["GT2"], floating_items=(), sharp_applies=False)
    tariff = replace(plain, **changes)

    problem = _only(
        check_park(
            replace(
                park,
                series={**park.series, "PRICE": price},
                grid_tariffs=_with(park.grid_tariffs, "GT2", tariff),
            )
        )
    )

    assert _told(problem)[0] == where
