"""Solves an assembled problem exactly, with binaries only where they are needed.

``c·d = 0`` of a store, ``i·e = 0`` of a grid and both directions of a line are not linear. The
linear relaxation is solved first: its optimum is a lower bound of the true one. Wherever it runs
both ways, the pair is replaced by the one flow that does the same, if that costs nothing more. If
no pair is left, the bound is reached and the vector is optimal: the relaxation was exact, and the
vector itself is the proof. Only the intervals that are left get a binary, together with those
whose prices make burning energy worth while; then the problem is solved again. Each round is a
relaxation of the true problem, so whenever no pair is left the optimum is the true one; there are
finitely many intervals, and after ``MAX_ROUNDS`` all of them get a binary.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.assembly import INF, Assembled, OneWay
from taihang.core.dispatch.model import (
    Ints,
    LinearModel,
    ModelBuilder,
    Reals,
    Solution,
    Solve,
    SolveStatus,
)

MAX_ROUNDS: Final = 6
_BOTH_KW: Final = 1e-7
"""Flows both ways below this are the rounding of the solver [kW]."""
_COST_RATIO: Final = 1e-10
"""Share of the cost that a replacement may cost more: the rounding of floats [1]."""


@dataclass(frozen=True, slots=True, eq=False)
class Exact:
    """What an exact solve found."""

    solution: Solution
    """As the solver gave it, its values untangled; binaries are cut off."""
    n_binaries: int
    """How many intervals needed a switch; 0 where the relaxation was exact."""
    rounds: int
    """How many problems were solved."""
    marked: tuple[NDArray[np.bool_], ...]
    """For each pair that must not run at once, where it had a switch in the last of them."""


def solve_exactly(
    assembled: Assembled,
    *,
    solve: Solve,
    time_limit_s: float,
    gap: float,
    relaxed: Solution | None = None,
) -> Exact:
    """Find the cheapest plan in which nothing runs both ways.

    Args:
        assembled: The problem.
        solve: Solves a linear model.
        time_limit_s: Longest time of each solve. [s]
        gap: Relative gap at which a solution with binaries counts as the optimum. [1]
        relaxed: The solution of the linear relaxation, where it is known already.

    Returns:
        The solution. Its prices are those of the last linear problem, binaries at their values.
    """
    marked = [np.zeros(len(pair.drawn), np.bool_) for pair in assembled.one_ways]
    model, n_own = assembled.model, assembled.model.n_columns
    found = Exact(_NOTHING, 0, 0, tuple(marked))
    for number in range(1, MAX_ROUNDS + 2):
        solution = relaxed if number == 1 else None
        if solution is None:
            solution = solve(model, time_limit_s=time_limit_s, gap=gap)
        n_binaries = int(sum(mark.sum() for mark in marked))
        if solution.values is None:
            return Exact(solution, n_binaries, number, tuple(marked))
        values, left = _untangled(assembled, solution.values[:n_own])
        objective = float(assembled.model.column_cost @ values)
        own = replace(solution, values=values, objective=objective)
        found = Exact(own, n_binaries, number, tuple(marked))
        if not any(mark.any() for mark in left):
            return (
                _priced(found, model, solution.values, solve=solve, time_limit_s=time_limit_s)
                if n_binaries
                else found
            )
        more = _marked_more(assembled, solution, left)
        marked = [old | new | (number >= MAX_ROUNDS) for old, new in zip(marked, more, strict=True)]
        model = with_switches(assembled, marked)
    return found


_NOTHING: Final = Solution(
    status=SolveStatus.NO_ANSWER, values=None, objective=None, bound=None, iterations=0
)


def _priced(
    found: Exact, model: LinearModel, values: Reals, *, solve: Solve, time_limit_s: float
) -> Exact:
    """Fill in the prices of the linear problem that is left when every switch keeps its place."""
    again = solve(model.with_binaries_at(values), time_limit_s=time_limit_s, gap=0.0)
    if again.column_prices is None:
        return found
    own = replace(found.solution, row_prices=again.row_prices, column_prices=again.column_prices)
    return replace(found, solution=own)


def _marked_more(
    assembled: Assembled,
    solution: Solution,
    left: list[NDArray[np.bool_]],
) -> list[NDArray[np.bool_]]:
    """Mark what is left, and every interval in which the relaxation is paid for burning."""
    if solution.row_prices is None:
        return left
    marked = list[NDArray[np.bool_]]()
    for pair, mark in zip(assembled.one_ways, left, strict=True):
        if pair.kind == "grid":
            cost = assembled.model.column_cost
            pays = cost[pair.drawn] + cost[pair.given] < 0.0
        else:
            pays = solution.row_prices[assembled.bus_rows[pair.bus]] < -_BOTH_KW
        marked.append(mark | pays if mark.any() else mark)
    return marked


def with_switches(
    assembled: Assembled, marked: Sequence[NDArray[np.bool_]], *, room_ratio: float = 1.0
) -> LinearModel:
    """Return the problem with a switch at each marked interval: 1 draws, 0 gives.

    Args:
        assembled: The problem.
        marked: For each pair that must not run at once, where it gets a switch, shape (n,).
        room_ratio: By how much the flows of grids and lines may exceed their limits: more than 1
            where the limits themselves are questioned.
    """
    builder = ModelBuilder.continuing(assembled.model)
    for pair, mark in zip(assembled.one_ways, marked, strict=True):
        at = np.flatnonzero(mark)
        if not len(at):
            continue
        name, room = f"{pair.owner}.draws", 1.0 if pair.kind == "store" else room_ratio
        switch = builder.columns(name, lower=0.0, upper=1.0, size=len(at), integer=True)
        builder.rows(
            f"{name} drawn_kw",
            [(pair.drawn[at], 1.0), (switch, -room * pair.drawn_kw[at])],
            lower=-INF,
            upper=0.0,
        )
        builder.rows(
            f"{name} given_kw",
            [(pair.given[at], 1.0), (switch, room * pair.given_kw[at])],
            lower=-INF,
            upper=room * pair.given_kw[at],
        )
    return builder.build()


def _untangled(assembled: Assembled, values: Reals) -> tuple[Reals, list[NDArray[np.bool_]]]:
    """Replace pairs that run both ways, and mark those for which that would cost more."""
    own, left = values.copy(), list[NDArray[np.bool_]]()
    for pair in assembled.one_ways:
        both = np.minimum(own[pair.drawn], own[pair.given]) > _BOTH_KW
        left.append(_replaced(assembled, own, pair, both) if both.any() else both)
    if not any(mark.any() for mark in left) and np.array_equal(own, values):
        return own, left
    model = assembled.model
    allowed = model.violation(values) + _BOTH_KW
    is_dearer = float(model.column_cost @ (own - values)) > _COST_RATIO * float(
        np.abs(model.column_cost) @ np.abs(values)
    )
    if is_dearer or model.violation(own) > allowed:
        # Some row beyond the buses objects, such as a ratio: leave these pairs to the switches.
        both = [
            np.minimum(values[pair.drawn], values[pair.given]) > _BOTH_KW
            for pair in assembled.one_ways
        ]
        return values, both
    return own, left


def _replaced(
    assembled: Assembled, own: Reals, pair: OneWay, both: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Replace the marked pairs of one asset in place; return those that cannot be."""
    at = np.flatnonzero(both).astype(np.int32)
    drawn, given = pair.drawn[at], pair.given[at]
    if pair.kind == "grid":
        same = np.minimum(own[drawn], own[given])
        gain = assembled.model.column_cost[drawn] + assembled.model.column_cost[given] >= 0.0
        own[drawn] -= same * gain
        own[given] -= same * gain
        return _marks(both, at[~gain])
    if pair.kind == "link":
        return both
    return _marks(both, at[~_stored_once(assembled, own, pair, at)])


def _stored_once(assembled: Assembled, own: Reals, pair: OneWay, at: Ints) -> NDArray[np.bool_]:
    """Store the same with one flow, where what is no longer burnt can be drawn less."""
    drawn, given = pair.drawn[at], pair.given[at]
    stored = own[drawn] * pair.drawn_ratio - own[given] / pair.given_ratio
    charge = np.maximum(stored, 0.0) / pair.drawn_ratio
    discharge = np.maximum(-stored, 0.0) * pair.given_ratio
    surplus = (discharge - charge) - (own[given] - own[drawn])
    cost = np.zeros(len(at))
    rest, cuts = surplus.copy(), list[tuple[Ints, Reals]]()
    for flow in assembled.bus_flows[pair.bus]:
        cut = np.minimum(rest, own[flow[at]] - assembled.model.column_lower[flow[at]])
        cuts.append((flow[at], cut))
        cost -= assembled.model.column_cost[flow[at]] * cut
        rest = rest - cut
    wear = assembled.model.column_cost
    cost += wear[drawn] * (charge - own[drawn]) + wear[given] * (discharge - own[given])
    fine = (rest <= _BOTH_KW) & (cost <= _COST_RATIO * (1.0 + np.abs(surplus)))
    own[drawn] = np.where(fine, charge, own[drawn])
    own[given] = np.where(fine, discharge, own[given])
    for columns, cut in cuts:
        own[columns] -= np.where(fine, cut, 0.0)
    return fine


def _marks(like: NDArray[np.bool_], at: Ints) -> NDArray[np.bool_]:
    marks = np.zeros(len(like), np.bool_)
    marks[at] = True
    return marks
