"""The CBAM sheet of a product, month or year: specific embedded emissions and their evidence.

Direct and indirect emissions stand side by side; the value takes what counts for the good. A gap of
indirect emissions takes nothing from a value that they are no part of. See docs/carbon.md.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from taihang.core.activity.book import ActivityBook
from taihang.core.facts import Fact, FactOutOfForceError
from taihang.core.park.carbon import CbamChoices, CbamGood, PrecursorValue, Product
from taihang.core.product.process import (
    Borne,
    Charge,
    grams_of,
    printed,
    specific,
)
from taihang.core.quantities import G_PER_T, WH_PER_KWH
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.statement import fact_document
from taihang.services.account import ACCOUNT_FORMAT, NON_FOSSIL, Draft
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
    Entry,
    ProcessInputs,
    Use,
    borne_by,
    declared_fact,
    inputs_of,
    last_day_of,
    source_entry,
    sources_of,
    use_entry,
)
from taihang.services.product_power import Power, power_of
from taihang.standards import cbam
from taihang.standards.cbam import DIRECT, INDIRECT, RULE, CbamDataError

KIND: Final = "cbam"
PRECURSOR: Final = "precursor-"
"""Before the part of emissions that a precursor brought along."""
DIGITS: Final = 6
"""Decimals of specific embedded emissions in a statement [tCO2e/t]."""
_PARTS: Final = (DIRECT, INDIRECT)
_TONNE: Final = "t"
Part = Literal["direct", "indirect"]


def drafts(period: str, *, ports: Ports, subjects: Iterable[str] | None = None) -> list[Draft]:
    """Draw up the CBAM sheets of a month or year; changes nothing.

    Args:
        period: ``2026`` or ``2026-09``.
        ports: The outside world.
        subjects: Only these products; None means all that are CBAM goods.

    Returns:
        One draft ``cbam.{product}.{period}`` each, in the order of the park file.
    """
    wanted = None if subjects is None else set(subjects)
    records = ActivityBook(ports.registry.activity_records())
    return [
        Draft(
            KIND,
            name,
            period,
            _body(product, product.cbam_good, period, records=records, ports=ports),
        )
        for name, product in ports.park.carbon.products.items()
        if product.cbam_good is not None and (wanted is None or name in wanted)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """One sheet while it is drawn up."""

    product: Product
    good: CbamGood
    inputs: ProcessInputs
    choices: CbamChoices | None
    counted: Fact | None
    mark_up: Fact | None
    statements: list[str]

    @property
    def parts(self) -> tuple[Part, ...]:
        """What the value takes."""
        is_counted = self.counted is not None and self.counted.value == 1
        return (DIRECT, INDIRECT) if is_counted else (DIRECT,)


def _body(
    product: Product, good: CbamGood, period: str, *, records: ActivityBook, ports: Ports
) -> dict[str, JsonValue]:
    process = ports.park.carbon.processes[product.process]
    # 1. The process: what it made, what it used.
    inputs = inputs_of(process, period, records=records, ports=ports)
    sheet = _sheet(product, good, inputs, ports)
    # 2. Its direct emissions, under the sets that the park chose for CBAM.
    entries = [*_direct(sheet, records, ports)]
    # 3. Its indirect emissions, by the judged source of the electricity factor.
    power = power_of(
        process.enterprise,
        period,
        share_ratio=process.electricity_share_ratio,
        claimed=product.electricity_source,
        ports=ports,
    )
    for gap in power.gaps:
        inputs.gap(f"{INDIRECT} {gap.what}", gap.unknown.reason, gap.unknown.detail)
    entries += _indirect(power, sheet, ports)
    # 4. What precursors brought along.
    entries += _precursors(sheet, ports)
    # 5. What the product bears, and what of it counts.
    borne = borne_by(product.id, entries, inputs=inputs) or []
    facts = [fact for entry in entries for fact in entry.facts]
    facts += [fact for fact in (sheet.counted, sheet.mark_up) if fact is not None]
    by_key = {fact.key: fact for fact in facts}
    return {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        **_value(sheet, borne),
        **head_of(product, inputs, ports),
        "good": good.value,
        "installation": _installation(process.enterprise, ports),
        "choices": None if sheet.choices is None else _choices(sheet.choices),
        "emissions_g": _sums(borne),
        "process_g": {each: _charged(entries, each) for each in _stages()},
        "lines": [line_of(entry, part) for entry, part in borne],
        "precursors": [_precursor(use, borne) for use in inputs.uses],
        "electricity": electricity_document(power, process.enterprise, ports),
        "not_assessed": [gap_document(gap) for gap in inputs.gaps],
        "factors": [fact_document(by_key[key]) for key in sorted(by_key)],
        "inputs": {
            "activities": [*activities_of(entries, inputs)],
            "statements": [*dict.fromkeys([*power.matched.statements, *sheet.statements])],
        },
        "evidence": [*evidence_of(entries, inputs, power)],
        "code_version": ports.version,
    }


def _sheet(product: Product, good: CbamGood, inputs: ProcessInputs, ports: Ports) -> _Sheet:
    """Take what the day asks of every sheet; what is not in force is a gap."""
    on, book = last_day_of(inputs.period), ports.facts
    counted = mark_up = None
    try:
        counted = cbam.indirect_counts(good, book=book, on=on)
        mark_up = cbam.mark_up(good, book=book, on=on)
    except FactOutOfForceError as error:
        inputs.gap("cbam", "no-factor", error.given)
    choices = ports.park.carbon.cbam
    if choices is None:
        inputs.gap("cbam", "no-choice", "[cbam]")
    return _Sheet(
        product=product,
        good=good,
        inputs=inputs,
        choices=choices,
        counted=counted,
        mark_up=mark_up,
        statements=[],
    )


# -- emissions -----------------------------------------------------------------------------------


def _direct(sheet: _Sheet, records: ActivityBook, ports: Ports) -> Iterator[Entry]:
    choices, inputs = sheet.choices, sheet.inputs
    if choices is None:
        return
    sets = (choices.fuel_factor_set, choices.gwp_set)
    found = sources_of(inputs.process, inputs.period, sets=sets, records=records, ports=ports)
    inputs.gaps += found.gaps
    for one in found.lines:
        yield source_entry(one, DIRECT)


def _indirect(power: Power, sheet: _Sheet, ports: Ports) -> Iterator[Entry]:
    """Yield electricity by plant of proven origin, then the rest by the default factor."""
    if power.proven_wh:
        # Wind and sun emit nothing where they generate; the fact carries its evidence rule.
        zero = _non_fossil(sheet, ports)
        if zero is not None:
            for plant, wh in power.proven_wh.items():
                yield _power_entry(plant, wh, zero.value, (zero,))
    choices = sheet.choices
    if choices is None:
        return
    parameter = "cbam.electricity_default_kg_per_kwh"
    stated = choices.electricity_default_kg_per_kwh
    if stated is None:
        sheet.inputs.gap(f"{INDIRECT} electricity", "unstated", parameter)
        return
    ratio = sheet.mark_up if choices.electricity_marked_up else None
    if choices.electricity_marked_up and ratio is None:
        return  # The mark-up of the day is not known, which is noted already.
    in_use = cbam.default_electricity(
        stated, ratio=None if ratio is None else ratio.value, parameter=parameter
    )
    default = declared_fact(
        parameter, stated, unit="kgCO2/kWh", period=sheet.inputs.period, source=choices.source
    )
    facts = (default,) if ratio is None else (default, ratio)
    yield _power_entry("default", power.rest_wh, in_use, facts)


def _non_fossil(sheet: _Sheet, ports: Ports) -> Fact | None:
    try:
        return ports.facts.in_force(NON_FOSSIL, on=last_day_of(sheet.inputs.period))
    except FactOutOfForceError as error:
        sheet.inputs.gap(f"{INDIRECT} electricity", "no-factor", error.given)
        return None


def _power_entry(code: str, wh: int, kg_per_kwh: Decimal, facts: tuple[Fact, ...]) -> Entry:
    return Entry(
        charge=Charge(
            stage=INDIRECT, code=code, grams=grams_of(cbam.electricity_kg(wh, kg_per_kwh))
        ),
        quantity=Decimal(wh) / WH_PER_KWH,
        unit="kWh",
        facts=facts,
    )


def _precursors(sheet: _Sheet, ports: Ports) -> Iterator[Entry]:
    """Yield what every precursor in the sense of CBAM brought along, direct and indirect."""
    for use in sheet.inputs.uses:
        if use.precursor.cbam_value is None and use.precursor.made_as is None:
            continue
        if use.precursor.unit != _TONNE:
            sheet.inputs.gap(use.precursor.id, "wrong-unit", f"{use.precursor.unit}; {_TONNE}")
            continue
        made = _made_here(use, sheet, ports)
        for part in _PARTS:
            entry = _brought(use, part, made, sheet)
            if entry is not None:
                yield entry


def _made_here(use: Use, sheet: _Sheet, ports: Ports) -> dict[str, JsonValue] | None:
    """Return the issued sheet of a precursor that is made in this park."""
    if use.precursor.made_as is None:
        return None
    series = f"{KIND}.{use.precursor.made_as}.{sheet.inputs.period}"
    body = stated_body(series, sheet.inputs.period, ports)
    if body is not None:
        sheet.statements.append(str(body["id"]))
    return body if body is not None else {}


def _brought(
    use: Use, part: Part, made: dict[str, JsonValue] | None, sheet: _Sheet
) -> Entry | None:
    precursor, inputs = use.precursor, sheet.inputs
    parameter = f"precursors.{precursor.id}.{part}_t_per_t"
    stated = precursor.direct_t_per_t if part == DIRECT else precursor.indirect_t_per_t
    kind = precursor.cbam_value or PrecursorValue.ACTUAL
    if made is not None:
        parameter = f"{KIND}.{precursor.made_as}.{inputs.period}"
        stated, kind = number_of(made, f"{part}_t_per_t"), PrecursorValue.ACTUAL
    ratio = None if kind is not PrecursorValue.DEFAULT else sheet.mark_up
    if kind is PrecursorValue.DEFAULT and ratio is None:
        return None  # The mark-up of the day is not known, which is noted already.
    try:
        see = cbam.embedded_value(
            stated,
            kind=kind,
            ratio=Decimal(0) if ratio is None else ratio.value,
            parameter=parameter,
        )
    except CbamDataError:
        what = precursor.id if part == DIRECT else f"{INDIRECT} {precursor.id}"
        inputs.gap(what, "unstated", parameter)
        return None
    fact = declared_fact(
        parameter if made is None else f"{parameter}.{part}",
        Decimal(0) if stated is None else stated,
        unit="tCO2e/t",
        period=inputs.period,
        source=precursor.source,
    )
    # Mass × specific embedded emissions, through the formula of the act for a lot of one tonne.
    brought = cbam.specific_embedded(
        Decimal(0), precursors=[(use.amount, see)], activity_level_t=Decimal(1)
    )
    grams = round(brought * G_PER_T)
    facts = (fact,) if ratio is None else (fact, ratio)
    return use_entry(use, stage=f"{PRECURSOR}{part}", grams=grams, facts=facts)


# -- the statement -------------------------------------------------------------------------------


def _stages() -> tuple[str, ...]:
    return (*_PARTS, *(f"{PRECURSOR}{part}" for part in _PARTS))


def _charged(entries: Iterable[Entry], stage: str) -> int:
    return sum(entry.charge.grams for entry in entries if entry.charge.stage == stage)


def _sums(borne: list[tuple[Entry, Borne]]) -> dict[str, JsonValue]:
    return {
        stage: sum(part.grams for _, part in borne if part.charge.stage == stage)
        for stage in _stages()
    }


def _value(sheet: _Sheet, borne: list[tuple[Entry, Borne]]) -> dict[str, JsonValue]:
    """State both parts for a tonne of product, and the value of what counts."""
    inputs = sheet.inputs
    made = next((each for each in inputs.outputs if each.product == sheet.product.id), None)
    if made is not None and made.unit != _TONNE:
        inputs.gap(sheet.product.item, "wrong-unit", f"{made.unit}; {_TONNE}")
    of_part: dict[str, str | None] = dict.fromkeys(_PARTS)
    value_g = 0
    if borne and made is not None and made.unit == _TONNE:
        for part in _PARTS:
            stages = {part, f"{PRECURSOR}{part}"}
            grams = sum(each.grams for _, each in borne if each.charge.stage in stages)
            value_g += grams if part in sheet.parts else 0
            if not _lacks(part, sheet):
                exact = specific(grams, amount=made.amount) / G_PER_T
                of_part[part] = plain(printed(exact, DIGITS))
    whole = all(of_part[part] is not None for part in sheet.parts)
    value = None
    if whole and made is not None:
        value = plain(printed(specific(value_g, amount=made.amount) / G_PER_T, DIGITS))
    return {
        "value": value,
        "unit": "tCO2e/t",
        "counted": [*sheet.parts],
        "direct_t_per_t": of_part[DIRECT],
        "indirect_t_per_t": of_part[INDIRECT],
        "counted_g": value_g,
    }


def _lacks(part: Part, sheet: _Sheet) -> bool:
    """Say whether anything lacks of a part: a gap without a part in its name lacks of both."""
    gaps = [gap.what.startswith(INDIRECT) for gap in sheet.inputs.gaps]
    return bool(gaps) if part == INDIRECT else not all(gaps)


def _installation(enterprise: str, ports: Ports) -> dict[str, JsonValue] | None:
    there = ports.park.carbon.installations.get(enterprise)
    if there is None:
        return None
    price = there.carbon_price_cny_per_t
    return {
        "id": there.id,
        "address": there.address,
        "unlocode": there.unlocode,
        "latitude_deg": str(there.latitude_deg),
        "longitude_deg": str(there.longitude_deg),
        "carbon_price_cny_per_t": None if price is None else plain(price),
        "verifier": there.verifier,
        "source": there.source,
    }


def _choices(choices: CbamChoices) -> dict[str, JsonValue]:
    default = choices.electricity_default_kg_per_kwh
    return {
        "fuel_factor_set": choices.fuel_factor_set,
        "gwp_set": choices.gwp_set,
        "electricity_default_kg_per_kwh": None if default is None else plain(default),
        "electricity_marked_up": choices.electricity_marked_up,
        "source": choices.source,
    }


def _precursor(use: Use, borne: list[tuple[Entry, Borne]]) -> dict[str, JsonValue]:
    """Return a precursor as the sheet lists it: mass of the process, emissions of the product."""
    precursor, kind = use.precursor, use.precursor.cbam_value
    mine = [part for part in (each for _, each in borne) if part.charge.code == precursor.id]
    parts = {
        part: sum(each.grams for each in mine if each.charge.stage == f"{PRECURSOR}{part}")
        for part in _PARTS
    }
    stated = (precursor.direct_t_per_t, precursor.indirect_t_per_t)
    return {
        "id": precursor.id,
        "zh": precursor.name_zh,
        "en": precursor.name_en,
        "quantity": plain(use.amount),
        "unit": precursor.unit,
        "value_kind": None if kind is None else kind.value,
        "made_as": precursor.made_as,
        "cn_code": precursor.cn_code,
        "origin": precursor.origin,
        "direct_t_per_t": None if stated[0] is None else plain(stated[0]),
        "indirect_t_per_t": None if stated[1] is None else plain(stated[1]),
        "direct_g": parts[DIRECT],
        "indirect_g": parts[INDIRECT],
        "source": precursor.source,
    }
