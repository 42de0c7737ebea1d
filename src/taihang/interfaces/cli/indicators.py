"""``taihang indicators`` and ``taihang pathway``: what a committee asks of a year."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import wiring
from taihang.core.seal.canonical import JsonValue
from taihang.interfaces.account_words import share_told
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import month_or_year_of
from taihang.services import indicator_account, pathway_account
from taihang.services.account import Draft, issue_statements
from taihang.services.act_log import log_acts
from taihang.services.ports import Ports

Body = Mapping[str, JsonValue]
_PER_10KT: Final = 10_000
_BAR: Final = 24
"""Columns of the longest bar."""
_STYLES: Final[Mapping[str, str]] = {"met": "green", "not-met": "red", "not-assessed": "yellow"}


def indicators(args: argparse.Namespace) -> int:
    """Judge a year by the six indicators of a zero-carbon park."""

    def draw_up(year: str, ports: Ports) -> Draft:
        (draft,) = indicator_account.drafts(year, ports=ports)
        return draft

    return _tell(args, draw_up, _print_indicators)


def pathway(args: argparse.Namespace) -> int:
    """Show the way to the peak of carbon as of a year."""

    def draw_up(year: str, ports: Ports) -> Draft:
        pathway_account.demand_plan(year, ports=ports)
        (draft,) = pathway_account.drafts(year, ports=ports)
        return draft

    return _tell(args, draw_up, _print_pathway)


def _tell(
    args: argparse.Namespace,
    draw_up: Callable[[str, Ports], Draft],
    show: Callable[[Console, Body, str, Lang], None],
) -> int:
    lang = cast("Lang", args.lang)
    args.month = None
    with wiring.open_park(Path(str(args.dir)), writing=bool(args.issue)) as ports:
        year, _ = month_or_year_of(args, ports.park.zone)
        draft = draw_up(year, ports)
        note, statement_id = _issued(draft, ports, lang) if args.issue else (None, None)
        name = ports.park.name_zh if lang == "zh" else ports.park.name_en
    if args.json:
        say(args, {"id": statement_id, "series": draft.series, **draft.body}, "")
        return 0
    console = Console(highlight=False)
    show(console, {**draft.body, "year": year}, name, lang)
    console.print(Text(note or text("cli.done.draft", lang), style="dim"))
    return 0


def _issued(draft: Draft, ports: Ports, lang: Lang) -> tuple[str, str]:
    new, restated, _ = issue_statements([draft], period=draft.period, ports=ports)
    log_acts(ports=ports)
    issued = ports.registry.statement(draft.series)
    key = "issued" if new or restated else "issued_before"
    return text(f"cli.done.{key}", lang, id=issued.id), issued.id


# -- indicators ----------------------------------------------------------------------------------


def _print_indicators(console: Console, body: Body, park: str, lang: Lang) -> None:
    lines = _rows(body, "lines")
    facts = {str(fact["key"]): fact for fact in _rows(body, "factors")}
    table = plain_table(text("cli.indicators.title", lang, park=park, year=body["year"]))
    for key in ("indicator", "value", "threshold", "verdict"):
        justify = "right" if key in {"value", "threshold"} else "left"
        table.add_column(text(f"cli.indicators.{key}", lang), justify=justify, no_wrap=True)
    for line in lines:
        number, verdict = str(line["indicator"]), str(line["verdict"])
        table.add_row(
            f"{number} {text(f'cli.indicators.{number}', lang)}",
            _value(line, lang),
            _threshold(number, facts.get(str(line["threshold"])), lang),
            Text(text(f"cli.indicators.verdicts.{verdict}", lang), style=_STYLES[verdict]),
        )
    console.print(table)
    console.print(_gap(body, lang))
    counts = {key: sum(line["verdict"] == key for line in lines) for key in _STYLES}
    console.print(
        text(
            "cli.indicators.sum",
            lang,
            met=counts["met"],
            not_met=counts["not-met"],
            not_assessed=counts["not-assessed"],
        )
    )
    if body["size"] is not None:
        size = text(f"cli.indicators.sizes.{body['size']}", lang)
        console.print(text("cli.indicators.size", lang, size=size))
    for open_one in _rows(body, "not_assessed"):
        console.print(Text(f"  {open_one['what']}  {_reason(open_one, lang)}", style="yellow"))
    inputs = cast("Mapping[str, Sequence[str]]", body["inputs"])
    counted = {name: len(ids) for name, ids in inputs.items()}
    console.print(Text(text("cli.indicators.from", lang, **counted), style="dim"))


def _value(line: Body, lang: Lang) -> str:
    if line["value"] is None:
        return "–"
    value = Decimal(str(line["value"]))
    if line["indicator"] == "I1":
        return f"{value:.3f} tCO2/tce"
    if line["indicator"] == "I3":
        return text("cli.indicators.level_share", lang, share=share_told(value))
    return share_told(value)


def _threshold(number: str, fact: Body | None, lang: Lang) -> str:
    if fact is None:
        return text("cli.indicators.open", lang)
    value = Decimal(str(fact["value"]))
    if number == "I1":
        return f"≤ {value}"
    return text("cli.indicators.level", lang) if number == "I3" else f"≥ {value:.0%}"


def _gap(body: Body, lang: Lang) -> Text:
    if body["gap_t"] is None:
        return Text("")
    gap_t = Decimal(str(body["gap_t"]))
    if gap_t > 0:
        return Text(text("cli.indicators.gap", lang, t=f"{gap_t:,.0f}"), style="bold red")
    return Text(text("cli.indicators.room", lang, t=f"{-gap_t:,.0f}"), style="bold green")


def _reason(open_one: Body, lang: Lang) -> str:
    return text(f"cli.reason.{open_one['reason']}", lang, detail=open_one["detail"])


# -- the way to the peak -------------------------------------------------------------------------


def _print_pathway(console: Console, body: Body, park: str, lang: Lang) -> None:
    console.print(_years_table(body, park, lang))
    console.print(
        text(
            "cli.pathway.unit",
            lang,
            base=body["base_year"],
            peak=body["peak_year"],
            peak_t=_10kt(body["peak_t"]),
        )
    )
    console.print()
    console.print(_wedge_table(body, lang))
    console.print(_target_table(body, lang))
    doubts = cast("Body", body["doubts"])
    corners = {name: _corners(doubts[name]) for name in ("activity", "structure", "effect")}
    words = text(
        "cli.pathway.doubts",
        lang,
        samples=f"{doubts['samples']:,}",
        seed=doubts["seed"],
        delay=_corners(doubts["delay_years"]),
        **corners,
    )
    console.print(Text(words, style="dim"))
    source = text("cli.pathway.doubts_source", lang, source=doubts["source"])
    console.print(Text(source, style="dim"))
    if open_ones := _rows(body, "not_assessed"):
        first = open_ones[0]
        words = text(
            "cli.pathway.open_years",
            lang,
            n=len(open_ones),
            what=first["what"],
            why=_reason(first, lang),
        )
        console.print(Text(words, style="yellow"))


def _years_table(body: Body, park: str, lang: Lang) -> Table:
    rows = _rows(body, "lines")
    longest = max(Decimal(str(row["bau_t"])) for row in rows)
    table = plain_table(text("cli.pathway.title", lang, park=park, year=body["year"]))
    table.add_column(text("cli.pathway.year", lang), no_wrap=True)
    for key in ("bau", "path", "actual", "over"):
        table.add_column(text(f"cli.pathway.{key}", lang), justify="right", no_wrap=True)
    table.add_column(text("cli.pathway.chart", lang), no_wrap=True)
    for row in rows:
        gap = row["gap_t"]
        over = Text("–" if gap is None else f"{Decimal(str(gap)) / _PER_10KT:+,.1f}")
        if gap is not None:
            over.stylize("red" if Decimal(str(gap)) > 0 else "green")
        table.add_row(
            f"{row['year']}{'*' if row['year'] == body['peak_year'] else ''}",
            _10kt(row["bau_t"]),
            _10kt(row["path_t"]),
            _10kt(row["actual_t"]),
            over,
            _bar(row, longest),
        )
    return table


def _bar(row: Body, longest: Decimal) -> Text:
    bau, path = (
        max(0, round(_BAR * Decimal(str(row[key])) / longest)) if longest else 0
        for key in ("bau_t", "path_t")
    )
    return Text("█" * path, style="cyan") + Text("░" * max(0, bau - path), style="green")


def _wedge_table(body: Body, lang: Lang) -> Table:
    last = _rows(body, "lines")[-1]
    wedges = {
        name: Decimal(str(t)) for name, t in cast("Mapping[str, str]", last["wedges_t"]).items()
    }
    total = sum(wedges.values(), start=Decimal(0))
    table = plain_table(text("cli.pathway.wedges", lang, year=last["year"]))
    table.add_column(text("cli.pathway.class", lang))
    for key in ("tonnes", "share"):
        table.add_column(text(f"cli.pathway.{key}", lang), justify="right", no_wrap=True)
    for group in _rows(body, "classes"):
        t = wedges[str(group["id"])]
        share = share_told(t / total) if total else "–"
        table.add_row(str(group[lang]), f"{t / _PER_10KT:,.1f}", share)
    table.add_section()
    table.add_row(text("cli.pathway.total", lang), f"{total / _PER_10KT:,.1f}", "")
    return table


def _target_table(body: Body, lang: Lang) -> Table:
    table = plain_table(text("cli.pathway.targets", lang))
    table.add_column("", no_wrap=True)
    for key in ("target", "planned", "actual", "chance", "error"):
        table.add_column(text(f"cli.pathway.{key}", lang), justify="right", no_wrap=True)
    table.add_column(text("cli.pathway.result", lang), no_wrap=True)
    for one in _rows(body, "targets"):
        indicator = str(one["indicator"])
        table.add_row(
            f"{one['year']} {text(f'cli.pathway.indicators.{indicator}', lang)}",
            f"{'≥' if indicator == 'non-fossil-share' else '≤'} {_number(one, 'target')}",
            _number(one, "planned"),
            _number(one, "actual"),
            *_chance(one, lang),
            _outcome(one, lang),
        )
    return table


def _chance(one: Body, lang: Lang) -> tuple[str, str]:
    """Write chance and standard error; of a year that is known nobody asks for a chance."""
    if one["met"] is not None:
        return "–", "–"
    unsettled = "" if one["settled"] else text("cli.pathway.unsettled", lang)
    chance = share_told(Decimal(str(one["probability"])))
    return f"{chance}{unsettled}", f"±{Decimal(str(one['standard_error'])):.2%}"


def _outcome(one: Body, lang: Lang) -> Text:
    """What really was, once the year is over; else what the path comes to."""
    is_good = one["met"] if one["met"] is not None else one["met_on_path"]
    if one["met"] is not None:
        words = text("cli.pathway.met" if is_good else "cli.pathway.missed", lang)
    else:
        words = text("cli.pathway.on_path" if is_good else "cli.pathway.off_path", lang)
    return Text(words, style="green" if is_good else "red")


def _number(one: Body, key: str) -> str:
    if one[key] is None:
        return "–"
    value = Decimal(str(one[key]))
    return share_told(value) if one["indicator"] == "non-fossil-share" else f"{value:.3f}"


# -- words and figures ---------------------------------------------------------------------------


def _rows(body: Body, key: str) -> Sequence[Body]:
    return cast("Sequence[Body]", body[key])


def _10kt(t: JsonValue) -> str:
    return "–" if t is None else f"{Decimal(str(t)) / _PER_10KT:,.1f}"


def _corners(values: JsonValue) -> str:
    return "/".join(str(value) for value in cast("Sequence[str]", values))
