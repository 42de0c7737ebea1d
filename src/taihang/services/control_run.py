"""Runs cycles of the control through a longer problem, one after the other."""

from collections.abc import Callable, Iterator

from taihang.core.dispatch.outlook import Measured, Remembered, as_told
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.window import check_cuttable, standing_of, window_of
from taihang.core.errors import StateError
from taihang.services.control import Answer, Controller


class ControlOverError(StateError):
    """The problem has no interval left to answer for."""

    code = "state.control-over"


def first_measured(problem: ParkProblem, remembered: Remembered | None) -> Measured:
    """Return where a run starts: as the last one was told, or as the problem says.

    Args:
        problem: The longer problem.
        remembered: What an earlier run left.

    Raises:
        ParkProblemError: If the problem leaves a start to the plan.
    """
    if remembered is not None:
        steps = (remembered.at_s - problem.horizon.start_s) // problem.horizon.step_s
        before = window_of(problem, first=steps, n_steps=1, standing=None)
        return as_told(remembered, horizon=before.horizon)
    standing = standing_of(problem)
    return Measured(
        at_s=problem.horizon.start_s,
        level_ratio=dict(standing.level_ratio),
        so_far_kw=dict(standing.so_far_kw),
        alarms=(),
    )


def run_cycles(
    controller: Controller,
    problem: ParkProblem,
    *,
    measured: Measured,
    n_window: int,
    n_cycles: int,
    keep: Callable[[Remembered], None],
) -> Iterator[Answer]:
    """Run cycles and yield their answers; after the first, the park is taken to do as it is told.

    Args:
        controller: Runs each cycle.
        problem: The longer problem, NaN where a value is not known.
        measured: What was measured at the start of the first cycle.
        n_window: How many intervals a window has; fewer where the problem ends.
        n_cycles: How many cycles; fewer where the problem ends.
        keep: Keeps what a cycle leaves, before its answer is given out.

    Yields:
        The answers, in order.

    Raises:
        ParkProblemError: If no window can be cut from the problem.
        ControlOverError: If there is no interval left for even the first cycle.
    """
    # 1. Where in the problem the run starts.
    check_cuttable(problem)
    horizon = problem.horizon
    first = max((measured.at_s - horizon.start_s) // horizon.step_s, 0)
    if first >= horizon.n_steps:
        raise ControlOverError(
            given=f"a cycle after {horizon.clock(horizon.n_steps - 1)}",
            expected=f"an interval from {horizon.clock(0)} on that the problem has",
            remedy="give a problem with later forecasts",
        )
    # 2. One cycle after the other; what it leaves is kept before anybody acts on it.
    for at in range(first, min(first + n_cycles, horizon.n_steps)):
        n_steps = min(n_window, horizon.n_steps - at)
        window = window_of(problem, first=at, n_steps=n_steps, standing=None)
        answer = controller.cycle(window, measured)
        if controller.remembered is not None:
            keep(controller.remembered)
            measured = as_told(controller.remembered, horizon=window.horizon)
        yield answer
