"""How the yearly tables of energy and carbon come about: members, sectors, steps between, park."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final

from taihang.core.activity.record import Flow
from taihang.core.figure.derive import added, beside, same, signed
from taihang.core.figure.formula import Constant, Formula, Given, Less, Product, Quotient, Sum
from taihang.core.figure.number import Document, Path, at, matching
from taihang.core.figure.story import Derivation, FigureInput, Ground, Label
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.quantities import WH_PER_MWH
from taihang.services.figure_factored import named_facts
from taihang.services.figure_of_accounts import consumed_lines, made_lines
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
    stated_input,
    total,
)

_ENERGY_ACCOUNT: Final = "energy-account"
_INVENTORY: Final = "inventory"
_PARK_INVENTORY: Final = "park-inventory"
_CO2_KINDS: Final = frozenset(("fuel", "conversion", "process"))
_HEAT: Final = "heat"
_LOCATION: Final = ("electricity", "views", "location", "scope2_t")


def _account(kind: str, subject: str, place: Place) -> Stated | None:
    """Return the account of a member, or of the park, that the table was drawn up from."""
    return next(place.of.behind(kind, subject=subject), None)


def _of_member(kind: str, explain: Callable[[Stated, Place], Explained]) -> Explain:
    """Say that a cell of a row comes from the account of its member."""

    def explained(place: Place) -> Explained:
        account = _account(kind, place.stars[0], place)
        if account is None:
            return Explained(ground=Ground.STATED, notes=(Label("account_not_issued"),))
        return explain(account, place)

    return explained


def _stated(kind: str) -> Explain:
    def explain(account: Stated, place: Place) -> Explained:
        del place
        return Explained(same(stated_input(account, ("value",))))

    return _of_member(kind, explain)


def _row(*columns: str) -> Explain:
    """Say that a total is the sum of the columns of its row."""

    def explain(place: Place) -> Explained:
        base = place.path[:-1]
        return Explained(added(stated_input(place.of, (*base, name)) for name in columns))

    return explain


def _sector(place: Place) -> Explained:
    """Say that a number of a sector is the sum of the rows of its members."""
    element = at(place.of.body, place.path[:-1])
    sector = element.get("sector") if isinstance(element, Mapping) else None

    def chosen(row: Mapping[str, Document]) -> bool:
        return row.get("sector") == sector

    return each(f"rows/*/{place.path[-1]}", where=chosen)(place)


def _members(place: Place) -> Explained:
    return each(f"rows/*/{place.path[-1]}")(place)


def _reached(place: Place) -> Explained:
    steps = place.inputs("between/*/amount")
    return Explained(added((place.input("members/total"), *steps)))


def _table(kind: str, park: str, columns: tuple[str, ...]) -> RuleBook:
    """Return the rules that both tables have in common."""

    def of_park(place: Place) -> Explained:
        account = _account(park, PARK_SUBJECT, place)
        if account is None:
            return Explained(ground=Ground.STATED, notes=(Label("account_not_issued"),))
        return Explained(same(stated_input(account, ("value",))))

    return {
        "value": equal("park"),
        "park": of_park,
        "reached": _reached,
        "difference": total("park", "-reached"),
        "members/*": _members,
        "sectors/*/total": _row(*columns),
        "sectors/*/*": _sector,
        "rows/*/total": _row(*columns),
        "rows/*/stated": _stated(kind),
    }


# -- energy --------------------------------------------------------------------------------------


def _consumed(account: Stated, place: Place) -> Explained:
    del place
    return Explained(added(consumed_lines(account, "equivalent_tce")))


def _made(account: Stated, place: Place) -> Explained:
    del place
    return Explained(signed([(-1, one) for one in made_lines(account, "equivalent_tce")]))


def _network(place: Place) -> Explained:
    account = _account(_ENERGY_ACCOUNT, PARK_SUBJECT, place)
    if account is None:
        return Explained(ground=Ground.STATED, notes=(Label("account_not_issued"),))
    return Explained(
        same(stated_input(account, ("lines", "electricity.network", "equivalent_tce")))
    )


def _own_use(place: Place) -> Explained:
    """Put beside the park's own use what the park said of itself."""
    account = _account(_ENERGY_ACCOUNT, PARK_SUBJECT, place)
    lines = [] if account is None else account.said_lines()
    own = [activity_input(line) for line in lines if line.record.subject == PARK_SUBJECT]
    return Explained(beside(*own), Ground.STATED, (Label("own_use_of_park"),))


_ENERGY: Final[RuleBook] = {
    **_table(_ENERGY_ACCOUNT, _ENERGY_ACCOUNT, ("consumed", "made")),
    "rows/*/consumed": _of_member(_ENERGY_ACCOUNT, _consumed),
    "rows/*/made": _of_member(_ENERGY_ACCOUNT, _made),
    "between/network/amount": _network,
    "between/public/amount": _own_use,
}


# -- carbon --------------------------------------------------------------------------------------


def _tonnes(of: Stated, wanted: Callable[[Mapping[str, Document]], bool]) -> list[FigureInput]:
    """Return the emissions of some lines of an inventory."""
    found: list[FigureInput] = []
    for path, _ in matching(of.body, ("lines", "*", "t_co2e")):
        line = at(of.body, path[:-1])
        if isinstance(line, Mapping) and wanted(line):
            found.append(stated_input(of, path))
    return found


def _of_kinds(kinds: Iterable[str]) -> Callable[[Mapping[str, Document]], bool]:
    wanted = frozenset(kinds)
    return lambda line: line.get("kind") in wanted


def _sum_of(kinds: Iterable[str]) -> Explain:
    def explain(account: Stated, place: Place) -> Explained:
        del place
        return Explained(added(_tonnes(account, _of_kinds(kinds))))

    return _of_member(_INVENTORY, explain)


def _power(account: Stated, place: Place) -> Explained:
    del place
    return Explained(same(stated_input(account, _LOCATION)))


def _passed_on(account: Stated, place: Place) -> Explained:
    """Say that heat passed on is what was supplied, at the factor of heat, taken off."""
    lines = [
        activity_input(line)
        for line in account.said_lines()
        if (line.record.item, line.record.flow) == (_HEAT, Flow.SUPPLIED)
    ]
    factors = account.body.get("factors")
    facts = [
        source_input(str(fact["key"]), unit=str(fact["unit"]))
        for fact in (factors if isinstance(factors, list) else [])
        if isinstance(fact, dict) and fact["code"] == "heat.ef"
    ]
    del place
    if not lines or not facts:
        return Explained(beside(*facts), Ground.STATED, (Label("no_heat_passed_on"),))
    heat: Formula = Sum(tuple(Given(n) for n in range(len(lines))))
    taken = Less(Sum(()), Product((heat, Given(len(lines)))))
    return Explained(Derivation(taken, (*lines, facts[0])))


def _bought(account: Stated, place: Place) -> Explained:
    """Say that heat bought is the heat of the inventory, with what was passed on put back."""
    lines = _tonnes(account, _of_kinds((_HEAT,)))
    passed_on = stated_input(place.of, (*place.path[:-1], "heat-passed-on"))
    return Explained(signed([*((1, one) for one in lines), (-1, passed_on)]))


def _of_park_lines(*, is_park: bool) -> Explain:
    """Say that a step is the lines of the park's inventory of those who have none of their own."""

    def explain(place: Place) -> Explained:
        park = _account(_PARK_INVENTORY, PARK_SUBJECT, place)
        rows = {path[1] for path, _ in matching(place.of.body, ("rows", "*", "total"))}
        kinds = _of_kinds((*_CO2_KINDS, _HEAT))

        def wanted(line: Mapping[str, Document]) -> bool:
            subject = line.get("subject")
            return kinds(line) and subject not in rows and (subject == PARK_SUBJECT) is is_park

        found = [] if park is None else _tonnes(park, wanted)
        if not found:
            return Explained(ground=Ground.STATED, notes=(Label("no_such_line"),))
        return Explained(added(found))

    return explain


def _gases(place: Place) -> Explained:
    return Explained(signed([(-1, one) for one in place.inputs("rows/*/gases")]))


def _factor(of: Stated, path: Path) -> list[FigureInput]:
    """Return the one factor of a line."""
    return named_facts(at(of.body, (*path, "facts")), of)[:1]


def _park_power(place: Place) -> tuple[list[FigureInput], list[FigureInput]]:
    """Return what the park received, and at which factor."""
    park = _account(_PARK_INVENTORY, PARK_SUBJECT, place)
    for path, _ in matching({} if park is None else park.body, ("lines", "*", "kind")):
        if park is not None and at(park.body, path) == "electricity":
            return [stated_input(park, (*path[:-1], "quantity"))], _factor(park, path[:-1])
    return [], []


def _of_amount(place: Place) -> Explained:
    """Say that the first step is what the park received beyond its members, at its factor."""
    received, factor = _park_power(place)
    loads = [stated_input(one, ("electricity", "load_wh")) for one in place.of.behind(_INVENTORY)]
    inputs = (*received, *factor, *loads)
    rest = Less(Given(0), _mwh(Sum(tuple(Given(n + 2) for n in range(len(loads))))))
    stated = Explained(beside(*inputs), Ground.STATED, (Label("power_step"),))
    if not received or not factor:
        return stated
    found = Explained(Derivation(Product((rest, Given(1))), inputs))
    return first_that_adds_up(always(found), always(stated))(place)


def _of_factor(place: Place) -> Explained:
    """Say that the second step is the loads of members at the factor of the park, not their own."""
    _, factor = _park_power(place)
    inputs: list[FigureInput] = [*factor]
    steps: list[Formula] = []
    for one in place.of.behind(_INVENTORY):
        lines = [
            path[:-1] for path, _ in matching(one.body, (*_LOCATION[:3], "lines", "*", "kind"))
        ]
        own = _factor(one, lines[0]) if lines else []
        if own:
            n = len(inputs)
            inputs += [stated_input(one, ("electricity", "load_wh")), *own]
            steps.append(Product((Less(Given(0), Given(n + 1)), _mwh(Given(n)))))
    stated = Explained(beside(*inputs), Ground.STATED, (Label("power_step"),))
    found = Explained(Derivation(Sum(tuple(steps)), tuple(inputs)))
    return first_that_adds_up(*([always(found)] if factor else []), always(stated))(place)


def _mwh(wh: Formula) -> Formula:
    return Quotient(wh, Constant(Decimal(WH_PER_MWH)))


_COLUMNS: Final = ("direct", "gases", "heat-bought", "heat-passed-on", "electricity")
_CARBON: Final[RuleBook] = {
    **_table(_INVENTORY, _PARK_INVENTORY, _COLUMNS),
    "rows/*/direct": _sum_of(_CO2_KINDS),
    "rows/*/gases": _sum_of(("gas",)),
    "rows/*/heat-bought": _of_member(_INVENTORY, _bought),
    "rows/*/heat-passed-on": _of_member(_INVENTORY, _passed_on),
    "rows/*/electricity": _of_member(_INVENTORY, _power),
    "between/stations/amount": _of_park_lines(is_park=False),
    "between/public/amount": _of_park_lines(is_park=True),
    "between/gases/amount": _gases,
    "between/electricity.amount/amount": _of_amount,
    "between/electricity.factor/amount": _of_factor,
}

BOOKS: Final[Mapping[str, RuleBook]] = {"energy-sums": _ENERGY, "carbon-sums": _CARBON}
"""The rule book of each table of sums."""
