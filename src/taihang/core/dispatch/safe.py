"""What a park does in one interval when there is no fresh plan: a rule in plain sight, no solver.

Two wishes are brought into balance by the same rule. ``rest_wish``: every store rests, plants give
what they have. ``kept_wish``: the flows that an older plan had for this interval. What then does
not balance at a bus is taken up in a fixed order:

1. gateways, supplies and outlets give or draw less, and plants give more, up to what they have;
2. gateways, supplies and outlets give or draw more;
3. plants that may be curtailed give less;
4. what turns one medium into another, or leads to another bus;
5. the stores, within the energy they hold;
6. what may be left unserved at a price.

Buses of heat come first, for their sources draw at the others; then electricity, then gas. Two
rounds, for a line moves what is missing to its other end. The rule knows no price. What is still
out of balance after it stays so, and the referee says it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.dispatch.assembly import ELECTRICITY, Assembled
from taihang.core.dispatch.assets.bus import Bus
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_plan import ParkPlan, plan_of
from taihang.core.dispatch.park_problem import ParkProblem

_ROUNDS: Final = 2
_CLOSED_KW: Final = 1e-9
_FIRST_CARRIER: Final = {"heat": 0, ELECTRICITY: 1}
_FREELY: Final = (
    ".import_kw",
    ".export_kw",
    ".given_kw",
    ".spilled_kw",
)
_PLANT: Final = ".used_kw"
_STORED: Final = (".charge_kw", ".discharge_kw")
_UNSERVED: Final = (".shed_kw",)
FOLLOWS: Final = (".rise_kw", ".excess_kw", ".missing_kw", ".outside_kwh")
"""Columns that only measure what the flows lead to."""


@dataclass(slots=True, eq=False)
class _Step:
    """One interval while it is brought into balance."""

    assembled: Assembled
    dense: Reals
    """The matrix, shape (n_rows, n_columns): one interval has few columns."""
    names: list[str]
    values: Reals
    lower: Reals
    upper: Reals
    rivals: dict[int, int]
    """By column: the one that must not run at the same time."""
    guards: list[int]
    """Rows that a move must keep: neither a balance nor what only measures the flows."""


def rest_wish(step: ParkProblem) -> dict[str, float]:
    """Return the wish that every store rests and every plant gives what it has.

    Args:
        step: A problem of one interval.
    """
    model = step.assembled().model
    names = model.column_names
    return {
        name.removesuffix("[0]"): float(model.column_upper[at])
        for at, name in enumerate(names)
        if name.endswith(".used_kw[0]")
    }


def kept_wish(plan: ParkPlan, *, at: int) -> dict[str, float]:
    """Return the wish to do what a plan has for one of its intervals.

    Args:
        plan: The older plan.
        at: Its interval.
    """
    return {
        name: float(values[at])
        for name, values in plan.series.items()
        if name.endswith("_kw") and at < len(values)
    }


def balanced(step: ParkProblem, wish: Mapping[str, float]) -> ParkPlan:
    """Bring a wish for one interval into balance, by the rule.

    Args:
        step: A problem of one interval.
        wish: The flows that are wished for, by ``asset.name``; what is not named is at its least.

    Returns:
        The plan of that interval. It keeps every bound of every flow; whether it balances, the
        referee says.
    """
    assembled = step.assembled()
    work = _started(assembled, wish)
    carriers = {one.id: one.carrier for one in step.assets if isinstance(one, Bus)}
    order = sorted(assembled.bus_rows, key=lambda bus: _FIRST_CARRIER.get(carriers[bus], 2))
    for _ in range(_ROUNDS):
        for bus in order:
            _close(work, int(assembled.bus_rows[bus][0]))
    _follow(work)
    return plan_of(step, assembled, work.values)


def _started(assembled: Assembled, wish: Mapping[str, float]) -> _Step:
    model = assembled.model
    names = [name.removesuffix("[0]") for name in model.column_names]
    dense = np.zeros((model.n_rows, model.n_columns))
    dense[model.index, np.repeat(np.arange(model.n_columns), np.diff(model.start))] = model.value
    lower, upper = model.column_lower.copy(), model.column_upper.copy()
    rivals = dict[int, int]()
    for pair in assembled.one_ways:
        drawn, given = int(pair.drawn[0]), int(pair.given[0])
        rivals |= {drawn: given, given: drawn}
    follows = [at for at, name in enumerate(names) if name.endswith(FOLLOWS)]
    closed = model.row_lower == model.row_upper
    guards = np.flatnonzero(~closed & ~dense[:, follows].any(axis=1)).tolist()
    work = _Step(assembled, dense, names, np.zeros(model.n_columns), lower, upper, rivals, guards)
    _bound_stores(work)
    wished = np.array([wish.get(name, 0.0) for name in names])
    work.values[:] = np.clip(np.nan_to_num(wished), work.lower, work.upper)
    for one, other in rivals.items():
        if work.values[one] <= work.values[other] and not work.lower[one]:
            work.values[one] = 0.0
    return work


def _bound_stores(work: _Step) -> None:
    """Let a store give and take no more than it holds and has room for, and keep its limits.

    A store at its floor that loses energy in standing has to charge as much as keeps it there.
    """
    model = work.assembled.model
    for at, name in enumerate(work.names):
        if not name.endswith(".energy_kwh"):
            continue
        low, high = float(model.column_lower[at]), float(model.column_upper[at])
        for row in _laws(work, at):
            rest_kwh = float(model.row_lower[row])
            for one in np.flatnonzero(work.dense[row]).tolist():
                # The row reads E + share·flow = rest: a share below 0 fills the store.
                share = float(work.dense[row, one])
                if work.names[one].endswith(_STORED):
                    room, must = (high, low) if share < 0.0 else (low, high)
                    work.upper[one] = min(work.upper[one], max((rest_kwh - room) / share, 0.0))
                    work.lower[one] = min(max((rest_kwh - must) / share, 0.0), work.upper[one])


def _laws(work: _Step, energy: int) -> list[int]:
    """Return the rows in which a store's energy follows from its flows."""
    model = work.assembled.model
    rows = np.flatnonzero(work.dense[:, energy]).tolist()
    return [row for row in rows if model.row_lower[row] == model.row_upper[row]]


def _close(work: _Step, row: int) -> None:
    """Take up what is out of balance at one bus, in the order of the rule."""
    bound = work.assembled.model.row_lower[row]
    missing = bound - float(work.dense[row] @ work.values)
    at = np.flatnonzero(work.dense[row]).tolist()
    turns = {one: _turn(work.names[one], is_more=missing * work.dense[row, one] > 0) for one in at}
    for column in sorted(at, key=lambda one: (turns[one], one)):
        missing = bound - float(work.dense[row] @ work.values)
        if abs(missing) > _CLOSED_KW:
            _move(work, column, missing / work.dense[row, column])


def _turn(name: str, *, is_more: bool) -> tuple[int, bool]:
    """Return when a flow is moved; where two exclude each other, the lowered one comes first."""
    if name.endswith(_UNSERVED):
        return (6 if is_more else 0), is_more
    if name.endswith(_STORED):
        return 5, is_more
    if name.endswith(_PLANT):
        return (1 if is_more else 3), is_more
    if name.endswith(_FREELY):
        return (2 if is_more else 1), is_more
    return 4, is_more


def _move(work: _Step, column: int, wanted: float) -> None:
    """Move one flow by what is wanted, as far as its bounds and its rows allow.

    Of two flows that exclude each other the lowered one came first, so the other is at 0 by now.
    """
    model = work.assembled.model
    for row in work.guards:
        share = work.dense[row, column] * np.sign(wanted)
        activity = float(work.dense[row] @ work.values)
        if share:
            room = (
                model.row_upper[row] - activity if share > 0.0 else activity - model.row_lower[row]
            )
            wanted = np.sign(wanted) * min(abs(wanted), max(room, 0.0) / abs(share))
    value = work.values[column] + wanted
    work.values[column] = min(max(value, work.lower[column]), work.upper[column])


def _follow(work: _Step) -> None:
    """Fill in what follows from the flows: the energy held, the highest demand, what is missing."""
    model = work.assembled.model
    for at, name in enumerate(work.names):
        if name.endswith(".energy_kwh"):
            for row in _laws(work, at):
                work.values[at] += model.row_lower[row] - float(work.dense[row] @ work.values)
    for at, name in enumerate(work.names):
        if name.endswith(FOLLOWS):
            for row in np.flatnonzero(work.dense[:, at]).tolist():
                activity, share = float(work.dense[row] @ work.values), work.dense[row, at]
                over = max(activity - model.row_upper[row], 0.0)
                under = max(model.row_lower[row] - activity, 0.0)
                work.values[at] += (over if share < 0.0 else under) / abs(share)
