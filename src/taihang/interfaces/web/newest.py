"""The newest reading of a park: what the head of every page and every frame tells."""

from dataclasses import dataclass

from taihang.services.ports import Ports
from taihang.services.replay import catch_up


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest reading of a park, as far as somebody sees it."""

    reading_s: int | None
    """When it was taken, seconds since 1970-01-01T00:00Z [s]; None: there is none."""


def find_newest(ports: Ports) -> Newest:
    """Return the newest reading that the ports show."""
    catch_up(ports, hot_only=True)
    _, columns = ports.lake.last()
    times_s = columns["last_s"]
    return Newest(int(times_s.max()) if times_s.size else None)


def zone_of(ports: Ports) -> str:
    """Return the time zone of the park."""
    return ports.park.time_zone
