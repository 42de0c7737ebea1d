"""Why a day has no plan, in words, with the smallest repair.

The day is solved again with every limit elastic; what the elastic optimum still breaks is the
conflict, and by how much it breaks it is the repair that costs the least energy.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from taihang.core.dispatch.model import LinearModel, Reals, Solve, SolveStatus
from taihang.core.dispatch.plan import build_elastic_model
from taihang.core.dispatch.problem import DayProblem
from taihang.core.errors import StateError
from taihang.core.periods import instant_of_s

_SEEN: Final = 1e-9
"""Smallest conflict [kW or kWh]; below it lies the rounding of floats."""
_SAME: Final = 1e-4
"""Conflicts this close to the worst count as equally bad [kW or kWh]."""
_GAP: Final = 1e-6


class NoDiagnosisError(StateError):
    """The solver gave no answer even to the elastic problem, which always has one."""

    code = "state.no-diagnosis"


class ConflictKind(StrEnum):
    """Which limit cannot be kept."""

    IMPORT = "import"
    """The grid connection is too small for what the park needs."""
    EXPORT = "export"
    """Generation that may not be curtailed has nowhere to go."""
    FLOOR = "floor"
    """The store cannot be kept above its lowest energy."""
    END = "end"
    """The store cannot be brought to the energy asked for at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One limit that no plan keeps, and the smallest repair."""

    kind: ConflictKind
    interval_start: datetime
    """Start of the worst interval, UTC."""
    limit: float
    """The limit in that interval [kW for import and export, else kWh]."""
    needed: float
    """What it would have to be instead [kW for import and export, else kWh]."""
    intervals: int
    """In how many intervals the limit is broken."""
    energy_kwh: float
    """Energy missing or left over in all of them [kWh]."""
    sentence_zh: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that stands in the way of a plan; empty where nothing does."""

    conflicts: tuple[Conflict, ...]


def diagnose(problem: DayProblem, *, solve: Solve, time_limit_s: float) -> Diagnosis:
    """Say which limits conflict and what would repair them.

    Args:
        problem: The day that has no plan.
        solve: Solves a linear model.
        time_limit_s: Longest time for it. [s]

    Returns:
        The conflicts in the order import, export, store. None at all means that the solver needs
        more time, or that what is missing is too small for it to see: try ``idle_plan``.

    Raises:
        NoDiagnosisError: If the time was too short even for this.
    """
    model = build_elastic_model(problem)
    solution = solve(model, time_limit_s=time_limit_s, gap=_GAP)
    if solution.values is None or solution.status is not SolveStatus.OPTIMAL:
        raise NoDiagnosisError(
            given=f"a solve that ended {solution.status.value} within {time_limit_s} s",
            expected="an optimum",
            remedy="allow more time",
        )
    return Diagnosis(
        tuple(
            conflict
            for conflict in (
                _grid_conflict(problem, model, solution.values, kind=ConflictKind.IMPORT),
                _grid_conflict(problem, model, solution.values, kind=ConflictKind.EXPORT),
                _store_conflict(problem, model, solution.values),
            )
            if conflict is not None
        )
    )


def _grid_conflict(
    problem: DayProblem, model: LinearModel, values: Reals, *, kind: ConflictKind
) -> Conflict | None:
    imports = kind is ConflictKind.IMPORT
    over_kw = model.part(values, name="short_kw" if imports else "surplus_kw")
    if over_kw.max() <= _SEEN:
        return None
    worst = _worst(over_kw)
    limits_kw = problem.import_limit_kw if imports else problem.export_limit_kw
    limit_kw, most_kw = float(limits_kw[worst]), float(over_kw[worst])
    energy_kwh = float(over_kw.sum()) * problem.step_h
    count = int((over_kw > _SEEN).sum())
    words_zh, words_en = _GRID_WORDS[kind]
    words: dict[str, str | int] = {
        "limit": _round(limit_kw),
        "over": _round(most_kw),
        "needed": _round(limit_kw + most_kw),
        "load": _round(float(problem.load_kw[worst])),
        "energy": _round(energy_kwh),
        "time": _clock(problem, worst),
        "count": count,
    }
    return Conflict(
        kind=kind,
        interval_start=instant_of_s(problem.start_s + worst * problem.step_s),
        limit=limit_kw,
        needed=limit_kw + most_kw,
        intervals=count,
        energy_kwh=energy_kwh,
        sentence_zh=words_zh.format(**words),
        sentence_en=words_en.format(**words),
    )


def _store_conflict(problem: DayProblem, model: LinearModel, values: Reals) -> Conflict | None:
    low_kwh = model.part(values, name="low_kwh")
    if low_kwh.max() <= _SEEN:
        return None
    worst = _worst(low_kwh)
    reached_kwh = float(model.part(values, name="energy_kwh")[worst])
    floor_kwh, end_kwh = problem.storage.energy_min_kwh, problem.energy_end_min_kwh
    at_end = worst == problem.n_steps - 1 and end_kwh is not None and end_kwh > floor_kwh
    kind = ConflictKind.END if at_end else ConflictKind.FLOOR
    limit_kwh = reached_kwh + float(low_kwh[worst])
    words_zh, words_en = _STORE_WORDS[kind]
    words = {
        "limit": _round(limit_kwh),
        "reached": _round(reached_kwh),
        "missing": _round(limit_kwh - reached_kwh),
        "time": _clock(problem, worst),
    }
    return Conflict(
        kind=kind,
        interval_start=instant_of_s(problem.start_s + worst * problem.step_s),
        limit=limit_kwh,
        needed=reached_kwh,
        intervals=int((low_kwh > _SEEN).sum()),
        energy_kwh=limit_kwh - reached_kwh,
        sentence_zh=words_zh.format(**words),
        sentence_en=words_en.format(**words),
    )


def _worst(values: Reals) -> int:
    """Return the first of the worst intervals."""
    return int(np.flatnonzero(values >= values.max() - _SAME)[0])


def _clock(problem: DayProblem, step: int) -> str:
    start = instant_of_s(problem.start_s + step * problem.step_s)
    return start.astimezone(ZoneInfo(problem.time_zone)).strftime("%m-%d %H:%M")


def _round(value: float) -> str:
    """Write kW or kWh to a tenth without a needless point, what is below 1 to three digits."""
    return f"{value:.3g}" if 0.0 < abs(value) < 1.0 else f"{value:.1f}".removesuffix(".0")


_GRID_WORDS: Final = {
    ConflictKind.IMPORT: (
        (
            "{time} 受电上限 {limit} kW 低了 {over} kW(负荷 {load} kW,自有电源和储能已用尽);"
            "请提高到 {needed} kW,或允许共 {energy} kWh 不供电({count} 个时段)。"
        ),
        (
            "{time}: the import limit of {limit} kW is {over} kW too low (load {load} kW, own "
            "generation and storage used up); raise it to {needed} kW, or leave {energy} kWh "
            "unserved ({count} intervals)."
        ),
    ),
    ConflictKind.EXPORT: (
        (
            "{time} 上网上限 {limit} kW 低了 {over} kW(负荷 {load} kW,储能已用尽,其余电源不允许"
            "弃电);请提高到 {needed} kW,或允许共弃电 {energy} kWh({count} 个时段)。"
        ),
        (
            "{time}: the export limit of {limit} kW is {over} kW too low (load {load} kW, storage "
            "used up, the plants left may not be curtailed); raise it to {needed} kW, or allow "
            "{energy} kWh of curtailment ({count} intervals)."
        ),
    ),
}
_STORE_WORDS: Final = {
    ConflictKind.FLOOR: (
        (
            "{time} 储能最多只有 {reached} kWh,比下限 {limit} kWh 少 {missing} kWh;"
            "请把下限降到 {reached} kWh,或提高充电功率或受电上限。"
        ),
        (
            "{time}: the store holds {reached} kWh at most, {missing} kWh below its minimum of "
            "{limit} kWh; lower the minimum to {reached} kWh, or raise the charge or import limit."
        ),
    ),
    ConflictKind.END: (
        (
            "期末({time} 时段)储能最多只有 {reached} kWh,比要求的 {limit} kWh 少 {missing} kWh;"
            "请把要求降到 {reached} kWh,或提高充电功率或受电上限。"
        ),
        (
            "By the end (interval {time}) the store holds {reached} kWh at most, {missing} kWh "
            "short of the {limit} kWh asked for; ask for {reached} kWh, or raise the charge or "
            "import limit."
        ),
    ),
}
