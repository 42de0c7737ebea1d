"""What a plan says about prices: each bus, each interval, each size, and which limits bind.

They are the duals of the linear problem, with every switch where the plan has it. The price of a
bus is what one more kWh drawn there in that interval would cost. The value of a size is what one
more unit that simply stood there would save in this horizon.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.dispatch.assembly import SHORT, SURPLUS, Assembled, Edge, Lever
from taihang.core.dispatch.model import Reals, Solution

_SEEN: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A limit that holds the plan back."""

    kind: str
    asset: str
    intervals: int
    """In how many intervals."""
    worst_step: int
    """Where one more unit would save most."""
    worst_cny: float
    """What it would save there [CNY per unit]."""
    total_cny: float
    """What one more unit in all of them would save [CNY per unit]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marginals:
    """Prices behind a plan."""

    bus_cny_per_kwh: Mapping[str, Reals]
    """By bus, one value an interval [CNY/kWh]."""
    size_cny_per_unit: Mapping[str, float]
    """By ``asset.field``: what one more kW or kWh would save in this horizon [CNY]."""
    bindings: tuple[Binding, ...]
    """Limits that bind, the dearest first."""


def marginals_of(assembled: Assembled, solution: Solution) -> Marginals | None:
    """Read the prices from the duals of a solve.

    Args:
        assembled: The problem.
        solution: Its solution.

    Returns:
        The prices; None where the solver gave no duals.
    """
    if solution.row_prices is None or solution.column_prices is None:
        return None
    # Switches stand behind the problem's own columns and rows, and have no meaning of their own.
    rows = solution.row_prices[: assembled.model.n_rows]
    columns = solution.column_prices[: assembled.model.n_columns]
    step_h = assembled.horizon.step_h
    buses = {bus: rows[at] / step_h + 0.0 for bus, at in assembled.bus_rows.items()}
    sizes = {size.name: 0.0 for size in assembled.sizes}
    for lever in assembled.levers:
        sizes[lever.size] -= float(_of(lever.edge, lever, rows, columns) @ lever.moves)
    return Marginals(
        bus_cny_per_kwh=buses,
        size_cny_per_unit={
            name: value + 0.0 + _constant(assembled, name) for name, value in sizes.items()
        },
        bindings=_bindings(assembled, rows, columns),
    )


def _of(edge: Edge, lever: Lever, rows: Reals, columns: Reals) -> Reals:
    """Return what one more unit of each bound costs: below 0 where it saves."""
    if edge is Edge.UPPER:
        return np.minimum(columns[lever.numbers], 0.0)
    if edge is Edge.LOWER:
        return np.maximum(columns[lever.numbers], 0.0)
    prices = rows[lever.numbers]
    if edge is Edge.ROW_UPPER:
        return np.minimum(prices, 0.0)
    return np.maximum(prices, 0.0) if edge is Edge.ROW_LOWER else prices


def _constant(assembled: Assembled, name: str) -> float:
    """Return what one more unit saves outside the model, such as a contract that is paid anyway."""
    return -assembled.size_constants_cny.get(name, 0.0)


def _bindings(assembled: Assembled, rows: Reals, columns: Reals) -> tuple[Binding, ...]:
    found = list[Binding]()
    for limit in assembled.limits:
        lever = Lever("", limit.edge, limit.numbers, np.ones(len(limit.numbers)))
        if limit.kind in {SHORT, SURPLUS}:
            continue
        saved = np.abs(_of(limit.edge, lever, rows, columns))
        if len(saved) and saved.max() > _SEEN:
            worst = int(saved.argmax())
            found.append(
                Binding(
                    kind=limit.kind,
                    asset=limit.owner,
                    intervals=int((saved > _SEEN).sum()),
                    worst_step=int(limit.steps[worst]),
                    worst_cny=float(saved[worst]),
                    total_cny=float(saved.sum()),
                )
            )
    return tuple(sorted(found, key=lambda one: -one.total_cny))
