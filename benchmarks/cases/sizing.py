"""Sizing by decomposition: a year, quarters, ten years of weather, a front; beside the whole LP."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

import highspy
import numpy as np
from benchmarks.case import NotHereError, Room, Sample
from benchmarks.stopwatch import stopwatch

from taihang import planning_wiring
from taihang.config.study_file import read_study
from taihang.core.dispatch.model import LinearModel
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.sizing.answer import gap_of, solution_of
from taihang.core.dispatch.sizing.case import SizingCase, sizing_case
from taihang.core.dispatch.sizing.front import FrontStatus, front_of
from taihang.core.dispatch.sizing.search import Ended, Search
from taihang.core.dispatch.sizing.sized import Tools
from taihang.core.dispatch.study import problem_of_study

_STUDY: Final = "xingxian-1200"
_GAP: Final = 1e-6
_HOUR_S: Final = 3600
_QUARTER_S: Final = 900
_POINTS: Final = 50
_METHODS: Final = ("hipo", "ipx")
"""Interior-point methods of HiGHS, without crossover; the simplex method takes far longer."""
_Result = TypeVar("_Result")


def size_year(room: Room) -> Sample:
    """Size a year of hours, and solve the same linear model as HiGHS does best."""
    del room
    problem, tools = _problem(_HOUR_S, 1), _tools()
    with stopwatch() as watch:
        search = _closed(problem, tools)
    met = search.close(gap=_GAP)
    assert met is not None
    assembled = problem.assembled()
    answer_s, found = _timed(lambda: solution_of(search, met, assembled))
    assert found is not None
    lp_s, lp_cny = _best_highs(assembled.model)
    assert abs(lp_cny - (found.objective or 0.0)) <= 2.0 * _GAP * lp_cny
    return watch.sample(
        items=search.oracle.looks,
        figures={
            "search_over_lp_ratio": watch.cpu_s / lp_s,
            "lp_cpu_s": lp_s,
            "answer_cpu_ms": answer_s * 1e3,
            "gap_ratio": gap_of(found),
        },
    )


def size_quarters(room: Room) -> Sample:
    """Size a year of quarters of an hour."""
    del room
    return _sized(_QUARTER_S, 1)


def size_ten_years(room: Room) -> Sample:
    """Size for ten years of weather, in hours."""
    del room
    return _sized(_HOUR_S, 10)


def size_front(room: Room) -> Sample:
    """Draw a front of cost against what is fed back, and size once for comparison."""
    del room
    problem, tools = _problem(_HOUR_S, 1), _tools()
    one_s, _ = _timed(lambda: _closed(problem, tools))
    limits = np.linspace(0.0, 0.2, _POINTS).tolist()
    with stopwatch() as watch:
        points = front_of(problem, kind="feed-back", limits=limits, tools=tools, gap=_GAP)
    assert isinstance(points, tuple)
    assert all(point.status is FrontStatus.PROVEN for point in points)
    return watch.sample(
        items=_POINTS,
        figures={
            "front_over_one_ratio": watch.cpu_s / one_s,
            "look_count": sum(point.looks for point in points),
        },
    )


def _sized(step_s: int, years: int) -> Sample:
    problem, tools = _problem(step_s, years), _tools()
    with stopwatch() as watch:
        search = _closed(problem, tools)
    return watch.sample(items=search.oracle.looks)


def _closed(problem: ParkProblem, tools: Tools) -> Search:
    """Read a problem and search until its bounds meet."""
    case = sizing_case(problem)
    assert isinstance(case, SizingCase)
    search = Search(case, loops=tools.loops, make=tools.make)
    met = search.close(gap=_GAP)
    assert met is not None
    assert met.ended is Ended.PROVEN
    return search


def _tools() -> Tools:
    """Return compiled loops that have been called once: compiling is not what is measured."""
    tools = planning_wiring.sizing_tools()
    if not isinstance(tools, Tools):
        raise NotHereError("no compiler: pip install 'taihang[fast]'")
    _closed(_problem(24 * _HOUR_S, 1), tools)
    return tools


def _problem(step_s: int, years: int) -> ParkProblem:
    study = read_study(_STUDY)
    terms = replace(study.terms, step_s=step_s, weather_years=years)
    asked = planning_wiring.study_thresholds(study)
    study = replace(study, terms=terms)
    return problem_of_study(
        study,
        planning_wiring.study_year(study),
        self_use_ratio=float(asked.self_use_min_ratio),
        green_ratio=float(asked.green_min_ratio),
    )


def _best_highs(model: LinearModel) -> tuple[float, float]:
    """Solve a model by the first method that this HiGHS has; return CPU time and cost."""
    for method in _METHODS:
        solver = highspy.Highs()
        solver.silent()
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("run_crossover", "off")
        if solver.setOptionValue("solver", method) != highspy.HighsStatus.kOk:
            continue
        solver.passModel(
            model.n_columns,
            model.n_rows,
            len(model.value),
            1,
            1,
            0.0,
            model.column_cost,
            model.column_lower,
            model.column_upper,
            model.row_lower,
            model.row_upper,
            model.start[:-1],
            model.index,
            model.value,
            model.column_integer.astype(np.int32),
        )
        cpu_s, _ = _timed(solver.run)
        return cpu_s, float(solver.getInfo().objective_function_value)
    raise NotHereError("no interior-point method in this HiGHS")


def _timed(work: Callable[[], _Result]) -> tuple[float, _Result]:
    started_s = time.process_time()
    result = work()
    return time.process_time() - started_s, result
