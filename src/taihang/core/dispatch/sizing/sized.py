"""Sizes a park by decomposition: searches, and where burning energy would pay, searches again.

Where a ratio makes a used kWh so valuable that burning it in the battery pays, the bounds of the
search do not meet. The search is then repeated as if the battery wore so much that nobody burns.
That problem is convex again and is solved to the end; its plan is one of the true problem as well,
and the wear that was only felt is on no bill. How far it may be from the best is told against the
bound of the true problem.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.model import Solution, SolveStatus
from taihang.core.dispatch.sizing.answer import gap_of, solution_of
from taihang.core.dispatch.sizing.bounds import MakeModel
from taihang.core.dispatch.sizing.case import SizingCase, Why
from taihang.core.dispatch.sizing.oracle import Loops
from taihang.core.dispatch.sizing.search import Ended, Met, Search

_MORE: Final = 4.0
"""By how much the wear that is felt grows from one trial to the next [1]."""
_TRIALS: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Tools:
    """What sizing by decomposition works with."""

    loops: Loops
    """The storage programme, compiled."""
    make: MakeModel
    """Makes a small linear model that grows."""


@dataclass(frozen=True, slots=True, eq=False)
class Sized:
    """What came of it."""

    solution: Solution | None
    """Of the whole model; None where that has to be solved."""
    looks: int
    why: Why | None
    """Why the optimum is not proven; None if it is."""


def sized(case: SizingCase, assembled: Assembled, *, tools: Tools, gap: float) -> Sized:
    """Find the cheapest sizes.

    Args:
        case: The year.
        assembled: The linear model of the same problem.
        tools: Loops and models.
        gap: Relative gap at which the bounds count as met. [1]

    Returns:
        The solution with its bound, proven on the model.
    """
    search = Search(case, loops=tools.loops, make=tools.make)
    met = search.close(gap=gap)
    if met is None or met.ended is Ended.BROKEN:
        return Sized(None, search.oracle.looks, Why.BROKEN)
    solution = solution_of(search, met, assembled)
    # The model itself has the word: what was proven there counts, not what the search says.
    if solution is not None and gap_of(solution) <= GAP_MOST:
        return Sized(solution, met.looks, None)
    return _rested(case, assembled, met, solution, tools=tools, gap=gap)


GAP_MOST: Final = 1e-6
"""Gap at which sizes count as proven best [1]."""


def _rested(
    case: SizingCase,
    assembled: Assembled,
    met: Met,
    first: Solution | None,
    *,
    tools: Tools,
    gap: float,
) -> Sized:
    """Search again with a wear that is only felt; keep the best plan and the best bound."""
    found, looks = [] if first is None else [first], met.looks
    for felt in _felt(case, met):
        search = Search(felt, loops=tools.loops, make=tools.make)
        again = search.close(gap=gap)
        looks += search.oracle.looks
        solution = None if again is None else solution_of(search, again, assembled)
        if solution is not None:
            found.append(solution)
            if again is not None and again.ended is Ended.PROVEN:
                break
    if not found:
        # Nothing that can be run came of it: the whole model has the word, and is said to have it.
        return Sized(None, looks, Why.BROKEN)
    best = min(found, key=lambda one: _known(one.objective, math.inf))
    proof = max(found, key=lambda one: _known(one.bound, -math.inf))
    solution = replace(
        best,
        status=SolveStatus.FEASIBLE,
        bound=proof.bound,
        row_prices=proof.row_prices,
        column_prices=proof.column_prices,
    )
    return Sized(solution, looks, Why.OPEN)


def _known(value_cny: float | None, unknown_cny: float) -> float:
    """Return a value, or what loses every comparison."""
    return unknown_cny if value_cny is None else value_cny


def _felt(case: SizingCase, met: Met) -> Iterator[SizingCase]:
    """Yield the case with more and more wear, from what its prices ask for on."""
    wear_cny = felt_wear_cny(case, met)
    for _ in range(_TRIALS):
        yield with_wear(case, wear_cny)
        wear_cny *= _MORE


def felt_wear_cny(case: SizingCase, met: Met) -> float:
    """Return a wear at which, with the prices a search ended with, burning does not pay."""
    year, budgets = case.year, case.budgets
    lost = 1.0 / (year.law.in_ratio * year.law.out_ratio) - 1.0
    use = float(year.use_cny.min(initial=0.0)) + float(met.outside.prices @ budgets.used)
    use += float(met.outside.prices @ budgets.loss)
    return _MORE * max(-use * lost, year.law.wear_cny_per_kwh, lost * _LEAST_CNY)


def with_wear(case: SizingCase, wear_cny_per_kwh: float) -> SizingCase:
    """Return a case whose battery wears as said."""
    law = case.year.law._replace(wear_cny_per_kwh=wear_cny_per_kwh)
    return replace(case, year=case.year._replace(law=law))


_LEAST_CNY: Final = 0.01
"""What a used kWh may be worth at least at the first trial [CNY/kWh]."""
