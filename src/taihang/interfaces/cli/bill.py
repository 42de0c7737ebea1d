"""``taihang bill`` and ``taihang options``: what a user pays, and what it might have paid."""

import argparse
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import wiring
from taihang.core.errors import InputError
from taihang.core.seal.canonical import load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.review import warning_lines
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import month_or_year_of
from taihang.interfaces.standing import standing_facts
from taihang.services.account import Draft, issue_statements
from taihang.services.act_log import log_acts
from taihang.services.bill_document import WHAT_IF
from taihang.services.ports import Ports
from taihang.services.review import Reviews
from taihang.services.tariff_options import options_drafts

_DIGITS: Final = 3
_BILLS: Final = ("bill", "bill" + WHAT_IF, "gateway-bill", "gateway-bill" + WHAT_IF)
Body = Mapping[str, Any]


class NoBillError(InputError):
    """No bill of that user and month was issued."""

    code = "input.no-bill"


def bill(args: argparse.Namespace) -> int:
    """Show a bill as it was issued, line by line."""
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        month = _month(args, ports)
        issued = _issued_bill(str(args.enterprise), month, ports)
        name = _name(issued.subject, ports, lang)
        standing = Reviews(ports).standing(issued, is_latest=True)
    body = cast("Body", load_canonical(issued.document.encode()))
    if args.json:
        say(args, {**body, "review": standing_facts(standing)}, "")
        return 0
    console = Console(highlight=False)
    console.print(Text(f"{issued.subject} {name} {month}", style="bold"), Text(issued.id, "dim"))
    console.print(_lines_table(cast("Sequence[Body]", body["lines"]), lang))
    kwh = Decimal(body["energy_wh"]) / 1_000
    state = text(f"cli.bill.{body['state']}", lang, usable=body["usable"], all=body["intervals"])
    total = Decimal(str(body["value"]))
    console.print(Text(text("cli.bill.total", lang, kwh=kwh, total=total, state=state)))
    if assumption := body.get("assumption"):
        console.print(Text(f"! {assumption[lang]}", style="yellow"))
    for words in warning_lines([standing], lang):
        console.print(Text(words, style="yellow"))
    return 0


def options(args: argparse.Namespace) -> int:
    """Compare the tariff options of twelve months, and with ``--issue`` state it."""
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=bool(args.issue)) as ports:
        month = _month(args, ports)
        subjects = None if args.enterprise is None else frozenset({str(args.enterprise)})
        drafts = options_drafts(month, ports=ports, subjects=subjects)
        if not drafts:
            raise _no_bill(str(args.enterprise or "*"), month)
        if args.issue:
            issue_statements(drafts, period=month, ports=ports)
            log_acts(ports=ports)
    if args.json:
        found = [{"series": each.series, **each.body} for each in drafts]
        say(args, {"month": month, "issued": bool(args.issue), "options": found}, "")
        return 0
    console = Console(highlight=False)
    console.print(_options_table(drafts, month, lang))
    assumptions = [cast("Body", draft.body).get("assumption") for draft in drafts]
    for words in dict.fromkeys(each[lang] for each in assumptions if each):
        console.print(Text(f"! {words}", style="yellow"))
    key = "cli.options.issued" if args.issue else "cli.done.draft"
    console.print(Text(text(key, lang), style="dim"))
    return 0


def _month(args: argparse.Namespace, ports: Ports) -> str:
    args.year = None
    name, _ = month_or_year_of(args, ports.park.zone)
    return name


def _issued_bill(user: str, month: str, ports: Ports) -> IssuedStatement:
    issued = {(each.kind, each.subject): each for each in ports.registry.latest_statements(month)}
    for kind in _BILLS:
        if (kind, user) in issued:
            return issued[kind, user]
    raise _no_bill(user, month)


def _no_bill(user: str, month: str) -> NoBillError:
    return NoBillError(
        given=f"{user} in {month}",
        expected="a user of a grid tariff and a settled month whose prices are known",
        remedy="settle the whole month; `taihang settle` says which months it could not bill",
    )


def _name(subject: str, ports: Ports, lang: Lang) -> str:
    asset = ports.park.assets.get(subject)
    if asset is None:
        return ""
    return asset.name_zh if lang == "zh" else asset.name_en


def _table(keys: Mapping[str, bool], lang: Lang) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for key, is_number in keys.items():
        table.add_column(text(f"cli.column.{key}", lang), justify="right" if is_number else "left")
    return table


def _lines_table(lines: Sequence[Body], lang: Lang) -> Table:
    table = _table({"item": False, "quantity": True, "price": True, "amount": True}, lang)
    for line in lines:
        title = str(line["title"][lang])
        reason = line["reason"]
        table.add_row(
            Text(title if reason is None else f"{title}  ({reason[lang]})"),
            _number(line["quantity"], str(line["unit"])),
            _number(line["price"], "", digits=6),
            _number(line["amount_cny"], "", digits=2),
        )
    return table


def _number(value: object, unit: str, *, digits: int = _DIGITS) -> str:
    """Print a number of a bill; what is not assessed is a dash, never a zero."""
    return "–" if value is None else f"{Decimal(str(value)):,.{digits}f} {unit}".rstrip()


def _options_table(drafts: Sequence[Draft], month: str, lang: Lang) -> Table:
    keys = ("capacity", "contract-demand", "metered-demand", "one-part")
    table = _table({"enterprise": False, **dict.fromkeys(keys, True), "saving": True}, lang)
    table.title = text("cli.options.title", lang, month=month)
    table.title_justify = "left"
    for draft in drafts:
        body = cast("Body", draft.body)
        cells: list[Text] = []
        for option in body["options"]:
            shown = _number(option["total_cny"], "", digits=0)
            if option["contract_kw"] is not None:
                shown += f"\n{Decimal(option['contract_kw']):,.0f} kW"
            best = option["option"] == body["cheapest"]
            marked = f"* {shown}" if option["option"] == body["current"] else shown
            cells.append(Text(marked, style="green" if best else ""))
        saving = _number(body["value"], "", digits=2)
        table.add_row(draft.subject, *cells, saving)
    return table
