"""The referee of park plans: agrees with every true plan, refuses every planted fault."""

import copy
from collections.abc import Callable
from functools import cache
from typing import Any, Final, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from park_case import Table, Value, battery, bus, grid, load, planned, plant, spill, supply
from taihang.core.dispatch.recheck.case import AGREE_CNY, AGREE_KWH
from taihang.core.dispatch.recheck.judge import digest_of, recheck
from taihang.services.plan_park import Release
from whole_park import N, whole_park

Plan = dict[str, Any]
Fault = Callable[[Plan], object]


@cache
def true_release() -> Release:
    return planned(whole_park(), n_steps=N)


def true_plan() -> Plan:
    release = true_release()
    assert release.plan is not None
    return cast("Plan", copy.deepcopy(release.plan.document()))


def add(series: str, step: int, more: float) -> Fault:
    def fault(plan: Plan) -> None:
        plan["series"][series][step] += more

    return fault


def move(giver: str, taker: str, step: int, kw: float) -> Fault:
    """Let two flows grow together, so that the balance of their bus still closes."""

    def fault(plan: Plan) -> None:
        plan["series"][giver][step] += kw
        plan["series"][taker][step] += kw

    return fault


def put(key: str, name: str, value: object) -> Fault:
    def fault(plan: Plan) -> None:
        plan[key][name] = value

    return fault


def set_to(key: str, value: object) -> Fault:
    return lambda plan: plan.update({key: value})


def drop(series: str) -> Fault:
    return lambda plan: plan["series"].pop(series)


def shorten(series: str) -> Fault:
    return lambda plan: plan["series"][series].pop()


def pay(line: str, more: float) -> Fault:
    def fault(plan: Plan) -> None:
        plan["bill_cny"][line] += more
        plan["total_cny"] += more

    return fault


FAULTS: Final[dict[str, tuple[Fault, str]]] = {
    "another problem": (set_to("problem_sha256", "0" * 64), "problem"),
    "another format": (set_to("format", "taihang/park-plan/v9"), "format"),
    "a series is missing": (drop("store.charge_kw"), "shape"),
    "a series is short": (shorten("gate.import_kw"), "shape"),
    "a size is missing": (lambda plan: plan["sizes"].pop("line.capacity_kw"), "shape"),
    "a gap": (add("sun.used_kw", 3, float("nan")), "finite"),
    "an infinity": (add("unit.heat_kw", 3, float("inf")), "finite"),
    "a watt out of nothing": (add("gate.import_kw", 2, -0.001), "balance"),
    "heat out of nothing": (add("boiler.heat_kw", 8, 1.0), "balance"),
    "more sun than shines": (move("sun.used_kw", "gate.export_kw", 0, 5.0), "available"),
    "more sun than there is at noon": (
        move("sun.used_kw", "store.charge_kw", 12, 1.0),
        "available",
    ),
    "wind curtailed": (add("wind.used_kw", 4, -10.0), "curtailed"),
    "above the import limit": (add("gate.import_kw", 5, 600.0), "import"),
    "above the export limit": (add("gate.export_kw", 5, 200.0), "export"),
    "export below nothing": (move("gate.import_kw", "gate.export_kw", 5, -5.0), "export"),
    "importing to export": (move("gate.import_kw", "gate.export_kw", 5, 5.0), "both-ways"),
    "line above its size": (add("line.forward_kw", 1, 200.0), "link"),
    "line both ways": (add("line.backward_kw", 1, 3.0), "both-ways"),
    "charging above the power": (move("gate.import_kw", "store.charge_kw", 13, 50.0), "charge"),
    "discharging above the power": (add("store.discharge_kw", 18, 90.0), "discharge"),
    "charging and discharging": (
        move("store.charge_kw", "store.discharge_kw", 13, 5.0),
        "both-ways",
    ),
    "energy claimed, not stored": (add("store.energy_kwh", 9, 0.01), "energy-claim"),
    "energy below the floor": (add("store.discharge_kw", 2, 660.0), "floor"),
    "store larger than it may be": (put("sizes", "store.energy_kwh", 2401.0), "size"),
    "store smaller than what it holds": (put("sizes", "store.energy_kwh", 900.0), "ceiling"),
    "store not brought back": (add("store.charge_kw", 1, -20.0), "end"),
    "more cycles than the warranty": (put("sizes", "store.energy_kwh", 400.0), "warranty"),
    "tank emptied below nothing": (add("tank.discharge_kw", 1, 2.0), "floor"),
    "reserve not held": (add("store.discharge_kw", 18, 15.0), "reserve"),
    "more heat than the unit has": (add("unit.heat_kw", 9, 5.0), "heat"),
    "unit above its power": (add("unit.electricity_kw", 20, 5.0), "capacity"),
    "recovery above what is there": (add("recovery.heat_kw", 7, 31.0), "available"),
    "load moved out of its window": (add("press.more_kw", 7, 5.0), "window"),
    "load above its largest power": (add("press.more_kw", 16, 41.0), "shift"),
    "vehicle above its power": (add("station.session_kw", 0, 5.0), "session-power"),
    "vehicle left without": (add("station.session_kw", 5, -10.0), "session-energy"),
    "vehicle short, and not said": (add("station.unserved_kwh", 2, -1.0), "session-energy"),
    "station above its limit": (add("station.session_kw", 9, 150.0), "station"),
    "station's sum is not its vehicles'": (add("station.charge_kw", 12, 1.0), "station-claim"),
    "more unserved than may be": (add("mill.shed_kw", 3, 31.0), "shed"),
    "energy under-billed": (pay("gate.import_cny", -0.02), "bill"),
    "a peak forgotten": (pay("peak.demand_cny", -10.0), "bill"),
    "the contract forgotten": (pay("contract.contract_cny", -500.0), "bill"),
    "carbon forgotten": (pay("co2.carbon_cny", -1.0), "bill"),
    "the store for free": (pay("store.investment_cny", -100.0), "bill"),
    "a promise paid twice": (pay("promise.commitment_cny", -350.0), "bill"),
    "the year's allowance for free": (pay("room.allowance_cny", -1.0), "bill"),
    "a line out of nowhere": (put("bill_cny", "gate.gift_cny", -5.0), "bill"),
    "a total that is no sum": (set_to("total_cny", 9000.0), "bill-total"),
}


def test_recheck__agrees_with_the_plan_of_every_kind_of_asset() -> None:
    verdict = recheck(true_release().problem.echo(), true_plan())

    assert verdict.accepted
    assert verdict.agrees_kwh < AGREE_KWH
    assert verdict.agrees_cny < AGREE_CNY
    assert verdict.total_cny == pytest.approx(true_plan()["total_cny"], abs=AGREE_CNY)


@pytest.mark.parametrize("name", FAULTS)
def test_recheck__refuses_a_planted_fault_by_its_rule(name: str) -> None:
    fault, rule = FAULTS[name]
    plan = true_plan()
    fault(plan)

    verdict = recheck(true_release().problem.echo(), plan)

    assert rule in {one.rule for one in verdict.broken}, verdict


def test_recheck__refuses_what_the_ratios_and_caps_forbid() -> None:
    echo = copy.deepcopy(true_release().problem.echo())
    limits = {"own": 0.999, "green": 0.9, "back": 0.0}
    for asset in cast("list[dict[str, Any]]", echo["assets"]):
        if asset["id"] in limits:
            asset["limit_ratio"] = limits[asset["id"]]
        if asset["id"] == "co2":
            asset["cap_t"] = 0.1
        if asset["id"] == "promise":
            asset["penalty_cny_per_kwh"] = "none"
        if asset["id"] == "room":
            asset["most_kwh"] = 0.0
    plan = true_plan()
    plan["problem_sha256"] = digest_of(echo)
    plan["series"]["gate.export_kw"][5] += 30.0

    broken = {one.rule for one in recheck(echo, plan).broken}

    assert {"green-share", "carbon", "commitment", "allowance"} <= broken


def test_recheck__a_plan_dearer_than_doing_nothing_is_refused() -> None:
    park = [
        bus("el"),
        load("l", "el", 100.0),
        supply("cheap", "el", capacity_kw=200.0, price=0.5),
        supply("dear", "el", capacity_kw=200.0, price=0.9),
        battery("b", "el", charge_kw=10.0, energy_kwh=10.0),
    ]
    release = planned(park, n_steps=2)
    assert release.plan is not None
    assert release.idle is not None
    plan = cast("Plan", release.plan.document())
    plan["series"]["cheap.given_kw"] = [0.0, 0.0]
    plan["series"]["dear.given_kw"] = [100.0, 100.0]
    plan["bill_cny"] |= {"cheap.energy_cny": 0.0, "dear.energy_cny": 180.0}
    plan["total_cny"] = 180.0

    echo = release.problem.echo()

    assert recheck(echo, plan).accepted
    verdict = recheck(echo, plan, idle=release.idle.document())
    assert [one.rule for one in verdict.broken] == ["worse-than-idle"]


prices = st.lists(st.integers(-6, 12).map(lambda tenth: tenth / 10), min_size=6, max_size=6)
powers = st.lists(st.integers(0, 200).map(float), min_size=6, max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    buying=prices,
    selling=prices,
    load_kw=powers,
    sun_kw=powers,
    efficiency=st.sampled_from([0.8, 0.95, 1.0]),
    wear=st.sampled_from([0.0, 0.05, 0.4]),
    curtail=st.sampled_from(["none", 0.0, 0.3]),
    end=st.sampled_from(["free", "start"]),
)
def test_recheck__agrees_with_plans_of_any_prices(
    buying: list[float],
    selling: list[float],
    load_kw: list[float],
    sun_kw: list[float],
    efficiency: float,
    wear: float,
    curtail: Value,
    end: str,
) -> None:
    park: list[Table] = [
        bus("el"),
        load("l", "el", load_kw),
        plant(
            "sun",
            "el",
            [kw / 200.0 for kw in sun_kw],
            capacity_kw=200.0,
            curtail_price_cny_per_kwh=curtail,
        ),
        spill("out", "el", 50.0),
        grid(
            "g",
            "el",
            import_limit_kw=300.0,
            export_limit_kw=220.0,
            import_price_cny_per_kwh=buying,
            export_price_cny_per_kwh=selling,
        ),
        battery(
            "b",
            "el",
            charge_kw=60.0,
            energy_kwh=100.0,
            charge_efficiency_ratio=efficiency,
            discharge_efficiency_ratio=efficiency,
            soc_start_ratio=0.4,
            soc_end=end,
            cycle_cost_cny_per_kwh=wear,
        ),
    ]

    release = planned(park, n_steps=6)

    assert release.verdict is not None
    assert release.verdict.agrees_kwh < AGREE_KWH
    assert release.verdict.agrees_cny < AGREE_CNY
