"""HiGHS keeps the model of a rolling window: numbers change in place, the basis stays warm."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, cast

import numpy as np

from taihang.adapters import highs
from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.exact import Exact, solve_exactly
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import LinearModel, Reals, Solution, Solve, SolveStatus
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.refresh import Refresher
from taihang.core.dispatch.rolling import (
    Changes,
    Links,
    Placed,
    Slots,
    Turn,
    changes_of,
    links_of,
    offset_of,
    placed,
    turn_of,
)
from taihang.core.dispatch.stepping import NO_ANSWER, SHARE_FOR_PROOF, Method, Stepped, planned

_DEVEX: Final = 1
COEFFICIENTS_MAX: Final = 64
"""With more changed coefficients than this the model is handed over as a whole: each is a call."""


class HighsRing:
    """One linear model in one solver, for one window after the other.

    Every answer is checked as ``highs.solve`` checks its own. After any end but an optimum the
    model is handed over anew the next time.
    """

    def __init__(self) -> None:
        self._solver = highs.solver_of(time_limit_s=1.0, gap=0.0)
        # Presolve would throw away the basis, which is all that a ring is for.
        self._solver.setOptionValue("presolve", "off")
        # Devex: with a dozen iterations a step the weights of steepest edge are never paid back.
        self._solver.setOptionValue("simplex_dual_edge_weight_strategy", _DEVEX)
        self._held: Placed | None = None
        self._turns: dict[int, Turn] = {}
        self._links: dict[int, Links] = {}
        self.was_kept = False
        """Whether the last step changed the model in place."""

    def solve(self, model: LinearModel, *, horizon: Horizon, time_limit_s: float) -> Solution:
        """Solve the model of a window.

        Args:
            model: The model, in the order of time, without whole columns.
            horizon: Its window.
            time_limit_s: Longest time to spend, above 0. [s]

        Returns:
            The solution, its values in the order of time. No prices.
        """
        highs.demand_numbers(model)
        # 1. What differs from the model that the solver holds.
        turn = self._turned(model, horizon)
        now = placed(model, turn)
        changes = self._changes(now, offset_of(horizon))
        # 2. Tell it.
        self.was_kept = changes is not None and len(changes.places) <= COEFFICIENTS_MAX
        self._held = None
        if changes is not None and self.was_kept:
            self._change(changes, now)
        else:
            self._load(model, now)
        # 3. Solve from the basis of the last step.
        # HiGHS counts the limit over all runs of a solver.
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + time_limit_s)
        self._solver.run()
        # 4. A vector only if it is valid.
        solution = self._solution(model, turn.slots)
        if solution.status is SolveStatus.OPTIMAL:
            self._held = now
        return solution

    def _changes(self, now: Placed, offset: int) -> Changes | None:
        """Return what differs; the links of a matrix are the same in every turn of the ring."""
        held = self._held
        if held is None or held.shape != now.shape:
            return None
        links = self._links.get(offset)
        if links is None or not links.is_between(held, now):
            links = links_of(held, now)
            self._links[offset] = links
        return changes_of(held, now, links=links)

    def _turned(self, model: LinearModel, horizon: Horizon) -> Turn:
        """Return the order of the matrix now, worked out once for each slot."""
        offset = offset_of(horizon)
        turn = self._turns.get(offset)
        if turn is None or turn.index is not model.index or turn.value is not model.value:
            turn = turn_of(model, n_steps=horizon.n_steps, offset=offset)
            self._turns[offset] = turn
        return turn

    def _change(self, changes: Changes, now: Placed) -> None:
        solver, n_rows = self._solver, len(now.row_lower)
        at = changes.column_bounds
        solver.changeColsBounds(len(at), at, now.column_lower[at], now.column_upper[at])
        at = changes.costs
        solver.changeColsCost(len(at), at, now.column_cost[at])
        at = changes.row_bounds
        # The stubs of highspy forget this one.
        cast("Any", solver).changeRowsBounds(len(at), at, now.row_lower[at], now.row_upper[at])
        for place, value in zip(changes.places.tolist(), changes.values.tolist(), strict=True):
            column, row = divmod(place, n_rows)
            solver.changeCoeff(row, column, value)

    def _load(self, model: LinearModel, now: Placed) -> None:
        n_rows = model.n_rows
        column, row = np.divmod(now.places, n_rows)
        start = np.zeros(model.n_columns + 1, np.int32)
        np.cumsum(np.bincount(column, minlength=model.n_columns), out=start[1:])
        highs.pass_model(
            self._solver,
            LinearModel(
                column_cost=now.column_cost,
                column_lower=now.column_lower,
                column_upper=now.column_upper,
                column_integer=model.column_integer,
                row_lower=now.row_lower,
                row_upper=now.row_upper,
                start=start,
                index=row.astype(np.int32),
                value=now.values,
                columns=model.columns,
                rows=model.rows,
            ),
        )

    def _solution(self, model: LinearModel, slots: Slots) -> Solution:
        solver, info = self._solver, self._solver.getInfo()
        found = highs.primal_values(solver)
        values = highs.kept_values(model, None if found is None else found[slots.columns])
        status = highs.status_of(solver.getModelStatus(), has_values=values is not None)
        is_optimal = status is SolveStatus.OPTIMAL
        bound = info.objective_function_value
        return Solution(
            status=status,
            values=None if status is SolveStatus.INFEASIBLE else values,
            objective=None if values is None else float(model.column_cost @ values),
            bound=bound if is_optimal and math.isfinite(bound) else None,
            iterations=max(info.simplex_iteration_count, 0),
            row_prices=self._row_prices(slots) if is_optimal else None,
        )

    def _row_prices(self, slots: Slots) -> Reals | None:
        solution = self._solver.getSolution()
        prices = np.array(solution.row_dual, np.float64)
        return prices[slots.rows] if solution.dual_valid else None


class RingStepper:
    """Plans windows by a ring; with switches where the relaxation alone would be wrong.

    Args:
        monotonic_s: Seconds that only rise: all rounds of a step share its time.
    """

    def __init__(self, *, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._ring = HighsRing()
        self._refresher = Refresher()

    def __call__(self, window: ParkProblem, /, *, time_limit_s: float, gap: float) -> Stepped:
        """Plan a window within the time."""
        assembled = self._refresher.assembled(window)
        proof_s = SHARE_FOR_PROOF * time_limit_s
        stepped = planned(
            window,
            assembled,
            solve=self._solve(assembled, window.horizon, time_limit_s=proof_s),
            last_solve=self._solve(assembled, window.horizon, time_limit_s=time_limit_s),
            time_limit_s=time_limit_s,
            gap=gap,
        )
        is_ring = self._ring.was_kept and not stepped.switches
        return replace(stepped, method=Method.RING) if is_ring else stepped

    def values(
        self, window: ParkProblem, *, time_limit_s: float, gap: float
    ) -> tuple[Assembled, Exact]:
        """Return the model of a window and its checked vector, without writing a plan.

        It is for whoever only wants to read a few flows of many windows.

        Args:
            window: The window.
            time_limit_s: Longest time of it all. [s]
            gap: Relative gap at which a solution with switches is good enough. [1]
        """
        assembled = self._refresher.assembled(window)
        solve = self._solve(assembled, window.horizon, time_limit_s=time_limit_s)
        return assembled, solve_exactly(assembled, solve=solve, time_limit_s=time_limit_s, gap=gap)

    def _solve(self, assembled: Assembled, horizon: Horizon, *, time_limit_s: float) -> Solve:
        """Return what solves the window's own model by the ring, and any other one anew."""
        until_s = self._monotonic_s() + time_limit_s

        def solve(model: LinearModel, *, time_limit_s: float, gap: float) -> Solution:
            left_s = min(time_limit_s, until_s - self._monotonic_s())
            if left_s <= 0.0:
                return NO_ANSWER
            if model is assembled.model:
                return self._ring.solve(model, horizon=horizon, time_limit_s=left_s)
            return highs.solve(model, time_limit_s=left_s, gap=gap)

        return solve
