"""The yearly CO2 inventory of the park after annex 4 of 发改环资〔2025〕910号."""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from typing import Final

from taihang.core.quantities import EXACT
from taihang.core.seal.canonical import JsonValue
from taihang.interfaces.account_words import kind_name, line_name
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.annual import (
    YearStatement,
    body_of,
    evidence_section,
    field_table,
    gap_section,
    heads,
    signature_section,
    verification_section,
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
from taihang.interfaces.reports.inventory_year import VIEWS
from taihang.interfaces.reports.stated import Body
from taihang.services.account import PARK_SUBJECT
from taihang.services.carbon_account import KIND as INVENTORY
from taihang.services.park_carbon import KIND as PARK_INVENTORY
from taihang.services.ports import Ports

KIND: Final = "park-inventory-year"
_UNIT: Final = "tCO₂"
_EQUIVALENT: Final = "tCO₂e"
_KINDS: Final = ("fuel", "conversion", "process", "heat", "electricity")


def park_inventory_year(year: str, *, lang: Lang, ports: Ports) -> Document:
    """Draw up the inventory report of the park.

    Args:
        year: For example ``2026``.
        lang: Language of the reader.
        ports: The park.

    Returns:
        The report. The annex counts CO2 once for the park; beside it stand the inventories of the
        enterprises that were issued, with every view of scope 2.

    Raises:
        NotIssuedError: If ``park-inventory.park.YYYY`` was never issued.
    """
    found = year_statement(PARK_INVENTORY, PARK_SUBJECT, year, lang=lang, ports=ports)
    bodies = [found.of, *(of for _, _, of in inventories(found))]
    sections = [
        _boundary(found),
        *carbon_tables(found),
        _enterprises(found),
        _months(found),
        factor_section(bodies, lang),
        _uncertainty(found),
        gap_section(found),
        verification_section(found, others=[name for _, name, _ in inventories(found)]),
        evidence_section(found, line_by_line=False),
        signature_section(lang),
    ]
    return year_report(KIND, found, _figures(found), sections)


def inventories(found: YearStatement) -> list[tuple[str, str, Body]]:
    """Return subject, id and body of the inventory of each enterprise that has one."""
    return [
        (subject, name, of)
        for subject in found.ports.park.enterprises
        for name, of in found.stated.bodies(INVENTORY, subject)
    ]


def _figures(found: YearStatement) -> list[Figure]:
    lang, of = found.lang, found.of
    is_whole = of.get("value") is not None
    total = Figure(
        label=text("report.inventory.park" if is_whole else "report.inventory.assessed", lang),
        cell=found.figure(of.get("assessed_t")),
        unit=_UNIT,
        note=text("report.annual.whole" if is_whole else "report.annual.part", lang),
    )
    return [
        total,
        *(
            Figure(label=kind_name(kind, lang), cell=found.figure(_said(found, kind)), unit=_UNIT)
            for kind in _KINDS
        ),
    ]


def _boundary(found: YearStatement) -> Section:
    lang, park = found.lang, found.ports.park
    choices = found.part("choices")
    deducted = "yes" if choices.get("deduct_green") else "no"
    rows = [
        ("park", prose(park.name_zh if lang == "zh" else park.name_en)),
        ("year", prose(found.year)),
        ("members", number(len(park.enterprises))),
        ("stations", number(len(park.stations))),
        ("gases", prose("CO₂")),
        ("declared", number(len(park.carbon.sources))),
    ]
    if choices:
        rows += [
            ("electricity_factor", prose(str(choices.get("electricity_factor")))),
            ("electricity_region", prose(str(choices.get("electricity_region")))),
            ("deduct_green", prose(text(f"report.annual.{deducted}", lang))),
            ("choice_source", prose(str(choices.get("source")))),
        ]
    else:
        undecided = text("cli.reason.no-choice", lang, detail="[park_carbon]")
        rows.append(("electricity_factor", prose(undecided, tone=Tone.BAD)))
    return Section(
        title=text("report.section.boundary", lang),
        sentences=(text("report.inventory.annex4", lang),),
        tables=(field_table(rows, lang),),
    )


def carbon_tables(found: YearStatement) -> list[Section]:
    """Return the carbon of the park by kind, by member, and line by line.

    Args:
        found: The statement ``park-inventory``.
    """
    lang = found.lang
    total = found.of.get("assessed_t")
    of_total = "report.total" if found.of.get("value") is not None else "report.inventory.assessed"
    by_kind = Table(
        title=text("report.inventory.by_kind", lang),
        columns=heads(lang, kind=None, emission=_UNIT, share="%"),
        rows=(
            *(
                (
                    prose(kind_name(kind, lang)),
                    found.figure(_said(found, kind)),
                    _share(_said(found, kind), total),
                )
                for kind in _KINDS
            ),
            (prose(text(of_total, lang)), found.figure(total), prose("")),
        ),
        n_sums=1,
    )
    return [
        Section(
            title=text("report.section.park_emissions", lang),
            tables=(by_kind, _by_subject(found), _lines(found)),
        )
    ]


def _said(found: YearStatement, kind: str) -> JsonValue:
    """Return the sum of a kind; no line in a year that is not whole is no zero."""
    has_line = any(line["kind"] == kind for line in found.rows("lines"))
    is_known = has_line or found.of.get("value") is not None
    return found.part("by_kind_t").get(kind) if is_known else None


def _share(part: JsonValue, total: JsonValue) -> Cell:
    if part is None or total is None or not Decimal(str(total)):
        return number(None)
    return number(Decimal(str(part)) / Decimal(str(total)) * 100, 2)


def _by_subject(found: YearStatement) -> Table:
    """Return what each subject adds: emissions by kind; nothing said is nothing, never zero."""
    lang = found.lang
    sums: dict[str, dict[str, Decimal]] = {}
    for line in found.rows("lines"):
        of_subject = sums.setdefault(str(line["subject"]), {})
        kind = str(line["kind"])
        with localcontext(EXACT):
            of_subject[kind] = of_subject.get(kind, Decimal(0)) + Decimal(str(line["t_co2e"]))
    rows = tuple(
        (
            prose(subject_name(found, subject)),
            *(number(of_kind.get(kind), 2) for kind in _KINDS),
            number(sum(of_kind.values(), start=Decimal(0)), 2),
        )
        for subject, of_kind in sums.items()
    )
    columns = heads(
        lang,
        subject=None,
        fuel=_UNIT,
        conversion=_UNIT,
        process=_UNIT,
        heat=_UNIT,
        electricity=_UNIT,
        emission=_UNIT,
    )
    return Table(
        title=text("report.inventory.by_subject", lang),
        columns=columns,
        rows=rows,
        note=text("report.inventory.once", lang),
    )


def subject_name(found: YearStatement, subject: str) -> str:
    """Return id and name of a member of the park, or of the park itself."""
    asset = found.ports.park.assets.get(subject)
    if asset is None:
        return text("report.annual.public", found.lang)
    return f"{subject} {asset.name_zh if found.lang == 'zh' else asset.name_en}"


def _lines(found: YearStatement) -> Table:
    lang = found.lang
    rows = tuple(
        (
            prose(str(line["subject"])),
            prose(kind_name(str(line["kind"]), lang)),
            prose(line_name(line, lang)),
            found.amount(line["quantity"]),
            prose(str(line["unit"])),
            found.figure(line["t_co2e"]),
        )
        for line in found.rows("lines")
    )
    columns = heads(
        lang, subject=None, kind=None, item=None, quantity="", unit=None, emission=_UNIT
    )
    return Table(title=text("report.inventory.lines", lang), columns=columns, rows=rows)


def _enterprises(found: YearStatement) -> Section:
    """Return the inventories of the enterprises beside one another, scope 2 in three views."""
    lang = found.lang
    rows = tuple(_enterprise(found, *each) for each in inventories(found))
    lacking = len(found.ports.park.enterprises) - len(rows)
    columns = heads(
        lang,
        subject=None,
        scope1=_EQUIVALENT,
        heat=_EQUIVALENT,
        location=_EQUIVALENT,
        market=_EQUIVALENT,
        physical=_EQUIVALENT,
        total=_EQUIVALENT,
        state=None,
    )
    sentences = [text("report.carbon.note", lang)]
    if lacking:
        sentences.append(text("report.inventory.lacking", lang, n=lacking))
    return Section(
        title=text("report.section.inventories", lang),
        sentences=tuple(sentences),
        tables=(Table(title="", columns=columns, rows=rows),) if rows else (),
    )


def _enterprise(found: YearStatement, subject: str, name: str, of: Body) -> tuple[Cell, ...]:
    views = body_of(body_of(of.get("electricity")).get("views"))
    values = (
        of.get("scope1_t"),
        of.get("heat_t"),
        *(body_of(views.get(view)).get("scope2_t") for view in VIEWS),
        of.get("assessed_t"),
    )
    is_whole = of.get("value") is not None
    key = "whole_short" if is_whole else "part_short"
    return (
        prose(subject_name(found, subject)),
        *(
            number(None if value is None else Decimal(str(value)), 2, statement=name)
            for value in values
        ),
        prose(text(f"report.annual.{key}", found.lang), tone=Tone.GOOD if is_whole else Tone.OPEN),
    )


def _months(found: YearStatement) -> Section:
    """Return scope 2 of all users month by month in three views."""
    lang, stated = found.lang, found.stated
    kinds = [f"scope2-{view}" for view in VIEWS]
    names = sorted({period for kind in kinds for period in stated.periods(kind)})
    rows = tuple((prose(name), *(_sum(found, kind, name) for kind in kinds)) for name in names)
    total = (
        prose(text("report.total", lang)),
        *(_added(row[place] for row in rows) for place in range(1, len(kinds) + 1)),
    )
    columns = heads(lang, period=None, location=_UNIT, market=_UNIT, physical=_UNIT)
    return Section(
        title=text("report.section.scope2_months", lang),
        sentences=(text("report.inventory.months", lang, n=len(names)),),
        tables=(Table(title="", columns=columns, rows=(*rows, total), n_sums=1),) if rows else (),
    )


def _sum(found: YearStatement, kind: str, period: str) -> Cell:
    users = found.ports.park.users
    return _added(found.stated.cell(kind, user, 2, period=period) for user in users)


def _added(cells: Iterable[Cell]) -> Cell:
    known = [cell.value for cell in cells if cell.value is not None]
    with localcontext(EXACT):
        return number(sum(known, start=Decimal(0)) if known else None, 2)


def _uncertainty(found: YearStatement) -> Section:
    return Section(
        title=text("report.section.uncertainty", found.lang),
        sentences=(text("report.inventory.park_spread", found.lang),),
    )
