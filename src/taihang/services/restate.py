"""Which settlements rest on what has changed since, and settling and stating those again (§13).

Nothing is kept in a queue that could be lost: what is to be restated follows from the data, from
the size of the journal that a settlement had looked at and from what came after it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from taihang.core.balance.settlement import Settlement
from taihang.core.periods import SETTLEMENT_STEP, STEP_S, Period, months_in
from taihang.core.seal.issued import IssuedStatement
from taihang.services.account import account
from taihang.services.bill import bill_enterprises
from taihang.services.certify import certify
from taihang.services.ports import Columns, Ports
from taihang.services.replay import catch_up
from taihang.services.settle import known_at, period_of, settle


@dataclass(frozen=True, slots=True)
class Touched:
    """One settlement that would say something else today."""

    settlement: Settlement
    intervals: Mapping[str, tuple[int, ...]]
    """Starts of the intervals of the period that changed readings touch, by point [s]."""
    months: tuple[str, ...]
    """Whole local months of the period with such an interval."""
    statements: tuple[str, ...]
    """Ids of the latest statements and bills of those months."""

    @property
    def n_intervals(self) -> int:
        """Meter-intervals that are touched."""
        return sum(len(starts) for starts in self.intervals.values())


@dataclass(frozen=True, slots=True)
class Restated:
    """One statement before and after."""

    was: str
    """Id of the version before; empty where there was none."""
    now: str
    """Id of the version that counts from now on."""
    was_value: str | None
    now_value: str | None
    why: str


def touched(*, ports: Ports) -> tuple[Touched, ...]:
    """Return the settlements whose readings changed after they were made.

    A settlement that a later one covers wholly is history and is not looked at.

    Args:
        ports: The outside world.

    Returns:
        In order of settling; empty if every settlement says what it would say today.
    """
    catch_up(ports, hot_only=True)
    found: list[Touched] = []
    for settlement in _in_force(ports.registry.settlements()):
        intervals = _changed_intervals(settlement, ports)
        if intervals:
            months = _months_of(settlement, intervals, ports)
            statements = tuple(
                issued.id for name in months for issued in ports.registry.latest_statements(name)
            )
            found.append(Touched(settlement, intervals, months, statements))
    return tuple(found)


def restate(*, ports: Ports) -> tuple[Restated, ...]:
    """Settle every touched period again, and state its months again; old versions stay.

    Args:
        ports: The outside world, opened for writing.

    Returns:
        Every statement that says something else now: was, is, why.
    """
    found: list[Restated] = []
    for each in touched(ports=ports):
        period = period_of(each.settlement)
        names = tuple(months_in(period, ports.park.zone))
        before = _latest(names, ports)
        # 1. With all that is known today, and the park file in force today.
        settle(period, ports=ports)
        certify(period, ports=ports)
        # 2. What says something else is issued as the next version.
        account(period, ports=ports)
        bill_enterprises(period, ports=ports)
        found += _changes(before, _latest(names, ports))
    return tuple(found)


def _in_force(settlements: list[Settlement]) -> list[Settlement]:
    """Leave out every settlement whose whole period was settled again later."""
    return [
        one
        for number, one in enumerate(settlements)
        if not any(
            later.start_s <= one.start_s and one.end_s <= later.end_s
            for later in settlements[number + 1 :]
        )
    ]


def _changed_intervals(settlement: Settlement, ports: Ports) -> dict[str, tuple[int, ...]]:
    period = period_of(settlement)
    span = Period(period.start, period.end + SETTLEMENT_STEP)
    found: dict[str, set[int]] = {}
    # 1. Points of which anything came, or was withdrawn, since; then only what reads differently.
    for point in _points_since(settlement.journal_size, span, ports):
        then = known_at(settlement.journal_size, period=period, ports=ports, point=point)
        now = known_at(ports.journal.size, period=period, ports=ports, point=point)
        times_s: set[int] = set()
        for key in {*then.current, *now.current}:
            times_s |= _differing(then.current.get(key), now.current.get(key))
        times_s |= {event.at_s for event in {*then.events} ^ {*now.events}}
        # 2. A register at an edge closes one interval and opens the next.
        starts = {start for t in times_s for start in ((t - 1) // STEP_S, t // STEP_S)}
        inside = {s * STEP_S for s in starts if period.start_s <= s * STEP_S < period.end_s}
        if inside:
            found[point] = inside
    return {point: tuple(sorted(starts)) for point, starts in sorted(found.items())}


def _points_since(size: int, span: Period, ports: Ports) -> list[str]:
    batches = ports.lake.batches()
    withdrawn = batches.withdrawn(as_of=len(batches))
    earlier = batches.withdrawn(as_of=size)
    leaves = np.setdiff1d(withdrawn, earlier)
    points = {key[0] for key in ports.lake.arrived(size, span, also=leaves.tolist())}
    for key, rows in ports.lake.read("events", span).items():
        if ((rows["batch"] >= size) | np.isin(rows["batch"], leaves)).any():
            points.add(key[0])
    return sorted(points)


def _differing(then: Columns | None, now: Columns | None) -> set[int]:
    """Return the times whose reading is another, or is there in one of the two only."""
    return {time_s for time_s, _, _ in _said(then) ^ _said(now)}


def _said(rows: Columns | None) -> set[tuple[int, int, int]]:
    if rows is None:
        return set()
    times_s, counts = rows["time_s"].tolist(), rows["count"].tolist()
    return set(zip(times_s, counts, rows["quality"].tolist(), strict=True))


def _months_of(
    settlement: Settlement, intervals: Mapping[str, tuple[int, ...]], ports: Ports
) -> tuple[str, ...]:
    zone = ports.park.zone
    starts = {start for times in intervals.values() for start in times}
    names = {Period.of_s(s, s + STEP_S).start.astimezone(zone).isoformat()[:7] for s in starts}
    return tuple(name for name in months_in(period_of(settlement), zone) if name in names)


def _latest(names: tuple[str, ...], ports: Ports) -> dict[str, IssuedStatement]:
    return {
        issued.series: issued for name in names for issued in ports.registry.latest_statements(name)
    }


def _changes(
    before: Mapping[str, IssuedStatement], after: Mapping[str, IssuedStatement]
) -> list[Restated]:
    found: list[Restated] = []
    for series, issued in sorted(after.items()):
        old = before.get(series)
        if old is None or old.version != issued.version:
            said = json.loads(issued.document)
            found.append(
                Restated(
                    was="" if old is None else old.id,
                    now=issued.id,
                    was_value=None if old is None else _value(old),
                    now_value=_value(issued),
                    why=str(said.get("reason", "")),
                )
            )
    return found


def _value(issued: IssuedStatement) -> str | None:
    said = json.loads(issued.document)
    value = said.get("value", said.get("energy_wh"))
    return None if value is None else str(value)
