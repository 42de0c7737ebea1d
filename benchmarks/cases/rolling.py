"""Rolling control: one step, and a year of them, with new forecasts in every step."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks.case import Room, Sample
from benchmarks.cases.year_plan import inside_solver
from benchmarks.rolling_park import QUARTERS, RollingYear, rolling_year
from benchmarks.stopwatch import stopwatch

from taihang.adapters.highs import solve
from taihang.adapters.highs_ring import RingStepper
from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.exact import Exact, solve_exactly
from taihang.core.dispatch.outlook import Measured
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.window import Standing
from taihang.services.control import Controller, Kind, Pace

_STEPS: Final = 1_000
_REBUILT: Final = 100
_CHECKED: Final = 250
_TIME_LIMIT_S: Final = 60.0
_GAP: Final = 1e-6
_AGREE_RATIO: Final = 1e-9
_FULL_KWH: Final = 60_000.0
"""Of the battery of ``year_park``."""


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the ring."""

    window: ParkProblem
    upper_cny: float
    iterations: int
    is_exact: bool
    """Whether the relaxation was exact, and no switch was needed."""
    cpu_s: float
    """From the window to its checked vector [s]."""


def rolling_step(room: Room) -> Sample:
    """Plan a thousand windows by the ring; some built anew, and some with all checks."""
    del room
    year = rolling_year()
    with stopwatch() as watch, inside_solver() as inside:
        steps = list(rolled(year, steps=_STEPS))
    step_ms = 1e3 * sum(one.cpu_s for one in steps) / _STEPS
    rebuilt_ms = _rebuilt_ms(steps)
    return watch.sample(
        items=_STEPS,
        figures={
            "step_cpu_ms": step_ms,
            "solver_cpu_ms": 1e3 * inside.cpu_s / _STEPS,
            "iterations": sum(one.iterations for one in steps) / _STEPS,
            "rebuilt_cpu_ms": rebuilt_ms,
            "ring_over_rebuilt_ratio": step_ms / rebuilt_ms,
            "checked_cycle_cpu_ms": _checked_ms(year),
        },
    )


def rolling_year_ring(room: Room) -> Sample:
    """Plan every quarter of a year by the ring; the park does as it is told."""
    del room
    year = rolling_year()
    iterations, inexact, cpu_s = 0, 0, 0.0
    with stopwatch() as watch, inside_solver() as inside:
        for step in rolled(year, steps=QUARTERS):
            iterations += step.iterations
            inexact += not step.is_exact
            cpu_s += step.cpu_s
    return watch.sample(
        items=QUARTERS,
        figures={
            "year_cpu_s": watch.cpu_s,
            "steps_cpu_s": cpu_s,
            "solver_cpu_s": inside.cpu_s,
            "iterations": iterations / QUARTERS,
            "steps_with_switches": inexact,
        },
    )


def rolled(year: RollingYear, *, steps: int) -> Iterator[Step]:
    """Yield the steps of a park that does as it is told, from the first quarter of the year."""
    ring, standing = RingStepper(monotonic_s=time.monotonic), year.start
    for at in range(steps):
        window = year.window(at, standing)
        started_s = time.process_time()
        assembled, exact = ring.values(window, time_limit_s=_TIME_LIMIT_S, gap=_GAP)
        cpu_s = time.process_time() - started_s
        assert exact.solution.objective is not None
        yield Step(
            window=window,
            upper_cny=exact.solution.objective + assembled.fixed_cny,
            iterations=exact.solution.iterations,
            is_exact=not exact.n_binaries,
            cpu_s=cpu_s,
        )
        standing = _after(assembled, exact, standing)


def _after(assembled: Assembled, exact: Exact, before: Standing) -> Standing:
    values, model = exact.solution.values, assembled.model
    assert values is not None
    energy_kwh = float(model.part(values, name="battery.energy_kwh")[0])
    kw = float(model.part(values, name="gate.import_kw")[0])
    peak_kw = max(before.so_far_kw["demand"], kw)
    clock, after = assembled.horizon.start_of(0), assembled.horizon.start_of(1)
    return Standing(
        level_ratio={"battery": energy_kwh / _FULL_KWH},
        so_far_kw={"demand": peak_kw if clock.month == after.month else 0.0},
    )


def _rebuilt_ms(steps: list[Step]) -> float:
    """Return what the first windows cost when each is built anew; the plans cost the same."""
    started_s = time.process_time()
    costs = list[float]()
    for step in steps[:_REBUILT]:
        assembled = step.window.assembled()
        found = solve_exactly(assembled, solve=solve, time_limit_s=_TIME_LIMIT_S, gap=_GAP)
        assert found.solution.objective is not None
        costs.append(found.solution.objective + assembled.fixed_cny)
    spent_s = time.process_time() - started_s
    assert all(
        abs(step.upper_cny - cny) <= _AGREE_RATIO * max(1.0, abs(cny))
        for step, cny in zip(steps, costs, strict=False)
    )
    return 1e3 * spent_s / _REBUILT


def _checked_ms(year: RollingYear) -> float:
    """Return the CPU time of a whole cycle of the control: outlook, plan, referee [ms]."""
    pace = Pace(deadline_s=_TIME_LIMIT_S, reserve_s=1.0, gap=_GAP)
    stepper = RingStepper(monotonic_s=time.monotonic)
    own = Controller(stepper, monotonic_s=time.monotonic, pace=pace)
    standing, started_s = year.start, time.process_time()
    for at in range(_CHECKED):
        window = year.window(at, standing)
        measured = Measured(
            at_s=window.horizon.start_s,
            level_ratio=dict(standing.level_ratio),
            so_far_kw=dict(standing.so_far_kw),
            alarms=(),
        )
        answer = own.cycle(window, measured)
        assert answer.kind is Kind.OPTIMAL
        left = own.remembered
        assert left is not None
        standing = Standing(level_ratio=left.level_ratio, so_far_kw=left.so_far_kw)
    return 1e3 * (time.process_time() - started_s) / _CHECKED
