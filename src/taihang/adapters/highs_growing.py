"""A small linear model that grows, kept in HiGHS and solved again from where it ended."""

import highspy
import numpy as np

from taihang.core.dispatch.model import Ints, Reals


class HighsGrowingModel:
    """Columns and rows are added one by one; the basis is kept in between."""

    def __init__(self) -> None:
        """Start empty; minimise."""
        self._solver = highspy.Highs()
        self._solver.silent()
        options = {"presolve": "off", "threads": 1, "random_seed": 0}
        for name, value in (options | {"primal_feasibility_tolerance": 1e-10}).items():
            self._solver.setOptionValue(name, value)

    def add_column(
        self, *, cost: float, lower: float, upper: float, rows: Ints, values: Reals
    ) -> None:
        """Add a column to rows that exist.

        Args:
            cost: What one unit of it costs.
            lower: Its lower bound.
            upper: Its upper bound.
            rows: Where it stands, shape (k,).
            values: Its coefficients there, shape (k,).
        """
        self._solver.addCol(cost, lower, upper, len(rows), rows, values)

    def add_row(self, *, lower: float, upper: float, columns: Ints, values: Reals) -> None:
        """Add a row over columns that exist.

        Args:
            lower: Its lower bound.
            upper: Its upper bound.
            columns: Where it stands, shape (k,).
            values: Its coefficients there, shape (k,).
        """
        self._solver.addRow(lower, upper, len(columns), columns, values)

    def solve(self) -> tuple[Reals, Reals, float] | None:
        """Return values, row prices and objective; None without an optimum."""
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._solver.getSolution()
        return (
            np.array(solution.col_value, np.float64),
            np.array(solution.row_dual, np.float64),
            float(self._solver.getInfo().objective_function_value),
        )
