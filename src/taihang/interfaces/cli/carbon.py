"""The command `taihang carbon`: the inventory of the park or of one enterprise, added up."""

import argparse
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import wiring
from taihang.core.errors import StateError
from taihang.interfaces.account_words import amount_told, gap_name, line_name
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import month_or_year_of
from taihang.services import carbon_account, park_carbon
from taihang.services.account import PARK_SUBJECT, Draft, issue_statements
from taihang.services.act_log import log_acts
from taihang.services.ports import Ports

Body = Mapping[str, Any]
_DIGITS: Final = 2
_VIEWS: Final = ("location", "market", "physical")


class NoCarbonInventoryError(StateError):
    """There is no inventory of a subject in a year."""

    code = "state.no-carbon-inventory"


def carbon(args: argparse.Namespace) -> int:
    """Show the inventory of a year line by line, and issue it if asked."""
    lang = cast("Lang", args.lang)
    subject = str(args.subject or PARK_SUBJECT)
    args.month = None
    with wiring.open_park(Path(str(args.dir)), writing=bool(args.issue)) as ports:
        year, _ = month_or_year_of(args, ports.park.zone)
        draft = _draft(subject, year, ports)
        done = text("cli.done.draft", lang)
        if args.issue:
            issue_statements([draft], period=year, ports=ports)
            log_acts(ports=ports)
            done = text("cli.done.issued", lang, id=ports.registry.statement(draft.series).id)
        asset = ports.park.assets.get(subject, ports.park)
        name = asset.name_zh if lang == "zh" else asset.name_en
    if args.json:
        say(args, {"series": draft.series, **draft.body}, "")
        return 0
    console = Console(highlight=False)
    console.print(_table(draft.body, f"{name} · {year}", lang))
    for line in _sums(draft.body, lang):
        console.print(line)
    for gap in cast("list[dict[str, str]]", draft.body["not_assessed"]):
        why = text(f"cli.reason.{gap['reason']}", lang, detail=gap["detail"])
        console.print(Text(f"  ! {gap_name(gap['what'], lang)}  {why}", style="yellow"))
    console.print(Text(done, style="dim"))
    return 0


def _draft(subject: str, year: str, ports: Ports) -> Draft:
    jobs = park_carbon if subject == PARK_SUBJECT else carbon_account
    found = jobs.drafts(year, ports=ports, subjects=[subject])
    if not found:
        raise NoCarbonInventoryError(
            given=f"{subject} in {year}",
            expected=f"{PARK_SUBJECT}, or an enterprise that was in the park in that year",
            remedy="name one of park.toml, or another year",
        )
    return found[0]


def _table(body: Body, title: str, lang: Lang) -> Table:
    table = plain_table(title)
    table.add_column(text("cli.carbon.kind", lang), no_wrap=True)
    # A long name may be broken over lines, a number never.
    table.add_column(text("cli.carbon.item", lang), overflow="fold")
    for key in ("amount", "unit", "emission"):
        justify = "left" if key == "unit" else "right"
        table.add_column(text(f"cli.carbon.{key}", lang), justify=justify, no_wrap=True)
    for line in cast("list[Body]", body["lines"]):
        name = line_name(dict(line), lang)
        item = f"{line['subject']} {name}" if "subject" in line else name
        table.add_row(
            text(f"cli.carbon.kinds.{line['kind']}", lang),
            item,
            amount_told(line["quantity"], _DIGITS),
            str(line["unit"]),
            amount_told(line["t_co2e"], _DIGITS),
        )
    return table


def _sums(body: Body, lang: Lang) -> list[str]:
    """Tell the sums: of an enterprise three views, never added; of the park one."""
    electricity = cast("Body | None", body.get("electricity"))
    told = _method(cast("Body | None", body.get("method")), lang)
    for name in _VIEWS if electricity is not None else ():
        view = cast("Body | None", cast("Body", electricity)["views"][name])
        if view is not None:
            told.append(
                text(
                    f"cli.carbon.views.{name}",
                    lang,
                    base=amount_told(_plus(body["scope1_t"], body["heat_t"]), _DIGITS),
                    power=amount_told(view["scope2_t"], _DIGITS),
                    total=amount_told(view["total_t"], _DIGITS),
                )
            )
    key = "part" if body["value"] is None else "whole"
    told.append(
        text(
            f"cli.carbon.{key}", lang, t=amount_told(body["assessed_t"], _DIGITS), unit=body["unit"]
        )
    )
    return told


def _method(method: Body | None, lang: Lang) -> list[str]:
    """Tell by which text the inventory of an enterprise is drawn up; of the park it is annex 4."""
    if method is None:
        return []
    if method["text"] is not None:
        return [text("cli.carbon.method", lang, text=method["text"], name=method[lang])]
    candidates = ", ".join(method["candidates"]) or "–"
    return [text("cli.carbon.no_method", lang, candidates=candidates)]


def _plus(*amounts: str) -> str:
    return str(sum((Decimal(each) for each in amounts), start=Decimal(0)))
