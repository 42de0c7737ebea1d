"""Plans a window by the programme of one store where its structure is there, else by the ring."""

from dataclasses import replace

from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.refresh import Refresher
from taihang.core.dispatch.slope.case import NotSlope, slope_case
from taihang.core.dispatch.slope.shapes import FindPlan
from taihang.core.dispatch.slope.solve import as_exact, solve_by_slopes
from taihang.core.dispatch.stepping import Method, Stepped, Stepper, stepped_of


class SlopeFirst:
    """Asks the programme first. What it does not take, or cannot prove, is for the other stepper.

    Args:
        other: Plans any window.
        find_plan: The loops of the programme; compiled, or they are slower than a solver.
    """

    def __init__(self, other: Stepper, *, find_plan: FindPlan) -> None:
        self._other = other
        self._find_plan = find_plan
        self._refresher = Refresher()
        self.why_not: NotSlope | None = None
        """Why the last window was for the other stepper; None where it was not."""

    def __call__(self, window: ParkProblem, /, *, time_limit_s: float, gap: float) -> Stepped:
        """Plan a window within the time."""
        found = self._by_slopes(window)
        self.why_not = found if isinstance(found, NotSlope) else None
        if isinstance(found, NotSlope):
            return self._other(window, time_limit_s=time_limit_s, gap=gap)
        return found

    def _by_slopes(self, window: ParkProblem) -> Stepped | NotSlope:
        case = slope_case(window)
        if isinstance(case, NotSlope):
            return case
        found = solve_by_slopes(case, find_plan=self._find_plan)
        if isinstance(found, NotSlope):
            return found
        assembled = self._refresher.assembled(window)
        exact = as_exact(case, found, assembled)
        if isinstance(exact, NotSlope):
            return exact
        return replace(stepped_of(window, assembled, exact), method=Method.SLOPE)
