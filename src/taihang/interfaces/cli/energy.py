"""The command `taihang energy`: the energy account of a month or year, as sums that add up."""

import argparse
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import wiring
from taihang.core.activity.record import Origin
from taihang.core.energy.account import ELECTRICITY
from taihang.core.errors import StateError
from taihang.interfaces.account_words import amount_told, item_name
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import month_or_year_of
from taihang.services import dual_control_account
from taihang.services.account import PARK_SUBJECT, issue_statements
from taihang.services.act_log import log_acts
from taihang.services.energy_account import drafts
from taihang.services.sector_standing import sector_standing

Body = Mapping[str, Any]
_DIGITS: Final = 1
_MINUS: Final = ("conversion-output", "recovered")


class NoEnergyAccountError(StateError):
    """Nothing is known of the energy of a subject in a period."""

    code = "state.no-energy-account"


def energy(args: argparse.Namespace) -> int:
    """Show the energy account of the park or of one subject, and issue it if asked."""
    lang = cast("Lang", args.lang)
    subject = str(args.subject or PARK_SUBJECT)
    with wiring.open_park(Path(str(args.dir)), writing=bool(args.issue)) as ports:
        label, _ = month_or_year_of(args, ports.park.zone)
        found = {draft.subject: draft for draft in drafts(label, ports=ports)}
        if subject not in found:
            raise NoEnergyAccountError(
                given=f"{subject} in {label}",
                expected=f"one of {', '.join([*found][:8]) or 'no subject: nothing is known'}",
                remedy="settle the period, or hand in its forms, first",
            )
        if args.issue:
            issue_statements(found.values(), period=label, ports=ports)
            if args.year is not None:
                controls = dual_control_account.drafts(label, ports=ports)
                issue_statements(controls, period=label, ports=ports)
            log_acts(ports=ports)
        beside = None if args.year is None else sector_standing(subject, label, ports=ports)
        asset = ports.park.assets.get(subject, ports.park)
        name = asset.name_zh if lang == "zh" else asset.name_en
    draft = found[subject]
    if args.json:
        say(args, {"series": draft.series, **draft.body, "sector_standing": beside}, "")
        return 0
    console = Console(highlight=False)
    console.print(_table(draft.body, f"{name} · {label}", lang))
    for line in [
        *_origins(draft.body, lang),
        *_sums(draft.body, lang),
        *standing_lines(beside, lang),
    ]:
        console.print(line)
    for gap in cast("list[dict[str, str]]", draft.body["not_assessed"]):
        console.print(Text(f"  ! {gap[lang]}", style="yellow"))
    done = "cli.energy.issued" if args.issue else "cli.done.draft"
    values = {"n": len(found)} if args.issue else {}
    console.print(Text(text(done, lang, **values), style="dim"))
    return 0


def _table(body: Body, title: str, lang: Lang) -> Table:
    table = plain_table(title)
    table.add_column(text("cli.energy.item", lang), overflow="fold")
    table.add_column(text("cli.energy.flow", lang), no_wrap=True)
    for key in ("amount", "unit", "equivalent", "equal"):
        justify = "left" if key == "unit" else "right"
        table.add_column(text(f"cli.energy.{key}", lang), justify=justify, no_wrap=True)
    for line in [*body["lines"], *body["other_lines"]]:
        flow = str(line["flow"])
        sign = "−" if flow in _MINUS else "(" if flow == "feedstock" or line["is_medium"] else ""
        table.add_row(
            item_name(str(line["item"]), lang),
            text(f"cli.energy.flows.{flow}", lang),
            amount_told(line["amount"], _DIGITS),
            str(line["unit"]),
            _signed(amount_told(line["equivalent_tce"], _DIGITS), sign),
            _signed(amount_told(line["equal_tce"], _DIGITS), sign),
        )
    table.add_section()
    table.add_row(
        text("cli.energy.total", lang),
        "",
        "",
        "tce",
        Text(amount_told(body["equivalent_tce"], _DIGITS), style="bold"),
        Text(amount_told(body["equal_tce"], _DIGITS), style="bold"),
    )
    return table


def _sums(body: Body, lang: Lang) -> list[Text]:
    feedstock, media = body["feedstock_equivalent_tce"], body["media_equivalent_tce"]
    lines: list[Text] = []
    if any(Decimal(each or 0) for each in (feedstock, media)):
        values = {
            "feedstock": amount_told(feedstock, _DIGITS),
            "media": amount_told(media, _DIGITS),
        }
        lines.append(Text(text("cli.energy.beside", lang, **values), style="dim"))
    for each in body["balances"]:
        key = "closes" if each["state"] == "drawn" else "open"
        told = {
            "item": item_name(str(each["item"]), lang),
            "unit": each["unit"],
            "difference": amount_told(each["difference"], _DIGITS),
            "lacking": ", ".join(each["lacking"]),
        }
        chosen = ("item", "unit", "difference") if key == "closes" else ("item", "lacking")
        lines.append(Text(text(f"cli.energy.{key}", lang, **{k: told[k] for k in chosen})))
    return lines


def standing_lines(beside: Body | None, lang: Lang) -> list[Text]:
    """Tell how an enterprise stands in its sector; nothing of any other enterprise.

    Args:
        beside: What the service says; None gives no line.
        lang: Language of the reader.
    """
    if beside is None:
        return []
    key = "unsaid" if beside["why_not"] else "standing"
    names = ("sector", "n_members", "own", "unit")
    means = ("mean", "better_half_mean", "tenth") if key == "standing" else ()
    told = {name: "–" if beside[name] is None else beside[name] for name in (*names, *means)}
    return [Text(text(f"cli.energy.{key}", lang, **told))]


def _origins(body: Body, lang: Lang) -> list[Text]:
    """Say where the lines come from, in a line for each origin."""
    of: dict[str, dict[str, None]] = {}
    for line in [*body["lines"], *body["other_lines"]]:
        # A line without a mark is electricity, which has meters, or was handed in.
        metered = str(line["item"]).startswith(f"{ELECTRICITY}.")
        for origin in line.get("origins", [Origin.METER if metered else Origin.FORM]):
            of.setdefault(origin, {})[item_name(str(line["item"]), lang)] = None
    return [
        Text(
            text(
                f"cli.energy.from_{origin}",
                lang,
                items=("、" if lang == "zh" else "; ").join(of[origin]),
            ),
            style="dim",
        )
        for origin in sorted(of, reverse=True)
    ]


def _signed(told: str, sign: str) -> str:
    return f"({told})" if sign == "(" else f"{sign}{told}"
