"""The map of meters and days: runs of equal days for the picture, months for the table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

import numpy as np

from taihang.core.series import Quality
from taihang.services.coverage import Coverage, MeterDays

WHOLE: Final = "m"
"""Every interval of the day was measured."""
ODD: Final = "o"
"""At least one was not: its counts stand beside."""
LATER: Final = "u"
"""The day is not settled: how much arrived stands beside."""
NONE: Final = "-"
"""The meter did not belong to the park, or nothing is known."""


@dataclass(frozen=True, slots=True)
class MonthCell:
    """What of a meter's month was measured."""

    ratio: float | None
    """None where the month holds no settled interval of it."""
    expected: int
    missing: int
    """Intervals that are missing or rejected."""
    estimated: int


def heat_data(known: Coverage) -> dict[str, object]:
    """Return the map for the script: days, and for each meter its runs and what is odd in them."""
    return {
        "first": known.days[0].isoformat() if known.days else None,
        "n": len(known.days),
        "meters": [_row(meter, known) for meter in known.meters],
    }


def _row(meter: MeterDays, known: Coverage) -> dict[str, object]:
    expected, measured = meter.expected, meter.counts[Quality.MEASURED]
    is_later = ~known.is_settled & (meter.arrived > 0)
    settled = np.where(measured == expected, WHOLE, ODD)
    codes = np.where(expected > 0, settled, np.where(is_later, LATER, NONE)).tolist()
    runs = [[code, len([*same])] for code, same in groupby(codes)]
    return {
        "meter": meter.meter,
        "node": meter.node,
        "runs": runs,
        "odd": {day: _counts(meter, day) for day, code in enumerate(codes) if code == ODD},
        "later": {day: int(meter.arrived[day]) for day, code in enumerate(codes) if code == LATER},
    }


def _counts(meter: MeterDays, day: int) -> list[int]:
    return [int(meter.counts[quality][day]) for quality in Quality]


def months_of(known: Coverage) -> tuple[str, ...]:
    """Return the local months that the days lie in."""
    return tuple(dict.fromkeys(_month(day) for day in known.days))


def month_cells(meter: MeterDays, known: Coverage) -> Iterator[tuple[str, MonthCell]]:
    """Yield what of each month of a meter was measured."""
    places: Mapping[str, list[int]] = {
        name: [at for at, _ in group]
        for name, group in groupby(enumerate(known.days), key=lambda pair: _month(pair[1]))
    }
    for name, at in places.items():
        counts = {quality: int(np.sum(each[at])) for quality, each in meter.counts.items()}
        expected = sum(counts.values())
        yield (
            name,
            MonthCell(
                ratio=counts[Quality.MEASURED] / expected if expected else None,
                expected=expected,
                missing=counts[Quality.MISSING] + counts[Quality.REJECTED],
                estimated=counts[Quality.ESTIMATED] + counts[Quality.MANUAL],
            ),
        )


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
