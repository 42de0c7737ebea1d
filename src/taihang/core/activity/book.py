"""All activity data of a park: which version of which line counts, and what a period sums to.

Where meters and a form speak of the same amount, the meters count and the form stands beside them:
neither is lost, and nothing is counted twice.
"""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from typing import Final

from taihang.core.activity.record import ActivityRecord, Flow, Origin
from taihang.core.activity.unit import in_unit
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
        ActivityOverlapError: If two ids of one origin speak of one series and period, or a year and
            its month.
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
        self._beside: list[tuple[ActivityRecord, tuple[ActivityRecord, ...]]] = []
        # What meters say comes first: a form about it finds it there.
        counting = (record for record in latest.values() if record.withdrawn_by is None)
        for record in sorted(counting, key=_order):
            metered = self._metered(record) if record.origin is Origin.FORM else ()
            if metered:
                self._beside.append((record, metered))
            else:
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

    def _metered(self, record: ActivityRecord) -> tuple[ActivityRecord, ...]:
        """Return what meters say of the amount of a line, or of a part of it."""
        return tuple(
            line
            for period, line in self._lines.get(record.series, {}).items()
            if line.origin is Origin.METER and period.startswith(record.period)
        )

    def beside_meters(
        self, *, period: str, subject: str | None = None
    ) -> tuple[tuple[ActivityRecord, tuple[ActivityRecord, ...]], ...]:
        """Return the forms that do not count because meters do, each with what the meters say.

        Args:
            period: Month or year; a year takes its months too, and a month the form of its year.
            subject: One subject only.
        """
        return tuple(
            (form, metered)
            for form, metered in self._beside
            if subject in {None, form.subject}
            and (form.period.startswith(period) or period.startswith(form.period))
        )

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


def _order(record: ActivityRecord) -> tuple[bool, tuple[str, str, str], str, str]:
    return record.origin is Origin.FORM, record.series, record.period, record.id


def total(records: Iterable[ActivityRecord]) -> tuple[Decimal, str]:
    """Sum lines exactly.

    Args:
        records: At least one line, all of one kind of unit.

    Returns:
        The amount and its unit: that of the first form, else of the first meter.

    Raises:
        ActivityOverlapError: If there is no line.
        UnknownUnitError: If units are not of one kind.
    """
    lines = sorted(records, key=lambda r: r.origin is not Origin.FORM)
    if not lines:
        raise ActivityOverlapError(
            given="no line", expected="lines to sum", remedy="ask for a period that has some"
        )
    unit = lines[0].unit
    amounts = [in_unit(line.amount, unit=line.unit, to=unit) for line in lines]
    with localcontext(EXACT):
        return sum(amounts, start=Decimal(0)), unit
