"""Where the cause of an alarm is seen: the page or the figure that a person opens next."""

from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from taihang.core.alarm.condition import CauseKind, Condition
from taihang.core.alarm.grouping import GROUPED
from taihang.core.alarm.rule import AlarmRule
from taihang.core.figure.key import key_of
from taihang.core.park.park import Park
from taihang.core.periods import instant_of_s
from taihang.interfaces.web.pages.figure.page import figure_address

_OF_READINGS: Final = frozenset(
    (
        AlarmRule.REGISTER_BACKWARDS,
        AlarmRule.READING_UNSURE,
        AlarmRule.READING_REFUSED,
        AlarmRule.READING_UNCERTIFIABLE,
    )
)
"""Told of single readings: their cause is seen in the day, down to each reading."""
_LOG: Final = "#log-head"
_GATEWAYS: Final = "#gateways-head"
_DAYS: Final = "#heat-head"
"""Parts of the page of data and trust: the log, the gateways, every meter and day."""


def cause_address(condition: Condition, *, park: Park, journal_size: int) -> str:
    """Return where the cause of a condition is seen.

    Args:
        condition: The condition.
        park: The park, for its local time and its connections.
        journal_size: How much of the journal the alarms know: readings open as of then.

    Returns:
        An address; empty of a cause that has no page.
    """
    cause = condition.cause
    match cause.kind:
        case CauseKind.PLAN:
            return f"{reverse('dispatch')}?{urlencode({'day': cause.id})}"
        case CauseKind.LOG:
            return f"{reverse('trust')}{_LOG}"
        case CauseKind.GATEWAY:
            # Of meters of a gateway at once: seen where every meter and day is.
            part = _DAYS if condition.rule in GROUPED else _GATEWAYS
            return f"{reverse('trust')}{part}"
        case CauseKind.BALANCE if condition.rule is AlarmRule.SETTLEMENT_LATE:
            return f"{reverse('trust')}{_DAYS}"
        case CauseKind.PLANT:
            return reverse("assets-plant", args=[cause.id])
        case _:
            key = _figure_of(condition, park=park, journal_size=journal_size)
            return figure_address(key) if key else ""


def _figure_of(condition: Condition, *, park: Park, journal_size: int) -> str:
    """Return the key of the figure that tells the cause; empty where none does."""
    cause = condition.cause
    day = instant_of_s(condition.start_s).astimezone(park.zone).date().isoformat()
    match cause.kind:
        case CauseKind.METER:
            of_reading = condition.rule in _OF_READINGS
            read = key_of("meter", cause.id, day, str(journal_size))
            return read if of_reading else key_of("coverage", cause.id, day[:7])
        case CauseKind.USER | CauseKind.GRID:
            is_known = cause.id in park.users or cause.id in park.grids
            return key_of("demand", cause.id, day[:7]) if is_known else ""
        case CauseKind.STATEMENT:
            is_quota = condition.rule is AlarmRule.QUOTA
            path = ("lines", condition.subject, "used") if is_quota else ("value",)
            return key_of("statement", cause.id, *path)
        case CauseKind.BALANCE:
            return _of_balance(condition.rule, day)
        case _:
            return ""


def _of_balance(rule: AlarmRule, day: str) -> str:
    match rule:
        case AlarmRule.LOSSES_HIGH:
            return key_of("flow", "losses", day)
        case AlarmRule.BALANCE_BROKEN:
            return key_of("closure", "park", day)
        case AlarmRule.DEMAND_OVER:
            return key_of("flow", "import", day)
        case AlarmRule.EXPORT_OVER:
            return key_of("ratio", "R_exp", day[:4])
        case _:
            return ""
