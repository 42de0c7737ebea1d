"""Rolling control: one step, and a year of them, with new forecasts in every step."""

import time
from collections.abc import Iterator
from typing import Final

from benchmarks.case import Room, Sample
from benchmarks.cases.year_plan import inside_solver
from benchmarks.rolling_park import QUARTERS, RollingYear, rolling_year
from benchmarks.stopwatch import stopwatch

from taihang.adapters.highs import solve
from taihang.adapters.highs_ring import RingStepper
from taihang.core.dispatch.outlook import Measured
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.stepping import Method, Stepped, Stepper
from taihang.core.dispatch.window import Standing
from taihang.services.control import Controller, Kind, Pace, rebuilt

_STEPS: Final = 1_000
_REBUILT: Final = 100
_TIME_LIMIT_S: Final = 60.0
_GAP: Final = 1e-6
_FULL_KWH: Final = 60_000.0


def rolling_step(room: Room) -> Sample:
    """Plan a thousand windows by the ring; the same with checks, and built anew."""
    del room
    year = rolling_year()
    ring = RingStepper(monotonic_s=time.monotonic)
    with stopwatch() as watch, inside_solver() as inside:
        steps = list(rolled(year, ring, steps=_STEPS))
    step_ms = 1e3 * watch.cpu_s / _STEPS
    anew_ms, anew = _anew(year)
    assert all(
        abs(mine - other) <= 1e-9 * max(1.0, abs(other))
        for mine, other in zip(_costs(steps), anew, strict=False)
    )
    return watch.sample(
        items=_STEPS,
        figures={
            "step_cpu_ms": step_ms,
            "solver_cpu_ms": 1e3 * inside.cpu_s / _STEPS,
            "iterations": sum(one.iterations for one in steps) / _STEPS,
            "in_place_ratio": sum(one.method is Method.RING for one in steps) / _STEPS,
            "checked_cycle_cpu_ms": _checked_ms(year),
            "rebuilt_cpu_ms": anew_ms,
            "rebuilt_over_ring_ratio": anew_ms / step_ms,
        },
    )


def rolling_year_ring(room: Room) -> Sample:
    """Plan every quarter of a year by the ring; the park does as it is told."""
    del room
    year = rolling_year()
    ring = RingStepper(monotonic_s=time.monotonic)
    iterations, in_place, switches, upper = 0, 0, 0, 0.0
    with stopwatch() as watch, inside_solver() as inside:
        for step in rolled(year, ring, steps=QUARTERS):
            iterations += step.iterations
            in_place += step.method is Method.RING
            switches += step.switches > 0
            upper += step.upper_cny or 0.0
    return watch.sample(
        items=QUARTERS,
        figures={
            "year_cpu_s": watch.cpu_s,
            "solver_cpu_s": inside.cpu_s,
            "iterations": iterations / QUARTERS,
            "in_place_ratio": in_place / QUARTERS,
            "steps_with_switches": switches,
        },
    )


def rolled(year: RollingYear, stepper: Stepper, *, steps: int) -> Iterator[Stepped]:
    """Yield the steps of a park that does as it is told, from the first quarter of the year."""
    standing = year.start
    for at in range(steps):
        window = year.window(at, standing)
        step = stepper(window, time_limit_s=_TIME_LIMIT_S, gap=_GAP)
        yield step
        standing = _after(step, standing, window)


def _after(step: Stepped, before: Standing, window: ParkProblem) -> Standing:
    assert step.plan is not None
    level = float(step.plan.series["battery.energy_kwh"][0]) / _FULL_KWH
    kw = float(step.plan.series["gate.import_kw"][0])
    months = window.horizon.months()
    reached = before.so_far_kw["demand"] if months[0] == months[1] else 0.0
    peak = max(reached, kw) if months[0] == months[1] else 0.0
    return Standing(level_ratio={"battery": level}, so_far_kw={"demand": peak})


def _costs(steps: list[Stepped]) -> list[float]:
    return [one.upper_cny or 0.0 for one in steps]


def _anew(year: RollingYear) -> tuple[float, list[float]]:
    """Return the CPU time of a step that is built anew [ms], and the costs."""
    ring, anew = (
        RingStepper(monotonic_s=time.monotonic),
        rebuilt(solve, monotonic_s=time.monotonic),
    )
    spent_s, costs = 0.0, list[float]()

    def both(window: ParkProblem, /, *, time_limit_s: float, gap: float) -> Stepped:
        nonlocal spent_s
        started_s = time.process_time()
        found = anew(window, time_limit_s=time_limit_s, gap=gap)
        spent_s += time.process_time() - started_s
        costs.append(found.upper_cny or 0.0)
        return ring(window, time_limit_s=time_limit_s, gap=gap)

    for _ in rolled(year, both, steps=_REBUILT):
        pass
    return 1e3 * spent_s / _REBUILT, costs


def _checked_ms(year: RollingYear) -> float:
    """Return the CPU time of a whole cycle of the control: outlook, plan, referee [ms]."""
    pace = Pace(deadline_s=_TIME_LIMIT_S, reserve_s=1.0, gap=_GAP)
    stepper = RingStepper(monotonic_s=time.monotonic)
    own = Controller(stepper, monotonic_s=time.monotonic, pace=pace)
    standing, started_s = year.start, time.process_time()
    for at in range(_STEPS // 4):
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
    return 1e3 * (time.process_time() - started_s) / (_STEPS // 4)
