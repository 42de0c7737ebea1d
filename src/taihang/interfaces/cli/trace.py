"""The command `taihang trace`: which watt-hours went where, and over which route."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import wiring
from taihang.core.balance.topology import PARK
from taihang.core.park.park import Park
from taihang.core.periods import STEP_S, NaiveInstantError, Period, instant
from taihang.core.quantities import WH_PER_KWH
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import WordsError, instant_of, stretch_of
from taihang.services import trace as service

_HASH: Final = 12
"""Digits of a park file's hash that are shown."""
_LOTS_MOST: Final = 12
"""So many lots are named in words; machines read all of them."""


def trace(args: argparse.Namespace) -> int:
    """Show where the energy of a plant went, or what the load of a user was made of."""
    lang = cast("Lang", args.lang)
    subject = args.plant or args.user
    if subject is None or (args.plant and args.user):
        raise WordsError(
            given="--plant and --user together" if subject else "neither --plant nor --user",
            expected="one of them",
            remedy="write for example --plant PV01",
        )
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        found = service.trace(str(subject), _period(args, ports.park), ports=ports)
        park = ports.park
    if args.json:
        say(args, _facts(found), "")
        return 0
    console = Console(highlight=False)
    console.print(Text(_title(found, park, lang), style="bold"))
    console.print(_table(found, park, lang))
    for line in (*_lots(found, lang), _ground(found, lang)):
        console.print(Text(line, style="dim"))
    return 0


def _period(args: argparse.Namespace, park: Park) -> Period:
    """Return the interval that holds ``--at``, or the days of ``--from`` and ``--to``."""
    if args.at is None and (args.first is None or args.last is None):
        raise WordsError(
            given="neither --at nor --from and --to",
            expected="an interval, or days",
            remedy="write for example --at 2026-06-09T10:15+08:00",
        )
    if args.at is None:
        return stretch_of(args, park.zone)
    try:
        at_s = int(instant(datetime.fromisoformat(str(args.at))).timestamp())
    except (NaiveInstantError, ValueError) as error:
        raise WordsError(
            given=f"--at {args.at}",
            expected="an instant with its zone",
            remedy="write for example 2026-06-09T10:15+08:00",
        ) from error
    start_s = at_s - at_s % STEP_S
    return Period.of_s(start_s, start_s + STEP_S)


def _facts(found: service.Trace) -> dict[str, object]:
    rest = asdict(found.settlement)
    return {
        "subject": found.subject,
        "from": instant_of(found.period.start_s),
        "to": instant_of(found.period.end_s),
        "rule": found.rule,
        "settlement": rest,
        "meters": list(found.meters),
        "total_wh": found.total_wh,
        "rows": [asdict(row) for row in found.rows],
    }


def _title(found: service.Trace, park: Park, lang: Lang) -> str:
    first, last = (at.astimezone(park.zone) for at in (found.period.start, found.period.end))
    return text(
        f"cli.trace.title_{'plant' if found.subject in park.plants else 'user'}",
        lang,
        name=found.subject,
        kwh=f"{found.total_wh / WH_PER_KWH:,.3f}",
        first=f"{first:%Y-%m-%d %H:%M}",
        last=f"{last:%Y-%m-%d %H:%M}",
    )


def _table(found: service.Trace, park: Park, lang: Lang) -> Table:
    is_plant = found.subject in park.plants
    table = plain_table(None)
    table.add_column(text("cli.trace.state", lang), no_wrap=True)
    table.add_column(text("cli.trace.to" if is_plant else "cli.trace.from", lang), no_wrap=True)
    table.add_column(text("cli.trace.route", lang), overflow="fold")
    table.add_column(text("cli.trace.contract", lang), no_wrap=True)
    table.add_column("kWh", justify="right", no_wrap=True)
    for row in found.rows:
        other = row.taker if is_plant else row.plant
        cells = (
            text(f"cli.trace.states.{row.state}", lang),
            other or "",
            _route(row, lang),
            row.contract or "",
            f"{row.wh / WH_PER_KWH:,.3f}",
        )
        table.add_row(*map(Text, cells))
    return table


def _route(row: service.Traced, lang: Lang) -> str:
    if row.route is None:
        return ""
    words = text(f"cli.trace.routes.{row.route}", lang)
    # A contract stands in its own column, and a joint step would name dozens of them.
    return words if row.route == "contract" or row.route_id == PARK else f"{words} {row.route_id}"


def _lots(found: service.Trace, lang: Lang) -> Iterator[str]:
    """Yield one line that names the lots of an interval, each once."""
    lots = list(dict.fromkeys(lot for row in found.rows for lot in row.lots))
    if lots:
        more = f" … ({len(lots)})" if len(lots) > _LOTS_MOST else ""
        yield text("cli.trace.lots", lang, lots=", ".join(lots[:_LOTS_MOST]) + more)


def _ground(found: service.Trace, lang: Lang) -> str:
    return text(
        "cli.trace.ground",
        lang,
        rule=found.rule,
        meters=", ".join(found.meters),
        size=found.settlement.journal_size,
        park=found.settlement.park_sha256[:_HASH],
    )
