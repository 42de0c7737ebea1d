"""The bill, recomputed line by line from what the assets do; and the rules over the horizon."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, cast
from zoneinfo import ZoneInfo

from taihang.core.dispatch.recheck.case import (
    Case,
    Document,
    Finding,
    number,
    number_or_none,
    standing,
)
from taihang.core.dispatch.recheck.physics import Flows, Tested, available, is_idle

Bill = dict[str, float]
_SIZED: Final = (
    ("plant", "capacity_kw"),
    ("supply", "capacity_kw"),
    ("grid", "connection_kw"),
    ("link", "capacity_kw"),
    ("chp", "capacity_kw"),
    ("boiler", "capacity_kw"),
    ("heat_pump", "capacity_kw"),
    ("waste_heat", "capacity_kw"),
    ("battery", "charge_kw"),
    ("battery", "discharge_kw"),
    ("battery", "energy_kwh"),
    ("thermal_store", "power_kw"),
    ("thermal_store", "energy_kwh"),
    ("contract_demand", "contract_kw"),
)
_UPKEEP: Final = {
    "chp": "electricity_kw",
    "boiler": "heat_kw",
    "heat_pump": "heat_kw",
    "waste_heat": "heat_kw",
}


def due(case: Case) -> Bill:
    """Return what the plan has to pay, by ``asset.line``."""
    bill: Bill = {}
    _investment(case, bill)
    _energy(case, bill)
    _comfort(case, bill)
    _grids(case, bill)
    _allowances(case, bill)
    _promises(case, bill)
    _carbon(case, bill)
    return bill


def go_through_bill(tested: Tested) -> None:
    """Compare the claimed bill with the one that is due, line by line and in all."""
    bill = due(tested.case)
    claimed = cast("Mapping[str, float]", tested.case.plan["bill_cny"])
    for name in sorted({*bill, *claimed}):
        given, right = float(claimed.get(name, 0.0)), bill.get(name, 0.0)
        off = abs(given - right) if math.isfinite(given) else math.inf
        tested.findings.append(Finding("bill", name, -1, given, right, off))
    total = float(cast("float", tested.case.plan["total_cny"]))
    right = math.fsum(bill.values())
    off = abs(total - right) if math.isfinite(total) else math.inf
    tested.findings.append(Finding("bill-total", "", -1, total, right, off))


def _pay(bill: Bill, asset: Document, line: str, cny: float) -> None:
    name = f"{asset['id']}.{line}"
    bill[name] = bill.get(name, 0.0) + cny


def _dot(flow: Flows, price: Flows, hours: float) -> float:
    return math.fsum(value * one for value, one in zip(flow, price, strict=True)) * hours


def _investment(case: Case, bill: Bill) -> None:
    for kind, field in _SIZED:
        for asset in case.assets(kind):
            if asset[field] == "none":
                continue
            stands, more, cost = standing(asset, field)
            if more:
                _pay(bill, asset, "investment_cny", (case.size(asset, field) - stands) * cost)


def _energy(case: Case, bill: Bill) -> None:
    for asset in case.assets("plant"):
        used = case.does(asset, "used_kw")
        cost = number(asset, "cost_cny_per_kwh")
        _pay(bill, asset, "energy_cny", math.fsum(used) * cost * case.hours)
        price = number_or_none(asset, "curtail_price_cny_per_kwh")
        if price is not None:
            lost = [can - one for can, one in zip(available(case, asset), used, strict=True)]
            _pay(bill, asset, "curtail_cny", math.fsum(lost) * price * case.hours)
    for asset in case.assets("supply"):
        given = case.does(asset, "given_kw")
        price = case.given(asset, "price_cny_per_kwh")
        _pay(bill, asset, "energy_cny", _dot(given, price, case.hours))
    for asset in case.assets("chp", "boiler", "heat_pump", "waste_heat"):
        made = case.does(asset, _UPKEEP[str(asset["type"])])
        cost = number(asset, "cost_cny_per_kwh")
        _pay(bill, asset, "upkeep_cny", math.fsum(made) * cost * case.hours)
    for asset in case.assets("battery"):
        worn = math.fsum(case.does(asset, "discharge_kw")) * case.hours
        _pay(bill, asset, "wear_cny", worn * number(asset, "cycle_cost_cny_per_kwh"))


def _comfort(case: Case, bill: Bill) -> None:
    for asset in case.assets("spill"):
        spilled = math.fsum(case.does(asset, "spilled_kw")) * case.hours
        _pay(bill, asset, "spill_cny", spilled * number(asset, "price_cny_per_kwh"))
    for asset in case.assets("load"):
        price = number_or_none(asset, "shed_price_cny_per_kwh")
        if price is not None:
            shed = math.fsum(case.does(asset, "shed_kw")) * case.hours
            _pay(bill, asset, "shed_cny", shed * price)
    for asset in case.assets("shiftable"):
        moved = math.fsum(case.does(asset, "less_kw")) * case.hours
        _pay(bill, asset, "move_cny", moved * number(asset, "price_cny_per_kwh"))
    for asset in case.assets("charging"):
        n_sessions = len(cast("list[Document]", asset["sessions"]))
        missing = math.fsum(case.does(asset, "unserved_kwh", size=n_sessions))
        price = number_or_none(asset, "unserved_price_cny_per_kwh") or 0.0
        _pay(bill, asset, "unserved_cny", missing * price)
    for asset in case.assets("fleet"):
        missing = case.does(asset, "unserved_kwh", size=1)[0]
        price = number_or_none(asset, "unserved_price_cny_per_kwh") or 0.0
        _pay(bill, asset, "unserved_cny", missing * price)


def _grids(case: Case, bill: Bill) -> None:
    for asset in case.assets("grid"):
        for way, sign in (("import", 1.0), ("export", -1.0)):
            price = case.given(asset, f"{way}_price_cny_per_kwh")
            cny = _dot(case.does(asset, f"{way}_kw"), price, case.hours)
            _pay(bill, asset, f"{way}_cny", sign * cny)
        _pay(bill, asset, "fee_cny", number(asset, "fee_cny"))
    for rule in case.assets("demand_charge"):
        highest = _highest(case, rule, str(rule["direction"]))
        above = [max(highest[0] - number(rule, "so_far_kw"), 0.0), *highest[1:]]
        _pay(bill, rule, "demand_cny", math.fsum(above) * number(rule, "price_cny_per_kw"))
    for rule in case.assets("contract_demand"):
        highest, price = _highest(case, rule, "import"), number(rule, "price_cny_per_kw")
        contract = case.size(rule, "contract_kw")
        free = contract * number(rule, "free_ratio")
        above = math.fsum(max(value - free, 0.0) for value in highest)
        _pay(bill, rule, "contract_cny", contract * price * len(highest))
        _pay(bill, rule, "excess_cny", above * price * number(rule, "excess_ratio"))


def _exported_kwh(case: Case) -> float:
    """Return what all gateways fed back together [kWh]."""
    flows = [case.does(one, "export_kw") for one in case.assets("grid")]
    return math.fsum(math.fsum(flow) for flow in flows) * case.hours


def _allowances(case: Case, bill: Bill) -> None:
    for rule in case.assets("export_allowance"):
        used_cny = _exported_kwh(case) * number(rule, "value_cny_per_kwh")
        _pay(bill, rule, "allowance_cny", used_cny)


def _highest(case: Case, rule: Document, way: str) -> list[float]:
    """Return the highest interval of each local month [kW]."""
    flow = case.does(case.asset(str(rule["grid"])), f"{way}_kw")
    zone, highest = ZoneInfo(case.zone), dict[tuple[int, int], float]()
    for step, value in enumerate(flow):
        start = datetime.fromtimestamp(case.start_s + step * case.step_s, tz=UTC).astimezone(zone)
        month = (start.year, start.month)
        highest[month] = max(highest.get(month, 0.0), value)
    return list(highest.values())


def _promises(case: Case, bill: Bill) -> None:
    for rule in case.assets("reserve"):
        if is_idle(case):
            continue
        ready = math.fsum(case.given(rule, "up_kw")) + math.fsum(case.given(rule, "down_kw"))
        _pay(bill, rule, "reserve_cny", -ready * case.hours * number(rule, "income_cny_per_kw"))
    for rule in case.assets("commitment"):
        promised, missing = number(rule, "promised_kw"), _missing(case, rule)
        delivered = math.fsum(promised - value for value in missing) * case.hours
        lacking = math.fsum(missing) * case.hours
        penalty = number_or_none(rule, "penalty_cny_per_kwh") or 0.0
        pay = number(rule, "pay_cny_per_kwh")
        _pay(bill, rule, "commitment_cny", lacking * penalty - delivered * pay)


def _missing(case: Case, rule: Document) -> list[float]:
    """Return by how much the promise is missed in each called interval [kW]."""
    grid = case.asset(str(rule["grid"]))
    drawn, given = case.does(grid, "import_kw"), case.does(grid, "export_kw")
    baseline, promised = case.given(rule, "baseline_kw"), number(rule, "promised_kw")
    first = round((number(rule, "from_s") - case.start_s) / case.step_s)
    last = round((number(rule, "to_s") - case.start_s) / case.step_s)
    return [
        max(drawn[step] - given[step] - (baseline[step] - promised), 0.0)
        for step in range(first, last)
    ]


def emitted_kg(case: Case) -> float:
    """Return the CO₂ of all that is supplied and drawn [kg]."""
    parts = [
        math.fsum(case.does(asset, "given_kw")) * number(asset, "carbon_kg_per_kwh") * case.hours
        for asset in case.assets("supply")
    ]
    parts += [
        _dot(case.does(asset, "import_kw"), case.given(asset, "carbon_kg_per_kwh"), case.hours)
        for asset in case.assets("grid")
    ]
    return math.fsum(parts)


def _carbon(case: Case, bill: Bill) -> None:
    for rule in case.assets("carbon"):
        price = number_or_none(rule, "price_cny_per_t") or 0.0
        _pay(bill, rule, "carbon_cny", emitted_kg(case) / 1000.0 * price)


def go_through_rules(tested: Tested) -> None:
    """Test ratios, carbon and promises over the horizon."""
    case = tested.case
    for rule in case.assets("commitment"):
        missing = _missing(case, rule)
        most = 0.0 if rule["penalty_cny_per_kwh"] == "none" else number(rule, "promised_kw")
        for step, value in enumerate(missing):
            off = 0.0 if is_idle(case) else (value - most) * case.hours
            tested.findings.append(Finding("commitment", str(rule["id"]), step, value, most, off))
    if is_idle(case):
        return
    for rule in case.assets("carbon"):
        cap = number_or_none(rule, "cap_t")
        if cap is not None:
            kg = emitted_kg(case)
            off = kg - cap * 1000.0
            tested.findings.append(Finding("carbon", str(rule["id"]), -1, kg / 1000.0, cap, off))
    tested.findings += [_ratio(case, rule) for rule in case.assets("green_ratio")]
    tested.findings += [
        _room(case, rule, number(rule, "most_kwh"))
        for rule in case.assets("export_allowance")
        if number_or_none(rule, "most_kwh") is not None
    ]


def _room(case: Case, rule: Document, most_kwh: float) -> Finding:
    kwh = _exported_kwh(case)
    return Finding("allowance", str(rule["id"]), -1, kwh, most_kwh, kwh - most_kwh)


def _ratio(case: Case, rule: Document) -> Finding:
    limit, kind = number(rule, "limit_ratio"), str(rule["kind"])
    sums = green_sums_kwh(case, losses_in_load=bool(rule["losses_in_load"]))
    self_used = sums["used"] - sums["export"] - sums["spilled"]
    top, base, sign = {
        "self-use": (self_used, sums["available"], -1.0),
        "green-share": (self_used, sums["load"], -1.0),
        "feed-back": (sums["export"], sums["available"], 1.0),
    }[kind]
    share = top / base if base else 0.0
    return Finding(kind, str(rule["id"]), -1, share, limit, sign * (top - limit * base))


def green_sums_kwh(case: Case, *, losses_in_load: bool) -> dict[str, float]:
    """Return the energies behind the three ratios [kWh]."""
    carriers = {str(bus["id"]): bus["carrier"] for bus in case.assets("bus")}

    def is_electric(asset: Document, field: str = "bus") -> bool:
        return carriers[str(asset[field])] == "electricity"

    hours = case.hours
    plants = [asset for asset in case.assets("plant") if is_electric(asset)]
    sums = {
        "used": math.fsum(sum(case.does(asset, "used_kw")) for asset in plants) * hours,
        "available": math.fsum(sum(available(case, asset)) for asset in plants) * hours,
        "export": hours
        * math.fsum(sum(case.does(one, "export_kw")) for one in case.assets("grid")),
        "spilled": math.fsum(
            sum(case.does(one, "spilled_kw")) for one in case.assets("spill") if is_electric(one)
        )
        * hours,
    }
    drawn = [
        _drawn(case, asset)
        for asset in case.assets("load", "shiftable", "charging", "fleet")
        if is_electric(asset)
    ]
    drawn += [_lifted(case, asset) for asset in case.assets("heat_pump", "waste_heat")]
    drawn += [
        sum(case.does(asset, "heat_kw")) / number(asset, "efficiency_ratio")
        for asset in case.assets("boiler")
        if is_electric(asset, "fuel_bus")
    ]
    lossy = case.assets("battery", "link") if losses_in_load else ()
    drawn += [_lost(case, asset, carriers) for asset in lossy]
    sums["load"] = math.fsum(drawn) * hours
    return sums


def _lifted(case: Case, asset: Document) -> float:
    """Return the electricity that heat takes to come where it is, in kW times intervals."""
    heat = case.does(asset, "heat_kw")
    if asset["type"] == "waste_heat":
        return math.fsum(heat) * number(asset, "electricity_ratio")
    cops = case.given(asset, "cop_ratio")
    return math.fsum(value / cop for value, cop in zip(heat, cops, strict=True))


def _drawn(case: Case, asset: Document) -> float:
    """Return the sum of what a load draws, in kW times intervals."""
    if asset["type"] in {"charging", "fleet"}:
        return math.fsum(case.does(asset, "charge_kw"))
    if asset["type"] == "shiftable":
        more, less = case.does(asset, "more_kw"), case.does(asset, "less_kw")
        return math.fsum([*case.given(asset, "base_kw"), *more, *(-value for value in less)])
    shed = case.does(asset, "shed_kw") if asset["shed_price_cny_per_kwh"] != "none" else []
    return math.fsum([*case.given(asset, "load_kw"), *(-value for value in shed)])


def _lost(case: Case, asset: Document, carriers: Mapping[str, object]) -> float:
    """Return what a battery or a line of electricity loses, in kW times intervals."""
    if asset["type"] == "battery":
        if carriers[str(asset["bus"])] != "electricity":
            return 0.0
        into, out = case.does(asset, "charge_kw"), case.does(asset, "discharge_kw")
        return math.fsum(into) - math.fsum(out)
    if carriers[str(asset["from_bus"])] != "electricity":
        return 0.0
    flows = [*case.does(asset, "forward_kw"), *case.does(asset, "backward_kw")]
    return math.fsum(flows) * number(asset, "loss_ratio")
