"""The exact programme of one store: a step, a year of steps, and a month of many enterprises."""

import time
from dataclasses import dataclass
from typing import Final

import numpy as np
from benchmarks.case import NotHereError, Room, Sample
from benchmarks.cases.rolling import rolled
from benchmarks.rolling_park import QUARTERS, WINDOW, RollingYear, rolling_year
from benchmarks.stopwatch import cpu_ms_each, stopwatch

from taihang import planning_wiring
from taihang.adapters.highs import solve
from taihang.adapters.highs_ring import RingStepper
from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.bus import Bus
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.fields import Capacity
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.slope.case import NotSlope, SlopeCase, slope_case
from taihang.core.dispatch.slope.control import SlopeControl, Window
from taihang.core.dispatch.slope.shapes import FindPlan
from taihang.core.dispatch.slope.solve import SlopeAnswer, solve_by_slopes
from taihang.core.dispatch.window import Standing

AGREE_RATIO: Final = 1e-9
_STEPS: Final = 1_000
_ENTERPRISES: Final = 54
_BY_MODEL: Final = 6
"""How many of them are solved by the linear model as well."""
_MONTH: Final = 2_880
_TIME_LIMIT_S: Final = 60.0
_FULL_KWH: Final = 60_000.0
_GAP: Final = 1e-6
_YEAR_S: Final = 1_767_196_800
"""2026-01-01T00:00+08:00."""


def slope_step(room: Room) -> Sample:
    """Plan the windows of ``rolling-step`` by the programme; the plans cost the same."""
    del room
    find_plan, year = loops(), rolling_year()
    kept = [step for step in rolled(year, steps=_STEPS) if _is_of_one_month(step.window)]
    windows = [(step.window, step.upper_cny) for step in kept]
    control = control_of(windows[0][0], find_plan=find_plan)
    inputs = [window_of(window) for window, _ in windows]
    with stopwatch() as watch:
        found = [_bounds(control.step(each)) for each in inputs]
    for (upper, lower), (_, cny) in zip(found, windows, strict=True):
        assert abs(upper - cny) <= AGREE_RATIO * abs(cny)
        assert lower <= cny + AGREE_RATIO * abs(cny)
    window = windows[0][0]
    return watch.sample(
        items=len(windows),
        figures={
            "step_cpu_ms": 1e3 * watch.cpu_s / len(windows),
            "ring_step_cpu_ms": 1e3 * sum(step.cpu_s for step in kept) / len(kept),
            "problem_cpu_ms": cpu_ms_each(
                lambda: solve_by_slopes(case_of(window), find_plan=find_plan), times=200
            ),
        },
    )


def slope_year(room: Room) -> Sample:
    """Plan every quarter of a year by the programme; windows over two months by the ring."""
    del room
    walk = _Walk(rolling_year(), find_plan=loops())
    with stopwatch() as watch:
        by_ring = sum(walk.step(at) for at in range(QUARTERS))
    return watch.sample(
        items=QUARTERS, figures={"year_cpu_s": watch.cpu_s, "steps_by_ring": by_ring}
    )


class _Walk:
    """A park that does as it is told, quarter after quarter."""

    def __init__(self, year: RollingYear, *, find_plan: FindPlan) -> None:
        first = year.window(0, year.start)
        self.year, self.standing, self.series = year, year.start, Series.of(year)
        self.control = control_of(first, find_plan=find_plan)
        self.ring = RingStepper(monotonic_s=time.monotonic)
        self.end_kwh = case_of(first).case.store.end_low_kwh
        # After the year it starts anew, with another month.
        self.months = np.append(year.problem.horizon.months(), np.full(WINDOW, 12))

    def step(self, at: int) -> bool:
        """Plan the window that begins with a quarter; say whether the ring did."""
        by_ring = bool(self.months[at] != self.months[at + WINDOW - 1])
        kwh, kw = self._by_ring(at) if by_ring else self._by_slopes(at)
        is_last = self.months[at] != self.months[at + 1]
        peak_kw = 0.0 if is_last else max(self.standing.so_far_kw["demand"], kw)
        self.standing = Standing(
            level_ratio={"battery": kwh / _FULL_KWH}, so_far_kw={"demand": peak_kw}
        )
        return by_ring

    def _by_slopes(self, at: int) -> tuple[float, float]:
        window = self.series.window(at, self.standing, end_kwh=self.end_kwh)
        found = self.control.step(window)
        assert isinstance(found, SlopeAnswer), found
        return float(found.answer.energy_kwh[0]), 4.0 * float(found.answer.flow_kwh[0, -1])

    def _by_ring(self, at: int) -> tuple[float, float]:
        window = self.year.window(at, self.standing)
        assembled, exact = self.ring.values(window, time_limit_s=_TIME_LIMIT_S, gap=_GAP)
        values, part = exact.solution.values, assembled.model.part
        assert values is not None
        kwh, kw = part(values, name="battery.energy_kwh")[0], part(values, name="gate.import_kw")[0]
        return float(kwh), float(kw)


def enterprise_month(room: Room) -> Sample:
    """Plan a month of each enterprise by the programme, some by the linear model as well."""
    del room
    find_plan = loops()
    months = [enterprise(number) for number in range(_ENTERPRISES)]
    solve_by_slopes(case_of(months[0]), find_plan=find_plan)
    with stopwatch() as watch:
        found = [solve_by_slopes(case_of(month), find_plan=find_plan) for month in months]
    started_s = time.process_time()
    for month, answer in zip(months[:_BY_MODEL], found, strict=False):
        assembled = month.assembled()
        exact = solve_exactly(assembled, solve=solve, time_limit_s=_TIME_LIMIT_S, gap=0.0)
        assert exact.solution.objective is not None
        cny = exact.solution.objective + assembled.fixed_cny
        upper, lower = _bounds(answer)
        assert abs(upper - cny) <= AGREE_RATIO * abs(cny)
        assert lower <= cny + AGREE_RATIO * abs(cny)
    model_ms = 1e3 * (time.process_time() - started_s) / _BY_MODEL
    month_ms = 1e3 * watch.cpu_s / _ENTERPRISES
    return watch.sample(
        items=_ENTERPRISES,
        figures={
            "month_cpu_ms": month_ms,
            "model_cpu_ms": model_ms,
            "programme_over_model_ratio": month_ms / model_ms,
            "peaks_tried": sum(
                int(one.answer.counts[0]) for one in found if isinstance(one, SlopeAnswer)
            )
            / _ENTERPRISES,
        },
    )


def loops() -> FindPlan:
    """Return the compiled loops, called once so that nothing is compiled later."""
    find_plan = planning_wiring.find_plan()
    if find_plan is None:
        raise NotHereError("numba is not installed")
    solve_by_slopes(case_of(enterprise(0)), find_plan=find_plan)
    return find_plan


def case_of(problem: ParkProblem) -> SlopeCase:
    """Return the case of a problem that has one."""
    found = slope_case(problem)
    assert isinstance(found, SlopeCase)
    return found


def control_of(problem: ParkProblem, *, find_plan: FindPlan) -> SlopeControl:
    """Return a control for windows like this one."""
    return SlopeControl(problem, case_of(problem), find_plan=find_plan)


def window_of(problem: ParkProblem) -> Window:
    """Return the numbers of a window of the rolling park."""
    grid = next(one for one in problem.assets if isinstance(one, Grid))
    plants = [one for one in problem.assets if isinstance(one, Plant)]
    store, demand = case_of(problem).case.store, case_of(problem).case.demand
    return Window(
        load_kw=np.array([one.load_kw for one in problem.assets if isinstance(one, Load)]),
        available_kw=np.array([one.available_ratio * one.capacity_kw.existing for one in plants]),
        import_price_cny_per_kwh=grid.import_price_cny_per_kwh,
        export_price_cny_per_kwh=grid.export_price_cny_per_kwh,
        import_limit_kw=grid.import_limit_kw,
        export_limit_kw=grid.export_limit_kw,
        energy_start_kwh=store.start_kwh,
        energy_end_min_kwh=store.end_low_kwh,
        peak_so_far_kw=demand.so_far_kwh / problem.horizon.step_h,
    )


@dataclass(frozen=True, eq=False)
class Series:
    """The series of the rolling year, one row for each load and plant."""

    load_kw: Reals
    load_error_kw: Reals
    wind_error_ratio: Reals
    fades: Reals
    plant_ratio: Reals
    plant_kw: Reals
    is_wind: Reals
    grid: Grid

    @classmethod
    def of(cls, year: RollingYear) -> "Series":
        """Return the series of a year."""
        plants = [one for one in year.problem.assets if isinstance(one, Plant)]
        return cls(
            load_kw=next(one.load_kw for one in year.problem.assets if isinstance(one, Load)),
            load_error_kw=year.load_error_kw,
            wind_error_ratio=year.wind_error_ratio,
            fades=year.fades,
            plant_ratio=np.array([one.available_ratio for one in plants]),
            plant_kw=np.array([[one.capacity_kw.existing] for one in plants]),
            is_wind=np.array([[float(one.kind == "wind")] for one in plants]),
            grid=next(one for one in year.problem.assets if isinstance(one, Grid)),
        )

    def window(self, at: int, standing: Standing, *, end_kwh: float) -> Window:
        """Return the window that begins with a quarter, as it is forecast then."""
        span, grid = slice(at, at + WINDOW), self.grid
        missed = self.is_wind * (self.fades * self.wind_error_ratio[at])
        ratio = np.clip(self.plant_ratio[:, span] + missed, 0.0, 1.0)
        return Window(
            load_kw=(self.load_kw[span] + self.fades * self.load_error_kw[at])[None, :],
            available_kw=ratio * self.plant_kw,
            import_price_cny_per_kwh=grid.import_price_cny_per_kwh[span],
            export_price_cny_per_kwh=grid.export_price_cny_per_kwh[span],
            import_limit_kw=grid.import_limit_kw[span],
            export_limit_kw=grid.export_limit_kw[span],
            energy_start_kwh=standing.level_ratio["battery"] * _FULL_KWH,
            energy_end_min_kwh=end_kwh,
            peak_so_far_kw=standing.so_far_kw["demand"],
        )


def enterprise(number: int) -> ParkProblem:
    """Return the month of an enterprise: a shift, now and then sun, a tariff of three prices."""
    dice = np.random.default_rng(7_000 + number)
    clock, size_kw = np.arange(_MONTH) / 4.0 % 24.0, float(np.exp(dice.normal(6.5, 0.8)))
    load_kw = size_kw * _load_ratio(dice, clock)
    roof_kw = size_kw * dice.uniform(0.0, 1.2) * (dice.random() < 0.4)
    sun = np.maximum(0.0, np.sin((clock - 6.0) / 12.0 * np.pi))
    energy_kwh, hours = size_kw * dice.uniform(0.5, 3.0), float(dice.choice([2.0, 4.0]))
    return ParkProblem(
        Horizon(start_s=_YEAR_S, step_s=900, n_steps=_MONTH, time_zone="Asia/Shanghai"),
        (
            Bus(id="bus", carrier="electricity"),
            Load(
                id="works",
                bus="bus",
                load_kw=load_kw,
                shed_max_ratio=0.0,
                shed_price_cny_per_kwh=None,
            ),
            Plant(
                id="roof",
                bus="bus",
                kind="pv",
                available_ratio=sun * dice.uniform(0.3, 1.0, 30).repeat(WINDOW),
                capacity_kw=_fixed(roof_kw),
                curtail_price_cny_per_kwh=0.0,
                cost_cny_per_kwh=0.0,
            ),
            _gate(size_kw, clock),
            _battery(energy_kwh, hours=hours),
            DemandCharge(
                id="demand", grid="gate", direction="import", price_cny_per_kw=38.0, so_far_kw=0.0
            ),
        ),
    )


def _load_ratio(dice: np.random.Generator, clock: Reals) -> Reals:
    is_open = (clock > dice.uniform(5.5, 9.0)) & (clock < dice.uniform(17.0, 23.0))
    weekend = dice.uniform(0.1, 1.0)
    shift = is_open * dice.uniform(0.4, 0.9)
    shift = shift * np.where(np.arange(_MONTH) // WINDOW % 7 >= 5, weekend, 1.0)
    drift = np.convolve(dice.normal(0.0, 0.04, _MONTH), 0.9 ** np.arange(40), mode="same")
    load = dice.uniform(0.2, 0.6) + shift + drift + dice.normal(0.0, 0.05, _MONTH)
    return np.maximum(load, 0.05)


def _gate(size_kw: float, clock: Reals) -> Grid:
    dear = ((clock >= 8) & (clock < 11)) | ((clock >= 17) & (clock < 21))
    cheap, ones = (clock < 7) | (clock >= 23), np.ones(_MONTH)
    return Grid(
        id="gate",
        bus="bus",
        import_limit_kw=20.0 * size_kw * ones,
        export_limit_kw=size_kw * ones,
        connection_kw=_fixed(20.0 * size_kw),
        import_price_cny_per_kwh=np.where(dear, 1.1, np.where(cheap, 0.35, 0.7)),
        export_price_cny_per_kwh=0.28 * ones,
        fee_cny=0.0,
        carbon_kg_per_kwh=0.0 * ones,
    )


def _battery(energy_kwh: float, *, hours: float) -> Battery:
    return Battery(
        id="battery",
        bus="bus",
        charge_kw=_fixed(energy_kwh / hours),
        discharge_kw=None,
        energy_kwh=_fixed(energy_kwh),
        charge_efficiency_ratio=0.95,
        discharge_efficiency_ratio=0.95,
        standing_loss_ratio_per_h=0.0,
        soc_min_ratio=0.0,
        soc_max_ratio=1.0,
        soc_start_ratio=0.5,
        soc_end="start",
        soc_end_min_ratio=None,
        health_ratio=1.0,
        cycle_cost_cny_per_kwh=0.008,
        cycles_max_ratio=None,
    )


def _fixed(size: float) -> Capacity:
    return Capacity(existing=size, add_max=0.0, cost_cny_per_unit=0.0)


def _is_of_one_month(window: ParkProblem) -> bool:
    return int(window.horizon.months()[-1]) == 0


def _bounds(found: SlopeAnswer | NotSlope) -> tuple[float, float]:
    assert isinstance(found, SlopeAnswer), found
    return found.upper_cny, found.lower_cny
