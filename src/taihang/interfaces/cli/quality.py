"""``taihang quality``: how good the readings of a month are, worst meters first, with the place."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import wiring
from taihang.core.metering.vee.rule import FACTS
from taihang.core.metering.vee.score import FORMULA
from taihang.core.series import Quality
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import month_or_year_of
from taihang.services.ports import Ports
from taihang.services.quality import (
    Evidence,
    GatewayClock,
    MeterQuality,
    gateway_clocks,
    weight_of,
)
from taihang.services.quality import quality as quality_of

_SHOWN: Final = 20
"""Meters that the table shows; ``--json`` has all of them."""
_EVIDENCE_SHOWN: Final = 20
_BEST: Final = 100
_COLUMNS: Final = ("measured", "manual", "estimated", "missing", "rejected")
_KINDS: Final = (
    Quality.MEASURED,
    Quality.MANUAL,
    Quality.ESTIMATED,
    Quality.MISSING,
    Quality.REJECTED,
)


def quality(args: argparse.Namespace) -> int:
    """Report the quality of a month."""
    args.year = None
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(cast("str", args.dir)), writing=False) as ports:
        label, period = month_or_year_of(args, ports.park.zone)
        lines = quality_of(period, ports=ports, meter=cast("str | None", args.meter))
        clocks = gateway_clocks(period, ports=ports)
        if args.json:
            say(args, quality_facts(lines, clocks, label=label, ports=ports), "")
        else:
            _print(lines, clocks, label=label, ports=ports, lang=lang)
    return 0


def quality_facts(
    lines: Sequence[MeterQuality], clocks: Sequence[GatewayClock], *, label: str, ports: Ports
) -> dict[str, object]:
    """Return the quality of a month for machines.

    Args:
        lines: The meters, worst first.
        clocks: The clocks of the gateways.
        label: The month.
        ports: The park.

    Returns:
        What ``quality --json`` prints.
    """
    return {
        "park": ports.park.id,
        "month": label,
        "formula": FORMULA,
        "validated_by_threshold": ports.park.validation is not None,
        "estimation_methods": list(ports.park.estimation.methods) if ports.park.estimation else [],
        "meters": [_facts(line) for line in lines],
        "gateway_clocks": [
            {"gateway": each.gateway, "ahead_s": each.ahead_s, "wrong": each.is_wrong}
            for each in clocks
        ],
    }


def _facts(line: MeterQuality) -> dict[str, object]:
    return {
        "meter": line.meter,
        "node": line.node,
        "score": line.score,
        "grade": line.grade.value,
        "worst_score": line.worst_score,
        "worst_day": _instant(line.worst_day_s),
        "intervals": {kind.name.lower(): n for kind, n in line.counts.items()},
        "latency_s": line.latency_s,
        "findings": [
            {
                "rule": each.rule.value,
                "consequence": FACTS[each.rule].consequence.value,
                "count": each.n,
                "first": _instant(each.first_s),
                "found": each.value,
                "allowed": each.limit,
                "unit": FACTS[each.rule].unit,
            }
            for each in line.evidence
        ],
    }


def _instant(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat()


def _print(
    lines: Sequence[MeterQuality],
    clocks: Sequence[GatewayClock],
    *,
    label: str,
    ports: Ports,
    lang: Lang,
) -> None:
    park = ports.park.name_zh if lang == "zh" else ports.park.name_en
    console = Console()
    odd = [line for line in lines if line.score < _BEST or line.evidence]
    shown = (odd or list(lines))[:_SHOWN]
    console.print(
        _table(
            shown,
            title=text("cli.quality.title", lang, park=park, month=label),
            ports=ports,
            lang=lang,
        )
    )
    if len(lines) > len(odd) and odd:
        console.print(text("cli.quality.all_good", lang, n=len(lines) - len(odd)))
    heavy = sorted(
        ((line, each) for line in shown for each in line.evidence),
        key=lambda pair: -FACTS[pair[1].rule].penalty,
    )
    for line, each in heavy[:_EVIDENCE_SHOWN]:
        console.print(Text(_evidence(line, each, ports, lang)), soft_wrap=True)
    for clock in clocks:
        if clock.is_wrong:
            words = text("cli.quality.clock", lang, gateway=clock.gateway, ahead=clock.ahead_s)
            console.print(Text(words, style="yellow"))
    for key in _notes(ports):
        console.print(Text(text(f"cli.quality.{key}", lang), style="dim"), soft_wrap=True)


def _notes(ports: Ports) -> list[str]:
    notes = ["formula"]
    if ports.park.validation is None:
        notes.append("no_rules")
    if ports.park.estimation is None:
        notes.append("no_methods")
    return notes


def _table(lines: Sequence[MeterQuality], *, title: str, ports: Ports, lang: Lang) -> Table:
    table = Table(
        box=SIMPLE_HEAD,
        collapse_padding=True,  # nine columns fit a terminal of 80
        pad_edge=False,
        title=title,
        title_justify="left",
        title_style="bold",
    )
    table.add_column(text("cli.quality.score", lang), justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column(text("cli.quality.meter", lang), no_wrap=True)
    for name in _COLUMNS:
        table.add_column(text(f"cli.quality.{name}", lang), justify="right", no_wrap=True)
    table.add_column(text("cli.quality.worst", lang), no_wrap=True)
    for line in lines:
        day = datetime.fromtimestamp(line.worst_day_s, ports.park.zone)
        table.add_row(
            str(line.score),
            Text(text(f"cli.grade.{line.grade.value}", lang), style=_style(line)),
            line.meter,
            *(f"{line.counts[kind]:,}" for kind in _KINDS),
            f"{day:%m-%d} {line.worst_score}",
        )
    return table


def _style(line: MeterQuality) -> str:
    return {"good": "green", "fair": "yellow", "poor": "red"}[line.grade.value]


def _evidence(line: MeterQuality, each: Evidence, ports: Ports, lang: Lang) -> str:
    at = datetime.fromtimestamp(each.first_s, ports.park.zone)
    return text(
        "cli.quality.evidence",
        lang,
        meter=line.meter,
        rule=text(f"cli.rule.{each.rule.value.removeprefix('vee.')}", lang),
        id=each.rule.value,
        n=each.n,
        at=f"{at:%Y-%m-%d %H:%M}",
        value=f"{each.value:,}",
        limit=f"{each.limit:,}",
        unit=FACTS[each.rule].unit,
    )


def report_line(lines: Sequence[MeterQuality], lang: Lang) -> str:
    """Return the one line that a report has on the quality of its readings.

    Args:
        lines: The meters, worst first; at least one.
        lang: Language of the reader.
    """
    mean = sum(line.score for line in lines) // len(lines)
    # The first in order has the lowest score; of equal ones the heaviest rule is named.
    worst = max((line for line in lines if line.score == lines[0].score), key=weight_of)
    return text(
        "cli.quality.report",
        lang,
        n=len(lines),
        mean=mean,
        meter=worst.meter,
        score=worst.score,
    )
