"""What is odd about readings that came out of a file: found in them, before they are stored.

The checks only say what they see. Whether a meter can have shown it is judged elsewhere, by the
rules that hold for every import.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang.adapters.imports.account import ImportResult
from taihang.adapters.imports.remark import hours_written_four_times
from taihang.core.metering.import_draft import KnownPoint, Oddity, PlaceFacts, Severity
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import STEP_S
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.series import Quality, Quantity

_DAY_S: Final = 86_400
_WEEK_STEPS: Final = 7 * _DAY_S // STEP_S
_SPIKE_RATIO: Final = 5
_SPIKE_PERCENTILE: Final = 99.0
_LEVEL_RATIO: Final = 6.0
"""Two weeks whose medians differ so much were hardly measured in one unit."""
_FLAT_STEPS: Final = _DAY_S // STEP_S
_SUN_HOURS: Final = 1.25
"""So far from noon no roof has the middle of its day over a year."""
_SUN_DAYS: Final = 5
_MEAN_SUN_S_PER_DEG: Final = 240
_CLOCKS: Final = ("Europe/Berlin", "Europe/London", "America/New_York", "America/Denver")
"""Clocks that are set forward in spring, of which exports are known to keep the habit."""


@dataclass(frozen=True, slots=True)
class _Series:
    """The usable readings of one block."""

    point: str
    quantity: Quantity
    times_s: NDArray[np.int64]
    counts: NDArray[np.int64]
    step_s: int


def oddities_of(
    result: ImportResult, *, points: Mapping[str, KnownPoint], place: PlaceFacts
) -> list[Oddity]:
    """Return what a person should know of the result of an import map.

    Args:
        result: The readings and the account of the rows.
        points: The points of the park, by id.
        place: Where the park lies.

    Returns:
        The oddities; those that stop the import first.
    """
    found = [*_of_rows(result)]
    for block in result.blocks:
        series = _series(block)
        if len(series.times_s) == 0:
            found.append(_odd("empty", block.point, n=len(block.times_s)))
            continue
        found += [*_of_block(block, series, place), *_of_series(series)]
        if block.point in points and points[block.point].is_solar:
            found += _sun(series, place)
    found += _clock_change(result, place)
    return sorted(found, key=lambda each: each.severity is not Severity.STOPS)


def _of_rows(result: ImportResult) -> Iterator[Oddity]:
    for reason, n in Counter(row.reason for row in result.refused).most_common():
        row = next(row for row in result.refused if row.reason is reason)
        said = {"file": row.file, "row": str(row.row), "column": row.column, "given": row.given}
        yield Oddity(
            kind=f"refused.{reason}", severity=Severity.STOPS, point=row.point, n=n, said=said
        )
    if result.rows_repeated:
        yield _odd("repeated", "", n=result.rows_repeated)
    for point, wh in result.unplaced_wh.items():
        yield _odd("unplaced", point, n=1, said={"wh": str(wh)})


def _series(block: ReadingBlock) -> _Series:
    usable = block.quality < Quality.MISSING
    times_s = block.times_s[usable]
    waits = np.diff(times_s)
    usual = int(np.median(waits)) if len(waits) else STEP_S
    is_energy = block.quantity in {Quantity.ENERGY, Quantity.REACTIVE}
    step_s = STEP_S if is_energy else max(usual, 1)
    return _Series(block.point, block.quantity, times_s, block.counts[usable], step_s)


def _of_block(block: ReadingBlock, series: _Series, place: PlaceFacts) -> Iterator[Oddity]:
    n_missing = len(block.times_s) - len(series.times_s)
    if n_missing:
        yield _odd("missing", block.point, n=n_missing)
    later = np.flatnonzero(series.times_s > place.now_s)
    if len(later):
        yield _odd("future", block.point, n=len(later), first_s=int(series.times_s[later[0]]))
    # Hours that were cut into quarters are estimated and say so themselves.
    n_hours = hours_written_four_times(block) if _is_measured(block) else 0
    if n_hours:
        yield _odd("hourly", block.point, n=n_hours)


def _of_series(series: _Series) -> Iterator[Oddity]:
    yield from _gaps(series)
    if series.quantity is Quantity.REGISTER:
        falls = np.flatnonzero(np.diff(series.counts) < 0)
        if len(falls):
            first_s = int(series.times_s[falls[0] + 1])
            yield _odd("falls", series.point, n=len(falls), first_s=first_s)
        return
    if not series.counts.any():
        yield _odd("zero", series.point, n=len(series.counts))
        return
    below = np.flatnonzero(series.counts < 0)
    if len(below):
        first_s = int(series.times_s[below[0]])
        yield _odd("negative", series.point, n=len(below), first_s=first_s)
    yield from _spikes(series)
    yield from _levels(series)
    yield from _flat(series)


def _gaps(series: _Series) -> Iterator[Oddity]:
    waits = np.diff(series.times_s)
    at = np.flatnonzero(waits > series.step_s)
    if not len(at):
        return
    longest = int(at[np.argmax(waits[at])])
    n_steps = int((waits[at] // series.step_s - 1).sum())
    said = {
        "stretches": str(len(at)),
        "longest_h": f"{(waits[longest] - series.step_s) / SECONDS_PER_HOUR:g}",
    }
    first_s = int(series.times_s[longest] + series.step_s)
    if n_steps:
        yield _odd("gap", series.point, n=n_steps, first_s=first_s, said=said)


def _spikes(series: _Series) -> Iterator[Oddity]:
    sizes = np.abs(series.counts)
    usual = float(np.percentile(sizes[sizes > 0], _SPIKE_PERCENTILE))
    at = np.flatnonzero(sizes > _SPIKE_RATIO * usual)
    if len(at):
        times = f"{sizes[at].max() / usual:.0f}"
        first_s = int(series.times_s[at[0]])
        yield _odd("spike", series.point, n=len(at), first_s=first_s, said={"times": times})


def _levels(series: _Series) -> Iterator[Oddity]:
    """Compare each week with the week before: a unit that changed within a file shows here."""
    sizes = np.abs(series.counts)
    n_weeks = len(sizes) // _WEEK_STEPS
    if n_weeks < 2:  # noqa: PLR2004 - a week has to be compared with another
        return
    weeks = sizes[: n_weeks * _WEEK_STEPS].reshape(n_weeks, _WEEK_STEPS)
    levels = np.percentile(weeks, 90, axis=1)
    before, after = levels[:-1], levels[1:]
    both = (before > 0) & (after > 0)
    ratios = np.ones(len(before))
    ratios[both] = after[both] / before[both]
    at = np.flatnonzero((ratios > _LEVEL_RATIO) | (ratios < 1 / _LEVEL_RATIO))
    if len(at):
        said = {"times": f"{ratios[at[0]]:.3g}"}
        first_s = int(series.times_s[(int(at[0]) + 1) * _WEEK_STEPS])
        yield _odd("level", series.point, n=len(at), first_s=first_s, said=said)


def _flat(series: _Series) -> Iterator[Oddity]:
    """Find days in which a value other than 0 never changes."""
    changes = np.flatnonzero(np.diff(series.counts) != 0) + 1
    edges = np.concatenate(([0], changes, [len(series.counts)]))
    lengths = np.diff(edges)
    long = np.flatnonzero((lengths >= _FLAT_STEPS) & (series.counts[edges[:-1]] != 0))
    if len(long):
        hours = f"{lengths[long].max() * series.step_s / SECONDS_PER_HOUR:g}"
        first_s = int(series.times_s[edges[long[0]]])
        yield _odd("flat", series.point, n=len(long), first_s=first_s, said={"hours": hours})


def _sun(series: _Series, place: PlaceFacts) -> Iterator[Oddity]:
    """Compare the middle of the sun's day with noon: a wrong zone moves it by hours."""
    if series.quantity is Quantity.REGISTER or len(series.times_s) < _SUN_DAYS * _FLAT_STEPS:
        return
    energy = np.maximum(series.counts, 0).astype(np.float64)
    mean_sun_s = series.times_s + STEP_S / 2 + place.longitude_deg * _MEAN_SUN_S_PER_DEG
    turn = mean_sun_s / _DAY_S * 2 * np.pi
    east, north = float((energy * np.sin(turn)).sum()), float((energy * np.cos(turn)).sum())
    hours = (np.arctan2(east, north) / (2 * np.pi) % 1 - 0.5) * 24
    if energy.any() and abs(hours) > _SUN_HOURS:
        yield _odd("sun", series.point, n=1, said={"hours": f"{hours:+.1f}"})


def _clock_change(result: ImportResult, place: PlaceFacts) -> Iterator[Oddity]:
    """Find a clock whose missing hour in spring is missing in the file."""
    gaps = {
        (int(times_s[at] + STEP_S), int(times_s[at + 1]))
        for block in result.blocks
        for times_s in [block.times_s]
        for at in np.flatnonzero(np.diff(times_s) == SECONDS_PER_HOUR + STEP_S).tolist()
    }
    if not gaps:
        return
    zone = ZoneInfo(place.zone)
    walls = {_wall(first_s, zone) for first_s, _ in gaps}
    years = range(min(walls).year, max(walls).year + 1)
    for name in _CLOCKS:
        skipped = {each for year in years if (each := _skipped(name, year)) is not None}
        if skipped & walls:
            first = min(skipped & walls)
            said = {"zone": name, "at": f"{first:%Y-%m-%d %H:%M}"}
            yield _odd("clock", "", n=len(skipped & walls), said=said)
            return


def _wall(instant_s: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(instant_s, UTC).astimezone(zone).replace(tzinfo=None)


def _skipped(name: str, year: int) -> datetime | None:
    """Return the first wall-clock time that a clock skips in the spring of a year."""
    zone = ZoneInfo(name)
    hour = datetime(year, 3, 1, tzinfo=UTC)
    while hour.month < 5:  # noqa: PLR2004 - from March to April
        after = hour + timedelta(hours=1)
        before_wall, after_wall = (each.astimezone(zone) for each in (hour, after))
        if before_wall.utcoffset() != after_wall.utcoffset():
            return before_wall.replace(tzinfo=None) + timedelta(hours=1)
        hour = after
    return None


def _is_measured(block: ReadingBlock) -> bool:
    return not bool((block.quality == Quality.ESTIMATED).any())


def _odd(
    kind: str,
    point: str,
    *,
    n: int,
    first_s: int | None = None,
    said: Mapping[str, str] | None = None,
) -> Oddity:
    return Oddity(
        kind=kind, severity=Severity.LOOK, point=point, n=n, first_s=first_s, said=said or {}
    )


def known_by_id(points: Sequence[KnownPoint]) -> dict[str, KnownPoint]:
    """Return points by their id."""
    return {point.id: point for point in points}
