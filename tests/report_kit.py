"""Reports of the demo park, and a report whose names mean harm."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Final

from taihang import wiring
from taihang.core.periods import month
from taihang.interfaces.catalogue import Lang
from taihang.interfaces.reports.document import (
    Column,
    Document,
    Figure,
    Section,
    Table,
    number,
    prose,
)
from taihang.interfaces.reports.enterprise_month import enterprise_month
from taihang.interfaces.reports.park_period import park_period
from taihang.services.ports import Ports

MONTH: Final = "2026-09"


def park_report(ports: Ports, lang: Lang) -> Document:
    """Draw up the month of the park."""
    return park_period(month(MONTH, ports.park.zone), label=MONTH, lang=lang, ports=ports)


def enterprise_report(ports: Ports, lang: Lang) -> Document:
    """Draw up the month of one enterprise."""
    return enterprise_month("E17", MONTH, lang=lang, ports=ports)


KINDS: Final[Mapping[str, Callable[[Ports, Lang], Document]]] = {
    "park-period": park_report,
    "enterprise-month": enterprise_report,
}


def drawn_up(root: Path, kind: str, lang: Lang) -> Document:
    """Draw up a report of a park folder."""
    with wiring.open_park(root, writing=False) as ports:
        return KINDS[kind](ports, lang)


HOSTILE: Final = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "{{ 7|add:7 }}{% debug %}",
    '=HYPERLINK("http://x.example","a")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "-2+3",
    "http://x.example/",
    '#import "x.typ": *',
    "#panic()",
    "$ x $ *bold* _it_ `raw`",
    "a\u202eb\u2066c",
    "1e400",
    "\\u0000 \\n",
    "]]>--><!--",
)
"""Names that would do something if a form took them for more than words."""


def hostile_report(document: Document) -> Document:
    """Return a report whose every text is one of these names."""
    rows = tuple((prose(name), number(Decimal(1), 2)) for name in HOSTILE)
    table = Table(
        title=HOSTILE[0],
        columns=(Column(title=HOSTILE[4], is_number=False), Column(title=HOSTILE[9])),
        rows=rows,
        note=HOSTILE[1],
    )
    figures = tuple(Figure(label=name, cell=prose(name), unit=name, note=name) for name in HOSTILE)
    return replace(
        document,
        title=HOSTILE[0],
        subtitle=HOSTILE[9],
        figures=figures,
        sections=(Section(title=HOSTILE[2], sentences=HOSTILE, tables=(table,)),),
        references=(),
    )
