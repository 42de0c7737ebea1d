"""What a person decided of an alarm, and which decision may follow which.

Every decision is one event of the log (docs/formats/log.md, section 9). Three acts: acknowledge it,
shelve it until an instant, take it off the shelf again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from taihang.core.alarm.condition import parse_alarm_name
from taihang.core.alarm.rule import Priority
from taihang.core.errors import InputError, StateError
from taihang.core.seal.canonical import Fields, JsonValue
from taihang.core.seal.said import SAID_KEYS, Said, open_said

ALARM_DECIDED: Final = "alarm-decided"
"""Kind of the event."""
SHELF_MOST_S: Final = 7 * 86_400
"""Longest time on the shelf: a week, so that every alarm comes before somebody's eyes again. Own
choice; ISA-18.2 asks for a limit and gives none. [s]"""
_KEYS: Final = frozenset(("act", "alarm", "last_s", "priority", "until_s")) | SAID_KEYS


class AlarmAct(StrEnum):
    """What a person does with an alarm."""

    ACKNOWLEDGE = "acknowledge"
    """确认: I have seen it and see to it."""
    SHELVE = "shelve"
    """搁置: it is known and shall not be told until an instant."""
    UNSHELVE = "unshelve"
    """取消搁置: it shall be told again."""


class ShelfTimeError(InputError):
    """An alarm is to be shelved without an end, into the past, or for too long."""

    code = "input.shelf-time"


class AlarmOrderError(StateError):
    """A decision does not follow from where the alarm stands."""

    code = "state.alarm-order"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmDecision:
    """What one person decided of one alarm."""

    said: Said
    act: AlarmAct
    alarm: str
    """Name of the alarm."""
    priority: Priority
    """That it had when the person looked: one that rises has to be looked at again."""
    last_s: int
    """Start of the last coming that the person saw; one that comes again is unacknowledged [s]."""
    until_s: int | None
    """End of the shelf; None of everything but shelving [s]."""
    at_s: int
    """When [s]; the time of its event."""

    def body(self) -> dict[str, JsonValue]:
        """Return the body of its event."""
        return {
            "act": self.act.value,
            "alarm": self.alarm,
            "last_s": self.last_s,
            "priority": self.priority.value,
            "until_s": self.until_s,
            **self.said.body(),
        }

    def holds_at(self, now_s: int) -> bool:
        """Say whether an alarm lies on the shelf by this decision."""
        return self.act is AlarmAct.SHELVE and self.until_s is not None and now_s < self.until_s


def open_alarm_decision(body: Mapping[str, JsonValue], *, at_s: int) -> AlarmDecision:
    """Read the body of an event ``alarm-decided``.

    Args:
        body: The body.
        at_s: When the event was logged [s].

    Raises:
        DocumentError: If a field is absent, unknown or out of bounds.
        AlarmNameError: If it names no alarm.
        ShelfTimeError: If it shelves without an end, or something else has one.
    """
    fields = Fields({**body}, where=ALARM_DECIDED, keys=_KEYS)
    act, priority = fields.text("act"), fields.text("priority")
    if act not in set(AlarmAct):
        raise fields.error("act", expected=" or ".join(AlarmAct))
    if priority not in set(Priority):
        raise fields.error("priority", expected=" or ".join(Priority))
    parse_alarm_name(fields.text("alarm"))
    decision = AlarmDecision(
        said=open_said(fields),
        act=AlarmAct(act),
        alarm=fields.text("alarm"),
        priority=Priority(priority),
        last_s=fields.integer("last_s"),
        until_s=None if fields.raw("until_s") is None else fields.integer("until_s"),
        at_s=at_s,
    )
    demand_shelf_time(decision)
    return decision


def demand_shelf_time(decision: AlarmDecision) -> None:
    """Refuse a shelf without an end, with one in the past, or with one too far away.

    Raises:
        ShelfTimeError: If it is.
    """
    until_s = decision.until_s
    if decision.act is not AlarmAct.SHELVE:
        if until_s is None:
            return
    elif until_s is not None and decision.at_s < until_s <= decision.at_s + SHELF_MOST_S:
        return
    raise ShelfTimeError(
        given=f"{decision.act} until {until_s} at {decision.at_s}",
        expected=f"an end of a shelf after now and within {SHELF_MOST_S // 86_400} days; none else",
        remedy="say until when it is shelved; after that it is told again",
    )


def shelf_of(decisions: Iterable[AlarmDecision], *, now_s: int) -> AlarmDecision | None:
    """Return the decision by which an alarm lies on the shelf; None where it does not.

    Args:
        decisions: Every decision on it, in the order of the log.
        now_s: The instant. [s]
    """
    last = None
    for each in decisions:
        if each.act is not AlarmAct.ACKNOWLEDGE:
            last = each
    return last if last is not None and last.holds_at(now_s) else None


def acknowledgement_of(decisions: Iterable[AlarmDecision]) -> AlarmDecision | None:
    """Return the last acknowledgement since an alarm was last shelved; None where there is none.

    What comes off the shelf comes before somebody's eyes anew.
    """
    last = None
    for each in decisions:
        last = each if each.act is AlarmAct.ACKNOWLEDGE else None
    return last


def demand_may_decide(decision: AlarmDecision, *, after: Iterable[AlarmDecision]) -> None:
    """Refuse a decision that does not follow from those before.

    Args:
        decision: What somebody would decide.
        after: Every decision on the alarm so far, in the order of the log.

    Raises:
        AlarmOrderError: If it does not follow.
        ShelfTimeError: If it shelves without an end that may be.
    """
    demand_shelf_time(decision)
    before = [*after]
    shelf = shelf_of(before, now_s=decision.at_s)
    known = acknowledgement_of(before)
    wrong = None
    if decision.act is AlarmAct.UNSHELVE and shelf is None:
        wrong = "is not on the shelf", "nothing has to be done"
    elif decision.act is AlarmAct.ACKNOWLEDGE and shelf is not None:
        wrong = "is on the shelf", "take it off the shelf first"
    elif decision.act is AlarmAct.ACKNOWLEDGE and known is not None and covers(known, decision):
        wrong = f"was acknowledged by {known.said.who}", "nothing has to be done"
    if wrong is not None:
        raise AlarmOrderError(
            given=f"{decision.act} {decision.alarm}, which {wrong[0]}",
            expected="a decision that follows from where the alarm stands",
            remedy=wrong[1],
        )


def covers(known: AlarmDecision, seen: AlarmDecision) -> bool:
    """Say whether an acknowledgement covers an alarm as another person saw it."""
    return known.priority.rank <= seen.priority.rank and known.last_s >= seen.last_s


def alarm_faults(decisions: Iterable[AlarmDecision]) -> list[tuple[str, str]]:
    """Say which decisions in the log do not follow from those before.

    Args:
        decisions: Every decision on every alarm, in the order of the log.

    Returns:
        Name of the alarm, and what is wrong.
    """
    before: dict[str, list[AlarmDecision]] = {}
    wrong: list[tuple[str, str]] = []
    for each in decisions:
        own = before.setdefault(each.alarm, [])
        try:
            demand_may_decide(each, after=own)
        except (AlarmOrderError, ShelfTimeError) as error:
            wrong.append((each.alarm, f"was decided against the rules: {error}"))
        own.append(each)
    return wrong
