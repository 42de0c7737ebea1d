"""Scenarios stacked into one linear model that shares the columns of what is committed today.

Every scenario is assembled from the assets as always; here its columns and rows are only moved, as
arrays. What is decided before the scenario is known has one column for all of them
(non-anticipativity without a row), and a step of a curve one column for all whose price it takes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.assembly import INF, Assembled, OneWay
from taihang.core.dispatch.model import Block, Ints, LinearModel, Reals
from taihang.core.dispatch.stochastic.risk import Risk

Groups = Mapping[str, NDArray[np.int64]]
"""By shared block: for each scenario and column the group whose column it shares, shape
(n_scenarios, size). Groups of a curve are counted from the lowest price."""
_VALUE_AT_RISK: Final = "value_at_risk_cny"
_EXCESS: Final = "excess_cny"


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """The whole model, and where each scenario stands in it."""

    assembled: Assembled
    places: tuple[Ints, ...]
    """For each scenario: the column of the whole of each of its own columns."""
    fixed_cny: float
    """What the objective counts whatever is done."""


def stacked(
    parts: Sequence[Assembled], *, probability_ratio: Reals, groups: Groups, risk: Risk
) -> Stack:
    """Stack scenarios that share columns.

    Args:
        parts: The scenarios, with the same blocks of columns.
        probability_ratio: Their probabilities, shape (n_scenarios,).
        groups: Which columns are shared, and by whom.
        risk: The objective.

    Returns:
        The stack. Rows of the tail are there only if the objective looks at it.
    """
    places, blocks, tables = _places(parts, groups)
    n_columns = int(max(place.max() for place in places)) + 1
    money = [_money(part) for part in parts]
    rows = _Rows()
    for part, place in zip(parts, places, strict=True):
        rows.take(part.model, place)
    _keep_monotone(rows, tables)
    whole = _Columns(
        _costs(places, money, probability_ratio * (1.0 - risk.cvar_weight_ratio)),
        *_bounds(parts, places, n_columns),
        blocks,
    )
    for chance, part, own, place in zip(probability_ratio, parts, money, places, strict=True):
        # What only drives the plan is no money: it counts in full, and in no tail.
        np.add.at(whole.cost, place, chance * (part.model.column_cost - own))
    fixed = np.array([part.fixed_cny for part in parts])
    if risk.cvar_weight_ratio > 0.0:
        _add_tail(rows, money, places, fixed_cny=fixed, first=n_columns)
        whole = whole.with_tail(probability_ratio / risk.cvar_tail_ratio, risk.cvar_weight_ratio)
    model = rows.model(whole)
    expected_fixed = (1.0 - risk.cvar_weight_ratio) * float(fixed @ probability_ratio)
    return Stack(_assembled(parts, places, rows.firsts, model), tuple(places), expected_fixed)


def shared_values(stack: Stack, part: Assembled, name: str, values: Reals) -> Reals:
    """Return what every scenario does of one block, shape (n_scenarios, size).

    Args:
        stack: The stack.
        part: Any of its scenarios.
        name: The block.
        values: One value for each column of the whole.
    """
    span = next(block.span for block in part.model.columns if block.name == name)
    kept = np.clip(
        values[: stack.assembled.model.n_columns],
        stack.assembled.model.column_lower,
        stack.assembled.model.column_upper,
    )
    return np.array([kept[place[span]] for place in stack.places])


# -- columns -------------------------------------------------------------------------------------


def _places(
    parts: Sequence[Assembled], groups: Groups
) -> tuple[list[Ints], list[Block], list[NDArray[np.int64]]]:
    """Give every column its place: first what is shared, then each scenario's own."""
    first = parts[0].model
    places = [np.zeros(first.n_columns, np.int32) for _ in parts]
    blocks, tables, end = list[Block](), list[NDArray[np.int64]](), 0
    for block in first.columns:
        if block.name not in groups:
            continue
        key = groups[block.name] * block.size + np.arange(block.size)
        used, position = np.unique(key, return_inverse=True)
        position = position.reshape(key.shape)
        for place, at in zip(places, position, strict=True):
            place[block.span] = end + at
        blocks.append(Block(block.name, end, len(used)))
        tables.append(_table(used, position=end + np.arange(len(used)), size=block.size))
        end += len(used)
    for number, place in enumerate(places):
        for block in first.columns:
            if block.name in groups:
                continue
            place[block.span] = np.arange(end, end + block.size)
            blocks.append(Block(f"{number}:{block.name}", end, block.size))
            end += block.size
    return places, blocks, tables


def _table(used: NDArray[np.int64], *, position: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return the columns of a shared block, one row a group, −1 where a group has none."""
    group, at = np.divmod(used, size)
    table = np.full((int(group.max()) + 1, size), -1, np.int64)
    table[group, at] = position
    return table


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """All columns of the whole."""

    cost: Reals
    lower: Reals
    upper: Reals
    blocks: list[Block]

    def with_tail(self, excess_cost: Reals, weight_ratio: float) -> "_Columns":
        """Return them with the value at risk and each scenario's excess above it."""
        n, first = len(excess_cost), len(self.cost)
        return _Columns(
            np.concatenate([self.cost, [weight_ratio], weight_ratio * excess_cost]),
            np.concatenate([self.lower, [-INF], np.zeros(n)]),
            np.concatenate([self.upper, np.full(n + 1, INF)]),
            [*self.blocks, Block(_VALUE_AT_RISK, first, 1), Block(_EXCESS, first + 1, n)],
        )


def _costs(places: Sequence[Ints], money: Sequence[Reals], weights: Reals) -> Reals:
    cost = np.zeros(int(max(place.max() for place in places)) + 1)
    for own, place, weight in zip(money, places, weights, strict=True):
        np.add.at(cost, place, weight * own)
    return cost


def _bounds(
    parts: Sequence[Assembled], places: Sequence[Ints], n_columns: int
) -> tuple[Reals, Reals]:
    lower, upper = np.full(n_columns, -INF), np.full(n_columns, INF)
    for part, place in zip(parts, places, strict=True):
        np.maximum.at(lower, place, part.model.column_lower)
        np.minimum.at(upper, place, part.model.column_upper)
    return lower, upper


def _money(part: Assembled) -> Reals:
    """Return what each column costs on the bill, without prices that only drive the plan."""
    own = part.model.column_cost.copy()
    for columns in part.priced_apart:
        own[columns] = 0.0
    return own


# -- rows ----------------------------------------------------------------------------------------


class _Rows:
    """Collects the rows of the whole and their entries."""

    def __init__(self) -> None:
        self.firsts: list[int] = []
        """Where the rows of each scenario begin."""
        self._n = 0
        self._bounds: list[tuple[Reals, Reals]] = []
        self._blocks: list[Block] = []
        self._entries: list[tuple[NDArray[np.int64], NDArray[np.int64], Reals]] = []

    def take(self, model: LinearModel, place: Ints) -> None:
        """Take over all rows of a scenario."""
        number = len(self.firsts)
        self.firsts.append(self._n)
        column = np.repeat(np.arange(model.n_columns), np.diff(model.start))
        self._entries.append(
            (model.index.astype(np.int64) + self._n, place[column].astype(np.int64), model.value)
        )
        self._bounds.append((model.row_lower, model.row_upper))
        self._blocks += [
            Block(f"{number}:{block.name}", self._n + block.first, block.size)
            for block in model.rows
        ]
        self._n += model.n_rows

    def add(
        self,
        name: str,
        entries: tuple[NDArray[np.int64], NDArray[np.int64], Reals],
        lower: Reals,
    ) -> None:
        """Add rows with a lower bound; entries count rows from 0."""
        size = len(lower)
        self._entries.append((entries[0] + self._n, entries[1], entries[2]))
        self._bounds.append((lower, np.full(size, INF)))
        self._blocks.append(Block(name, self._n, size))
        self._n += size

    def model(self, columns: _Columns) -> LinearModel:
        """Return the whole, its matrix sorted by column."""
        row = np.concatenate([entry[0] for entry in self._entries])
        column = np.concatenate([entry[1] for entry in self._entries])
        value = np.concatenate([entry[2] for entry in self._entries])
        order, n_columns = np.argsort(column, kind="stable"), len(columns.cost)
        start = np.zeros(n_columns + 1, np.int32)
        np.cumsum(np.bincount(column, minlength=n_columns), out=start[1:])
        return LinearModel(
            column_cost=columns.cost,
            column_lower=columns.lower,
            column_upper=columns.upper,
            column_integer=np.zeros(n_columns, np.bool_),
            row_lower=np.concatenate([each[0] for each in self._bounds]),
            row_upper=np.concatenate([each[1] for each in self._bounds]),
            start=start,
            index=row[order].astype(np.int32),
            value=np.ascontiguousarray(value[order]),
            columns=tuple(columns.blocks),
            rows=tuple(self._blocks),
        )


def _keep_monotone(rows: _Rows, tables: Sequence[NDArray[np.int64]]) -> None:
    """Let each step of a curve buy no more than the one at the next lower price."""
    for table in tables:
        if len(table) == 1:
            continue
        dear_all, cheap_all = list[NDArray[np.int64]](), list[NDArray[np.int64]]()
        before: NDArray[np.int64] = table[0]
        for number in range(1, len(table)):
            after: NDArray[np.int64] = table[number]
            both = (after >= 0) & (before >= 0)
            cheap_all.append(before[both])
            dear_all.append(after[both])
            before = np.where(after >= 0, after, before)
        cheap, dear = np.concatenate(cheap_all), np.concatenate(dear_all)
        number = np.tile(np.arange(len(cheap)), 2)
        value = np.concatenate([np.ones(len(cheap)), -np.ones(len(dear))])
        rows.add(
            "monotone_kw", (number, np.concatenate([cheap, dear]), value), np.zeros(len(cheap))
        )


def _add_tail(
    rows: _Rows,
    money: Sequence[Reals],
    places: Sequence[Ints],
    *,
    fixed_cny: Reals,
    first: int,
) -> None:
    """Let ``value at risk + excess ≥ cost`` of each scenario."""
    n = len(money)
    number = [np.arange(n), np.arange(n)]
    column = [np.full(n, first, np.int64), first + 1 + np.arange(n, dtype=np.int64)]
    value = [np.ones(n), np.ones(n)]
    for scenario, (own, place) in enumerate(zip(money, places, strict=True)):
        at = np.flatnonzero(own)
        number.append(np.full(len(at), scenario))
        column.append(place[at].astype(np.int64))
        value.append(-own[at])
    entries = np.concatenate(number), np.concatenate(column), np.concatenate(value)
    rows.add("tail_cny", entries, fixed_cny)


# -- what an exact solve needs -------------------------------------------------------------------


def _assembled(
    parts: Sequence[Assembled], places: Sequence[Ints], firsts: Sequence[int], model: LinearModel
) -> Assembled:
    pairs = list[OneWay]()
    bus_rows, bus_flows = dict[str, Ints](), dict[str, tuple[Ints, ...]]()
    for number, (part, place, first) in enumerate(zip(parts, places, firsts, strict=True)):
        pairs += [_moved(pair, place, number) for pair in part.one_ways]
        for bus, numbers in part.bus_rows.items():
            bus_rows[f"{number}:{bus}"] = (numbers + first).astype(np.int32)
        for bus, flows in part.bus_flows.items():
            bus_flows[f"{number}:{bus}"] = tuple(place[columns] for columns in flows)
    return Assembled(
        horizon=parts[0].horizon,
        model=model,
        cost_lines=(),
        levers=(),
        limits=(),
        one_ways=tuple(pairs),
        sizes=(),
        bus_rows=bus_rows,
        bus_flows=bus_flows,
        fixed_cny=0.0,
        size_constants_cny={},
        priced_apart=(),
    )


def _moved(pair: OneWay, place: Ints, number: int) -> OneWay:
    return OneWay(
        owner=f"{number}:{pair.owner}",
        kind=pair.kind,
        drawn=place[pair.drawn],
        given=place[pair.given],
        drawn_kw=pair.drawn_kw,
        given_kw=pair.given_kw,
        drawn_ratio=pair.drawn_ratio,
        given_ratio=pair.given_ratio,
        bus=f"{number}:{pair.bus}",
    )
