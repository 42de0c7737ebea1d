"""What the rules of alarms look at: the park, an instant, the last two months, each read once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.readings import Place
from taihang.core.park.alarm_limits import AlarmLimits
from taihang.core.park.park import Park
from taihang.core.park.topology import Meter
from taihang.core.periods import STEP_S, Period, instant_of_s, month
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.series import Quality
from taihang.services.planned import plan_names
from taihang.services.ports import Columns, Ports, Slabs

W_PER_STEP_WH: int = SECONDS_PER_HOUR // STEP_S
"""Mean power of one settlement interval per watt-hour in it [W/Wh]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskRoom:
    """What the disk of a park has left."""

    free_bytes: int
    total_bytes: int
    takes_writes: bool
    """Whether the park still takes writes."""


class Scene:
    """A park at an instant, as the rules see it.

    Args:
        ports: The outside world.
        now_s: The instant; nothing that came later is an alarm. [s]
        disk: What the disk has left; None where that cannot be seen from here.
    """

    def __init__(self, ports: Ports, *, now_s: int, disk: DiskRoom | None = None) -> None:
        self.ports = ports
        self.now_s = now_s
        self.disk = disk

    @property
    def park(self) -> Park:
        """The park."""
        return self.ports.park

    @property
    def limits(self) -> AlarmLimits:
        """From when on something is an alarm."""
        return self.park.alarms

    @property
    def apart_s(self) -> int:
        """What comes again within this time is the same alarm [s]."""
        return int(self.limits.chatter_min * 60)

    @property
    def today(self) -> date:
        """The local day of the instant."""
        return self.local(self.now_s).date()

    def local(self, at_s: int) -> datetime:
        """Return an instant in the zone of the park."""
        return instant_of_s(at_s).astimezone(self.park.zone)

    @cached_property
    def edge_s(self) -> int | None:
        """End of what is settled, at most now; None where nothing is [s]."""
        ends = [
            min(each.end_s, self.now_s)
            for each in self.ports.registry.settlements()
            if each.start_s < self.now_s
        ]
        return max(ends, default=None)

    @cached_property
    def months(self) -> tuple[Period, ...]:
        """The last local month of which something is settled, and the one before; cut at the edge.

        Whole months, for no alarm crosses the end of one.
        """
        if self.edge_s is None:
            return ()
        last = month(self.local(self.edge_s - 1).date().isoformat()[:7], self.park.zone)
        day_before = (last.start.astimezone(self.park.zone) - timedelta(days=1)).date()
        before = month(day_before.isoformat()[:7], self.park.zone)
        return before, Period.of_s(last.start_s, self.edge_s - self.edge_s % STEP_S or self.edge_s)

    @property
    def since_s(self) -> int:
        """Start of the months; now where nothing is settled [s]."""
        return self.months[0].start_s if self.months else self.now_s

    @cached_property
    def intervals(self) -> tuple[Slabs, ...]:
        """What each meter counted, month by month."""
        return tuple(
            self.ports.lake.read("intervals", each, columns=("wh", "quality"))
            for each in self.months
        )

    @cached_property
    def balances(self) -> tuple[dict[str, Columns], ...]:
        """The balance by flow, month by month; empty where none is settled."""
        return tuple(
            {
                flow: rows
                for (flow,), rows in self.ports.lake.read("balance", each).items()
                if len(rows["time_s"])
            }
            for each in self.months
        )

    @cached_property
    def plans(self) -> dict[date, str]:
        """Series of every plan by its local day, in order of day."""
        return plan_names(ports=self.ports)

    @cached_property
    def newest_s(self) -> dict[str, int]:
        """Time of the newest usable reading by meter, at most now [s]."""
        places, rows = self.ports.lake.last()
        return _newest(places, rows, now_s=self.now_s)

    def power_of(
        self, meters: Sequence[Meter], number: int
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the mean power of meters together in one of the months.

        Args:
            meters: Meters of one direction; one that has no row in the month adds nothing.
            number: Which of the months.

        Returns:
            Power [W], and where every meter that was in service has a usable value; shape (n,).
        """
        period = self.months[number]
        total = np.zeros(period.n_steps, np.int64)
        there = np.zeros(period.n_steps, np.bool_)
        whole = np.ones(period.n_steps, np.bool_)
        for meter in meters:
            rows = self.intervals[number].get((meter.id,))
            if rows is None:
                continue
            at = (rows["time_s"] - period.start_s) // STEP_S
            usable = rows["quality"] < Quality.MISSING
            total[at] += np.where(usable, rows["wh"], 0) * W_PER_STEP_WH
            there[at] = True
            whole[at] &= usable
        return total, there & whole


def _newest(places: Sequence[Place], rows: Columns, *, now_s: int) -> dict[str, int]:
    newest: dict[str, int] = {}
    for at in range(len(rows["code"])):
        point, last_s = places[int(rows["code"][at])][0], int(rows["last_s"][at])
        # Of a meter that was read after the instant it is known that it was not silent then.
        newest[point] = max(min(last_s, now_s), newest.get(point, 0))
    return newest
