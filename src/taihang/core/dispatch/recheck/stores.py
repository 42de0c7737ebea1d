"""What is in the stores, simulated from what goes in and out; warranties and reserves."""

import math

from taihang.core.dispatch.recheck.case import (
    Case,
    Document,
    Finding,
    number,
    number_or_none,
)
from taihang.core.dispatch.recheck.physics import Flows, Tested, is_idle


class _Store:
    """A store in numbers of its own, whatever it is called in the problem."""

    def __init__(self, case: Case, asset: Document) -> None:
        self.is_battery = asset["type"] == "battery"
        self.charge_kw = case.size(asset, "charge_kw" if self.is_battery else "power_kw")
        self.discharge_kw = self.charge_kw
        if self.is_battery and asset["discharge_kw"] != "none":
            self.discharge_kw = case.size(asset, "discharge_kw")
        health = number(asset, "health_ratio") if self.is_battery else 1.0
        self.full_kwh = case.size(asset, "energy_kwh") * health
        word = "soc" if self.is_battery else "level"
        low, high = (
            (number(asset, "soc_min_ratio"), number(asset, "soc_max_ratio"))
            if self.is_battery
            else (0.0, 1.0)
        )
        self.low_kwh, self.high_kwh = low * self.full_kwh, high * self.full_kwh
        start = number_or_none(asset, f"{word}_start_ratio")
        self.start_kwh = None if start is None else start * self.full_kwh
        self.ends_as_it_starts = start is None or asset[f"{word}_end"] == "start"
        least = number_or_none(asset, "soc_end_min_ratio") if self.is_battery else None
        self.end_kwh = None if least is None else least * self.full_kwh
        self.kept = math.pow(1.0 - number(asset, "standing_loss_ratio_per_h"), case.hours)
        self.into = number(asset, "charge_efficiency_ratio")
        self.out = number(asset, "discharge_efficiency_ratio")


def go_through_stores(tested: Tested) -> None:
    """Simulate every store, and test its limits, its end, its warranty and its promises."""
    for asset in tested.case.assets("battery", "thermal_store"):
        _store(tested, asset)


def _store(tested: Tested, asset: Document) -> None:
    case, store = tested.case, _Store(tested.case, asset)
    charge, discharge = case.does(asset, "charge_kw"), case.does(asset, "discharge_kw")
    tested.between("charge", asset, charge, [store.charge_kw] * case.n)
    tested.between("discharge", asset, discharge, [store.discharge_kw] * case.n)
    if store.into * store.out < 1.0:
        tested.one_way(asset, charge, discharge)
    tested.feed(asset["bus"], charge, -1.0)
    tested.feed(asset["bus"], discharge)
    claimed = case.does(asset, "energy_kwh")
    start = claimed[-1] if store.start_kwh is None else store.start_kwh
    energy = _simulated(
        store, hours=case.hours, start_kwh=start, charge=charge, discharge=discharge
    )
    _levels(tested, asset, store, energy=energy, claimed=claimed, start_kwh=start)
    cycles = number_or_none(asset, "cycles_max_ratio") if store.is_battery else None
    if cycles is not None:
        taken = math.fsum(discharge) * case.hours / store.out
        most = cycles * store.full_kwh
        tested.findings.append(Finding("warranty", str(asset["id"]), -1, taken, most, taken - most))
    for promise in case.assets("reserve"):
        if promise["battery"] == asset["id"] and not is_idle(case):
            _reserve(tested, promise, store, flows=(charge, discharge), energy=energy)


def _simulated(
    store: _Store, *, hours: float, start_kwh: float, charge: Flows, discharge: Flows
) -> Flows:
    level, energy = start_kwh, list[float]()
    for into, out in zip(charge, discharge, strict=True):
        level = level * store.kept + into * hours * store.into - out * hours / store.out
        energy.append(level)
    return energy


def _levels(
    tested: Tested,
    asset: Document,
    store: _Store,
    *,
    energy: Flows,
    claimed: Flows,
    start_kwh: float,
) -> None:
    """Test claims and limits; what starts outside them may rest, and only come nearer."""
    owner, rested = str(asset["id"]), start_kwh
    low, high = store.low_kwh, store.high_kwh
    for step, (level, claim) in enumerate(zip(energy, claimed, strict=True)):
        rested *= store.kept
        floor = 0.0 if is_idle(tested.case) else min(low, rested) if start_kwh < low else low
        ceiling = max(high, rested) if start_kwh > high else high
        if tested.case.plan.get("is_measure"):
            # What another plan is measured by has to keep the limits themselves.
            floor, ceiling = low, high
        tested.findings += (
            Finding("energy-claim", owner, step, claim, level, abs(claim - level)),
            Finding("floor", owner, step, level, floor, floor - level),
            Finding("ceiling", owner, step, level, ceiling, level - ceiling),
        )
    ends = [min(start_kwh, high)] if store.ends_as_it_starts else []
    ends += [] if store.end_kwh is None else [store.end_kwh]
    for least in [] if is_idle(tested.case) else ends:
        tested.findings.append(Finding("end", owner, -1, energy[-1], least, least - energy[-1]))


def _reserve(
    tested: Tested,
    promise: Document,
    store: _Store,
    *,
    flows: tuple[Flows, Flows],
    energy: Flows,
) -> None:
    case, owner = tested.case, str(promise["id"])
    up, down = case.given(promise, "up_kw"), case.given(promise, "down_kw")
    lasts = number(promise, "duration_h")
    for step in range(case.n):
        given = flows[1][step] - flows[0][step]
        can_give = store.discharge_kw - given
        can_take = store.charge_kw + given
        held = energy[step] - store.low_kwh
        room = store.high_kwh - energy[step]
        for has, must in (
            (can_give * case.hours, up[step] * case.hours),
            (can_take * case.hours, down[step] * case.hours),
            (held, up[step] * lasts / store.out),
            (room, down[step] * lasts * store.into),
        ):
            tested.findings.append(Finding("reserve", owner, step, has, must, must - has))
