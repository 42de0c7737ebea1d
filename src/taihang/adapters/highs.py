"""HiGHS solves a linear model: arrays in, a checked vector out."""

import math
from typing import Final

import highspy
import numpy as np

from taihang.core.dispatch.model import LinearModel, Reals, Solution, SolveStatus
from taihang.core.errors import InputError

VIOLATION_MAX: Final = 1e-5
"""Largest broken bound or row [unit of the row] that a vector may have, beside
``VIOLATION_RATIO`` of its largest value; HiGHS itself aims at 1e-7."""
VIOLATION_RATIO: Final = 1e-7
_WITHOUT_VALUES: Final = {
    highspy.HighsModelStatus.kInfeasible: SolveStatus.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: SolveStatus.UNBOUNDED,
}
_BY_COLUMN: Final = 1
_MINIMISE: Final = 1


class SolverSettingError(InputError):
    """A time limit or a gap makes no sense."""

    code = "input.solver-setting"


class SolverRefusedModelError(InputError):
    """The solver refuses to read the model."""

    code = "input.solver-model"


def solve(model: LinearModel, *, time_limit_s: float, gap: float) -> Solution:
    """Solve a linear model on one thread; the same model gives the same values.

    Args:
        model: What to minimise.
        time_limit_s: Longest time to spend, above 0. [s]
        gap: Relative gap at which a solution with binaries counts as the optimum, 0 or more. [1]

    Returns:
        The solution. It carries values only if HiGHS says that they are valid and feasible, and
        our own product with the matrix agrees: at a time-out HiGHS may hand back zeros.

    Raises:
        SolverSettingError: If the time limit or the gap is out of range.
        SolverRefusedModelError: If HiGHS cannot read the model.
    """
    if not 0.0 < time_limit_s < math.inf or not 0.0 <= gap < math.inf:
        raise SolverSettingError(
            given=f"time_limit_s {time_limit_s}, gap {gap}",
            expected="a finite time above 0 and a finite gap of 0 or more",
            remedy="give for example time_limit_s=10 and gap=1e-6",
        )
    solver = solver_of(time_limit_s=time_limit_s, gap=gap)
    pass_model(solver, model)
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kUnboundedOrInfeasible:
        # Presolve cannot tell which of the two it is; the simplex method can.
        solver.setOptionValue("presolve", "off")
        solver.run()
    return _solution(solver, model)


def solver_of(*, time_limit_s: float, gap: float) -> highspy.Highs:
    """Return a silent solver on one thread, as every solve here uses it.

    Args:
        time_limit_s: Longest time of all its runs together: HiGHS does not start it anew. [s]
        gap: Relative gap at which a solution with binaries counts as the optimum. [1]
    """
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    solver.setOptionValue("time_limit", time_limit_s)
    solver.setOptionValue("mip_rel_gap", gap)
    # A binary that is 1e-6 off lets a large battery leak watts in both directions at once.
    solver.setOptionValue("mip_feasibility_tolerance", 1e-9)
    return solver


def demand_numbers(model: LinearModel) -> None:
    """Refuse a model with a gap in it.

    Raises:
        SolverRefusedModelError: If a cost, a coefficient or a bound is no number.
    """
    # HiGHS itself takes a NaN cost without a word and calls some vertex optimal.
    gaps = sum(int(np.isnan(bounds).sum()) for bounds in _bounds(model))
    gaps += int((~np.isfinite(model.column_cost)).sum() + (~np.isfinite(model.value)).sum())
    if gaps:
        raise SolverRefusedModelError(
            given=f"{gaps} costs, coefficients or bounds that are not numbers",
            expected="finite costs and coefficients, and bounds that are numbers",
            remedy="find the gap in the problem behind the model",
        )


def pass_model(solver: highspy.Highs, model: LinearModel) -> None:
    """Hand a whole model over.

    Raises:
        SolverRefusedModelError: If a number is none, or HiGHS cannot read the model.
    """
    demand_numbers(model)
    status = solver.passModel(
        model.n_columns,
        model.n_rows,
        len(model.value),
        _BY_COLUMN,
        _MINIMISE,
        0.0,
        model.column_cost,
        model.column_lower,
        model.column_upper,
        model.row_lower,
        model.row_upper,
        model.start[:-1],
        model.index,
        model.value,
        model.column_integer.astype(np.int32),
    )
    if status == highspy.HighsStatus.kError:
        raise SolverRefusedModelError(
            given=f"{model.n_columns} columns and {model.n_rows} rows",
            expected="finite coefficients, and lower bounds not above upper bounds",
            remedy="check the problem behind the model",
        )


def _solution(solver: highspy.Highs, model: LinearModel) -> Solution:
    ended, info = solver.getModelStatus(), solver.getInfo()
    values = kept_values(model, primal_values(solver)) if ended not in _WITHOUT_VALUES else None
    row_prices, column_prices = _prices(solver) if values is not None else (None, None)
    status = status_of(ended, has_values=values is not None)
    is_mip = bool(model.column_integer.any())
    bound = info.mip_dual_bound if is_mip else info.objective_function_value
    proven = status is SolveStatus.OPTIMAL or (status is SolveStatus.FEASIBLE and is_mip)
    return Solution(
        status=status,
        values=values,
        objective=None if values is None else float(model.column_cost @ values),
        bound=bound if proven and math.isfinite(bound) else None,
        iterations=max(info.simplex_iteration_count, 0) + max(info.ipm_iteration_count, 0),
        row_prices=row_prices,
        column_prices=column_prices,
    )


def _bounds(model: LinearModel) -> tuple[Reals, ...]:
    return model.column_lower, model.column_upper, model.row_lower, model.row_upper


def primal_values(solver: highspy.Highs) -> Reals | None:
    """Return what the solver holds, if it calls that valid and feasible: it may hold zeros."""
    feasible = (
        solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    )
    solution = solver.getSolution()
    if not (feasible and solution.value_valid):
        return None
    return np.array(solution.col_value, np.float64)


def kept_values(model: LinearModel, values: Reals | None) -> Reals | None:
    """Return values that keep every bound and row by our own product with the matrix, or None."""
    if values is None:
        return None
    allowed = VIOLATION_MAX + VIOLATION_RATIO * float(np.abs(values).max(initial=0.0))
    return values if model.violation(values) <= allowed else None


def _prices(solver: highspy.Highs) -> tuple[Reals | None, Reals | None]:
    """Return the duals of rows and columns where HiGHS calls them valid."""
    solution = solver.getSolution()
    if not solution.dual_valid or solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None, None
    return np.array(solution.row_dual, np.float64), np.array(solution.col_dual, np.float64)


def status_of(ended: highspy.HighsModelStatus, *, has_values: bool) -> SolveStatus:
    """Return how a solve ended in our words."""
    if ended in _WITHOUT_VALUES:
        return _WITHOUT_VALUES[ended]
    if not has_values:
        return SolveStatus.NO_ANSWER
    if ended == highspy.HighsModelStatus.kOptimal:
        return SolveStatus.OPTIMAL
    return SolveStatus.FEASIBLE
