"""From when on something is an alarm, where neither a fact nor another table of the park says so.

Every number here is the authors' own choice and stands on the page and in docs/alarms.md with that
word; ``[alarms]`` of park.toml puts the park's own in its place, with a source.
"""

from dataclasses import dataclass, fields
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLimits:
    """The limits that no document sets."""

    silent_ratio: float = 3.0
    """A gateway is silent after so many of its own usual spaces between two batches [1]."""
    silent_least_min: float = 30.0
    """And never before so long: two settlement intervals [min]."""
    meter_behind_h: float = 2.0
    """A meter is silent when its last reading lies so far behind its gateway's newest [h]."""
    not_measured_ratio: float = 0.05
    """Share of a month's intervals of a meter without a measured value: below 95 % a figure shows
    its coverage (house rule of all pages) [1]."""
    settle_within_h: float = 48.0
    """Readings that are older than this should be settled [h]."""
    plan_due_h: float = 18.0
    """Local hour of the day before, by which a day should have its plan [h]."""
    followed_within_ratio: float = 0.10
    """Storage follows its plan within this share of its rated power [1]."""
    followed_within_h: float = 1.0
    """Shorter departures from the plan are no alarm [h]."""
    published_within_h: float = 2.0
    """A record should be under a cosigned checkpoint after so long: twice the time after which a
    log that does not grow is cosigned again [h]."""
    disk_free_ratio: float = 0.10
    """Least free share of the disk [1]."""
    chatter_min: float = 60.0
    """What comes again within this time is the same alarm [min]."""
    two_person_ratio: float = 0.10
    """An order that departs from a released plan by more than this share of the rated power of a
    store takes a second person [1]."""
    given: frozenset[str] = frozenset()
    """Which of them the park set itself."""
    source: str = ""
    """Who set those, in which document; empty where the park set none."""

    def source_of(self, name: str) -> str:
        """Return who set a limit; empty: the authors of the platform.

        Example:
            >>> AlarmLimits(given=frozenset(("plan_due_h",)), source="rota").source_of("plan_due_h")
            'rota'
        """
        return self.source if name in self.given else ""


STATED: Final = AlarmLimits()
"""The platform's own."""
LIMIT_NAMES: Final = tuple(
    each.name for each in fields(AlarmLimits) if each.name not in {"given", "source"}
)
"""Every limit by name, in the order of the day."""
