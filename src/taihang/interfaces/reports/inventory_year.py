"""The yearly greenhouse-gas inventory of an enterprise: boundary to evidence, after GB/T 32150."""

from decimal import Decimal
from typing import Final

from taihang.core.quantities import WH_PER_MWH
from taihang.core.seal.canonical import JsonValue
from taihang.interfaces.account_words import gas_name, item_name, item_of, kind_name, line_name
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.annual import (
    YearStatement,
    body_of,
    evidence_section,
    field_table,
    gap_section,
    heads,
    months_told,
    objects,
    signature_section,
    verification_section,
    words_of,
    year_report,
    year_statement,
)
from taihang.interfaces.reports.document import (
    Cell,
    Document,
    Figure,
    Section,
    Table,
    Tone,
    number,
    prose,
)
from taihang.interfaces.reports.factors import factor_section
from taihang.interfaces.reports.stated import Body, said
from taihang.services.carbon_account import KIND as INVENTORY
from taihang.services.carbon_account import LOCATION, MARKET, PHYSICAL
from taihang.services.ports import Ports

KIND: Final = "inventory-year"
VIEWS: Final = (LOCATION, MARKET, PHYSICAL)
_UNIT: Final = "tCO₂e"
_ELECTRICITY: Final = "electricity"


def inventory_year(enterprise: str, year: str, *, lang: Lang, ports: Ports) -> Document:
    """Draw up the inventory report of an enterprise.

    Args:
        enterprise: Its id.
        year: For example ``2026``.
        lang: Language of the reader.
        ports: The park.

    Returns:
        The report: every number is said by the statement ``inventory.{enterprise}.YYYY``.

    Raises:
        NotIssuedError: If that statement was never issued.
    """
    found = year_statement(INVENTORY, enterprise, year, lang=lang, ports=ports)
    sections = [
        _boundary(found),
        _sources(found),
        _activity(found),
        factor_section([found.of], lang),
        _used_by(found),
        _emissions(found),
        _scope2(found),
        _uncertainty(found),
        gap_section(found),
        verification_section(found),
        evidence_section(found, line_by_line=True),
        signature_section(lang),
    ]
    return year_report(KIND, found, _figures(found), sections)


def view_of(found: YearStatement, name: str) -> Body:
    """Return one view of electricity; empty where its factor is not in force."""
    return body_of(body_of(found.part("electricity").get("views")).get(name))


def _figures(found: YearStatement) -> list[Figure]:
    lang, of = found.lang, found.of
    is_whole = of.get("value") is not None
    total = Figure(
        label=text("report.inventory.total" if is_whole else "report.inventory.assessed", lang),
        cell=found.figure(of.get("assessed_t")),
        unit=_UNIT,
        note=text("report.inventory.total_note" if is_whole else "report.annual.part", lang),
    )
    rows = [
        ("scope1", _said(found, "scope1_t")),
        ("heat", _said(found, "heat_t")),
        *((name, view_of(found, name).get("scope2_t")) for name in VIEWS),
    ]
    return [
        total,
        *(
            Figure(
                label=text(f"report.inventory.{name}", lang), cell=found.figure(value), unit=_UNIT
            )
            for name, value in rows
        ),
    ]


def _said(found: YearStatement, field: str) -> JsonValue:
    """Return a sum of direct emissions or heat; no line in a year that is not whole is no zero."""
    is_heat = field == "heat_t"
    has_line = any((line["kind"] == "heat") is is_heat for line in found.rows("lines"))
    return found.of.get(field) if has_line or found.of.get("value") is not None else None


def _boundary(found: YearStatement) -> Section:
    lang, of, park = found.lang, found.of, found.ports.park
    enterprise = park.enterprises.get(found.subject)
    declared = park.carbon.sources.get(found.subject)
    undeclared = prose(text("report.inventory.undeclared", lang), tone=Tone.BAD)
    rows = [
        ("park", prose(park.name_zh if lang == "zh" else park.name_en)),
        ("year", prose(found.year)),
        ("months", prose(months_told(words_of(found.part("stay").get("months"))))),
        ("method", _method(found)),
        ("gases", prose(text("report.inventory.gases", lang))),
        ("gwp_set", prose(str(of.get("gwp_set")))),
        ("fuel_factor_set", prose(str(of.get("fuel_factor_set")))),
        ("location_region", prose(park.accounting.location_region)),
        ("examined", undeclared if declared is None else prose(declared.source)),
    ]
    if enterprise is not None:
        name = enterprise.name_zh if lang == "zh" else enterprise.name_en
        rows[:0] = [
            ("entity", prose(f"{found.subject} {name}")),
            ("sector", prose(enterprise.sector)),
        ]
    return Section(
        title=text("report.section.boundary", lang),
        sentences=(text("report.inventory.boundary", lang), text("report.inventory.scope3", lang)),
        tables=(field_table(rows, lang),),
    )


def _method(found: YearStatement) -> Cell:
    """Return by which text the statement is drawn up; several that fit are a choice not made."""
    method = found.part("method")
    if method.get("text") is not None:
        return prose(f"{said(method, found.lang)} ({method['text']})")
    candidates = ", ".join(words_of(method.get("candidates")))
    return prose(text("report.inventory.no_method", found.lang, names=candidates), tone=Tone.OPEN)


def _sources(found: YearStatement) -> Section:
    """Return every source of the boundary: what is declared, and what was said beside it."""
    lang = found.lang
    declared = found.ports.park.carbon.sources.get(found.subject)
    items = () if declared is None else declared.items
    by_item: dict[str, list[Body]] = {}
    for line in found.rows("lines"):
        by_item.setdefault(item_of(line), []).append(line)
    lacking = {str(gap.get("what")).split(" ", maxsplit=1)[0] for gap in found.rows("not_assessed")}
    rows: list[tuple[Cell, ...]] = []
    for item in dict.fromkeys((*items, *by_item)):
        lines = by_item.get(item, [])
        kinds = " · ".join(dict.fromkeys(_kind(line, lang) for line in lines))
        scopes = dict.fromkeys(str(line["scope"]) for line in lines)
        rows.append(
            (
                prose(item_name(item, lang)),
                prose(kinds or "–"),
                prose(" · ".join(scopes) or "–"),
                prose(_gas_of(lines)),
                _is_declared(item in items, lang),
                _state(bool(lines), item in lacking, lang),
            )
        )
    rows.append(
        (
            prose(item_name(_ELECTRICITY, lang)),
            prose(text("report.inventory.purchased", lang)),
            prose("2"),
            prose("CO₂"),
            prose(text("report.inventory.metered", lang)),
            _state(bool(view_of(found, LOCATION)), _ELECTRICITY in lacking, lang),
        )
    )
    columns = heads(lang, item=None, kind=None, scope=None, gas=None, declared=None, state=None)
    return Section(
        title=text("report.section.sources", lang),
        tables=(Table(title="", columns=columns, rows=tuple(rows)),),
    )


def _kind(line: Body, lang: Lang) -> str:
    """Return what a line is; electricity of an enterprise is purchased, not received."""
    kind = str(line["kind"])
    return (
        text("report.inventory.purchased", lang) if kind == _ELECTRICITY else kind_name(kind, lang)
    )


def _gas_of(lines: list[Body]) -> str:
    gases = dict.fromkeys(
        gas_name(str(line["code"])) if line["kind"] == "gas" else "CO₂" for line in lines
    )
    return " · ".join(gases) or "–"


def _is_declared(is_declared: bool, lang: Lang) -> Cell:  # noqa: FBT001 - one value, one cell
    key = "declared" if is_declared else "said_only"
    return prose(text(f"report.inventory.{key}", lang))


def _state(is_counted: bool, is_lacking: bool, lang: Lang) -> Cell:  # noqa: FBT001 - two values, one cell
    if is_counted:
        key = "in_part" if is_lacking else "counted"
        return prose(
            text(f"report.inventory.{key}", lang), tone=Tone.OPEN if is_lacking else Tone.GOOD
        )
    return prose(text("report.inventory.not_counted", lang), tone=Tone.BAD)


def _activity(found: YearStatement) -> Section:
    lang = found.lang
    rows = [
        (
            prose(_kind(line, lang)),
            prose(line_name(line, lang)),
            found.amount(line["quantity"]),
            prose(str(line["unit"])),
            prose(text("report.inventory.by_form", lang)),
        )
        for line in found.rows("lines")
    ]
    power = found.part("electricity")
    for name, wh in _parts_wh(power):
        rows.append(
            (
                prose(text("report.inventory.purchased", lang)),
                prose(text(f"report.energy.{name}", lang)),
                found.amount(str(Decimal(wh) / WH_PER_MWH)),
                prose("MWh"),
                prose(text("report.inventory.by_meter", lang)),
            )
        )
    columns = heads(lang, kind=None, item=None, quantity="", unit=None, origin=None)
    estimated = Decimal(str(power["estimated_wh"])) / WH_PER_MWH
    return Section(
        title=text("report.section.activity", lang),
        sentences=(text("report.inventory.estimated", lang, mwh=f"{estimated:,.3f}"),),
        tables=(Table(title="", columns=columns, rows=tuple(rows), n_sums=1),),
    )


def _parts_wh(power: Body) -> list[tuple[str, int]]:
    load, line, pool = (int(str(power[name])) for name in ("load_wh", "line_wh", "pool_wh"))
    return [("grid", load - line - pool), ("line", line), ("pool", pool), ("load", load)]


def _used_by(found: YearStatement) -> Section:
    """Return which facts stand behind which line, in the order of its formula."""
    lang = found.lang
    power = [line for name in VIEWS for line in objects(view_of(found, name).get("lines"))]
    facts: dict[tuple[str, str], list[str]] = {}
    for line in (*found.rows("lines"), *power):
        place = (str(line["kind"]), str(line["code"]))
        facts.setdefault(place, []).extend(words_of(line.get("facts")))
    rows = tuple(
        (
            prose(_kind({"kind": kind}, lang)),
            prose(line_name({"kind": kind, "code": code}, lang)),
            prose("; ".join(dict.fromkeys(keys))),
        )
        for (kind, code), keys in facts.items()
    )
    columns = heads(lang, kind=None, item=None, facts=None)
    return Section(
        title=text("report.section.used_by", lang),
        tables=(Table(title="", columns=columns, rows=rows),),
    )


def _emissions(found: YearStatement) -> Section:
    """Return every line by scope with the sums, and the sums by gas."""
    lang = found.lang
    location = view_of(found, LOCATION)
    lines = [*found.rows("lines"), *objects(location.get("lines"))]
    rows = [
        (
            prose(str(line["scope"])),
            prose(_kind(line, lang)),
            prose(line_name(line, lang)),
            found.amount(line["quantity"]),
            prose(str(line["unit"])),
            found.figure(line["t_co2e"]),
        )
        for line in sorted(lines, key=lambda line: int(str(line["scope"])))
    ]
    sums = (
        ("1", "scope1", _said(found, "scope1_t")),
        ("2", "heat", _said(found, "heat_t")),
        ("2", "location", location.get("scope2_t")),
        ("1+2", "total", location.get("total_t")),
    )
    blank = prose("")
    rows += [
        (
            prose(scope),
            prose(text(f"report.inventory.{name}", lang)),
            blank,
            blank,
            blank,
            found.figure(value),
        )
        for scope, name, value in sums
    ]
    columns = heads(lang, scope=None, kind=None, item=None, quantity="", unit=None, emission=_UNIT)
    by_scope = Table(title="", columns=columns, rows=tuple(rows), n_sums=len(sums))
    return Section(
        title=text("report.section.emissions", lang),
        sentences=(text("report.inventory.exact", lang),),
        tables=(by_scope, _by_gas(found)),
    )


def _by_gas(found: YearStatement) -> Table:
    lang = found.lang
    gases = found.part("by_gas")
    total = sum((Decimal(str(t)) for t in gases.values()), start=Decimal(0))
    rows = tuple(
        (
            prose(gas_name(gas)),
            found.figure(t),
            number(Decimal(str(t)) / total * 100 if total else None, 2),
        )
        for gas, t in gases.items()
    )
    return Table(
        title=text("report.inventory.by_gas", lang),
        columns=heads(lang, gas=None, emission=_UNIT, share="%"),
        rows=rows,
    )


def _scope2(found: YearStatement) -> Section:
    """Return the three views side by side; they are never added."""
    lang = found.lang
    rows = tuple(
        (
            prose(text(f"report.carbon.scope2-{name}", lang)),
            found.figure(view_of(found, name).get("scope2_t")),
            found.figure(view_of(found, name).get("total_t")),
            prose(text(f"report.carbon.scope2-{name}-how", lang)),
        )
        for name in VIEWS
    )
    columns = heads(lang, view=None, scope2=_UNIT, total=_UNIT, how=None)
    return Section(
        title=text("report.section.carbon", lang),
        sentences=(text("report.carbon.note", lang),),
        tables=(Table(title="", columns=columns, rows=rows),),
    )


def _uncertainty(found: YearStatement) -> Section:
    lang = found.lang
    spread = found.part("uncertainty")
    unstated = words_of(spread.get("unstated"))
    if spread.get("half_width_t") is None:
        activities = {name.rpartition(".v")[0] for name in found.activities}
        bare = [name for name in unstated if name in activities]
        sentence = text("report.inventory.no_spread", lang, n=len(unstated), lines=len(bare))
        rows = tuple((prose(name),) for name in unstated if name not in activities)
        table = Table(title="", columns=heads(lang, unstated=None), rows=rows)
        return Section(
            title=text("report.section.uncertainty", lang),
            sentences=(sentence,),
            tables=(table,) if rows else (),
        )
    half, total = Decimal(str(spread["half_width_t"])), Decimal(str(found.of["assessed_t"]))
    row = (
        prose(text("report.inventory.total", lang)),
        found.figure(str(total)),
        found.figure(str(half)),
        number(half / total * 100 if total else None, 2),
    )
    columns = heads(lang, entry=None, emission=_UNIT, half_width=_UNIT, share="%")
    return Section(
        title=text("report.section.uncertainty", lang),
        sentences=(text("report.inventory.spread", lang, level=str(spread.get("level"))),),
        tables=(Table(title="", columns=columns, rows=(row,)),),
    )
