import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.simulator.plan import (
    PlanMissingError,
    PlanUnreachableError,
    planned_wh,
    scaled_to_plan_wh,
)


@pytest.mark.parametrize("given_plan", [None, -1.0, float("nan")])
def test_planned_wh__refuses_no_plan_and_names_the_key(given_plan: float | None) -> None:
    with pytest.raises(PlanMissingError, match=r"set enterprises\.E1\.planned_mwh_per_year"):
        planned_wh(given_plan, key="enterprises.E1.planned_mwh_per_year")


@given(
    st.lists(st.floats(0.1, 10.0), min_size=5, max_size=40),
    st.floats(0.05, 0.9),
)
def test_scaled_to_plan_wh__meets_the_plan_under_the_cap(
    shape: list[float], use_ratio: float
) -> None:
    cap_kw = 1_000.0
    plan_wh = round(use_ratio * cap_kw * 250 * len(shape))

    energy_wh = scaled_to_plan_wh(np.array(shape), plan_wh=plan_wh, cap_kw=cap_kw, key="k")

    assert abs(int(energy_wh.sum()) - plan_wh) <= max(1e-7 * plan_wh, len(shape))
    assert energy_wh.max() <= cap_kw * 250
    assert energy_wh.min() >= 0


def test_scaled_to_plan_wh__refuses_what_does_not_fit() -> None:
    with pytest.raises(PlanUnreachableError, match="fits under 1 kW"):
        scaled_to_plan_wh(np.ones(4), plan_wh=1_100, cap_kw=1.0, key="plants.P")
