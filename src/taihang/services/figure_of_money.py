"""How the money behind the bills comes about: payments, revenue, closure, corrections, results."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from taihang.core.figure.derive import added, beside, less, same, signed
from taihang.core.figure.formula import Constant, Formula, Given, Less, Product
from taihang.core.figure.number import at, matching
from taihang.core.figure.story import Derivation, FigureInput, Ground, Label
from taihang.core.market.asset_result import COSTS, Part
from taihang.core.market.bill_line import GREEN, GRID
from taihang.core.market.closure import OF_SUPPLY, PER_KWH
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.quantities import WH_PER_KWH
from taihang.services.bill_document import WHAT_IF
from taihang.services.figure_billed import (
    EVERY,
    billed_input,
    billed_stretch,
    supplied_input,
    supplied_stretch,
)
from taihang.services.figure_matching import flow_input, matched_input
from taihang.services.figure_of_energy import counts
from taihang.services.figure_park import users_input
from taihang.services.figure_source import source_input
from taihang.services.figure_stated import (
    Explain,
    Explained,
    Place,
    RuleBook,
    Stated,
    each,
    path_of,
    rests_on,
    stated_input,
    total,
)

_BILLS: Final = ("bill", "bill" + WHAT_IF)
_GATEWAYS: Final = ("gateway-bill", "gateway-bill" + WHAT_IF)
_CLOSURES: Final = ("bill-closure", "bill-closure" + WHAT_IF)
_PER_KWH: Final = frozenset(item.value for item in PER_KWH)
_SUPPLY: Final = frozenset(item.value for item in OF_SUPPLY)


# -- lines of bills, seen from others ------------------------------------------------------------


def _lines(of: Stated, chosen: Callable[[str], bool]) -> Iterator[FigureInput]:
    """Yield the amounts of the lines of a bill whose code is chosen."""
    for path, _ in matching(of.body, ("lines", "*", "amount_cny")):
        if chosen(path[1]):
            yield stated_input(of, path)


def _bill_lines(
    place: Place, kinds: tuple[str, ...], chosen: Callable[[str], bool]
) -> list[FigureInput]:
    return [one for bill in place.of.behind(*kinds) for one in _lines(bill, chosen)]


def _item_of(code: str) -> str:
    return code.partition(".")[0]


def _of_item(item: str) -> Callable[[str], bool]:
    def chosen(code: str) -> bool:
        return _item_of(code) == item

    return chosen


def _values(*kinds: str) -> Explain:
    """Say that a sum is the total of every bill of some kinds behind it."""

    def explain(place: Place) -> Explained:
        return Explained(added(stated_input(one, ("value",)) for one in place.of.behind(*kinds)))

    return explain


# -- what a user paid to whom, and what a plant got of whom --------------------------------------


def _delivered(user: str, plant: str) -> Explain:
    """Say that an energy is what a user took of a plant; each is a field of the line or itself."""

    def explain(place: Place) -> Explained:
        of = place.of
        named = [_party(place, name) for name in (user, plant)]
        found = supplied_stretch(named[1], named[0], of.span.period, ports=of.ports)
        total_wh = 0 if found.total_wh is None else found.total_wh
        return Explained(
            same(supplied_input(named[1], named[0], of.issued.period, value_wh=total_wh))
        )

    return explain


def _party(place: Place, name: str) -> str:
    return place.of.issued.subject if name == "subject" else str(place.at(f"lines/{{0}}/{name}"))


def _of_bill(user: str, item: str, field: str) -> Explain:
    """Say that a number is one of the line of a bill: what was sold under a contract."""

    def explain(place: Place) -> Explained:
        code = f"{item}.{place.at('lines/{0}/contract')}"
        payer = _party(place, user)
        for bill in place.of.behind(*_BILLS, subject=payer):
            if at(bill.body, ("lines", code)) is None:
                return Explained(ground=Ground.STATED, notes=(Label("not_priced_apart"),))
            one = stated_input(bill, ("lines", code, field))
            if field == "quantity":
                formula: Formula = Product((Given(0), Constant(Decimal(WH_PER_KWH))))
                return Explained(Derivation(formula, (one,)))
            return Explained(same(one))
        return Explained(ground=Ground.STATED, notes=(Label("bill_of_others"),))

    return explain


def _contract_price(place: Place) -> Explained:
    contract, price = place.at("lines/{0}/contract"), place.value
    source = source_input(f"contract/{contract}/price_cny_per_kwh={price}", unit="CNY/kWh")
    return Explained(same(source))


def _sales(user: str, plant: str) -> RuleBook:
    return {
        "lines/*/delivered_wh": _delivered(user, plant),
        "lines/*/priced_wh": _of_bill(user, "green", "quantity"),
        "lines/*/energy_cny": _of_bill(user, "green", "amount_cny"),
        "lines/*/environmental_cny": _of_bill(user, "green_value", "amount_cny"),
        "lines/*/price_cny_per_kwh": _contract_price,
    }


def _paid_for_item(place: Place) -> Explained:
    return Explained(added(_bill_lines(place, _BILLS, _of_item(place.stars[0]))))


_PAYMENTS: Final[RuleBook] = {
    "value": total("plants_cny", "operator_cny"),
    "plants_cny": each("lines/*/energy_cny", "lines/*/environmental_cny"),
    "operator_cny": each("operator/*/amount_cny"),
    "operator/*/amount_cny": _paid_for_item,
    **_sales("subject", "payee"),
}


# -- a plant, and the operator -------------------------------------------------------------------


def _generated(place: Place) -> Explained:
    """Say that what a plant gave is its net generation and what it drew itself."""
    of = place.of
    net = _net_generation(place)
    own = stated_input(of, ("energy", "own_use_wh"))
    return Explained(added((net, own)))


def _net_generation(place: Place) -> FigureInput:
    of = place.of
    plant = of.issued.subject
    rows = of.ports.lake.read("matching", of.span.period, plant).get(("plant", plant))
    value_wh = None if rows is None else int(rows["total_wh"].sum())
    return matched_input("plant", plant, "total_wh", of.issued.period, value_wh=value_wh)


def _own_use(place: Place) -> Explained:
    return Explained(less(place.input("energy/generated_wh"), _net_generation(place)))


def _class_of_payers(place: Place) -> Explained:
    """Say that what a class of payers paid is the sum over its lines; the grid pays for export."""
    of, name = place.of, place.stars[0]
    if name == "grid":
        return Explained(same(place.input("export_cny")))
    parts: list[FigureInput] = []
    for path, payer in matching(of.body, ("lines", "*", "payer")):
        if (str(payer) in of.ports.park.enterprises) == (name == "enterprises"):
            parts += [stated_input(of, (*path[:-1], field)) for field in _PAID]
    return Explained(added(parts) if parts else Derivation())


_PAID: Final = ("energy_cny", "environmental_cny")


def _plant_value(place: Place) -> Explained:
    return total("energy_cny", "environmental_cny", "export_cny")(place)


def _margin(place: Place) -> Explained:
    return total("users_cny", "-gateway_cny", "-plants_cny")(place)


def _revenue_value(place: Place) -> Explained:
    is_operator = place.of.issued.subject == PARK_SUBJECT
    return _margin(place) if is_operator else _plant_value(place)


def _of_closure(path: str) -> Explain:
    """Say that a number is the same as in the closure of the month."""

    def explain(place: Place) -> Explained:
        names = path_of(path, place.stars)
        for closure in _closures(place):
            return Explained(same(stated_input(closure, names)))
        return Explained(ground=Ground.STATED, notes=(Label("stated_only"),))

    return explain


def _closures(place: Place) -> list[Stated]:
    of = place.of
    found = of.ports.registry.latest_statements(of.issued.period, _CLOSURES)
    return [Stated.of(one, ports=of.ports) for one in found]


def _collected(place: Place) -> Explained:
    item = place.stars[0]
    if item == "export":
        return _of_closure("export_cny")(place)
    return Explained(added(_bill_lines(place, _BILLS, _of_item(item))))


def _passed_on(place: Place) -> Explained:
    item = place.stars[0]
    if item == "export":
        passed = [
            stated_input(closure, path)
            for closure in _closures(place)
            for path, _ in matching(closure.body, ("plants", "*", "export_cny"))
        ]
        return Explained(added(passed) if passed else Derivation())
    kinds = _BILLS if item in _SUPPLY else _GATEWAYS
    return Explained(added(_bill_lines(place, kinds, _of_item(item))))


def _other(place: Place) -> Explained:
    routes = place.inputs("energy/routes/*/wh")
    parts = [(1, place.input("energy/generated_wh"))]
    parts += [(-1, one) for one in routes]
    parts += [(-1, place.input(f"energy/{name}")) for name in ("fed_in_wh", "lost_wh")]
    return Explained(signed(parts))


_REVENUE: Final[RuleBook] = {
    "value": _revenue_value,
    "energy_cny": each("lines/*/energy_cny"),
    "environmental_cny": each("lines/*/environmental_cny"),
    "export_cny": rests_on(Ground.STATED, "export_earned", "export/*/fed_in_wh"),
    "export/*/fed_in_wh": rests_on(Ground.STATED, "fed_in_by_interval", "energy/fed_in_wh"),
    "export/*/priced_wh": rests_on(Ground.STATED, "fed_in_by_interval", "export/{0}/fed_in_wh"),
    "energy/generated_wh": _generated,
    "energy/own_use_wh": _own_use,
    "energy/other_wh": _other,
    "energy/fed_in_wh": each("export/*/fed_in_wh"),
    "energy/routes/*/wh": rests_on(Ground.MATCHING, "matched_again", "energy/generated_wh"),
    "energy/lost_wh": rests_on(Ground.MATCHING, "matched_again", "energy/generated_wh"),
    "energy/curtailed_wh": rests_on(Ground.STATED, "curtailed_by_plant"),
    "payers/*/amount_cny": _class_of_payers,
    **_sales("payer", "subject"),
    # Of the operator: the same closure, seen from the one who keeps the margin.
    "users_cny": _values(*_BILLS),
    "gateway_cny": _of_closure("gateway_cny"),
    "plants_cny": _of_closure("plants_cny"),
    "items/*/collected_cny": _collected,
    "items/*/paid_cny": _passed_on,
    "items/*/kept_cny": total("items/{0}/collected_cny", "-items/{0}/paid_cny"),
    "lines/*/amount_cny": _of_closure("lines/{0}/amount_cny"),
    "lines/*/wh": _of_closure("lines/{0}/wh"),
}


# -- how the money closes ------------------------------------------------------------------------


def _part_of_margin(place: Place) -> Explained:
    """Say what a part of the margin is: a difference of lines, or a share of the mean price."""
    code = place.stars[0]
    if code == "fees-on-green":
        return Explained(added(_bill_lines(place, _BILLS, _is_fee_on_green)))
    if code in _WHOLE_ITEMS:
        users = [(1, one) for one in _bill_lines(place, _BILLS, _of_item(code))]
        paid = [(-1, one) for one in _bill_lines(place, _GATEWAYS, _of_item(code))]
        known = [one for _, one in (*users, *paid) if one.value is not None]
        return Explained(signed([*users, *paid]) if known else Derivation())
    if code == "export-kept":
        parts = [(1, place.input("export_cny"))]
        parts += [(-1, one) for one in place.inputs("plants/*/export_cny")]
        return Explained(signed(parts))
    shown = rests_on(Ground.STATED, "part_of_margin", "lines/{0}/wh")(place)
    mine = _bill_lines(place, (*_BILLS, *_GATEWAYS), _of_item(code.partition(".")[2]))
    return Explained(beside(*shown.derivation.beside, *mine), Ground.STATED, shown.notes)


_WHOLE_ITEMS: Final = frozenset(("capacity", "power_factor", "share", "correction"))


def _is_fee_on_green(code: str) -> bool:
    item, _, rest = code.partition(".")
    return item in _PER_KWH and rest.partition(".")[0] == GREEN


def _energy_behind(place: Place) -> Explained:
    """Say which flow of the balance lies behind a part of the margin."""
    of, cause = place.of, place.stars[0].partition(".")[2]
    if place.stars[0].startswith("price."):
        return Explained(added(_grid_energies(place)))
    if cause == "unread":
        return _unread(place)
    rows = of.ports.lake.read("balance", of.span.period)
    wh = {flow: int(columns["wh"].sum()) for (flow,), columns in rows.items()}
    flows = {"losses": ("losses",), "exported": ("export",), "storage": ("charge", "-discharge")}
    if cause == "surplus" and wh:
        return Explained(signed([*_taken(place), (-1, _flow("generation", place, wh))]))
    if cause not in flows or not wh:
        return Explained(ground=Ground.STATED, notes=(Label("energy_of_closure"),))
    signs = [(-1 if flow[0] == "-" else 1, flow.strip("-")) for flow in flows[cause]]
    return Explained(signed([(sign, _flow(flow, place, wh)) for sign, flow in signs]))


def _flow(flow: str, place: Place, wh: Mapping[str, int]) -> FigureInput:
    return flow_input(flow, place.of.issued.period, value_wh=wh[flow])


def _grid_energies(place: Place) -> Iterator[FigureInput]:
    """Yield what each billed user took from the grid."""
    of = place.of
    for bill in of.behind(*_BILLS):
        user = bill.issued.subject
        found = billed_stretch(user, GRID, EVERY, of.span.period, ports=of.ports)
        if found.total_wh is not None:
            yield billed_input(user, GRID, EVERY, of.issued.period, value_wh=found.total_wh)


def _taken(place: Place) -> Iterator[tuple[int, FigureInput]]:
    """Yield what all users took of plants, over lines and by contract."""
    of = place.of
    rows = of.ports.lake.read("matching", of.span.period, "user", columns=("line_wh", "pool_wh"))
    for column in ("line_wh", "pool_wh"):
        wh = sum(int(found[column].sum()) for (role, _), found in rows.items() if role == "user")
        yield 1, users_input(column, of.issued.period, value_wh=wh)


_CAUSES: Final = ("losses", "storage", "exported", "surplus", "unbilled")


def _unread(place: Place) -> Explained:
    """Say that what nobody read is what came through the gateway and is nowhere else."""
    of = place.of
    parts = [(1, stated_input(bill, ("energy_wh",))) for bill in of.behind(*_GATEWAYS)]
    named = ["price.energy", *(f"quantity.{cause}" for cause in _CAUSES)]
    parts += [(-1, stated_input(of, ("lines", code, "wh"))) for code in named]
    return Explained(signed(parts))


def _plant_green(place: Place) -> Explained:
    plant = place.stars[0]
    supplies = place.of.ports.park.green_supplies.values()
    mine = {supply.id for supply in supplies if supply.plant == plant}

    def chosen(code: str) -> bool:
        item, _, contract = code.partition(".")
        return item in _SUPPLY and contract in mine

    parts = _bill_lines(place, _BILLS, chosen)
    return Explained(added(parts) if parts else Derivation())


_CLOSURE: Final[RuleBook] = {
    "value": _margin,
    "users_cny": _values(*_BILLS),
    "import_cny": _values(*_GATEWAYS),
    "export_cny": rests_on(Ground.STATED, "export_earned"),
    "gateway_cny": total("import_cny", "-export_cny"),
    "plants_cny": each("plants/*/total_cny"),
    "plants/*/green_cny": _plant_green,
    "plants/*/export_cny": rests_on(Ground.STATED, "export_passed", "export_cny"),
    "plants/*/total_cny": total("plants/{0}/green_cny", "plants/{0}/export_cny"),
    "lines/*/amount_cny": _part_of_margin,
    "lines/*/wh": _energy_behind,
}


# -- corrections, options, results ---------------------------------------------------------------


def _corrected(place: Place) -> Explained:
    """Say that a correction is what the bill says now less what it said before."""
    code = place.stars[0]
    parts: list[tuple[int, FigureInput]] = []
    for sign, side in ((1, "by"), (-1, "corrects")):
        issued = place.of.ports.registry.statement(str(place.of.body[side]))
        bill = Stated.of(issued, ports=place.of.ports)
        one = stated_input(bill, ("lines", code, "amount_cny"))
        if one.value is not None:
            parts.append((sign, one))
    return Explained(signed(parts))


def _of_version(side: str) -> Explain:
    def explain(place: Place) -> Explained:
        issued = place.of.ports.registry.statement(str(place.of.body[side]))
        bill = Stated.of(issued, ports=place.of.ports)
        return Explained(same(stated_input(bill, ("lines", *place.stars))))

    return explain


_CORRECTION: Final[RuleBook] = {
    "value": each("lines/*/amount_cny"),
    "lines/*/amount_cny": _corrected,
    "lines/*/was/*": _of_version("corrects"),
    "lines/*/now/*": _of_version("by"),
}


def _saving(place: Place) -> Explained:
    cheapest = str(place.of.body["cheapest"])
    option = stated_input(place.of, ("options", cheapest, "total_cny"))
    return Explained(Derivation(Less(Given(0), Given(1)), (place.input("current_cny"), option)))


def _as_billed(place: Place) -> Explained:
    """Say that what twelve months cost is the sum of their bills, as far as they are issued."""
    of, months = place.of, place.at("months")
    found: list[FigureInput] = []
    for name in months if isinstance(months, list | tuple) else []:
        issued = of.ports.registry.latest_statements(str(name), _BILLS)
        mine = [one for one in issued if one.subject == of.issued.subject]
        found += [stated_input(Stated.of(one, ports=of.ports), ("value",)) for one in mine]
    return Explained(added(found) if found else Derivation())


_OPTIONS: Final[RuleBook] = {
    "value": _saving,
    "current_cny": _as_billed,
    "options/*/total_cny": each("options/{0}/months_cny/*"),
    "options/*/months_cny/*": rests_on(Ground.STATED, "billed_again"),
    "options/*/contract_kw": rests_on(Ground.SOLVED, "best_contract", "options/{0}/total_cny"),
}


def _of_months(place: Place) -> Explained:
    return each(f"months/*/{place.stars[0]}")(place)


def _of_revenue(field: str) -> Explain:
    """Say that a part of a month's result is a number of the plant's statement of revenue."""

    def explain(place: Place) -> Explained:
        name = place.stars[0]
        of = place.of
        found = [
            stated_input(one, (field,))
            for one in of.behind("revenue", "revenue" + WHAT_IF)
            if one.issued.period == name
        ]
        return Explained(added(found) if found else Derivation())

    return explain


def _parts_of(parts: set[Part]) -> Explain:
    def explain(place: Place) -> Explained:
        of = place.of
        paths = [("lines", part.value, "amount_cny") for part in Part if part in parts]
        return Explained(added(stated_input(of, path) for path in paths))

    return explain


_RESULT: Final[RuleBook] = {
    "value": total("income_cny", "-cost_cny"),
    "income_cny": _parts_of({*Part} - {*COSTS}),
    "cost_cny": _parts_of({*COSTS}),
    "lines/*/amount_cny": _of_months,
    f"months/*/{Part.SELF_USE.value}": _of_revenue("energy_cny"),
    f"months/*/{Part.SPOT.value}": _of_revenue("export_cny"),
    f"months/*/{Part.PREMIUM.value}": _of_revenue("environmental_cny"),
    "months/*/*": rests_on(Ground.PARAMETER, "given_by_document"),
    "positions/*/differences_cny": rests_on(
        Ground.STATED, "position_by_interval", "positions/{0}/two_settlement_cny",
        "positions/{0}/spot_cny",
    ),
    "positions/*/days": counts("counts_days"),
    "positions/*/days_settled": counts("counts_days"),
    "positions/*/*": rests_on(Ground.STATED, "position_by_interval"),
    "plan/*": rests_on(Ground.PARAMETER, "given_by_document"),
}  # fmt: skip

BOOKS: Final[Mapping[str, RuleBook]] = {
    "payments": _PAYMENTS,
    "revenue": _REVENUE,
    "bill-closure": _CLOSURE,
    "bill-correction": _CORRECTION,
    "tariff-options": _OPTIONS,
    "asset-result": _RESULT,
}
"""The rule book of each kind of statement about money, bills apart."""
