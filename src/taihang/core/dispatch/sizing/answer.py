"""Turns where a search ended into a solution of the whole linear model, with its own proof.

The years behind the mixture are looked up once more and averaged, flow by flow: that is a vector of
the model. The prices behind the bound are averaged in the same way: they are row prices of the
model, and whatever they are, weak duality makes a bound of them. So both ends of the gap are
computed anew from the matrix of the model, by nothing that the search believes.
"""

from typing import Final

import numpy as np

from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.model import Ints, LinearModel, Reals, Solution, SolveStatus
from taihang.core.dispatch.sizing.bounds import Bound
from taihang.core.dispatch.sizing.case import SizingCase
from taihang.core.dispatch.sizing.kernel import Mixture
from taihang.core.dispatch.sizing.search import Met, Search

VIOLATION_MAX: Final = 1e-6
"""Largest broken bound or row that the vector may have [unit of the row], beside
``_VIOLATION_RATIO`` of its largest value."""
_VIOLATION_RATIO: Final = 1e-12
_TINY: Final = 1e-12
"""Weight below which a cut or a point says nothing [1]."""


def solution_of(search: Search, met: Met, assembled: Assembled) -> Solution | None:
    """Return where a search ended as a solution of the linear model of its problem.

    Args:
        search: The search.
        met: Where it ended.
        assembled: The model of the same problem.

    Returns:
        Values, bound and prices. The bound is proven by the prices on the model itself. None where
        the values do not keep the model, or the search never kept its budgets.
    """
    case, model = search.case, assembled.model
    mixture = _mixed(search, met)
    untangle(case, mixture)
    values = _values(case, met.inside.x, mixture, model)
    allowed = VIOLATION_MAX + _VIOLATION_RATIO * float(np.abs(values).max())
    if not met.inside.is_kept or model.violation(values) > allowed:
        return None
    row_prices = _row_prices(case, met.outside, mixture, assembled)
    bound, column_prices = proven_bound(model, row_prices, upper=_upper(case, model))
    return Solution(
        status=SolveStatus.OPTIMAL,
        values=values,
        objective=float(model.column_cost @ values),
        bound=bound,
        iterations=met.looks,
        row_prices=row_prices,
        column_prices=column_prices,
    )


def gap_of(solution: Solution) -> float:
    """Return what a solution may be above its bound, as a share of its cost [1]."""
    if solution.objective is None or solution.bound is None:
        return np.inf
    return max(solution.objective - solution.bound, 0.0) / max(abs(solution.objective), 1.0)


def proven_bound(model: LinearModel, row_prices: Reals, *, upper: Reals) -> tuple[float, Reals]:
    """Return what no vector of a linear model can cost less than, by weak duality.

    Args:
        model: The model.
        row_prices: Any price for each row; a sign that the row does not allow counts as 0.
        upper: Upper bounds of the columns that lose no optimum, finite where the model's is not.

    Returns:
        The bound, and the reduced cost of each column.
    """
    prices = np.where(np.isfinite(model.row_lower), row_prices, np.minimum(row_prices, 0.0))
    prices = np.where(np.isfinite(model.row_upper), prices, np.maximum(prices, 0.0))
    column = np.repeat(np.arange(model.n_columns), np.diff(model.start))
    sums = np.bincount(column, model.value * prices[model.index], minlength=model.n_columns)
    reduced: Reals = model.column_cost - sums
    ends = np.where(prices > 0.0, model.row_lower, model.row_upper)
    rows = float(prices @ np.where(prices == 0.0, 0.0, ends))
    bounds = np.where(reduced > 0.0, model.column_lower, upper)
    return rows + float(reduced @ np.where(reduced == 0.0, 0.0, bounds)), reduced


def untangle(case: SizingCase, mixture: Mixture) -> None:
    """Replace what an average runs both ways by the one flow that does the same, in place.

    Import and export shrink by the lesser. The store keeps what it stores; what is no longer lost
    in it is drawn less, or given if it was given, and else curtailed.
    """
    both = np.minimum(mixture.import_kwh, mixture.export_kwh)
    mixture.import_kwh[:] -= both
    mixture.export_kwh[:] -= both
    law = case.year.law
    stored = mixture.charge_kwh * law.in_ratio - mixture.discharge_kwh / law.out_ratio
    charge = np.maximum(stored, 0.0) / law.in_ratio
    discharge = np.maximum(-stored, 0.0) * law.out_ratio
    spare = (discharge - charge) - (mixture.discharge_kwh - mixture.charge_kwh)
    spare = np.where(np.minimum(mixture.charge_kwh, mixture.discharge_kwh) > 0.0, spare, 0.0)
    mixture.charge_kwh[:] = np.where(spare > 0.0, charge, mixture.charge_kwh)
    mixture.discharge_kwh[:] = np.where(spare > 0.0, discharge, mixture.discharge_kwh)
    drawn = np.minimum(spare, mixture.import_kwh)
    mixture.import_kwh[:] -= drawn
    spare = spare - drawn
    used = mixture.used_kwh.sum(axis=1)
    share = np.where(used > 0.0, 1.0 - spare / np.where(used > 0.0, used, 1.0), 1.0)
    mixture.used_kwh[:] *= share[:, None]


def _mixed(search: Search, met: Met) -> Mixture:
    """Look up the points and cuts that have weight once more, and average them."""
    n, n_plants = len(search.case.year.load_kwh), len(search.case.plants)
    mixture = Mixture(*(np.zeros((n, n_plants) if i == 2 else n) for i in range(9)))  # noqa: PLR2004
    for paths, bound in ((True, met.inside), (False, met.outside)):
        heavy = np.flatnonzero(bound.weights > _TINY)
        total = float(bound.weights[heavy].sum())
        for at in heavy:
            point = search.inside.points[at]
            weight = float(bound.weights[at]) / total
            search.oracle.add(point.x, point.prices, weight=weight, to=mixture, paths=paths)
    return mixture


def _values(case: SizingCase, x: Reals, mixture: Mixture, model: LinearModel) -> Reals:
    """Return the vector of the model: sizes and flows, and what each month has above its cap."""
    values, step_h = np.zeros(model.n_columns), case.year.step_h
    grid, battery = case.grid.id, case.battery.id
    series = {
        f"{grid}.import_kw": mixture.import_kwh / step_h,
        f"{grid}.export_kw": mixture.export_kwh / step_h,
        f"{battery}.charge_kw": mixture.charge_kwh / step_h,
        f"{battery}.discharge_kw": mixture.discharge_kwh / step_h,
        f"{battery}.energy_kwh": mixture.energy_kwh,
    }
    for at, plant in enumerate(case.plants):
        series[f"{plant.id}.used_kw"] = mixture.used_kwh[:, at] / step_h
    for name, variable in zip(case.variables.names, x, strict=True):
        series[f"{name} added"] = np.array([variable])
    peaks = np.zeros(len(case.above_cap_cny))
    np.maximum.at(peaks, case.year.month, mixture.import_kwh / step_h)
    above = np.maximum(peaks - case.caps_kw(x), 0.0)
    for block in model.columns:
        if block.name.endswith((".excess_kw", ".rise_kw")):
            values[block.span] = above
        else:
            values[block.span] = series[block.name]
    return np.clip(values, model.column_lower, model.column_upper)


def _upper(case: SizingCase, model: LinearModel) -> Reals:
    """Return finite bounds: nobody buys demand above the connection."""
    most_kw = float(case.year.import_kwh.max()) / case.year.step_h
    return np.where(np.isfinite(model.column_upper), model.column_upper, most_kw)


def _row_prices(case: SizingCase, outside: Bound, mixture: Mixture, assembled: Assembled) -> Reals:
    """Return the prices of the rows: node, store, caps and ratios are known, the rest follows.

    What bounds a flow by a size has the price that is missing for the flow not to be worth more.
    """
    model, step_h = assembled.model, case.year.step_h
    prices, spans = np.zeros(model.n_rows), {block.name: block.span for block in model.rows}
    prices[next(iter(assembled.bus_rows.values()))] = mixture.node_cny * step_h
    prices[spans[f"{case.battery.id}.store_kwh"]] = -mixture.stored_cny
    for name, span in spans.items():
        if name.endswith(".highest_kw"):
            prices[span] = -mixture.above_cap_cny * step_h
        elif name.endswith(".end_kwh"):
            prices[span] = max(float(mixture.stored_cny[-1]), 0.0)
    for kind, price in zip(case.budgets.kinds, outside.prices, strict=True):
        row = next(span for name, span in spans.items() if name.endswith(f".{kind}_kwh"))
        prices[row] = price
    _, reduced = proven_bound(model, prices, upper=_upper(case, model))
    _price_connection(case, assembled, prices, reduced)
    for block in model.rows:
        if block.name.endswith(f" within {case.grid.id}.connection_kw"):
            continue
        is_floor = block.name.endswith(".floor_kwh")
        if is_floor or " within " in block.name:
            flow = block.name.split(" within ")[0]
            flow = f"{case.battery.id}.energy_kwh" if is_floor else flow
            rows, columns = _of_flow(model, flow, block.span)
            worth = reduced[columns]
            prices[rows] = np.maximum(worth, 0.0) if is_floor else np.minimum(worth, 0.0)
    return prices


def _price_connection(
    case: SizingCase, assembled: Assembled, row_cny: Reals, column_cny: Reals
) -> None:
    """Share what import and export still gain between their limits and the connection, in place.

    A kW of the connection costs the same for all of them, and a limit costs the less the lower it
    is: the highest limits are bought off first, until what they gain is what the kW costs.
    """
    model, size = assembled.model, f"{case.grid.id}.connection_kw"
    found = [
        _of_flow(model, block.name.partition(" within ")[0], block.span)
        for block in model.rows
        if block.name.endswith(f" within {size}")
    ]
    if not found:
        return
    rows, columns = (np.concatenate(each) for each in zip(*found, strict=True))
    order = np.argsort(-model.column_upper[columns], kind="stable")
    rows, gained_cny = rows[order], np.maximum(-column_cny[columns[order]], 0.0)
    added = next(block.span for block in model.columns if block.name == f"{size} added")
    left_cny = float(model.column_cost[added][0]) - (np.cumsum(gained_cny) - gained_cny)
    row_cny[rows] = -np.minimum(gained_cny, np.maximum(left_cny, 0.0))


def _of_flow(model: LinearModel, flow: str, rows: slice) -> tuple[Ints, Ints]:
    """Return the rows of a block in which a flow stands, and the columns of it there."""
    span = next(block.span for block in model.columns if block.name == flow)
    at = slice(int(model.start[span.start]), int(model.start[span.stop]))
    column: Ints = np.repeat(
        np.arange(span.start, span.stop, dtype=np.int32), np.diff(model.start)[span]
    )
    inside = (model.index[at] >= rows.start) & (model.index[at] < rows.stop)
    return model.index[at][inside], column[inside]
