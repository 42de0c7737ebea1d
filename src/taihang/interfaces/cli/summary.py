"""A report as people read it in a terminal, and as machines read it in JSON."""

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from taihang.core.park.assets import PlantKind
from taihang.core.quantities import WH_PER_MWH
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.quality import report_line
from taihang.interfaces.cli.review import warning_lines
from taihang.interfaces.standing import standing_facts
from taihang.services.ports import Ports
from taihang.services.quality import MeterQuality, NotJudgedError, quality
from taihang.services.report import EnterpriseFigures, ParkReport
from taihang.services.review import Standing, standings
from taihang.standards.ndrc_650 import Requirement, Verdict

_TOP: Final = 8
_NAME_WIDTH: Final = 26
"""Columns of a terminal that the longest name may take; the table then fits into 80."""
_INFLOWS: Final = ("import", "generation", "discharge")
_OUTFLOWS: Final = ("load", "charge", "export", "losses")
_LARGE_WH: Final = 100_000 * WH_PER_MWH
_STORAGE: Final = ("discharge", "charge")
_MARK: Final = {
    Verdict.MET: ("✓", "green"),
    Verdict.MISSED: ("✗", "red"),
    Verdict.UNDEFINED: ("–", "yellow"),
}


def report_facts(found: ParkReport, ports: Ports) -> dict[str, object]:
    """Return a report for machines: exact integers and decimal texts, units in the names.

    Args:
        found: The report.
        ports: The park.

    Returns:
        What ``report --format json`` prints.
    """
    certificates, remainder_wh = found.certificates
    return {
        "park": ports.park.id,
        "label": found.label,
        "period": {"start": found.period.start.isoformat(), "end": found.period.end.isoformat()},
        "intervals": found.n_intervals,
        "intervals_of_period": found.period.n_steps,
        "open_intervals": found.n_open,
        "derived_grid_intervals": found.n_derived,
        "closure_error_wh": found.max_closure_error_wh,
        "loss_alarms": found.n_alarms,
        "coverage_ratio": round(found.coverage_ratio, 6),
        "estimated_intervals": found.n_estimated,
        "load_wh": found.load_wh,
        "generated_wh": {kind.value: wh for kind, wh in found.generated_wh.items()},
        "flows_wh": dict(found.flows_wh),
        "matched_green_wh": found.matched_wh,
        "overmatched_intervals": found.n_overmatched,
        "lots": {
            "count": found.n_lots,
            "wh": found.lots_wh,
            "certificates_mwh": certificates,
            "remainder_wh": remainder_wh,
        },
        "standard_coal_tce_equivalent": _decimal(found.standard_coal_tce),
        "scope2_location_tco2": _decimal(found.scope2_location_tco2),
        "scope2_market_tco2": _decimal(found.scope2_market_tco2),
        "bills": {"count": found.n_bills, "cny": _decimal(found.bills_cny)},
        "statement_ids": list(found.statement_ids),
        "review": [standing_facts(each) for each in _signed(found, ports)],
        "ratios_650": [_requirement(requirement) for requirement in found.ratios.requirements],
        "curtailment": "not metered" if found.curtailed_wh is None else "metered",
        "quality": _quality_facts(_judged(found, ports)),
        "enterprises": [_enterprise(figures) for figures in found.enterprises],
        "plants": [
            {
                "id": plant.id,
                "kind": plant.kind.value,
                "generated_wh": plant.generated_wh,
                "matched_line_wh": plant.matched_line_wh,
                "matched_pool_wh": plant.matched_pool_wh,
                "missing_intervals": plant.n_missing,
            }
            for plant in found.plants
        ],
        "log": {
            "origin": ports.log_origin,
            "size": ports.journal.size,
            "root": ports.journal.tree.root().hex(),
        },
    }


def print_report(found: ParkReport, ports: Ports, lang: Lang) -> None:
    """Print a report for people.

    Args:
        found: The report.
        ports: The park.
        lang: Language of the reader.
    """
    console = Console()
    name = ports.park.name_zh if lang == "zh" else ports.park.name_en
    console.print()
    console.print(Panel.fit(Text(f"{name} · {found.label}", style="bold"), border_style="cyan"))
    console.print(_figures(found, lang))
    console.print(_balance(found, ports, lang))
    console.print(_verdicts(found, lang))
    console.print(_top_enterprises(found, ports, lang))
    console.print(Text(text("cli.report.notes", lang), style="dim"))
    if lines := _judged(found, ports):
        console.print(Text(report_line(lines, lang), style="dim"))
    for words in warning_lines(_signed(found, ports), lang):
        console.print(Text(words, style="yellow"))


def _signed(found: ParkReport, ports: Ports) -> list[Standing]:
    """Return the statements behind a report that somebody signed, in this version or before."""
    every = standings(dict.fromkeys([*found.months, found.label]), ports=ports)
    return [each for each in every if each.history or each.locked_before]


def _quality_facts(lines: list[MeterQuality]) -> dict[str, object] | None:
    if not lines:
        return None
    mean = sum(line.score for line in lines) // len(lines)
    return {"meters": len(lines), "mean_score": mean, "lowest_score": lines[0].score}


def _judged(found: ParkReport, ports: Ports) -> list[MeterQuality]:
    """Return the quality of the period; nothing if it was settled before there was any."""
    try:
        return quality(found.period, ports=ports)
    except NotJudgedError:
        return []


def _figures(found: ParkReport, lang: Lang) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(style="dim")
    rows: list[tuple[str, str, str, str]] = [
        ("load", _mwh(found.load_wh), "MWh", _settled_note(found, lang)),
        ("pv", _mwh(found.generated_wh[PlantKind.PV]), "MWh", ""),
        ("wind", _mwh(found.generated_wh[PlantKind.WIND]), "MWh", ""),
        (
            "matched",
            _mwh(found.matched_wh),
            "MWh",
            text("cli.report.matched", lang, n=found.n_overmatched),
        ),
        (
            "lots",
            f"{found.certificates[0]:,}",
            "MWh",
            text("cli.report.lots", lang, n=f"{found.n_lots:,}"),
        ),
        ("coal", _amount(found.standard_coal_tce), "tce", text("cli.report.equivalent", lang)),
        (
            "location",
            _amount(found.scope2_location_tco2),
            "tCO₂",
            text("cli.report.measured", lang),
        ),
        ("market", _amount(found.scope2_market_tco2), "tCO₂", ""),
        ("bills", _amount(found.bills_cny), "CNY", text("cli.report.bills", lang, n=found.n_bills)),
        (
            "coverage",
            f"{_floored(found.coverage_ratio)} %",
            "",
            text("cli.report.open", lang, n=found.n_open, n_estimated=found.n_estimated),
        ),
        (
            "closure",
            f"{found.max_closure_error_wh:,}",
            "Wh",
            text("cli.report.closure", lang, n=f"{found.n_intervals - found.n_open:,}"),
        ),
    ]
    for key, value, unit, note in rows:
        table.add_row(text(f"cli.figure.{key}", lang), value, unit, note)
    return table


def _settled_note(found: ParkReport, lang: Lang) -> str:
    """Say it where a report stands on a part of its period only."""
    n_all = found.period.n_steps
    if found.n_intervals == n_all:
        return ""
    return text("cli.report.settled", lang, n=f"{found.n_intervals:,}", n_all=f"{n_all:,}")


def _balance(found: ParkReport, ports: Ports, lang: Lang) -> Text:
    """Return the closed accounts as two sums that a reader can add up."""
    head = text("cli.report.balance", lang, n=f"{found.n_intervals - found.n_open:,}")
    if found.n_derived:
        head += text("cli.report.derived", lang, n=f"{found.n_derived:,}")
    stores = () if ports.park.batteries else _STORAGE
    inflow = _sum([name for name in _INFLOWS if name not in stores], found, lang)
    outflow = _sum([name for name in _OUTFLOWS if name not in stores], found, lang)
    lines = [
        text("cli.report.inflow", lang, sum=inflow),
        text("cli.report.outflow", lang, sum=outflow),
    ]
    return Text("\n".join([head, *lines, ""]))


def _sum(names: Iterable[str], found: ParkReport, lang: Lang) -> str:
    parts_wh = {name: found.flows_wh[name] for name in names}
    total_wh = sum(parts_wh.values())
    # The sum of a large park or a year stays on its line: a tenth of a MWh says nothing there.
    digits = 1 if total_wh < _LARGE_WH else 0
    parts = [
        f"{text(f'cli.flow.{name}', lang)} {_mwh(wh, digits)}" for name, wh in parts_wh.items()
    ]
    return f"{' + '.join(parts)} = {_mwh(total_wh, digits)}"


def _verdicts(found: ParkReport, lang: Lang) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1))
    for requirement in found.ratios.requirements:
        mark, colour = _MARK[requirement.verdict]
        sentence = requirement.sentence_zh if lang == "zh" else requirement.sentence_en
        table.add_row(Text(mark, style=f"bold {colour}"), Text(sentence, style=colour))
    return table


def _top_enterprises(found: ParkReport, ports: Ports, lang: Lang) -> Table:
    table = Table(
        box=SIMPLE_HEAD,
        pad_edge=False,
        title=text("cli.report.top", lang, n=min(_TOP, len(found.enterprises))),
        title_justify="left",
        title_style="bold",
    )
    table.add_column(
        text("cli.column.enterprise", lang),
        no_wrap=True,
        overflow="ellipsis",
        max_width=_NAME_WIDTH,
    )
    for key in ("load", "green", "location", "bill", "missing"):
        table.add_column(text(f"cli.column.{key}", lang), justify="right", no_wrap=True)
    for figures in sorted(found.enterprises, key=lambda f: -f.load_wh)[:_TOP]:
        enterprise = ports.park.enterprises[figures.id]
        name = enterprise.name_zh if lang == "zh" else enterprise.name_en
        table.add_row(
            f"{figures.id} {name}",
            f"{figures.load_wh / WH_PER_MWH:,.0f}",
            f"{figures.green_wh / figures.load_wh:.1%}" if figures.load_wh else "–",
            _whole(figures.scope2_location_tco2),
            _whole(figures.bill_cny),
            str(figures.n_missing),
        )
    return table


def _mwh(energy_wh: int, digits: int = 1) -> str:
    return f"{Decimal(energy_wh) / WH_PER_MWH:,.{digits}f}"


def _floored(ratio: float) -> str:
    """Return a coverage in percent, cut and not rounded: 100 is said of nothing less."""
    return f"{math.floor(ratio * 100_000) / 1_000:.3f}"


def _amount(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _whole(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize() + 0, "f")


def _requirement(requirement: Requirement) -> dict[str, object]:
    ratio = requirement.ratio
    return {
        "symbol": requirement.symbol,
        "ratio": None if ratio is None else round(float(ratio), 6),
        "threshold_ratio": str(requirement.threshold_ratio),
        "verdict": requirement.verdict.value,
        "zh": requirement.sentence_zh,
        "en": requirement.sentence_en,
    }


def _enterprise(figures: EnterpriseFigures) -> dict[str, object]:
    return {
        "id": figures.id,
        "load_wh": figures.load_wh,
        "peak_w": figures.peak_w,
        "green_wh": figures.green_wh,
        "standard_coal_tce_equivalent": _decimal(figures.standard_coal_tce),
        "scope2_location_tco2": _decimal(figures.scope2_location_tco2),
        "scope2_market_tco2": _decimal(figures.scope2_market_tco2),
        "bill_cny": _decimal(figures.bill_cny),
        "missing_intervals": figures.n_missing,
        "estimated_intervals": figures.n_estimated,
    }
