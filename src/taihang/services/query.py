"""What the park knows of its points, now or as known before (§3): series, last values, totals.

Every answer carries when it happened, since when it is known, how good it is and which batch says
so. Stretches come from the roll-ups; days and months are those of the park's zone, as sums of
shorter stretches, so that they add up to the count.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.metering.readings import Place
from taihang.core.metering.rollup import advances, roll_up
from taihang.core.park.park import Park
from taihang.core.park.topology import Direction
from taihang.core.periods import STEP_S, Period, instant
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.series import Quality, Quantity
from taihang.services.ports import Columns, Ports
from taihang.services.replay import catch_up, without
from taihang.services.sight_rules import demand_whole

_DAY_S: Final = 86_400
_LOOK_BACK_S: Final = 40 * _DAY_S
"""How far back the register that opens a stretch is looked for."""
_POINTS_AT_ONCE: Final = 128


class UnknownPointError(InputError):
    """A question names a point that neither the park nor the lake has."""

    code = "input.no-such-point"


class Every(StrEnum):
    """How long the stretches of an answer are."""

    RAW = "raw"
    QUARTER = "15min"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One reading, or one stretch of readings."""

    start_s: int
    """When it happened, or began [s since 1970-01-01T00:00Z]."""
    count: int
    """The reading, or what the stretch comes to: the advance of a counter, else the sum."""
    n_readings: int
    """Usable readings inside."""
    least: int
    greatest: int
    """Least and greatest count; of a counter both are 0."""
    quality: str
    """The worst quality inside."""
    from_s: int
    to_s: int
    """First and last instant that were read: a stretch over a hole says since when."""
    known_at_s: int
    """Since when all of it is known: when the journal received its last batch."""
    source: str
    """``gateway/counter`` of that batch."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The park as known at one size of the journal."""

    as_of: int
    ports: Ports


@dataclass(frozen=True, slots=True)
class PointSeries:
    """What a point says in one quantity."""

    point: str
    quantity: str
    unit: str
    scale: str
    """What one count is worth in ``unit``."""
    rows: tuple[Row, ...]


def size_at(at: datetime, *, ports: Ports) -> int:
    """Return the size of the journal at an instant: what was known then."""
    return ports.journal.size_at(int(instant(at).timestamp()))


def series(
    point: str, period: Period, *, every: Every, ports: Ports, as_of: int | None = None
) -> tuple[PointSeries, ...]:
    """Return what a point says in a period, one series for each of its quantities.

    Args:
        point: A meter or declared series.
        period: Stretches that begin in it.
        every: How long they are.
        ports: The outside world.
        as_of: As known at this size of the journal; None for now.

    Returns:
        The series; none if the point has no reading at all.

    Raises:
        UnknownPointError: If there is no such point.
    """
    catch_up(ports, hot_only=True)
    if ports.park.register_meter(point) is None and point not in ports.park.series:
        raise UnknownPointError(
            given=f"point {point!r}",
            expected="an id of [meters], [media_meters], [reactive_meters] or [series]",
            remedy="look at park.toml, or at `taihang last` for the points that have readings",
        )
    known = _Known(len(ports.lake.batches()) if as_of is None else as_of, ports)
    found: list[PointSeries] = []
    for quantity in Quantity:
        place = (point, quantity.value)
        if every is Every.RAW:
            rows = _raw(place, period, known)
        else:
            rows = _stretches(place, period, every, known)
        if rows:
            unit, scale = _unit_of(point, ports.park)
            found.append(PointSeries(point, quantity.value, unit, scale, tuple(rows)))
    return tuple(found)


def last_values(*, ports: Ports) -> tuple[PointSeries, ...]:
    """Return the last usable reading of every point, in order of point and quantity."""
    catch_up(ports, hot_only=True)
    places, rows = ports.lake.last()
    found: list[PointSeries] = []
    for at in range(len(rows["code"])):
        point, quantity = places[int(rows["code"][at])]
        time_s, leaf = int(rows["last_s"][at]), int(rows["last_batch"][at])
        row = Row(
            start_s=time_s,
            count=int(rows["last_count"][at]),
            n_readings=1,
            least=0,
            greatest=0,
            quality=Quality(int(rows["last_quality"][at])).name.lower(),
            from_s=time_s,
            to_s=time_s,
            known_at_s=ports.journal.received_at_s(leaf),
            source=ports.lake.batches().name(leaf),
        )
        unit, scale = _unit_of(point, ports.park)
        found.append(PointSeries(point, quantity, unit, scale, (row,)))
    return tuple(sorted(found, key=lambda each: (each.point, each.quantity)))


def park_by_hour(period: Period, *, direction: Direction, ports: Ports) -> dict[int, int]:
    """Return what the park's meters of one direction counted in each hour.

    Args:
        period: Hours that begin in it.
        direction: Which meters.
        ports: The outside world.

    Returns:
        Energy by start of the hour, in order. [Wh]
    """
    demand_whole(ports, "what all meters of the park counted")
    catch_up(ports, hot_only=True)
    meters = {m.id: m for m in ports.park.meters.values() if m.measures is direction}
    names = sorted(meters)
    found: dict[int, int] = {}
    known = _Known(len(ports.lake.batches()), ports)
    for first in range(0, len(names), _POINTS_AT_ONCE):
        several = names[first : first + _POINTS_AT_ONCE]
        chosen = [(name, Quantity.REGISTER.value) for name in several]
        places, rows = _advanced(chosen, period, int(SECONDS_PER_HOUR), known)
        worth_wh = np.array([meters[p].wh_per_count if p in meters else 0 for p, _ in places])
        energy_wh = rows["advance_count"] * worth_wh[rows["code"]]
        for start_s, wh in zip(rows["time_s"].tolist(), energy_wh.tolist(), strict=True):
            found[start_s] = found.get(start_s, 0) + wh
    return dict(sorted(found.items()))


def _raw(place: Place, period: Period, known: _Known) -> list[Row]:
    as_of, ports = known.as_of, known.ports
    rows = ports.lake.read("readings", period, place[0], as_of=as_of).get(place)
    if rows is None:
        return []
    batches = ports.lake.batches()
    return [
        Row(
            start_s=time_s,
            count=count,
            n_readings=int(quality < Quality.MISSING),
            least=0,
            greatest=0,
            quality=Quality(quality).name.lower(),
            from_s=time_s,
            to_s=time_s,
            known_at_s=ports.journal.received_at_s(leaf),
            source=batches.name(leaf),
        )
        for time_s, count, quality, leaf in zip(
            *(rows[name].tolist() for name in ("time_s", "count", "quality", "batch")), strict=True
        )
    ]


def _stretches(place: Place, period: Period, every: Every, known: _Known) -> list[Row]:
    ports = known.ports
    by_quarters = every is Every.QUARTER or _has_odd_zone(period, ports.park)
    step_s = STEP_S if by_quarters else int(SECONDS_PER_HOUR)
    if place[1] == Quantity.REGISTER:
        _, rows = _advanced([place], period, step_s, known)
        rows = {**rows, "count": rows["advance_count"], "min_count": rows["falls"] * 0}
        rows["max_count"] = rows["min_count"]
    else:
        _, rolled = ports.lake.rollups(step_s, period, [place], as_of=known.as_of)
        rows = {**rolled, "count": rolled["sum_count"]}
        rows |= {"from_s": rows["first_s"], "to_s": rows["last_s"]}
    if every in {Every.DAY, Every.MONTH}:
        rows = _by_local(rows, every, ports.park)
    return [_row(rows, at, ports) for at in range(len(rows["time_s"]))]


def _row(rows: Columns, at: int, ports: Ports) -> Row:
    leaf = int(rows["max_batch"][at])
    return Row(
        start_s=int(rows["time_s"][at]),
        count=int(rows["count"][at]),
        n_readings=int(rows["n"][at]),
        least=int(rows["min_count"][at]),
        greatest=int(rows["max_count"][at]),
        quality=_worst(rows, at),
        from_s=int(rows["from_s"][at]),
        to_s=int(rows["to_s"][at]),
        known_at_s=ports.journal.received_at_s(leaf),
        source=ports.lake.batches().name(leaf),
    )


def _worst(rows: Columns, at: int) -> str:
    for quality in reversed(Quality):
        if quality is not Quality.MEASURED and rows[f"n_{quality.name.lower()}"][at]:
            return quality.name.lower()
    # A stretch without a reading of its own, between two edges that were read.
    return (Quality.MEASURED if rows["n"][at] else Quality.MISSING).name.lower()


def _advanced(
    places: Sequence[Place], period: Period, step_s: int, known: _Known
) -> tuple[tuple[Place, ...], Columns]:
    """Return by how much counters advanced in the stretches of a period."""
    ports = known.ports
    wide = Period.of_s(period.start_s - _LOOK_BACK_S, period.end_s + step_s)
    eventful = _eventful([point for point, _ in places], wide, known)
    plain = [place for place in places if place[0] not in eventful]
    found, rows = ports.lake.rollups(step_s, wide, plain, as_of=known.as_of)
    meters = [ports.park.register_meter(point) for point, _ in found]
    dials = [0 if meter is None else meter.modulus for meter in meters]
    modulus = np.array(dials or [0], np.int64)
    parts = [advances(rows, step_s=step_s, modulus_count=modulus)]
    for place in places:
        if place[0] in eventful and place in found:
            rolled = _unrolled(place, wide, known)
            rolled = roll_up(
                {**rolled, "code": np.full(len(rolled["time_s"]), found.index(place), np.int64)},
                step_s=step_s,
                is_counter=np.ones(len(found), np.bool_),
            )
            parts.append(advances(rolled, step_s=step_s, modulus_count=modulus * 0))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    inside = (joined["time_s"] >= period.start_s) & (joined["time_s"] < period.end_s)
    return found, {name: column[inside] for name, column in joined.items()}


def _eventful(points: Iterable[str], span: Period, known: _Known) -> set[str]:
    """Return the points whose register was swapped or reset: their falls are no rollovers."""
    happened = _events(span, None, known)
    return {key[0] for key, rows in happened.items() if len(rows["batch"])} & set(points)


def _events(span: Period, point: str | None, known: _Known) -> dict[tuple[str, ...], Columns]:
    rows = known.ports.lake.read("events", span, point)
    withdrawn = known.ports.lake.batches().withdrawn(as_of=known.as_of)
    return {
        key: {name: column[columns["batch"] < known.as_of] for name, column in columns.items()}
        for key, columns in without(rows, withdrawn).items()
    }


def _unrolled(place: Place, span: Period, known: _Known) -> dict[str, NDArray[np.int64]]:
    """Return a register that goes on counting over rollovers, swaps and resets."""
    rows = known.ports.lake.read("readings", span, place[0], as_of=known.as_of)[place]
    usable = rows["quality"] < Quality.MISSING
    rows = {name: column[usable] for name, column in rows.items()}
    meter = known.ports.park.register_meter(place[0])
    modulus = 0 if meter is None else meter.modulus
    steps = np.diff(rows["count"])
    steps = np.where(steps < 0, steps + modulus, steps)
    names = ("time_s", "final_count", "initial_count")
    for events in _events(span, place[0], known).values():
        for event in range(len(events["time_s"])):
            at_s, final, initial = (int(events[name][event]) for name in names)
            at = int(np.searchsorted(rows["time_s"], at_s)) - 1
            if 0 <= at < len(steps):
                before, after = int(rows["count"][at]), int(rows["count"][at + 1])
                steps[at] = (final - before) % modulus + (after - initial) % modulus
    start = rows["count"][:1]
    unrolled = np.concatenate([start, start + np.cumsum(steps)]) if len(start) else start
    return {**rows, "count": unrolled}


def _by_local(rows: Columns, every: Every, park: Park) -> Columns:
    """Sum stretches to days or months of the park's zone."""
    starts_s = np.array([_local_start_s(t, every, park) for t in rows["time_s"].tolist()], np.int64)
    firsts = np.flatnonzero(np.append(np.True_, starts_s[1:] != starts_s[:-1])[: len(starts_s)])
    if not len(firsts):
        return rows
    lasts = np.append(firsts[1:], len(starts_s)) - 1
    summed = ("count", "n", "n_estimated", "n_manual", "n_missing", "n_rejected")
    found: dict[str, NDArray[np.int64]] = {
        name: np.add.reduceat(rows[name], firsts) for name in summed
    }
    return found | {
        "time_s": starts_s[firsts],
        "from_s": rows["from_s"][firsts],
        "to_s": rows["to_s"][lasts],
        "min_count": np.minimum.reduceat(rows["min_count"], firsts),
        "max_count": np.maximum.reduceat(rows["max_count"], firsts),
        "max_batch": np.maximum.reduceat(rows["max_batch"], firsts),
    }


def _local_start_s(time_s: int, every: Every, park: Park) -> int:
    local = datetime.fromtimestamp(time_s, park.zone)
    start = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return int((start if every is Every.DAY else start.replace(day=1)).timestamp())


def _has_odd_zone(period: Period, park: Park) -> bool:
    """Say whether local days begin within an hour of UTC."""
    offsets = [edge.astimezone(park.zone).utcoffset() for edge in (period.start, period.end)]
    return any(offset is not None and offset.total_seconds() % 3_600 for offset in offsets)


def _unit_of(point: str, park: Park) -> tuple[str, str]:
    meter, declared = park.register_meter(point), park.series.get(point)
    if meter is not None:
        return meter.unit, str(meter.scale)
    return (declared.unit, declared.scale) if declared is not None else ("", "1")
