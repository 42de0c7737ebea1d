"""Product account of a month or year: the carbon footprint of a product, cradle to gate.

The emissions of a process, what its precursors brought along, and how its products bear them, to
the gram. The CBAM sheet stands on the same process map: services/cbam_account.py. See
docs/carbon.md.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from taihang.core.activity.book import ActivityBook
from taihang.core.facts import Fact, FactOutOfForceError
from taihang.core.park.carbon import ElectricitySource, Product
from taihang.core.product.process import Borne, Charge, grams_of, printed, specific
from taihang.core.quantities import G_PER_KG, WH_PER_KWH
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.statement import fact_document
from taihang.services.account import ACCOUNT_FORMAT, Draft
from taihang.services.carbon_account import gap_document, plain
from taihang.services.ports import Ports
from taihang.services.product_document import (
    activities_of,
    electricity_document,
    evidence_of,
    head_of,
    line_of,
    number_of,
    stated_body,
)
from taihang.services.product_inputs import (
    DECLARED,
    Entry,
    ProcessInputs,
    Use,
    borne_by,
    declared_fact,
    inputs_of,
    source_entry,
    sources_of,
    use_entry,
    without_upstream,
)
from taihang.services.product_power import Power, power_of
from taihang.standards import gbt_24067
from taihang.standards.cbam import JudgedSource
from taihang.standards.gbt_24067 import DIGITS, NOT_EXAMINED, RULE, Stage

KIND: Final = "product-footprint"
_SURE: Final = ("verified", "calc", "from-memory", "uncertain", DECLARED)
"""Marks of a factor, surest first; a line is as sure as its least sure factor."""


def drafts(period: str, *, ports: Ports, subjects: Iterable[str] | None = None) -> list[Draft]:
    """Draw up the footprints of a month or year; changes nothing.

    Args:
        period: ``2026`` or ``2026-09``.
        ports: The outside world.
        subjects: Only these products; None means all that park.toml declares.

    Returns:
        One draft ``product-footprint.{product}.{period}`` each, in the order of the park file.
    """
    wanted = None if subjects is None else set(subjects)
    records = ActivityBook(ports.registry.activity_records())
    return [
        Draft(KIND, name, period, _body(product, period, records, ports))
        for name, product in ports.park.carbon.products.items()
        if wanted is None or name in wanted
    ]


def _body(
    product: Product, period: str, records: ActivityBook, ports: Ports
) -> dict[str, JsonValue]:
    process = ports.park.carbon.processes[product.process]
    # 1. What the process made and used.
    inputs = inputs_of(process, period, records=records, ports=ports)
    accounting = ports.park.accounting
    sets = (accounting.fuel_factor_set, accounting.gwp_set)
    found = sources_of(process, period, sets=sets, records=records, ports=ports)
    inputs.gaps += found.gaps
    for item in without_upstream(product, process, ports):
        inputs.gap(item, "no-upstream", item)
    # 2. Electricity, by plant where its origin is proven.
    power = power_of(
        process.enterprise,
        period,
        share_ratio=process.electricity_share_ratio,
        claimed=product.electricity_source,
        ports=ports,
    )
    power = _unless_sold(power, process.enterprise, ports)
    inputs.gaps += power.gaps
    # 3. Emissions of every stage, and what of them the product bears.
    statements = list(power.matched.statements)
    entries = [
        source_entry(one, Stage.HEAT if one.kind == "heat" else Stage.DIRECT) for one in found.lines
    ]
    entries += _materials(inputs, statements, ports)
    entries += _electricity(power, inputs, ports)
    borne = borne_by(product.id, entries, inputs=inputs)
    # 4. As a statement.
    facts = {fact.key: fact for one in entries for fact in one.facts}
    return {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        **_value(product, borne or [], inputs),
        **head_of(product, inputs, ports),
        "boundary": "cradle-to-gate",
        "cut_off": product.cut_off,
        "left_out": [*product.left_out],
        "not_examined": [*NOT_EXAMINED],
        "stages": _stages(borne or []),
        "lines": [line_of(entry, part) for entry, part in borne or []],
        "electricity": electricity_document(power, process.enterprise, ports),
        "data_quality": _quality(borne or []),
        "not_assessed": [gap_document(gap) for gap in inputs.gaps],
        "factors": [fact_document(facts[key]) for key in sorted(facts)],
        "inputs": {
            "activities": [*activities_of(entries, inputs)],
            "statements": [*dict.fromkeys(statements)],
        },
        "evidence": [*evidence_of(entries, inputs, power)],
        "code_version": ports.version,
    }


# -- stages --------------------------------------------------------------------------------------


def _materials(inputs: ProcessInputs, statements: list[str], ports: Ports) -> Iterator[Entry]:
    """Yield what each precursor emitted before the gate; what nobody stated is a gap."""
    for use in inputs.uses:
        fact = _upstream(use, inputs, statements, ports)
        if fact is not None:
            kg = gbt_24067.upstream_kg(use.amount, fact.value, parameter=fact.code)
            yield use_entry(use, stage=Stage.MATERIALS, grams=grams_of(kg), facts=(fact,))


def _upstream(use: Use, inputs: ProcessInputs, statements: list[str], ports: Ports) -> Fact | None:
    precursor = use.precursor
    parameter = f"precursors.{precursor.id}.footprint_kg_per_unit"
    value, source = precursor.footprint_kg_per_unit, precursor.source
    if precursor.made_as is not None:
        series = f"{KIND}.{precursor.made_as}.{inputs.period}"
        stated = stated_body(series, inputs.period, ports)
        value = None if stated is None else number_of(stated, "value")
        parameter, source = series, series
        if stated is not None:
            statements.append(str(stated["id"]))
    if value is None:
        inputs.gap(precursor.id, "unstated", parameter)
        return None
    unit = f"kgCO2e/{precursor.unit}"
    return declared_fact(parameter, value, unit=unit, period=inputs.period, source=source)


def _unless_sold(power: Power, enterprise: str, ports: Ports) -> Power:
    """Let a claim fall whose certificates went to somebody else: one attribute, one claim."""
    installation = ports.park.carbon.installations.get(enterprise)
    judged = power.judged
    if installation is None or not installation.attributes_sold:
        return power
    if judged.claimed is ElectricitySource.DEFAULT:
        return power
    lacking = (*judged.lacking, "attributes-sold")
    fallen = JudgedSource(judged.claimed, ElectricitySource.DEFAULT, lacking)
    return replace(power, judged=fallen, proven_wh=dict[str, int]())


def _electricity(power: Power, inputs: ProcessInputs, ports: Ports) -> Iterator[Entry]:
    """Yield electricity by plant of proven origin, then the rest by the factor of the grid."""
    choices = ports.park.carbon.footprint
    if choices is None:
        inputs.gap("electricity", "unstated", "footprint.grid_data_year")
        return
    book = ports.facts
    for plant, wh in power.proven_wh.items():
        kind = ports.park.plants[plant].kind.value
        try:
            year = choices.source_data_year
            factor = gbt_24067.source_factor(book, kind=kind, data_year=year)
        except FactOutOfForceError as error:
            inputs.gap(f"electricity {plant}", "no-factor", error.given)
            continue
        yield _power_entry(plant, wh, factor)
    try:
        grid = gbt_24067.grid_factor(book, data_year=choices.grid_data_year)
    except FactOutOfForceError as error:
        inputs.gap("electricity grid", "no-factor", error.given)
        return
    yield _power_entry("grid", power.rest_wh, grid)


def _power_entry(code: str, wh: int, factor: Fact) -> Entry:
    return Entry(
        charge=Charge(
            stage=Stage.ELECTRICITY,
            code=code,
            grams=grams_of(gbt_24067.electricity_kg(wh, factor)),
        ),
        quantity=Decimal(wh) / WH_PER_KWH,
        unit="kWh",
        facts=(factor,),
    )


# -- the statement -------------------------------------------------------------------------------


def _value(
    product: Product, borne: list[tuple[Entry, Borne]], inputs: ProcessInputs
) -> dict[str, JsonValue]:
    made = next((each for each in inputs.outputs if each.product == product.id), None)
    total_g = sum(part.grams for _, part in borne)
    if made is None or made.amount <= 0:
        return {"value": None, "unit": "kgCO2e", "assessed_kg_per_unit": None, "total_g": total_g}
    per_unit = plain(printed(specific(total_g, amount=made.amount) / G_PER_KG, DIGITS))
    return {
        "value": None if inputs.gaps else per_unit,
        "unit": f"kgCO2e/{made.unit}",
        "assessed_kg_per_unit": per_unit if borne else None,
        "total_g": total_g,
    }


def _stages(borne: list[tuple[Entry, Borne]]) -> dict[str, JsonValue]:
    return {
        stage.value: sum(part.grams for _, part in borne if part.charge.stage == stage.value)
        for stage in Stage
    }


def _quality(borne: list[tuple[Entry, Borne]]) -> dict[str, JsonValue]:
    """Sum grams by the least sure factor of each line, and what its activity data rests on."""
    by_mark = dict.fromkeys(_SURE, 0)
    metered_g = evidenced_g = 0
    for entry, part in borne:
        marks = [_SURE.index(fact.status) for fact in entry.facts]
        by_mark[_SURE[max(marks, default=0)]] += part.grams
        metered_g += part.grams if not entry.activities else 0
        is_proven = entry.activities and all(record.evidence for record in entry.activities)
        evidenced_g += part.grams if is_proven else 0
    return {"by_factor_g": {**by_mark}, "metered_g": metered_g, "evidenced_g": evidenced_g}
