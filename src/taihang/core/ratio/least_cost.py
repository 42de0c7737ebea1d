"""Small linear problems solved in exact fractions: the least cost that meets every demand.

Dual simplex with Bland's rule: every cost is 0 or more, so that doing nothing is where it starts,
and the rule of the smallest number keeps it from going round in circles. For problems of a dozen
columns; larger ones belong to a solver.

Source: Lemke's dual simplex method; Bland, 1977, for the rule.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from taihang.core.errors import InputError

CELLS_MAX: Final = 20_000
"""Largest problem, rows × columns (§10)."""
_PIVOTS_MAX: Final = 10_000
_ZERO: Final = Fraction(0)


class CostProblemError(InputError):
    """The problem is too large, or a cost is below zero."""

    code = "input.cost-problem"


def least_cost(
    cost: Sequence[Fraction],
    demands: Sequence[tuple[Sequence[Fraction], Fraction]],
) -> tuple[Fraction, ...] | None:
    """Minimise ``cost · x`` where ``row · x ≥ bound`` for every demand, and ``x ≥ 0``.

    Args:
        cost: Of each column, 0 or more.
        demands: Rows and their bounds; a limit from above is a row of opposite sign.

    Returns:
        A cheapest x, exact; None where no x meets every demand.

    Raises:
        CostProblemError: If a cost is below zero or the problem is too large.

    Example:
        >>> one = Fraction(1)
        >>> least_cost([Fraction(3), Fraction(2)], [((one, one), Fraction(5)),
        ...                                         ((0 * one, -one), Fraction(-2))])
        (Fraction(3, 1), Fraction(2, 1))
    """
    n = len(cost)
    if min(cost, default=_ZERO) < 0 or (n + len(demands)) * len(demands) > CELLS_MAX:
        raise CostProblemError(
            given=f"{n} columns, {len(demands)} demands, least cost {min(cost, default=_ZERO)}",
            expected=f"costs of 0 or more, and at most {CELLS_MAX} cells",
            remedy="drop what is not priced, or give the problem to a solver",
        )
    # Row: −a·x + s = −b, with the slack as its basic column; the last entry is the right side.
    rows = [
        [*(-a for a in row), *(Fraction(i == at) for i in range(len(demands))), -bound]
        for at, (row, bound) in enumerate(demands)
    ]
    reduced = [*cost, *(_ZERO for _ in range(len(demands) + 1))]
    basis = [n + at for at in range(len(demands))]
    for _ in range(_PIVOTS_MAX):
        leaving = min(
            (at for at, row in enumerate(rows) if row[-1] < 0),
            key=lambda at: basis[at],
            default=None,
        )
        if leaving is None:
            return _values(rows, basis, n)
        entering = _entering(rows[leaving], reduced)
        if entering is None:
            return None
        _pivot(rows, reduced, (leaving, entering))
        basis[leaving] = entering
    raise CostProblemError(
        given=f"a problem that is not solved after {_PIVOTS_MAX} steps",
        expected="an end: the rule of the smallest number never goes round in circles",
        remedy="report the problem",
    )


def _entering(row: Sequence[Fraction], reduced: Sequence[Fraction]) -> int | None:
    """Return the column that keeps every reduced cost at 0 or more; the smallest of equals."""
    candidates = [column for column in range(len(row) - 1) if row[column] < 0]
    return min(candidates, key=lambda at: (reduced[at] / -row[at], at), default=None)


def _pivot(rows: list[list[Fraction]], reduced: list[Fraction], at: tuple[int, int]) -> None:
    leaving, entering = at
    scale = rows[leaving][entering]
    chosen = [value / scale for value in rows[leaving]]
    for number, row in enumerate(rows):
        if number != leaving and row[entering]:
            factor = row[entering]
            rows[number] = [a - factor * b for a, b in zip(row, chosen, strict=True)]
    rows[leaving] = chosen
    if factor := reduced[entering]:
        reduced[:] = [a - factor * b for a, b in zip(reduced, chosen, strict=True)]


def _values(
    rows: Sequence[Sequence[Fraction]], basis: Sequence[int], n: int
) -> tuple[Fraction, ...]:
    found = [_ZERO] * n
    for row, column in zip(rows, basis, strict=True):
        if column < n:
            found[column] = row[-1]
    return tuple(found)
