"""A small August in which things go wrong, and ways to look at its alarms."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

import small_park
from small_park import AUGUST, N_DAY
from taihang.core.alarm.condition import Condition
from taihang.core.alarm.rule import AlarmRule
from taihang.core.alarm.state import Alarm
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import Period, days
from taihang.services.alarms import AlarmBoard
from taihang.services.ports import Ports
from taihang.services.settle import settle

GATEWAYS: Final = {"GW1": ("M-E01", "M-PV01"), "GW2": ("M-E02",)}


def day_at(day: int, hour: int = 0) -> datetime:
    """An hour of a day of August, local."""
    return datetime(2026, 8, day, hour, tzinfo=small_park.ZONE)


def at_s(day: int, hour: int = 0) -> int:
    """The same in seconds."""
    return int(day_at(day, hour).timestamp())


def until(day: int) -> Period:
    """The days of August before one."""
    return days(date(2026, 8, 1), day - 1, small_park.ZONE)


def send(
    ports: Ports,
    gateway: str,
    n_days: int,
    *,
    blocks: Iterable[ReadingBlock] | None = None,
) -> None:
    """Let a gateway send the first days of August, one batch a day."""
    points = (small_park.registers(point, AUGUST) for point in GATEWAYS[gateway])
    cut = [small_park.cut(each, 0, n_days * N_DAY + 1) for each in (blocks or points)]
    small_park.store(ports, small_park.daily(cut, gateway))


def send_all(ports: Ports, n_days: int = 31) -> None:
    """Let every gateway send."""
    for gateway in GATEWAYS:
        send(ports, gateway, n_days)


def settled(ports: Ports, n_days: int = 31) -> None:
    """Let every gateway send, and settle the days."""
    send_all(ports, n_days)
    settle(until(n_days + 1), ports=ports)


def troubled(ports: Ports) -> None:
    """GW2 stops in the middle of August after a gap; everything is settled."""
    send(ports, "GW1", 31)
    gap = small_park.but(small_park.registers("M-E02", AUGUST), range(100, 104))
    send(ports, "GW2", 15, blocks=[gap])
    settle(until(32), ports=ports)


def of_rule(found: Iterable[object], rule: AlarmRule) -> list[Condition]:
    """The conditions of one rule among what was found."""
    return [each for each in found if isinstance(each, Condition) and each.rule is rule]


def rules_of(found: Iterable[object]) -> set[AlarmRule]:
    """The rules that found something."""
    return {each.rule for each in found if isinstance(each, Condition)}


def alarm(board: AlarmBoard, rule: AlarmRule) -> Alarm:
    """The one alarm of a rule."""
    (one,) = (each for each in board.alarms if each.condition.rule is rule)
    return one
