"""What settlements say by interval, or summed to hours, local days or months.

A stretch is a sum over its usable intervals; how many are missing or estimated stands beside, and a
stretch without a usable one has no value: missing is never zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.balance import FLOWS
from taihang.core.periods import STEP_S, Period
from taihang.core.series import Quality
from taihang.interfaces.api.bounds import demand_points
from taihang.interfaces.api.figures.park import told_instant
from taihang.interfaces.api.problem import NoResourceError
from taihang.interfaces.api.schema import Schema, Whole
from taihang.interfaces.api.stretch import stretch_of
from taihang.services.ports import Columns, Ports
from taihang.services.query import Every

Words = tuple[str | None, str | None, str | None]
_LENGTH_S: Final = {
    Every.QUARTER: STEP_S,
    Every.HOUR: 3_600,
    Every.DAY: 86_400,
    Every.MONTH: 28 * 86_400,
}


class Span(Schema):
    """A period, and how long the stretches of an answer are."""

    begin: str
    end: str
    """The first moment no more."""
    step: str


class Counts(Schema):
    """Intervals of each stretch."""

    n_intervals: list[int]
    n_missing: list[int]
    n_estimated: list[int]


class EnergyOut(Schema):
    """Settled energy of one meter; the columns have one value for each stretch."""

    meter: str
    span: Span
    start: list[str]
    wh: list[Whole | None]
    """Energy of the usable intervals [Wh]; null where there is none."""
    counts: Counts


class MatchingOut(Schema):
    """Energy of a user or plant and what of it is matched, stretch by stretch."""

    node: str
    role: str
    """``user`` or ``plant``."""
    span: Span
    start: list[str]
    total_wh: list[Whole | None]
    """Used by a user, or net generation of a plant [Wh]."""
    line_wh: list[Whole | None]
    """Matched over dedicated lines [Wh]."""
    pool_wh: list[Whole | None]
    """Matched by contract or from the pool [Wh]."""
    counts: Counts


class BalanceOut(Schema):
    """The energy balance of the park, stretch by stretch."""

    span: Span
    start: list[str]
    flows: dict[str, list[Whole | None]]
    """generation, load, import, export, charge, discharge, losses, over closed intervals [Wh]."""
    n_intervals: list[int]
    n_open: list[int]
    """Intervals whose balance stays open because a reading is missing."""
    n_estimated: list[int]


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Intervals by the stretch that they lie in."""

    starts_s: NDArray[np.int64]
    firsts: NDArray[np.intp]

    @classmethod
    def of(cls, times_s: NDArray[np.int64], every: Every, zone: ZoneInfo) -> "_Stretches":
        starts_s = _starts_s(times_s, every, zone)
        firsts = np.flatnonzero(np.append(True, starts_s[1:] != starts_s[:-1])[: len(starts_s)])
        return cls(starts_s[firsts], firsts)

    def sums(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.add.reduceat(values, self.firsts) if len(self.firsts) else values[:0]

    def told(self) -> list[str]:
        return [told_instant(start_s) for start_s in self.starts_s.tolist()]

    def totals(self, values: NDArray[np.int64], usable: NDArray[np.bool_]) -> list[int | None]:
        sums = self.sums(np.where(usable, values, 0)).tolist()
        known = self.sums(usable.astype(np.int64)).tolist()
        return [total if n else None for total, n in zip(sums, known, strict=True)]


def build_energy(ports: Ports, meter: str, words: Words, step: str) -> EnergyOut:
    """Return the settled energy of a meter."""
    period = _period(ports, words, step, n_columns=1)
    if meter not in ports.park.meters:
        raise NoResourceError(f"settled energy of {meter!r}")
    rows = ports.lake.read("intervals", period, meter).get((meter,), _NOTHING)
    stretches = _Stretches.of(rows["time_s"], Every(step), ports.park.zone)
    usable, counts = _counts(rows, stretches)
    return EnergyOut(
        meter=meter,
        span=_span(period, step),
        start=stretches.told(),
        wh=stretches.totals(rows["wh"], usable),
        counts=counts,
    )


def build_matching(ports: Ports, node: str, words: Words, step: str) -> MatchingOut:
    """Return what of the energy of a user or plant is matched."""
    period = _period(ports, words, step, n_columns=3)
    # Of a plant that supplies it, an enterprise sees its name and not what it gives to others.
    is_plant = node in ports.park.plants and ports.scope.is_whole
    if not is_plant and node not in ports.park.users:
        raise NoResourceError(f"matching of {node!r}")
    role = "plant" if is_plant else "user"
    rows = ports.lake.read("matching", period, node).get((role, node), _NOTHING)
    stretches = _Stretches.of(rows["time_s"], Every(step), ports.park.zone)
    usable, counts = _counts(rows, stretches)
    return MatchingOut(
        node=node,
        role=role,
        span=_span(period, step),
        start=stretches.told(),
        total_wh=stretches.totals(rows["total_wh"], usable),
        line_wh=stretches.totals(rows["line_wh"], usable),
        pool_wh=stretches.totals(rows["pool_wh"], usable),
        counts=counts,
    )


def build_balance(ports: Ports, words: Words, step: str) -> BalanceOut:
    """Return the energy balance of the park."""
    period = _period(ports, words, step, n_columns=len(FLOWS))
    rows = {flow: own for (flow,), own in ports.lake.read("balance", period).items()}
    load = rows.get("load", _NOTHING)
    stretches = _Stretches.of(load["time_s"], Every(step), ports.park.zone)
    closed = load["closed"].astype(np.bool_)
    return BalanceOut(
        span=_span(period, step),
        start=stretches.told(),
        flows={flow: stretches.totals(rows[flow]["wh"], closed) for flow in FLOWS if flow in rows},
        n_intervals=stretches.sums(np.ones(len(closed), np.int64)).tolist(),
        n_open=stretches.sums((~closed).astype(np.int64)).tolist(),
        n_estimated=stretches.sums(load["estimated"]).tolist(),
    )


_NOTHING: Final[Mapping[str, NDArray[np.int64]]] = {
    name: np.zeros(0, np.int64)
    for name in (
        "time_s", "wh", "quality", "total_wh", "line_wh", "pool_wh", "closed", "estimated",
    )
}  # fmt: skip


def _period(ports: Ports, words: Words, step: str, *, n_columns: int) -> Period:
    period = stretch_of(words, zone=ports.park.zone)
    length_s = period.end_s - period.start_s
    n_points = n_columns * (length_s // _LENGTH_S[Every(step)] + 1)
    demand_points(n_points, period_s=length_s, step=step)
    return period


def _span(period: Period, step: str) -> Span:
    return Span(begin=told_instant(period.start_s), end=told_instant(period.end_s), step=step)


def _counts(rows: Columns, stretches: _Stretches) -> tuple[NDArray[np.bool_], Counts]:
    usable = rows["quality"] < Quality.MISSING
    estimated = rows["quality"] == Quality.ESTIMATED
    return usable, Counts(
        n_intervals=stretches.sums(np.ones(len(usable), np.int64)).tolist(),
        n_missing=stretches.sums((~usable).astype(np.int64)).tolist(),
        n_estimated=stretches.sums(estimated.astype(np.int64)).tolist(),
    )


def _starts_s(times_s: NDArray[np.int64], every: Every, zone: ZoneInfo) -> NDArray[np.int64]:
    """Return where the stretch of each interval begins: hours of UTC, local days and months."""
    if every is Every.QUARTER:
        return times_s
    if every is Every.HOUR:
        return times_s - times_s % _LENGTH_S[Every.HOUR]
    hours_s = times_s - times_s % _LENGTH_S[Every.HOUR]
    starts = {hour_s: _local_start_s(hour_s, every, zone) for hour_s in np.unique(hours_s).tolist()}
    return np.array([starts[hour_s] for hour_s in hours_s.tolist()], np.int64)


def _local_start_s(time_s: int, every: Every, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(time_s, zone)
    start = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return int((start if every is Every.DAY else start.replace(day=1)).timestamp())
