"""``taihang alarms``: what needs a person now, and what a person decides of it."""

import argparse
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.text import Text

from taihang import wiring
from taihang.core.alarm.condition import Condition
from taihang.core.alarm.decision import AlarmAct, AlarmDecision
from taihang.core.alarm.rule import Priority
from taihang.core.alarm.state import Alarm, AlarmState, Share
from taihang.core.periods import NaiveInstantError, instant
from taihang.core.seal.said import Said
from taihang.interfaces.alarm_words import AlarmWords
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import WordsError
from taihang.interfaces.disk import disk_room
from taihang.services.alarms import AlarmBoard
from taihang.services.alarms import alarms as board_of
from taihang.services.decide import AlarmDecided, AlarmDeed, decide_alarm

_ACTS: Final = {
    "ack": AlarmAct.ACKNOWLEDGE,
    "shelve": AlarmAct.SHELVE,
    "unshelve": AlarmAct.UNSHELVE,
}
_STYLES: Final = {Priority.HIGH: "bold red", Priority.MEDIUM: "yellow", Priority.LOW: "default"}
_QUIET: Final = frozenset((AlarmState.NORMAL,))


def alarms(args: argparse.Namespace) -> int:
    """List the alarms of a park, or decide of one."""
    lang, root = cast("Lang", args.lang), Path(str(args.dir))
    deed = _deed(args)
    if deed is not None:
        return _decide(args, deed, root)
    with wiring.open_park(root, writing=False) as ports:
        at = None if args.at is None else _instant(str(args.at), "--at")
        board = board_of(ports=ports, at=at, disk=disk_room(root))
        words = AlarmWords(ports.park, lang)
        park = ports.park.name_zh if lang == "zh" else ports.park.name_en
    if args.json:
        say(args, board_facts(board, words), "")
        return 0
    console = Console(highlight=False)
    for line in _lines(board, words, park=park, every=bool(args.all)):
        console.print(line, soft_wrap=True)
    return 0


def board_facts(board: AlarmBoard, words: AlarmWords) -> dict[str, object]:
    """Return every alarm as plain values: what machines read.

    Args:
        board: The alarms.
        words: Says them.
    """
    return {
        "at": words.instant(board.at_s),
        "since": words.instant(board.since_s),
        "open": board.n_open,
        "alarms": [alarm_facts(each, words) for each in board.alarms],
        "priorities": [
            {
                "priority": share.priority.value,
                "n": share.n,
                "share": share.share_ratio,
                "target": share.target_ratio,
            }
            for share in board.shares
        ],
        "unwatched": [
            {"rule": each.rule.value, "why": words.unwatched(each)} for each in board.unwatched
        ],
    }


def alarm_facts(alarm: Alarm, words: AlarmWords) -> dict[str, object]:
    """Return one alarm as plain values.

    Args:
        alarm: The alarm.
        words: Says it.
    """
    condition = alarm.condition
    return {
        "id": alarm.id,
        "state": alarm.state.value,
        "priority": condition.priority.value,
        "rule": condition.rule.value,
        "subject": condition.subject,
        "start_s": condition.start_s,
        "end_s": condition.end_s,
        "last_s": condition.last_s,
        "n": condition.n,
        "sentence": words.sentence(condition),
        "respond": words.respond(condition),
        "cause": {"kind": condition.cause.kind.value, "id": condition.cause.id},
        "values": dict(condition.values),
        "worth_cny": condition.worth_cny or None,
        "shelved_until_s": alarm.shelved_until_s,
        "decisions": [{**each.body(), "at_s": each.at_s} for each in alarm.decisions],
    }


# -- listing --------------------------------------------------------------------------------------


def _lines(board: AlarmBoard, words: AlarmWords, *, park: str, every: bool) -> Iterator[Text]:
    told = {"park": park, "at": words.instant(board.at_s)}
    n, open_ = len(board.alarms), board.n_open
    yield Text(text("alarms.cli.head", words.lang, n=n, open=open_, **told), style="bold")
    if not board.alarms:
        yield Text(text("alarms.cli.none", words.lang, since=words.instant(board.since_s)))
    shown = [each for each in board.alarms if every or each.state not in _QUIET]
    for alarm in shown:
        yield from _alarm(alarm, words)
    if len(shown) < n:
        yield Text(text("alarms.cli.more", words.lang, n=n - len(shown)), style="dim")
    if board.alarms:
        yield Text(text("alarms.cli.spread", words.lang, shares=_spread(board.shares, words.lang)))
    for each in board.unwatched:
        why = {"rule": words.rule(each), "why": words.unwatched(each)}
        yield Text(text("alarms.cli.unwatched", words.lang, **why), style="dim")


def _alarm(alarm: Alarm, words: AlarmWords) -> Iterator[Text]:
    condition, lang = alarm.condition, words.lang
    head = " · ".join(
        (
            text(f"alarms.priority.{condition.priority}", lang),
            text(f"alarms.state.{alarm.state}", lang),
            words.rule(condition),
            *_more(alarm, words),
            alarm.id,
        )
    )
    yield Text(head, style=_STYLES[condition.priority] if alarm.needs_person else "dim")
    yield Text(f"  {words.sentence(condition)}{_times(condition, lang)}")
    if alarm.needs_person:
        yield Text(text("alarms.cli.respond", lang, words=words.respond(condition)))
    for decision in alarm.decisions:
        yield Text(_decision(decision, words), style="dim")


def _more(alarm: Alarm, words: AlarmWords) -> Iterator[str]:
    """Yield since when, until when, what it is worth, and how long it is shelved."""
    condition, lang = alarm.condition, words.lang
    since = words.instant(condition.start_s)
    if condition.end_s is None:
        yield text("alarms.cli.lasts", lang, since=since)
    else:
        yield text("alarms.cli.ended", lang, since=since, until=words.instant(condition.end_s))
    if condition.worth_cny:
        yield text("alarms.cli.worth", lang, cny=condition.worth_cny)
    if alarm.shelved_until_s is not None:
        yield text("alarms.cli.shelf", lang, until=words.instant(alarm.shelved_until_s))


def _times(condition: Condition, lang: Lang) -> str:
    # Days in a row stand in the sentence itself.
    is_told = "days" in dict(condition.values)
    return text("alarms.cli.times", lang, n=condition.n) if condition.n > 1 and not is_told else ""


def _decision(decision: AlarmDecision, words: AlarmWords) -> str:
    return text(
        "alarms.cli.decision",
        words.lang,
        at=words.instant(decision.at_s),
        act=text(f"alarms.act.{decision.act}", words.lang),
        who=decision.said.who,
        role=decision.said.role,
        reason=decision.said.reason,
    )


def _spread(shares: Sequence[Share], lang: Lang) -> str:
    told = (
        text(
            "alarms.cli.share",
            lang,
            priority=text(f"alarms.priority.{share.priority}", lang),
            n=share.n,
        )
        for share in shares
    )
    return " · ".join(told)


# -- deciding -------------------------------------------------------------------------------------


def _decide(args: argparse.Namespace, deed: AlarmDeed, root: Path) -> int:
    lang = cast("Lang", args.lang)
    with wiring.open_park(root, writing=True) as ports:
        words = AlarmWords(ports.park, lang)
        decided = decide_alarm(deed, _said(args, deed), ports=ports, disk=disk_room(root))
    say(args, _facts(decided, words), _done(decided, words))
    return 0


def _deed(args: argparse.Namespace) -> AlarmDeed | None:
    """Return what is decided; None where the alarms are only listed."""
    for word, act in _ACTS.items():
        name = getattr(args, word)
        if name is not None:
            until = None if args.until is None else _instant(str(args.until), "--until")
            return AlarmDeed(alarm=str(name), act=act, until=until)
    return None


def _said(args: argparse.Namespace, deed: AlarmDeed) -> Said:
    """Return who decides; the same words of the same person have the same id by themselves."""
    who, role, reason = (str(getattr(args, name) or "") for name in ("who", "role", "reason"))
    own = "\n".join((deed.act, deed.alarm, str(deed.until), who, role, reason))
    made = f"cli-{sha256(own.encode()).hexdigest()[:24]}"
    return Said(id=str(args.id or made), who=who, role=role, reason=reason)


def _facts(decided: AlarmDecided, words: AlarmWords) -> dict[str, object]:
    return {
        "is_new": decided.is_new,
        "decision": {**decided.decision.body(), "at_s": decided.decision.at_s},
        "alarm": None if decided.alarm is None else alarm_facts(decided.alarm, words),
    }


def _done(decided: AlarmDecided, words: AlarmWords) -> str:
    lang, decision = words.lang, decided.decision
    told = {"act": text(f"alarms.act.{decision.act}", lang)}
    if decided.alarm is None:
        told |= {"sentence": decision.alarm, "state": text("alarms.cli.gone", lang)}
    else:
        told |= {
            "sentence": words.sentence(decided.alarm.condition),
            "state": text(f"alarms.state.{decided.alarm.state}", lang),
        }
    if decided.is_new:
        return text("alarms.cli.done", lang, who=decision.said.who, **told)
    return text("alarms.cli.known", lang, **told)


def _instant(given: str, option: str) -> datetime:
    try:
        return instant(datetime.fromisoformat(given))
    except (NaiveInstantError, ValueError) as error:
        raise WordsError(
            given=f"{option} {given}",
            expected="an instant with its zone",
            remedy="write for example 2026-10-01T08:00+08:00",
        ) from error
