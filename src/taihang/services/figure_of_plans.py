"""How plans and decisions come about: a planned day, its regret, an admission, an issued report.

What a programme chose or replayed cannot be added up from parts: its problem and its bounds are
kept under their hash. What follows from it by arithmetic is shown as such.
"""

from collections.abc import Mapping
from typing import Final

from taihang.core.figure.derive import added, beside, same, signed
from taihang.core.figure.formula import Given, Least, Quotient, Rounded, Way
from taihang.core.figure.story import Derivation, FigureInput, Ground, Label
from taihang.core.park.park import PARK_SUBJECT
from taihang.services.figure_of_energy import counts
from taihang.services.figure_stated import (
    Explained,
    Place,
    RuleBook,
    Stated,
    always,
    each,
    equal,
    first_that_adds_up,
    rests_on,
    stated_input,
    total,
)

_PLAN: Final = "day-plan"
_REGRET: Final = "regret"
_DAY_SIGNS: Final = 10
_STEP_DIGITS: Final = 6
_ACROSS: Final = "across_days"
"""What only a whole month could have earned, with every part of its days taken off."""


# -- a planned day -------------------------------------------------------------------------------


def _of_batteries(place: Place) -> Explained:
    """Say that the stores of a step are the sum of the batteries; each is rounded by itself."""
    step = place.path[-1]
    found = place.inputs(f"batteries/*/{place.path[0]}/{step}")
    ways = (
        Explained(added(found)),
        Explained(beside(*found), Ground.SOLVED, (Label("planned"),)),
    )
    return first_that_adds_up(*map(always, ways))(place)


_PLANNED: Final = rests_on(Ground.SOLVED, "planned")
_DAY_PLAN: Final[RuleBook] = {
    "value": rests_on(Ground.SOLVED, "saved_by_plan", "bill_cny/*"),
    "demand_saving_cny": rests_on(Ground.SOLVED, "saved_by_plan"),
    **{f"{name}/*": _of_batteries for name in ("charge_w", "discharge_w", "stored_wh")},
    "batteries/**": _PLANNED,
    "import_w/*": _PLANNED,
    "export_w/*": _PLANNED,
    "plants/**": _PLANNED,
    "bill_cny/*": _PLANNED,
    "load_w/*": rests_on(Ground.SOLVED, "forecast_of_day"),
    "price_cny_per_kwh/*": rests_on(Ground.STATED, "price_of_step"),
    "marginal_cny_per_kwh/*": rests_on(Ground.SOLVED, "marginal_price"),
    "month_peaks/*/days": counts("counts_days"),
    "month_peaks/**": rests_on(Ground.STATED, "looked_ahead"),
    "export_budget/**": rests_on(Ground.STATED, "looked_ahead"),
    "stored_start_wh": rests_on(Ground.STATED, "held_at_start"),
    "rated_wh": rests_on(Ground.PARAMETER, "given_by_document"),
    "start_s": counts("instant"),
    "step_s": counts("instant"),
}


# -- the regret of a day or a month --------------------------------------------------------------


def _regret(place: Place) -> Explained:
    """Say that regret is what was paid less what had to be paid, or the sum of its parts."""
    parts = place.inputs("parts_cny/*")
    done, perfect = (place.input(f"bills_cny/{name}") for name in ("done", "perfect"))
    ways = [Explained(added(parts))]
    if done.value is not None and perfect.value is not None:
        ways.append(Explained(signed([(1, done), (-1, perfect)])))
    return first_that_adds_up(*map(always, ways))(place)


def _promised(place: Place) -> Explained:
    """Say that what a plan was to cost is the sum of its bill."""
    plan = next(place.of.behind(_PLAN, subject=PARK_SUBJECT), None)
    if plan is None:
        return Explained(ground=Ground.STATED, notes=(Label("no_plan"),))
    bill = plan.body.get("bill_cny")
    names = bill.keys() if isinstance(bill, Mapping) else ()
    lines = [stated_input(plan, ("bill_cny", name)) for name in names]
    ways = (
        Explained(added(lines)),
        Explained(beside(*lines), Ground.SOLVED, (Label("replayed"),)),
    )
    return first_that_adds_up(*map(always, ways))(place)


def _promised_saving(place: Place) -> Explained:
    plan = next(place.of.behind(_PLAN, subject=PARK_SUBJECT), None)
    if plan is None:
        return Explained(ground=Ground.STATED, notes=(Label("no_plan"),))
    return Explained(same(stated_input(plan, ("value",))))


def _earned(place: Place) -> Explained:
    idle, done = (place.input(f"bills_cny/{name}") for name in ("idle", "done"))
    if idle.value is None or done.value is None:
        return Explained(beside(idle, done), Ground.STATED, (Label("stated_only"),))
    return Explained(signed([(1, idle), (-1, done)]))


def _day(place: Place) -> Explained:
    """Say that a day of a month is the entry of that day."""
    registry, name = place.of.ports.registry, place.stars[0]
    for issued in registry.latest_statements(name, {_REGRET}):
        return Explained(same(stated_input(Stated.of(issued, ports=place.of.ports), ("value",))))
    return Explained(ground=Ground.STATED, notes=(Label("account_not_issued"),))


def _part(place: Place) -> Explained:
    """Say that a part of a month is the sum of its days; a part of a day comes from a replay."""
    if len(place.of.issued.period) == _DAY_SIGNS:
        return _REPLAYED(place)
    if place.stars[0] == _ACROSS:
        whole = [(1, place.input("value"))]
        others = [(-1, one) for one in place.inputs("parts_cny/*") if not one.key.endswith(_ACROSS)]
        return Explained(signed([*whole, *others]))
    name, of = place.stars[0], place.of
    found: list[FigureInput] = []
    days = of.body.get("days_cny")
    for day in days if isinstance(days, Mapping) else ():
        for issued in of.ports.registry.latest_statements(str(day), {_REGRET}):
            one = Stated.of(issued, ports=of.ports)
            if one.number(("parts_cny", name)) is not None:
                found.append(stated_input(one, ("parts_cny", name)))
    return Explained(added(found))


_REPLAYED: Final = rests_on(Ground.SOLVED, "replayed")
_LEDGER: Final[RuleBook] = {
    "value": _regret,
    "bills_cny/promised": _promised,
    "bills_cny/*": _REPLAYED,
    "saving_cny/promised": _promised_saving,
    "saving_cny/earned": _earned,
    "parts_cny/*": _part,
    "days_cny/*": _day,
    "batteries/**": rests_on(Ground.STATED, "held_by_meters"),
    "missed_wh": _REPLAYED,
    "peak_kw": rests_on(Ground.STATED, "measured_of_day"),
    "paid_kw/*": rests_on(Ground.STATED, "measured_of_day"),
}


# -- an admission --------------------------------------------------------------------------------


def _after(place: Place) -> Explained:
    """Say where a quantity stands with the project in it and what it replaces taken off."""
    signs = {"committed": 1, "reserved": 1, "demand": 1, "replaced": -1}
    return Explained(
        signed([(sign, place.input(f"lines/{{0}}/{name}")) for name, sign in signs.items()])
    )


def _replaced(place: Place) -> Explained:
    """Say that what closed units freed counts over the ratio, and never beyond the demand."""
    freed, ratio, demand = (
        place.input(f"lines/{{0}}/{name}") for name in ("freed", "ratio", "demand")
    )
    counted = Rounded(Quotient(Given(0), Given(1)), _STEP_DIGITS, Way.DOWN)
    return Explained(Derivation(Least((counted, Given(2))), (freed, ratio, demand)))


def _net(place: Place) -> Explained:
    """Say that an admission takes its demand less what it replaces; a refusal takes nothing."""
    signs = {"demand": 1, "replaced": -1}
    return Explained(
        signed([(sign, place.input(f"lines/{{0}}/{name}")) for name, sign in signs.items()])
    )


_QUANTITIES: Final = ("committed", "reserved", "demand", "freed", "ratio", "replaced", "limit")
_JUDGED: Final = rests_on(
    Ground.STATED, "judged", *(f"lines/{{0}}/{each_}" for each_ in _QUANTITIES)
)
_APPLICATION: Final = rests_on(Ground.ACTIVITY, "said_by_application")
_ADMISSION: Final[RuleBook] = {
    "value": first_that_adds_up(equal("sheet/carbon_t"), _APPLICATION),
    "project/**": _APPLICATION,
    "sheet/carbon_t": each("sheet/structure/*/carbon_t", "sheet/process_carbon_t"),
    "sheet/energy_tce": each("sheet/structure/*/energy_tce"),
    "sheet/process_carbon_t": equal("project/process_carbon_t"),
    "sheet/**": rests_on(Ground.STATED, "judged", "sheet/energy_tce", "sheet/carbon_t"),
    "lines/*/limit": rests_on(Ground.PARAMETER, "given_by_document"),
    "lines/*/committed": rests_on(Ground.PARAMETER, "given_by_document"),
    "lines/*/ratio": rests_on(Ground.PARAMETER, "given_by_document"),
    "lines/*/demand": rests_on(Ground.ACTIVITY, "said_by_application"),
    "lines/*/after": _after,
    "lines/*/over": total("lines/{0}/after", "-lines/{0}/limit"),
    "lines/*/replaced": _replaced,
    "lines/*/*": _JUDGED,
    "net/*": _net,
    "n_decisions_before": counts("counts_decisions"),
}


# -- an issued report ----------------------------------------------------------------------------

_REPORT: Final[RuleBook] = {
    "journal_size": counts("counts_records"),
    "n_settlements": counts("counts_settlements"),
    "issued_at_s": counts("instant"),
    "lacks/*/*": counts("counts_lacking"),
}

BOOKS: Final[Mapping[str, RuleBook]] = {
    _PLAN: _DAY_PLAN,
    _REGRET: _LEDGER,
    "admission": _ADMISSION,
    "report": _REPORT,
}
"""The rule book of each kind of plan, decision and report."""
