"""Puts together what planning needs where there is no park: the solver, and the year of a study.

It is apart from ``wiring`` so that a problem file is planned without a database, a journal or
anything else of a park being imported.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import numpy as np

from taihang.adapters import highs
from taihang.adapters.compiled import Compiled, compiled, own_folder
from taihang.adapters.facts import load_facts
from taihang.adapters.highs_growing import HighsGrowingModel
from taihang.adapters.highs_ring import RingStepper
from taihang.adapters.solver_process import SolverProcess
from taihang.adapters.system import PosixDisk
from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.config.visit_file import read_visits
from taihang.core.dispatch.model import Solve
from taihang.core.dispatch.outlook import Remembered
from taihang.core.dispatch.site.outlook import Outlook
from taihang.core.dispatch.site.station import Site
from taihang.core.dispatch.sizing import kernel as sizing_kernel
from taihang.core.dispatch.sizing.case import Why
from taihang.core.dispatch.sizing.oracle import Loops
from taihang.core.dispatch.sizing.sized import Tools
from taihang.core.dispatch.slope import search, shapes, sweeps
from taihang.core.dispatch.slope.shapes import FindPlan
from taihang.core.dispatch.slope_step import SlopeFirst
from taihang.core.dispatch.study import Study, StudyYear
from taihang.core.periods import days
from taihang.core.ratio.outlook import Thresholds
from taihang.services.control import Controller, Pace
from taihang.services.control_state import ControlStateError, state_bytes, state_of
from taihang.simulator.site_day import site_day
from taihang.simulator.study_year import grid_of, in_steps, load_ratio, plant_ratios
from taihang.standards.ndrc_650 import GREEN_MIN, SELF_USE_MIN


def solver() -> Solve:
    """Return what solves linear models."""
    return highs.solve


def compiled_loops(*modules: ModuleType) -> Compiled:
    """Return plain loops of the core, compiled where there is a compiler; kept for this user."""
    return compiled(modules, folder=own_folder())


def in_process_controller(pace: Pace, remembered: Remembered | None = None) -> Controller:
    """Return a controller that solves in this process: for replays, where nobody waits.

    A solver that hangs would hang it; ``controller`` is for a park. Where there is a compiler, the
    programme of one store is asked first.
    """
    ring, loops = RingStepper(monotonic_s=time.monotonic), find_plan()
    stepper = ring if loops is None else SlopeFirst(ring, find_plan=loops)
    return Controller(stepper, monotonic_s=time.monotonic, pace=pace, remembered=remembered)


@contextmanager
def controller(pace: Pace, remembered: Remembered | None = None) -> Generator[Controller]:
    """Yield a controller whose solver runs in a process that is killed when it is late."""
    with SolverProcess() as stepper:
        yield Controller(stepper, monotonic_s=time.monotonic, pace=pace, remembered=remembered)


def find_plan() -> FindPlan | None:
    """Return the compiled programme of one store; None where there is no compiler.

    As plain Python it is slower than a solver is on the same problem.
    """
    loops = compiled_loops(shapes, sweeps, search)
    return loops.of(search.find_plan) if loops.is_compiled else None


def sizing_tools() -> Tools | Why:
    """Return what sizing by decomposition works with, or why it cannot."""
    loops = compiled_loops(shapes, sweeps, sizing_kernel)
    if not loops.is_compiled:
        return Why.NO_COMPILER
    return Tools(
        loops=Loops(
            look=loops.of(sizing_kernel.look),
            add_path=loops.of(sizing_kernel.add_path),
            add_prices=loops.of(sizing_kernel.add_prices),
        ),
        make=HighsGrowingModel,
    )


def read_state(path: Path) -> Remembered | None:
    """Return what an earlier run of the control left; None where there was none.

    Raises:
        ControlStateError: If the file is not what was written; it is kept under another name.
    """
    if not path.exists():
        return None
    try:
        return state_of(path.read_bytes())
    except ControlStateError:
        path.replace(path.with_name(f"{path.name}.damaged"))
        raise


def write_state(path: Path, remembered: Remembered) -> None:
    """Write what a run of the control leaves, whole or not at all."""
    PosixDisk().write_whole(path, state_bytes(remembered))


def study_year(study: Study) -> StudyYear:
    """Return weather and load of a study, made by the simulator: its years one behind the other.

    Raises:
        UnknownTemplateError: If its site is no template.
        StudyStepError: If its interval does not fit into the year.
    """
    terms = study.terms
    seeds = range(terms.seed, terms.seed + terms.weather_years)
    years = [_weather_year(study, seed=seed) for seed in seeds]
    return replace(
        years[0],
        hours=[hour for year in years for hour in year.hours],
        load_ratio=np.concatenate([year.load_ratio for year in years]),
        available_ratio={
            plant.id: np.concatenate([year.available_ratio[plant.id] for year in years])
            for plant in study.plants
        },
    )


def _weather_year(study: Study, *, seed: int) -> StudyYear:
    terms = study.terms
    park = read_park(template_text(terms.site), source=terms.site)
    quarters = plant_ratios(
        park,
        year=terms.year,
        seed=seed,
        full_load_h={one.id: (one.kind, one.full_load_h) for one in study.plants},
    )
    plants = {name: in_steps(each, step_s=terms.step_s) for name, each in quarters.items()}
    start_s, hours = grid_of(park, year=terms.year, step_s=terms.step_s)
    load = np.ones(len(hours))
    if terms.load_shape == "park":
        quarterly = load_ratio(park, year=terms.year, seed=seed)
        load = in_steps(quarterly, step_s=terms.step_s)
    return StudyYear(
        start_s=start_s,
        time_zone=park.time_zone,
        hours=hours,
        load_ratio=load,
        available_ratio=plants,
    )


def study_thresholds(study: Study) -> Thresholds:
    """Return what is asked of a study: dated facts, and the limit of its province."""
    book, on = load_facts(), date(study.terms.year, 1, 1)
    return Thresholds(
        self_use_min_ratio=book.in_force(SELF_USE_MIN, on=on).value,
        green_min_ratio=book.in_force(GREEN_MIN, on=on).value,
        export_max_ratio=Decimal(repr(study.terms.export_max_ratio)),
        storage_losses_in_load=study.terms.losses_in_load,
    )


def site_outlook(site: Site, on: date, *, sessions: Path | None) -> Outlook:
    """Return a station with what a day brings to it, made by the simulator.

    Args:
        site: The station.
        on: The day.
        sessions: A file of its sessions; None for simulated ones.

    Raises:
        ProblemFileError: If the sessions are none of that day.
        UnknownTemplateError: If the park whose sky it has is no template.
        SiteDayError: If the day has none before it in its year.
        ParkProblemError: If not exactly one table of prices is in force on that day.
    """
    park = read_park(template_text(site.terms.weather_of), source=site.terms.weather_of)
    start_s = days(on, 1, park.zone).start_s
    day = site_day(site, on, park=park)
    if sessions is not None:
        visits = read_visits(sessions, site, start_s=start_s)
        day = replace(day, visits=visits, turned_away=0)
    return Outlook(
        site=site,
        purchase=site.purchase_on(on),
        day=day,
        start_s=start_s,
        time_zone=park.time_zone,
    )
