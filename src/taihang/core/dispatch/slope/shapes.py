"""What the loops of the programme read and write: arrays and numbers, in named tuples.

All energies are per interval [kWh]. A *flow* is anything that the node can do at a price: import,
export, curtailment, power from a supply, load that is left unserved. The net import is what the
node draws from all of them together, and each flow is a stretch of it at one cost. Flows that lower
it come first and are called drains; import is the last. Counts: n intervals, k flows.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from taihang.core.dispatch.model import Ints, Reals

DONE: Final = 0
"""Status: all is well."""
NO_PLAN: Final = -1
"""Status: no change of the store keeps all limits."""
NO_ROOM: Final = -2
"""Status: the value functions have more pieces than the room holds."""
LOOPS: Final = -3
"""Status: in some interval export is paid more than import costs."""
BURNS: Final = -4
"""Status: in some interval burning energy in the store pays."""
ROWS: Final = 3
"""How many looks at a peak are kept: one from either side, and the one at hand."""
_PIECES: Final = 24
"""Pieces of a value function, on average, that there is room for at first."""


class Node(NamedTuple):
    """What the node can do in each interval, and what it needs."""

    flow_cny_per_kwh: Reals
    """What one more kWh of net import by that flow costs, shape (n, k) [CNY/kWh]."""
    flow_kwh: Reals
    """The most of each flow, shape (n, k)."""
    need_kwh: Reals
    """Load less all that is generated, shape (n,)."""
    n_drains: int
    """How many flows, the first ones, lower the net import; the first of all is export."""


class Store(NamedTuple):
    """The store, in the energy it holds."""

    low_kwh: float
    high_kwh: float
    start_kwh: float
    end_low_kwh: float
    end_value_cny_per_kwh: float
    """What a kWh left at the end is worth."""
    most_in_kwh: float
    """Largest rise in an interval."""
    most_out_kwh: float
    """Largest fall in an interval."""
    in_ratio: float
    out_ratio: float
    kept_ratio: float
    """Share of the energy that is left after an interval."""
    wear_cny_per_kwh: float


class Demand(NamedTuple):
    """The charge on the highest import of an interval."""

    price_cny_per_kwh: float
    """What one more kWh in the highest interval costs; 0 where there is no such charge."""
    so_far_kwh: float
    """What is paid for already."""
    guess_kwh: float
    """Where the search for the best peak begins."""


class Case(NamedTuple):
    """A whole problem."""

    node: Node
    store: Store
    demand: Demand


class Curve(NamedTuple):
    """What each further kWh of net import costs, ascending; import above the peak is the last flow.

    Written by the loops.
    """

    order: Ints
    """Which flow each stretch is; k is import above the peak, shape (n, k + 1)."""
    cny_per_kwh: Reals
    """Its cost, shape (n, k + 1) [CNY/kWh]."""
    kwh: Reals
    """How long it is; import stands twice, each with the whole of it, shape (n, k + 1)."""
    least_kwh: Reals
    """Least net import: all drains run, shape (n,)."""
    least_cny: Reals
    """What that costs, shape (n,)."""


class Pieces(NamedTuple):
    """The cost of each interval over the change of the store, ascending. Written by the loops."""

    cny_per_kwh: Reals
    """Shape (n, 2·k + 2) [CNY/kWh]."""
    kwh: Reals
    counts: Ints
    """How many there are, shape (n,)."""
    first_kwh: Reals
    """The lowest change, shape (n,)."""
    last_kwh: Reals
    """The highest change, shape (n,)."""
    last_cny: Reals
    """What that costs, shape (n,)."""


class Values(NamedTuple):
    """The least cost of what follows, over the energy before each interval. Written by the loops.

    All functions lie one behind the other, the last first.
    """

    cny_per_kwh: Reals
    """Ascending slopes, shape (m,) [CNY/kWh]."""
    kwh: Reals
    """How far each holds, shape (m,)."""
    begins: Ints
    """Where the function before interval t begins, shape (n + 1,)."""
    ends: Ints
    """Where it ends; the one before lies behind it, shape (n + 1,)."""
    first_kwh: Reals
    """First energy it is defined at, shape (n + 1,)."""
    last_kwh: Reals
    """Last energy it is defined at, shape (n + 1,)."""
    first_cny: Reals
    """Its value there, shape (n + 1,)."""


class Looks(NamedTuple):
    """Peaks that were tried, one row each. Written by the loops."""

    cap_kwh: Reals
    """The peak, shape (3,)."""
    cny: Reals
    """What it costs, shape (3,)."""
    cny_per_kwh: Reals
    """What one more kWh of peak costs, shape (3,)."""
    rise_kwh: Reals
    """Change of the store, losses at rest apart, shape (3, n)."""
    worth_cny_per_kwh: Reals
    """What one more kWh below the peak would save, shape (3, n)."""
    stored_cny_per_kwh: Reals
    """What one more kWh in the store after the interval costs: below 0, shape (3, n)."""


class Answer(NamedTuple):
    """What was found. Written by the loops."""

    rise_kwh: Reals
    """Change of the store, losses at rest apart, shape (n,)."""
    energy_kwh: Reals
    """Energy after each interval, shape (n,)."""
    flow_kwh: Reals
    """How much of each flow runs, shape (n, k)."""
    worth_cny_per_kwh: Reals
    """Share of the demand charge that falls on each interval, shape (n,)."""
    stored_cny_per_kwh: Reals
    """What one more kWh in the store after each interval costs: below 0, shape (n,)."""
    node_cny_per_kwh: Reals
    """What one more kWh at the node costs, shape (n,)."""
    bounds_cny: Reals
    """What the plan costs, and what no plan can cost less than, shape (2,)."""
    peak_kwh: Reals
    """Highest import of the plan, what is paid for already included, shape (1,)."""
    counts: Ints
    """How many peaks were tried, and the interval that stands in the way, shape (2,)."""


class Room(NamedTuple):
    """Everything that the loops write to."""

    curve: Curve
    pieces: Pieces
    values: Values
    looks: Looks
    answer: Answer


FindPlan: TypeAlias = Callable[[Case, Room], int]
"""``search.find_plan``, plain or compiled."""


def a_room(n_steps: int, n_flows: int, *, n_pieces: int = _PIECES) -> Room:
    """Return room for the loops.

    Args:
        n_steps: How many intervals.
        n_flows: How many flows.
        n_pieces: How many pieces a value function may have on average.
    """
    n, k, m = n_steps, n_flows + 1, (n_steps + 1) * n_pieces
    return Room(
        curve=Curve(_ints(n, k), _reals(n, k), _reals(n, k), _reals(n), _reals(n)),
        pieces=Pieces(
            cny_per_kwh=_reals(n, 2 * k),
            kwh=_reals(n, 2 * k),
            counts=_ints(n),
            first_kwh=_reals(n),
            last_kwh=_reals(n),
            last_cny=_reals(n),
        ),
        values=Values(
            cny_per_kwh=_reals(m),
            kwh=_reals(m),
            begins=_ints(n + 1),
            ends=_ints(n + 1),
            first_kwh=_reals(n + 1),
            last_kwh=_reals(n + 1),
            first_cny=_reals(n + 1),
        ),
        looks=Looks(
            cap_kwh=_reals(ROWS),
            cny=_reals(ROWS),
            cny_per_kwh=_reals(ROWS),
            rise_kwh=_reals(ROWS, n),
            worth_cny_per_kwh=_reals(ROWS, n),
            stored_cny_per_kwh=_reals(ROWS, n),
        ),
        answer=Answer(
            rise_kwh=_reals(n),
            energy_kwh=_reals(n),
            flow_kwh=_reals(n, n_flows),
            worth_cny_per_kwh=_reals(n),
            stored_cny_per_kwh=_reals(n),
            node_cny_per_kwh=_reals(n),
            bounds_cny=_reals(2),
            peak_kwh=_reals(1),
            counts=_ints(2),
        ),
    )


def _reals(*shape: int) -> Reals:
    return np.zeros(shape)


def _ints(*shape: int) -> Ints:
    return np.zeros(shape, np.int32)
