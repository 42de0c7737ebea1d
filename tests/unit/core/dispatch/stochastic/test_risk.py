"""The mean of the worst, held against its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.dispatch.fields import ParkProblemError
from taihang.core.dispatch.stochastic.risk import Risk, cvar_cny, expected_cny

COSTS = st.lists(st.integers(-1000, 1000), min_size=1, max_size=12)


@given(COSTS, st.floats(0.01, 1.0))
def test_cvar_cny__is_the_least_of_its_linear_form(costs: list[int], tail: float) -> None:
    cost, chance = np.array(costs, np.float64), np.full(len(costs), 1.0 / len(costs))

    found = cvar_cny(cost, chance, tail_ratio=tail)

    # min over z of z + E[max(cost − z, 0)] / tail is attained at one of the costs.
    forms = [z + float(np.maximum(cost - z, 0.0) @ chance) / tail for z in cost]
    assert found == pytest.approx(min(forms), abs=1e-6)


@given(COSTS)
def test_cvar_cny__of_everything_is_the_mean_and_of_little_the_worst(costs: list[int]) -> None:
    cost, chance = np.array(costs, np.float64), np.full(len(costs), 1.0 / len(costs))

    assert cvar_cny(cost, chance, tail_ratio=1.0) == pytest.approx(expected_cny(cost, chance))
    assert cvar_cny(cost, chance, tail_ratio=0.01) == pytest.approx(cost.max())


def test_cvar_cny__counts_the_scenario_at_the_edge_in_part() -> None:
    cost, chance = np.array([10.0, 4.0, 1.0]), np.array([0.1, 0.2, 0.7])

    assert cvar_cny(cost, chance, tail_ratio=0.2) == pytest.approx((10 * 0.1 + 4 * 0.1) / 0.2)


def test_risk__weighs_mean_and_worst() -> None:
    cost, chance = np.array([1.0, 3.0]), np.array([0.5, 0.5])
    risk = Risk(cvar_weight_ratio=0.25, cvar_tail_ratio=0.5)

    assert risk.of(cost, chance) == pytest.approx(0.75 * 2.0 + 0.25 * 3.0)


def test_risk__a_tail_of_nothing_is_refused() -> None:
    with pytest.raises(ParkProblemError, match="cvar_tail_ratio"):
        Risk(cvar_weight_ratio=0.5, cvar_tail_ratio=0.0).check()
