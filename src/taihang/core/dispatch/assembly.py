"""Where assets put their columns and rows, so that together they become one linear model.

An asset asks for flows (one column an interval), says which buses they feed or drain, what they
cost and which energies they count to. The assembly keeps what an explanation needs later: which
bound came from which size (``Lever``), which limits may be questioned when there is no plan
(``Limit``) and which pairs of flows must not run at once (``OneWay``). Everything is an array.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

import numpy as np

from taihang.core.dispatch.fields import Capacity
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Ints, LinearModel, ModelBuilder, Reals, filled

INF: Final = float("inf")
SHORT: Final = "short"
"""The kind of limit of a bus that lacks power."""
SURPLUS: Final = "surplus"
ELECTRICITY: Final = "electricity"
WHOLE: Final = np.array([-1], np.int32)
"""The interval of a limit that holds over the whole horizon."""
INVESTMENT: Final = "investment_cny"
"""The line of the bill for what is added to a size."""
_LAST: Final = 8.0
"""How much dearer than a named limit a bus without power is, when a repair is sought."""
_ABOVE: Final = 10.0
"""How far above the dearest tariff a start outside the limits is priced."""


class Edge(StrEnum):
    """Which bound a size or a limit moves."""

    UPPER = "upper"
    """The upper bound of columns."""
    LOWER = "lower"
    """The lower bound of columns."""
    ROW_UPPER = "row-upper"
    ROW_LOWER = "row-lower"
    ROW = "row"
    """Both bounds of equality rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Size:
    """A size in the model: what stands, and the column of what is added."""

    name: str
    """``asset.field``, with its unit."""
    capacity: Capacity
    column: int | None
    """Column of the added size; None where nothing may be added."""


@dataclass(frozen=True, slots=True, eq=False)
class Lever:
    """Bounds that one more unit of an existing size moves, each by its coefficient."""

    size: str
    edge: Edge
    numbers: Ints
    """Columns or rows, as the edge says."""
    moves: Reals
    """By how much the bound moves for one more unit, shape as numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """Bounds that may be what makes a problem infeasible."""

    kind: str
    owner: str
    edge: Edge
    numbers: Ints
    steps: Ints
    """The interval of each, −1 where the whole horizon is meant."""
    weight: float
    """What breaking it by one unit counts, in kWh."""
    is_power: bool
    """Whether it is a power, broken anew in every interval, and not a level or a sum."""


@dataclass(frozen=True, slots=True, eq=False)
class OneWay:
    """Two flows of one asset that must not run in the same interval."""

    owner: str
    kind: str
    """``grid``, ``store`` or ``link``: what may replace the pair."""
    drawn: Ints
    given: Ints
    drawn_kw: Reals
    """Largest flow, for the switch, shape (n,)."""
    given_kw: Reals
    drawn_ratio: float
    """Share of what is drawn that arrives inside; 1 for a grid."""
    given_ratio: float
    """Share of what leaves inside that is given; 1 for a grid."""
    bus: str


@dataclass(frozen=True, slots=True, eq=False)
class StoreParts:
    """A store in the model, for whoever holds a part of it back."""

    charges: Ints
    discharges: Ints
    energies: Ints
    charge: Size
    discharge: Size
    energy: Size
    charge_efficiency_ratio: float
    discharge_efficiency_ratio: float
    level_min_ratio: float
    level_max_ratio: float


@dataclass(slots=True)
class Tally:
    """An energy counted over the whole horizon: a sum over columns and a constant."""

    fixed: float = 0.0
    terms: list[tuple[Ints, Reals]] = field(default_factory=list[tuple[Ints, Reals]])
    moves: dict[str, float] = field(default_factory=dict[str, float])
    """By how much one more existing unit of a size moves the constant."""


@dataclass(frozen=True, slots=True, eq=False)
class CostLine:
    """One line of the bill: money for each unit of some columns, and a constant."""

    owner: str
    line: str
    columns: Ints
    each_cny: Reals
    fixed_cny: float


@dataclass(frozen=True, slots=True, eq=False)
class Assembled:
    """A linear model together with what its parts mean."""

    horizon: Horizon
    model: LinearModel
    cost_lines: tuple[CostLine, ...]
    levers: tuple[Lever, ...]
    limits: tuple[Limit, ...]
    one_ways: tuple[OneWay, ...]
    sizes: tuple[Size, ...]
    bus_rows: Mapping[str, Ints]
    bus_flows: Mapping[str, tuple[Ints, ...]]
    """Columns that can lower a surplus at a bus: imports, and plants that may be curtailed."""
    fixed_cny: float
    """What is paid whatever is done."""
    size_constants_cny: Mapping[str, float]
    """What one more existing unit of a size costs apart from the model, by ``asset.field``."""
    priced_apart: tuple[Ints, ...]
    """Columns whose price drives the plan and is no money: a start outside the limits."""


class Assembly:
    """Collects what assets contribute to one problem.

    Args:
        horizon: The intervals.
        is_idle: Whether everything that may be moved stays where it is: the counterfactual.
    """

    def __init__(self, horizon: Horizon, *, is_idle: bool = False) -> None:
        self.horizon = horizon
        self.is_idle = is_idle
        self.tallies: dict[str, Tally] = {}
        self.stores: dict[str, StoreParts] = {}
        self._builder = ModelBuilder()
        self._blocks: dict[str, Ints] = {}
        self._sizes: dict[str, Size] = {}
        self._carriers: dict[str, str] = {}
        self._ports: dict[str, list[tuple[Ints, Reals]]] = {}
        self._drawn: dict[str, Reals] = {}
        self._costs: list[CostLine] = []
        self._levers: list[Lever] = []
        self._limits: list[Limit] = []
        self._one_ways: list[OneWay] = []
        self._yielding: dict[str, list[Ints]] = {}
        self._apart: list[Ints] = []
        self._bus_rows: dict[str, Ints] = {}
        self._constants: dict[str, float] = {}

    # -- buses ---------------------------------------------------------------------------------

    def bus(self, name: str, *, carrier: str) -> None:
        """Add a bus; its balance is closed by ``assembled``."""
        self._carriers[name] = carrier
        self._ports[name] = []
        self._drawn[name] = np.zeros(self.horizon.n_steps)
        self._yielding[name] = []

    def feed(self, bus: str, columns: Ints, share: float | Reals = 1.0) -> None:
        """Let flows feed a bus (or drain it, where the share is below 0).

        Args:
            bus: The bus.
            columns: One column an interval, shape (n,).
            share: What of each flow arrives, one for all or one each [1].
        """
        self._ports[bus].append((columns, filled(share, self.n)))

    def draw(self, bus: str, load_kw: Reals) -> None:
        """Let something fixed be drawn at a bus, shape (n,) [kW]."""
        self._drawn[bus] = self._drawn[bus] + load_kw

    def yields(self, bus: str, columns: Ints) -> None:
        """Say that these flows into a bus may always be lowered."""
        self._yielding[bus].append(columns)

    # -- columns and rows ----------------------------------------------------------------------

    @property
    def n(self) -> int:
        """How many intervals."""
        return self.horizon.n_steps

    @property
    def steps(self) -> Ints:
        """The numbers of all intervals, shape (n,)."""
        return np.arange(self.n, dtype=np.int32)

    def block(self, name: str) -> Ints:
        """Return the columns of a block, by ``asset.name``."""
        return self._blocks[name]

    def size_of(self, name: str) -> Size:
        """Return a size by ``asset.field``."""
        return self._sizes[name]

    def columns(self, name: str, *, lower: float | Reals, upper: float | Reals, size: int) -> Ints:
        """Add columns that are no flow, by ``asset.name``."""
        columns = self._builder.columns(name, lower=lower, upper=upper, size=size)
        self._blocks[name] = columns
        return columns

    def flow(
        self,
        name: str,
        *,
        upper: float | Reals = INF,
        size: Size | None = None,
        per_unit: float | Reals = 1.0,
    ) -> Ints:
        """Add one column an interval, bounded by a series and, if given, by a size.

        Args:
            name: ``asset.name``, with its unit.
            upper: The largest flow whatever the size, one for all or one each.
            size: The size that bounds it too.
            per_unit: What each unit of that size allows, one for all or one each.

        Returns:
            The columns, shape (n,).
        """
        bound = filled(upper, self.n)
        if size is None:
            return self.columns(name, lower=0.0, upper=bound, size=self.n)
        share = filled(per_unit, self.n)
        most = share * size.capacity.most
        columns = self.columns(name, lower=0.0, upper=np.minimum(bound, most), size=self.n)
        # A fixed size binds where it is the smaller bound; one to be chosen wherever it may be.
        binds = share * size.capacity.existing < bound if size.column is not None else most <= bound
        self.within(name, columns, size, share=np.where(binds, share, 0.0))
        if size.column is not None:
            # At its largest size the bound of the flow binds as well: one more unit moves both.
            at = np.flatnonzero(most < bound)
            self.lever(size, Edge.UPPER, columns[at], share[at])
        return columns

    def within(self, name: str, columns: Ints, size: Size, *, share: Reals) -> None:
        """Keep columns at or below a share of a size; where it is fixed, their bound says so."""
        at = np.flatnonzero(share)
        if size.column is None:
            self.lever(size, Edge.UPPER, columns[at], share[at])
            return
        rows = self.rows(
            f"{name} within {size.name}",
            [(columns[at], 1.0), (np.full(len(at), size.column, np.int32), -share[at])],
            lower=-INF,
            upper=share[at] * size.capacity.existing,
        )
        self.lever(size, Edge.ROW_UPPER, rows, share[at])

    def rows(
        self,
        name: str,
        terms: Sequence[tuple[Ints, float | Reals]],
        *,
        lower: float | Reals,
        upper: float | Reals,
    ) -> Ints:
        """Add one row for each position of the terms' columns."""
        return self._builder.rows(name, terms, lower=lower, upper=upper)

    def one_row(
        self, name: str, terms: Sequence[tuple[Ints, float | Reals]], *, lower: float, upper: float
    ) -> Ints:
        """Add a single row over all positions of its terms; columns that come twice are added.

        Returns:
            The number of the row, shape (1,).
        """
        columns = np.concatenate([one for one, _ in terms])
        values = np.concatenate([filled(value, len(one)) for one, value in terms])
        unique, place = np.unique(columns, return_inverse=True)
        summed = np.bincount(place, values, minlength=len(unique)).astype(np.float64)
        row = self._builder.rows(
            name, [(unique[:1].astype(np.int32), summed[:1])], lower=lower, upper=upper
        )
        rest = unique[1:].astype(np.int32)
        self._builder.add(np.repeat(row, len(rest)), rest, value=summed[1:])
        return row

    def add(self, rows: Ints, columns: Ints, *, value: float | Reals) -> None:
        """Add coefficients at pairs of rows and columns that exist; each pair at most once."""
        self._builder.add(rows, columns, value=value)

    def size(self, name: str, capacity: Capacity) -> Size:
        """Add a size; what may be added to it is a column with its cost.

        Args:
            name: ``asset.field``, with its unit.
            capacity: What stands and what may be added.
        """
        column = None
        if capacity.add_max:
            most = 0.0 if self.is_idle else capacity.add_max
            columns = self.columns(f"{name} added", lower=0.0, upper=most, size=1)
            column = int(columns[0])
            owner = name.split(".", 1)[0]
            self.cost(owner, INVESTMENT, columns, each_cny=capacity.cost_cny_per_unit)
        self._sizes[name] = Size(name, capacity, column)
        return self._sizes[name]

    def lever(self, size: Size, edge: Edge, numbers: Ints, moves: float | Reals) -> None:
        """Remember bounds that one more unit of an existing size moves."""
        each = filled(moves, len(numbers))
        self._levers.append(Lever(size.name, edge, numbers, each))

    # -- money, energies, rules ----------------------------------------------------------------

    def cost(
        self,
        owner: str,
        line: str,
        columns: Ints,
        *,
        each_cny: float | Reals,
        fixed_cny: float = 0.0,
    ) -> None:
        """Add a line of the bill.

        Args:
            owner: The asset it is for.
            line: What it is for, ending in ``_cny``.
            columns: The columns it counts.
            each_cny: What one unit of each costs.
            fixed_cny: What is paid whatever is done.
        """
        each = filled(each_cny, len(columns))
        self._costs.append(CostLine(owner, line, columns, each, fixed_cny))

    def size_costs(self, size: Size, cny: float) -> None:
        """Say what one more existing unit of a size costs apart from the model."""
        self._constants[size.name] = self._constants.get(size.name, 0.0) + cny

    def price_apart(self, columns: Ints) -> None:
        """Give columns a price above all tariffs, which drives the plan and is on no bill."""
        self._apart.append(columns)

    def count(
        self,
        tally: str,
        columns: Ints,
        each: float | Reals,
        *,
        fixed: float = 0.0,
        bus: str | None = None,
        size: Size | None = None,
    ) -> None:
        """Count flows to an energy (or mass) over the horizon.

        Args:
            tally: Which.
            columns: The flows.
            each: What one unit of each counts, one for all or one each.
            fixed: What counts whatever is done.
            bus: If given, nothing is counted unless it is a bus of electricity.
            size: The size of which every existing unit counts ``each`` in ``fixed``.
        """
        if bus is not None and self._carriers[bus] != ELECTRICITY:
            return
        kept = self.tallies.setdefault(tally, Tally())
        kept.fixed += fixed
        if size is not None:
            kept.moves[size.name] = float(np.mean(each))
        if len(columns):
            kept.terms.append((columns, filled(each, len(columns))))

    def limit(
        self,
        kind: str,
        owner: str,
        edge: Edge,
        numbers: Ints,
        *,
        steps: Ints | None = None,
        weight: float | None = None,
    ) -> None:
        """Remember bounds that may be questioned when there is no plan.

        Args:
            kind: What it is, a key of the catalogue.
            owner: The asset it belongs to.
            edge: Which bound.
            numbers: Columns or rows, as the edge says.
            steps: Interval of each; None for the intervals in order.
            weight: What breaking it by one counts, in kWh; None for a power.
        """
        at = self.steps[: len(numbers)] if steps is None else steps
        counts = self.horizon.step_h if weight is None else weight
        is_power = weight is None or kind in {SHORT, SURPLUS}
        self._limits.append(Limit(kind, owner, edge, numbers, at, counts, is_power))

    def one_way(self, pair: OneWay) -> None:
        """Forbid two flows to run in the same interval."""
        self._one_ways.append(pair)

    # -- the whole -----------------------------------------------------------------------------

    def assembled(self) -> Assembled:
        """Close the balances and return the model."""
        for bus, ports in self._ports.items():
            drawn = self._drawn[bus]
            rows = self.rows(f"{bus}.balance_kw", ports, lower=drawn, upper=drawn)
            self._bus_rows[bus] = rows
            # Last to be blamed: a named limit says more than a bus that lacks power.
            weight = _LAST * self.horizon.step_h
            self.limit(SHORT, bus, Edge.ROW_LOWER, rows, weight=weight)
            self.limit(SURPLUS, bus, Edge.ROW_UPPER, rows, weight=weight)
        model = self._builder.build()
        cost = np.zeros(model.n_columns)
        for line in self._costs:
            np.add.at(cost, line.columns, line.each_cny)
        for columns in self._apart:
            cost[columns] = self._above_all_tariffs()
        return Assembled(
            horizon=self.horizon,
            model=replace(model, column_cost=cost),
            cost_lines=tuple(self._costs),
            levers=tuple(self._levers),
            limits=tuple(self._limits),
            one_ways=tuple(self._one_ways),
            sizes=tuple(self._sizes.values()),
            size_constants_cny=self._constants,
            bus_rows=self._bus_rows,
            bus_flows={bus: tuple(flows) for bus, flows in self._yielding.items()},
            fixed_cny=float(sum(line.fixed_cny for line in self._costs)),
            priced_apart=tuple(self._apart),
        )

    def _above_all_tariffs(self) -> float:
        """Return a price of an interval that no line of the bill outweighs."""
        tariffs = [
            float(np.abs(line.each_cny).max(initial=0.0))
            for line in self._costs
            if line.line != INVESTMENT
        ]
        return _ABOVE * max([1.0, *tariffs]) / self.horizon.step_h
