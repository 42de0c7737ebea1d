"""The table of a park file with its own limits of alarms, key by key."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule
from taihang.core.park.alarm_limits import LIMIT_NAMES, STATED, AlarmLimits

_TIMES: Final = NumberRule(words="a factor", unit="1", example="3", above=1)
_SHARE: Final = NumberRule(words="a share", unit="1", example="0.1", above=0, at_most=1)
_HOURS: Final = NumberRule(words="a number of hours", unit="h", example="2", above=0)
_HOUR: Final = NumberRule(
    words="an hour of the local day", unit="h", example="18", at_least=0, at_most=24
)
_MINUTES: Final = NumberRule(words="a number of minutes", unit="min", example="30", above=0)
_RULES: Final[Mapping[str, NumberRule]] = {
    "silent_ratio": _TIMES,
    "silent_least_min": _MINUTES,
    "meter_behind_h": _HOURS,
    "not_measured_ratio": _SHARE,
    "settle_within_h": _HOURS,
    "plan_due_h": _HOUR,
    "followed_within_ratio": _SHARE,
    "followed_within_h": _HOURS,
    "published_within_h": _HOURS,
    "disk_free_ratio": _SHARE,
    "chatter_min": _MINUTES,
    "two_person_ratio": _SHARE,
}


def read_alarms(table: TableReader) -> AlarmLimits:
    """Read ``[alarms]``: the limits that the park sets itself; the others are the platform's."""
    given = {
        name: value
        for name in LIMIT_NAMES
        if (value := table.optional_number(name, _RULES[name])) is not None
    }
    source = table.text("source", example="who set them, in which document")
    return replace(STATED, **given, given=frozenset(given), source=source)


ALARM_TABLES: Final[Mapping[str, Callable[[TableReader], object]]] = {"alarms": read_alarms}
"""Who reads which table."""
