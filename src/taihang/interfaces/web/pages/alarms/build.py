"""Builds the alarms from the park."""

from dataclasses import dataclass

from taihang.core.alarm.condition import Cause, CauseKind
from taihang.core.park.park import Park
from taihang.services.alarm_scene import DiskRoom
from taihang.services.alarms import AlarmBoard, alarms
from taihang.services.ports import Ports


@dataclass(frozen=True, slots=True)
class BoardView:
    """The alarms, and the park whose names tell them."""

    board: AlarmBoard
    park: Park


def build_alarms(ports: Ports, minute: int, disk: DiskRoom) -> BoardView:
    """Build the alarms of now.

    Args:
        ports: The park, open for reading.
        minute: Number of the minute: silence grows with time alone, so no view is kept longer.
        disk: What its disk has left.
    """
    del minute
    return BoardView(alarms(ports=ports, disk=disk), ports.park)


def count_open(ports: Ports, minute: int, disk: DiskRoom) -> int:
    """Count the alarms that need a person: the number in the head of every page.

    Args:
        ports: The park, open for reading.
        minute: Number of the minute, as of ``build_alarms``.
        disk: What its disk has left.
    """
    return build_alarms(ports, minute, disk).board.n_open


def place_of(cause: Cause) -> tuple[str, dict[str, str]] | None:
    """Return the page on which a cause is seen: name of its address, and the words of it.

    Args:
        cause: Where the cause of an alarm lies.

    Returns:
        None of a cause that has no page.
    """
    if cause.kind is CauseKind.PLAN:
        return "dispatch", {"day": cause.id}
    return None
