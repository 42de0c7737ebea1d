"""The grid of intervals."""

import pytest

from taihang.core.dispatch.horizon import Horizon, HorizonError

JUNE_S = 1_780_243_200
"""2026-06-01T00:00+08:00."""


def horizon(**more: object) -> Horizon:
    fields = {"start_s": JUNE_S, "step_s": 900, "n_steps": 96, "time_zone": "Asia/Shanghai"}
    return Horizon(**{**fields, **more})  # type: ignore[arg-type] - deliberately odd values


@pytest.mark.parametrize(
    "more", [{"n_steps": 0}, {"n_steps": 351_361}, {"step_s": 0}, {"time_zone": "Mars/Olympus"}]
)
def test_horizon__what_is_none_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(HorizonError):
        horizon(**more)


def test_months__change_at_local_midnight() -> None:
    months = horizon(n_steps=31 * 96, start_s=JUNE_S).months()

    assert months[30 * 96 - 1] == 0
    assert months[30 * 96] == 1


def test_clock__is_local() -> None:
    assert horizon().clock(5) == "2026-06-01 01:15"
    assert horizon().end_s == JUNE_S + 86_400
