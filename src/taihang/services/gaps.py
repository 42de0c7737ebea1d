"""Where readings are missing, estimated, typed in or rejected, stretch by stretch, and why."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.estimate.shapes import Method
from taihang.core.metering.vee.rule import Rule
from taihang.core.periods import STEP_S, Period, days
from taihang.core.series import Quality
from taihang.services.coverage import Coverage
from taihang.services.ports import Columns, Ports

MOST_DAYS: Final = 400
"""So many days of meters are looked into, the latest first; of more their number is told."""
_DAY_S: Final = 86_400
_NAMED: Final = frozenset((Rule.ROLLOVER, Rule.SWAP, Rule.MISSING))
"""Rules that are no reason: an honest meter lives so, and that it is missing is seen anyway."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of one meter of which no measured reading counts."""

    meter: str
    start_s: int
    end_s: int
    quality: Quality
    method: Method
    """How the value that stands in was made; NONE where none does."""
    rules: tuple[Rule, ...]
    """What the validation says of it; none where no reading came."""

    @property
    def n(self) -> int:
        """Its intervals."""
        return (self.end_s - self.start_s) // STEP_S


@dataclass(frozen=True, slots=True)
class Gaps:
    """The stretches of a park."""

    found: tuple[Gap, ...]
    """The latest first."""
    n_days_left_out: int = 0
    """So many earlier days of meters have gaps too, and were not looked into."""


def gaps(known: Coverage, *, ports: Ports, most_days: int = MOST_DAYS) -> Gaps:
    """Name every stretch that was not measured.

    Args:
        known: What is known of the days.
        ports: The outside world.
        most_days: So many days of meters are looked into at most.

    Returns:
        The stretches, and how much was left out.
    """
    # 1. Which days of which meters hold one.
    marked = sorted(_marked(known), reverse=True)
    chosen, left_out = marked[:most_days], len(marked) - most_days
    # 2. Their intervals; neighbours of one quality, method and reason are one stretch.
    by_meter: dict[str, list[int]] = {}
    for day, meter in chosen:
        by_meter.setdefault(meter, []).append(day)
    starts_s = _starts_s(known, ports)
    found = [
        gap
        for meter, of_meter in by_meter.items()
        for gap in _of_meter(meter, [starts_s[day] for day in sorted(of_meter)], ports)
    ]
    found.sort(key=lambda gap: (-gap.start_s, gap.meter))
    return Gaps(tuple(found), max(0, left_out))


def _marked(known: Coverage) -> Iterator[tuple[int, str]]:
    for meter in known.meters:
        odd = meter.expected - meter.counts[Quality.MEASURED]
        for day in np.flatnonzero(odd).tolist():
            yield day, meter.meter


def _starts_s(known: Coverage, ports: Ports) -> list[int]:
    return [days(day, 1, ports.park.zone).start_s for day in known.days]


def _of_meter(meter: str, starts_s: list[int], ports: Ports) -> Iterator[Gap]:
    for first_s, stop_s in _stretches(starts_s):
        period = Period.of_s(first_s, stop_s)
        rows = ports.lake.read("intervals", period, meter, columns=("quality", "method"))
        reasons = _reasons(ports.lake.read("findings", period, meter))
        for slab in rows.values():
            yield from _runs(meter, slab, reasons)


def _stretches(starts_s: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Join days that touch."""
    first: int | None = None
    stop = 0
    for start_s in starts_s:
        if first is None or start_s > stop:
            if first is not None:
                yield first, stop
            first = start_s
        stop = start_s + _DAY_S
    if first is not None:
        yield first, stop


def _reasons(findings: Mapping[tuple[str, ...], Columns]) -> dict[int, set[Rule]]:
    """Return which rules hit each interval, but for those that are no reason."""
    found: dict[int, set[Rule]] = {}
    for (_, name), rows in findings.items():
        rule = Rule(name)
        if rule not in _NAMED:
            for time_s in rows["time_s"].tolist():
                found.setdefault(time_s, set()).add(rule)
    return found


def _runs(meter: str, rows: Columns, reasons: Mapping[int, set[Rule]]) -> Iterator[Gap]:
    """Yield the runs of equal intervals that are not measured."""
    odd = np.flatnonzero(rows["quality"] != Quality.MEASURED)
    if not len(odd):
        return
    time_s, quality, method = (rows[name][odd] for name in ("time_s", "quality", "method"))
    for run in np.split(np.arange(len(odd)), _breaks(time_s, quality, method)):
        inside = time_s[run].tolist()
        rules = set[Rule]().union(*(reasons.get(each, set[Rule]()) for each in inside))
        yield Gap(
            meter=meter,
            start_s=inside[0],
            end_s=inside[-1] + STEP_S,
            quality=Quality(int(quality[run[0]])),
            method=Method(int(method[run[0]])),
            rules=tuple(sorted(rules)),
        )


def _breaks(
    time_s: NDArray[np.int64], quality: NDArray[np.int64], method: NDArray[np.int64]
) -> NDArray[np.intp]:
    is_new = (np.diff(time_s) != STEP_S) | (np.diff(quality) != 0) | (np.diff(method) != 0)
    return np.flatnonzero(is_new) + 1
