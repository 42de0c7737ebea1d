"""What the assets do, asset by asset: limits, conversions, and the balance of every bus."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from taihang.core.dispatch.recheck.case import Case, Document, Finding, number, standing

Flows = list[float]


@dataclass(slots=True)
class Tested:
    """What has been gathered while the assets were gone through."""

    case: Case
    buses: dict[str, list[Flows]] = field(default_factory=dict[str, list[Flows]])
    """What flows into each bus, flow by flow; below 0 where it flows out."""
    findings: list[Finding] = field(default_factory=list[Finding])

    def feed(self, bus: object, flow: Flows, share: float | Flows = 1.0) -> None:
        """Let a flow enter a bus."""
        shares = share if isinstance(share, list) else [share] * len(flow)
        mine = [value * part for value, part in zip(flow, shares, strict=True)]
        self.buses.setdefault(str(bus), []).append(mine)

    def between(self, rule: str, asset: Document, flow: Flows, limit: Flows) -> None:
        """Demand that a power is 0 or more and at most its limit."""
        hours, owner = self.case.hours, str(asset["id"])
        for step, (value, most) in enumerate(zip(flow, limit, strict=True)):
            if value < 0.0:
                self.findings.append(Finding(rule, owner, step, value, 0.0, -value * hours))
            elif value > most:
                self.findings.append(
                    Finding(rule, owner, step, value, most, (value - most) * hours)
                )

    def apart(self, rule: str, asset: Document, flow: Flows, due: Flows) -> None:
        """Demand that a power is what it has to be."""
        hours, owner = self.case.hours, str(asset["id"])
        for step, (value, right) in enumerate(zip(flow, due, strict=True)):
            self.findings.append(
                Finding(rule, owner, step, value, right, abs(value - right) * hours)
            )

    def one_way(self, asset: Document, there: Flows, back: Flows) -> None:
        """Demand that two flows never run in the same interval."""
        for step, pair in enumerate(zip(there, back, strict=True)):
            both = min(pair)
            self.findings.append(
                Finding("both-ways", str(asset["id"]), step, both, 0.0, both * self.case.hours)
            )


def go_through_assets(tested: Tested) -> None:
    """Test what every asset but the stores does, and how large the plan makes it."""
    for kind, test in _TESTS.items():
        for asset in tested.case.assets(kind):
            test(tested, asset)
    for asset in tested.case.assets(*_SIZES):
        _sizes(tested, asset)


def go_through_buses(tested: Tested) -> None:
    """Close the balance of every bus, once all assets have said what they feed."""
    for bus in tested.case.assets("bus"):
        _balance(tested, bus)


def _balance(tested: Tested, bus: Document) -> None:
    flows = tested.buses.get(str(bus["id"]), [])
    for step in range(tested.case.n):
        parts = [flow[step] for flow in flows]
        off = math.fsum(parts)
        into = math.fsum(part for part in parts if part > 0.0)
        tested.findings.append(
            Finding("balance", str(bus["id"]), step, into - off, into, abs(off) * tested.case.hours)
        )


def _sizes(tested: Tested, asset: Document) -> None:
    for name in _SIZES[str(asset["type"])]:
        if asset[name] == "none":
            continue
        stands, more, _ = standing(asset, name)
        size = tested.case.size(asset, name)
        off = max(stands - size, size - stands - more)
        limit = stands if size < stands else stands + more
        tested.findings.append(Finding("size", str(asset["id"]), -1, size, limit, off))


def _load(tested: Tested, asset: Document) -> None:
    load = tested.case.given(asset, "load_kw")
    tested.feed(asset["bus"], load, -1.0)
    if asset["shed_price_cny_per_kwh"] != "none":
        shed = tested.case.does(asset, "shed_kw")
        share = number(asset, "shed_max_ratio")
        tested.between("shed", asset, shed, [value * share for value in load])
        tested.feed(asset["bus"], shed)


def available(case: Case, asset: Document) -> Flows:
    """Return what a plant can give in each interval [kW]."""
    size = case.size(asset, "capacity_kw")
    return [ratio * size for ratio in case.given(asset, "available_ratio")]


def _plant(tested: Tested, asset: Document) -> None:
    used, can = tested.case.does(asset, "used_kw"), available(tested.case, asset)
    tested.between("available", asset, used, can)
    if asset["curtail_price_cny_per_kwh"] == "none":
        tested.apart("curtailed", asset, used, can)
    tested.feed(asset["bus"], used)


def _supply(tested: Tested, asset: Document) -> None:
    given = tested.case.does(asset, "given_kw")
    size = tested.case.size(asset, "capacity_kw")
    tested.between("capacity", asset, given, [size] * tested.case.n)
    tested.feed(asset["bus"], given)


def _spill(tested: Tested, asset: Document) -> None:
    spilled = tested.case.does(asset, "spilled_kw")
    tested.between("spill", asset, spilled, tested.case.given(asset, "limit_kw"))
    tested.feed(asset["bus"], spilled, -1.0)


def _grid(tested: Tested, asset: Document) -> None:
    case = tested.case
    size = case.size(asset, "connection_kw")
    flows = {way: case.does(asset, f"{way}_kw") for way in ("import", "export")}
    for way, flow in flows.items():
        limit = [min(value, size) for value in case.given(asset, f"{way}_limit_kw")]
        tested.between(way, asset, flow, limit)
    tested.one_way(asset, flows["import"], flows["export"])
    tested.feed(asset["bus"], flows["import"])
    tested.feed(asset["bus"], flows["export"], -1.0)


def _link(tested: Tested, asset: Document) -> None:
    case = tested.case
    size, arrives = case.size(asset, "capacity_kw"), 1.0 - number(asset, "loss_ratio")
    flows = {way: case.does(asset, f"{way}_kw") for way in ("forward", "backward")}
    ends = {"forward": ("from_bus", "to_bus"), "backward": ("to_bus", "from_bus")}
    for way, flow in flows.items():
        limit = [min(value, size) for value in case.given(asset, f"{way}_limit_kw")]
        tested.between("link", asset, flow, limit)
        tested.feed(asset[ends[way][0]], flow, -1.0)
        tested.feed(asset[ends[way][1]], flow, arrives)
    tested.one_way(asset, flows["forward"], flows["backward"])


def _chp(tested: Tested, asset: Document) -> None:
    case = tested.case
    power, size = case.does(asset, "electricity_kw"), case.size(asset, "capacity_kw")
    tested.between("capacity", asset, power, [size] * case.n)
    tested.feed(asset["electricity_bus"], power)
    burnt = [value / number(asset, "electric_efficiency_ratio") for value in power]
    tested.feed(asset["fuel_bus"], burnt, -1.0)
    heat = [value * number(asset, "heat_efficiency_ratio") for value in burnt]
    if asset["heat_mode"] != "fixed":
        taken = case.does(asset, "heat_kw")
        tested.between("heat", asset, taken, heat)
        heat = taken
    tested.feed(asset["heat_bus"], heat)


def _boiler(tested: Tested, asset: Document) -> None:
    heat = _heat(tested, asset)
    tested.feed(asset["fuel_bus"], heat, -1.0 / number(asset, "efficiency_ratio"))


def _heat_pump(tested: Tested, asset: Document) -> None:
    heat = _heat(tested, asset)
    cops = tested.case.given(asset, "cop_ratio")
    tested.feed(asset["electricity_bus"], heat, [-1.0 / cop for cop in cops])


def _waste_heat(tested: Tested, asset: Document) -> None:
    heat = _heat(tested, asset)
    tested.between("available", asset, heat, tested.case.given(asset, "available_kw"))
    tested.feed(asset["electricity_bus"], heat, -number(asset, "electricity_ratio"))


def _heat(tested: Tested, asset: Document) -> Flows:
    heat, size = tested.case.does(asset, "heat_kw"), tested.case.size(asset, "capacity_kw")
    tested.between("capacity", asset, heat, [size] * tested.case.n)
    tested.feed(asset["heat_bus"], heat)
    return heat


def _shiftable(tested: Tested, asset: Document) -> None:
    case, owner = tested.case, str(asset["id"])
    more, less = case.does(asset, "more_kw"), case.does(asset, "less_kw")
    base = case.given(asset, "base_kw")
    drawn = [b + m - x for b, m, x in zip(base, more, less, strict=True)]
    low, high = case.given(asset, "power_min_kw"), case.given(asset, "power_max_kw")
    for flow in (more, less):
        tested.between("shift", asset, flow, [math.inf] * case.n)
    room = [top - bottom for top, bottom in zip(high, low, strict=True)]
    above = [value - bottom for value, bottom in zip(drawn, low, strict=True)]
    tested.between("shift", asset, above, room)
    tested.feed(asset["bus"], drawn, -1.0)
    span = round(number(asset, "window_h") / case.hours)
    for first in range(0, case.n, span):
        window = slice(first, first + span)
        moved = math.fsum(drawn[window]) - math.fsum(base[window])
        tested.findings.append(
            Finding("window", owner, first, moved * case.hours, 0.0, abs(moved) * case.hours)
        )


def spans(case: Case, asset: Document) -> Iterator[tuple[Document, int, int]]:
    """Yield each session with the whole intervals in which its vehicle is there."""
    for one in cast("Sequence[Document]", asset["sessions"]):
        first = math.ceil((number(one, "arrival_s") - case.start_s) / case.step_s)
        last = math.floor((number(one, "departure_s") - case.start_s) / case.step_s)
        yield one, max(first, 0), min(last, case.n)


def _charging(tested: Tested, asset: Document) -> None:
    case, owner = tested.case, str(asset["id"])
    found = list(spans(case, asset))
    powers = case.does(asset, "session_kw", size=sum(last - first for _, first, last in found))
    unserved = case.does(asset, "unserved_kwh", size=len(found))
    total, place = [0.0] * case.n, 0
    for (session, first, last), missing in zip(found, unserved, strict=True):
        mine = powers[place : place + last - first]
        place += last - first
        for step, value in enumerate(mine, first):
            total[step] += value
            off = max(-value, value - number(session, "power_kw")) * case.hours
            limit = number(session, "power_kw")
            tested.findings.append(Finding("session-power", owner, step, value, limit, off))
        served = math.fsum(mine) * case.hours
        wanted = number(session, "energy_kwh")
        off = abs(served + missing - wanted)
        if asset["unserved_price_cny_per_kwh"] == "none" and not is_idle(case):
            off = max(off, missing)
        tested.findings.append(Finding("session-energy", owner, first, served, wanted, off))
    tested.between("station", asset, total, case.given(asset, "station_kw"))
    tested.apart("station-claim", asset, case.does(asset, "charge_kw"), total)
    tested.feed(asset["bus"], total, -1.0)


def _fleet(tested: Tested, asset: Document) -> None:
    case, owner = tested.case, str(asset["id"])
    power, unserved = case.does(asset, "charge_kw"), case.does(asset, "unserved_kwh", size=1)[0]
    tested.between("fleet-power", asset, power, case.given(asset, "power_kw"))
    tested.feed(asset["bus"], power, -1.0)
    least, most = case.given(asset, "least_kwh"), case.given(asset, "most_kwh")
    served, off = 0.0, -unserved
    if asset["unserved_price_cny_per_kwh"] == "none" and not is_idle(case):
        off = abs(unserved)
    tested.findings.append(Finding("fleet-energy", owner, -1, unserved, 0.0, off))
    for step, claim in enumerate(case.does(asset, "served_kwh")):
        served += power[step] * case.hours
        for limit, miss in (
            (least[step], least[step] - unserved - served),
            (most[step], served - most[step]),
        ):
            tested.findings.append(Finding("fleet-energy", owner, step, served, limit, miss))
        tested.findings.append(
            Finding("fleet-claim", owner, step, claim, served, abs(claim - served))
        )
    if is_idle(case):
        return
    for group in cast("Sequence[Document]", asset["groups"]):
        members = case.given(group, "member_ratio")
        taken = math.fsum(power[step] for step in range(case.n) if members[step]) * case.hours
        limit = number(group, "most_kwh")
        tested.findings.append(Finding("fleet-energy", owner, -1, taken, limit, taken - limit))


def is_idle(case: Case) -> bool:
    """Say whether the plan is one of doing nothing, which may leave a vehicle without."""
    return bool(case.plan.get("is_idle"))


_TESTS: Final[Mapping[str, Callable[[Tested, Document], None]]] = {
    "load": _load,
    "plant": _plant,
    "supply": _supply,
    "spill": _spill,
    "grid": _grid,
    "link": _link,
    "chp": _chp,
    "boiler": _boiler,
    "heat_pump": _heat_pump,
    "waste_heat": _waste_heat,
    "shiftable": _shiftable,
    "charging": _charging,
    "fleet": _fleet,
}
_SIZES: Final[Mapping[str, tuple[str, ...]]] = {
    "plant": ("capacity_kw",),
    "supply": ("capacity_kw",),
    "grid": ("connection_kw",),
    "link": ("capacity_kw",),
    "chp": ("capacity_kw",),
    "boiler": ("capacity_kw",),
    "heat_pump": ("capacity_kw",),
    "waste_heat": ("capacity_kw",),
    "battery": ("charge_kw", "discharge_kw", "energy_kwh"),
    "thermal_store": ("power_kw", "energy_kwh"),
    "contract_demand": ("contract_kw",),
}
