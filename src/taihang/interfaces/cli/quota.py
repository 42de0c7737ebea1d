"""The command `taihang quota`: how the quotas and budgets of a year stand."""

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
from taihang.services.account import Draft, issue_statements
from taihang.services.act_log import log_acts
from taihang.services.quota_account import drafts

Body = Mapping[str, Any]
_STYLES: Final[Mapping[str, str]] = {
    "within": "green",
    "watch": "yellow",
    "warning": "red",
    "breached": "bold red",
    "unknown": "dim",
}
_TEXTS: Final = ("subject", "measure", "alert")
_COLUMNS: Final = (
    "subject",
    "measure",
    "limit",
    "used",
    "share",
    "expected",
    "chance",
    "alert",
)


class NoQuotaError(StateError):
    """Nobody set a quota for a subject and year."""

    code = "state.no-quota"


def quota(args: argparse.Namespace) -> int:
    """Show how the quotas of a year stand, and issue it if asked."""
    lang = cast("Lang", args.lang)
    args.month = None
    subjects = None if args.subject is None else [str(args.subject)]
    with wiring.open_park(Path(str(args.dir)), writing=bool(args.issue)) as ports:
        year, _ = month_or_year_of(args, ports.park.zone)
        found = drafts(year, ports=ports, subjects=subjects)
        if not found:
            raise NoQuotaError(
                given=f"{args.subject or 'any subject'} in {year}",
                expected=f"a quota that holds on {year}-12-31",
                remedy="write one into [quotas] of park.toml, or name another year",
            )
        if args.issue:
            issue_statements(found, period=year, ports=ports)
            log_acts(ports=ports)
        park = ports.park.name_zh if lang == "zh" else ports.park.name_en
    if args.json:
        facts = [{"series": draft.series, **draft.body} for draft in found]
        say(args, {"year": year, "quotas": facts}, "")
        return 0
    console = Console(highlight=False)
    console.print(_table(found, text("cli.quota.title", lang, park=park, year=year), lang))
    if subjects is not None:
        console.print(_months(found[0].body, year, lang))
    for line in _notes(found, lang):
        console.print(line)
    done = "cli.quota.issued" if args.issue else "cli.done.draft"
    values = {"n": len(found)} if args.issue else {}
    console.print(Text(text(done, lang, **values), style="dim"))
    return 0


def _table(found: list[Draft], title: str, lang: Lang) -> Table:
    table = plain_table(title)
    for key in _COLUMNS:
        justify = "left" if key in _TEXTS else "right"
        table.add_column(text(f"cli.quota.{key}", lang), justify=justify, no_wrap=True)
    for draft in found:
        for line in _lines(draft.body):
            forecast = cast("Body", line["forecast"] or {})
            alert = str(line["alert"])
            table.add_row(
                draft.subject,
                text(f"cli.quota.measures.{line['measure']}", lang),
                amount_told(line["limit"], 0),
                amount_told(line["used"], 0),
                share_told(line["used_ratio"]),
                amount_told(forecast.get("expected"), 0),
                share_told(forecast.get("breach_chance_ratio")),
                Text(text(f"cli.quota.alerts.{alert}", lang), style=_STYLES[alert]),
            )
    return table


def _months(body: Body, year: str, lang: Lang) -> Table:
    """The months of one subject, beside those of the year before."""
    table = plain_table(None)
    table.add_column(text("cli.quota.month", lang))
    for line in _lines(body):
        measure = text(f"cli.quota.measures.{line['measure']}", lang)
        for of in (int(year) - 1, int(year)):
            named = f"{measure} {text('cli.quota.now', lang, year=of)}"
            table.add_column(named, justify="right")
    for number in range(1, 13):
        name = f"{number:02d}"
        cells = (
            amount_told(cast("Body", line[of]).get(name), 0)
            for line in _lines(body)
            for of in ("last_year", "months")
        )
        table.add_row(name, *cells)
    return table


def _notes(found: list[Draft], lang: Lang) -> Iterator[Text]:
    for draft in found:
        for line in _lines(draft.body):
            forecast = cast("Body", line["forecast"] or {"method": "none"})
            method = str(forecast["method"]).replace("/", "-")
            told = {
                "quota": line["quota"],
                "months": _n_known(line),
                "method": text(f"cli.quota.methods.{method}", lang),
                "interval": _interval(forecast),
            }
            of = {key: line[key] for key in ("document", "valid_from", "valid_to")}
            yield Text(text("cli.quota.basis", lang, **told))
            yield Text(text("cli.quota.document", lang, **of), style="dim")
            if n := line["missing_intervals"]:
                yield Text(text("cli.quota.missing", lang, quota=line["quota"], n=n))
        for gap in cast("list[dict[str, str]]", draft.body["not_assessed"]):
            yield Text(f"  ! {gap[lang]}", style="yellow")
    levels = cast("Body", found[0].body["levels"])
    yield Text(
        text(
            "cli.quota.rules",
            lang,
            watch=share_told(levels["watch_chance_ratio"]),
            warning=share_told(levels["warning_chance_ratio"]),
            interval=share_told(levels["interval_ratio"]),
            source=levels["source"],
        ),
        style="dim",
    )


def _lines(body: Body) -> list[Body]:
    return cast("list[Body]", body["lines"])


def _n_known(line: Body) -> int:
    return sum(amount is not None for amount in cast("Body", line["months"]).values())


def _interval(forecast: Body) -> str:
    if forecast.get("low") is None:
        return "–"
    return f"{amount_told(forecast['low'], 0)} … {amount_told(forecast['high'], 0)}"
