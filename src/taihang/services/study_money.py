"""The cash flow of a study's answer: every year of the project planned with what is left by then.

Nothing is scaled from one year to another: what a worn battery still moves is planned, not
guessed. The comparison is the load alone, on a connection that bears it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, TypeAlias

from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.cash_flow import (
    Built,
    CashFlow,
    Growth,
    OperatingYear,
    cash_flow_of,
)
from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.model import Solve
from taihang.core.dispatch.park_plan import ParkPlan, plan_of
from taihang.core.dispatch.recheck.judge import recheck
from taihang.core.dispatch.sizing.case import Why
from taihang.core.dispatch.sizing.sized import Tools
from taihang.core.dispatch.study import (
    BATTERY,
    CONTRACT,
    GATE,
    TRANSFORMER,
    Study,
    StudyYear,
    problem_of_study,
)
from taihang.core.ratio.outlook import Thresholds
from taihang.services.plan_park import Effort
from taihang.services.size_park import Shortcut, StudyAnswer

Operate: TypeAlias = Callable[[Study, Thresholds], ParkPlan | None]
"""Plans the year of a study whose sizes are given; None where its limits cannot be held."""
LIFTED: Final = Thresholds(
    self_use_min_ratio=Decimal(0),
    green_min_ratio=Decimal(0),
    export_max_ratio=Decimal(1),
    storage_losses_in_load=True,
)
"""Nothing is asked; the export limit of the study has to be lifted with it."""
_INVESTMENT: Final = ".investment_cny"
_ENERGY: Final = "battery-energy"
_ROOM: Final = 1.0 + 1e-9
"""A connection as large as a peak that was multiplied must not miss it by its last digit."""
_EXPORT: Final = f"{GATE}.export_cny"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StudyMoney:
    """What a design pays and earns over the project, or in which year it stops to work."""

    built: tuple[Built, ...]
    flow: CashFlow | None
    """None where in some year the load cannot be served."""
    stuck_year: int | None
    """The first year in which the load cannot be served, 0 where it could not be alone; None where
    it always is."""

    @property
    def missed_years(self) -> tuple[int, ...]:
        """Years in which not all that is asked of the ratios can be met."""
        years = () if self.flow is None else self.flow.years
        return tuple(one.year for one in years if not one.holds_ratios)


def study_money(study: Study, answer: StudyAnswer, *, operate: Operate) -> StudyMoney | None:
    """Return the cash flow of an answer.

    Args:
        study: The study.
        answer: Its answer.
        operate: Plans the year of a study whose sizes are given.

    Returns:
        The money; None where the study has no answer.
    """
    if answer.energy is None:
        return None
    # 1. What the load costs alone.
    alone = load_alone(study, answer)
    without = operating_year(alone, operate(alone, LIFTED), holds_ratios=True)
    # 2. What the design does in each year, once for each state of age.
    built = built_of(study, {one.id: one.size for one in answer.sizes})
    n_years = round(study.terms.project_years)
    if without is None:
        return StudyMoney(built=built, flow=None, stuck_year=0)
    seen: dict[tuple[float, ...], OperatingYear | None] = {}
    years = list[OperatingYear]()
    for year in range(1, n_years + 1):
        left = {one.id: one.left_ratio(year, n_years) for one in built}
        key = tuple(left.values())
        if key not in seen:
            seen[key] = operated(aged(study, built, left), answer.asked, operate=operate)
        found = seen[key]
        if found is None:
            return StudyMoney(built=built, flow=None, stuck_year=year)
        years.append(found)
    # 3. The years side by side.
    rate = study.terms.discount_ratio
    flow = cash_flow_of(built, years, without=without, growth=growth_of(study), discount_ratio=rate)
    return StudyMoney(built=built, flow=flow, stuck_year=None)


def growth_of(study: Study) -> Growth:
    """Return how prices move in a study."""
    return Growth(
        import_ratio=study.finance.import_growth_ratio,
        export_ratio=study.finance.export_growth_ratio,
        upkeep_ratio=study.finance.upkeep_growth_ratio,
    )


def built_of(study: Study, sizes: Mapping[str, float]) -> tuple[Built, ...]:
    """Return what is built, at given sizes [kW or kWh]."""
    return tuple(
        Built(
            id=name,
            size=sizes[name],
            capex_cny_per_unit=one.capex_cny_per_unit,
            upkeep_ratio=one.upkeep_ratio,
            life_years=one.life_years,
            fade_ratio=one.fade_ratio,
        )
        for name, one in study.investments.items()
    )


def with_sizes(study: Study, sizes: Mapping[str, float]) -> Study:
    """Return a study in which every size is given [kW or kWh]."""
    fixed = {
        name: replace(one, least=sizes[name], most=sizes[name])
        for name, one in study.investments.items()
    }
    return replace(study, investments=fixed)


def load_alone(study: Study, answer: StudyAnswer, *, load_ratio: float = 1.0) -> Study:
    """Return a study without plants and battery, on a connection that bears the load.

    It pays for no transformer: what the design spends on one it does not save.

    Args:
        study: The study.
        answer: An answer whose load has the same shape.
        load_ratio: Load of the study over that of the answer. [1]
    """
    load = next(one for one in answer.release.problem.assets if isinstance(one, Load))
    peak_kw = float(load.load_kw.max()) * load_ratio * _ROOM
    grid = replace(
        study.grid,
        import_limit_kw=max(study.grid.import_limit_kw, peak_kw),
        contract_most_kw=max(study.grid.contract_most_kw, peak_kw),
    )
    none = with_sizes(study, dict.fromkeys(study.investments, 0.0))
    built = {name: one for name, one in none.investments.items() if name != TRANSFORMER}
    none = replace(none, investments=built)
    return replace(none, grid=grid, terms=replace(study.terms, export_max_ratio=1.0))


def aged(study: Study, built: tuple[Built, ...], left: Mapping[str, float]) -> Study:
    """Return a study of the design as it is in a year.

    Args:
        study: The study.
        built: What was built.
        left: By investment, what is left of it. [1]

    Returns:
        The same with every size given. Where a battery fades by the year, that takes the place of
        ``health_ratio``, which is its mean over the life.
    """
    older = with_sizes(study, {one.id: one.size * left[one.id] for one in built})
    if study.investments[_ENERGY].fade_ratio == 0.0:
        return older
    return replace(older, store=replace(study.store, health_ratio=1.0))


def operated(study: Study, asked: Thresholds, *, operate: Operate) -> OperatingYear | None:
    """Run a study whose sizes are given; where the ratios cannot be held, without them.

    Returns:
        The year, which says whether the ratios hold; None where the load cannot be served.
    """
    found = operating_year(study, operate(study, asked), holds_ratios=True)
    if found is not None:
        return found
    free = replace(study, terms=replace(study.terms, export_max_ratio=1.0))
    return operating_year(free, operate(free, LIFTED), holds_ratios=False)


def operate_study(
    study: Study,
    year: StudyYear,
    *,
    asked: Thresholds,
    solve: Solve,
    effort: Effort,
    tools: Tools | Why = Why.ASKED,
) -> ParkPlan | None:
    """Plan the year of a study whose sizes are given, and have the plan checked.

    Args:
        study: The study; every size has ``least`` = ``most``.
        year: Its weather and load.
        asked: What is asked of the ratios; its export limit must be that of the study.
        solve: Solves a linear model.
        effort: How long, and how near.
        tools: With them, the year is planned by the storage programme where that can.

    Returns:
        The plan; None where the limits cannot be held, or the referee refuses it.
    """
    problem = problem_of_study(
        study,
        year,
        self_use_ratio=float(asked.self_use_min_ratio),
        green_ratio=float(asked.green_min_ratio),
    )
    assembled = problem.assembled()
    shortcut = Shortcut(problem, tools)
    exact = solve_exactly(
        assembled,
        solve=solve,
        time_limit_s=effort.time_limit_s,
        gap=effort.gap,
        relaxed=shortcut(assembled),
    )
    if exact.solution.values is None:
        return None
    plan = plan_of(problem, assembled, exact.solution.values)
    return plan if recheck(problem.echo(), plan.document()).accepted else None


def operating_year(
    study: Study, plan: ParkPlan | None, *, holds_ratios: bool
) -> OperatingYear | None:
    """Return what a plan does in a year, the mean of its years of weather; None without a plan."""
    if plan is None:
        return None
    years, by_owner = study.terms.weather_years, dict[str, float]()
    for name, cny in plan.bill_cny.items():
        if name != _EXPORT and not name.endswith(_INVESTMENT):
            owner = name.partition(".")[0]
            by_owner[owner] = by_owner.get(owner, 0.0) + cny / years
    used_kw = sum(float(plan.series[f"{one.id}.used_kw"].sum()) for one in study.plants)
    return OperatingYear(
        import_cny=by_owner.get(GATE, 0.0),
        demand_cny=by_owner.get(CONTRACT, 0.0),
        export_cny=-plan.bill_cny.get(_EXPORT, 0.0) / years,
        wear_cny=by_owner.get(BATTERY, 0.0),
        used_kwh=used_kw * study.terms.step_s / 3600.0 / years,
        load_kwh=study.terms.load_kwh,
        holds_ratios=holds_ratios,
    )
