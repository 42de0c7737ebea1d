"""The monthly or yearly report of the park: balance, ratios, enterprises, plants."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from taihang.core.park.assets import PlantKind
from taihang.core.periods import Period, months_in
from taihang.core.quantities import WH_PER_MWH
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.assemble import Heading, assemble
from taihang.interfaces.reports.document import (
    Cell,
    Column,
    Document,
    Figure,
    Section,
    Table,
    number,
    prose,
)
from taihang.interfaces.reports.energy_flow import energy_flow_section
from taihang.interfaces.reports.factors import factor_section
from taihang.interfaces.reports.stated import Stated, unit_in, verdict
from taihang.services.account import PARK_SUBJECT
from taihang.services.ports import Ports
from taihang.services.report import EnterpriseFigures, ParkReport, report
from taihang.standards.ndrc_650 import Requirement, Verdict

KIND: Final = "park-period"
_INFLOWS: Final = ("import", "generation", "discharge")
_OUTFLOWS: Final = ("load", "charge", "export", "losses")
_PER_KW: Final = 1_000
_MET: Final = {Verdict.MET: True, Verdict.MISSED: False, Verdict.UNDEFINED: None}


def park_period(period: Period, *, label: str, lang: Lang, ports: Ports) -> Document:
    """Draw up the report of the park over a month or a year.

    Args:
        period: The period.
        label: Its name, ``YYYY-MM`` or ``YYYY``.
        lang: Language of the reader.
        ports: The park.

    Returns:
        The report.

    Raises:
        NotReportableError: If nothing of the period is settled.
    """
    found = report(period, label=label, ports=ports)
    names = dict.fromkeys((*months_in(period, ports.park.zone), label))
    stated = Stated([*names], ports=ports)
    kinds = ("standard-coal", "scope2-location", "scope2-market")
    bodies = [
        of
        for kind in kinds
        for subject in stated.subjects(kind)
        for _, of in stated.bodies(kind, subject)
    ]
    sections = [
        balance_section(found, lang),
        _ratios(found, stated, lang),
        _enterprises(found, stated, ports, lang),
        plants_section(found, ports, lang),
        energy_flow_section(PARK_SUBJECT, label, stated=stated, lang=lang),
        quality_section(found, lang),
        factor_section(bodies, lang),
    ]
    return assemble(
        Heading(kind=KIND, subject=PARK_SUBJECT, period=label, lang=lang),
        _figures(found, stated, lang),
        [section for section in sections if section is not None],
        stated=stated,
        ports=ports,
    )


def _figures(found: ParkReport, stated: Stated, lang: Lang) -> list[Figure]:
    green_wh = Decimal(found.matched_wh)
    certificates, rest_wh = found.certificates
    # The load counts estimated intervals, statements of electricity do not.
    measured = text("cli.report.measured", lang)
    rows: list[tuple[str, Cell, str, str]] = [
        ("load", _mwh(found.load_wh), "MWh", ""),
        ("pv", _mwh(found.generated_wh[PlantKind.PV]), "MWh", ""),
        ("wind", _mwh(found.generated_wh[PlantKind.WIND]), "MWh", ""),
        (
            "green_share",
            number(green_wh / found.load_wh * 100 if found.load_wh else None, 2),
            "%",
            text("report.figure.green_note", lang),
        ),
        ("coal", stated.cell("standard-coal", PARK_SUBJECT, 1), "tce", measured),
        ("location", stated.cell("scope2-location", PARK_SUBJECT, 1), "tCO₂", measured),
        ("market", number(found.scope2_market_tco2, 1), "tCO₂", text("report.summed", lang)),
        ("bill", number(found.bills_cny, 2), "CNY", text("report.bills", lang, n=found.n_bills)),
        (
            "certificates",
            number(certificates),
            "MWh",
            text("report.rest", lang, mwh=f"{Decimal(rest_wh) / WH_PER_MWH:,.3f}"),
        ),
    ]
    return [
        Figure(
            label=text(f"report.figure.{name}", lang),
            cell=cell,
            unit=unit_in(unit, lang),
            note=note,
        )
        for name, cell, unit, note in rows
    ]


def balance_section(found: ParkReport, lang: Lang) -> Section:
    """Return both sides of the accounts: they close to the watt-hour.

    Args:
        found: The figures.
        lang: Language of the reader.
    """
    tables: list[Table] = []
    for side, names in (("inflow", _INFLOWS), ("outflow", _OUTFLOWS)):
        parts = [(text(f"cli.flow.{name}", lang), found.flows_wh[name]) for name in names]
        parts.append((text("report.total", lang), sum(wh for _, wh in parts)))
        tables.append(
            Table(
                title="",
                columns=(
                    Column(title=text(f"report.balance.{side}", lang), is_number=False),
                    Column(title=text("report.energy.amount", lang), unit="MWh"),
                ),
                rows=tuple((prose(name), _mwh(wh, 6)) for name, wh in parts),
                n_sums=1,
            )
        )
    closure = text(
        "report.balance.closure",
        lang,
        n=f"{found.n_intervals - found.n_open:,}",
        open=f"{found.n_open:,}",
        error=f"{found.max_closure_error_wh:,}",
    )
    return Section(
        title=text("report.section.balance", lang), sentences=(closure,), tables=tuple(tables)
    )


def _ratios(found: ParkReport, stated: Stated, lang: Lang) -> Section:
    bodies = stated.bodies("ratios-650", PARK_SUBJECT)
    name = bodies[0][0] if len(bodies) == 1 else ""
    rows = tuple(_requirement(each, name, lang) for each in found.ratios.requirements)
    columns = tuple(
        Column(title=text(f"report.ratio.{key}", lang), is_number=key in {"value", "limit"})
        for key in ("name", "value", "limit", "verdict")
    )
    return Section(
        title=text("report.section.ratios", lang),
        sentences=(text("report.ratio.note", lang),),
        tables=(Table(title="", columns=columns, rows=rows),),
    )


def _requirement(each: Requirement, statement: str, lang: Lang) -> tuple[Cell, ...]:
    ratio = each.ratio
    percent = None if ratio is None else Decimal(ratio.numerator) / ratio.denominator * 100
    sign = "≥" if each.is_minimum else "≤"
    return (
        prose(f"{each.symbol} {each.name_zh if lang == 'zh' else each.name_en}"),
        number(percent, 2, statement=statement),
        prose(f"{sign} {each.threshold_ratio * 100:.0f} %"),
        verdict(each.sentence_zh if lang == "zh" else each.sentence_en, is_met=_MET[each.verdict]),
    )


def _enterprises(found: ParkReport, stated: Stated, ports: Ports, lang: Lang) -> Section:
    keys = ("name", "load", "peak", "green", "coal", "location", "market", "bill", "missing")
    units = ("", "MWh", "kW", "%", "tce", "tCO₂", "tCO₂", "CNY", "")
    columns = tuple(
        Column(
            title=text(f"report.enterprise.{key}", lang),
            unit=unit_in(unit, lang),
            is_number=key != "name",
        )
        for key, unit in zip(keys, units, strict=True)
    )
    largest_first = sorted(found.enterprises, key=lambda figures: -figures.load_wh)
    rows = tuple(_enterprise(each, stated, ports, lang) for each in largest_first)
    return Section(
        title=text("report.section.enterprises", lang, n=len(rows)),
        tables=(
            Table(
                title="",
                columns=columns,
                rows=(*rows, _sums(rows, lang)),
                n_sums=1,
                note=text("report.enterprise.note", lang),
            ),
        ),
    )


def _enterprise(
    figures: EnterpriseFigures, stated: Stated, ports: Ports, lang: Lang
) -> tuple[Cell, ...]:
    enterprise = ports.park.enterprises[figures.id]
    name = enterprise.name_zh if lang == "zh" else enterprise.name_en
    share = Decimal(figures.green_wh) / figures.load_wh * 100 if figures.load_wh else None
    return (
        prose(f"{figures.id} {name}"),
        _mwh(figures.load_wh),
        number(Decimal(figures.peak_w) / _PER_KW),
        number(share, 2),
        stated.cell("standard-coal", figures.id, 2),
        stated.cell("scope2-location", figures.id, 2),
        stated.cell("scope2-market", figures.id, 2),
        stated.cell("bill", figures.id, 2),
        number(figures.n_missing),
    )


_ADDED: Final = (1, 4, 5, 6, 7, 8)
"""Columns of enterprises that may be added up; peaks and shares may not."""


def _sums(rows: tuple[tuple[Cell, ...], ...], lang: Lang) -> tuple[Cell, ...]:
    cells = [prose(text("report.total", lang))]
    for column in range(1, len(rows[0]) if rows else 0):
        values = [row[column].value for row in rows]
        known = [value for value in values if value is not None]
        if column not in _ADDED or not known:
            cells.append(prose(""))
            continue
        digits = max(row[column].digits for row in rows)
        cells.append(number(sum(known, Decimal(0)), digits))
    return tuple(cells)


def plants_section(found: ParkReport, ports: Ports, lang: Lang) -> Section | None:
    """Return what each plant gave and who took it; None where the park has no plant.

    Args:
        found: The figures.
        ports: The park.
        lang: Language of the reader.
    """
    if not found.plants:
        return None
    keys = ("name", "generated", "matched", "share", "lots", "missing")
    units = ("", "MWh", "MWh", "%", "MWh", "")
    columns = tuple(
        Column(
            title=text(f"report.plant.{key}", lang),
            unit=unit_in(unit, lang),
            is_number=key != "name",
        )
        for key, unit in zip(keys, units, strict=True)
    )
    rows: list[tuple[Cell, ...]] = []
    for each in found.plants:
        plant = ports.park.plants[each.id]
        matched_wh = each.matched_line_wh + each.matched_pool_wh
        share = Decimal(matched_wh) / each.generated_wh * 100 if each.generated_wh else None
        rows.append(
            (
                prose(f"{each.id} {plant.name_zh if lang == 'zh' else plant.name_en}"),
                _mwh(each.generated_wh),
                _mwh(matched_wh),
                number(share, 2),
                _mwh(found.lots_wh.get(each.id, 0)),
                number(each.n_missing),
            )
        )
    sums = (
        prose(text("report.total", lang)),
        *(_column_sum(rows, column) for column in (1, 2)),
        prose(""),
        *(_column_sum(rows, column) for column in (4, 5)),
    )
    return Section(
        title=text("report.section.plants", lang, n=len(rows)),
        tables=(Table(title="", columns=columns, rows=(*rows, sums), n_sums=1),),
    )


def _column_sum(rows: Iterable[tuple[Cell, ...]], column: int) -> Cell:
    cells = [row[column] for row in rows]
    total = sum((cell.value for cell in cells if cell.value is not None), Decimal(0))
    return number(total, max(cell.digits for cell in cells))


def quality_section(found: ParkReport, lang: Lang) -> Section:
    """Return how good the data are, in sentences.

    Args:
        found: The figures.
        lang: Language of the reader.
    """
    numbers = {
        "n": f"{found.n_meter_intervals:,}",
        "missing": f"{found.n_missing:,}",
        "estimated": f"{found.n_estimated:,}",
    }
    sentences = [
        text("report.quality.readings", lang, **numbers),
        text("report.quality.matched", lang, n=found.n_overmatched),
        text("report.quality.alarms", lang, n=f"{found.n_alarms:,}"),
        _curtailment(found, lang),
    ]
    return Section(title=text("report.section.quality", lang), sentences=tuple(sentences))


def _curtailment(found: ParkReport, lang: Lang) -> str:
    if found.curtailed_wh is None:
        return text("report.quality.curtailment", lang)
    told = f"{Decimal(found.curtailed_wh) / WH_PER_MWH:,.1f}"
    return text("report.quality.curtailed", lang, mwh=told)


def _mwh(energy_wh: int, digits: int = 1) -> Cell:
    return number(Decimal(energy_wh) / WH_PER_MWH, digits)
