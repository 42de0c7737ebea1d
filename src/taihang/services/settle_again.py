"""Settle again only what late readings of some meters touch; all other rows stay as they lie.

What comes out is what a settlement of the whole period would give, to the byte: the same jobs judge
the touched meters over the whole period (a rule may look a week back, a substitute five weeks), and
only intervals that differ from before are balanced and matched anew, each of which stands for
itself. Where a rule looks at all meters over the whole period, nothing is settled here and the
reason is said: then the whole period is to be settled.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.balance import Balance
from taihang.core.balance.settlement import Settlement
from taihang.core.metering.energy import RegisterEnergy, Spans
from taihang.core.metering.vee.day_grid import DayGrid
from taihang.core.metering.vee.rule import Rule
from taihang.core.park.park import Park
from taihang.core.park.topology import Direction, Meter
from taihang.core.periods import STEP_S, Period, instant_of_s
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.series import EnergySeries
from taihang.services.certify import certify
from taihang.services.match_period import match_period, traces_storage
from taihang.services.matching_rows import matching_rows
from taihang.services.period_energies import energies_of_parts
from taihang.services.ports import Columns, Ports, Slabs
from taihang.services.quality import finding_rows, quality_rows
from taihang.services.settle import (
    Known,
    MetersAlone,
    known_at_sizes,
    known_size,
    period_of,
    settle_meters,
)
from taihang.services.settled_rows import (
    Part,
    balance_of,
    balance_rows,
    interval_rows,
    series_of,
    service_mask,
)
from taihang.services.touched import Touched
from taihang.services.validate import MeterEnergy, validate_park

_WEEK: Final = 672
"""Intervals of a week from the start of a period: the drift of clocks is judged by such weeks."""
_MOST_METERS_SHARE: Final = 4
"""Of more than a fourth of the meters the whole period is settled: it costs no more."""
_PARK_RULES: Final = (Rule.PARENT_CHILD, Rule.PARENT_SUSPECT, Rule.TIME_DRIFT)
"""What is judged of all meters together."""
_COLUMNS: Final = ("wh", "quality", "method", "held")


@dataclass(frozen=True, slots=True)
class SettledAgain:
    """What was settled again."""

    settlement: Settlement
    starts_s: NDArray[np.int64]
    """Starts of the intervals that the park was balanced and matched anew for, ascending [s]."""
    n_meter_intervals: int
    """Meter-intervals that say something else."""
    meters: tuple[str, ...]
    """Meters that were judged again."""
    by_energy: frozenset[str]
    """Plants and users whose own energy differs."""
    by_share: frozenset[str]
    """Plants and users whose share in the matching differs."""
    was: Mapping[str, Slabs]
    now: Mapping[str, Slabs]
    """Rows of these intervals before and after, by table: ``intervals``, ``matching``, ``balance``;
    of meters that did not change there is none."""

    @property
    def n_hours(self) -> int:
        """Hours of the park with such an interval."""
        return len(np.unique(self.starts_s // SECONDS_PER_HOUR))

    def months(self, zone: ZoneInfo) -> set[str]:
        """Return the local months with such an interval."""
        hours_s = np.unique(self.starts_s // SECONDS_PER_HOUR) * SECONDS_PER_HOUR
        return {f"{instant_of_s(at_s).astimezone(zone):%Y-%m}" for at_s in hours_s.tolist()}


@dataclass(frozen=True, slots=True)
class WholeNeeded:
    """Why not less than the whole period can be settled."""

    why: str


def settle_again(found: Touched, *, ports: Ports) -> SettledAgain | WholeNeeded:
    """Settle what the readings touch that came after a settlement.

    Args:
        found: The settlement, and what was known of the points then and is known now.
        ports: The outside world, opened for writing.

    Returns:
        What was settled again; or, with nothing changed, why the whole period is to be settled.
    """
    # 1. Does all of it rest on these meters alone?
    meters = _chosen(found, ports)
    if why := _reason(found, meters, ports):
        return WholeNeeded(why)
    # 2. The meters by themselves, as they were known then and are known now.
    now = replace(found.settlement, journal_size=known_size(ports=ports))
    pairs = _known_pairs(found, meters, now, ports)
    sides = [
        settle_meters(meters, known=_joined(side), settlement=of, ports=ports)
        for side, of in zip(zip(*pairs, strict=True), (found.settlement, now), strict=True)
    ]
    again = _Again(period_of(now), sides[0], sides[1], ports)
    # 3. What the park as a whole says in the weeks that differ.
    patch = again.patch()
    if isinstance(patch, WholeNeeded):
        return patch
    # 4. Into the lake: rows that differ, and no others.
    for table, slabs in patch.rows.items():
        ports.lake.amend(table, slabs)
    again.write_findings()
    if any(meter.measures is Direction.GENERATION for meter in meters):
        for window in patch.windows:
            certify(window, ports=ports)
    # 5. Remember what it was made from: the same as a settlement of the whole period.
    ports.registry.record_settlement(now, at_s=int(ports.clock.now().timestamp()))
    n_changed = sum(int(mask.sum()) for mask in again.changed.values())
    return SettledAgain(
        settlement=now,
        starts_s=patch.starts_s,
        n_meter_intervals=n_changed,
        meters=tuple(meter.id for meter in meters),
        by_energy=frozenset(m.node for m in meters if again.changed[m.id].any()),
        by_share=patch.nodes,
        was=patch.was,
        now=patch.rows,
    )


def _chosen(found: Touched, ports: Ports) -> list[Meter]:
    """Return the meters that sent something, and those that are judged together with them."""
    park = ports.park
    nodes = {park.meters[point].node for point in found.known if point in park.meters}
    return [
        meter
        for meter in park.meters.values()
        if meter.id in found.known or (meter.node in nodes and meter.node in park.batteries)
    ]


def _reason(found: Touched, meters: list[Meter], ports: Ports) -> str:
    """Say why the whole period is to be settled; empty where it is not."""
    settlement, park = found.settlement, ports.park
    if not meters:
        return "what came is of no meter of electricity: a register of reactive energy, a medium"
    if settlement.park_sha256 != ports.park_sha256:
        return "park.toml changed since"
    settlements = ports.registry.settlements()
    later = settlements[settlements.index(settlement) + 1 :]
    if any(s.start_s < settlement.end_s and settlement.start_s < s.end_s for s in later):
        return "a part of the period was settled by itself since"
    if why := _tied(period_of(settlement), park):
        return why
    if len(meters) > max(2, len(park.meters) // _MOST_METERS_SHARE):
        return f"{len(meters)} of {len(park.meters)} meters are touched"
    return ""


def _tied(period: Period, park: Park) -> str:
    """Say what ties the intervals of a period together; empty where nothing does."""
    if park.estimation is not None and "parent-difference" in park.estimation.methods:
        return "substitutes may rest on all meters: parent-difference"
    return "lots in batteries tie all intervals together" if traces_storage(period, park) else ""


def _known_pairs(
    found: Touched, meters: list[Meter], now: Settlement, ports: Ports
) -> list[tuple[Known, Known]]:
    sizes = (found.settlement.journal_size, now.journal_size)
    pairs: list[tuple[Known, Known]] = []
    for meter in meters:
        pair = found.known.get(meter.id)
        if pair is None:
            was, is_now = known_at_sizes(sizes, period=period_of(now), ports=ports, point=meter.id)
            pair = was, is_now
        pairs.append(pair)
    return pairs


def _joined(parts: Iterable[Known]) -> Known:
    every = list(parts)
    return Known(
        current={key: rows for part in every for key, rows in part.current.items()},
        events=[event for part in every for event in part.events],
        conflicts={key: rows for part in every for key, rows in part.conflicts.items()},
    )


@dataclass(frozen=True, slots=True)
class _Patch:
    windows: list[Period]
    """Weeks that differ somewhere, neighbours joined."""
    starts_s: NDArray[np.int64]
    nodes: frozenset[str]
    """Plants and users whose share in the matching differs."""
    was: Mapping[str, Slabs]
    """What stood in the place of these rows, but for days of quality."""
    rows: Mapping[str, Slabs]
    """What takes the place of rows of equal key and time, by table."""


class _Again:
    """The touched meters then and now, and what of the park differs by them."""

    def __init__(self, period: Period, then: MetersAlone, now: MetersAlone, ports: Ports) -> None:
        self._period = period
        self._then = then
        self._now = now
        self._ports = ports
        self.changed = {
            part.meter.id: differs(before, part)
            for before, part in zip(then.parts, now.parts, strict=True)
        }
        """By meter: which intervals say something else, shape (n,)."""
        grid = DayGrid.of(period, ports.park.zone)
        judged = (side.judged({}) for side in (then, now))
        before, after = (quality_rows(side, grid=grid, period=period) for side in judged)
        self._quality = _other_rows(before, after)

    def patch(self) -> _Patch | WholeNeeded:
        """Return what differs, week by week; or why more than that may differ."""
        if not len(self._now.parts):
            return WholeNeeded("no meter of the park is touched")
        weeks = self._weeks()
        n_steps = self._period.n_steps
        if len(weeks) * _WEEK * 2 > n_steps + _WEEK:
            return WholeNeeded("most of the period is touched")
        if why := self._park_findings():
            return WholeNeeded(why)
        windows = [*self._windows(weeks)]
        anywhere = np.logical_or.reduce([*self.changed.values()])
        sides: tuple[list[dict[str, Slabs]], list[dict[str, Slabs]]] = ([], [])
        for window in windows:
            both = self._parts(window)
            if not both[0]:
                return WholeNeeded("the lake holds other rows than the last settlement gave")
            at = window.grid_s()[anywhere[self._inside(window)]]
            balances = [balance_of(parts, window, self._ports.park) for parts in both]
            meters = [_as_read(part) for part in both[1]]
            if validate_park(meters, balances[1], park=self._ports.park, period=window):
                return WholeNeeded("rules over the whole park find something")
            for found, parts, balance in zip(sides, both, balances, strict=True):
                found.append(self._rows(parts, balance, window, at))
        was, now = (_after_one_another(side) for side in sides)
        nodes = {node for _, node in _other_rows(was.get("matching", {}), now.get("matching", {}))}
        now["quality"] = self._quality
        starts_s = self._period.grid_s()[anywhere]
        return _Patch(windows, starts_s, frozenset(nodes), was, now)

    def _rows(
        self, parts: list[Part], balance: Balance, window: Period, at: NDArray[np.int64]
    ) -> dict[str, Slabs]:
        """Return the rows of some intervals: of touched meters, and of the park."""
        own = [part for part in parts if part.meter.id in self.changed]
        return {
            "intervals": _at(interval_rows(own, window), at),
            "balance": _at(balance_rows(balance, parts, window), at),
            "matching": _at(self._matching(parts, balance, window), at),
        }

    def _matching(
        self, parts: list[Part], balance: Balance, window: Period
    ) -> dict[tuple[str, ...], Columns]:
        # No lot of a battery reaches into a window: then the whole period would be settled.
        park = self._ports.park
        energies = energies_of_parts(parts, balance, period=window, park=park)
        return matching_rows(energies, match_period(energies, park=park, opening={}))

    def write_findings(self) -> None:
        """Put what the rules find of the touched meters in the place of what they found."""
        before, after = (
            finding_rows(side.judged({}), period=self._period) for side in (self._then, self._now)
        )
        times_s = _other_times(before, after)
        if not len(times_s):
            return
        span = Period.of_s(int(times_s.min()), int(times_s.max()) + STEP_S)
        kept = {
            key: rows
            for key, rows in self._ports.lake.read("findings", span).items()
            if key[0] not in self.changed or key[1] in _PARK_RULES
        }
        self._ports.lake.replace("findings", span, {**kept, **_within(after, span)})

    def _weeks(self) -> list[int]:
        """Return the weeks of the period in which anything differs."""
        places = [np.flatnonzero(mask) for mask in self.changed.values()]
        places += [
            (rows["time_s"] - self._period.start_s) // STEP_S for rows in self._quality.values()
        ]
        return np.unique(np.concatenate(places) // _WEEK).tolist()

    def _windows(self, weeks: list[int]) -> Iterator[Period]:
        """Yield the weeks, neighbours joined, each with the interval behind its end."""
        start_s, end_s = self._period.start_s, self._period.end_s
        runs = np.split(weeks, np.flatnonzero(np.diff(weeks) > 1) + 1) if weeks else []
        for run in runs:
            first, last = int(run[0]), int(run[-1]) + 1
            edge_s = min(start_s + (last * _WEEK + 1) * STEP_S, end_s)
            yield Period.of_s(start_s + first * _WEEK * STEP_S, edge_s)

    def _inside(self, window: Period) -> slice:
        first = (window.start_s - self._period.start_s) // STEP_S
        return slice(first, first + window.n_steps)

    def _park_findings(self) -> str:
        """Say whether a rule over the whole park found anything that may be another now."""
        if all(m.measures is not Direction.IMPORT for m in self._ports.park.meters.values()):
            return ""
        rules = {rule for _, rule in self._ports.lake.keys("findings", self._period)}
        # Suspects are ranked by what is usual in the whole period.
        found = sorted(rule.value for rule in _PARK_RULES if rule.value in rules)
        return f"rules over the whole park found something: {', '.join(found)}" if found else ""

    def _parts(self, window: Period) -> tuple[list[Part], list[Part]]:
        """Return every meter as it was and as it is; nothing where other rows are stored."""
        stored = self._ports.lake.read("intervals", window)
        inside = self._inside(window)
        then = {part.meter.id: _cut(part, inside, window) for part in self._then.parts}
        now = {part.meter.id: _cut(part, inside, window) for part in self._now.parts}
        before: list[Part] = []
        after: list[Part] = []
        for meter in self._ports.park.meters.values():
            rows = stored.get((meter.id,), _NO_ROWS)
            if meter.id in now:
                if not _same(interval_rows([then[meter.id]], window)[meter.id,], rows):
                    return [], []
                before.append(then[meter.id])
                after.append(now[meter.id])
                continue
            mask = service_mask(self._ports.park, meter, window)
            if int(mask.sum()) != len(rows["time_s"]):
                return [], []
            if mask.any():
                part = _stored_part(meter, rows, mask, window)
                before.append(part)
                after.append(part)
        return before, after


_NO_ROWS: Final[Columns] = {name: np.zeros(0, np.int64) for name in ("time_s", *_COLUMNS)}


def differs(before: Part, after: Part) -> NDArray[np.bool_]:
    """Say in which intervals a meter says something else than before, shape (n,)."""
    other = (before.series.wh != after.series.wh) | (before.series.quality != after.series.quality)
    other |= (before.method != after.method) | (before.held != after.held)
    return other & after.in_service


def _cut(part: Part, inside: slice, window: Period) -> Part:
    series = EnergySeries(window.start_s, part.series.wh[inside], part.series.quality[inside])
    return Part(part.meter, series, part.in_service[inside], part.method[inside], part.held[inside])


def _stored_part(meter: Meter, rows: Columns, mask: NDArray[np.bool_], window: Period) -> Part:
    method, held = np.zeros(window.n_steps, np.int64), np.zeros(window.n_steps, np.bool_)
    method[mask], held[mask] = rows["method"], rows["held"] > 0
    return Part(meter, series_of(rows, window), mask, method, held)


def _as_read(part: Part) -> MeterEnergy:
    """Return a part as the rules over the whole park look at it: what was read, and where."""
    energy = RegisterEnergy(
        series=part.series,
        gap_wh=0,
        rejected_wh=0,
        n_missing=0,
        n_rejected=0,
        n_gaps=0,
        n_gaps_rejected=0,
        n_rollover=0,
        n_events=0,
        spans=Spans.none(),
    )
    return MeterEnergy(part.meter, energy, part.in_service)


def _same(one: Columns, other: Columns) -> bool:
    return all(np.array_equal(one[name], other[name]) for name in ("time_s", *_COLUMNS))


def _at(slabs: Slabs, times_s: NDArray[np.int64]) -> dict[tuple[str, ...], Columns]:
    """Leave the rows of some times, and no slab empty."""
    found: dict[tuple[str, ...], Columns] = {}
    grid_s, places = None, np.zeros(0, np.intp)
    for key, rows in slabs.items():
        # Most slabs of a table have the same times: these are looked up once.
        if rows["time_s"] is not grid_s:
            grid_s = rows["time_s"]
            places = np.flatnonzero(np.isin(grid_s, times_s))
        if len(places):
            found[key] = {name: column[places] for name, column in rows.items()}
    return found


def _within(slabs: Slabs, span: Period) -> dict[tuple[str, ...], Columns]:
    return _at(slabs, span.grid_s())


def _after_one_another(parts: Iterable[Mapping[str, Slabs]]) -> dict[str, Slabs]:
    """Join the tables of several windows, in order of time."""
    found: dict[str, dict[tuple[str, ...], Columns]] = {}
    for tables in parts:
        for table, slabs in tables.items():
            into = found.setdefault(table, {})
            for key, rows in slabs.items():
                before = into.get(key, {name: column[:0] for name, column in rows.items()})
                into[key] = {n: np.concatenate([before[n], rows[n]]) for n in rows}
    return {**found}


def _other_rows(before: Slabs, after: Slabs) -> dict[tuple[str, ...], Columns]:
    """Return the rows of ``after`` that say something else; both have the same keys and times."""
    found: dict[tuple[str, ...], Columns] = {}
    for key, rows in after.items():
        other = np.zeros(len(rows["time_s"]), np.bool_)
        for name, column in rows.items():
            other |= column != before[key][name]
        if other.any():
            found[key] = {name: column[other] for name, column in rows.items()}
    return found


def _other_times(before: Slabs, after: Slabs) -> NDArray[np.int64]:
    """Return the times of rows that stand in one of two tables only."""
    rows = [
        {
            (key, *row)
            for key, columns in side.items()
            for row in zip(*(column.tolist() for column in columns.values()), strict=True)
        }
        for side in (before, after)
    ]
    return np.array(sorted({row[1] for row in rows[0] ^ rows[1]}), np.int64)
