"""What a carbon-peak plan must be before anything is worked out from it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from peak_case import PLAN, TARGETS, group, project, stage
from taihang.core.park.check import check_park
from taihang.core.park.check_peak import check_peak
from taihang.core.park.park import Park
from taihang.core.park.peak_plan import SAMPLES_LEAST, SAMPLES_MOST, PeakPlan
from taihang.core.park.problem import path_text

FEWER_CLASSES = {name: group(name) for name in ("C1", "C2", "C3")}
SURE = PLAN.uncertainty


def paths(plan: PeakPlan | None) -> list[str]:
    return [path_text(problem.path) for problem in check_peak(plan)]


def test_check_peak__takes_none_and_a_whole_plan(park: Park) -> None:
    assert paths(None) == []
    assert paths(PLAN) == []
    assert check_park(replace(park, peak=PLAN)) == check_park(park)


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (replace(PLAN, actions={"A1": group("A1")}), ["peak_actions"]),
        (
            replace(PLAN, classes=FEWER_CLASSES),
            ["peak_classes"],
        ),
        (
            replace(PLAN, projects={**PLAN.projects, "P2": replace(project("P2"), action="A9")}),
            ["peak_projects.P2.action"],
        ),
        (
            replace(PLAN, projects={**PLAN.projects, "P2": project("P2", project_class="C9")}),
            ["peak_projects.P2.project_class"],
        ),
        (
            replace(PLAN, projects={"P1": replace(project("P1"), investment_cny=Decimal(200))}),
            ["peak_plan.key_projects"],
        ),
        (
            replace(PLAN, base=replace(PLAN.base, investment_cny=Decimal(201))),
            ["peak_plan.investment_cny"],
        ),
        (
            replace(PLAN, stages={"S1": stage("S1", 2021, 2024), "S2": stage("S2", 2026, 2030)}),
            ["peak_stages.S2.first_year"],
        ),
        (
            replace(PLAN, stages={"S1": stage("S1", 2020, 2030)}),
            ["peak_stages.S1.first_year"],
        ),
        (
            replace(PLAN, stages={"S1": stage("S1", 2021, 2081)}),
            ["peak_stages"],
        ),
        (
            replace(PLAN, targets={one.id: one for one in TARGETS[1:]}),
            ["peak_targets"],
        ),
        (
            replace(PLAN, targets={**PLAN.targets, "T9": replace(TARGETS[0], id="T9")}),
            [f"peak_targets.{TARGETS[0].id}", "peak_targets.T9"],
        ),
        (
            replace(PLAN, targets={**PLAN.targets, "T9": replace(TARGETS[0], id="T9", year=2031)}),
            ["peak_targets.T9.year"],
        ),
        (
            replace(PLAN, uncertainty=replace(SURE, samples=SAMPLES_LEAST - 1)),
            ["peak_uncertainty.samples"],
        ),
        (
            replace(PLAN, uncertainty=replace(SURE, samples=SAMPLES_MOST + 1)),
            ["peak_uncertainty.samples"],
        ),
        (
            replace(PLAN, uncertainty=replace(SURE, activity_low_ratio=Decimal("0.1"))),
            ["peak_uncertainty"],
        ),
        (
            replace(PLAN, uncertainty=replace(SURE, delay_mode_years=Decimal(2))),
            ["peak_uncertainty"],
        ),
    ],
)
def test_check_peak__names_what_is_wrong_and_nothing_else(
    plan: PeakPlan, expected: list[str]
) -> None:
    assert paths(plan) == expected


def test_check_peak__a_plan_that_ends_before_2030_lacks_years() -> None:
    found = paths(replace(PLAN, stages={"S1": stage("S1", 2021, 2029)}))

    assert "peak_stages" in found
    assert f"peak_targets.{TARGETS[3].id}.year" in found


@pytest.mark.parametrize("samples", [SAMPLES_LEAST, SAMPLES_MOST])
def test_check_peak__takes_the_bounds_of_the_trials(samples: int) -> None:
    assert paths(replace(PLAN, uncertainty=replace(SURE, samples=samples))) == []
