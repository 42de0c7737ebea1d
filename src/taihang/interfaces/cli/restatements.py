"""The command `taihang restatements`: was, is, why, and what else the same cause changed."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, cast

from taihang import wiring
from taihang.core.periods import months_in
from taihang.core.seal.cause import Cause, CauseKind
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import month_or_year_of
from taihang.services.restatements import Restatement
from taihang.services.restatements import restatements as read_ledger
from taihang.services.review import Reviews

_SHOWN: Final = 12
"""So many changes stand under a cause on the terminal; of more, their number."""
_DIGITS: Final = 3
_RATIO: Final = "1"
"""The unit of a ratio in a statement; nobody reads it."""


def restatements(args: argparse.Namespace) -> int:
    """Show what was restated in a month or year: was, is, why."""
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        label, period = month_or_year_of(args, ports.park.zone)
        names = dict.fromkeys([*months_in(period, ports.park.zone), label])
        ledger = read_ledger(names, ports=ports, subject=args.subject)
        steps = ledger.restatements
        reviews = Reviews(ports)
        locked = frozenset(each.was for each in steps if reviews.is_locked(each.was))
    facts = {
        "period": label,
        "restatements": [
            {
                **asdict(each),
                "causes": [asdict(cause) for cause in each.causes],
                "was_locked": each.was in locked,
            }
            for each in steps
        ],
    }
    lines = [text("cli.done.restatements", lang, period=label, n=len(steps))]
    for cause, changed in ledger.by_cause().items():
        lines += _told(cause, changed, locked, lang)
    without = [each for each in steps if not each.causes]
    lines += [f"  {each.reason}: {each.was} → {each.now}" for each in without]
    say(args, facts, "\n".join(lines))
    return 0


def _told(
    cause: Cause, changed: Sequence[Restatement], locked: frozenset[str], lang: Lang
) -> list[str]:
    kind = text(f"cli.cause.{_kind_of(cause)}", lang)
    change = f": {cause.was or '–'} → {cause.now or '–'}" if cause.was or cause.now else ""
    lines = ["", f"{kind}  {cause.what}{change}"]
    width = max(len(each.now) for each in changed)
    mark = text("review.cli.was_locked", lang)
    lines += [
        f"  {_change(each, width)}{mark if each.was in locked else ''}"
        # A locked one is never among those that only their number tells of.
        for each in sorted(changed, key=lambda each: each.was not in locked)[:_SHOWN]
    ]
    if len(changed) > _SHOWN:
        lines.append("  " + text("cli.done.restatements_more", lang, n=len(changed) - _SHOWN))
    return lines


def _kind_of(cause: Cause) -> str:
    """Return the name of a kind; a factor that a statement came to use, or not, did not change."""
    if cause.kind is CauseKind.FACT and not cause.now:
        return "fact_left"
    if cause.kind is CauseKind.FACT and not cause.was:
        return "fact_joined"
    return cause.kind.name.lower()


def _change(each: Restatement, width: int) -> str:
    was, now = _rounded(each.was_value), _rounded(each.now_value)
    unit = "" if each.unit == _RATIO else each.unit
    return f"{each.now:<{width}} {was:>14} → {now:>14} {unit}".rstrip()


def _rounded(value: str | None) -> str:
    try:
        return "–" if value is None else f"{Decimal(value):,.{_DIGITS}f}"
    except InvalidOperation:
        return value or ""
