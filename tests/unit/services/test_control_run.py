"""Cycles through a problem: each kept before it is given out, to the end of the problem."""

from dataclasses import replace

import pytest

from rolling_park import LONG, HandClock, N, controller, long_park
from taihang.core.dispatch.outlook import Remembered
from taihang.services.control import Answer, Controller, Kind
from taihang.services.control_run import ControlOverError, first_measured, run_cycles
from taihang.services.control_state import state_bytes, state_of


def _run(
    own: Controller, *, n_cycles: int, remembered: Remembered | None = None
) -> tuple[list[Answer], list[Remembered]]:
    park, kept = long_park(), list[Remembered]()
    measured = first_measured(park, remembered)
    answers = list(
        run_cycles(own, park, measured=measured, n_window=N, n_cycles=n_cycles, keep=kept.append)
    )
    return answers, kept


def test_run_cycles__a_run_in_two_parts_is_one_run() -> None:
    whole, _ = _run(controller(), n_cycles=6)

    first, kept = _run(controller(), n_cycles=3)
    left = state_of(state_bytes(kept[-1]))
    again = controller()
    again.remembered = left
    second, _ = _run(again, n_cycles=3, remembered=left)

    parts = [*first, *second]
    assert [one.at_s for one in parts] == [one.at_s for one in whole]
    assert [one.upper_cny for one in parts] == [one.upper_cny for one in whole]
    assert [dict(one.set_points) for one in parts] == [dict(one.set_points) for one in whole]
    assert all(one.kind is Kind.OPTIMAL and not one.notices for one in parts)


def test_run_cycles__what_a_cycle_leaves_is_kept_before_its_answer_is_given_out() -> None:
    park, kept = long_park(), list[Remembered]()
    answers = run_cycles(
        controller(),
        park,
        measured=first_measured(park, None),
        n_window=N,
        n_cycles=2,
        keep=kept.append,
    )

    answer = next(answers)

    assert [one.at_s for one in kept] == [answer.at_s]


def test_run_cycles__ends_with_the_problem_and_its_last_windows_are_shorter() -> None:
    park = long_park()
    late = replace(
        first_measured(park, None), at_s=park.horizon.start_s + (LONG - 3) * park.horizon.step_s
    )

    answers = list(
        run_cycles(
            controller(HandClock()),
            park,
            measured=late,
            n_window=N,
            n_cycles=50,
            keep=lambda _: None,
        )
    )

    assert [one.problem.horizon.n_steps for one in answers] == [3, 2, 1]
    assert all(one.verdict.accepted for one in answers)


def test_run_cycles__after_the_end_there_is_nothing_to_answer_for() -> None:
    park = long_park()
    late = replace(first_measured(park, None), at_s=park.horizon.end_s)

    with pytest.raises(ControlOverError, match="later forecasts"):
        list(
            run_cycles(
                controller(),
                park,
                measured=late,
                n_window=N,
                n_cycles=1,
                keep=lambda _: None,
            )
        )


def test_first_measured__of_a_new_month_no_demand_was_reached() -> None:
    park = long_park()
    end_of_month = 31 * 24 - 1
    left = Remembered(
        at_s=park.horizon.start_s + end_of_month * park.horizon.step_s,
        level_ratio={"bat": 0.4},
        so_far_kw={"peak": 300.0},
        window=None,
        plan=None,
    )
    before = replace(left, at_s=left.at_s - park.horizon.step_s)

    assert dict(first_measured(park, left).so_far_kw) == {"peak": 0.0}
    assert dict(first_measured(park, before).so_far_kw) == {"peak": 300.0}
