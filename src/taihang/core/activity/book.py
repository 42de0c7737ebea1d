"""All activity data of a park: which version of which line counts, and what a period sums to."""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from itertools import groupby
from typing import Final

from taihang.core.activity.record import ActivityRecord, Flow
from taihang.core.errors import InputError
from taihang.core.quantities import EXACT

_MONTHS_A_YEAR: Final = 12


class ActivityOverlapError(InputError):
    """Two lines speak of the same amount: one period lies in the other, or is said twice."""

    code = "input.activity-overlap"


class ActivityBook:
    """The lines that count, by series and period.

    Args:
        records: Lines in any order, every version of them.
        as_of_s: Leave out what was not known at this instant [s]; None takes all.

    Raises:
        ActivityOverlapError: If two ids speak of one series and period, or a year and its month.
    """

    def __init__(self, records: Iterable[ActivityRecord], *, as_of_s: int | None = None) -> None:
        latest: dict[str, ActivityRecord] = {}
        for record in records:
            if as_of_s is not None and record.known_at_s > as_of_s:
                continue
            last = latest.get(record.id)
            if last is None or record.version > last.version:
                latest[record.id] = record
        self._lines: dict[tuple[str, str, str], dict[str, ActivityRecord]] = {}
        for record in sorted(latest.values(), key=lambda r: (r.series, r.period, r.id)):
            self._take_in(record)

    def _take_in(self, record: ActivityRecord) -> None:
        of_series = self._lines.setdefault(record.series, {})
        year = record.period[:4]
        other = of_series.get(record.period) or of_series.get(year)
        if other is not None:  # Sorted: a year stands before its months.
            raise ActivityOverlapError(
                given=f"{record.id!r} and {other.id!r}, both {' '.join(record.series)} "
                f"in {record.period}",
                expected="one line a period, and no year beside its months",
                remedy="give the line again under the id that is there, as its next version",
            )
        of_series[record.period] = record

    def line(self, subject: str, item: str, flow: Flow, *, period: str) -> ActivityRecord | None:
        """Return the line of exactly one period, or None where nothing was said."""
        return self._lines.get((subject, item, flow.value), {}).get(period)

    def lines(self, *, period: str, subject: str | None = None) -> tuple[ActivityRecord, ...]:
        """Return every line of a month, or of a year and its months, in order.

        Args:
            period: Month or year; a year takes its months too.
            subject: One subject only.
        """
        return tuple(
            record
            for (of_subject, _, _), of_series in self._lines.items()
            if subject in {None, of_subject}
            for name, record in of_series.items()
            if name == period or name.startswith(f"{period}-")
        )

    def months_without(self, subject: str, item: str, flow: Flow, *, year: str) -> tuple[str, ...]:
        """Return the months of a year of which a series says nothing: missing is not zero."""
        said = self._lines.get((subject, item, flow.value), {})
        if year in said:
            return ()
        names = (f"{year}-{month:02d}" for month in range(1, _MONTHS_A_YEAR + 1))
        return tuple(name for name in names if name not in said)


def total(records: Iterable[ActivityRecord]) -> tuple[Decimal, str]:
    """Sum lines of one unit exactly.

    Args:
        records: At least one line.

    Returns:
        The amount and its unit.

    Raises:
        ActivityOverlapError: If there is no line, or units differ.
    """
    by_unit = {
        unit: list(group)
        for unit, group in groupby(sorted(records, key=lambda r: r.unit), key=lambda r: r.unit)
    }
    if len(by_unit) != 1:
        raise ActivityOverlapError(
            given=f"lines in {sorted(by_unit) or 'no unit: there is no line'}",
            expected="lines of one unit",
            remedy="convert the lines to one unit before they are summed",
        )
    ((unit, lines),) = by_unit.items()
    with localcontext(EXACT):
        return sum((line.amount for line in lines), start=Decimal(0)), unit
