"""A condition: what a rule found, of what, since when, until when, and where its cause lies.

An alarm is named by rule, subject and start, so that looking again finds the same alarm. Whatever
comes and goes within a short time is one condition with a count (ISA-18.2 calls it chattering), and
no condition crosses the end of a local month: what is named does not depend on how far back anybody
looked.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from taihang.core.alarm.rule import FACTS, AlarmRule, Priority
from taihang.core.errors import InputError
from taihang.core.periods import STEP_S, Period

Values: TypeAlias = tuple[tuple[str, int | str], ...]
"""What fills a sentence, by name; a name ends in its unit: ``found_w``, ``since_at_s``."""
_NAME: Final = re.compile(r"([a-z-]+)\.(.{1,64})\.(-?[0-9]{1,12})")


class AlarmNameError(InputError):
    """A text is not the name of an alarm."""

    code = "input.alarm-name"


class CauseKind(StrEnum):
    """What a cause is: where a reader goes from an alarm."""

    METER = "meter"
    GATEWAY = "gateway"
    STATEMENT = "statement"
    PLAN = "plan"
    PLANT = "plant"
    USER = "user"
    GRID = "grid"
    BALANCE = "balance"
    LOG = "log"
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class Cause:
    """Where the cause of a condition lies."""

    kind: CauseKind
    id: str
    """Of the meter, gateway, statement …; empty where there is only one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What one rule found at one subject."""

    rule: AlarmRule
    subject: str
    start_s: int
    """Since when [s since 1970-01-01T00:00Z]."""
    end_s: int | None
    """Until when; None while it lasts [s]."""
    cause: Cause
    values: Values = ()
    priority: Priority
    n: int = 1
    """How often it came within the time that it spans."""
    last_s: int
    """Start of its last coming [s]."""
    worth_cny: str = ""
    """What it costs if nobody acts, where that is known; a plain decimal number [CNY]."""

    @property
    def id(self) -> str:
        """Its name: rule, subject, start.

        Example:
            >>> condition = found(AlarmRule.DISK_FULL, "disk", 60, cause=Cause(CauseKind.DISK, ""))
            >>> condition.id
            'disk-full.disk.60'
        """
        return f"{self.rule}.{self.subject}.{self.start_s}"

    @property
    def is_active(self) -> bool:
        """Whether it lasts."""
        return self.end_s is None


def found(rule: AlarmRule, subject: str, start_s: int, *, cause: Cause) -> Condition:
    """Return a condition that lasts, with the priority of its rule; the rest is put in by hand.

    Args:
        rule: The rule.
        subject: What it is of.
        start_s: Since when. [s]
        cause: Where its cause lies.
    """
    return Condition(
        rule=rule,
        subject=subject,
        start_s=start_s,
        end_s=None,
        cause=cause,
        priority=FACTS[rule].priority,
        last_s=start_s,
    )


def parse_alarm_name(name: str) -> tuple[AlarmRule, str, int]:
    """Return rule, subject and start [s] of the name of an alarm.

    Raises:
        AlarmNameError: If it is none.

    Example:
        >>> parse_alarm_name("gap-open.M-E01.1790784000")[1]
        'M-E01'
    """
    parts = _NAME.fullmatch(name)
    if parts is None or parts[1] not in set(AlarmRule):
        raise AlarmNameError(
            given=f"{name[:80]!r}",
            expected="rule, subject and start, such as gap-open.M-E01.1790784000",
            remedy="take the name from `taihang alarms`",
        )
    return AlarmRule(parts[1]), parts[2], int(parts[3])


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch in which something was so, or came again and again."""

    start_s: int
    end_s: int
    """End of its last coming [s]."""
    n: int
    """How often it came."""
    last_s: int
    """Start of its last coming [s]."""
    where: NDArray[np.intp] = field(compare=False)
    """Places of the intervals in which it was so, ascending, shape (k,)."""


def episodes(
    where: NDArray[np.bool_], *, period: Period, apart_s: int, step_s: int = STEP_S
) -> list[Episode]:
    """Join the intervals in which something is so into episodes.

    Args:
        where: Whether it is so, interval by interval from the start of the period, shape (n,).
        period: A local month, or the part of it that is known.
        apart_s: What comes again within this time is the same episode. [s]
        step_s: Length of an interval. [s]

    Returns:
        The episodes, in order.

    Example:
        >>> day = Period.of_s(0, 86_400)
        >>> so = np.zeros(96, np.bool_); so[[0, 1, 3, 50]] = True
        >>> [(each.start_s, each.end_s, each.n) for each in
        ...  episodes(so, period=day, apart_s=3_600)]
        [(0, 3600, 2), (45000, 45900, 1)]
    """
    places = np.flatnonzero(where)
    if not len(places):
        return []
    gaps = np.diff(places)
    cuts = np.flatnonzero((gaps - 1) * step_s >= apart_s) + 1
    edges = [0, *cuts.tolist(), len(places)]
    return [_episode(places[first:last], period.start_s, step_s) for first, last in pairwise(edges)]


def _episode(places: NDArray[np.intp], start_s: int, step_s: int) -> Episode:
    begins = np.concatenate([[True], np.diff(places) > 1])
    last = int(places[begins][-1])
    return Episode(
        start_s=start_s + int(places[0]) * step_s,
        end_s=start_s + (int(places[-1]) + 1) * step_s,
        n=int(begins.sum()),
        last_s=start_s + last * step_s,
        where=places,
    )


def stretches(starts_s: Sequence[int], ends_s: Sequence[int], *, apart_s: int) -> list[Episode]:
    """Join stretches of time, in order of their starts, into episodes.

    Args:
        starts_s: Start of each. [s]
        ends_s: End of each. [s]
        apart_s: What comes again within this time is the same episode. [s]

    Returns:
        The episodes, in order; ``where`` holds the numbers of their stretches.

    Example:
        >>> [(each.start_s, each.end_s, each.n) for each in
        ...  stretches([0, 50, 500], [40, 90, 600], apart_s=60)]
        [(0, 90, 2), (500, 600, 1)]
    """
    joined: list[Episode] = []
    for number, (start_s, end_s) in enumerate(zip(starts_s, ends_s, strict=True)):
        own = Episode(start_s, end_s, 1, start_s, np.array([number], np.intp))
        if joined and start_s - joined[-1].end_s < apart_s:
            joined[-1] = _grown(joined[-1], own)
        else:
            joined.append(own)
    return joined


def _grown(before: Episode, own: Episode) -> Episode:
    return Episode(
        start_s=before.start_s,
        end_s=max(before.end_s, own.end_s),
        n=before.n + 1,
        last_s=own.start_s,
        where=np.concatenate([before.where, own.where]),
    )


def in_order(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Return conditions as a person reads them: lasting first, urgent first, newest first."""
    return tuple(
        sorted(
            conditions,
            key=lambda each: (not each.is_active, each.priority.rank, -each.last_s, each.id),
        )
    )
