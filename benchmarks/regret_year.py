"""Runs a year of rolling control on the measured demo park, and says what it was worth.

``python benchmarks/regret_year.py`` takes the whole year; ``--days 14`` the first fortnight. It is
no case of ``make bench``: it takes minutes and needs the measured data beside the project. What
comes out is described in docs/regret.md.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.demo_year import DATA, battery, measured_year, park_of

from taihang.adapters import highs
from taihang.adapters.highs_ring import RingStepper
from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.closed_loop import (
    Answer,
    Decision,
    Ran,
    Site,
    days_of,
    run,
    steps_of_month,
)
from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.follow import Followed, follow, full_kwh
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.outlook import Measured
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.recheck.judge import recheck
from taihang.core.dispatch.regret import Leg, Legs, cny, idle_cny, leg_of, perfect_plan
from taihang.core.dispatch.slope.case import NotSlope, slope_case
from taihang.core.dispatch.slope.control import SlopeControl, Window
from taihang.core.dispatch.stepping import Stepped
from taihang.planning_wiring import find_plan
from taihang.services.control import Controller, Kind, Pace

STEPS_PER_DAY: Final = 96
_END_RATIO: Final = 0.10
_PACE: Final = Pace(deadline_s=10.0, reserve_s=1.0, gap=1e-6)
_EXACTLY: Final = partial(solve_exactly, solve=highs.solve, time_limit_s=600.0, gap=1e-7)
_ANSWERS: Final = {
    Kind.OPTIMAL: Answer.OPTIMAL,
    Kind.GAP: Answer.GAP,
    Kind.FALLBACK: Answer.FALLBACK,
}


class Control:
    """The platform's rolling control, with the time that its solver took."""

    def __init__(self) -> None:
        self._ring = RingStepper(monotonic_s=time.monotonic)
        self._controller = Controller(self._planned, monotonic_s=time.monotonic, pace=_PACE)
        self.planning_cpu_s = self.loading_cpu_s = 0.0
        self.cycle_cpu_s = 0.0
        self.methods = Counter[str]()

    def __call__(self, window: ParkProblem) -> Decision:
        """Run one cycle: plan, referee, answer."""
        started_s = time.process_time()
        (store,) = (one for one in window.assets if one.TYPE == "battery")
        (charge,) = (one for one in window.assets if one.TYPE == "demand_charge")
        ahead_kw = float(getattr(charge, "so_far_kw", 0.0))
        answer = self._controller.cycle(
            window,
            Measured(
                at_s=window.horizon.start_s,
                level_ratio={"store": getattr(store, "soc_start_ratio", None)},
                so_far_kw={"demand": ahead_kw},
                alarms=(),
            ),
        )
        self.methods[answer.method.value] += 1
        self.cycle_cpu_s += time.process_time() - started_s
        told = answer.set_points
        power_kw = told["store.charge_kw"] - told["store.discharge_kw"]
        # What the plan pays for in the month of this interval.
        cap_kw = ahead_kw + float(answer.plan.series["demand.rise_kw"][0])
        return Decision(power_kw, cap_kw, _ANSWERS[answer.kind])

    def _planned(self, window: ParkProblem, /, *, time_limit_s: float, gap: float) -> Stepped:
        started_s = time.process_time()
        stepped = self._ring(window, time_limit_s=time_limit_s, gap=gap)
        self.planning_cpu_s += time.process_time() - started_s
        return stepped


class Programme:
    """The exact programme of one store, step by step; what it refuses goes to the control."""

    def __init__(self) -> None:
        self._control = Control()
        self._slope: SlopeControl | None = None
        self._find_plan = find_plan()
        self.planning_cpu_s = self.loading_cpu_s = 0.0
        self.methods = Counter[str]()

    @property
    def cycle_cpu_s(self) -> float:
        """CPU time of all steps, with the referee where the control took the step [s]."""
        return self.planning_cpu_s + self._control.cycle_cpu_s

    def __call__(self, window: ParkProblem) -> Decision:
        """Decide over a window."""
        started_s = time.process_time()
        found = self._step(window)
        took_s = time.process_time() - started_s
        # The first step loads the compiled loops, once in the life of a process.
        if self.methods.total():
            self.planning_cpu_s += took_s
        else:
            self.loading_cpu_s = took_s
        if found is None:
            self.methods["control"] += 1
            return self._control(window)
        self.methods["slope"] += 1
        return found

    def _step(self, window: ParkProblem) -> Decision | None:
        if self._find_plan is None or window.horizon.months()[-1] > 0:
            return None
        if self._slope is None:
            case = slope_case(window)
            if isinstance(case, NotSlope):
                return None
            self._slope = SlopeControl(window, case, find_plan=self._find_plan)
        answer = self._slope.step(_shown(window))
        if isinstance(answer, NotSlope):
            return None
        points = self._slope.set_points()
        power_kw = points["store.charge_kw"][0] - points["store.discharge_kw"][0]
        is_best = answer.gap_cny <= _PACE.gap * max(abs(answer.upper_cny), 1.0)
        cap_kw = float(answer.answer.peak_kwh[0]) / window.horizon.step_h
        return Decision(float(power_kw), cap_kw, Answer.OPTIMAL if is_best else Answer.GAP)


def _shown(window: ParkProblem) -> Window:
    """Return what is new in a window, as the programme takes it."""
    loads = [one.load_kw for one in window.assets if isinstance(one, Load)]
    plants = [
        one.available_ratio * one.capacity_kw.existing
        for one in window.assets
        if isinstance(one, Plant)
    ]
    (gate,) = (one for one in window.assets if isinstance(one, Grid))
    (store,) = (one for one in window.assets if isinstance(one, Battery))
    (charge,) = (one for one in window.assets if isinstance(one, DemandCharge))
    full = full_kwh(store)
    return Window(
        load_kw=np.array(loads),
        available_kw=np.array(plants),
        import_price_cny_per_kwh=gate.import_price_cny_per_kwh,
        export_price_cny_per_kwh=gate.export_price_cny_per_kwh,
        import_limit_kw=gate.import_limit_kw,
        export_limit_kw=gate.export_limit_kw,
        energy_start_kwh=(store.soc_start_ratio or 0.0) * full,
        energy_end_min_kwh=(store.soc_end_min_ratio or 0.0) * full,
        peak_so_far_kw=charge.so_far_kw,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """A control that was run, and what followed in the measured park."""

    control: Control | Programme
    ran: Ran
    followed: Followed
    leg: Leg
    loop_cpu_s: float


def peaks_ahead(park: ParkProblem) -> dict[int, float]:
    """Return for each month the peak that perfect foresight would have had the month before."""
    months = park.horizon.months()
    ahead = dict[int, float]()
    for month in range(1, int(months[-1]) + 1):
        past = steps_of_month(months, month - 1)
        before = days_of(park, past.start, past.stop - past.start)
        plan = perfect_plan(before, {"store": _END_RATIO * full_kwh(battery())}, exactly=_EXACTLY)
        ahead[month] = float(plan.series["gate.import_kw"].max())
    return ahead


def told_by(
    park: ParkProblem,
    *,
    peaks_kw: dict[int, float],
    has_foresight: bool,
    make: Callable[[], Control | Programme],
) -> Told:
    """Run the control over a span and replay what it told."""
    site = Site(park, _END_RATIO, peaks_kw, has_foresight)
    control, started_s = make(), time.process_time()
    ran = run(site, control)
    loop_cpu_s = time.process_time() - started_s
    followed = follow(park, {"store": ran.power_kw}, exactly=_EXACTLY)
    return Told(control, ran, followed, leg_of(followed, park, exactly=_EXACTLY), loop_cpu_s)


def figures_of(
    park: ParkProblem, *, make: Callable[[], Control | Programme] = Control
) -> dict[str, Json]:
    """Run everything over a span and return what is to be told."""
    peaks_kw = peaks_ahead(park)
    plan = told_by(park, peaks_kw=peaks_kw, has_foresight=False, make=make)
    informed = told_by(park, peaks_kw=peaks_kw, has_foresight=True, make=make)
    started_s = time.process_time()
    perfect = perfect_plan(park, plan.followed.end_kwh, exactly=_EXACTLY)
    perfect_cpu_s = time.process_time() - started_s
    idle = idle_cny(park, exactly=_EXACTLY)
    letter = follow(park, {"store": plan.ran.told_kw}, exactly=_EXACTLY)
    told = leg_of(letter, park, exactly=_EXACTLY)
    # The store is what the plan thinks, so the part of the model is 0 by making.
    parts = Legs(plan.leg, told, told, informed.leg).parts
    return {
        "intervals": park.horizon.n_steps,
        "bill_cny": {
            "without": str(idle),
            "plan": str(plan.leg.bill_cny),
            "plan_to_the_letter": str(told.bill_cny),
            "same_control_with_perfect_forecasts": str(informed.leg.bill_cny),
            "perfect": str(cny(perfect.total_cny)),
        },
        "regret_cny": {
            "control": str(parts.control_cny),
            "model": str(parts.model_cny),
            "forecast": str(parts.forecast_cny),
            "look_ahead": str(parts.look_ahead_cny),
            "sum": str(parts.regret_cny),
        },
        "cycles": _cycles(plan.followed.plan),
        "cycles_perfect": _cycles(perfect),
        "peaks_kw": {
            "without": _peaks(park, _idle_kw(park)),
            "plan": _peaks(park, plan.followed.plan.series["gate.import_kw"]),
            "perfect": _peaks(park, perfect.series["gate.import_kw"]),
        },
        "answers": {one.value: plan.ran.answers.count(one) for one in Answer},
        "methods": dict(plan.control.methods),
        "cpu_s": {
            "planning": round(plan.control.planning_cpu_s, 2),
            "loading": round(plan.control.loading_cpu_s, 2),
            "cycles_with_referee": round(plan.control.cycle_cpu_s, 2),
            "loop": round(plan.loop_cpu_s, 2),
            "perfect": round(perfect_cpu_s, 2),
        },
        "referee": _verdict(park, plan.followed.plan),
        "missed_kwh": plan.followed.missed_kwh,
    }


def _verdict(park: ParkProblem, plan: ParkPlan) -> dict[str, Json]:
    """Let the referee see every interval that was done, with its bill."""
    (store,) = (one for one in park.assets if one.TYPE == "battery")
    assert getattr(store, "soc_end", "") == "free"
    verdict = recheck(park.echo(), plan.document())
    return {
        "accepted": verdict.accepted,
        "agrees_kwh": verdict.agrees_kwh,
        "agrees_cny": verdict.agrees_cny,
    }


def _cycles(plan: ParkPlan) -> float:
    out_kwh = float(plan.series["store.discharge_kw"].sum()) / 4 / 0.94
    return round(out_kwh / full_kwh(battery()), 1)


def _idle_kw(park: ParkProblem) -> Reals:
    still = np.zeros(park.horizon.n_steps)
    return follow(park, {"store": still}, exactly=_EXACTLY).plan.series["gate.import_kw"]


def _peaks(park: ParkProblem, import_kw: Reals) -> list[float]:
    months = park.horizon.months()
    return [
        round(float(import_kw[months == month].max()), 1) for month in range(int(months[-1]) + 1)
    ]


_MAKERS: Final[Mapping[str, Callable[[], Control | Programme]]] = {
    "ring": Control,
    "slope": Programme,
}


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=0, help="only the first days; 0 for all")
    parser.add_argument("--first", type=int, default=0, help="the day to begin with")
    parser.add_argument("--control", choices=sorted(_MAKERS), default="ring")
    args = parser.parse_args()
    if not DATA.exists():
        sys.stderr.write(
            "skipped: needs the measured demo park, kept in a folder beside the project\n"
        )
        return 0
    park = park_of(measured_year())
    if args.days:
        park = days_of(park, args.first * STEPS_PER_DAY, args.days * STEPS_PER_DAY)
    sys.stdout.write(json.dumps(figures_of(park, make=_MAKERS[args.control]), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
