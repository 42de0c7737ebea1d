"""A point through a year: one value for each quarter of each local day, from the roll-ups.

What a counter advanced over a hole is known as a sum only, so no quarter of the hole has a value.
On a day on which clocks change a quarter is there twice, and counts once, or not at all.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.readings import Place
from taihang.core.metering.rollup import advances
from taihang.core.park.topology import Meter
from taihang.core.periods import STEP_S, STEPS_PER_DAY, Period, days, year
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.series import Quantity
from taihang.services.ports import Columns, Ports
from taihang.services.query import UnknownPointError

_KW_PER_WH: Final = SECONDS_PER_HOUR / STEP_S / WH_PER_KWH
_HOUR_S: Final = int(SECONDS_PER_HOUR)
_PER_HOUR: Final = _HOUR_S // STEP_S
_JUDGED: Final = ("n_estimated", "n_manual")


@dataclass(frozen=True, slots=True, eq=False)
class YearMap:
    """A point through a year."""

    point: str
    node: str
    """What it is of; empty for a declared series."""
    unit: str
    """``kW`` of a meter of energy; of a medium its unit an hour; of a series its own."""
    first_day: date
    values: NDArray[np.float64]
    """NaN where nothing was read, shape (n_days, 96)."""
    doubtful: NDArray[np.bool_]
    """Where a reading was estimated or made by a person, shape (n_days, 96)."""

    @property
    def coverage_ratio(self) -> float:
        """Quarters with a value over all up to the last one that has any [1]."""
        known = np.isfinite(self.values).ravel()
        last = np.flatnonzero(known)
        return float(known[: last[-1] + 1].mean()) if len(last) else 0.0


def year_map(point: str, year_name: str, *, ports: Ports) -> YearMap:
    """Return a point through a calendar year.

    Args:
        point: A meter or declared series.
        year_name: ``2026``.
        ports: The outside world.

    Raises:
        UnknownPointError: If there is no such point.
        PeriodError: If it is no year.
    """
    park = ports.park
    meter, series = park.register_meter(point), park.series.get(point)
    if meter is None and series is None:
        raise UnknownPointError(
            given=f"point {point[:40]!r}",
            expected="an id of a meter or of [series]",
            remedy="look at park.toml",
        )
    span = year(year_name, park.zone)
    values, doubtful = np.full(span.n_steps, np.nan), np.zeros(span.n_steps, np.bool_)
    wide = Period.of_s(span.start_s - _HOUR_S, span.end_s + _HOUR_S)
    for quantity in Quantity:
        place = (point, quantity.value)
        found, rows = ports.lake.rollups(STEP_S, wide, [place])
        if place in found and len(rows["code"]):
            _fill(values, doubtful, place, rows, span=span, ports=ports)
    unit, node = _unit(point, ports)
    n_days = _n_days(span, ports)
    return YearMap(
        point=point,
        node=node,
        unit=unit,
        first_day=span.start.astimezone(park.zone).date(),
        values=_laid(values, span, n_days, ports),
        doubtful=_laid(doubtful.astype(np.float64), span, n_days, ports) == 1.0,
    )


def _fill(
    values: NDArray[np.float64],
    doubtful: NDArray[np.bool_],
    place: Place,
    rows: Columns,
    *,
    span: Period,
    ports: Ports,
) -> None:
    """Put what one quantity of the point says; where two speak, the first one stays."""
    if place[1] == Quantity.REGISTER:
        meter = ports.park.register_meter(place[0])
        modulus = np.full(int(rows["code"].max()) + 1, 0 if meter is None else meter.modulus)
        rows = advances(rows, step_s=STEP_S, modulus_count=modulus)
        length_s = rows["to_s"] - rows["from_s"]
        # A register that is read each hour says as much of each of its quarters.
        whole = (length_s > 0) & (length_s <= _HOUR_S) & (rows["from_s"] % STEP_S == 0)
        counts, lengths = rows["advance_count"][whole], length_s[whole] // STEP_S
        firsts = rows["from_s"][whole]
        for step in range(_PER_HOUR):
            inside = lengths > step
            amount = counts[inside] / lengths[inside]
            _put(values, firsts[inside] + step * STEP_S, amount * _worth(place, ports), span)
    else:
        read = rows["n"] > 0
        amount = rows["sum_count"][read].astype(np.float64)
        if place[1] == Quantity.SAMPLE:
            amount = amount / rows["n"][read]
        _put(values, rows["time_s"][read], amount * _worth(place, ports), span)
    marked = np.zeros(len(rows["time_s"]), np.bool_)
    for name in _JUDGED:
        marked |= rows[name] > 0
    at = (rows["time_s"][marked] - span.start_s) // STEP_S
    doubtful[at[(at >= 0) & (at < len(doubtful))]] = True


def _put(
    values: NDArray[np.float64],
    times_s: NDArray[np.int64],
    amounts: NDArray[np.float64],
    span: Period,
) -> None:
    at = (times_s - span.start_s) // STEP_S
    inside = (at >= 0) & (at < len(values))
    at, amounts = at[inside], amounts[inside]
    empty = np.isnan(values[at])
    values[at[empty]] = amounts[empty]


def _worth(place: Place, ports: Ports) -> float:
    """Return what one count of a quarter stands for, in the unit of the map."""
    point, quantity = place
    declared = ports.park.series.get(point)
    if declared is not None:
        return float(declared.scale)
    meter = ports.park.register_meter(point)
    scale = float(meter.scale) if meter is not None and quantity == Quantity.REGISTER else 1.0
    return scale * (_KW_PER_WH if isinstance(meter, Meter) else _PER_HOUR)


def _unit(point: str, ports: Ports) -> tuple[str, str]:
    declared = ports.park.series.get(point)
    if declared is not None:
        return declared.unit, ""
    meter = ports.park.register_meter(point)
    if meter is None:
        return "", ""
    return ("kW" if isinstance(meter, Meter) else f"{meter.unit}/h"), meter.node


def _n_days(span: Period, ports: Ports) -> int:
    zone = ports.park.zone
    last = (span.end - timedelta(microseconds=1)).astimezone(zone).date()
    return (last - span.start.astimezone(zone).date()).days + 1


def _laid(
    values: NDArray[np.float64], span: Period, n_days: int, ports: Ports
) -> NDArray[np.float64]:
    """Lay quarters out by local day and quarter of the day, shape (n_days, 96)."""
    if len(values) == n_days * STEPS_PER_DAY and not _changes_clocks(span, ports):
        return values.reshape(n_days, STEPS_PER_DAY)
    laid = np.full((n_days, STEPS_PER_DAY), np.nan)
    first = span.start.astimezone(ports.park.zone).date()
    for day in range(n_days):
        whole = days(first + timedelta(days=day), 1, ports.park.zone)
        at = (whole.start_s - span.start_s) // STEP_S
        part = values[at : at + min(whole.n_steps, STEPS_PER_DAY)]
        laid[day, : len(part)] = part
    return laid


def _changes_clocks(span: Period, ports: Ports) -> bool:
    first, last = (each.astimezone(ports.park.zone) for each in (span.start, span.end))
    middle = (span.start + (span.end - span.start) / 2).astimezone(ports.park.zone)
    return len({each.utcoffset() for each in (first, middle, last)}) > 1
