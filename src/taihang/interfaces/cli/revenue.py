"""The command `taihang revenue`: who earned what in a month, and the results of assets."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import wiring
from taihang.core.errors import InputError, StateError
from taihang.core.park.park import PARK_SUBJECT
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import month_or_year_of
from taihang.interfaces.reports.asset_result import asset_result
from taihang.interfaces.reports.document import Document, machine_form
from taihang.interfaces.reports.document import Table as DocumentTable
from taihang.interfaces.reports.html import html_of
from taihang.interfaces.reports.pdf import pdf_of
from taihang.interfaces.reports.revenue_month import (
    operator_month,
    plant_month,
    settlement_month,
    user_month,
)
from taihang.interfaces.reports.xlsx import xlsx_of
from taihang.services.account import Draft, issue_statements, says_the_same
from taihang.services.act_log import log_acts
from taihang.services.asset_account import drafts
from taihang.services.ports import Ports

OPERATOR: Final = "operator"
ASSETS: Final = "assets"
_FORMS: Final[Mapping[str, Callable[[Document], bytes]]] = {
    ".html": html_of,
    ".pdf": pdf_of,
    ".xlsx": xlsx_of,
}


class NoAssetResultError(StateError):
    """Nothing of an asset is stated in a period."""

    code = "state.no-asset-result"


class UnknownPayeeError(InputError):
    """A settlement is asked of something that the park does not have."""

    code = "input.unknown-payee"


class PageFormError(InputError):
    """A page cannot be written in that form."""

    code = "input.page-form"


def revenue(args: argparse.Namespace) -> int:
    """Show the settlement of a month, or the result of assets; write it as a page."""
    lang = cast("Lang", args.lang)
    out = None if args.out is None else _out(Path(str(args.out)))
    with wiring.open_park(Path(str(args.dir)), writing=bool(args.issue)) as ports:
        period, _ = month_or_year_of(args, ports.park.zone)
        document, n_issued = _document(args, period, ports)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(_FORMS[out.suffix](document))
    if args.json:
        file = None if out is None else str(out)
        say(args, {**machine_form(document), "file": file, "issued": n_issued}, "")
        return 0
    console = Console(highlight=False)
    if out is None:
        _print(document, console)
    else:
        values = {"file": str(out), "code": document.code}
        console.print(text("revenue.note.written", lang, **values), soft_wrap=True)
    if n_issued:
        console.print(Text(text("revenue.note.issued", lang, n=n_issued), style="dim"))
    return 0


def _document(args: argparse.Namespace, period: str, ports: Ports) -> tuple[Document, int]:
    """Draw up the page that is asked for; results may be issued with it."""
    lang = cast("Lang", args.lang)
    of = None if args.of is None else str(args.of)
    park = ports.park
    is_result = of == ASSETS or of in park.batteries or args.year is not None or args.result
    if is_result:
        return _result(args, PARK_SUBJECT if of in {None, ASSETS} else str(of), period, ports)
    if of is None:
        return settlement_month(period, lang=lang, ports=ports), 0
    if of == OPERATOR:
        return operator_month(period, lang=lang, ports=ports), 0
    if of in park.plants:
        return plant_month(of, period, lang=lang, ports=ports), 0
    if of in park.users:
        return user_month(of, period, lang=lang, ports=ports), 0
    raise UnknownPayeeError(
        given=repr(of),
        expected=f"a plant, a user or a battery of the park, {OPERATOR} or {ASSETS}",
        remedy="correct the id, or leave --of out for all plants",
    )


def _result(
    args: argparse.Namespace, subject: str, period: str, ports: Ports
) -> tuple[Document, int]:
    found = drafts(period, ports=ports)
    if subject not in {draft.subject for draft in found}:
        raise NoAssetResultError(
            given=f"{args.of or ASSETS} in {period}",
            expected="a plant or a battery of the park, and a month that is settled and billed",
            remedy="correct the id, or settle the months first; [billing] makes plants be paid",
        )
    if args.issue:
        issue_statements(found, period=period, ports=ports)
        log_acts(ports=ports)
    ids = _issued(found, period, ports)
    document = asset_result(subject, found, ids=ids, lang=cast("Lang", args.lang), ports=ports)
    return document, len(found) if args.issue else 0


def _issued(found: Sequence[Draft], period: str, ports: Ports) -> dict[str, str]:
    """Return the issued statements that say what is known today, by series."""
    by_series = {one.series: one for one in ports.registry.latest_statements(period)}
    return {
        draft.series: one.id
        for draft in found
        if (one := by_series.get(draft.series)) is not None and says_the_same(one, draft)
    }


def _out(path: Path) -> Path:
    if path.suffix not in _FORMS:
        raise PageFormError(
            given=path.name,
            expected=f"a file name that ends in {', '.join(_FORMS)}",
            remedy="write for example --out settlement.pdf",
        )
    return path


# -- the terminal --------------------------------------------------------------------------------


def _print(document: Document, console: Console) -> None:
    console.print(Text(f"{document.title} · {document.period}", style="bold"))
    for figure in document.figures:
        note = f"  ({figure.note})" if figure.note else ""
        console.print(Text(f"{figure.label}  {figure.cell.printed} {figure.unit}{note}"))
    for section in document.sections:
        if section.title:
            console.print()
            console.print(Text(section.title, style="bold"))
        for table in section.tables:
            console.print(_table(table))
            if table.note:
                console.print(Text(table.note, style="dim"))
        for sentence in section.sentences:
            console.print(Text(sentence, style="dim"))


def _table(of: DocumentTable) -> Table:
    table = plain_table(of.title or None)
    for column in of.columns:
        unit = f"\n{column.unit}" if column.unit else ""
        justify = "right" if column.is_number else "left"
        table.add_column(column.title + unit, justify=justify, no_wrap=column.is_number)
    n_lines = len(of.rows) - of.n_sums
    for i, row in enumerate(of.rows):
        style = "bold" if i >= n_lines else ""
        table.add_row(
            *(Text(cell.printed, style=style) for cell in row), end_section=i == n_lines - 1
        )
    return table
