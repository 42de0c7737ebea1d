"""A linear model as plain numpy arrays, and what a solver must answer to one.

No object stands for a single coefficient: columns and rows come in named blocks, so that a day of
96 intervals is built in well under a millisecond and every column can still be named in words.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError

Reals = NDArray[np.float64]
Ints = NDArray[np.int32]


class ModelError(InputError):
    """Blocks of a linear model do not fit together."""

    code = "input.linear-model"


@dataclass(frozen=True, slots=True)
class Block:
    """A named run of consecutive columns or rows."""

    name: str
    """Name with its unit, for example ``import_kw``."""
    first: int
    size: int

    @property
    def span(self) -> slice:
        """Where the block stands in the vector of values."""
        return slice(self.first, self.first + self.size)

    @property
    def names(self) -> list[str]:
        """One name each, for example ``import_kw[0]``."""
        return [f"{self.name}[{position}]" for position in range(self.size)]


@dataclass(frozen=True, slots=True, eq=False)
class LinearModel:
    """Minimise ``cost · x`` where ``lower ≤ x ≤ upper`` and ``row_lower ≤ A·x ≤ row_upper``.

    ``A`` is stored by column: the entries of column j are ``start[j] … start[j + 1] - 1`` of
    ``index`` (rows) and ``value``.
    """

    column_cost: Reals
    column_lower: Reals
    column_upper: Reals
    column_integer: NDArray[np.bool_]
    """Which columns take whole values only, shape (n_columns,)."""
    row_lower: Reals
    row_upper: Reals
    start: Ints
    """Shape (n_columns + 1,)."""
    index: Ints
    value: Reals
    columns: tuple[Block, ...]
    rows: tuple[Block, ...]

    @property
    def n_columns(self) -> int:
        """How many columns."""
        return len(self.column_cost)

    @property
    def n_rows(self) -> int:
        """How many rows."""
        return len(self.row_lower)

    @property
    def column_names(self) -> list[str]:
        """One name per column, in order; for exports and explanations."""
        return [name for block in self.columns for name in block.names]

    @property
    def row_names(self) -> list[str]:
        """One name per row, in order; for exports and explanations."""
        return [name for block in self.rows for name in block.names]

    def part(self, values: Reals, *, name: str) -> Reals:
        """Return the values of one block of columns.

        Args:
            values: One value per column, shape (n_columns,).
            name: The block's name.

        Returns:
            The block's values; shape (0,) where the model has no such block.
        """
        spans = [block.span for block in self.columns if block.name == name]
        return values[spans[0]] if spans else values[:0]

    def with_binaries_at(self, values: Reals) -> "LinearModel":
        """Return the linear model that is left when every whole column keeps its value.

        Args:
            values: One value per column.
        """
        whole = np.rint(values[self.column_integer])
        lower, upper = self.column_lower.copy(), self.column_upper.copy()
        lower[self.column_integer] = whole
        upper[self.column_integer] = whole
        return replace(
            self,
            column_lower=lower,
            column_upper=upper,
            column_integer=np.zeros(self.n_columns, np.bool_),
        )

    def row_activity(self, values: Reals) -> Reals:
        """Return ``A·x``, shape (n_rows,)."""
        column = np.repeat(np.arange(self.n_columns), np.diff(self.start))
        sums = np.bincount(self.index, self.value * values[column], minlength=self.n_rows)
        return sums.astype(np.float64)

    def violation(self, values: Reals) -> float:
        """Say by how much a vector breaks the worst bound, row or integrality.

        Args:
            values: One value per column, shape (n_columns,).

        Returns:
            The largest violation in the unit of its row; infinite if a value is not finite.

        Example:
            >>> builder = ModelBuilder()
            >>> x = builder.columns("x_kw", lower=0.0, upper=5.0, size=2)
            >>> _ = builder.rows("sum_kw", [(x[:1], 1.0), (x[1:], 1.0)], lower=6.0, upper=6.0)
            >>> builder.build().violation(np.array([5.0, 0.0]))
            1.0
        """
        if values.shape != (self.n_columns,) or not np.isfinite(values).all():
            return float("inf")
        activity = self.row_activity(values)
        whole = values[self.column_integer]
        gaps = (
            self.column_lower - values,
            values - self.column_upper,
            self.row_lower - activity,
            activity - self.row_upper,
            np.abs(whole - np.rint(whole)),
        )
        return max(0.0, *(float(gap.max()) for gap in gaps if len(gap)))


class ModelBuilder:
    """Collects blocks of columns and rows and turns them into one model."""

    def __init__(self) -> None:
        self._columns: list[Block] = []
        self._rows: list[Block] = []
        self._column_parts: list[tuple[Reals, Reals, Reals, NDArray[np.bool_]]] = []
        self._row_parts: list[tuple[Reals, Reals]] = []
        self._entries: list[tuple[Ints, Ints, Reals]] = []

    @classmethod
    def continuing(cls, model: LinearModel) -> "ModelBuilder":
        """Return a builder that already holds all of a model, to add to it.

        Args:
            model: It is not changed.
        """
        builder = cls()
        builder._columns += model.columns
        builder._rows += model.rows
        builder._column_parts.append(
            (model.column_cost, model.column_lower, model.column_upper, model.column_integer)
        )
        builder._row_parts.append((model.row_lower, model.row_upper))
        numbers = np.arange(model.n_columns, dtype=np.int32)
        column = np.repeat(numbers, np.diff(model.start))
        builder._entries.append((model.index, column, model.value))
        return builder

    def columns(
        self,
        name: str,
        *,
        lower: float | Reals,
        upper: float | Reals,
        size: int,
        cost: float | Reals = 0.0,
        integer: bool = False,
    ) -> Ints:
        """Add a block of columns.

        Args:
            name: The block's name, with its unit.
            lower: One bound for all, or one each, shape (size,).
            upper: One bound for all, or one each, shape (size,).
            size: How many columns.
            cost: One cost for all, or one each, shape (size,).
            integer: Whether they take whole values only.

        Returns:
            The numbers of the new columns, shape (size,).
        """
        block = Block(name, _end(self._columns), size)
        self._columns.append(block)
        self._column_parts.append(
            (
                filled(cost, size),
                filled(lower, size),
                filled(upper, size),
                np.full(size, integer),
            )
        )
        return np.arange(block.first, block.first + size, dtype=np.int32)

    def rows(
        self,
        name: str,
        terms: Iterable[tuple[Ints, float | Reals]],
        *,
        lower: float | Reals,
        upper: float | Reals,
    ) -> Ints:
        """Add a block of rows, one per position of the terms' columns.

        Args:
            name: The block's name, with its unit.
            terms: Columns, shape (size,), and their coefficients, one for all or one each.
            lower: One bound for all, or one each.
            upper: One bound for all, or one each.

        Returns:
            The numbers of the new rows, shape (size,).

        Raises:
            ModelError: If the terms have different lengths.
        """
        pairs = list(terms)
        sizes = {len(columns) for columns, _ in pairs}
        if len(sizes) != 1:
            raise ModelError(
                given=f"terms of lengths {sorted(sizes)} in {name!r}",
                expected="terms of one length",
                remedy="give every term one column per row",
            )
        block = Block(name, _end(self._rows), sizes.pop())
        self._rows.append(block)
        self._row_parts.append((filled(lower, block.size), filled(upper, block.size)))
        numbers = np.arange(block.first, block.first + block.size, dtype=np.int32)
        for columns, coefficient in pairs:
            self.add(numbers, columns, value=coefficient)
        return numbers

    def add(self, rows: Ints, columns: Ints, *, value: float | Reals) -> None:
        """Add coefficients at pairs of rows and columns that exist; each pair at most once."""
        self._entries.append((rows, columns, filled(value, len(rows))))

    def build(self) -> LinearModel:
        """Return the model, its matrix sorted by column."""
        cost = np.concatenate([part[0] for part in self._column_parts])
        lower = np.concatenate([part[1] for part in self._column_parts])
        upper = np.concatenate([part[2] for part in self._column_parts])
        integer = np.concatenate([part[3] for part in self._column_parts])
        row = np.concatenate([entry[0] for entry in self._entries])
        column = np.concatenate([entry[1] for entry in self._entries])
        value = np.concatenate([entry[2] for entry in self._entries])
        order = np.argsort(column, kind="stable")
        start = np.zeros(len(cost) + 1, np.int32)
        np.cumsum(np.bincount(column, minlength=len(cost)), out=start[1:])
        return LinearModel(
            column_cost=cost,
            column_lower=lower,
            column_upper=upper,
            column_integer=integer,
            row_lower=np.concatenate([part[0] for part in self._row_parts]),
            row_upper=np.concatenate([part[1] for part in self._row_parts]),
            start=start,
            index=np.ascontiguousarray(row[order]),
            value=np.ascontiguousarray(value[order]),
            columns=tuple(self._columns),
            rows=tuple(self._rows),
        )


class SolveStatus(StrEnum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    """The values are the optimum within the gap that was asked for."""
    FEASIBLE = "feasible"
    """Time ran out; the values keep every bound and row, and ``bound`` says what is left."""
    INFEASIBLE = "infeasible"
    """No values keep all bounds and rows."""
    UNBOUNDED = "unbounded"
    """The cost falls without end: the model is wrong."""
    NO_ANSWER = "no-answer"
    """Time ran out, or the solver failed, before any valid values were found."""


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """What a solver answers; ``values`` is there only if it keeps every bound and row."""

    status: SolveStatus
    values: Reals | None
    """One value per column, or None: never a vector that was not found valid."""
    objective: float | None
    """Cost of ``values``; None without values."""
    bound: float | None
    """Proven lower bound of the cost; None where none was proven."""
    iterations: int
    """Simplex and interior-point iterations together."""
    row_prices: Reals | None = None
    """What one more unit on the right of each row costs; None with binaries or without values."""
    column_prices: Reals | None = None
    """What one more unit of each column's active bound costs; None as above."""


class Solve(Protocol):
    """Anything that solves a linear model, exactly or in time."""

    def __call__(self, model: LinearModel, *, time_limit_s: float, gap: float) -> Solution:
        """Solve the model; deterministic for the same model as long as time does not run out."""
        ...


def _end(blocks: list[Block]) -> int:
    return blocks[-1].first + blocks[-1].size if blocks else 0


def filled(value: float | Reals, size: int) -> Reals:
    """Return one value for all, or one each, as an array of its own length.

    Args:
        value: One number, or shape (size,).
        size: How many.
    """
    # broadcast_to does this too, and took a quarter of the time of a whole window.
    if isinstance(value, np.ndarray):
        if value.shape == (size,):
            return np.ascontiguousarray(value, np.float64)
        return np.ascontiguousarray(np.broadcast_to(value, (size,)), np.float64)
    return np.full(size, value, np.float64)
