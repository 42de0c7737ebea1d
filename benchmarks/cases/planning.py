"""One day of a park: forecast, look-ahead over the month, model, solver, referee."""

from typing import Final

from benchmarks.case import Room, Sample
from benchmarks.state import PLAN_DAY, demo_ports
from benchmarks.stopwatch import cpu_ms_each, stopwatch

from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.recheck.judge import recheck
from taihang.services.plan_day import EFFORT, plan_day

_TIMES: Final = 5


def plan_one_day(room: Room) -> Sample:
    """Plan the day after the year, from history to the issued statement."""
    with demo_ports(room.park, writing=True) as ports:
        with stopwatch() as watch:
            plans = [plan_day(PLAN_DAY, ports=ports) for _ in range(_TIMES)]
        release, solve = plans[0].release, ports.solve
        problem, plan = release.problem, release.plan
        if plan is None:
            raise AssertionError("the demo park has a plan")
        echo, document, model = problem.echo(), plan.document(), release.assembled.model
        figures = {
            "day_cpu_ms": watch.cpu_s / _TIMES * 1_000,
            "build_cpu_ms": cpu_ms_each(problem.assembled, times=20),
            "solve_cpu_ms": cpu_ms_each(
                lambda: solve_exactly(
                    release.assembled,
                    solve=solve,
                    time_limit_s=EFFORT.time_limit_s,
                    gap=EFFORT.gap,
                ),
                times=20,
            ),
            "referee_cpu_ms": cpu_ms_each(lambda: recheck(echo, document), times=20),
            "column_count": model.n_columns,
            "row_count": model.n_rows,
        }
    return watch.sample(items=_TIMES, figures=figures)
