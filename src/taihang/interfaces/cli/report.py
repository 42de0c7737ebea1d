"""The command `taihang report`: on the terminal, or as a file to hand in."""

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, cast

from taihang import wiring
from taihang.core.park.park import PARK_SUBJECT
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.report_centre import asked_of, issue, run_due
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.score import points_of, subject_of
from taihang.interfaces.cli.summary import print_report, report_facts
from taihang.interfaces.cli.words import WordsError, month_or_year_of
from taihang.interfaces.reports.compliance import compliance
from taihang.interfaces.reports.csv_file import csv_of
from taihang.interfaces.reports.document import Document, machine_form
from taihang.interfaces.reports.enterprise_month import enterprise_month
from taihang.interfaces.reports.html import html_of
from taihang.interfaces.reports.inventory_year import inventory_year
from taihang.interfaces.reports.park_inventory_year import park_inventory_year
from taihang.interfaces.reports.park_period import park_period
from taihang.interfaces.reports.pdf import pdf_of
from taihang.interfaces.reports.press import document_asked
from taihang.interfaces.reports.score_period import score_period
from taihang.interfaces.reports.statement_page import KIND as STATEMENT
from taihang.interfaces.reports.statement_page import statement_page
from taihang.interfaces.reports.xlsx import xlsx_of
from taihang.interfaces.reports.zero_carbon import zero_carbon_park
from taihang.services.ports import Ports
from taihang.services.report import report as report_period

TERMINAL: Final = "text"
ZERO_CARBON: Final = "zero-carbon"
SCORE: Final = "score"
COMPLIANCE: Final = "compliance"


def report(args: argparse.Namespace) -> int:
    """Report a stretch of time, issue its report, or issue every report that is due."""
    if args.due:
        return run_due(args)
    if args.issue:
        return issue(args)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        asked = (args.enterprise, args.statement, args.out, args.kind, args.day, args.week)
        if args.format == TERMINAL and not any(asked):
            _tell(args, ports)
            return 0
        document = _document(args, ports)
        form = "html" if args.format == TERMINAL else str(args.format)
        out = _out(args, document, form)
        data = set_document(document, form, args)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(data)
    facts = {
        "file": str(out),
        "bytes": len(data),
        "code": document.code,
        "statements": len(document.references),
    }
    say(args, facts, text("cli.done.report", _lang(args), **facts))
    return 0


def _tell(args: argparse.Namespace, ports: Ports) -> None:
    label, period = month_or_year_of(args, ports.park.zone)
    found = report_period(period, label=label, ports=ports)
    if args.json:
        say(args, report_facts(found, ports), "")
    else:
        print_report(found, ports, _lang(args))


def _document(args: argparse.Namespace, ports: Ports) -> Document:
    if args.statement is not None:
        return statement_page(str(args.statement), lang=_lang(args), ports=ports)
    if args.day or args.week:
        return document_asked(asked_of(args), lang=_lang(args), ports=ports)
    return _by_kind(args, ports)


def _by_kind(args: argparse.Namespace, ports: Ports) -> Document:
    """Draw up a report of a month or year."""
    label, period = month_or_year_of(args, ports.park.zone)
    if args.kind == SCORE:
        return _score(args, label, ports)
    if args.kind == COMPLIANCE:
        return _compliance(args, label, ports)
    if args.kind is not None:
        return _yearly(args, label, ports)
    if args.enterprise is None:
        return park_period(period, label=label, lang=_lang(args), ports=ports)
    if args.month is None:
        raise WordsError(
            given=f"--enterprise {args.enterprise} --year {label}",
            expected="a month: the statement of an enterprise is monthly",
            remedy=f"write for example --month {label}-06",
        )
    return enterprise_month(str(args.enterprise), label, lang=_lang(args), ports=ports)


def _score(args: argparse.Namespace, label: str, ports: Ports) -> Document:
    """Draw up an hourly score; it says what `taihang score` says."""
    given = args.enterprise if args.of is None else args.of
    subject = subject_of(PARK_SUBJECT if given is None else str(given), ports.park)
    points = None if args.raise_by is None else points_of(str(args.raise_by))
    return score_period(label, subject=subject, points=points, lang=_lang(args), ports=ports)


def _compliance(args: argparse.Namespace, month: str, ports: Ports) -> Document:
    """Draw up the certificate of a month: it quotes the statement that was issued."""
    if args.month is None or args.enterprise is not None:
        raise WordsError(
            given=f"--kind {args.kind} of {args.enterprise or month}",
            expected="a month of the park: the certificate is monthly, and of the whole project",
            remedy="write --month and leave --enterprise out",
        )
    return compliance(month, lang=_lang(args), ports=ports)


def _yearly(args: argparse.Namespace, year: str, ports: Ports) -> Document:
    """Draw up a report of a year: it quotes statements that were issued."""
    lang = _lang(args)
    if args.year is None:
        raise WordsError(
            given=f"--kind {args.kind} --month {year}",
            expected="a year: these reports are yearly",
            remedy=f"write --year {year[:4]}",
        )
    if args.kind == ZERO_CARBON and args.enterprise is not None:
        raise WordsError(
            given=f"--kind {args.kind} --enterprise {args.enterprise}",
            expected="no enterprise: the application is of the park",
            remedy="leave --enterprise out, or ask for --kind inventory",
        )
    if args.kind == ZERO_CARBON:
        return zero_carbon_park(year, lang=lang, ports=ports)
    if args.enterprise is None:
        return park_inventory_year(year, lang=lang, ports=ports)
    return inventory_year(str(args.enterprise), year, lang=lang, ports=ports)


def _out(args: argparse.Namespace, document: Document, form: str) -> Path:
    if args.out is not None:
        return Path(str(args.out))
    of = document.references[0].id if document.kind == STATEMENT else document.subject
    of = of if document.kind == STATEMENT else f"{of}.{document.period}"
    of = of if args.kind is None else f"{of}.{args.kind}"
    name = f"{of}.{document.lang}.{form}"
    return Path(str(args.dir)) / "reports" / name


def set_document(document: Document, form: str, args: argparse.Namespace) -> bytes:
    """Set a report in one of its forms.

    Args:
        document: The report.
        form: ``html``, ``pdf``, ``xlsx``, ``csv`` or ``json``.
        args: The words; ``fonts`` names a folder with fonts.
    """
    if form == "pdf":
        folders = () if args.fonts is None else (str(args.fonts),)
        return pdf_of(document, font_folders=folders)
    return _SETTERS[form](document)


def _json_of(document: Document) -> bytes:
    words = json.dumps(machine_form(document), ensure_ascii=False, indent=1, sort_keys=True)
    return f"{words}\n".encode()


_SETTERS: Final[Mapping[str, Callable[[Document], bytes]]] = {
    "csv": csv_of,
    "html": html_of,
    "xlsx": xlsx_of,
    "json": _json_of,
}


def _lang(args: argparse.Namespace) -> Lang:
    return cast("Lang", args.lang)
