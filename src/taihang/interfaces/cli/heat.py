"""The command `taihang heat`: waste heat and shared heat of a month or a year."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import wiring
from taihang.core.errors import StateError
from taihang.interfaces.account_words import amount_told, share_told
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import month_or_year_of
from taihang.services.account import PARK_SUBJECT, Draft, issue_statements
from taihang.services.act_log import log_acts
from taihang.services.waste_heat_account import drafts

Body = Mapping[str, Any]
_AMOUNTS: Final[Mapping[str, str]] = {
    "recoverable": "recoverable_gj",
    "recovered": "recovered_gj",
    "recovered_share": "recovered_ratio",
    "supplied": "supplied_gj",
    "delivered": "delivered_gj",
    "loss": "loss_gj",
}
_SAVINGS: Final[Mapping[str, str]] = {"saved": "saved_tce", "avoided": "avoided_tco2"}


class NoWasteHeatError(StateError):
    """Nobody has waste heat or passes heat on in a period, as far as is known."""

    code = "state.no-waste-heat"


def heat(args: argparse.Namespace) -> int:
    """Show waste heat and shared heat of a period, and issue the accounts if asked."""
    lang = cast("Lang", args.lang)
    subjects = None if args.subject is None else [str(args.subject)]
    with wiring.open_park(Path(str(args.dir)), writing=bool(args.issue)) as ports:
        period, _ = month_or_year_of(args, ports.park.zone)
        found = drafts(period, ports=ports, subjects=subjects)
        if not found:
            raise NoWasteHeatError(
                given=f"{args.subject or 'any subject'} in {period}",
                expected="waste heat or heat supplied in activity data, or a line of "
                "[heat_networks]",
                remedy="hand in the form of the period, or name another subject",
            )
        if args.issue:
            issue_statements(found, period=period, ports=ports)
            log_acts(ports=ports)
        park = ports.park.name_zh if lang == "zh" else ports.park.name_en
    if args.json:
        facts = [{"series": draft.series, **draft.body} for draft in found]
        say(args, {"period": period, "accounts": facts}, "")
        return 0
    console = Console(highlight=False)
    console.print(_table(found, text("cli.heat.title", lang, park=park, period=period), lang))
    if subjects is not None and "months" in found[0].body:
        console.print(_months(cast("Body", found[0].body["months"]), lang))
    for line in _notes(found, lang):
        console.print(line)
    done = "cli.heat.issued" if args.issue else "cli.done.draft"
    values = {"n": len(found)} if args.issue else {}
    console.print(Text(text(done, lang, **values), style="dim"))
    return 0


def _table(found: list[Draft], title: str, lang: Lang) -> Table:
    columns = {**_AMOUNTS, **_SAVINGS}
    table = _headed_table(title, "subject", [*columns], lang)
    for draft in found:
        is_park = draft.subject == PARK_SUBJECT
        name = text("cli.heat.park", lang) if is_park else draft.subject
        table.add_row(name, *_cells(draft.body, columns))
    return table


def _months(months: Body, lang: Lang) -> Table:
    table = _headed_table(None, "month", [*_AMOUNTS], lang)
    for name, body in months.items():
        table.add_row(name, *_cells(cast("Body", body), _AMOUNTS))
    return table


def _notes(found: list[Draft], lang: Lang) -> Iterator[Text]:
    for draft in found:
        body = cast("Body", draft.body)
        received = cast("Mapping[str, str | None]", body["received_gj"])
        users = [
            text("cli.heat.user", lang, name=name, gj=amount_told(gj, 0))
            for name, gj in received.items()
        ]
        if users and draft.subject != PARK_SUBJECT:
            joined = ("；" if lang == "zh" else "; ").join(users)
            yield Text(text("cli.heat.users", lang, subject=draft.subject, users=joined))
        if body["loss_gj"] is not None and draft.subject != PARK_SUBJECT:
            closing = {
                "supplied": amount_told(body["supplied_gj"], 0),
                "delivered": amount_told(body["delivered_gj"], 0),
                "loss": amount_told(body["loss_gj"], 0),
                "share": share_told(body["loss_ratio"]),
            }
            yield Text(text("cli.heat.closes", lang, **closing))
    yield from _last_notes(cast("Body", found[-1].body), lang)


def _last_notes(body: Body, lang: Lang) -> Iterator[Text]:
    """Coverage, every gap, and the reference: the park's, or those of the one asked for."""
    if body["served"] is not None:
        served = {"n": body["served"], "all": body["enterprises"]}
        yield Text(text("cli.heat.served", lang, **served))
    for gap in cast("list[dict[str, str]]", body["not_assessed"]):
        yield Text(f"  ! {gap[lang]}", style="yellow")
    if body["reference"] is not None:
        of = cast("Mapping[str, str]", body["reference"])
        told = {
            "boiler": share_told(of["boiler_efficiency_ratio"]),
            "drive": of["drive_kwh_per_gj"],
            "carbon": of["tco2_per_tce"],
            "source": of["source"],
        }
        yield Text(text("cli.heat.reference", lang, **told), style="dim")


def _headed_table(title: str | None, first: str, others: list[str], lang: Lang) -> Table:
    table = plain_table(title)
    table.add_column(text(f"cli.heat.{first}", lang))
    for key in others:
        # A heading is broken between its words, and never cut.
        heading = text(f"cli.heat.{key}", lang)
        table.add_column(heading, justify="right", no_wrap=" " not in heading)
    return table


def _cells(body: Mapping[str, Any], columns: Mapping[str, str]) -> Iterator[str]:
    for key in columns.values():
        yield share_told(body[key]) if key.endswith("ratio") else amount_told(body[key], 0)
