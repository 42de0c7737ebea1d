"""What is to be settled next: from the day after the last settled one, as far as readings reach."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from taihang.core.periods import STEP_S, Period, instant_of_s, month
from taihang.services.ports import Ports
from taihang.services.replay import catch_up
from taihang.services.report import settled_span

_DAY_S: Final = 86_400
_DAYS_BACK: Final = 3_660
"""So far back the first reading of a park that never settled is looked for: ten years."""


@dataclass(frozen=True, slots=True)
class ToSettle:
    """Days that wait to be settled, one month at most."""

    settled: Period | None
    """From the first to the last settled interval; None while there is none."""
    first: date | None
    """The first local day that waits; None if none does."""
    last: date | None


def to_settle(*, ports: Ports) -> ToSettle:
    """Find the next days to settle, up to the end of their month.

    Args:
        ports: The outside world.

    Returns:
        The days; of a park whose readings are all settled, or that has none, no day.
    """
    catch_up(ports, hot_only=True)
    zone, settled = ports.park.zone, settled_span(ports)
    _, newest = ports.lake.last()
    if not newest["last_s"].size:
        return ToSettle(settled, None, None)
    # A register at midnight ends the day before it.
    last_s = int(newest["last_s"].max()) - 1
    first_s = _first_s(last_s, ports) if settled is None else settled.end_s
    if first_s > last_s:
        return ToSettle(settled, None, None)
    first = instant_of_s(first_s).astimezone(zone).date()
    month_ends = month(f"{first:%Y-%m}", zone).end.astimezone(zone).date() - timedelta(days=1)
    return ToSettle(settled, first, min(instant_of_s(last_s).astimezone(zone).date(), month_ends))


def _first_s(last_s: int, ports: Ports) -> int:
    """Return when the first reading was taken, to the quarter of an hour [s]."""
    end_s = (last_s // _DAY_S + 1) * _DAY_S
    day_s = _earliest(_DAY_S, Period.of_s(end_s - _DAYS_BACK * _DAY_S, end_s), ports)
    return _earliest(STEP_S, Period.of_s(day_s, day_s + _DAY_S), ports)


def _earliest(step_s: int, span: Period, ports: Ports) -> int:
    _, rows = ports.lake.rollups(step_s, span, names=("time_s", "n"))
    return int(rows["time_s"][rows["n"] > 0].min())
