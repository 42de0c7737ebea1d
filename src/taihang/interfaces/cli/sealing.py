"""The command that seals days, so that one hour of one meter can be shown alone."""

import argparse
from datetime import date, timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from taihang import wiring
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import WordsError, day_of, stretch_of
from taihang.services.seal_day import seal_day
from taihang.services.share_month import commit_shares


def seal(args: argparse.Namespace) -> int:
    """Seal one UTC day or several; a day that did not change since is left as it is."""
    if args.shares is not None:
        return _seal_shares(args)
    with wiring.open_park(Path(cast("str", args.dir)), writing=True) as ports:
        done = [seal_day(day, ports=ports) for day in _days(args, ports.park.zone)]
    last = done[-1].seal
    facts = {
        "days": len(done),
        "sealed": sum(each.is_new for each in done),
        "meter_hours": sum(each.seal.n for each in done),
        "day": last.day.isoformat(),
        "version": last.version,
        "root": last.root.hex(),
    }
    say(args, facts, text("cli.done.seal", cast("Lang", args.lang), **facts))
    return 0


def _seal_shares(args: argparse.Namespace) -> int:
    """Commit to what every enterprise used in a month."""
    if {args.day, args.first, args.last} != {None}:
        raise WordsError(
            given="days and a month of shares",
            expected="--shares, or days",
            remedy="write for example --shares 2026-06",
        )
    with wiring.open_park(Path(cast("str", args.dir)), writing=True) as ports:
        shared = commit_shares(str(args.shares), ports=ports)
        version = int(str(shared.body["version"]))
    facts = {
        "month": str(args.shares),
        "members": len(shared.members),
        "version": version,
        "leaf": shared.leaf,
    }
    say(
        args,
        {**facts, "is_new": shared.is_new},
        text("cli.done.shares", cast("Lang", args.lang), **facts),
    )
    return 0


def _days(args: argparse.Namespace, zone: ZoneInfo) -> list[date]:
    """Return the days that the words name.

    Raises:
        WordsError: If they name none, or both a day and a stretch.
    """
    stretch = (args.first, args.last)
    if (args.day is None) == (stretch == (None, None)) or (args.day is None and None in stretch):
        raise WordsError(
            given="a day and a stretch, or neither",
            expected="--day, or --from and --to",
            remedy="write for example --day 2026-10-01",
        )
    if args.day is not None:
        return [day_of(str(args.day))]
    stretch_of(args, zone)
    first, last = day_of(str(args.first)), day_of(str(args.last))
    return [first + timedelta(days=number) for number in range((last - first).days)]
