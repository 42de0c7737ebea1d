"""How inventories of enterprises and of the park, and hourly scores, come about."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from taihang.core.figure.derive import added, beside, multiplied
from taihang.core.figure.formula import (
    Constant,
    Formula,
    Given,
    Less,
    Product,
    Quotient,
    Rounded,
    Sum,
)
from taihang.core.figure.number import Document
from taihang.core.figure.story import Derivation, FigureInput, Ground, Label, ProofOf
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.quantities import WH_PER_KWH, WH_PER_MWH
from taihang.services.figure_factored import by_facts
from taihang.services.figure_matching import matched_input
from taihang.services.figure_of_energy import NON_FOSSIL, counts, factors_of
from taihang.services.figure_park import users_input
from taihang.services.figure_said import said
from taihang.services.figure_source import activity_input
from taihang.services.figure_stated import (
    Explain,
    Explained,
    Place,
    RuleBook,
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

_MATCHED: Final = "scope2-market"
_VIEW: Final = "electricity/views/{0}"
_GREEN: Final = "electricity.green"
_MWH: Final = "MWh"
_SCORE_DIGITS: Final = 6
_EXACT_OR_GRAM: Final = (None, 6)
"""Digits of a line in tonnes: what burnt is of record to the gram, electricity exact."""


def _of_kind(*kinds: str, but: bool = False) -> Explain:
    """Say that a number is the sum of the emissions of lines of some kinds, or of all others."""

    def explain(place: Place) -> Explained:
        def chosen(line: Mapping[str, Document]) -> bool:
            return (line.get("kind") in kinds) != but

        return each("lines/*/t_co2e", where=chosen)(place)

    return explain


# -- inventories ---------------------------------------------------------------------------------


def _kwh_of(place: Place) -> Explained:
    """Say which energy a line of electricity counts: all of it, what was claimed, or the rest."""
    load, line, pool = (
        stated_input(place.of, ("electricity", name)) for name in ("load_wh", "line_wh", "pool_wh")
    )
    kwh = Constant(Decimal(WH_PER_KWH))
    ways = [
        Derivation(Quotient(Given(0), kwh), (load,)),
        Derivation(Quotient(Given(0), kwh), (line,)),
        Derivation(Quotient(Given(0), kwh), (pool,)),
        Derivation(Quotient(Less(Given(0), Given(1)), kwh), (load, line)),
        Derivation(Quotient(Less(Given(0), Sum((Given(1), Given(2)))), kwh), (load, line, pool)),
    ]
    return first_that_adds_up(*(always(Explained(one)) for one in ways))(place)


def _by_gas(place: Place) -> Explained:
    """Say that a gas is the sum of its lines; all but lines of gases is CO2, power by its place."""
    gas = place.stars[0]

    def chosen(line: Mapping[str, Document]) -> bool:
        is_gas = line.get("kind") == "gas"
        return line.get("code") == gas if is_gas else gas == "CO2"

    power = place.inputs("electricity/views/location/lines/*/t_co2e") if gas == "CO2" else []
    lines = each("lines/*/t_co2e", where=chosen)(place).derivation
    return Explained(added((*lines.operands, *power)))


def _by_place(explain: Explain) -> Explain:
    """Add the file that proves the electricity of an inventory by its place."""

    def explained(place: Place) -> Explained:
        issued, found = place.of.issued, explain(place)
        proof = ProofOf(f"inventory.{issued.subject}.{issued.period}", Label("proof_of_inventory"))
        return Explained(found.derivation, found.ground, found.notes, proof)

    return explained


_INVENTORY: Final[RuleBook] = {
    "value": _by_place(equal("assessed_t")),
    "assessed_t": total("scope1_t", "heat_t", "electricity/views/location/scope2_t"),
    "scope1_t": _of_kind("heat", but=True),
    "heat_t": _of_kind("heat"),
    "electricity/views/*/total_t": total("scope1_t", "heat_t", f"{_VIEW}/scope2_t"),
    "electricity/views/location/scope2_t": _by_place(
        each("electricity/views/location/lines/*/t_co2e")
    ),
    "electricity/views/*/scope2_t": each(f"{_VIEW}/lines/*/t_co2e"),
    "electricity/views/*/lines/*/t_co2e": by_facts(
        f"{_VIEW}/lines/{{1}}/quantity", f"{_VIEW}/lines/{{1}}/facts", digits=_EXACT_OR_GRAM
    ),
    "electricity/views/*/lines/*/quantity": _kwh_of,
    "electricity/*": lambda place: summed(place.path[-1], _MATCHED)(place),
    "lines/*/t_co2e": by_facts("lines/{0}/quantity", "lines/{0}/facts", digits=_EXACT_OR_GRAM),
    "lines/*/quantity": said(),
    "by_gas/*": _by_gas,
    "uncertainty/half_width_t": rests_on(Ground.STATED, "propagated", "lines/*/t_co2e"),
    "lines/*/scope": counts("scope_of_line"),
    "electricity/views/*/lines/*/scope": counts("scope_of_line"),
}


def _received(place: Place) -> Explained:
    """Say that what the park received is its import less its export, and less green it bought."""
    flows: dict[str, list[FigureInput]] = {"imported_wh": [], "exported_wh": []}
    for one in place.of.behind("ratios-650"):
        for name, found in flows.items():
            found.append(stated_input(one, (name,)))
    green = [
        activity_input(line)
        for line in place.of.said_lines()
        if line.record.item == _GREEN and line.record.unit == _MWH
    ]
    came, went = flows["imported_wh"], flows["exported_wh"]
    n, inputs = len(came), (*came, *went, *green)
    net = Less(Sum(_given(0, n)), Sum(_given(n, 2 * n)))
    mwh: Formula = Quotient(net, Constant(Decimal(WH_PER_MWH)))
    if green:
        mwh = Less(mwh, Sum(_given(2 * n, len(inputs))))
    ways = (
        always(Explained(Derivation(mwh, inputs))),
        always(Explained(beside(*inputs), Ground.STATED, (Label("received_net"),))),
    )
    return first_that_adds_up(*ways)(place)


def _given(first: int, stop: int) -> tuple[Given, ...]:
    return tuple(Given(at) for at in range(first, stop))


_PARK_INVENTORY: Final[RuleBook] = {
    "value": equal("assessed_t"),
    "assessed_t": each("lines/*/t_co2e"),
    "by_kind_t/*": lambda place: _of_kind(place.stars[0])(place),
    "received_mwh": _received,
    "lines/*/t_co2e": by_facts("lines/{0}/quantity", "lines/{0}/facts", digits=_EXACT_OR_GRAM),
    "lines/*/quantity": first_that_adds_up(equal("received_mwh"), said()),
    "lines/*/scope": counts("scope_of_line"),
}


# -- hourly scores -------------------------------------------------------------------------------


def _of_hours(column: str) -> Explain:
    """Say that an energy is the sum of its hours of the day over all months."""
    return first_that_adds_up(
        each(f"profile/*/{column}"),
        rests_on(Ground.STATED, "by_hour", "load_wh"),
    )


def _taken(column: str, *of_matching: str) -> Explain:
    """Say that an energy is what was settled of the subject, or the sum of its hours of the day."""

    def explain(place: Place) -> Explained:
        of = place.of
        subject, span = of.issued.subject, of.issued.period
        is_park = subject == PARK_SUBJECT
        # Who sees one enterprise may ask for its rows and no others.
        nodes = () if is_park else (subject,)
        rows = of.ports.lake.read("matching", of.span.period, *nodes)
        users = [found for (role, _), found in rows.items() if role == "user"]
        inputs: list[FigureInput] = []
        for name in of_matching if users else ():
            sum_wh = sum(int(found[name].sum()) for found in users)
            inputs.append(
                users_input(name, span, value_wh=sum_wh)
                if is_park
                else matched_input("user", subject, name, span, value_wh=sum_wh)
            )
        ways = [always(Explained(added(inputs)))] if inputs else []
        return first_that_adds_up(*ways, _of_hours(column))(place)

    return explain


def _volumetric(place: Place) -> Explained:
    matched, surplus, load = (place.input(name) for name in ("matched_wh", "surplus_wh", "load_wh"))
    ratio = Quotient(Sum((Given(0), Given(1))), Given(2))
    inputs = (matched, surplus, load)
    ways = (
        always(Explained(Derivation(Rounded(ratio, _SCORE_DIGITS), inputs))),
        always(Explained(beside(*inputs), Ground.STATED, (Label("by_hour"),))),
    )
    return first_that_adds_up(*ways)(place)


def _hourly(place: Place) -> Explained:
    """Say that emissions are what was not matched at the factor of the residual mix."""
    factors = factors_of(place)
    zero = factors.pop(NON_FOSSIL, None)
    residual = [one for code, one in factors.items() if code != _AVERAGE]
    inputs = [place.input("matched_wh"), place.input("load_wh")]
    stated = always(Explained(beside(*inputs, *factors.values()), Ground.STATED, (_BY_HOURS,)))
    if zero is None or len(residual) != 1:
        return stated(place)
    matched, load, of_matched, of_rest = (Given(n) for n in range(4))
    kg = Sum((Product((matched, of_matched)), Product((Less(load, matched), of_rest))))
    tonnes = Quotient(kg, Constant(Decimal(WH_PER_MWH)))
    found = Explained(Derivation(tonnes, (*inputs, zero, residual[0])))
    return first_that_adds_up(always(found), stated)(place)


def _by_average(place: Place) -> Explained:
    """Say that emissions by place are the load at the average factor of the grid."""
    factors = factors_of(place)
    load = place.input("load_wh")
    stated = always(Explained(beside(load, *factors.values()), Ground.STATED, (_BY_HOURS,)))
    if _AVERAGE not in factors:
        return stated(place)
    found = Explained(multiplied(load, factors[_AVERAGE], over=WH_PER_MWH))
    return first_that_adds_up(always(found), stated)(place)


_AVERAGE: Final = "grid.average"
_BY_HOURS: Final = Label("by_hour")
_BY_HOUR: Final = rests_on(Ground.STATED, "by_hour", "load_wh", "matched_wh")
_SCORE: Final[RuleBook] = {
    "value": first_that_adds_up(share("matched_wh", "load_wh", digits=_SCORE_DIGITS), _BY_HOUR),
    "with_grid_ratio": _BY_HOUR,
    "volumetric_ratio": _volumetric,
    "load_wh": _taken("load_wh", "total_wh"),
    "matched_wh": _taken("matched_wh", "line_wh", "pool_wh"),
    "surplus_wh": rests_on(Ground.MATCHING, "matched_again", "matched_wh"),
    "hours": counts("counts_hours"),
    "hours_missing": counts("counts_hours"),
    "hours_withheld": counts("counts_hours"),
    "share_ratio": rests_on(Ground.PARAMETER, "given_by_document"),
    "market_hourly_t": _hourly,
    "location_t": _by_average,
    "profile/*/hours_missing": counts("counts_hours"),
    "profile/*/local_hour": counts("counts_hours"),
    "profile/*/*": rests_on(Ground.MATCHING, "by_hour"),
}

BOOKS: Final[Mapping[str, RuleBook]] = {
    "inventory": _INVENTORY,
    "park-inventory": _PARK_INVENTORY,
    "cfe": _SCORE,
}
"""The rule book of each kind of statement about carbon and its hours."""
