"""Chance of a target: no doubt is certainty, a known chance is found, the same is the same."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from peak_case import PLAN, SURE, target
from taihang.core.park.peak_plan import PeakIndicator, PeakPlan
from taihang.core.pathway.chance import Chance, DrawsError, chances, draws_of, triangle
from taihang.core.pathway.path import outlook, pathway

WIDE = replace(
    SURE,
    samples=20_000,
    activity_low_ratio=Decimal("-0.02"),
    activity_high_ratio=Decimal("0.02"),
    delay_high_years=Decimal(2),
    effect_low_ratio=Decimal("0.5"),
    effect_high_ratio=Decimal("1.2"),
)


def drawn(plan: PeakPlan, seed: int = 1) -> NDArray[np.float64]:
    generator = np.random.Generator(np.random.PCG64(seed))
    return generator.random((plan.uncertainty.samples, draws_of(plan)))


def test_chances__without_doubt_are_what_the_path_says() -> None:
    found = chances(PLAN, drawn(PLAN))

    on_path = [one.is_met_on_path for one in outlook(PLAN, pathway(PLAN), actual={})]
    assert [one.probability_ratio for one in found] == [int(met) for met in on_path]
    assert {one.standard_error_ratio for one in found} == {0}


def test_chances__of_the_same_numbers_are_the_same() -> None:
    plan = replace(PLAN, uncertainty=WIDE)

    assert chances(plan, drawn(plan)) == chances(plan, drawn(plan))
    assert chances(plan, drawn(plan)) != chances(plan, drawn(plan, seed=2))


def test_chances__finds_a_chance_that_is_known() -> None:
    # One project in doubt, whose effect is even over 0 … 2: a target at its middle is met half of
    # the time, and one at an eighth below the top of the triangle by 1/2 × (1/4)².
    doubts = replace(
        SURE, samples=40_000, effect_low_ratio=Decimal(0), effect_high_ratio=Decimal(2)
    )
    plan = replace(
        PLAN,
        uncertainty=doubts,
        projects={"P1": PLAN.projects["P1"]},
        targets={
            one.id: one
            for one in (
                target(PeakIndicator.CARBON_INTENSITY, 2025, "0.9"),
                target(PeakIndicator.CARBON_INTENSITY, 2030, "0.825"),
            )
        },
    )

    half, rare = chances(plan, drawn(plan))

    for found, expected in ((half, 0.5), (rare, 0.03125)):
        assert abs(float(found.probability_ratio) - expected) <= 4 * float(
            found.standard_error_ratio
        )
        assert found.has_settled


@given(later=st.decimals(0, 3, places=2))
def test_chances__a_later_project_never_makes_a_target_likelier(later: Decimal) -> None:
    doubts = replace(WIDE, samples=1_000)
    plan = replace(PLAN, uncertainty=doubts)
    late = replace(plan, uncertainty=replace(doubts, delay_high_years=2 + later))

    for soon, then in zip(chances(plan, drawn(plan)), chances(late, drawn(late)), strict=True):
        assert then.n_met <= soon.n_met


def test_chances__refuses_numbers_of_another_plan() -> None:
    with pytest.raises(DrawsError):
        chances(PLAN, drawn(PLAN)[:, :-1])


@given(
    corners=st.lists(st.decimals(-5, 5, places=3), min_size=3, max_size=3).map(sorted),
    uniform=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=9),
)
def test_triangle__stays_within_its_corners_and_never_falls(
    corners: list[Decimal], uniform: list[float]
) -> None:
    low, mode, high = corners

    found = triangle(np.array(sorted(uniform)), (low, mode, high))

    assert (found >= float(low) - 1e-9).all()
    assert (found <= float(high) + 1e-9).all()
    assert (np.diff(found) >= -1e-9).all()


@pytest.mark.parametrize(
    ("n_met", "low", "high"), [(0, "0", "0.000200"), (20_000, "0.999800", "1")]
)
def test_bounds_ratio__have_a_width_where_every_trial_ended_alike(
    n_met: int, low: str, high: str
) -> None:
    chance = Chance(
        target=target(PeakIndicator.CARBON_INTENSITY, 2030, "1"),
        n_met=n_met,
        n_samples=20_000,
        n_met_by_share=(n_met // 4, n_met // 2, n_met),
    )

    assert chance.bounds_ratio == (Decimal(low), Decimal(high))
    assert chance.standard_error_ratio == 0


def test_has_settled__says_no_where_the_halves_differ() -> None:
    chance = Chance(
        target=target(PeakIndicator.CARBON_INTENSITY, 2030, "1"),
        n_met=500,
        n_samples=1_000,
        n_met_by_share=(250, 500, 500),
    )

    assert not chance.has_settled
