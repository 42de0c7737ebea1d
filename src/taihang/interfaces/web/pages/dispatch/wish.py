"""What somebody asks of the page of storage in its address: the day, and an order to try."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from taihang.core.dispatch.plan_decision import Order
from taihang.core.errors import InputError
from taihang.core.periods import STEPS_PER_DAY, days
from taihang.core.quantities import WH_PER_KWH
from taihang.interfaces.web.page_query import QueryError

ORDER_WORDS: Final = ("battery", "from", "to", "way", "kw")
WORDS: Final = ("day", "check", "why", *ORDER_WORDS)
WAYS: Final[Mapping[str, int]] = {"charge": 1, "discharge": -1, "rest": 0}
"""What a store may be told, and the sign of its power."""
_QUARTERS: Final = ("00", "15", "30", "45")
_KW_MOST: Final = 10_000_000.0
_STEP_S: Final = 900
_PLAIN: Final = re.compile(r"[0-9]{1,8}(\.[0-9]{1,3})?")


class OrderWordsError(InputError):
    """An order that is to be tried is not said as the form says it."""

    code = "input.order-words"


@dataclass(frozen=True, slots=True)
class Tried:
    """An order as somebody filled it in."""

    battery: str
    start: str
    """``HH:MM`` of the local day."""
    end: str
    """The same; ``24:00`` for its end."""
    way: str
    kw: str

    def order(self, day: date, zone: ZoneInfo) -> Order:
        """Return the order that it says.

        Args:
            day: The local day of the plan.
            zone: Of the park.

        Raises:
            OrderWordsError: If a time is off the quarters of an hour, or the power is no number.
        """
        start_s = days(day, 1, zone).start_s
        return Order(
            battery=self.battery,
            start_s=start_s + _STEP_S * _quarter(self.start),
            end_s=start_s + _STEP_S * _quarter(self.end),
            power_w=_power_w(self.way, self.kw),
        )


def day_in(words: Mapping[str, str]) -> date | None:
    """Return the day that an address names; None where it names none.

    Raises:
        QueryError: If it is no day.
    """
    if "day" not in words:
        return None
    try:
        return date.fromisoformat(words["day"])
    except ValueError as error:
        raise QueryError(
            given=f"day={words['day'][:40]}",
            expected="a day as YYYY-MM-DD",
            remedy="correct the address",
        ) from error


def tried_in(words: Mapping[str, str]) -> Tried | None:
    """Return the order that an address or a form tries; None where it tries none."""
    if not words.get("battery"):
        return None
    said = {name: words.get(name, "").strip() for name in ORDER_WORDS}
    return Tried(said["battery"], said["from"], said["to"], said["way"], said["kw"])


def clock(quarter: int) -> str:
    """Return the time at which a quarter of the day begins.

    Example:
        >>> clock(0), clock(75), clock(96)
        ('00:00', '18:45', '24:00')
    """
    return f"{quarter // 4:02d}:{quarter % 4 * 15:02d}"


def _quarter(given: str) -> int:
    hour, colon, minute = given.partition(":")
    good = colon and hour.isascii() and hour.isdigit() and minute in _QUARTERS
    quarter = int(hour) * 4 + _QUARTERS.index(minute) if good and len(hour) <= len("24") else -1
    if not 0 <= quarter <= STEPS_PER_DAY:
        raise OrderWordsError(
            given=f"the time {given[:20]!r}",
            expected="a quarter of an hour, 00:00 … 24:00",
            remedy="choose from the list",
        )
    return quarter


def _power_w(way: str, given: str) -> int:
    if way not in WAYS:
        raise OrderWordsError(
            given=f"the action {way[:20]!r}", expected=" or ".join(WAYS), remedy="choose one"
        )
    if not WAYS[way]:
        return 0
    is_plain = _PLAIN.fullmatch(given) is not None
    if not is_plain or not 0 < float(given) <= _KW_MOST:
        raise OrderWordsError(
            given=f"the power {given[:20]!r}",
            expected="kilowatts above 0, as a plain number",
            remedy="write for example 2500",
        )
    return WAYS[way] * round(float(given) * WH_PER_KWH)
