"""The window of a rolling horizon as a ring, so that a solver's basis stays warm.

A window moves on by one interval each step. Written in the order of time, every column and row
would then stand for the next interval, and nothing that the solver knows of the last step would
fit. In a ring the interval with the absolute number ``k`` stands at slot ``k mod n`` for as long as
it is in the window: one step replaces the bounds and costs of one slot, and moves the links that
start and end the chain of a store. Basis and factors of the last step then fit nearly as they are.

The ring is nothing but an order of columns and rows. The model itself is always that of the
window, assembled anew, and the solver is told every number in which it differs from what the
solver holds. So the two can differ in speed only, and any asset may stand in a ring; where the
columns and rows themselves are others than before, the model is handed over as a whole.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Block, Ints, LinearModel, Reals


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """Where each column and row of a window's model stands in the solver."""

    columns: Ints
    """Shape (n_columns,)."""
    rows: Ints
    """Shape (n_rows,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A model in the order of its slots; coefficients sorted by place."""

    shape: tuple[tuple[Block, ...], tuple[Block, ...]]
    """Blocks of columns and rows: models of another shape are handed over as a whole."""
    column_cost: Reals
    column_lower: Reals
    column_upper: Reals
    row_lower: Reals
    row_upper: Reals
    places: NDArray[np.int64]
    """``column · n_rows + row`` of each coefficient, rising."""
    values: Reals


def offset_of(horizon: Horizon) -> int:
    """Return the slot of a window's first interval: its absolute number modulo its length."""
    return horizon.start_s // horizon.step_s % horizon.n_steps


def slots_of(model: LinearModel, *, n_steps: int, offset: int) -> Slots:
    """Return the slots of a window's model.

    Args:
        model: The model, in the order of time.
        n_steps: How many intervals the window has: blocks of this size turn, others stay.
        offset: The slot of the first interval.
    """
    return Slots(
        _turned(model.columns, model.n_columns, n_steps, offset),
        _turned(model.rows, model.n_rows, n_steps, offset),
    )


def _turned(blocks: tuple[Block, ...], size: int, n_steps: int, offset: int) -> Ints:
    places = np.arange(size, dtype=np.int32)
    turn = np.roll(np.arange(n_steps, dtype=np.int32), -offset)
    for block in blocks:
        if block.size == n_steps:
            places[block.span] = block.first + turn
    return places


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """The order of a matrix at one offset: the same for every window that has this matrix."""

    slots: Slots
    index: Ints
    """The matrix that it is of, by its own array."""
    value: Reals
    places: NDArray[np.int64]
    values: Reals


def turn_of(model: LinearModel, *, n_steps: int, offset: int) -> Turn:
    """Return the order of a model's matrix at one offset.

    Args:
        model: The model, in the order of time.
        n_steps: How many intervals the window has.
        offset: The slot of the first interval.
    """
    slots = slots_of(model, n_steps=n_steps, offset=offset)
    columns = np.repeat(slots.columns, np.diff(model.start)).astype(np.int64)
    places = columns * model.n_rows + slots.rows[model.index]
    order = np.argsort(places)
    return Turn(slots, model.index, model.value, places[order], model.value[order])


def placed(model: LinearModel, turn: Turn) -> Placed:
    """Return a model in the order of its slots.

    Args:
        model: The model, in the order of time.
        turn: The order of its matrix.
    """
    slots = turn.slots
    return Placed(
        shape=(model.columns, model.rows),
        column_cost=_at(model.column_cost, slots.columns),
        column_lower=_at(model.column_lower, slots.columns),
        column_upper=_at(model.column_upper, slots.columns),
        row_lower=_at(model.row_lower, slots.rows),
        row_upper=_at(model.row_upper, slots.rows),
        places=turn.places,
        values=turn.values,
    )


def _at(values: Reals, slots: Ints) -> Reals:
    turned = np.empty_like(values)
    turned[slots] = values
    return turned


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """In which numbers a model differs from the one that a solver holds."""

    costs: Ints
    column_bounds: Ints
    row_bounds: Ints
    places: NDArray[np.int64]
    """Coefficients, as in ``Placed``."""
    values: Reals
    """What they are now; 0 where there is none any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """The coefficients that differ between two orders of one matrix."""

    held: NDArray[np.int64]
    now: NDArray[np.int64]
    places: NDArray[np.int64]
    values: Reals

    def is_between(self, held: Placed, now: Placed) -> bool:
        """Say whether they are those between two models, by the arrays themselves."""
        return self.held is held.places and self.now is now.places


def links_of(held: Placed, now: Placed) -> Links:
    """Return the coefficients that differ.

    Args:
        held: The model that the solver holds.
        now: The model that it shall hold, of the same shape.
    """
    return Links(held.places, now.places, *_coefficients(held, now))


def changes_of(held: Placed, now: Placed, *, links: Links | None = None) -> Changes | None:
    """Return what is to be told to a solver; None where columns or rows are others.

    Args:
        held: The model that the solver holds.
        now: The model that it shall hold.
        links: The coefficients that differ, if they were worked out before.
    """
    if held.shape is not now.shape and held.shape != now.shape:
        return None
    links = links_of(held, now) if links is None else links
    return Changes(
        costs=_where(held.column_cost != now.column_cost),
        column_bounds=_where(
            (held.column_lower != now.column_lower) | (held.column_upper != now.column_upper)
        ),
        row_bounds=_where((held.row_lower != now.row_lower) | (held.row_upper != now.row_upper)),
        places=links.places,
        values=links.values,
    )


def _coefficients(held: Placed, now: Placed) -> tuple[NDArray[np.int64], Reals]:
    """Return the places whose coefficient is another, and what it is now."""
    if held.places is now.places or np.array_equal(held.places, now.places):
        at = np.flatnonzero(held.values != now.values)
        return now.places[at], now.values[at]
    gone = held.places[~_contained(held.places, now.places)]
    found = np.searchsorted(held.places, now.places).clip(max=len(held.places) - 1)
    is_other = (held.places[found] != now.places) | (held.values[found] != now.values)
    places = np.concatenate([gone, now.places[is_other]])
    return places, np.concatenate([np.zeros(len(gone)), now.values[is_other]])


def _contained(places: NDArray[np.int64], within: NDArray[np.int64]) -> NDArray[np.bool_]:
    found = np.searchsorted(within, places).clip(max=len(within) - 1)
    contained: NDArray[np.bool_] = within[found] == places
    return contained


def _where(differs: NDArray[np.bool_]) -> Ints:
    return np.flatnonzero(differs).astype(np.int32)
