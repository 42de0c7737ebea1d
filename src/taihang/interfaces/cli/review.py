"""``taihang review`` and ``taihang statements``: who signed for what, and where it stands."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast
from zoneinfo import ZoneInfo

from taihang import wiring
from taihang.core.periods import months_in
from taihang.core.seal.canonical import load_canonical
from taihang.core.seal.review import Signature, Step
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import month_or_year_of
from taihang.interfaces.standing import counts_of, standing_facts, state_in, warnings_of
from taihang.interfaces.text_width import width_of
from taihang.services.review import Reviewed, Reviews, Signing, Standing, standings
from taihang.services.review import review as sign

_STATE_WIDTH: Final = 9
_SHOWN: Final = 100
"""So many statements stand on the terminal; of more, their number. JSON has all of them."""


def review(args: argparse.Namespace) -> int:
    """Sign one step of one version of a statement, or show who has signed."""
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=args.step is not None) as ports:
        zone = ports.park.zone
        if args.step is None:
            issued = ports.registry.statement(str(args.statement))
            standing = Reviews(ports).standing(issued)
            head = text("review.cli.head", lang, id=issued.id, state=state_in(standing.state, lang))
        else:
            reviewed = sign(str(args.statement), _signing(args), ports=ports)
            standing, head = reviewed.standing, _done(reviewed, lang)
    lines = [head, *_history(standing.history, zone, lang), *warning_lines([standing], lang)]
    say(args, standing_facts(standing), "\n".join(lines))
    return 0


def statements(args: argparse.Namespace) -> int:
    """List the latest version of every statement of a month or year with its state."""
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        label, period = month_or_year_of(args, ports.park.zone)
        names = dict.fromkeys([*months_in(period, ports.park.zone), label])
        every = standings(names, ports=ports, subject=args.subject)
    found = [each for each in every if args.state in {None, each.state.value}]
    facts = {"period": label, "statements": [standing_facts(each) for each in found]}
    head = (
        text("review.cli.list", lang, period=label, n=len(found), states=counts_of(found, lang))
        if found
        else text("review.cli.empty", lang, period=label)
    )
    width = max((len(each.issued.id) for each in found[:_SHOWN]), default=0)
    rows = [_row(each, lang, id_width=width) for each in found[:_SHOWN]]
    if len(found) > _SHOWN:
        rows.append("  " + text("cli.done.restatements_more", lang, n=len(found) - _SHOWN))
    say(args, facts, "\n".join([head, *rows, *warning_lines(found, lang)]))
    return 0


def warning_lines(found: Sequence[Standing], lang: Lang) -> list[str]:
    """Return what a reader must not miss, a line each.

    Args:
        found: Where the statements stand that are read.
        lang: Language of the reader.
    """
    return [text("review.cli.warn", lang, words=words) for words in warnings_of(found, lang)]


def _signing(args: argparse.Namespace) -> Signing:
    return Signing(
        step=Step(str(args.step)),
        who=str(args.who or ""),
        role=str(args.role or ""),
        remark=str(args.remark or ""),
    )


def _done(reviewed: Reviewed, lang: Lang) -> str:
    standing = reviewed.standing
    words = {"id": standing.issued.id, "state": state_in(standing.state, lang)}
    if reviewed.is_new:
        return text("review.cli.done", lang, who=standing.history[-1].who, **words)
    return text("review.cli.known", lang, **words)


def _history(history: Sequence[Signature], zone: ZoneInfo, lang: Lang) -> list[str]:
    if not history:
        return [text("review.cli.unsigned", lang)]
    return [
        text(
            "review.cli.line",
            lang,
            at=datetime.fromtimestamp(each.at_s, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M"),
            step=text(f"review.step.{each.step}", lang),
            who=each.who,
            role=each.role,
            remark=each.remark,
        )
        for each in history
    ]


def _row(standing: Standing, lang: Lang, *, id_width: int) -> str:
    body = load_canonical(standing.issued.document.encode())
    said = body if isinstance(body, dict) else {}
    value = said.get("value")
    state = state_in(standing.state, lang)
    state += " " * (_STATE_WIDTH - width_of(state))
    amount = "–" if value is None else f"{value} {said.get('unit', '')}"
    who = standing.signatures[-1].who if standing.signatures else ""
    return f"  {standing.issued.id:<{id_width}} {state} {amount}  {who}".rstrip()
