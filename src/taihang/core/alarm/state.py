"""Where an alarm stands, after ISA-18.2: unacknowledged, acknowledged, shelved, returned.

A condition that ended by itself still waits for a person who says "seen", unless its rule is of low
priority: those go away with their cause (own choice; the standard leaves it to the operator's own
philosophy). Whatever was acknowledged and comes again, or rises in priority, is unacknowledged
again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from taihang.core.alarm.condition import Condition
from taihang.core.alarm.decision import AlarmDecision, acknowledgement_of, shelf_of
from taihang.core.alarm.rule import TARGET_SHARES, AlarmRule, Priority


class AlarmState(StrEnum):
    """Where an alarm stands."""

    UNACKNOWLEDGED = "unacknowledged"
    """It lasts, and nobody has said that it was seen."""
    ACKNOWLEDGED = "acknowledged"
    """It lasts, and somebody sees to it."""
    SHELVED = "shelved"
    """Somebody put it aside until an instant."""
    RETURNED = "returned"
    """It ended, and nobody has said that it was seen."""
    NORMAL = "normal"
    """It ended and was seen, or its rule needs nobody once it ended."""


OPEN: frozenset[AlarmState] = frozenset((AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED))
"""What needs a person now."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A condition, where it stands, and what was decided of it."""

    condition: Condition
    state: AlarmState
    decisions: tuple[AlarmDecision, ...] = ()
    """All that were ever taken, in the order of the log."""
    shelved_until_s: int | None = None
    """None where it is not on the shelf [s]."""

    @property
    def id(self) -> str:
        """Name of the alarm."""
        return self.condition.id

    @property
    def needs_person(self) -> bool:
        """Whether somebody has to look at it now."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Unwatched:
    """A rule that could not be judged, and why: no silence is read as "all is well"."""

    rule: AlarmRule
    why: str
    """Key of the reason in the catalogue."""
    values: tuple[tuple[str, int | str], ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """How many alarms have a priority, beside what the standard aims at."""

    priority: Priority
    n: int
    share_ratio: float | None
    """None where there is no alarm at all [1]."""
    target_ratio: float


def alarm_of(condition: Condition, decisions: Sequence[AlarmDecision], *, now_s: int) -> Alarm:
    """Say where a condition stands.

    Args:
        condition: What was found.
        decisions: Every decision on it, in the order of the log.
        now_s: The instant. [s]

    Returns:
        The alarm.
    """
    known = tuple(each for each in decisions if each.at_s <= now_s)
    shelf = shelf_of(known, now_s=now_s)
    if shelf is not None and condition.is_active:
        return Alarm(condition, AlarmState.SHELVED, known, shelf.until_s)
    seen = _is_seen(condition, acknowledgement_of(known))
    if condition.is_active:
        state = AlarmState.ACKNOWLEDGED if seen else AlarmState.UNACKNOWLEDGED
    else:
        is_quiet = seen or condition.priority is Priority.LOW
        state = AlarmState.NORMAL if is_quiet else AlarmState.RETURNED
    return Alarm(condition, state, known)


def _is_seen(condition: Condition, known: AlarmDecision | None) -> bool:
    return (
        known is not None
        and known.priority.rank <= condition.priority.rank
        and known.last_s >= condition.last_s
    )


def shares_of(alarms: Iterable[Alarm]) -> tuple[Share, ...]:
    """Return how the priorities of alarms are spread, the most urgent first.

    Args:
        alarms: Any alarms.
    """
    counts: Mapping[Priority, int] = Counter(each.condition.priority for each in alarms)
    total = sum(counts.values())
    return tuple(
        Share(priority, counts[priority], counts[priority] / total if total else None, target)
        for priority, target in TARGET_SHARES.items()
    )
