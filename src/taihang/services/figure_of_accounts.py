"""How accounts of energy come about: media, standard coal, dual control, waste heat."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from taihang.core.activity.record import Flow
from taihang.core.figure.derive import added, beside, divided, same, signed
from taihang.core.figure.formula import (
    Constant,
    Formula,
    Given,
    Largest,
    Less,
    Product,
    Quotient,
    Rounded,
    Sum,
)
from taihang.core.figure.number import Document, at, matching
from taihang.core.figure.story import Derivation, FigureInput, Ground, Label
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.quantities import KG_PER_T, WH_PER_MWH
from taihang.services.figure_matching import flow_input
from taihang.services.figure_of_energy import counts, factors_of
from taihang.services.figure_said import Chosen, of_line, said
from taihang.services.figure_source import activity_input, source_input
from taihang.services.figure_stated import (
    Explain,
    Explained,
    Place,
    RuleBook,
    Stated,
    always,
    each,
    equal,
    first_that_adds_up,
    rests_on,
    share,
    stated_input,
    summed,
    total,
)
from taihang.standards.gbt_2589 import KJ_PER_KGCE

_MATCHED: Final = "scope2-market"
_ACCOUNT: Final = "energy-account"
_GRID: Final = "electricity.grid"
_GREEN: Final = "electricity.green"
_NETWORK: Final = "electricity.network"
_MADE: Final = frozenset(("conversion-output", "recovered"))
_RATIO_DIGITS: Final = 6
_PRINTED: Final = 3


# -- every medium, in its unit and in standard coal ----------------------------------------------


def consumed_lines(of: Stated, column: str) -> list[FigureInput]:
    """Return what an energy account counts as consumed, media apart, in standard coal.

    Args:
        of: The energy account.
        column: ``equivalent_tce`` or ``equal_tce``.
    """
    return _column(of, "lines", column, frozenset((Flow.CONSUMED.value,)))


def made_lines(of: Stated, column: str) -> list[FigureInput]:
    """Return what an energy account takes off, because it was made or recovered on site.

    Args:
        of: The energy account.
        column: ``equivalent_tce`` or ``equal_tce``.
    """
    return _column(of, "other_lines", column, _MADE)


def _column(of: Stated, table: str, column: str, flows: frozenset[str]) -> list[FigureInput]:
    found: list[FigureInput] = []
    for path, _ in matching(of.body, (table, "*", column)):
        line = at(of.body, path[:-1])
        if isinstance(line, Mapping) and line.get("flow") in flows and not _is_medium(line):
            found.append(stated_input(of, path))
    return found


def _comprehensive(column: str) -> Explain:
    """Say that comprehensive energy is what was consumed less what was made on site."""

    def explain(place: Place) -> Explained:
        consumed = [(1, one) for one in consumed_lines(place.of, column)]
        made = [(-1, one) for one in made_lines(place.of, column)]
        return Explained(signed([*consumed, *made]))

    return explain


def _feedstock(column: str) -> Explain:
    """Say that feedstock is the sum of its lines; what nobody burnt can be none of it."""

    def explain(place: Place) -> Explained:
        flows = frozenset((Flow.FEEDSTOCK.value,))
        found = added(_column(place.of, "other_lines", column, flows))
        if found.formula is None:
            return Explained(ground=Ground.STATED, notes=(Label("no_raw_material"),))
        return Explained(found)

    return explain


def _is_medium(line: Mapping[str, Document]) -> bool:
    return line.get("is_medium") is True


def _coal(table: str) -> Explain:
    """Say that standard coal is an amount times the one coefficient of its basis."""
    amount, facts = f"{table}/{{0}}/amount", f"{table}/{{0}}/facts"

    def explain(place: Place) -> Explained:
        named = place.at(facts)
        keys = [str(key) for key in named] if isinstance(named, list) else []
        ways: list[Explain] = []
        for key in keys:
            inputs = (place.input(amount), source_input(key))
            ways += [always(Explained(Derivation(way, inputs))) for way in _COAL_WAYS]
        stated = (place.input(amount), *(source_input(key) for key in keys))
        return first_that_adds_up(
            *ways, always(Explained(beside(*stated), Ground.STATED, (Label("factored"),)))
        )(place)

    return explain


def _coal_ways() -> tuple[Formula, ...]:
    """Return an amount times a coefficient, printed or from a measured calorific value."""
    printed = Rounded(Quotient(Given(1), Constant(KJ_PER_KGCE)), _PRINTED_KGCE)
    found: list[Formula] = []
    for each_ in (Given(1), printed):
        plain: Formula = Product((Given(0), each_))
        found += [plain, Quotient(plain, Constant(Decimal(KG_PER_T)))]
        found.append(Product((Given(0), each_, Constant(Decimal(10)))))
    return tuple(found)


_PRINTED_KGCE: Final = 4
_COAL_WAYS: Final = _coal_ways()
"""Mass in t by kgce/kg; mass or volume by kgce/t; gas in 10⁴ Nm³ by kgce/m³."""


def _amount(place: Place) -> Explained:
    """Say how much of an energy there was: metered electricity, what is left of it, or forms."""
    item = place.stars[0].partition(":")[0]
    if item in {_GRID, _GREEN}:
        return first_that_adds_up(always(_matched(item, place)), said())(place)
    if item == _NETWORK:
        parts = [place.input(f"electricity/{name}") for name in ("storage_wh", "losses_wh")]
        own = place.input("electricity/own_mwh")
        mwh: Formula = Quotient(Sum((Given(0), Given(1))), Constant(Decimal(WH_PER_MWH)))
        if own.value is not None:
            return Explained(Derivation(Less(mwh, Given(2)), (*parts, own)))
        return Explained(Derivation(mwh, tuple(parts)))
    return said()(place)


def _matched(item: str, place: Place) -> Explained:
    """Say that electricity is matched energy of the months, green or the rest of the load."""
    issued = [*place.of.behind(_MATCHED)]
    load, *green = (
        [stated_input(one, (name,)) for one in issued] for name in ("load_wh", "line_wh", "pool_wh")
    )
    parts = [*green[0], *green[1]]
    mwh = Constant(Decimal(WH_PER_MWH))
    if item == _GREEN:
        return Explained(Derivation(Quotient(_sum(0, len(parts)), mwh), tuple(parts)))
    n = len(load)
    rest = Less(_sum(0, n), _sum(n, n + len(parts)))
    return Explained(Derivation(Quotient(rest, mwh), (*load, *parts)))


def _sum(first: int, stop: int) -> Sum:
    return Sum(tuple(Given(n) for n in range(first, stop)))


_FLOWS: Final[Mapping[str, tuple[tuple[str, int], ...]]] = {
    "came_in_wh": (("generation", 1), ("import", 1)),
    "exported_wh": (("export", 1),),
    "users_wh": (("load", 1),),
    "storage_wh": (("charge", 1), ("discharge", -1)),
    "losses_wh": (("losses", 1),),
}
"""Flows of the balance behind the electricity of the park."""


def _of_balance(place: Place) -> Explained:
    """Say that electricity of the park is flows of its balance, over closed intervals."""
    of = place.of
    rows = of.ports.lake.read("balance", of.span.period)
    inputs = [
        (sign, flow_input(flow, of.issued.period, value_wh=int(found["wh"].sum())))
        for flow, sign in _FLOWS[place.path[-1]]
        if (found := rows.get((flow,))) is not None
    ]
    derivation = signed(inputs)
    # Open intervals are in a flow and in no account: then it stands beside, and does not add up.
    ways = (
        Explained(derivation),
        Explained(beside(*(one for _, one in inputs)), Ground.STATED, (Label("closed_only"),)),
    )
    return first_that_adds_up(*map(always, ways))(place)


def _unmetered(place: Place) -> Explained:
    losses, came = (place.input(f"electricity/{name}") for name in ("losses_wh", "came_in_wh"))
    own = place.input("electricity/own_mwh")
    if own.value is None:
        return Explained(divided(losses, came, digits=_RATIO_DIGITS))
    own_wh = Product((Given(2), Constant(Decimal(WH_PER_MWH))))
    ratio = Rounded(Quotient(Less(Given(0), own_wh), Given(1)), _RATIO_DIGITS)
    return Explained(Derivation(ratio, (losses, came, own)))


def _of_flow(place: Place) -> Chosen:
    """Choose what was said of a medium in a flow; of its stock only what stood at the end."""
    flow, wanted = place.path[-1], of_line(place)
    last = max((line.record.period for line in place.of.said_lines()), default="")
    is_stock = flow == Flow.CLOSING_STOCK.value
    return lambda line: (
        wanted(line)
        and line.record.flow.value == flow
        and (not is_stock or line.record.period == last)
    )


def _difference(place: Place) -> Explained:
    """Say that a balance lacks what came in less what went out."""
    base = place.path[:-1]
    signs = {"opening": 1, **dict.fromkeys(_IN, 1), **dict.fromkeys(_OUT, -1)}
    inputs = [
        (sign, stated_input(place.of, (*base, name)))
        for name, sign in signs.items()
        if place.of.number((*base, name)) is not None
    ]
    ways = (
        Explained(signed(inputs)),
        Explained(beside(*(one for _, one in inputs)), Ground.STATED, (Label("stated_only"),)),
    )
    return first_that_adds_up(*map(always, ways))(place)


_IN: Final = ("purchased", "conversion-output", "recovered")
_OUT: Final = ("consumed", "supplied", "closing-stock")


def _drawn(place: Place) -> Explained:
    """Say that a stream of the picture is a line of the account, or a part of one."""
    row, column = at(place.of.body, place.path[:-1]), place.path[-1]
    item = str(row.get("item", "")) if isinstance(row, Mapping) else ""
    lines = [
        stated_input(place.of, path)
        for table in ("lines", "other_lines")
        for path, _ in matching(place.of.body, (table, "*", column))
        if path[1].partition(":")[0] == item
    ]
    ways = [Explained(same(one)) for one in lines]
    stated = Explained(beside(*lines), Ground.STATED, (Label("drawn_stream"),))
    return first_that_adds_up(*map(always, (*ways, stated)))(place)


_ENERGY: Final[RuleBook] = {
    "value": equal("equivalent_tce"),
    "equivalent_tce": _comprehensive("equivalent_tce"),
    "equal_tce": _comprehensive("equal_tce"),
    "feedstock_equivalent_tce": _feedstock("equivalent_tce"),
    "feedstock_equal_tce": _feedstock("equal_tce"),
    "non_fossil_equivalent_tce": equal(f"lines/{_GREEN}/equivalent_tce"),
    "media_equivalent_tce": each("lines/*/equivalent_tce", where=_is_medium),
    "estimated_wh": summed("estimated_wh", _MATCHED),
    "lines/*/amount": _amount,
    "lines/*/*": _coal("lines"),
    "other_lines/*/amount": said(),
    "other_lines/*/*": _coal("other_lines"),
    "electricity/open_intervals": counts("counts_open"),
    "electricity/own_mwh": rests_on(Ground.ACTIVITY, "said_by_forms"),
    "electricity/unmetered_ratio": _unmetered,
    "electricity/*": _of_balance,
    "balances/*/opening": rests_on(Ground.STATED, "opening_stock"),
    "balances/*/difference": _difference,
    "balances/*/*": said(_of_flow),
    "flows/**": _drawn,
}


# -- dual control --------------------------------------------------------------------------------


def _of_account(field: str, *, before: bool = False) -> Explain:
    """Say that an energy is a number of the energy account of the year, or of the one before."""

    def explain(place: Place) -> Explained:
        one = _account(place, before=before)
        path = tuple(field.split("/"))
        if one is None or one.number(path) is None:
            # Who has no line of green electricity used none of it.
            return Explained(ground=Ground.STATED, notes=(Label("no_such_line"),))
        return Explained(same(stated_input(one, path)))

    return explain


def _account(place: Place, *, before: bool) -> Stated | None:
    wanted = str(int(place.of.issued.period) - before)
    accounts = place.of.behind(_ACCOUNT)
    return next((one for one in accounts if one.issued.period == wanted), None)


def _increase(place: Place) -> Explained:
    """Say that only an increase counts: of less than the year before it is 0."""
    now, before = place.input("renewable_tce"), place.input("renewable_before_tce")
    zero = Constant(Decimal(0))
    return Explained(Derivation(Largest((Less(Given(0), Given(1)), zero)), (now, before)))


def _value_added(*, before: bool = False) -> Explain:
    def chosen(place: Place) -> Chosen:
        year = str(int(place.of.issued.period) - before)
        return lambda line: line.record.period[:4] == year

    return said(chosen)


def _change(place: Place) -> Explained:
    """Say by how much the intensity changed: now over then, less one, in percent."""
    now, added_now = place.input("total_tce"), place.input("value_added_10k_cny")
    account = _account(place, before=True)
    if account is None:
        return Explained(ground=Ground.STATED, notes=(Label("stated_only"),))
    then = stated_input(account, ("equivalent_tce",))
    year = account.issued.period
    lines = [line for line in place.of.said_lines() if line.record.period[:4] == year]
    found = [activity_input(line) for line in lines]
    total_then: Formula = _sum(3, 3 + len(found))
    if all(line.record.unit == "CNY" for line in lines):
        total_then = Quotient(total_then, Constant(Decimal(_CNY_PER_10K)))
    ratio = Quotient(Quotient(Given(0), Given(1)), Quotient(Given(2), total_then))
    percent = Product((Less(ratio, Constant(Decimal(1))), Constant(Decimal(100))))
    inputs = (now, added_now, then, *found)
    ways = (
        Explained(Derivation(Rounded(percent, _RATIO_DIGITS), inputs)),
        Explained(beside(*inputs), Ground.STATED, (Label("stated_only"),)),
    )
    return first_that_adds_up(*map(always, ways))(place)


_CNY_PER_10K: Final = 10_000
_DUAL: Final[RuleBook] = {
    "value": total("total_tce", "-feedstock_tce", "-new_renewable_tce"),
    "total_tce": _of_account("equivalent_tce"),
    "feedstock_tce": _of_account("feedstock_equivalent_tce"),
    "renewable_tce": _of_account(f"lines/{_GREEN}/equivalent_tce"),
    "renewable_before_tce": _of_account(f"lines/{_GREEN}/equivalent_tce", before=True),
    "new_renewable_tce": _increase,
    "value_added_10k_cny": _value_added(),
    "intensity_tce_per_10k_cny": share("total_tce", "value_added_10k_cny", digits=_RATIO_DIGITS),
    "change_percent": _change,
}


# -- waste heat ----------------------------------------------------------------------------------

_HEAT: Final = "heat"
_SERIES: Final[Mapping[str, tuple[str, Flow]]] = {
    "recoverable_gj": ("waste-heat", Flow.RECOVERABLE),
    "recovered_gj": ("waste-heat", Flow.RECOVERED),
    "supplied_gj": (_HEAT, Flow.SUPPLIED),
}


def _heat_lines(place: Place) -> Chosen:
    """Choose what suppliers said of a series, in the month or year of the number."""
    item, flow = _SERIES[place.path[-1]]
    subject = place.of.issued.subject
    return lambda line: (
        (line.record.item, line.record.flow) == (item, flow)
        and subject in {PARK_SUBJECT, line.record.subject}
        and _is_within(line.record.period, place)
    )


def _received(place: Place) -> Chosen:
    """Choose what a neighbour said that it bought."""
    user = place.stars[-1]
    return lambda line: (
        (line.record.item, line.record.flow, line.record.subject) == (_HEAT, Flow.PURCHASED, user)
        and _is_within(line.record.period, place)
    )


def _is_within(period: str, place: Place) -> bool:
    return place.path[0] != "months" or period == place.path[1]


def _of_heat(base: str) -> RuleBook:
    """Return the rules of the heat of a period, below a path."""
    return {
        f"{base}recoverable_gj": said(_heat_lines),
        f"{base}recovered_gj": said(_heat_lines),
        f"{base}supplied_gj": said(_heat_lines),
        f"{base}received_gj/*": said(_received),
        f"{base}delivered_gj": _beside_each("received_gj"),
        f"{base}loss_gj": _beside_total("supplied_gj", "-delivered_gj"),
        f"{base}loss_ratio": _beside_share("loss_gj", "supplied_gj"),
        f"{base}recovered_ratio": _beside_share("recovered_gj", "recoverable_gj"),
    }


def _beside_each(name: str) -> Explain:
    def explain(place: Place) -> Explained:
        return each("/".join((*place.path[:-1], name, "*")))(place)

    return explain


def _beside_total(*names: str) -> Explain:
    def explain(place: Place) -> Explained:
        base = place.path[:-1]
        paths = [(name[:1] == "-", "/".join((*base, name.removeprefix("-")))) for name in names]
        return total(*(f"-{path}" if taken else path for taken, path in paths))(place)

    return explain


def _beside_share(over: str, under: str) -> Explain:
    def explain(place: Place) -> Explained:
        base = place.path[:-1]
        paths = ("/".join((*base, name)) for name in (over, under))
        return share(*paths, digits=_RATIO_DIGITS)(place)

    return explain


def _saved(of: str) -> Explain:
    """Say what the network saved: heat of boilers that did not burn, less what the pumps took."""

    def explain(place: Place) -> Explained:
        factors = factors_of(place)
        names = ("boiler_efficiency_ratio", "drive_kwh_per_gj", "tco2_per_tce")
        inputs = (
            place.input("delivered_gj"),
            place.input("supplied_gj"),
            *(place.input(f"reference/{name}") for name in names),
            *(one for code in _COEFFICIENTS if (one := factors.get(code)) is not None),
        )
        delivered, supplied, boiler, kwh, tco2, heat, power = (Given(n) for n in range(7))
        drive: Formula = Quotient(Product((supplied, kwh, power)), Constant(Decimal(KG_PER_T)))
        saved: Formula = Less(Quotient(Product((delivered, heat)), boiler), drive)
        formulas = {"drive": drive, "saved": saved, "avoided": Product((saved, tco2))}
        stated = Explained(beside(*inputs), Ground.STATED, (Label("stated_only"),))
        if len(inputs) < len((delivered, supplied, boiler, kwh, tco2, heat, power)):
            return stated
        found = Explained(Derivation(Rounded(formulas[of], _PRINTED), inputs))
        return first_that_adds_up(always(found), always(stated))(place)

    return explain


_COEFFICIENTS: Final = ("coal-equivalent.heat", "coal-equivalent.electricity")
_WASTE_HEAT: Final[RuleBook] = {
    "value": equal("delivered_gj"),
    **_of_heat(""),
    **_of_heat("months/*/"),
    "drive_tce": _saved("drive"),
    "saved_tce": _saved("saved"),
    "avoided_tco2": _saved("avoided"),
    "enterprises": counts("counts_enterprises"),
    "served": counts("counts_served", "received_gj/*"),
    "reference/*": rests_on(Ground.PARAMETER, "given_by_document"),
}


BOOKS: Final[Mapping[str, RuleBook]] = {
    _ACCOUNT: _ENERGY,
    "dual-control": _DUAL,
    "waste-heat": _WASTE_HEAT,
}
"""The rule book of each kind of account of energy."""
