"""What the pages of points show: the list of those that one may see, and one through a year."""

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from taihang.core.performance.robust import Floats
from taihang.core.periods import instant_of_s
from taihang.interfaces.web.stretch import ShownDaysError, StretchKind, parse_stretch
from taihang.services.ports import Ports
from taihang.services.query import UnknownPointError
from taihang.services.year_map import YearMap, year_map

_MISSING: Final = 65_535
"""Stands where nothing was read, in the picture's numbers."""
_LARGEST: Final = 65_534
_HOURS: Final = 24
_QUARTERS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRow:
    """One point of the list."""

    id: str
    node: str
    name_zh: str
    name_en: str
    measures: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class YearView:
    """A point through a year, ready to draw."""

    year: int
    found: YearMap
    name_zh: str
    name_en: str
    least: float | None
    greatest: float | None
    mean: float | None
    numbers: str
    """Values from least to greatest as 0 … 65534, 65535 where missing; little-endian, base64."""
    doubtful: tuple[int, ...]
    """Places of values that are estimated or made by a person."""
    hours: tuple[tuple[str, tuple[float | None, ...]], ...]
    """Mean of each hour of the day by month."""


def build_points(ports: Ports) -> tuple[PointRow, ...]:
    """Return every point that the viewer may see, in the order of the file."""
    park = ports.park
    meters = (
        *park.meters.values(),
        *park.media_meters.values(),
        *park.reactive_meters.values(),
    )
    rows: list[PointRow] = []
    for meter in meters:
        asset = park.assets[meter.node]
        measures = getattr(meter, "measures", None)
        rows.append(
            PointRow(
                id=meter.id,
                node=meter.node,
                name_zh=asset.name_zh,
                name_en=asset.name_en,
                measures="" if measures is None else str(measures.value),
                unit=meter.unit,
            )
        )
    declared = [
        PointRow(id=each.id, node="", name_zh="", name_en="", measures="", unit=each.unit)
        for each in park.series.values()
    ]
    return (*rows, *declared)


def build_year(ports: Ports, point: str, word: str) -> YearView | None:
    """Return a point through a year.

    Args:
        ports: The park, as far as the viewer may see it.
        point: A meter or declared series.
        word: The year; empty for that of the newest reading of the park.

    Returns:
        The year; None where the viewer sees no such point.

    Raises:
        ShownDaysError: If the word is no year.
    """
    stretch = parse_stretch(word) if word else None
    if stretch is not None and stretch.kind is not StretchKind.YEAR:
        raise ShownDaysError(word)
    year = _newest(ports) if stretch is None else stretch.first.year
    try:
        found = year_map(point, str(year), ports=ports)
    except UnknownPointError:
        return None
    asset = ports.park.assets.get(found.node)
    known = found.values[np.isfinite(found.values)]
    least, greatest = (float(known.min()), float(known.max())) if len(known) else (None, None)
    return YearView(
        year=year,
        found=found,
        name_zh="" if asset is None else asset.name_zh,
        name_en="" if asset is None else asset.name_en,
        least=least,
        greatest=greatest,
        mean=float(known.mean()) if len(known) else None,
        numbers=_numbers(found.values, least, greatest),
        doubtful=tuple(int(place) for place in np.flatnonzero(found.doubtful)),
        hours=_hours(found),
    )


def _newest(ports: Ports) -> int:
    """Return the local year of the newest reading, else of now."""
    _, rows = ports.lake.last()
    newest_s = int(rows["last_s"].max(initial=0))
    if not newest_s:
        return ports.clock.now().astimezone(ports.park.zone).year
    # The reading of midnight ends the year before.
    return instant_of_s(newest_s - 1).astimezone(ports.park.zone).year


def _numbers(values: Floats, least: float | None, greatest: float | None) -> str:
    low = 0.0 if least is None else least
    width = 1.0 if greatest is None or greatest <= low else greatest - low
    known = np.isfinite(values)
    scaled = np.rint((np.where(known, values, low) - low) / width * _LARGEST)
    numbers = np.where(known, scaled, _MISSING).astype("<u2")
    return base64.b64encode(numbers.tobytes()).decode()


def _hours(found: YearMap) -> tuple[tuple[str, tuple[float | None, ...]], ...]:
    """Return the mean of every hour of the day by month; None where nothing was read."""
    days = [found.first_day + timedelta(days=day) for day in range(len(found.values))]
    months = np.array([day.month for day in days])
    by_hour = found.values.reshape(len(days), _HOURS, _QUARTERS)
    rows: list[tuple[str, tuple[float | None, ...]]] = []
    for month in range(1, 13):
        part = by_hour[months == month]
        known = np.isfinite(part)
        count = known.sum(axis=(0, 2))
        total = np.where(known, part, 0.0).sum(axis=(0, 2))
        rows.append(
            (
                f"{found.first_day.year:04d}-{month:02d}",
                tuple(
                    float(each) / int(n) if n else None
                    for each, n in zip(total, count, strict=True)
                ),
            )
        )
    return tuple(rows)
