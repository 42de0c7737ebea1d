"""The workbook of the products of one enterprise: what a customer or a verifier asks for.

Sheets: installation, emissions, product, precursors, source of electricity, evidence, and what was
not assessed. Every number is one of an issued statement, or adds such numbers up.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Final, cast

from taihang.core.quantities import G_PER_T
from taihang.interfaces.account_words import gap_name
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.assemble import Heading, assemble
from taihang.interfaces.reports.document import (
    NOTHING,
    Cell,
    Column,
    Document,
    Figure,
    Section,
    Table,
    Tone,
    number,
    prose,
)
from taihang.interfaces.reports.factors import factor_section
from taihang.interfaces.reports.product_words import (
    Body,
    code_told,
    counted_told,
    lacking_told,
    mwh_of,
    name_of,
    plant_told,
    tonnes_of,
)
from taihang.interfaces.reports.stated import Stated
from taihang.services.ports import Ports
from taihang.standards.cbam import DIRECT, INDIRECT

Found = Sequence[tuple[str, Body]]
"""Id and body of each statement, one for each product."""
_SEE_DIGITS: Final = 4
_T_DIGITS: Final = 3


def product_period(
    kind: str, period: str, products: Sequence[str], *, lang: Lang, ports: Ports
) -> Document:
    """Draw up the workbook of issued accounts.

    Args:
        kind: ``product-footprint`` or ``cbam``.
        period: Month or year.
        products: Products of one enterprise whose accounts are issued.
        lang: Language of the reader.
        ports: The park.
    """
    stated = Stated([period], ports=ports)
    bodies = [each for product in products for each in stated.bodies(kind, product)]
    found: Found = [(name, cast("Body", of)) for name, of in bodies]
    sections = [
        _installation(found, period, lang),
        _emissions(found, lang, ports),
        _products(found, lang),
        _precursors(found, lang, ports),
        _electricity(found, lang, ports),
        _evidence(found, lang, ports),
        _gaps(found, lang),
        factor_section([of for _, of in bodies], lang),
    ]
    enterprise = str(found[0][1]["enterprise"]["id"])
    return assemble(
        Heading(kind=kind, subject=enterprise, period=period, lang=lang),
        [_figure(name, of, lang) for name, of in found],
        [section for section in sections if section is not None],
        stated=stated,
        ports=ports,
    )


def _is_cbam(of: Body) -> bool:
    return "counted" in of


def _figure(name: str, of: Body, lang: Lang) -> Figure:
    digits = _SEE_DIGITS if _is_cbam(of) else 2
    note = counted_told(of, lang) if _is_cbam(of) else text("product.key.cradle-to-gate", lang)
    return Figure(
        label=name_of(of["product"], lang),
        cell=number(_decimal(of["value"]), digits, statement=name),
        unit=str(of["unit"]),
        note=note,
    )


# -- sheets --------------------------------------------------------------------------------------


def _installation(found: Found, period: str, lang: Lang) -> Section:
    of = found[0][1]
    there = cast("Body", of.get("installation") or {})
    choices = cast("Body", of.get("choices") or {})
    place = f"{there['latitude_deg']}° N, {there['longitude_deg']}° E" if there else None
    rows: list[tuple[str, object]] = [
        ("operator", f"{of['enterprise']['id']} {of['enterprise']['zh']} {of['enterprise']['en']}"),
        ("period", period),
    ]
    if _is_cbam(of):
        rows += [
            ("address", there.get("address")),
            ("unlocode", there.get("unlocode")),
            ("coordinates", place),
            ("price", there.get("carbon_price_cny_per_t")),
            ("verifier", there.get("verifier")),
            ("fuel_set", choices.get("fuel_factor_set")),
            ("gwp_set", choices.get("gwp_set")),
            ("source", there.get("source")),
        ]
    else:
        rows += [
            ("boundary", text("product.key.cradle-to-gate", lang)),
            ("cut_off", of["cut_off"]),
            ("not_examined", ", ".join(of["not_examined"])),
        ]
    return Section(title=text("product.section.installation", lang), tables=(_pairs(rows, lang),))


def _emissions(found: Found, lang: Lang, ports: Ports) -> Section:
    return Section(
        title=text("product.section.emissions", lang),
        sentences=(text("product.note.closes", lang),),
        tables=tuple(_lines(name, of, lang, ports) for name, of in found),
    )


def _lines(name: str, of: Body, lang: Lang, ports: Ports) -> Table:
    lines = cast("list[Body]", of["lines"])
    rows = [
        (
            prose(text(f"product.stage.{line['stage']}", lang)),
            prose(code_told(line, lang, ports.park)),
            number(Decimal(line["quantity"]), 3, statement=name),
            prose(str(line["unit"])),
            number(tonnes_of(line["process_g"]), _T_DIGITS, statement=name),
            number(tonnes_of(line["g"]), _T_DIGITS, statement=name),
            _per_unit(line["g"], of, name),
        )
        for line in lines
    ]
    # Direct and indirect emissions are never added here: what counts says the sheet of the product.
    parts = (DIRECT, INDIRECT) if _is_cbam(of) else ("",)
    totals = [_total(part, lines, of, name=name, lang=lang) for part in parts]
    return Table(
        title=name_of(of["product"], lang),
        columns=(
            _column("stage", lang),
            _column("item", lang),
            _column("amount", lang, is_number=True),
            _column("unit", lang),
            _column("process", lang, unit="tCO₂e"),
            _column("product", lang, unit="tCO₂e"),
            _column("specific", lang, unit=_unit_of(of)),
        ),
        rows=(*rows, *totals),
        n_sums=len(totals),
    )


def _total(
    part: str, lines: Sequence[Body], of: Body, *, name: str, lang: Lang
) -> tuple[Cell, ...]:
    mine = [line for line in lines if not part or str(line["stage"]).endswith(part)]
    mine = [line for line in mine if part != DIRECT or not str(line["stage"]).endswith(INDIRECT)]
    process_g, own_g = (sum(int(line[key]) for line in mine) for key in ("process_g", "g"))
    told = text(f"product.column.{part}", lang) if part else ""
    # A sum of what is known so far is no total: where anything lacks there is none.
    is_whole = of[f"{part}_t_per_t" if part else "value"] is not None
    return (
        prose(text("product.line.total", lang)),
        prose(told),
        prose(""),
        prose(""),
        number(tonnes_of(process_g) if is_whole else None, _T_DIGITS, statement=name),
        number(tonnes_of(own_g) if is_whole else None, _T_DIGITS, statement=name),
        _per_unit(own_g, of, name) if is_whole else number(None),
    )


def _products(found: Found, lang: Lang) -> Section:
    is_cbam = _is_cbam(found[0][1])
    columns = [
        _column("name", lang),
        _column("cn_code", lang),
        _column("route", lang),
        _column("output", lang, is_number=True),
        _column("unit", lang),
        _column("share", lang),
    ]
    if is_cbam:
        columns += [_column(key, lang, unit="tCO₂e/t") for key in ("direct", "indirect")]
        columns.append(_column("counted", lang))
    last = "see" if is_cbam else "footprint"
    columns.append(_column(last, lang, unit=_unit_of(found[0][1])))
    return Section(
        title=text("product.section.product", lang),
        sentences=(f"{found[0][1]['process']}: {found[0][1]['allocation']['reason']}",),
        tables=(
            Table(
                title="",
                columns=tuple(columns),
                rows=tuple(_product(name, of, lang) for name, of in found),
            ),
        ),
    )


def _product(name: str, of: Body, lang: Lang) -> tuple[Cell, ...]:
    made = cast("Body", of["output"] or {})
    cells = [
        prose(name_of(of["product"], lang)),
        _said(of["product"]["cn_code"]),
        _said(of["product"]["route"]),
        number(_decimal(made.get("quantity")), 3, statement=name),
        _said(made.get("unit")),
        prose(text(f"product.allocation.{of['allocation']['method']}", lang)),
    ]
    digits = _SEE_DIGITS if _is_cbam(of) else 2
    if _is_cbam(of):
        parts = (of["direct_t_per_t"], of["indirect_t_per_t"])
        cells += [number(_decimal(part), digits, statement=name) for part in parts]
        cells.append(prose(counted_told(of, lang)))
    cells.append(number(_decimal(of["value"]), digits, statement=name))
    return tuple(cells)


def _precursors(found: Found, lang: Lang, ports: Ports) -> Section | None:
    """Return precursors with what they carry; a footprint tells them among its materials."""
    rows = [
        _precursor(name, each, of, lang) for name, of in found for each in of.get("precursors", ())
    ]
    if not _is_cbam(found[0][1]):
        rows = [*_materials(found, lang, ports)]
        columns = [
            _column("name", lang),
            _column("precursor", lang),
            _column("mass", lang, is_number=True),
            _column("unit", lang),
            _column("source", lang),
        ]
    else:
        columns = [
            _column("name", lang),
            _column("precursor", lang),
            _column("cn_code", lang),
            _column("origin", lang),
            _column("mass", lang, is_number=True),
            _column("unit", lang),
            _column("kind", lang),
            _column("stated", lang, unit="tCO₂e/t"),
            _column("stated_indirect", lang, unit="tCO₂e/t"),
            _column("borne", lang, unit="tCO₂e"),
            _column("borne_indirect", lang, unit="tCO₂e"),
            _column("source", lang),
        ]
    if not rows:
        return None
    table = Table(title="", columns=tuple(columns), rows=tuple(rows))
    return Section(title=text("product.section.precursors", lang), tables=(table,))


def _materials(found: Found, lang: Lang, ports: Ports) -> Iterator[tuple[Cell, ...]]:
    for name, of in found:
        for line in of["lines"]:
            precursor = ports.park.carbon.precursors.get(str(line["code"]))
            if line["stage"] == "materials" and precursor is not None:
                yield (
                    prose(name_of(of["product"], lang)),
                    prose(code_told(line, lang, ports.park)),
                    number(Decimal(line["quantity"]), 3, statement=name),
                    prose(str(line["unit"])),
                    prose(precursor.source),
                )


def _precursor(name: str, each: Body, of: Body, lang: Lang) -> tuple[Cell, ...]:
    kind = text(f"product.kind.{each['value_kind'] or 'none'}", lang)
    if each["made_as"]:
        kind = text("product.kind.made_as", lang, product=each["made_as"])
    return (
        prose(name_of(of["product"], lang)),
        prose(name_of(each, lang)),
        _said(each["cn_code"]),
        _said(each["origin"]),
        number(Decimal(each["quantity"]), 3, statement=name),
        prose(str(each["unit"])),
        prose(kind),
        number(_decimal(each["direct_t_per_t"]), _SEE_DIGITS, statement=name),
        number(_decimal(each["indirect_t_per_t"]), _SEE_DIGITS, statement=name),
        number(tonnes_of(each["direct_g"]), _T_DIGITS, statement=name),
        number(tonnes_of(each["indirect_g"]), _T_DIGITS, statement=name),
        prose(str(each["source"])),
    )


def _electricity(found: Found, lang: Lang, ports: Ports) -> Section:
    tables: list[Table] = []
    for name, of in found:
        power = cast("Body", of["electricity"])
        rows: list[tuple[str, object]] = [
            ("claimed", text(f"product.source.{power['claimed']}", lang)),
            ("used", text(f"product.source.{power['used']}", lang)),
            ("lacking", lacking_told(power, lang)),
            *((key, ", ".join(power[key])) for key in ("lines", "contracts", "meters")),
        ]
        tables.append(_pairs(rows, lang, title=name_of(of["product"], lang)))
        tables.append(_energies(name, of, lang, ports))
    return Section(
        title=text("product.section.electricity", lang),
        sentences=(text("product.note.electricity", lang),),
        tables=tuple(tables),
    )


def _energies(name: str, of: Body, lang: Lang, ports: Ports) -> Table:
    """Return who gave how much at which factor; the last row is the mean factor in use."""
    power = cast("Body", of["electricity"])
    load_wh = int(power["load_wh"])
    grams = {
        str(line["code"]): int(line["process_g"])
        for line in of["lines"]
        if line["stage"] in {"electricity", INDIRECT}
    }
    parts = [
        (plant_told(each["plant"], lang, ports.park), int(each["wh"]), grams.get(each["plant"]))
        for each in power["proven"]
    ]
    rest_g = grams.get("default", grams.get("grid"))
    parts.append((text("product.key.rest", lang), int(power["rest_wh"]), rest_g))
    is_whole = all(part_g is not None for *_, part_g in parts)
    parts.append(
        (text("product.key.load", lang), load_wh, sum(grams.values()) if is_whole else None)
    )
    rows = tuple(
        (
            prose(label),
            number(mwh_of(wh), 6, statement=name),
            number(Decimal(wh) / load_wh * 100 if load_wh else None, 2, statement=name),
            # Grams a watt-hour are kilograms a kilowatt-hour.
            number(Decimal(part_g) / wh if wh and part_g is not None else None, 4, statement=name),
        )
        for label, wh, part_g in parts
    )
    columns = (
        _column("what", lang),
        _column("energy", lang, unit="MWh"),
        _column("part", lang, unit="%"),
        _column("factor", lang, unit="kgCO₂/kWh" if _is_cbam(of) else "kgCO₂e/kWh"),
    )
    return Table(title="", columns=columns, rows=rows, n_sums=1)


def _evidence(found: Found, lang: Lang, ports: Ports) -> Section:
    return Section(
        title=text("product.section.evidence", lang),
        sentences=(text("product.note.evidence", lang),),
        tables=(
            _statements(found, lang, ports),
            _files(found, lang, ports),
            _activities(found, lang, ports),
        ),
    )


def _statements(found: Found, lang: Lang, ports: Ports) -> Table:
    names = [name for name, _ in found]
    names += [str(each) for _, of in found for each in of["inputs"]["statements"]]
    rows = tuple(
        (
            Cell(words=name, statement=name if name in dict(found) else ""),
            prose(sha256(ports.registry.statement(name).document.encode()).hexdigest()),
        )
        for name in dict.fromkeys(names)
    )
    return Table(title="", columns=(_column("statement", lang), _column("sha256", lang)), rows=rows)


def _files(found: Found, lang: Lang, ports: Ports) -> Table:
    held = ports.registry.evidence_files()
    about: dict[str, set[str]] = {}
    for _, of in found:
        for each in of["evidence"]:
            about.setdefault(str(each["sha256"]), set()).update(each["about"])
    rows = tuple(
        (
            prose(held[each].name if each in held else NOTHING),
            prose(each),
            prose(", ".join(sorted(what))),
        )
        for each, what in sorted(about.items())
    )
    columns = tuple(_column(key, lang) for key in ("file", "sha256", "about"))
    return Table(title="", columns=columns, rows=rows)


def _activities(found: Found, lang: Lang, ports: Ports) -> Table:
    wanted = {str(each) for _, of in found for each in of["inputs"]["activities"]}
    rows = tuple(
        (
            prose(f"{line.record.id}.v{line.record.version}"),
            prose(line.record.period),
            prose(text(f"form.flow.{line.record.flow.value}", lang)),
            prose(format(line.record.amount, "f")),
            prose(line.record.unit),
            _said(line.form),
        )
        for line in ports.registry.activity_lines()
        if f"{line.record.id}.v{line.record.version}" in wanted
    )
    keys = ("activity", "period", "flow", "quantity", "unit", "form")
    return Table(title="", columns=tuple(_column(key, lang) for key in keys), rows=rows)


def _gaps(found: Found, lang: Lang) -> Section | None:
    rows = tuple(
        (
            prose(name_of(of["product"], lang)),
            prose(gap_name(str(gap["what"]), lang), tone=Tone.OPEN),
            prose(text(f"cli.reason.{gap['reason']}", lang, detail=str(gap["detail"]))),
        )
        for _, of in found
        for gap in of["not_assessed"]
    )
    if not rows:
        return None
    columns = tuple(_column(key, lang) for key in ("name", "what", "value"))
    return Section(
        title=text("product.section.gaps", lang),
        tables=(Table(title="", columns=columns, rows=rows),),
    )


# -- cells ---------------------------------------------------------------------------------------


def _pairs(rows: Iterable[tuple[str, object]], lang: Lang, *, title: str = "") -> Table:
    cells = tuple((prose(text(f"product.key.{key}", lang)), _said(value)) for key, value in rows)
    columns = (_column("what", lang), _column("value", lang))
    return Table(title=title, columns=columns, rows=cells)


def _column(key: str, lang: Lang, *, unit: str = "", is_number: bool = False) -> Column:
    title = text(f"product.column.{key}", lang)
    return Column(title=title, unit=unit, is_number=is_number or bool(unit))


def _said(value: object) -> Cell:
    """Return words, or the mark of nothing where nobody stated them."""
    return prose(str(value)) if value else prose(NOTHING, tone=Tone.OPEN)


def _per_unit(grams: int, of: Body, name: str) -> Cell:
    made = _decimal(cast("Body", of["output"] or {}).get("quantity"))
    if made is None:
        return number(None)
    per_t = Decimal(grams) / G_PER_T / made
    is_cbam = _is_cbam(of)
    return number(per_t if is_cbam else per_t * 1000, _SEE_DIGITS if is_cbam else 2, statement=name)


def _unit_of(of: Body) -> str:
    return "tCO₂e/t" if _is_cbam(of) else str(of["unit"]).replace("CO2", "CO₂")


def _decimal(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))
