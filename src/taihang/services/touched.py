"""Which settlements rest on what has changed since, and what exactly changed (§13).

Nothing is kept in a queue that could be lost: what is to be restated follows from the data, from
the size of the journal that a settlement had looked at and from what came after it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.settlement import Settlement
from taihang.core.park.park import Park
from taihang.core.periods import SETTLEMENT_STEP, STEP_S, Period, instant_of_s, months_in
from taihang.core.seal.cause import Cause, CauseKind
from taihang.services.ports import Columns, Ports
from taihang.services.replay import catch_up
from taihang.services.settle import Known, known_at_sizes, period_of

_NAMED_BATCHES: Final = 3
"""So many batches stand in a cause by name; of more, their number."""
_HASH: Final = 12
"""Digits of a park file's hash in a cause."""


@dataclass(frozen=True, slots=True)
class Touched:
    """One settlement that would say something else today."""

    settlement: Settlement
    intervals: Mapping[str, tuple[int, ...]]
    """Starts of the intervals of the period that changed readings touch, by point [s]."""
    batches: Mapping[str, tuple[str, ...]]
    """Batches that brought the readings that count now, by point, as ``gateway/counter``."""
    months: tuple[str, ...]
    """Whole local months of the period with such an interval."""
    statements: tuple[str, ...]
    """Ids of the latest statements and bills of those months."""
    known: Mapping[str, tuple[Known, Known]] = field(repr=False, compare=False)
    """Of every point that sent anything since, also what changes nothing: what was known of it
    then, and what is known now."""

    @property
    def n_intervals(self) -> int:
        """Meter-intervals that are touched."""
        return sum(len(starts) for starts in self.intervals.values())


def touched(*, ports: Ports, within: Period | None = None) -> tuple[Touched, ...]:
    """Return the settlements whose readings changed after they were made.

    Of an interval that was settled several times only the last settlement is looked at.

    Args:
        ports: The outside world.
        within: Only settlements that share an interval with this period; None for all.

    Returns:
        In order of settling; empty if every settlement says what it would say today.
    """
    catch_up(ports, hot_only=True)
    found: list[Touched] = []
    settlements = ports.registry.settlements()
    for number, settlement in enumerate(settlements):
        later = settlements[number + 1 :]
        if _is_history(settlement, later) or not _meets(settlement, within):
            continue
        known = _known_since(settlement, ports)
        changed = _changed(settlement, later, known, ports)
        if changed:
            intervals = {point: starts for point, (starts, _) in changed.items()}
            months = _months_of(settlement, intervals, ports)
            statements = tuple(
                issued.id for name in months for issued in ports.registry.latest_statements(name)
            )
            batches = {point: names for point, (_, names) in changed.items()}
            found.append(Touched(settlement, intervals, batches, months, statements, known))
    return tuple(found)


def changes_since(period: Period, *, ports: Ports) -> dict[str, tuple[Cause, ...]]:
    """Return what changed under a period since it was last settled, for its restatements to say.

    Args:
        period: A period that is about to be settled, perhaps again.
        ports: The outside world.

    Returns:
        Causes by local month: readings, and the park file. Empty where it was never settled.
    """
    return causes_by_month(touched(ports=ports, within=period), period=period, ports=ports)


def causes_by_month(
    touched_there: Iterable[Touched], *, period: Period, ports: Ports
) -> dict[str, tuple[Cause, ...]]:
    """Return why the months of a period are stated again.

    Args:
        touched_there: The touched settlements of the period.
        period: The period.
        ports: The outside world.
    """
    found: dict[str, list[Cause]] = {}
    for each in touched_there:
        for point, starts in each.intervals.items():
            for name, of_month in _by_month(starts, ports).items():
                cause = Cause(
                    CauseKind.READINGS, _told(point, of_month, each.batches[point], ports)
                )
                found.setdefault(name, []).append(cause)
    park_change = _park_change(period, ports)
    for name in months_in(period, ports.park.zone):
        found.setdefault(name, []).extend(park_change)
    return {name: tuple(causes) for name, causes in found.items() if causes}


def _told(point: str, starts: list[int], batches: tuple[str, ...], ports: Ports) -> str:
    first, last = (_local(each, ports) for each in (starts[0], starts[-1]))
    names = ", ".join(batches[:_NAMED_BATCHES])
    more = len(batches) - _NAMED_BATCHES
    by = f", by {names}{f' and {more} more' if more > 0 else ''}" if names else ", withdrawn"
    return f"{point} {first} … {last}, {len(starts)} intervals{by}"


def _local(time_s: int, ports: Ports) -> str:
    return f"{instant_of_s(time_s).astimezone(ports.park.zone):%Y-%m-%dT%H%M}"


def _by_month(starts: Iterable[int], ports: Ports) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for start in starts:
        name = f"{instant_of_s(start).astimezone(ports.park.zone):%Y-%m}"
        found.setdefault(name, []).append(start)
    return found


def _park_change(period: Period, ports: Ports) -> list[Cause]:
    """Return the park file as a cause, if the period was last settled with another one."""
    before = [one.park_sha256 for one in ports.registry.settlements() if _meets(one, period)]
    if not before or before[-1] == ports.park_sha256:
        return []
    return [Cause(CauseKind.PARK, "sha256", before[-1][:_HASH], ports.park_sha256[:_HASH])]


def _meets(settlement: Settlement, period: Period | None) -> bool:
    if period is None:
        return True
    return settlement.start_s < period.end_s and period.start_s < settlement.end_s


def _is_history(settlement: Settlement, later: list[Settlement]) -> bool:
    """Say whether one later settlement covers the whole of an earlier one."""
    return any(one.start_s <= settlement.start_s and settlement.end_s <= one.end_s for one in later)


def _known_since(settlement: Settlement, ports: Ports) -> dict[str, tuple[Known, Known]]:
    """Return what was known then and is known now, of each point that sent anything since."""
    period = period_of(settlement)
    # An earlier day may be what a gap of this period is filled by.
    start = period.start - timedelta(days=_reach_days(ports.park))
    span = Period(start, period.end + SETTLEMENT_STEP)
    sizes = (settlement.journal_size, ports.journal.size)
    found: dict[str, tuple[Known, Known]] = {}
    for point in _points_since(settlement.journal_size, span, ports):
        then, now = known_at_sizes(sizes, period=period, ports=ports, point=point)
        found[point] = then, now
    return found


def _reach_days(park: Park) -> int:
    plan = park.estimation
    return 0 if plan is None else (plan.reference_reach_days or 0) + 1


def _changed(
    settlement: Settlement,
    later: list[Settlement],
    known: Mapping[str, tuple[Known, Known]],
    ports: Ports,
) -> dict[str, tuple[tuple[int, ...], tuple[str, ...]]]:
    """Return the changed intervals and the batches behind them, by point."""
    found: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {}
    for point, (then, now) in known.items():
        # 1. Only what reads differently.
        parts = [
            _differing(then.current.get(key), now.current.get(key))
            for key in sorted({*then.current, *now.current})
        ]
        times_s = np.unique(np.concatenate([np.zeros(0, np.int64), *parts]))
        events_s = sorted({event.at_s for event in {*then.events} ^ {*now.events}})
        # 2. A register at an edge closes one interval and opens the next.
        edges_s = np.concatenate([times_s, np.array(events_s, np.int64)])
        starts_s = np.unique(np.concatenate([(edges_s - 1) // STEP_S, edges_s // STEP_S])) * STEP_S
        inside = (starts_s >= settlement.start_s) & (starts_s < settlement.end_s)
        for one in later:
            inside &= (starts_s < one.start_s) | (starts_s >= one.end_s)
        if inside.any():
            names = _brought_by(now, times_s, settlement.journal_size, ports)
            found[point] = (tuple(starts_s[inside].tolist()), names)
    return dict(sorted(found.items()))


def _brought_by(
    known: Known, times_s: NDArray[np.int64], size: int, ports: Ports
) -> tuple[str, ...]:
    """Return the batches that brought the readings of some times after a size of the journal."""
    leaves: set[int] = set()
    for rows in known.current.values():
        mask = (rows["batch"] >= size) & np.isin(rows["time_s"], times_s)
        leaves.update(rows["batch"][mask].tolist())
    index = ports.lake.batches()
    return tuple(index.name(leaf) for leaf in sorted(leaves))


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


def _differing(then: Columns | None, now: Columns | None) -> NDArray[np.int64]:
    """Return the times whose reading is another, or is there in one of the two only, in order."""
    if then is None or now is None:
        there = then or now or {"time_s": np.zeros(0, np.int64)}
        return there["time_s"]
    # Both are in order of time: where a row of then would stand among those of now.
    at = np.searchsorted(now["time_s"], then["time_s"])
    here = np.minimum(at, len(now["time_s"]) - 1)
    same = now["time_s"][here] == then["time_s"] if len(now["time_s"]) else at < 0
    kept, there = here[same], np.flatnonzero(same)
    equal = np.ones(len(kept), np.bool_)
    for name in ("count", "quality"):
        equal &= then[name][there] == now[name][kept]
    alone = np.ones(len(now["time_s"]), np.bool_)
    alone[kept] = False
    parts = (then["time_s"][~same], then["time_s"][there][~equal], now["time_s"][alone])
    return np.unique(np.concatenate(parts))


def _months_of(
    settlement: Settlement, intervals: Mapping[str, tuple[int, ...]], ports: Ports
) -> tuple[str, ...]:
    zone = ports.park.zone
    starts = {start for times in intervals.values() for start in times}
    names = {Period.of_s(s, s + STEP_S).start.astimezone(zone).isoformat()[:7] for s in starts}
    return tuple(name for name in months_in(period_of(settlement), zone) if name in names)
