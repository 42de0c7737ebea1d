"""Builds the alarms from the park."""

from dataclasses import dataclass

from taihang.core.park.park import Park
from taihang.services.alarm_scene import DiskRoom
from taihang.services.alarms import AlarmBoard, alarms
from taihang.services.ports import Ports


@dataclass(frozen=True, slots=True)
class BoardView:
    """The alarms, and the park whose names tell them."""

    board: AlarmBoard
    park: Park
    journal_size: int
    """How much of the journal they know."""


def build_alarms(ports: Ports, minute: int, disk: DiskRoom) -> BoardView:
    """Build the alarms of now.

    Args:
        ports: The park, open for reading.
        minute: Number of the minute: silence grows with time alone, so no view is kept longer.
        disk: What its disk has left.
    """
    del minute
    size = ports.journal.size
    return BoardView(alarms(ports=ports, disk=disk), ports.park, size)
