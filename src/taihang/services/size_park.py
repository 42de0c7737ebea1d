"""Sizes a park: the plan of a whole year in which sizes are chosen, told as a study 以荷定源.

Sizes, what they cost in a year, the three ratios, which limit a size meets, and for which load
the ratios could hold. It is released as every plan: only with the verdict of the referee.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.model import Solution, Solve
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.sizing.case import Why, sizing_case
from taihang.core.dispatch.sizing.sized import Tools, sized
from taihang.core.dispatch.study import (
    BATTERY,
    GATE,
    TRANSFORMER,
    Study,
    StudyYear,
    problem_of_study,
    size_field,
)
from taihang.core.quantities import WH_PER_MWH
from taihang.core.ratio.outlook import Thresholds
from taihang.core.ratio.plan import PlanFit, plan_fit
from taihang.services.plan_park import Effort, Release, plan_park, release_document

STUDY_ANSWER_FORMAT: Final = "taihang/sizing-answer/v1"
_NEAR: Final = 1e-6
_AIM: Final = 1e-8
"""Gap that the decomposition aims at, so that sizes too are near the best; a few more looks [1]."""
_INVESTMENT: Final = ".investment_cny"
_NOT_TOLD: Final = frozenset(
    ("format", "plan", "prices", "idle_total_cny", "saving_cny", "method", "why_linear")
)
"""What a release says and an answer does not, or says in its own words."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the sizes were found."""

    looks: int
    """How many years the storage programme looked at."""
    why_not: Why | None
    """Why the decomposition proves nothing; None where it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeFound:
    """One size of a study, and why it is not larger."""

    id: str
    size: float
    """Chosen [kW or kWh]."""
    least: float
    most: float
    annuity_cny_per_unit: float
    """What a unit costs in a year [CNY]."""
    worth_cny_per_unit: float | None
    """What one more unit would save in a year, before its cost; None without prices [CNY]."""

    @property
    def cost_cny(self) -> float:
        """What it costs in a year [CNY]."""
        return self.size * self.annuity_cny_per_unit

    @property
    def reason(self) -> str:
        """Why it is as large as it is: given, most, none or balance."""
        slack = _NEAR * max(self.most, 1.0)
        if self.most - self.least <= slack:
            return "given"
        if self.size >= self.most - slack:
            return "most"
        return "least" if self.size <= self.least + slack else "balance"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEnergy:
    """What flows in the year of a study [kWh]."""

    available_kwh: float
    used_kwh: float
    import_kwh: float
    export_kwh: float
    load_kwh: float
    loss_kwh: float
    """What the battery loses; load where the study counts it so [kWh]."""

    @property
    def self_kwh(self) -> float:
        """What is generated and used in the park [kWh]."""
        return self.used_kwh - self.export_kwh

    def ratios(self, *, losses_in_load: bool) -> dict[str, float | None]:
        """Return self-use, green share and feed-back; None where nothing is generated [1]."""
        use_kwh = self.load_kwh + (self.loss_kwh if losses_in_load else 0.0)
        made_kwh = self.available_kwh
        return {
            "self-use": self.self_kwh / made_kwh if made_kwh else None,
            "green-share": self.self_kwh / use_kwh if use_kwh else None,
            "feed-back": self.export_kwh / made_kwh if made_kwh else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StudyAnswer:
    """What a study finds."""

    study: Study
    release: Release
    asked: Thresholds
    fit: PlanFit
    """What the sizes, or without a plan the largest sizes, could reach at best."""
    sizes: tuple[SizeFound, ...]
    energy: StudyEnergy | None
    cost_cny: Mapping[str, float]
    """By what it is for; income is negative [CNY/a]."""
    way: Way

    @property
    def is_by_parts(self) -> bool:
        """Whether the sizes come from the decomposition, proven best or with a gap that is told."""
        return self.way.why_not in {None, Why.OPEN}

    @property
    def total_cny(self) -> float:
        """All that the year costs [CNY]."""
        return sum(self.cost_cny.values())

    @property
    def lcoe_cny_per_kwh(self) -> float | None:
        """What all that is built costs, by kWh used of the plants [CNY/kWh]."""
        if self.energy is None or not self.energy.used_kwh:
            return None
        return sum(one.cost_cny for one in self.sizes) / self.energy.used_kwh

    @property
    def cost_cny_per_kwh(self) -> float | None:
        """What the whole year costs, by kWh of load [CNY/kWh]."""
        return None if self.energy is None else self.total_cny / self.energy.load_kwh


def size_park(
    study: Study,
    year: StudyYear,
    *,
    asked: Thresholds,
    solve: Solve,
    effort: Effort,
    tools: Tools | Why = Why.ASKED,
) -> StudyAnswer:
    """Choose the sizes of a study at least cost.

    Args:
        study: The study.
        year: Its weather and load.
        asked: What is asked of the ratios.
        solve: Solves a linear model.
        effort: How long, and how near.
        tools: With them, sizes are sought by the storage programme where the study allows it; or
            why the whole linear model is taken. Both find the same cost.

    Returns:
        The answer; without a plan it says which limits conflict, and what could be reached at best.
    """
    # 1. One problem over the year, planned and checked as every other.
    problem = problem_of_study(
        study,
        year,
        self_use_ratio=float(asked.self_use_min_ratio),
        green_ratio=float(asked.green_min_ratio),
    )
    shortcut = Shortcut(problem, tools)
    release = plan_park(problem, solve=solve, effort=effort, relaxed=shortcut)
    # 2. The sizes, and what the year's identities say of them.
    plan = release.plan
    sizes = {name: one.most for name, one in study.investments.items()}
    if plan is not None:
        sizes = {
            name: plan.sizes[size_field(name)] / one.per_unit
            for name, one in study.investments.items()
        }
    available_mwh = sum(sizes[plant.id] * plant.full_load_h / 1e3 for plant in study.plants)
    fit = plan_fit(_wh(available_mwh), _wh(study.terms.load_kwh / 1e3), asked=asked)
    # 3. Energies and costs of the plan.
    found = () if plan is None else _sizes(study, release, sizes)
    return StudyAnswer(
        study=study,
        release=release,
        asked=asked,
        fit=fit,
        sizes=found,
        energy=None if plan is None else _energy(study, plan, available_mwh * 1e3),
        cost_cny={} if plan is None else _costs(study, plan, found),
        way=shortcut.way,
    )


class Shortcut:
    """Finds the optimum of the relaxation by decomposition, and remembers how it went."""

    def __init__(self, problem: ParkProblem, tools: Tools | Why) -> None:
        self.way = Way(0, tools if isinstance(tools, Why) else None)
        self._problem, self._tools = problem, tools

    def __call__(self, assembled: Assembled) -> Solution | None:
        """Return the solution; None where the whole model has to be solved."""
        if isinstance(self._tools, Why):
            return None
        case = sizing_case(self._problem)
        if isinstance(case, Why):
            self.way = Way(0, case)
            return None
        found = sized(case, assembled, tools=self._tools, gap=_AIM)
        self.way = Way(found.looks, found.why)
        return found.solution


def _wh(mwh: float) -> int:
    return round(Decimal(repr(mwh)) * WH_PER_MWH)


def _sizes(study: Study, release: Release, sizes: Mapping[str, float]) -> tuple[SizeFound, ...]:
    prices = release.marginals
    annuities = study.annuities_cny()
    return tuple(
        SizeFound(
            id=name,
            size=sizes[name],
            least=one.least,
            most=one.most,
            annuity_cny_per_unit=annuities[name],
            worth_cny_per_unit=None
            if prices is None
            else prices.size_cny_per_unit[size_field(name)]
            * one.per_unit
            / study.terms.weather_years,
        )
        for name, one in study.investments.items()
    )


def _energy(study: Study, plan: ParkPlan, available_kwh: float) -> StudyEnergy:
    step_h = study.terms.step_s / 3600.0 / study.terms.weather_years

    def total(name: str) -> float:
        return float(plan.series[name].sum()) * step_h

    return StudyEnergy(
        available_kwh=available_kwh,
        used_kwh=sum(total(f"{plant.id}.used_kw") for plant in study.plants),
        import_kwh=total(f"{GATE}.import_kw"),
        export_kwh=total(f"{GATE}.export_kw"),
        load_kwh=study.terms.load_kwh,
        loss_kwh=total(f"{BATTERY}.charge_kw") - total(f"{BATTERY}.discharge_kw"),
    )


def _costs(study: Study, plan: ParkPlan, sizes: tuple[SizeFound, ...]) -> dict[str, float]:
    """Return what the year costs: all of what is built, and the rest of the bill of the plan."""
    built = {one.id: one.cost_cny for one in sizes}
    years = study.terms.weather_years
    rest = {
        name: cny / years for name, cny in plan.bill_cny.items() if not name.endswith(_INVESTMENT)
    }
    return {**built, **{name: cny for name, cny in rest.items() if abs(cny) > _NEAR}}


def answer_document(answer: StudyAnswer) -> dict[str, Json]:
    """Return an answer as plain values; the plan of every interval stands in the release alone."""
    release = {
        name: value
        for name, value in release_document(answer.release).items()
        if name not in _NOT_TOLD
    }
    energy, fit, asked = answer.energy, answer.fit, answer.asked
    return {
        "format": STUDY_ANSWER_FORMAT,
        "problem_sha256": answer.release.problem.digest(),
        "method": "bundle" if answer.is_by_parts else "full-lp",
        "looks": answer.way.looks,
        "why_not_bundle": None if answer.way.why_not is None else answer.way.why_not.value,
        "sizes": {
            one.id: {
                "size": one.size,
                "least": one.least,
                "most": one.most,
                "annuity_cny_per_unit": one.annuity_cny_per_unit,
                "worth_cny_per_unit": one.worth_cny_per_unit,
                "reason": one.reason,
            }
            for one in answer.sizes
        },
        "assumptions": {"transformer": transformer_taken(answer.study)},
        "cost_cny": dict(answer.cost_cny),
        "total_cny": answer.total_cny if energy is not None else None,
        "lcoe_cny_per_kwh": answer.lcoe_cny_per_kwh,
        "cost_cny_per_kwh": answer.cost_cny_per_kwh,
        "ratios": None
        if energy is None
        else energy.ratios(losses_in_load=answer.study.terms.losses_in_load),
        "thresholds": {
            "self-use": str(asked.self_use_min_ratio),
            "green-share": str(asked.green_min_ratio),
            "feed-back": str(asked.export_max_ratio),
        },
        "generation_wh": fit.generation_wh,
        "load_least_wh": load_least_wh(fit),
        "load_most_at_limit_wh": fit.load_most_at_limit_wh,
        "load_most_wh": fit.load_most_wh,
        "green_at_best_ratio": _float(fit),
        **release,
    }


def transformer_taken(study: Study) -> str:
    """Return whether a transformer is sized, or the connection is taken as it stands, for free."""
    return "sized" if TRANSFORMER in study.investments else "not-sized"


def load_least_wh(fit: PlanFit) -> int:
    """Return the smallest load that can use what must be used in the park, uncurtailed [Wh]."""
    return max(fit.self_use_least_wh, fit.generation_wh - fit.export_most_wh)


def _float(fit: PlanFit) -> float | None:
    return None if fit.green_at_best_ratio is None else float(fit.green_at_best_ratio)
