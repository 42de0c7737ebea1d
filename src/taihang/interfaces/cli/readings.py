"""Commands that look at readings, and that put right what rests on old ones."""

import argparse
import csv
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final, cast

from taihang import wiring
from taihang.core.periods import instant_of_s, month
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import WordsError, stretch_of
from taihang.services.act_log import log_acts
from taihang.services.ports import Ports
from taihang.services.query import Every, PointSeries, Row, last_values, series, size_at
from taihang.services.restate import Restated, Work, on_other_lots, restate
from taihang.services.touched import Touched, touched

_COLUMNS: Final[tuple[str, ...]] = (
    "point", "quantity", "at", "count", "value", "unit", "readings", "least", "greatest",
    "quality", "from", "to", "known_at", "source",
)  # fmt: skip


def read(args: argparse.Namespace) -> int:
    """Show what a point says, as known now or at an earlier instant."""
    with wiring.open_park(_path(args), writing=False) as ports:
        period = stretch_of(args, ports.park.zone)
        as_of = None if args.as_of is None else size_at(_instant_of(args.as_of), ports=ports)
        found = series(str(args.point), period, every=Every(args.every), ports=ports, as_of=as_of)
        _print(args, found, ports, as_of)
    return 0


def last(args: argparse.Namespace) -> int:
    """Show the last usable reading of every point."""
    with wiring.open_park(_path(args), writing=False) as ports:
        _print(args, last_values(ports=ports), ports, None)
    return 0


def compact(args: argparse.Namespace) -> int:
    """Make month files of the days of closed months."""
    with wiring.open_park(_path(args), writing=True) as ports:
        zone = ports.park.zone
        this_month = f"{ports.clock.now().astimezone(zone):%Y-%m}"
        n_files = ports.lake.compact(before_s=month(this_month, zone).start_s)
    say(args, {"files": n_files}, text("cli.done.compact", _lang(args), files=n_files))
    return 0


def restate_all(args: argparse.Namespace) -> int:
    """Settle and state again what rests on readings that have changed since."""
    with wiring.open_park(_path(args), writing=not args.dry_run) as ports:
        found = touched(ports=ports)
        done = Restated((), ()) if args.dry_run else restate(ports=ports)
        later = [_time(each.start_s) for each, _ in on_other_lots(ports)]
        changed = done.changed
        if changed:
            log_acts(ports=ports)
    facts = {
        "touched": [_touched_facts(each) for each in found],
        "restated": [asdict(each) for each in changed],
        "work": [asdict(each) for each in done.work],
        "on_other_lots": later,
    }
    lines = [text("cli.done.restate", _lang(args), periods=len(found), statements=len(changed))]
    lines += [_touched_line(each, _lang(args)) for each in found]
    lines += [_work_line(each, _lang(args)) for each in done.work]
    if later:
        lines.append("  " + text("cli.done.on_other_lots", _lang(args), periods=", ".join(later)))
    lines += [
        f"  {c.was or '–'} {c.was_value or '–'} → {c.now} {c.now_value or '–'}: {c.reason}"
        for c in changed
    ]
    say(args, facts, "\n".join(lines))
    return 0


def _work_line(work: Work, lang: Lang) -> str:
    counts = {
        "meters": work.n_meters,
        "meter_intervals": work.n_meter_intervals,
        "hours": work.n_hours,
        "statements": work.n_statements,
    }
    if work.whole_because:
        return "  " + text("cli.done.restate_whole", lang, why=work.whole_because, **counts)
    return "  " + text("cli.done.restate_part", lang, months=", ".join(work.months), **counts)


def _touched_facts(each: Touched) -> dict[str, object]:
    return {
        "from": _time(each.settlement.start_s),
        "to": _time(each.settlement.end_s),
        "intervals": {point: [*map(_time, starts)] for point, starts in each.intervals.items()},
        "months": [*each.months],
        "statements": [*each.statements],
    }


def _touched_line(each: Touched, lang: Lang) -> str:
    return text(
        "cli.done.touched",
        lang,
        first=_time(each.settlement.start_s),
        last=_time(each.settlement.end_s),
        intervals=each.n_intervals,
        points=", ".join(each.intervals),
        statements=len(each.statements),
    )


def _print(
    args: argparse.Namespace, found: Iterable[PointSeries], ports: Ports, as_of: int | None
) -> None:
    rows = [_facts(each, row) for each in found for row in each.rows]
    size = ports.journal.size if as_of is None else as_of
    if args.json:
        say(args, {"as_of": size, "rows": rows}, "")
    elif args.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows([row[name] for name in _COLUMNS] for row in rows)
    else:
        shown = ("point", "quantity", "at", "value", "unit", "quality", "known_at", "source")
        lines = ["  ".join(str(row[name]) for name in shown) for row in rows]
        head = text("cli.done.read", _lang(args), rows=len(rows), size=size)
        say(args, {}, "\n".join([head, *lines]))


def _facts(each: PointSeries, row: Row) -> dict[str, object]:
    return {
        "point": each.point,
        "quantity": each.quantity,
        "at": _time(row.start_s),
        "count": row.count,
        "value": str(row.count * Decimal(each.scale)),
        "unit": each.unit,
        "readings": row.n_readings,
        "least": row.least,
        "greatest": row.greatest,
        "quality": row.quality,
        "from": _time(row.from_s),
        "to": _time(row.to_s),
        "known_at": _time(row.known_at_s),
        "source": row.source,
    }


def _instant_of(given: str) -> datetime:
    """Return the instant that a word names.

    Raises:
        WordsError: If it is no time with its zone.
    """
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise WordsError(
            given=f"--as-of {given}",
            expected="a time with its zone",
            remedy="write for example 2026-10-03T09:00+08:00",
        )
    return found


def _time(time_s: int) -> str:
    return instant_of_s(time_s).isoformat().replace("+00:00", "Z")


def _path(args: argparse.Namespace) -> Path:
    return Path(cast("str", args.dir))


def _lang(args: argparse.Namespace) -> Lang:
    return cast("Lang", args.lang)
