"""The command `taihang sums`: energy and carbon of a year by enterprise, sector and park."""

import argparse
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import wiring
from taihang.interfaces.account_words import amount_told
from taihang.interfaces.catalogue import Lang, has_text, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import month_or_year_of
from taihang.services import carbon_account, energy_account, park_carbon
from taihang.services.account import Draft, issue_statements
from taihang.services.act_log import log_acts
from taihang.services.ports import Ports
from taihang.services.sum_table import drafts

Body = Mapping[str, Any]
_DIGITS: Final = 2
_NAME_WIDTH: Final = 20
_SHOWN: Final = 8
"""So many gaps stand on the terminal; ``--json`` has all."""
_PLAIN: Final = frozenset(("subject", "sector", "total", "stated"))


def sums(args: argparse.Namespace) -> int:
    """Show the sums of a year, and with ``--issue`` state them and all that they rest on."""
    lang = cast("Lang", args.lang)
    args.month = None
    with wiring.open_park(Path(str(args.dir)), writing=bool(args.issue)) as ports:
        year, _ = month_or_year_of(args, ports.park.zone)
        if args.issue:
            _issue(year, ports)
        found = drafts(year, ports=ports, unissued=() if args.issue else _accounts(year, ports))
        names = {
            asset.id: asset.name_zh if lang == "zh" else asset.name_en
            for asset in ports.park.assets.values()
        }
    if args.json:
        facts = {"year": year, "issued": bool(args.issue), "tables": [_facts(d) for d in found]}
        say(args, facts, "")
        return 0
    console = Console(highlight=False)
    for draft in found:
        _print(console, draft, names, lang)
    key = "cli.sums.issued" if args.issue else "cli.done.draft"
    console.print(Text(text(key, lang), style="dim"))
    return 0


def _accounts(year: str, ports: Ports) -> list[Draft]:
    """Draw up the accounts that the tables sum up."""
    jobs = (energy_account, carbon_account, park_carbon)
    return [draft for job in jobs for draft in job.drafts(year, ports=ports)]


def _issue(year: str, ports: Ports) -> None:
    """State the accounts that the tables sum up, then the tables."""
    issue_statements(_accounts(year, ports), period=year, ports=ports)
    issue_statements(drafts(year, ports=ports), period=year, ports=ports)
    log_acts(ports=ports)


def _facts(draft: Draft) -> dict[str, object]:
    return {"series": draft.series, **draft.body}


def _print(console: Console, draft: Draft, names: Mapping[str, str], lang: Lang) -> None:
    body = cast("Body", draft.body)
    title = text(f"cli.sums.{draft.kind}", lang, period=draft.period, unit=body["unit"])
    table = plain_table(title)
    columns = [name for name in body["members"] if name not in _PLAIN]
    table.add_column(text("cli.sums.member", lang), no_wrap=True, max_width=_NAME_WIDTH)
    every = (*body["rows"], *body["sectors"], body["members"])
    for name in (*columns, "total"):
        # A heading may be broken over lines, a number never.
        width = max(len(amount_told(row.get(name), 0)) for row in every)
        heading = text(f"cli.sums.column.{name}", lang)
        table.add_column(heading, justify="right", min_width=width, overflow="fold")
    for row in body["rows"]:
        _add(table, f"{row['subject']} {names.get(row['subject'], '')}", row, columns)
    table.add_section()
    for row in body["sectors"]:
        _add(table, _sector(row["sector"], lang), row, columns)
    table.add_section()
    _add(table, text("cli.sums.members", lang), body["members"], columns)
    console.print(table)
    for line in _steps(body, lang):
        console.print(line)
    for gap in body["not_assessed"][:_SHOWN]:
        why = text(f"cli.reason.{gap['reason']}", lang, detail=gap["detail"])
        console.print(Text(f"  ! {gap['what']}  {why}", style="yellow"))
    if len(body["not_assessed"]) > _SHOWN:
        n_more = len(body["not_assessed"]) - _SHOWN
        console.print(Text(text("cli.done.restatements_more", lang, n=n_more), style="yellow"))


def _add(table: Table, name: str, row: Body, columns: Sequence[str]) -> None:
    table.add_row(Text(name), *(amount_told(row.get(column), 0) for column in (*columns, "total")))


def _sector(sector: str, lang: Lang) -> str:
    key = f"sector.{sector}"
    name = text(key, lang) if has_text(key) else ""
    return f"{sector} {name}".strip() or text("cli.sums.no_sector", lang)


def _steps(body: Body, lang: Lang) -> list[str]:
    """Lead from the sum of the members to the park, so that a reader can add it up."""
    lines = [
        f"  {'+' if amount >= 0 else '−'} "
        f"{amount_told(abs(amount), _DIGITS)}  {text(_step_key(step['step']), lang)}"
        for step in body["between"]
        for amount in (Decimal(step["amount"]),)
    ]
    lines.append(f"  = {amount_told(body['reached'], _DIGITS)}  {text('cli.sums.reached', lang)}")
    words = text(
        "cli.sums.park",
        lang,
        park=amount_told(body["park"], _DIGITS),
        difference=amount_told(body["difference"], _DIGITS),
    )
    return [*lines, f"    {words}"]


def _step_key(step: str) -> str:
    return f"cli.sums.step.{step.replace('.', '-')}"
