"""The tables of a zero-carbon park application: indicators, energy, carbon, projects, pathway."""

from decimal import Decimal
from typing import Final

from taihang.interfaces.account_words import headed, item_name
from taihang.interfaces.catalogue import Lang, has_text, text
from taihang.interfaces.reports.annual import (
    YearStatement,
    absent_section,
    body_of,
    evidence_section,
    field_table,
    flow_name,
    gap_section,
    heads,
    signature_section,
    verification_section,
    why_of,
    words_of,
    year_report,
    year_statement,
)
from taihang.interfaces.reports.document import (
    NOTHING,
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
from taihang.interfaces.reports.park_inventory_year import carbon_tables
from taihang.interfaces.reports.pathway_tables import pathway_sections, project_sections
from taihang.interfaces.reports.stated import Body
from taihang.services.account import PARK_SUBJECT
from taihang.services.indicator_account import ENERGY_ACCOUNT, PARK_INVENTORY
from taihang.services.indicator_account import KIND as INDICATORS
from taihang.services.pathway_account import KIND as PATHWAY
from taihang.services.ports import Ports

KIND: Final = "zero-carbon-park"
_CORE: Final = "I1"
_PRODUCT: Final = "I3"
_TONES: Final = {"met": Tone.GOOD, "not-met": Tone.BAD, "not-assessed": Tone.OPEN}


def zero_carbon_park(year: str, *, lang: Lang, ports: Ports) -> Document:
    """Draw up the tables that go with an application for a zero-carbon park.

    Args:
        year: For example ``2026``.
        lang: Language of the reader.
        ports: The park.

    Returns:
        The report. What has no statement yet stands as a sentence in its section.

    Raises:
        NotIssuedError: If ``zero-carbon.park.YYYY`` was never issued.
    """
    found = year_statement(INDICATORS, PARK_SUBJECT, year, lang=lang, ports=ports)
    energy, carbon, pathway = (_other(found, k) for k in (ENERGY_ACCOUNT, PARK_INVENTORY, PATHWAY))
    others = [each for each in (energy, carbon, pathway) if each is not None]
    sections = [
        _basics(found),
        _indicators(found),
        _inputs(found),
        _energy(found, energy),
        *_carbon(found, carbon),
        *project_sections(found, ports.park.peak),
        *pathway_sections(found, pathway),
        factor_section([found.of, *(each.of for each in others)], lang),
        gap_section(found),
        verification_section(found, others=[each.id for each in others]),
        evidence_section(found, line_by_line=False),
        signature_section(lang),
    ]
    return year_report(KIND, found, _figures(found), sections)


def _other(found: YearStatement, kind: str) -> YearStatement | None:
    bodies = found.stated.bodies(kind, PARK_SUBJECT)
    of_year = [each for each in bodies if f".{found.year}.v" in each[0]]
    if not of_year:
        return None
    name, of = of_year[-1]
    return YearStatement(
        id=name,
        of=of,
        subject=PARK_SUBJECT,
        year=found.year,
        lang=found.lang,
        stated=found.stated,
        ports=found.ports,
    )


def _figures(found: YearStatement) -> list[Figure]:
    lang = found.lang
    return [
        Figure(
            label=headed(text(f"cli.indicators.{line['indicator']}", lang)),
            cell=_value(found, line),
            unit=_unit(line),
            note=text(f"cli.indicators.verdicts.{line['verdict']}", lang),
        )
        for line in found.rows("lines")
    ]


def _basics(found: YearStatement) -> Section:
    lang, park = found.lang, found.ports.park
    choices = found.part("choices")
    size = found.of.get("size")
    rows = [
        ("park", prose(park.name_zh if lang == "zh" else park.name_en)),
        ("province", prose(park.province)),
        ("year", prose(found.year)),
        ("members", number(len(park.enterprises))),
        ("plants", number(len(park.plants))),
        ("capacity", prose(f"{sum(each.capacity_kw for each in park.plants.values()):,.0f} kW")),
        ("dedicated_lines", number(len(park.dedicated_lines))),
        (
            "size",
            prose(NOTHING if size is None else text(f"cli.indicators.sizes.{size}", lang)),
        ),
    ]
    if choices:
        feedstock = "yes" if choices.get("feedstock_in_energy") else "no"
        clean = ", ".join(item_name(item, lang) for item in words_of(choices.get("clean_energy")))
        rows += [
            ("coal_basis", prose(text(f"report.zero.{choices.get('coal_basis')}", lang))),
            ("feedstock", prose(text(f"report.annual.{feedstock}", lang))),
            ("clean_energy", prose(clean)),
            ("choice_source", prose(str(choices.get("source")))),
        ]
    return Section(
        title=text("report.section.basics", lang),
        sentences=(text("report.zero.annexes", lang),),
        tables=(field_table(rows, lang),),
    )


# -- indicators ----------------------------------------------------------------------------------


def _indicators(found: YearStatement) -> Section:
    lang = found.lang
    facts = {str(fact["key"]): fact for fact in found.rows("factors")}
    rows = tuple(_indicator(found, line, facts) for line in found.rows("lines"))
    columns = heads(
        lang,
        number=None,
        indicator=None,
        role=None,
        value="",
        unit=None,
        threshold=None,
        gap="",
        verdict=None,
    )
    counts = {
        key.replace("-", "_"): sum(line["verdict"] == key for line in found.rows("lines"))
        for key in _TONES
    }
    return Section(
        title=text("report.section.indicators", lang),
        sentences=(text("cli.indicators.sum", lang, **counts), _gap_sentence(found)),
        tables=(
            Table(
                title="", columns=columns, rows=rows, note=text("report.zero.indicator_note", lang)
            ),
        ),
    )


def _indicator(found: YearStatement, line: Body, facts: dict[str, Body]) -> tuple[Cell, ...]:
    lang = found.lang
    which = str(line["indicator"])
    fact = facts.get(str(line.get("threshold")))
    verdict = str(line["verdict"])
    role = "core" if which == _CORE else "guiding"
    return (
        prose(which),
        prose(headed(text(f"cli.indicators.{which}", lang))),
        prose(text(f"report.zero.{role}", lang)),
        _value(found, line),
        prose(_unit(line)),
        prose(_threshold(which, fact, lang)),
        _gap(found, line, fact),
        prose(text(f"cli.indicators.verdicts.{verdict}", lang), tone=_TONES[verdict]),
    )


def _value(found: YearStatement, line: Body) -> Cell:
    value = line.get("value")
    if value is None or line["indicator"] == _CORE:
        return found.figure(value, 4)
    return found.figure(str(Decimal(str(value)) * 100), 2)


def _unit(line: Body) -> str:
    return "tCO₂/tce" if line["indicator"] == _CORE else "%"


def _threshold(which: str, fact: Body | None, lang: Lang) -> str:
    if fact is None:
        return text("cli.indicators.open", lang)
    value = Decimal(str(fact["value"]))
    if which == _CORE:
        return f"≤ {value.normalize():f}"
    return text("cli.indicators.level", lang) if which == _PRODUCT else f"≥ {value:.0%}"


def _gap(found: YearStatement, line: Body, fact: Body | None) -> Cell:
    """Return how far an indicator is from its threshold; above 0 something has to change."""
    value = line.get("value")
    if value is None or fact is None:
        return number(None)
    if line["indicator"] == _PRODUCT:
        return found.figure(str((1 - Decimal(str(value))) * 100), 2)
    threshold = Decimal(str(fact["value"]))
    if line["indicator"] == _CORE:
        return found.figure(str(Decimal(str(value)) - threshold), 4)
    return found.figure(str((threshold - Decimal(str(value))) * 100), 2)


def _gap_sentence(found: YearStatement) -> str:
    gap = found.of.get("gap_t")
    if gap is None:
        return text("report.zero.no_gap", found.lang)
    gap_t = Decimal(str(gap))
    key = "gap" if gap_t > 0 else "room"
    return text(f"cli.indicators.{key}", found.lang, t=f"{abs(gap_t):,.2f}")


def _inputs(found: YearStatement) -> Section:
    """Return what each indicator was made of, or why it was not."""
    lang = found.lang
    rows: list[tuple[Cell, ...]] = []
    for line in found.rows("lines"):
        which = str(line["indicator"])
        for name, known in body_of(line.get("inputs")).items():
            amount = body_of(known)
            rows.append(
                (
                    prose(which),
                    prose(_input_name(name, lang)),
                    found.amount(amount.get("amount")),
                    prose(str(amount.get("unit"))),
                )
            )
        if line.get("why_not") is not None:
            why = why_of(body_of(line["why_not"]), lang)
            rows.append((prose(which), prose(why, tone=Tone.OPEN), number(None), prose("")))
    columns = heads(lang, number=None, entry=None, quantity="", unit=None)
    return Section(
        title=text("report.section.indicator_inputs", lang),
        tables=(Table(title="", columns=columns, rows=tuple(rows)),),
    )


def _input_name(name: str, lang: Lang) -> str:
    key = f"report.zero.inputs.{name}"
    return text(key, lang) if has_text(key) else name


# -- energy and carbon ---------------------------------------------------------------------------


def _energy(found: YearStatement, energy: YearStatement | None) -> Section:
    lang = found.lang
    title = text("report.section.energy_table", lang)
    if energy is None:
        return absent_section(title, ENERGY_ACCOUNT, found.year, lang)
    lines = [*energy.rows("lines"), *energy.rows("other_lines")]
    rows = tuple(
        (
            prose(item_name(str(line.get("item")), lang)),
            prose(flow_name(str(line["flow"]), lang) if "flow" in line else NOTHING),
            energy.amount(line.get("amount")),
            prose(str(line.get("unit") or NOTHING)),
            energy.figure(line.get("equivalent_tce")),
            energy.figure(line.get("equal_tce")),
        )
        for line in lines
    )
    total = (
        prose(text("cli.energy.total", lang)),
        prose(""),
        prose(""),
        prose(""),
        energy.figure(energy.of.get("equivalent_tce")),
        energy.figure(energy.of.get("equal_tce")),
    )
    columns = heads(
        lang, item=None, flow=None, quantity="", unit=None, equivalent="tce", equal="tce"
    )
    gaps = [why_of(gap, lang) for gap in energy.rows("not_assessed")]
    return Section(
        title=title,
        sentences=(text("report.zero.energy_note", lang), *gaps),
        tables=(Table(title="", columns=columns, rows=(*rows, total), n_sums=1),),
    )


def _carbon(found: YearStatement, carbon: YearStatement | None) -> list[Section]:
    if carbon is None:
        title = text("report.section.park_emissions", found.lang)
        return [absent_section(title, PARK_INVENTORY, found.year, found.lang)]
    return carbon_tables(carbon)
