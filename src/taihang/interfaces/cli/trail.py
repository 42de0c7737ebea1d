"""``taihang trail``: who did what through the platform, whether it is whole, and its head."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from taihang import wiring
from taihang.core.periods import days
from taihang.core.seal.trail import SEALED, TrailRecord
from taihang.core.seal.trail_check import TrailCheck
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.main import REFUSED
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import day_of
from taihang.interfaces.trail_words import kind_in, trail_facts
from taihang.services.ports import Ports
from taihang.services.trail import seal_trail, verify_trail

_SHOWN: Final = 200
"""So many entries stand on the terminal, the newest; JSON has all of them."""
_COLUMNS: Final = ("number", "at", "actor", "roles", "kind", "subject", "outcome")


def trail(args: argparse.Namespace) -> int:
    """Show the audit trail and check it; seal its head first where that is asked for."""
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=bool(args.seal)) as ports:
        notes = [_sealed(ports, lang)] if args.seal else []
        check = verify_trail(ports=ports)
        found = _asked(args, ports) if check.is_whole else []
        zone = ports.park.zone
    facts: dict[str, object] = {
        "size": check.tree.size,
        "root": check.tree.root().hex(),
        "sealed_size": check.sealed_size,
        "torn": check.is_torn,
        "findings": [{"where": each.where, "what": each.what} for each in check.findings],
        "entries": [trail_facts(record) for record in found],
    }
    if not args.json:
        _print_table(found, zone, lang)
    say(args, facts, "\n".join([*notes, *_told(found, check, lang)]))
    return 0 if check.is_whole else REFUSED


def _sealed(ports: Ports, lang: Lang) -> str:
    """Put the head into the log; opening the park for writing may have done so just now."""
    seal_trail(ports=ports)
    size, _ = ports.trail.head()
    leaves = [act.leaf for act in ports.registry.logged() if act.kind == SEALED]
    return (
        text("trail.cli.sealed", lang, leaf=leaves[-1], n=size)
        if leaves
        else text("trail.cli.unsealed", lang)
    )


def _asked(args: argparse.Namespace, ports: Ports) -> list[TrailRecord]:
    """Return the entries that the words ask for."""
    zone = ports.park.zone
    first = _start_s(cast("str | None", args.first), zone)
    last = _start_s(cast("str | None", args.last), zone)
    kind, actor = cast("str | None", args.kind), cast("str | None", args.actor)
    return [
        record
        for record in ports.trail.entries(kind=kind)
        if actor in {None, record.entry.actor}
        and (first is None or record.entry.at_s >= first)
        and (last is None or record.entry.at_s < last)
    ]


def _start_s(given: str | None, zone: ZoneInfo) -> int | None:
    """Return when a local day begins [s]."""
    return None if given is None else int(days(day_of(given), 1, zone).start.timestamp())


def _print_table(found: Sequence[TrailRecord], zone: ZoneInfo, lang: Lang) -> None:
    if not found:
        return
    table = plain_table(None)
    for name in _COLUMNS:
        table.add_column(text(f"trail.column.{name}", lang), overflow="fold")
    for record in found[-_SHOWN:]:
        table.add_row(*(Text(cell) for cell in _row(record, zone, lang)))
    Console().print(table)


def _row(record: TrailRecord, zone: ZoneInfo, lang: Lang) -> tuple[str, ...]:
    entry = record.entry
    return (
        str(record.number),
        datetime.fromtimestamp(entry.at_s, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
        entry.actor if entry.actor is not None else text("trail.cli.nobody", lang),
        ", ".join(entry.roles),
        kind_in(entry.kind, lang),
        # What a stranger typed into an address may hold codes for the terminal.
        entry.subject.encode("unicode_escape").decode()
        if not entry.subject.isprintable()
        else entry.subject,
        text(f"trail.outcome.{entry.outcome.value}", lang),
    )


def _told(found: Sequence[TrailRecord], check: TrailCheck, lang: Lang) -> list[str]:
    if not check.is_whole:
        return [
            text("trail.cli.damage", lang, where=each.where, what=each.what)
            for each in check.findings
        ]
    lines: list[str] = []
    if len(found) > _SHOWN:
        lines.append(text("trail.cli.earlier", lang, n=len(found) - _SHOWN))
    lines.append(
        text(
            "trail.cli.head",
            lang,
            n=check.tree.size,
            root=check.tree.root().hex(),
            sealed=check.sealed_size,
            shown=len(found),
        )
        if found
        else text("trail.cli.empty", lang)
    )
    return [*lines, *([text("trail.cli.torn", lang)] if check.is_torn else [])]
