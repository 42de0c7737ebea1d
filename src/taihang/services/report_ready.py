"""May a report be handed in: has its period ended, is all of it settled, and was enough read?"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from taihang.core.park.park import PARK_SUBJECT
from taihang.core.periods import Period
from taihang.core.series import Quality
from taihang.services.ports import Columns, Ports
from taihang.services.report_period import Cadence, ReportPeriod

_PERCENT: Final = 100


class Want(StrEnum):
    """What keeps a report from being final."""

    NOT_ENDED = "not-ended"
    """Its period is not over."""
    NOT_SETTLED = "not-settled"
    """Intervals of it were never settled; ``n`` of ``of``."""
    NOT_READ = "not-read"
    """Less was read than the schedule asks for; ``n`` of ``of`` intervals were."""
    NOT_STATED = "not-stated"
    """A month that no statement speaks of."""


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is not there yet."""

    want: Want
    n: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a report may be issued."""

    lacks: tuple[Lack, ...]
    n_settled: int
    """Intervals that are settled."""
    n_intervals: int
    coverage_ratio: Decimal | None
    """Meter-intervals that were read over all that are settled [1]; None of nothing."""

    @property
    def is_complete(self) -> bool:
        """Whether it may be issued as final."""
        return not self.lacks

    @property
    def is_drawable(self) -> bool:
        """Whether a provisional one can be drawn up: its period is over, and part of it settled."""
        wants = {lack.want for lack in self.lacks}
        return self.n_settled > 0 and not wants & {Want.NOT_ENDED, Want.NOT_STATED}


def readiness(of: ReportPeriod, subject: str, *, floor_percent: int, ports: Ports) -> Readiness:
    """Look at what there is of a period.

    Args:
        of: The day, week or month.
        subject: The park, or an enterprise.
        floor_percent: So much of the intervals must have been read; estimates cover nothing.
        ports: The outside world.
    """
    span = of.span(ports.park.zone)
    rows = _settled(subject, span, ports)
    n_settled = max((len(each["time_s"]) for each in rows), default=0)
    n_read, n_all = _read(subject, span, ports)
    lacks: list[Lack] = []
    if ports.clock.now() < span.end:
        lacks.append(Lack(Want.NOT_ENDED))
    if n_settled < span.n_steps:
        lacks.append(Lack(Want.NOT_SETTLED, n_settled, span.n_steps))
    elif n_read * _PERCENT < floor_percent * n_all:
        lacks.append(Lack(Want.NOT_READ, n_read, n_all))
    if of.cadence is Cadence.MONTH and not _is_stated(of.name, subject, ports):
        lacks.append(Lack(Want.NOT_STATED))
    coverage = Decimal(n_read) / n_all if n_all else None
    return Readiness(tuple(lacks), n_settled, span.n_steps, coverage)


def _settled(subject: str, span: Period, ports: Ports) -> Iterator[Columns]:
    if subject == PARK_SUBJECT:
        found = ports.lake.read("balance", span, "load", columns=("closed",))
        return iter(found.values())
    found = ports.lake.read("matching", span, subject, columns=("quality",))
    return iter([rows for key, rows in found.items() if key == ("user", subject)])


def _read(subject: str, span: Period, ports: Ports) -> tuple[int, int]:
    """Return how many meter-intervals were read, and of how many."""
    rows = ports.lake.read("intervals", span, columns=("quality",))
    meters = [
        meter.id for meter in ports.park.meters.values() if subject in {PARK_SUBJECT, meter.node}
    ]
    n_read = n_all = 0
    for meter in meters:
        of = rows.get((meter,))
        if of is not None:
            read = (of["quality"] == Quality.MEASURED) | (of["quality"] == Quality.MANUAL)
            n_read += int(read.sum())
            n_all += len(read)
    return n_read, n_all


def _is_stated(name: str, subject: str, ports: Ports) -> bool:
    return any(
        issued.subject == subject for issued in ports.registry.latest_statements(name, {"energy"})
    )
