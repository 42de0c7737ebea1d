"""Whether a carbon-peak plan holds together: its tree, its sums, its years, its doubts."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Final

from taihang.core.park.peak_plan import (
    SAMPLES_LEAST,
    SAMPLES_MOST,
    YEARS_MOST,
    PeakIndicator,
    PeakPlan,
)
from taihang.core.park.problem import KeyPath, ParkProblem, remedy_for_name

N_ACTIONS: Final = 6
"""六大降碳行动."""
N_CLASSES: Final = 7
"""七大工程."""
TARGET_YEARS: Final = (2025, 2030)


def check_peak(plan: PeakPlan | None) -> Iterator[ParkProblem]:
    """Yield what is wrong with a plan; nothing where the park has none.

    Args:
        plan: The plan; nothing about it is taken for granted.
    """
    if plan is None:
        return
    yield from _check_tree(plan)
    yield from _check_sums(plan)
    yield from _check_stages(plan)
    yield from _check_targets(plan)
    yield from _check_doubts(plan)


def _check_tree(plan: PeakPlan) -> Iterator[ParkProblem]:
    for kind, groups, n in (
        ("peak_actions", plan.actions, N_ACTIONS),
        ("peak_classes", plan.classes, N_CLASSES),
    ):
        if len(groups) != n:
            yield _problem(
                (kind,), str(len(groups)), f"exactly {n}", "write the table as the plan has it"
            )
    for project in plan.projects.values():
        for key, name, known in (
            ("action", project.action, plan.actions),
            ("project_class", project.project_class, plan.classes),
        ):
            if name not in known:
                yield _problem(
                    ("peak_projects", project.id, key),
                    name,
                    f"one of {', '.join(known)}",
                    remedy_for_name(name, known=tuple(known), otherwise="write one of them"),
                )


def _check_sums(plan: PeakPlan) -> Iterator[ParkProblem]:
    if len(plan.projects) != plan.base.key_projects:
        yield _problem(
            ("peak_plan", "key_projects"),
            f"{plan.base.key_projects}, and {len(plan.projects)} in [peak_projects]",
            "as many projects as the plan says",
            "add what lacks, or correct the number",
        )
    total_cny = sum((p.investment_cny for p in plan.projects.values()), start=Decimal(0))
    if total_cny != plan.base.investment_cny:
        yield _problem(
            ("peak_plan", "investment_cny"),
            f"{plan.base.investment_cny}, and {total_cny} in [peak_projects]",
            "the sum of all projects",
            "correct the project that differs, or the sum",
        )


def _check_stages(plan: PeakPlan) -> Iterator[ParkProblem]:
    stages = list(plan.stages.values())
    firsts = [plan.base.base_year + 1, *(stage.last_year + 1 for stage in stages)]
    for stage, first_year in zip(stages, firsts, strict=False):
        if stage.first_year != first_year or stage.last_year < stage.first_year:
            yield _problem(
                ("peak_stages", stage.id, "first_year"),
                f"{stage.first_year} to {stage.last_year}",
                f"years from {first_year} on, without gap or overlap",
                f"write {first_year}",
            )
    if not stages or firsts[-1] - 1 < max(TARGET_YEARS):
        yield _problem(
            ("peak_stages",),
            f"stages to {firsts[-1] - 1}",
            f"stages to {max(TARGET_YEARS)} at least",
            "add the years that lack",
        )
    if firsts[-1] - plan.base.base_year > YEARS_MOST:
        yield _problem(
            ("peak_stages",),
            f"{firsts[-1] - plan.base.base_year} years",
            f"at most {YEARS_MOST}",
            "end the plan earlier",
        )


def _check_targets(plan: PeakPlan) -> Iterator[ParkProblem]:
    stated = Counter((target.indicator, target.year) for target in plan.targets.values())
    for indicator in PeakIndicator:
        for year in TARGET_YEARS:
            if stated[indicator, year] == 0:
                yield _problem(
                    ("peak_targets",),
                    f"no {indicator.value} of {year}",
                    "a target of each indicator for 2025 and for 2030",
                    "add it",
                )
    for target in plan.targets.values():
        path = ("peak_targets", target.id)
        if stated[target.indicator, target.year] > 1:
            yield _problem(path, "a target that is stated twice", "one", "remove one of the two")
        if target.year not in plan.years:
            yield _problem((*path, "year"), str(target.year), "a year of the plan", "add its stage")


def _check_doubts(plan: PeakPlan) -> Iterator[ParkProblem]:
    doubts = plan.uncertainty
    if not SAMPLES_LEAST <= doubts.samples <= SAMPLES_MOST:
        yield _problem(
            ("peak_uncertainty", "samples"),
            str(doubts.samples),
            f"from {SAMPLES_LEAST} to {SAMPLES_MOST}",
            "write 20000",
        )
    zero = Decimal(0)
    for name, corners in {
        "activity": (doubts.activity_low_ratio, zero, doubts.activity_high_ratio),
        "structure": (doubts.structure_low_ratio, zero, doubts.structure_high_ratio),
        "delay": (doubts.delay_low_years, doubts.delay_mode_years, doubts.delay_high_years),
        "effect": (doubts.effect_low_ratio, doubts.effect_mode_ratio, doubts.effect_high_ratio),
    }.items():
        if any(left > right for left, right in pairwise(corners)):
            yield _problem(
                ("peak_uncertainty",),
                f"{name}: {', '.join(map(str, corners))}",
                "low, most likely and high in this order",
                "order them",
            )


def _problem(path: KeyPath, given: str, expected: str, remedy: str) -> ParkProblem:
    return ParkProblem(path=path, given=given, expected=expected, remedy=remedy)
