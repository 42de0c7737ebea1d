"""The loops of the programme: convex piecewise-linear functions as runs of slopes and widths.

``V_t(E)`` is the least cost of what follows interval t when it starts with E in the store. It is
convex and piecewise linear, so it is kept as ascending slopes, the width over which each holds,
the first energy it is defined at, and its value there. An interval costs ``g(x)`` when the store
changes by x, convex and piecewise linear as well. Then

``V_t(E) = min over x of g(x) + V_(t+1)(κ·E + x)``

is an infimal convolution: the slopes of ``V_(t+1)`` and of ``g`` mirrored, merged in order. What
lies outside the limits of the store is cut off. Nothing is rounded to a grid.

These are plain loops over arrays on purpose: they run as they stand, and a compiler may be given
them as they stand for the same numbers. All energies are per interval. [kWh]
"""

from typing import Final, NamedTuple

import numpy as np

from taihang.core.dispatch.model import Ints, Reals

NO_PLAN: Final = -1
"""Status: no change of the store keeps all limits."""
NO_ROOM: Final = -2
"""Status: a value function has more pieces than the room holds."""
DONE: Final = 0
_NEAR_RATIO: Final = 1e-12
"""Share of a sum that is its rounding [1]."""


class Steps(NamedTuple):
    """The node in each interval: what each further kWh of net import costs, in order."""

    slopes_cny_per_kwh: Reals
    """Ascending cost of the next kWh, shape (n, k) [CNY/kWh]."""
    widths_kwh: Reals
    """How many kWh at that cost, shape (n, k); import stands twice, see ``cheap_at`` [kWh]."""
    cheap_at: Ints
    """Which column is import below the peak, shape (n,)."""
    dear_at: Ints
    """Which column is import above the peak, shape (n,)."""
    lowest_kwh: Reals
    """Least net import: all that can be exported and curtailed, shape (n,)."""
    lowest_cny: Reals
    """What that costs, shape (n,)."""
    need_kwh: Reals
    """Load less generation, shape (n,)."""


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


class Node(NamedTuple):
    """The node, its store, and the peak that is tried."""

    steps: Steps
    store: Store
    cap_kwh: float
    """Import of an interval above which the demand charge is paid as well."""
    near_kwh: float
    """Two energies closer than this are the same: the rounding of sums."""


class Room(NamedTuple):
    """Where the value functions are kept, one row each, shape (n + 1, m)."""

    slopes_cny_per_kwh: Reals
    widths_kwh: Reals
    counts: Ints
    """How many pieces, shape (n + 1,)."""
    first_kwh: Reals
    """First energy that the function is defined at, shape (n + 1,)."""
    first_cny: Reals
    """Its value there, shape (n + 1,)."""
    piece_cny_per_kwh: Reals
    """Pieces of the interval at hand, shape (k + 1,)."""
    piece_kwh: Reals
    merged_cny_per_kwh: Reals
    """Value and pieces in one order, shape (m + k + 1,)."""
    merged_kwh: Reals
    merged_falls_ratio: Reals
    """1 where going on means that the store rises less, else 0."""


class Path(NamedTuple):
    """What was found, each shape (n,)."""

    rise_kwh: Reals
    """Change of the store by charging and discharging, losses at rest apart."""
    cap_cny_per_kwh: Reals
    """What one more kWh below the peak would save."""


class Pieces(NamedTuple):
    """The cost of one interval over the change of the store; its slopes are in the room."""

    size: int
    """How many pieces; ``NO_PLAN`` if no change is allowed."""
    first_kwh: float
    last_kwh: float
    last_cny: float
    """Cost of the highest change."""


def stored(drawn_kwh: float, store: Store) -> float:
    """Return by how much the store changes when the node gives it so much."""
    return drawn_kwh * store.in_ratio if drawn_kwh > 0.0 else drawn_kwh / store.out_ratio


def width_at(t: int, j: int, node: Node) -> float:
    """Return how many kWh segment j of the node has: import is cheap below the peak only."""
    width = float(node.steps.widths_kwh[t, j])
    if j == node.steps.cheap_at[t]:
        return min(width, node.cap_kwh)
    if j == node.steps.dear_at[t]:
        return max(width - node.cap_kwh, 0.0)
    return width


def pieces(t: int, node: Node, room: Room) -> Pieces:
    """Write the cost of interval t over the change of the store, ascending."""
    steps, store = node.steps, node.store
    net, need, count = float(steps.lowest_kwh[t]), float(steps.need_kwh[t]), 0
    x = max(stored(net - need, store), -store.most_out_kwh)
    first, cost = x, float(steps.lowest_cny[t])
    net_first = need + (x / store.in_ratio if x > 0.0 else x * store.out_ratio)
    cost -= store.wear_cny_per_kwh * min(x, 0.0) * store.out_ratio
    for j in range(steps.slopes_cny_per_kwh.shape[1]):
        slope, width = float(steps.slopes_cny_per_kwh[t, j]), width_at(t, j, node)
        cost += slope * min(max(net_first - net, 0.0), width)
        net += width
        end = min(stored(net - need, store), store.most_in_kwh)
        # Giving and taking cost differently, so a segment that holds x = 0 is two pieces.
        for turn, ratio in ((min(end, 0.0), store.out_ratio), (end, 1.0 / store.in_ratio)):
            if turn > x:
                wear = store.wear_cny_per_kwh if x < 0.0 else 0.0
                room.piece_cny_per_kwh[count] = (slope - wear) * ratio
                room.piece_kwh[count] = turn - x
                cost += (slope - wear) * ratio * (turn - x)
                x, count = turn, count + 1
    if first > store.most_in_kwh + node.near_kwh or net < net_first - node.near_kwh:
        count = NO_PLAN
    return Pieces(count, first, x, cost)


def merge(t: int, size: int, room: Room) -> int:
    """Write the slopes of the value after interval t and of its mirrored pieces in one order."""
    i, j, count, n_after = 0, size - 1, 0, int(room.counts[t + 1])
    while i < n_after or j >= 0:
        if j < 0 or (
            i < n_after and room.slopes_cny_per_kwh[t + 1, i] <= -room.piece_cny_per_kwh[j]
        ):
            room.merged_cny_per_kwh[count] = room.slopes_cny_per_kwh[t + 1, i]
            room.merged_kwh[count] = room.widths_kwh[t + 1, i]
            room.merged_falls_ratio[count] = 0.0
            i += 1
        else:
            room.merged_cny_per_kwh[count] = -room.piece_cny_per_kwh[j]
            room.merged_kwh[count] = room.piece_kwh[j]
            room.merged_falls_ratio[count] = 1.0
            j -= 1
        count += 1
    return count


def put(t: int, slope_cny_per_kwh: float, width_kwh: float, room: Room) -> int:
    """Add a piece to the value before interval t, or widen its last one."""
    count = int(room.counts[t])
    if count > 0 and room.slopes_cny_per_kwh[t, count - 1] == slope_cny_per_kwh:
        room.widths_kwh[t, count - 1] += width_kwh
        return DONE
    if count == room.slopes_cny_per_kwh.shape[1]:
        return NO_ROOM
    room.slopes_cny_per_kwh[t, count], room.widths_kwh[t, count] = slope_cny_per_kwh, width_kwh
    room.counts[t] = count + 1
    return DONE


def last_value(store: Store, room: Room) -> None:
    """Write the value after the last interval: what is left is worth its price."""
    n = len(room.counts) - 1
    low = max(store.low_kwh, store.end_low_kwh)
    room.slopes_cny_per_kwh[n, 0] = -store.end_value_cny_per_kwh
    room.widths_kwh[n, 0] = store.high_kwh - low
    room.counts[n] = 1
    room.first_kwh[n] = low
    room.first_cny[n] = -store.end_value_cny_per_kwh * low


def step_back(t: int, node: Node, room: Room) -> int:
    """Write the value before interval t from the value after it: merge, then cut."""
    own = pieces(t, node, room)
    if own.size == NO_PLAN:
        return NO_PLAN
    kept, low, high = node.store.kept_ratio, -np.inf, np.inf
    if t > 0:  # The start is a fact: what is asked before the first interval is not cut off.
        low, high = kept * node.store.low_kwh, kept * node.store.high_kwh
    scale = kept if t > 0 else 1.0
    y = float(room.first_kwh[t + 1]) - own.last_kwh
    value, status = float(room.first_cny[t + 1]) + own.last_cny, DONE
    if y > high + node.near_kwh:
        return NO_PLAN
    y, room.counts[t] = min(y, high), 0
    room.first_kwh[t] = max(y, low) / scale
    for i in range(merge(t, own.size, room)):
        slope = float(room.merged_cny_per_kwh[i])
        cut = min(max(low - y, 0.0), float(room.merged_kwh[i]))
        value, y = value + slope * cut, y + cut
        width = min(float(room.merged_kwh[i]) - cut, high - y)
        if width > 0.0 and status == DONE:
            status = put(t, slope * scale, width / scale, room)
            y += width
    room.first_cny[t] = value
    return NO_PLAN if y < low - node.near_kwh else status


def backward(node: Node, room: Room) -> int:
    """Write all value functions, the last first."""
    last_value(node.store, room)
    for t in range(len(node.steps.need_kwh) - 1, -1, -1):
        status = step_back(t, node, room)
        if status != DONE:
            return status
    y, last = node.store.kept_ratio * node.store.start_kwh, float(room.first_kwh[0])
    for i in range(room.counts[0]):
        last += float(room.widths_kwh[0, i])
    if y < room.first_kwh[0] - node.near_kwh or y > last + node.near_kwh:
        return NO_PLAN
    return DONE


def value_of_start(store: Store, room: Room) -> float:
    """Return the least cost of the whole run."""
    left = store.kept_ratio * store.start_kwh - float(room.first_kwh[0])
    value = float(room.first_cny[0])
    for i in range(room.counts[0]):
        value += float(room.slopes_cny_per_kwh[0, i]) * min(
            max(left, 0.0), float(room.widths_kwh[0, i])
        )
        left -= float(room.widths_kwh[0, i])
    return value


def walk(size: int, left_kwh: float, dual_cny_per_kwh: float, room: Room) -> tuple[float, float]:
    """Walk the merged order so far; return how much the store rises less, and the slope there.

    At a kink every slope between its two sides is one; the nearest to ``dual_cny_per_kwh`` is
    taken, so that the slopes of all intervals belong to one dual solution.
    """
    near, fallen, low, high = _NEAR_RATIO * max(left_kwh, 1.0), 0.0, -np.inf, np.inf
    for i in range(size):
        slope, width = float(room.merged_cny_per_kwh[i]), float(room.merged_kwh[i])
        if left_kwh < width - near:
            low, high = (slope if left_kwh > near else low), slope
            fallen += float(room.merged_falls_ratio[i]) * max(left_kwh, 0.0)
            break
        # A piece that is no wider than rounding is a leftover of a cut and says nothing.
        low, left_kwh = (slope if width > near else low), left_kwh - width
        fallen += float(room.merged_falls_ratio[i]) * width
    return fallen, min(max(dual_cny_per_kwh, low), high)


def node_price(t: int, rise_kwh: float, dual_cny_per_kwh: float, node: Node) -> float:
    """Return what one more kWh at the node costs in interval t.

    The slope of the value says it where the store is free to move; at a limit of its power only
    the node itself does, so the price is held between the two sides of the node's own cost.
    """
    steps, store = node.steps, node.store
    drawn = rise_kwh / store.in_ratio if rise_kwh > 0.0 else rise_kwh * store.out_ratio
    left, low, high = steps.need_kwh[t] + drawn - steps.lowest_kwh[t], -np.inf, np.inf
    for j in range(steps.slopes_cny_per_kwh.shape[1]):
        width = width_at(t, j, node)
        if width > 0.0 and left > node.near_kwh:
            low = float(steps.slopes_cny_per_kwh[t, j])
        if width > 0.0 and left < width - node.near_kwh:
            high = min(high, float(steps.slopes_cny_per_kwh[t, j]))
        left -= width
    price = -dual_cny_per_kwh * store.in_ratio
    if rise_kwh < -node.near_kwh:
        price = -dual_cny_per_kwh / store.out_ratio + store.wear_cny_per_kwh
    return min(max(price, low), high)


def worth_of_cap(t: int, rise_kwh: float, dual_cny_per_kwh: float, node: Node) -> float:
    """Return what one more kWh of cheap import would save in interval t."""
    cheap, dear = node.steps.cheap_at[t], node.steps.dear_at[t]
    if width_at(t, dear, node) <= 0.0:
        return 0.0  # The connection is full below the peak.
    cheap_cny, dear_cny = (
        node.steps.slopes_cny_per_kwh[t, cheap],
        node.steps.slopes_cny_per_kwh[t, dear],
    )
    price = node_price(t, rise_kwh, dual_cny_per_kwh, node)
    return min(max(price - float(cheap_cny), 0.0), float(dear_cny - cheap_cny))


def forward(node: Node, room: Room, path: Path) -> float:
    """Walk the best path; return the sum of what one more kWh of cheap import is worth."""
    energy, dual_cny_per_kwh, total = node.store.start_kwh, 0.0, 0.0
    kept = node.store.kept_ratio
    for t in range(len(node.steps.need_kwh)):
        own = pieces(t, node, room)
        size = merge(t, own.size, room)
        left = kept * energy - (float(room.first_kwh[t + 1]) - own.last_kwh)
        fallen, dual_cny_per_kwh = walk(size, left, dual_cny_per_kwh / kept, room)
        path.rise_kwh[t] = own.last_kwh - fallen
        path.cap_cny_per_kwh[t] = worth_of_cap(t, own.last_kwh - fallen, dual_cny_per_kwh, node)
        total += float(path.cap_cny_per_kwh[t])
        energy = kept * energy + own.last_kwh - fallen
    return total
