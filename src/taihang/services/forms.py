"""What was handed in for a period: what counts, what is missing, and what has to be answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from taihang.core.activity.book import ActivityBook
from taihang.core.activity.item import ELECTRICITY
from taihang.core.activity.question import (
    Beside,
    BesideMedium,
    Metered,
    Question,
    beside_meters,
    claim_questions,
    medium_questions,
    meter_questions,
    unit_questions,
)
from taihang.core.activity.record import ActivityRecord, Flow
from taihang.core.periods import Period, month, year
from taihang.core.quantities import WH_PER_KWH
from taihang.core.series import Quality
from taihang.services.account import PARK_SUBJECT
from taihang.services.ports import Columns, Ports

_MONTH_SIGNS = 7
_YEAR_SIGNS = 4


@dataclass(frozen=True, slots=True)
class Missing:
    """A series that says something of a year, and the months of which it says nothing."""

    subject: str
    item: str
    flow: Flow
    months: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """What was handed in for a period."""

    period: str
    lines: tuple[ActivityRecord, ...]
    """What counts, in order of subject, item, flow and period."""
    restated: tuple[ActivityRecord, ...]
    """The versions before, of lines that were said again."""
    withdrawn: tuple[ActivityRecord, ...]
    """Lines that were taken back and say nothing any more, with who and why."""
    missing: tuple[Missing, ...]
    beside: tuple[Beside, ...]
    """Lines about electricity, each beside the meters; none wins."""
    beside_media: tuple[BesideMedium, ...]
    """Lines about other media that do not count, each beside the metered lines that do."""
    questions: tuple[Question, ...]


def forms(name: str, *, ports: Ports, subject: str | None = None) -> Forms:
    """Bring together what was handed in for a month or a year.

    Args:
        name: Local month or year.
        ports: The outside world.
        subject: Of one subject only.

    Returns:
        What counts, what is missing, and what has to be answered.
    """
    # 1. What counts.
    every = ports.registry.activity_records()
    book = ActivityBook(every)
    lines = book.lines(period=name, subject=subject)
    last = {record.id: record.version for record in lines}
    restated = [each for each in every if each.version < last.get(each.id, 0)]
    # 2. What is missing of the year, up to the period that is asked for.
    missing = _missing(book, name, subject)
    # 3. What has to be answered.
    beside = tuple(_beside(lines, ports))
    beside_media = tuple(
        BesideMedium(*each) for each in book.beside_meters(period=name, subject=subject)
    )
    ids = {record.id for record in lines}
    known = book.lines(period=name[:_YEAR_SIGNS])
    asked = [
        *meter_questions(beside),
        *medium_questions(beside_media),
        *unit_questions(known),
        *claim_questions(known),
    ]
    return Forms(
        period=name,
        lines=lines,
        restated=tuple(restated),
        withdrawn=_withdrawn(every, name, subject),
        missing=missing,
        beside=beside,
        beside_media=beside_media,
        questions=tuple(each for each in asked if ids & {*each.lines}),
    )


def _withdrawn(
    every: Sequence[ActivityRecord], name: str, subject: str | None
) -> tuple[ActivityRecord, ...]:
    """Return the last version of each line of a period that was taken back."""
    last = {record.id: record for record in sorted(every, key=lambda each: each.version)}
    return tuple(
        record
        for _, record in sorted(last.items())
        if record.withdrawn_by is not None
        and record.period.startswith(name)
        and subject in {None, record.subject}
    )


def missing_in(months: Sequence[str], *, ports: Ports) -> tuple[Missing, ...]:
    """Return what is missing of some months, series by series.

    Args:
        months: Local months; a series is looked for in the years that say anything of it.
        ports: The outside world.
    """
    book = ActivityBook(ports.registry.activity_records())
    years = dict.fromkeys(name[:_YEAR_SIGNS] for name in months)
    found = (each for name in years for each in _missing(book, name, None))
    asked = (
        Missing(m.subject, m.item, m.flow, tuple(x for x in m.months if x in months)) for m in found
    )
    return tuple(each for each in asked if each.months)


def _missing(book: ActivityBook, name: str, subject: str | None) -> tuple[Missing, ...]:
    of_year = name[:_YEAR_SIGNS]
    series = {
        (line.subject, line.item, line.flow): None
        for line in book.lines(period=of_year, subject=subject)
    }
    found = (Missing(*each, book.months_without(*each, year=of_year)) for each in series)
    asked = (
        Missing(m.subject, m.item, m.flow, tuple(x for x in m.months if x.startswith(name)))
        for m in found
    )
    return tuple(each for each in asked if each.months)


def _beside(lines: Sequence[ActivityRecord], ports: Ports) -> Iterator[Beside]:
    for record in lines:
        if record.item != ELECTRICITY:
            continue
        metered = metered_electricity(record.subject, record.period, ports=ports)
        found = None if metered is None else beside_meters(record, metered)
        if found is not None:
            yield found


def metered_electricity(subject: str, name: str, *, ports: Ports) -> Metered | None:
    """Return what the meters say of the electricity of a subject.

    Args:
        subject: An enterprise, a charging station, or the park: all of them.
        name: Local month or year.
        ports: The outside world.

    Returns:
        What was used; None where nothing of the period is settled.
    """
    period = (month if len(name) == _MONTH_SIGNS else year)(name, ports.park.zone)
    rows = {
        node: columns
        for (role, node), columns in ports.lake.read("matching", period).items()
        if role == "user" and subject in {node, PARK_SUBJECT}
    }
    if not rows:
        return None
    users = list(rows.values())
    return Metered(
        used_kwh=sum((_kwh(each, "total_wh") for each in users), start=Decimal(0)),
        own_kwh=sum((_kwh(each, "line_wh") for each in users), start=Decimal(0)),
        n_missing=sum(_n_missing(each, period) for each in users),
    )


def _kwh(rows: Columns, column: str) -> Decimal:
    return Decimal(int(rows[column][_usable(rows)].sum())) / WH_PER_KWH


def _n_missing(rows: Columns, period: Period) -> int:
    return period.n_steps - int(_usable(rows).sum())


def _usable(rows: Columns) -> NDArray[np.bool_]:
    return rows["quality"] < Quality.MISSING
