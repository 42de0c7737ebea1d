"""Platform job: say what needs a person now, by the park's own records and limits.

Nothing is stored but what people decide: the alarms follow from the records, so the same records
give the same alarms, also those of an earlier instant, and nobody can make one vanish but by what
it is about. See docs/alarms.md.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from taihang.core.alarm.condition import Condition, in_order
from taihang.core.alarm.grouping import grouped
from taihang.core.alarm.state import Alarm, AlarmState, Share, Unwatched, alarm_of, shares_of
from taihang.services.alarm_accounts import account_alarms
from taihang.services.alarm_balance import balance_alarms
from taihang.services.alarm_intake import intake_alarms
from taihang.services.alarm_plans import plan_alarms
from taihang.services.alarm_platform import platform_alarms
from taihang.services.alarm_power import power_alarms
from taihang.services.alarm_readings import reading_alarms
from taihang.services.alarm_scene import DiskRoom, Scene
from taihang.services.decisions import Decisions
from taihang.services.ports import Ports

Found: TypeAlias = Condition | Unwatched
_ORDER: Final = {
    AlarmState.UNACKNOWLEDGED: 0,
    AlarmState.RETURNED: 1,
    AlarmState.ACKNOWLEDGED: 2,
    AlarmState.SHELVED: 3,
    AlarmState.NORMAL: 4,
}


@dataclass(frozen=True, slots=True)
class AlarmBoard:
    """Every alarm of the last two months of which anything is settled, and what nobody watches."""

    at_s: int
    """The instant that it speaks of [s]."""
    since_s: int
    """How far back it looks: the start of a local month [s]."""
    alarms: tuple[Alarm, ...]
    """What needs a person first; of those the urgent, then the newest."""
    unwatched: tuple[Unwatched, ...]

    def of(self, *states: AlarmState) -> tuple[Alarm, ...]:
        """Return the alarms in some states, in order."""
        return tuple(each for each in self.alarms if each.state in states)

    @property
    def n_open(self) -> int:
        """How many need a person now."""
        return sum(each.needs_person for each in self.alarms)

    @property
    def shares(self) -> tuple[Share, ...]:
        """How the priorities of all of them are spread."""
        return shares_of(self.alarms)


def alarms(*, ports: Ports, at: datetime | None = None, disk: DiskRoom | None = None) -> AlarmBoard:
    """Say what needs a person.

    Args:
        ports: The outside world.
        at: The instant; None for now. Of an earlier one, by the records as they are today.
        disk: What the disk has left; None where that cannot be seen from here.

    Returns:
        The alarms with where each stands.
    """
    now = ports.clock.now() if at is None else at
    scene = Scene(ports, now_s=int(now.timestamp()), disk=disk)
    decisions = Decisions(ports)
    # 1. What the rules find.
    found = [*_found(scene, decisions)]
    meters_of = {each.id: each.meters for each in ports.park.gateways.values()}
    every = (each for each in found if isinstance(each, Condition))
    conditions = in_order(grouped(every, meters_of=meters_of))
    # 2. What people decided of it.
    told = [
        alarm_of(each, decisions.alarms.get(each.id, ()), now_s=scene.now_s) for each in conditions
    ]
    return AlarmBoard(
        at_s=scene.now_s,
        since_s=scene.since_s,
        alarms=tuple(sorted(told, key=lambda each: _ORDER[each.state])),
        unwatched=tuple(_once(each for each in found if isinstance(each, Unwatched))),
    )


def open_alarm_count(*, ports: Ports, at: datetime | None = None) -> int:
    """Return how many alarms need a person: the number in the head of every page.

    Args:
        ports: The outside world.
        at: The instant; None for now.
    """
    return alarms(ports=ports, at=at).n_open


def _found(scene: Scene, decisions: Decisions) -> Iterator[Found]:
    yield from intake_alarms(scene)
    yield from reading_alarms(scene)
    yield from balance_alarms(scene)
    yield from power_alarms(scene)
    yield from plan_alarms(scene, decisions)
    yield from account_alarms(scene)
    yield from platform_alarms(scene)


def _once(unwatched: Iterable[Unwatched]) -> Iterable[Unwatched]:
    return dict.fromkeys(unwatched)
