"""How much of each meter and local day is known, and how: what a heat map of the data shows.

Of settled days the settlement says it, interval by interval; of later days only what has arrived is
known, for nobody has judged it yet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.readings import Place
from taihang.core.periods import STEP_S, Period, days
from taihang.core.series import Quality, Quantity
from taihang.services.ports import Columns, Ports
from taihang.services.report import settled_span

DAYS: Final = 365
"""So many days, up to the last of which anything is known."""
TAIL_DAYS: Final = 31
"""So many days after the last settled one are looked at; of more nobody has settled, say so."""
_COLUMNS: Final[Mapping[Quality, str]] = {quality: quality.name.lower() for quality in Quality}
_METERED: Final = frozenset((Quantity.REGISTER.value, Quantity.ENERGY.value))


@dataclass(frozen=True, slots=True)
class MeterDays:
    """One meter, day by day."""

    meter: str
    node: str
    """What it measures; the meter itself where the park file does not know it any more."""
    counts: Mapping[Quality, NDArray[np.int64]]
    """Settled intervals of each quality, shape (n_days,); 0 of all where it was not in service."""
    arrived: NDArray[np.int64]
    """Quarters of an hour with a usable reading on days that are not settled, shape (n_days,)."""

    @property
    def expected(self) -> NDArray[np.int64]:
        """Settled intervals in which the meter belonged to the park, shape (n_days,)."""
        return np.sum([*self.counts.values()], axis=0)

    def total(self, quality: Quality) -> int:
        """Return the intervals of one quality."""
        return int(self.counts[quality].sum())


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of a park's meters over some days."""

    days: tuple[date, ...]
    meters: tuple[MeterDays, ...]
    """The worst first, then by name."""
    is_settled: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    """Whether a day is settled, shape (n_days,)."""

    def total(self, *qualities: Quality) -> int:
        """Return the intervals of some qualities, or of all."""
        wanted = qualities or tuple(Quality)
        return sum(meter.total(quality) for meter in self.meters for quality in wanted)


def coverage(*, ports: Ports, n_days: int = DAYS) -> Coverage:
    """Look how much of each meter and day is known.

    Args:
        ports: The outside world.
        n_days: How many days, up to the last of which anything is known.

    Returns:
        The days; none of a park that nothing is known of.
    """
    # 1. Which days: up to the last that was settled or of which a reading came.
    settled = settled_span(ports)
    last = _last_day(settled, ports)
    if last is None:
        return Coverage((), ())
    shown = tuple(last - timedelta(days=back) for back in range(n_days - 1, -1, -1))
    period = days(shown[0], n_days, ports.park.zone)
    starts_s = np.array([days(day, 1, ports.park.zone).start_s for day in shown], np.int64)
    # 2. What the settlements say of them.
    rows = ports.lake.read("quality", period, columns=tuple(_COLUMNS.values()))
    judged = {meter: _placed(found, starts_s) for (meter,), found in rows.items()}
    is_settled = _settled_days(rows.values(), starts_s)
    # 3. What has arrived since.
    arrived = _arrived(starts_s, is_settled, period, ports)
    none = np.zeros(n_days, np.int64)
    nothing = dict.fromkeys(Quality, none)
    meters = [
        MeterDays(name, _node(name, ports), judged.get(name, nothing), arrived.get(name, none))
        for name in sorted({*judged, *arrived})
    ]
    return Coverage(shown, tuple(sorted(meters, key=_worst_first)), is_settled)


def _worst_first(meter: MeterDays) -> tuple[float, str]:
    expected = int(meter.expected.sum())
    return (meter.total(Quality.MEASURED) / expected if expected else 1.0), meter.meter


def _last_day(settled: Period | None, ports: Ports) -> date | None:
    _, last = ports.lake.last()
    ends_s = [settled.end_s - 1] if settled is not None else []
    if len(last["last_s"]):
        # A register at midnight ends the day before it.
        ends_s.append(int(last["last_s"].max()) - 1)
    if not ends_s:
        return None
    return Period.of_s(max(ends_s), max(ends_s) + 1).start.astimezone(ports.park.zone).date()


def _placed(rows: Columns, starts_s: NDArray[np.int64]) -> dict[Quality, NDArray[np.int64]]:
    """Put rows of days where their days stand."""
    place = np.searchsorted(starts_s, rows["time_s"])
    found: dict[Quality, NDArray[np.int64]] = {}
    for quality, column in _COLUMNS.items():
        found[quality] = np.zeros(len(starts_s), np.int64)
        found[quality][place] = rows[column]
    return found


def _settled_days(every: Iterable[Columns], starts_s: NDArray[np.int64]) -> NDArray[np.bool_]:
    settled = np.zeros(len(starts_s), np.bool_)
    for rows in every:
        settled[np.searchsorted(starts_s, rows["time_s"])] = True
    return settled


def _arrived(
    starts_s: NDArray[np.int64], is_settled: NDArray[np.bool_], period: Period, ports: Ports
) -> dict[str, NDArray[np.int64]]:
    """Count quarters of an hour with a usable reading on the days after the last settled one."""
    after = int(np.flatnonzero(is_settled)[-1]) + 1 if is_settled.any() else 0
    first = max(after, len(starts_s) - TAIL_DAYS)
    if first >= len(starts_s):
        return {}
    tail = Period.of_s(int(starts_s[first]), period.end_s)
    places, rows = ports.lake.rollups(STEP_S, tail, names=("code", "time_s", "n"))
    chosen = rows["n"] > 0
    code, day = rows["code"][chosen], np.searchsorted(starts_s, rows["time_s"][chosen], "right") - 1
    counts = np.zeros((len(places), len(starts_s)), np.int64)
    np.add.at(counts, (code, day), 1)
    return _by_meter(places, counts)


def _by_meter(places: Sequence[Place], counts: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    found: dict[str, NDArray[np.int64]] = {}
    for (point, quantity), row in zip(places, counts, strict=True):
        if quantity in _METERED and row.any():
            found[point] = np.maximum(row, found[point]) if point in found else row
    return found


def _node(meter: str, ports: Ports) -> str:
    known = ports.park.meters.get(meter)
    return meter if known is None else known.node
