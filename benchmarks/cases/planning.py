"""One day of one battery: forecast, model, solver, referee."""

from typing import Final

from benchmarks.case import Room, Sample
from benchmarks.state import PLAN_DAY, demo_ports
from benchmarks.stopwatch import cpu_ms_each, stopwatch

from taihang.core.dispatch.plan import build_model
from taihang.core.dispatch.referee import check
from taihang.services.dispatch import plan_day

_TIMES: Final = 5
_GAP: Final = 1e-6
_TIME_LIMIT_S: Final = 10.0


def plan_one_day(room: Room) -> Sample:
    """Plan the day after the year, from history to the issued statement."""
    with demo_ports(room.park, writing=True) as ports:
        with stopwatch() as watch:
            plans = [plan_day(PLAN_DAY, ports=ports) for _ in range(_TIMES)]
        problem, plan, solve = plans[0].problem, plans[0].plan, ports.solve
        model = build_model(problem)
        figures = {
            "day_cpu_ms": watch.cpu_s / _TIMES * 1_000,
            "build_cpu_ms": cpu_ms_each(lambda: build_model(problem), times=20),
            "solve_cpu_ms": cpu_ms_each(
                lambda: solve(model, time_limit_s=_TIME_LIMIT_S, gap=_GAP), times=20
            ),
            "referee_cpu_ms": cpu_ms_each(lambda: check(problem, plan), times=20),
            "column_count": model.n_columns,
            "row_count": model.n_rows,
        }
    return watch.sample(items=_TIMES, figures=figures)
