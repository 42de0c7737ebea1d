"""How yearly judgements come about: annual ratios, zero-carbon indicators, the way to the peak."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from taihang.core.activity.record import Flow
from taihang.core.figure.derive import added, beside, divided, less, same
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
from taihang.core.figure.number import at
from taihang.core.figure.story import Derivation, FigureInput, Ground, Label
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.pathway.path import CNY_PER_10K
from taihang.core.periods import month_names
from taihang.services.figure_of_energy import ENERGIES, counts
from taihang.services.figure_park import OF_RATIO, energies_of, energy_input
from taihang.services.figure_said import Chosen, said
from taihang.services.figure_source import source_input
from taihang.services.figure_span import Span, span_of
from taihang.services.figure_stated import (
    Explain,
    Explained,
    Place,
    RuleBook,
    Stated,
    always,
    equal,
    first_that_adds_up,
    largest,
    rests_on,
    stated_input,
    total,
)
from taihang.standards.ndrc_910_indicators import Indicator

_ACCOUNT: Final = "energy-account"
_DIGITS: Final = 6
_MONTH: Final = len("2026-09")


# -- annual ratios -------------------------------------------------------------------------------


def _months(place: Place) -> list[Span]:
    """Return the settled months of a window, from its first day to its last."""
    of, base = place.of, place.path[:2]
    first, last = (str(at(of.body, (*base, name)))[:_MONTH] for name in ("from", "to"))
    found = [
        span_of(name, of.ports.park.zone)
        for year in range(int(first[:4]), int(last[:4]) + 1)
        for name in month_names(str(year))
        if first <= name <= last
    ]
    return [each_ for each_ in found if of.ports.lake.read("balance", each_.period, "load")]


def _energy(place: Place) -> Explained:
    """Say that an energy of a window is that of the text over its settled months."""
    name, ports = place.path[-1], place.of.ports
    inputs = [
        energy_input(name, span.name, value_wh=energies_of(span, ports)[name])
        for span in _months(place)
    ]
    return Explained(added(inputs))


def _of_ratio(which: int) -> Explain:
    """Say that numerator or denominator of a ratio is an energy of its window."""

    def explain(place: Place) -> Explained:
        names = OF_RATIO.get(place.stars[1])
        if names is None:
            return Explained(ground=Ground.STATED, notes=(Label("stated_only"),))
        return equal(f"windows/{{0}}/{names[which]}")(place)

    return explain


def _beside(place: Place, *names: str) -> tuple[FigureInput, ...]:
    """Return numbers that stand in the same element."""
    return tuple(stated_input(place.of, (*place.path[:-1], name)) for name in names)


def _percent(place: Place) -> Explained:
    """Say that a percentage is printed to one decimal, on its own side of the threshold."""
    over, under = _beside(place, "numerator_wh", "denominator_wh")
    exact = Quotient(Product((Given(0), Constant(Decimal(100)))), Given(1))
    ways = (
        Explained(Derivation(Rounded(exact, 1), (over, under))),
        Explained(beside(over, under), Ground.STATED, (Label("printed_on_its_side"),)),
    )
    return first_that_adds_up(*map(always, ways))(place)


def _threshold(place: Place) -> Explained:
    """Say that what is asked is a value of the text, or what the park set itself."""
    factors = place.of.body.get("factors")
    facts = [
        source_input(str(fact["key"]), unit=str(fact["unit"]))
        for fact in (factors if isinstance(factors, list) else [])
        if isinstance(fact, dict)
    ]
    ways = [Explained(same(one)) for one in facts]
    stated = Explained(ground=Ground.PARAMETER, notes=(Label("given_by_document"),))
    return first_that_adds_up(*map(always, (*ways, stated)))(place)


def _shortfall(place: Place) -> Explained:
    numbers = _beside(place, "numerator_wh", "denominator_wh", "threshold")
    return Explained(beside(*numbers), Ground.STATED, (Label("least_change"),))


_SCENARIOS: Final = rests_on(Ground.SOLVED, "drawn_scenarios")
_RATIOS: Final[RuleBook] = {
    "windows/*/intervals/*": counts("counts_intervals"),
    **{f"windows/*/{name}": _energy for name in (*ENERGIES, "self_used_wh")},
    "windows/*/requirements/*/percent": _percent,
    "windows/*/requirements/*/numerator_wh": _of_ratio(0),
    "windows/*/requirements/*/denominator_wh": _of_ratio(1),
    "windows/*/requirements/*/threshold": _threshold,
    "windows/*/requirements/*/shortfall_wh": _shortfall,
    "export_limit/ratio": _threshold,
    "forecast/scenarios": rests_on(Ground.PARAMETER, "given_by_document"),
    "forecast/block_days": rests_on(Ground.PARAMETER, "given_by_document"),
    "forecast/season_days": rests_on(Ground.PARAMETER, "given_by_document"),
    "forecast/year_spread/*": rests_on(Ground.PARAMETER, "given_by_document"),
    "forecast/past_days": counts("counts_days"),
    "forecast/past_days_left_out": counts("counts_days"),
    "forecast/days_by_season": counts("counts_days"),
    "forecast/days_by_plan": counts("counts_days"),
    "forecast/levels/*": _SCENARIOS,
    "forecast/not_in_forecast": counts("counts_open"),
    "forecast/likely_from": rests_on(Ground.PARAMETER, "given_by_document"),
    "forecast/certainty": rests_on(Ground.PARAMETER, "given_by_document"),
    "forecast/**": _SCENARIOS,
}


# -- indicators of a zero-carbon park ------------------------------------------------------------

_SHARES: Final[Mapping[str, tuple[str, str]]] = {
    Indicator.CARBON_PER_ENERGY.value: ("carbon", "energy"),
    Indicator.CLEAN_ENERGY.value: ("clean_energy", "energy"),
    Indicator.SOLID_WASTE.value: ("waste_used", "waste_generated"),
    Indicator.WASTE_HEAT.value: ("heat_recovered", "heat_recoverable"),
}
_CORE: Final = f"lines/{Indicator.CARBON_PER_ENERGY.value}"


def _indicator(place: Place) -> Explained:
    """Say that an indicator is a share of two amounts of the year."""
    name = place.stars[0]
    if name == Indicator.WATER_REUSE.value:
        reused, fresh = (_amount(place, part) for part in ("water_reused", "water_fresh"))
        share_ = Quotient(Given(0), Sum((Given(0), Given(1))))
        return Explained(Derivation(Rounded(share_, _DIGITS), (reused, fresh)))
    parts = _SHARES.get(name)
    if parts is None:
        found = place.inputs("lines/{0}/inputs/*/amount")
        return Explained(beside(*found), Ground.STATED, (Label("products_at_level"),))
    part, whole = (_amount(place, each_) for each_ in parts)
    return Explained(divided(part, whole, digits=_DIGITS))


def _amount(place: Place, name: str) -> FigureInput:
    return place.input(f"lines/{{0}}/inputs/{name}/amount")


def _of_year(place: Place) -> Explained:
    """Say where an amount of an indicator comes from: a statement of the park, or forms."""
    name = place.stars[1]
    if name == "carbon":
        return _of_park(place, "park-inventory", "value")
    if name == "energy":
        return _energy_of_year(place)
    if name in _SAID:
        return said(_said_by(*_SAID[name]))(place)
    # Clean energy and energy for a product follow the choices of the park and several of its lines.
    return Explained(beside(*place.of.activities()), Ground.STATED, (Label("by_choice"),))


def _of_park(place: Place, kind: str, field: str) -> Explained:
    one = next(place.of.behind(kind, subject=PARK_SUBJECT), None)
    if one is None:
        return Explained(ground=Ground.STATED, notes=(Label("account_not_issued"),))
    return Explained(same(stated_input(one, (field,))))


def _energy_of_year(place: Place) -> Explained:
    """Say that energy is that of the account on the park's basis, with or without feedstock."""
    one = next(place.of.behind(_ACCOUNT, subject=PARK_SUBJECT), None)
    if one is None:
        return Explained(ground=Ground.STATED, notes=(Label("account_not_issued"),))
    ways: list[Explained] = []
    for basis in ("equivalent_tce", "equal_tce"):
        whole, feedstock = (stated_input(one, (name,)) for name in (basis, f"feedstock_{basis}"))
        ways.append(Explained(same(whole)))
        if feedstock.value is not None:
            ways.append(Explained(less(whole, feedstock)))
    return first_that_adds_up(*map(always, ways))(place)


_WASTES: Final = ("waste-heat", "waste-cold", "waste-pressure")
_SAID: Final[Mapping[str, tuple[tuple[str, ...], Flow]]] = {
    "waste_used": (("solid-waste",), Flow.RECOVERED),
    "waste_generated": (("solid-waste",), Flow.RECOVERABLE),
    "heat_recovered": (_WASTES, Flow.RECOVERED),
    "heat_recoverable": (_WASTES, Flow.RECOVERABLE),
    "water_reused": (("reused-water",), Flow.RECOVERED),
    "water_fresh": (("medium.fresh-water",), Flow.CONSUMED),
}
"""Items and flow of an amount that forms say."""


def _said_by(items: tuple[str, ...], flow: Flow) -> Callable[[Place], Chosen]:
    def chosen(place: Place) -> Chosen:
        del place
        return lambda line: line.record.item in items and line.record.flow is flow

    return chosen


def _gap(place: Place) -> Explained:
    """Say how much carbon stands above the core threshold."""
    carbon, energy = (place.input(f"{_CORE}/inputs/{name}/amount") for name in ("carbon", "energy"))
    key = place.at(f"{_CORE}/threshold")
    if not isinstance(key, str):
        return Explained(beside(carbon, energy), Ground.STATED, (Label("stated_only"),))
    over = Less(Given(0), Product((Given(2), Given(1))))
    return Explained(Derivation(over, (carbon, energy, source_input(key))))


_ZERO_CARBON: Final[RuleBook] = {
    "value": equal(f"{_CORE}/value"),
    "gap_t": _gap,
    "lines/*/value": _indicator,
    "lines/*/inputs/*/amount": _of_year,
}


# -- the way to the peak -------------------------------------------------------------------------


def _path(place: Place) -> Explained:
    """Say that the path is carbon without projects, less what the projects of each class take."""
    year = place.stars[0] if place.stars else place.of.issued.period
    whole = stated_input(place.of, ("lines", year, "bau_t"))
    return Explained(less(whole, *_wedges(place, year)))


def _wedges(place: Place, year: str) -> list[FigureInput]:
    line = at(place.of.body, ("lines", year, "wedges_t"))
    names = line.keys() if isinstance(line, Mapping) else ()
    return [stated_input(place.of, ("lines", year, "wedges_t", name)) for name in names]


def _indicator_of_year(place: Place) -> Explained:
    """Say that an indicator of the path is carbon or energy over value added, or a share."""
    path, energy, non_fossil, value = (
        place.input(f"lines/{{0}}/{name}")
        for name in ("path_t", "energy_tce", "non_fossil_tce", "value_added_cny")
    )
    if place.stars[1] == "non-fossil-share":
        return Explained(divided(non_fossil, energy, digits=_DIGITS))
    part = path if place.stars[1].startswith("carbon") else energy
    tens: Formula = Quotient(Given(1), Constant(Decimal(CNY_PER_10K)))
    return Explained(Derivation(Rounded(Quotient(Given(0), tens), _DIGITS), (part, value)))


def _actual(place: Place) -> Explained:
    """Say that the carbon of a year that is over is what the inventory of the park says."""
    year = place.stars[0] if place.stars else place.of.issued.period
    accounts = place.of.behind("park-inventory", subject=PARK_SUBJECT)
    one: Stated | None = next((each_ for each_ in accounts if each_.issued.period == year), None)
    if one is None:
        return Explained(ground=Ground.STATED, notes=(Label("account_not_issued"),))
    return Explained(same(stated_input(one, ("value",))))


def _planned(place: Place) -> Explained:
    """Say that a target is held against the indicator of the path in its year."""
    year, which = (place.at(f"targets/{{0}}/{name}") for name in ("year", "indicator"))
    return equal(f"lines/{year}/indicators/{which}")(place)


_OF_PLAN: Final = rests_on(Ground.PARAMETER, "pathway_of_plan")
_TRIALS: Final = rests_on(
    Ground.SOLVED, "drawn_trials", "targets/{0}/planned", "targets/{0}/target"
)
_PATHWAY: Final[RuleBook] = {
    "value": lambda place: equal(f"lines/{place.of.issued.period}/path_t")(place),
    "actual_t": _actual,
    "gap_t": total("actual_t", "-value"),
    "peak_t": largest("lines/*/path_t"),
    "lines/*/path_t": _path,
    "lines/*/actual_t": _actual,
    "lines/*/gap_t": total("lines/{0}/actual_t", "-lines/{0}/path_t"),
    "lines/*/indicators/*": _indicator_of_year,
    "lines/*/bau_t": _OF_PLAN,
    "lines/*/wedges_t/*": _OF_PLAN,
    "lines/*/energy_tce": _OF_PLAN,
    "lines/*/non_fossil_tce": _OF_PLAN,
    "lines/*/value_added_cny": _OF_PLAN,
    "targets/*/planned": _planned,
    "targets/*/target": _OF_PLAN,
    "targets/*/actual": rests_on(Ground.STATED, "actual_indicator"),
    "targets/*/**": _TRIALS,
    "doubts/**": _OF_PLAN,
}

BOOKS: Final[Mapping[str, RuleBook]] = {
    "ratios": _RATIOS,
    "zero-carbon": _ZERO_CARBON,
    "peak-pathway": _PATHWAY,
}
"""The rule book of each kind of judgement of a year."""
