"""A year as one linear problem: what the model layer costs beside the solver, and the memory."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import highspy
from benchmarks.case import Room, Sample
from benchmarks.stopwatch import cpu_ms_each, stopwatch
from benchmarks.year_park import year_park

from taihang.adapters.highs import solve
from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.park_plan import plan_of
from taihang.core.dispatch.recheck.judge import recheck

_HOURS: Final = 8_760
_QUARTERS: Final = 35_040
_TIME_LIMIT_S: Final = 600.0
_GAP: Final = 1e-6


def plan_hours(room: Room) -> Sample:
    """Plan a year of hours."""
    del room
    return _plan(_HOURS)


def plan_quarters(room: Room) -> Sample:
    """Plan a year of quarters of an hour."""
    del room
    return _plan(_QUARTERS)


def _plan(n_steps: int) -> Sample:
    problem = year_park(n_steps)
    with stopwatch() as watch, inside_solver() as inside:
        assembled = problem.assembled()
        found = solve_exactly(assembled, solve=solve, time_limit_s=_TIME_LIMIT_S, gap=_GAP)
        assert found.solution.values is not None
        plan = plan_of(problem, assembled, found.solution.values)
    echo, document = problem.echo(), plan.document()
    assert recheck(echo, document).accepted
    return watch.sample(
        items=n_steps,
        figures={
            "total_over_solver_ratio": watch.cpu_s / inside.cpu_s,
            "build_cpu_ms": cpu_ms_each(problem.assembled, times=3),
            "referee_cpu_ms": cpu_ms_each(lambda: recheck(echo, document), times=1),
            "column_count": assembled.model.n_columns,
            "row_count": assembled.model.n_rows,
        },
    )


@dataclass(slots=True)
class _Inside:
    """CPU time that the solver itself took."""

    cpu_s: float = 0.0


@contextmanager
def inside_solver() -> Generator[_Inside]:
    """Measure what HiGHS takes between being told to run and its answer."""
    inside, run = _Inside(), highspy.Highs.run

    def timed(self: highspy.Highs) -> highspy.HighsStatus:
        started_s = time.process_time()
        status = run(self)
        inside.cpu_s += time.process_time() - started_s
        return status

    highspy.Highs.run = timed
    try:
        yield inside
    finally:
        highspy.Highs.run = run
