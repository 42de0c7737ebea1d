"""How the accounts of a product come about: its carbon footprint and its CBAM sheet."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from taihang.core.activity.record import Flow
from taihang.core.figure.derive import added, beside, divided, multiplied, same
from taihang.core.figure.formula import Constant, Given, Less, Product, Quotient, Rounded, Sum
from taihang.core.figure.number import Document
from taihang.core.figure.story import Derivation, Ground, Label
from taihang.core.quantities import G_PER_KG, G_PER_T, WH_PER_KWH
from taihang.services.figure_billed import supplied_input, supplied_stretch
from taihang.services.figure_factored import by_facts
from taihang.services.figure_matching import matched_input
from taihang.services.figure_said import Chosen, said
from taihang.services.figure_source import source_input
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
    summed,
)
from taihang.standards.gbt_24067 import DIGITS as FOOTPRINT_DIGITS

_MATCHED: Final = "scope2-market"
_PROVEN: Final = "electricity/proven/*/wh"
_CBAM_DIGITS: Final = 6


def _stage(path: str) -> Explain:
    """Say that a number is the sum of the grams of the lines of a stage."""

    def explain(place: Place) -> Explained:
        def chosen(line: Mapping[str, Document]) -> bool:
            return line.get("stage") == place.stars[0]

        return each(path, where=chosen)(place)

    return explain


def _per_unit(grams: str, *, over: int, digits: int) -> Explain:
    """Say that a number is an emission over the output, in other units, rounded once."""

    def explain(place: Place) -> Explained:
        one, other = place.input(grams), place.input("output/quantity")
        found = divided(one, other)
        formula = Quotient(found.formula or Given(0), Constant(Decimal(over)))
        return Explained(Derivation(Rounded(formula, digits), found.operands))

    return explain


def _borne(place: Place) -> Explained:
    """Say that a product bears an emission of its process whole, or by its share of the output."""
    whole = place.input("lines/{0}/process_g")
    outputs = place.inputs("allocation/outputs/*/quantity")
    own = place.of.issued.subject
    at = next((n for n, one in enumerate(outputs) if one.key.split("/")[-2] == own), None)
    ways = [Explained(same(whole))]
    if at is not None:
        every = Sum(tuple(Given(n + 1) for n in range(len(outputs))))
        part = Quotient(Product((Given(0), Given(at + 1))), every)
        ways.append(Explained(Derivation(Rounded(part, 0), (whole, *outputs))))
    # The last gram goes by the largest remainder, so that the products bear all of it.
    stated = Explained(beside(whole, *outputs), Ground.STATED, (Label("allocated"),))
    return first_that_adds_up(*map(always, (*ways, stated)))(place)


def _output(place: Place) -> Chosen:
    """Choose the lines that say how much of a product was made."""
    name = place.stars[0] if place.stars else place.of.issued.subject
    product = place.of.ports.park.carbon.products.get(name)
    item = "" if product is None else product.item
    return lambda line: line.record.item == item and line.record.flow is Flow.OUTPUT


def _precursor(place: Place) -> Chosen:
    """Choose the lines that say how much of a precursor went in."""
    precursor = place.of.ports.park.carbon.precursors.get(place.stars[0])
    item = "" if precursor is None else precursor.item
    return lambda line: line.record.item == item


def _share_of_process(place: Place) -> Explained:
    """Say that a process takes its share of the metered electricity, in whole watt-hours."""
    whole = place.input("electricity/enterprise_load_wh")
    process = place.of.ports.park.carbon.processes.get(str(place.at("process")))
    if process is None:
        return Explained(beside(whole), Ground.STATED, (Label("share_of_process"),))
    ratio = process.electricity_share_ratio
    part = source_input(f"process/{process.id}/electricity_share_ratio={ratio}", unit="1")
    derivation = Derivation(Rounded(Product((Given(0), Given(1))), 0), (whole, part))
    ways = (
        Explained(derivation),
        Explained(beside(whole, part), Ground.STATED, (Label("share_of_process"),)),
    )
    return first_that_adds_up(*map(always, ways))(place)


def _rest(place: Place) -> Explained:
    """Say that the rest is the electricity of the process less that of proven origin."""
    proven = place.inputs(_PROVEN)
    taken = Sum(tuple(Given(at + 1) for at in range(len(proven))))
    inputs = (place.input("electricity/load_wh"), *proven)
    return Explained(Derivation(Less(Given(0), taken), inputs))


def _proven(place: Place) -> Explained:
    """Say that electricity of proven origin is what was matched, or the share of the process."""
    of, plant = place.of, place.stars[0]
    user = str(place.at("enterprise/id"))
    load, whole = (place.input(f"electricity/{name}") for name in ("load_wh", "enterprise_load_wh"))
    span = of.issued.period
    taken_wh = supplied_stretch(plant, user, of.span.period, ports=of.ports).total_wh
    rows = of.ports.lake.read("matching", of.span.period, user).get(("user", user))
    line_wh = None if rows is None else int(rows["line_wh"].sum())
    # An agreement counts what came of the plant by any route, a line what came over lines.
    bases = (
        supplied_input(plant, user, span, value_wh=taken_wh or 0),
        matched_input("user", user, "line_wh", span, value_wh=line_wh),
    )
    share_wh = Rounded(Quotient(Product((Given(0), Given(1))), Given(2)), 0)
    ways = [Explained(same(one)) for one in bases]
    ways += [Explained(Derivation(share_wh, (one, load, whole))) for one in bases]
    # The last watt-hours go by the largest remainder, so that the parts add up.
    stated = Explained(beside(bases[0], load, whole), Ground.STATED, (Label("proven_origin"),))
    ways.append(stated)
    return first_that_adds_up(*map(always, ways))(place)


_PRODUCT: Final[RuleBook] = {
    "lines/*/g": _borne,
    "lines/*/process_g": by_facts("lines/{0}/quantity", "lines/{0}/facts", digits=(0,)),
    "lines/*/quantity": first_that_adds_up(
        lambda place: Explained(multiplied(place.input("electricity/rest_wh"), over=WH_PER_KWH)),
        lambda place: Explained(added(place.inputs("electricity/proven/*/wh"))),
        said(),
    ),
    "output/quantity": said(_output),
    "allocation/outputs/*/quantity": said(_output),
    "electricity/enterprise_load_wh": summed("load_wh", _MATCHED),
    "electricity/estimated_wh": summed("estimated_wh", _MATCHED),
    "electricity/rest_wh": _rest,
    "electricity/load_wh": first_that_adds_up(
        equal("electricity/enterprise_load_wh"),
        _share_of_process,
    ),
    "electricity/proven/*/wh": _proven,
    "precursors/*/quantity": said(_precursor),
}

_SURE: Final = ("verified", "calc", "from-memory", "uncertain", "declared")
"""Marks of a factor, surest first; a line is as sure as its least sure factor."""


def _by_mark(place: Place) -> Explained:
    """Say that a number is the sum of the lines whose least sure factor has a mark."""
    factors = place.at("factors")
    marks = {
        str(fact["key"]): str(fact["status"])
        for fact in (factors if isinstance(factors, list) else [])
        if isinstance(fact, Mapping)
    }

    def chosen(line: Mapping[str, Document]) -> bool:
        facts = line.get("facts")
        found = [
            _SURE.index(marks[str(key)])
            for key in (facts if isinstance(facts, list) else [])
            if marks.get(str(key)) in _SURE
        ]
        return _SURE[max(found, default=0)] == place.stars[0]

    return each("lines/*/g", where=chosen)(place)


def _is_metered(line: Mapping[str, Document]) -> bool:
    return not line.get("activities")


def _evidenced(place: Place) -> Explained:
    """Say that a number is the sum of the lines of which every form has a file."""
    held = {line.id for line in place.of.said_lines() if line.record.evidence}

    def chosen(line: Mapping[str, Document]) -> bool:
        named = line.get("activities")
        ids = [str(each) for each in named] if isinstance(named, list) else []
        return bool(ids) and held.issuperset(ids)

    return each("lines/*/g", where=chosen)(place)


_FOOTPRINT: Final[RuleBook] = {
    "value": equal("assessed_kg_per_unit"),
    "assessed_kg_per_unit": _per_unit("total_g", over=G_PER_KG, digits=FOOTPRINT_DIGITS),
    "total_g": each("lines/*/g"),
    "stages/*": _stage("lines/*/g"),
    "data_quality/by_factor_g/*": _by_mark,
    "data_quality/metered_g": each("lines/*/g", where=_is_metered),
    "data_quality/evidenced_g": _evidenced,
    **_PRODUCT,
}


def _of_part(part: str) -> Explain:
    """Say that a part for a tonne is what was emitted and what precursors brought, over output."""

    def explain(place: Place) -> Explained:
        grams = [place.input(f"emissions_g/{stage}") for stage in (part, f"precursor-{part}")]
        output = place.input("output/quantity")
        per_tonne = Quotient(
            Quotient(Sum((Given(0), Given(1))), Given(2)), Constant(Decimal(G_PER_T))
        )
        return Explained(Derivation(Rounded(per_tonne, _CBAM_DIGITS), (*grams, output)))

    return explain


def _counted(place: Place) -> Explained:
    parts = place.at("counted")
    stages = [
        stage
        for part in (parts if isinstance(parts, list) else [])
        for stage in (str(part), f"precursor-{part}")
    ]
    return Explained(added(place.input(f"emissions_g/{stage}") for stage in stages))


def _brought(part: str) -> Explain:
    """Say that a precursor brought what its line says."""

    def explain(place: Place) -> Explained:
        def chosen(line: Mapping[str, Document]) -> bool:
            return (line.get("stage"), line.get("code")) == (f"precursor-{part}", place.stars[0])

        return each("lines/*/g", where=chosen)(place)

    return explain


_CBAM: Final[RuleBook] = {
    "value": _per_unit("counted_g", over=G_PER_T, digits=_CBAM_DIGITS),
    "direct_t_per_t": _of_part("direct"),
    "indirect_t_per_t": _of_part("indirect"),
    "counted_g": _counted,
    "emissions_g/*": _stage("lines/*/g"),
    "process_g/*": _stage("lines/*/process_g"),
    "precursors/*/direct_g": _brought("direct"),
    "precursors/*/indirect_g": _brought("indirect"),
    "precursors/*/*": rests_on(Ground.PARAMETER, "given_by_document"),
    "installation/*": rests_on(Ground.PARAMETER, "given_by_document"),
    "choices/*": rests_on(Ground.PARAMETER, "given_by_document"),
    **_PRODUCT,
}


BOOKS: Final[Mapping[str, RuleBook]] = {"product-footprint": _FOOTPRINT, "cbam": _CBAM}
"""The rule book of each kind of account of a product."""
