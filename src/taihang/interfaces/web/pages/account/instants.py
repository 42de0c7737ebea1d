"""Instants of the accounts as a reader of the park sees them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from taihang.core.access.scope import WHOLE_PARK
from taihang.interfaces.web.newest import zone_of
from taihang.interfaces.web.visit import Visit
from taihang.interfaces.web.wording import local_instant

_BEFORE_A_PARK: Final = "UTC"
"""Nobody has said where the park lies."""


@dataclass(frozen=True, slots=True)
class Instants:
    """Writes instants in one zone."""

    zone: str

    @classmethod
    def of(cls, visit: Visit) -> "Instants":
        """Return a writer in the zone of the park."""
        if not visit.has_park:
            return cls(_BEFORE_A_PARK)
        # In which zone the park lies is told on every page; it is nobody's figure.
        return cls(visit.source.ask(zone_of, scope=WHOLE_PARK))

    def words(self, at: datetime | None) -> str:
        """Return an instant as YYYY-MM-DD HH:mm; empty where there is none.

        Example:
            >>> from datetime import UTC
            >>> Instants("Asia/Shanghai").words(datetime(2026, 10, 31, 15, 45, tzinfo=UTC))
            '2026-10-31 23:45'
        """
        return "" if at is None else local_instant(int(at.timestamp()), zone=self.zone)
