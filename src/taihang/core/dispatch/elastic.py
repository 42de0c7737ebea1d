"""Why a park problem has no plan: which limits conflict, when, by how much, the cheapest repair.

Every limit that an asset named gets a slack, priced by the energy it stands for, and the problem
is solved for the least of them instead of for money. What the optimum still breaks is the
conflict; by how much it breaks it is the cheapest repair. A bus that lacks power counts eight
times as much as a limit with a name, so it is blamed only where no limit could help.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.assembly import INF, Assembled, Edge, Limit
from taihang.core.dispatch.exact import with_switches
from taihang.core.dispatch.model import Ints, LinearModel, ModelBuilder, Reals, Solve, SolveStatus
from taihang.core.errors import StateError

_SEEN: Final = 1e-6
"""Smallest conflict [kW, kWh or kg]; below it lies the rounding of the solver."""
_ROOM: Final = 10.0
"""How many times a limit of a grid or line may be exceeded in search of a repair."""
_FLATTEN: Final = 1e-4
"""Weight of the largest breach against all of them: it picks the flattest of equal repairs."""


class NoRepairError(StateError):
    """The solver gave no answer even to the elastic problem, which always has one."""

    code = "state.no-repair"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One limit that no plan keeps, and the smallest repair."""

    kind: str
    """What it is; the catalogue has its words."""
    asset: str
    step: int
    """The worst interval, −1 where the whole horizon is meant."""
    limit: float
    """The limit there [kW, kWh or kg, as its kind says]."""
    needed: float
    """What it would have to be instead."""
    intervals: int
    """In how many intervals it is broken."""
    total_kwh: float
    """What is missing or left over in all of them [kWh]."""


def breaches_of(
    assembled: Assembled,
    *,
    marked: Sequence[NDArray[np.bool_]],
    solve: Solve,
    time_limit_s: float,
) -> tuple[Breach, ...]:
    """Say which limits conflict and what would repair them.

    Args:
        assembled: A problem without a plan.
        marked: Where pairs that must not run at once have a switch.
        solve: Solves a linear model.
        time_limit_s: Longest time for it. [s]

    Returns:
        The breaches, the largest energy first; empty where the problem has a plan after all.

    Raises:
        NoRepairError: If the time was too short even for this.
    """
    model, slacks = _elastic(assembled, marked)
    solution = solve(model, time_limit_s=time_limit_s, gap=1e-6)
    if solution.values is None or solution.status is not SolveStatus.OPTIMAL:
        raise NoRepairError(
            given=f"a solve that ended {solution.status.value} within {time_limit_s} s",
            expected="an optimum of the elastic problem",
            remedy="allow more time",
        )
    found = [
        _breach(assembled, limit, solution.values[columns])
        for limit, columns in zip(assembled.limits, slacks, strict=True)
        if len(columns) and solution.values[columns].max() > _SEEN
    ]
    return tuple(sorted(found, key=lambda one: -one.total_kwh))


def _elastic(
    assembled: Assembled, marked: Sequence[NDArray[np.bool_]]
) -> tuple[LinearModel, list[Ints]]:
    """Return the problem with a slack for every limit, and the slacks of each limit."""
    own = with_switches(assembled, marked, room_ratio=_ROOM)
    lower, upper = own.column_lower.copy(), own.column_upper.copy()
    for limit in assembled.limits:
        if limit.edge is Edge.UPPER:
            upper[limit.numbers] = INF
        elif limit.edge is Edge.LOWER:
            lower[limit.numbers] = 0.0
    model = replace(
        own, column_cost=np.zeros(own.n_columns), column_lower=lower, column_upper=upper
    )
    builder = ModelBuilder.continuing(model)
    slacks = [_slack(builder, assembled, limit) for limit in assembled.limits]
    return builder.build(), slacks


def _slack(builder: ModelBuilder, assembled: Assembled, limit: Limit) -> Ints:
    size = len(limit.numbers)
    name = f"{limit.owner}.{limit.kind} slack"
    slack = builder.columns(name, lower=0.0, upper=INF, size=size, cost=limit.weight)
    if size > 1:
        top = builder.columns(
            f"{name} top", lower=0.0, upper=INF, size=1, cost=_FLATTEN * limit.weight
        )
        spread = np.repeat(top, size)
        builder.rows(f"{name} top", [(spread, 1.0), (slack, -1.0)], lower=0.0, upper=INF)
    own = assembled.model
    if limit.edge is Edge.UPPER:
        bound = own.column_upper[limit.numbers]
        builder.rows(name, [(limit.numbers, 1.0), (slack, -1.0)], lower=-INF, upper=bound)
    elif limit.edge is Edge.LOWER:
        bound = own.column_lower[limit.numbers]
        builder.rows(name, [(limit.numbers, 1.0), (slack, 1.0)], lower=bound, upper=INF)
    else:
        sign = -1.0 if limit.edge is Edge.ROW_UPPER else 1.0
        builder.add(limit.numbers, slack, value=sign)
    return slack


def _breach(assembled: Assembled, limit: Limit, over: Reals) -> Breach:
    worst = int(np.flatnonzero(over >= over.max() - _SEEN)[0])
    number = int(limit.numbers[worst])
    own = assembled.model
    bound = {
        Edge.UPPER: own.column_upper,
        Edge.LOWER: own.column_lower,
        Edge.ROW_UPPER: own.row_upper,
        Edge.ROW_LOWER: own.row_lower,
        Edge.ROW: own.row_lower,
    }[limit.edge][number]
    sign = 1.0 if limit.edge in {Edge.UPPER, Edge.ROW_UPPER} else -1.0
    # A level is broken once however long it lasts; a power is broken anew in every interval.
    total = float(over.sum() * assembled.horizon.step_h if limit.is_power else over.max())
    return Breach(
        kind=limit.kind,
        asset=limit.owner,
        step=int(limit.steps[worst]),
        limit=float(bound),
        needed=float(bound) + sign * float(over[worst]),
        intervals=int((over > _SEEN).sum()),
        total_kwh=total,
    )
