"""The loops of the programme: convex piecewise-linear functions as runs of slopes and widths.

``V_t(E)`` is the least cost of what follows when interval t starts with E in the store. It is
convex and piecewise linear, so it is kept as ascending slopes, the width over which each holds,
the first energy it is defined at, and its value there. An interval costs ``g(x)`` when the store
changes by x, convex and piecewise linear as well. Then

``V_t(E) = min over x of g(x) + V_(t+1)(κ·E + x)``

is an infimal convolution: the slopes of ``V_(t+1)`` and of ``g`` mirrored, merged in order. What
lies outside the limits of the store is cut off. Nothing is rounded to a grid.

These are plain loops over arrays on purpose: they run as they stand, and a compiler may be given
them as they stand for the same numbers.
"""

from typing import Final

import numpy as np

from taihang.core.dispatch.slope.shapes import (
    BURNS,
    DONE,
    LOOPS,
    NO_PLAN,
    NO_ROOM,
    Case,
    Curve,
    Pieces,
    Room,
    Store,
    Values,
)

_NEAR_RATIO: Final = 1e-12
"""Share of an energy by which a limit may be missed: the rounding of sums [1]."""
_TIE_RATIO: Final = 1e-10
"""Share of an energy below which two kinks are one. The peak that is tried is computed and lies
on a kink whenever it is the best; the stretch that rounding leaves beside it must not be taken for
a piece with a price of its own [1]."""


def near_kwh(case: Case) -> float:
    """Return by how much a limit may be missed."""
    return _NEAR_RATIO * scale_kwh(case)


def tie_kwh(case: Case) -> float:
    """Return how far apart two kinks may be and yet be one."""
    return _TIE_RATIO * scale_kwh(case)


def scale_kwh(case: Case) -> float:
    """Return how large the energies of a case are."""
    demand = case.demand
    return max(case.store.high_kwh, demand.so_far_kwh, demand.guess_kwh, 1.0)


# -- the node --------------------------------------------------------------------------------------


def write_curve(t: int, charge_cny_per_kwh: float, case: Case, curve: Curve) -> None:
    """Sort the flows of interval t by cost, import with a charge on it."""
    node = case.node
    k = node.flow_kwh.shape[1]
    for flow in range(k + 1):  # They are few, and mostly in order already.
        at = min(flow, k - 1)
        slope, width = node.flow_cny_per_kwh[t, at], node.flow_kwh[t, at]
        if flow >= k - 1:
            slope += charge_cny_per_kwh if flow < k else case.demand.price_cny_per_kwh
        j = flow
        while j > 0 and curve.cny_per_kwh[t, j - 1] > slope:
            curve.cny_per_kwh[t, j] = curve.cny_per_kwh[t, j - 1]
            curve.kwh[t, j], curve.order[t, j] = curve.kwh[t, j - 1], curve.order[t, j - 1]
            j -= 1
        curve.cny_per_kwh[t, j], curve.kwh[t, j], curve.order[t, j] = slope, width, flow
    curve.least_kwh[t], curve.least_cny[t] = 0.0, 0.0
    for flow in range(node.n_drains):
        curve.least_kwh[t] -= node.flow_kwh[t, flow]
        curve.least_cny[t] -= node.flow_kwh[t, flow] * node.flow_cny_per_kwh[t, flow]


def width_at(t: int, j: int, cap_kwh: float, curve: Curve) -> float:
    """Return how long a stretch is: import is cheap below the peak only."""
    width, k = float(curve.kwh[t, j]), curve.order.shape[1] - 1
    if curve.order[t, j] == k - 1:
        return min(width, cap_kwh)
    return max(width - cap_kwh, 0.0) if curve.order[t, j] == k else width


def is_convex(t: int, case: Case, curve: Curve) -> int:
    """Say whether the cost of interval t is convex in the change of the store.

    It is where import costs no less than export is paid, and where storing one more kWh at rest
    costs no less than taking one out saves.
    """
    node, store, k = case.node, case.store, curve.order.shape[1] - 1
    if node.flow_cny_per_kwh[t, 0] > node.flow_cny_per_kwh[t, k - 1]:
        return LOOPS
    left, low, high = node.need_kwh[t] - curve.least_kwh[t], -np.inf, np.inf
    for j in range(k + 1):
        width = width_at(t, j, np.inf, curve)
        if width > 0.0 and left > 0.0:
            low = float(curve.cny_per_kwh[t, j])
        if width > 0.0 and left < width:
            high = min(high, float(curve.cny_per_kwh[t, j]))
        left -= width
    burns = (low - store.wear_cny_per_kwh) * store.out_ratio > high / store.in_ratio
    return BURNS if burns else DONE


def stored(drawn_kwh: float, store: Store) -> float:
    """Return by how much the store changes when the node gives it so much."""
    return drawn_kwh * store.in_ratio if drawn_kwh > 0.0 else drawn_kwh / store.out_ratio


def drawn(rise_kwh: float, store: Store) -> float:
    """Return what the node gives to the store when it changes so much."""
    return rise_kwh / store.in_ratio if rise_kwh > 0.0 else rise_kwh * store.out_ratio


def write_pieces(t: int, cap_kwh: float, case: Case, room: Room) -> int:
    """Write the cost of interval t over the change of the store, ascending."""
    store, curve, pieces = case.store, room.curve, room.pieces
    net, need, pieces.counts[t] = float(curve.least_kwh[t]), float(case.node.need_kwh[t]), 0
    first = x = max(stored(net - need, store), -store.most_out_kwh)
    net_first = need + drawn(x, store)
    cost = curve.least_cny[t] - store.wear_cny_per_kwh * min(x, 0.0) * store.out_ratio
    for j in range(curve.kwh.shape[1]):
        slope, width = float(curve.cny_per_kwh[t, j]), width_at(t, j, cap_kwh, curve)
        if width <= 0.0:
            continue
        cost += slope * min(max(net_first - net, 0.0), width)
        net += width
        end = min(stored(net - need, store), store.most_in_kwh)
        # Giving and taking cost differently, so a stretch that holds x = 0 is two pieces.
        if x < 0.0 and end > x:
            given = (slope - store.wear_cny_per_kwh) * store.out_ratio
            cost += add_piece(t, given, min(end, 0.0) - x, pieces)
            x = min(end, 0.0)
        if end > x:
            cost += add_piece(t, slope / store.in_ratio, end - x, pieces)
            x = end
        if x >= store.most_in_kwh and net >= net_first:
            break
    pieces.first_kwh[t], pieces.last_kwh[t], pieces.last_cny[t] = first, x, cost
    is_short = first > store.most_in_kwh + near_kwh(case) or net < net_first - near_kwh(case)
    return NO_PLAN if is_short else DONE


def add_piece(t: int, slope_cny_per_kwh: float, width_kwh: float, pieces: Pieces) -> float:
    """Add a piece to the cost of interval t; return what going to its end costs."""
    at = pieces.counts[t]
    pieces.cny_per_kwh[t, at], pieces.kwh[t, at] = slope_cny_per_kwh, width_kwh
    pieces.counts[t] = at + 1
    return slope_cny_per_kwh * width_kwh


# -- the value, from the last interval to the first ------------------------------------------------


def write_last(n: int, store: Store, values: Values) -> None:
    """Write the value after the last interval: what is left is worth its price."""
    low = max(store.low_kwh, store.end_low_kwh)
    values.cny_per_kwh[0] = -store.end_value_cny_per_kwh
    values.kwh[0] = store.high_kwh - low
    values.begins[n], values.ends[n] = 0, 1
    values.first_kwh[n], values.last_kwh[n] = low, store.high_kwh
    values.first_cny[n] = -store.end_value_cny_per_kwh * low


def merge(t: int, kept_ratio: float, pieces: Pieces, values: Values) -> None:
    """Write the value after interval t and the mirrored pieces of the interval in one order.

    It is written over the energy before the interval, of which a share is kept: slopes are less
    steep by it, and widths wider.
    """
    grown = 1.0 / kept_ratio
    i, end = int(values.begins[t + 1]), int(values.ends[t + 1])
    at = end
    for j in range(pieces.counts[t] - 1, -1, -1):
        slope = -pieces.cny_per_kwh[t, j]
        while i < end and values.cny_per_kwh[i] <= slope:
            values.cny_per_kwh[at] = values.cny_per_kwh[i] * kept_ratio
            values.kwh[at] = values.kwh[i] * grown
            i, at = i + 1, at + 1
        slope *= kept_ratio
        if at > end and values.cny_per_kwh[at - 1] == slope:
            values.kwh[at - 1] += pieces.kwh[t, j] * grown
        else:
            values.cny_per_kwh[at], values.kwh[at] = slope, pieces.kwh[t, j] * grown
            at += 1
    while i < end:
        values.cny_per_kwh[at] = values.cny_per_kwh[i] * kept_ratio
        values.kwh[at] = values.kwh[i] * grown
        i, at = i + 1, at + 1
    values.begins[t], values.ends[t] = end, at
    values.first_kwh[t] = (values.first_kwh[t + 1] - pieces.last_kwh[t]) * grown
    values.last_kwh[t] = (values.last_kwh[t + 1] - pieces.first_kwh[t]) * grown
    values.first_cny[t] = values.first_cny[t + 1] + pieces.last_cny[t]


def cut(t: int, store: Store, values: Values) -> None:
    """Cut off from the value before interval t what lies outside the limits of the store."""
    begin, end, first = int(values.begins[t]), int(values.ends[t]), values.first_cny[t]
    left = store.low_kwh - values.first_kwh[t]
    while left > 0.0 and begin < end:
        width = min(left, values.kwh[begin])
        first += values.cny_per_kwh[begin] * width
        values.kwh[begin], left = values.kwh[begin] - width, left - width
        begin += 1 if values.kwh[begin] <= 0.0 else 0
    left = values.last_kwh[t] - store.high_kwh
    while left > 0.0 and begin < end:
        width = min(left, values.kwh[end - 1])
        values.kwh[end - 1], left = values.kwh[end - 1] - width, left - width
        end -= 1 if values.kwh[end - 1] <= 0.0 else 0
    values.begins[t], values.ends[t], values.first_cny[t] = begin, end, first
    values.first_kwh[t] = min(max(values.first_kwh[t], store.low_kwh), store.high_kwh)
    values.last_kwh[t] = max(min(values.last_kwh[t], store.high_kwh), store.low_kwh)


def backward(cap_kwh: float, case: Case, room: Room) -> int:
    """Write all value functions for a peak, the last first."""
    store, pieces, values, near = case.store, room.pieces, room.values, near_kwh(case)
    n = len(case.node.need_kwh)
    write_last(n, store, values)
    if values.kwh[0] < 0.0:
        return NO_PLAN
    for t in range(n - 1, -1, -1):
        if write_pieces(t, cap_kwh, case, room) != DONE:
            return NO_PLAN
        if 2 * values.ends[t + 1] - values.begins[t + 1] + pieces.counts[t] > len(values.kwh):
            return NO_ROOM
        merge(t, store.kept_ratio, pieces, values)
        if t > 0:  # The start is a fact: what is asked before the first interval is not cut off.
            low, high = store.low_kwh - near, store.high_kwh + near
            if values.first_kwh[t] > high or values.last_kwh[t] < low:
                return NO_PLAN
            cut(t, store, values)
    start = store.start_kwh
    is_within = values.first_kwh[0] - near <= start <= values.last_kwh[0] + near
    return DONE if is_within else NO_PLAN


def value_of_start(store: Store, values: Values) -> float:
    """Return the least cost of the whole run."""
    left, value = store.start_kwh - float(values.first_kwh[0]), float(values.first_cny[0])
    for i in range(values.begins[0], values.ends[0]):
        value += float(values.cny_per_kwh[i]) * min(max(left, 0.0), float(values.kwh[i]))
        left -= float(values.kwh[i])
    return value


# -- the path, from the first interval to the last -------------------------------------------------


def walk(t: int, left_kwh: float, close_kwh: float, room: Room) -> tuple[float, float, float]:
    """Walk the merged order so far.

    Returns by how much the store rises less, and the slopes on both sides of where that is.
    """
    pieces, values = room.pieces, room.values
    i, end, j = int(values.begins[t + 1]), int(values.ends[t + 1]), int(pieces.counts[t]) - 1
    fallen, low, high = 0.0, -np.inf, np.inf
    while i < end or j >= 0:
        if j < 0 or (i < end and values.cny_per_kwh[i] <= -pieces.cny_per_kwh[t, j]):
            slope, width, falls = values.cny_per_kwh[i], values.kwh[i], 0.0
            i += 1
        else:
            slope, width, falls = -pieces.cny_per_kwh[t, j], pieces.kwh[t, j], 1.0
            j -= 1
        if left_kwh < width - close_kwh:
            low, high = (slope if left_kwh > close_kwh else low), slope
            fallen += falls * max(left_kwh, 0.0)
            break
        # A piece that is no wider than rounding says nothing.
        low, left_kwh = (slope if width > close_kwh else low), left_kwh - width
        fallen += falls * width
    return fallen, low, high


def node_price(t: int, row: int, case: Case, room: Room) -> float:
    """Return what one more kWh at the node costs in interval t of a look.

    The slope of the value says it where the store is free to move; at a limit of its power only
    the node itself does, so the price is held between the two sides of the node's own cost.
    """
    curve, store, looks, near = room.curve, case.store, room.looks, tie_kwh(case)
    rise, dual = looks.rise_kwh[row, t], looks.stored_cny_per_kwh[row, t]
    left, low, high = case.node.need_kwh[t] + drawn(rise, store), -np.inf, np.inf
    left -= curve.least_kwh[t]
    for j in range(curve.kwh.shape[1]):
        width = width_at(t, j, looks.cap_kwh[row], curve)
        if width > 0.0 and left > near:
            low = float(curve.cny_per_kwh[t, j])
        if width > 0.0 and left < width - near:
            high = min(high, float(curve.cny_per_kwh[t, j]))
        left -= width
    price = -dual * store.in_ratio
    if rise < -near:
        price = -dual / store.out_ratio + store.wear_cny_per_kwh
    return min(max(price, low), high)


def worth_of_cap(t: int, row: int, case: Case, room: Room) -> float:
    """Return what one more kWh of import below the peak would save in interval t of a look."""
    node, charge = case.node, case.demand.price_cny_per_kwh
    k = node.flow_kwh.shape[1]
    if charge == 0.0 or node.flow_kwh[t, k - 1] <= room.looks.cap_kwh[row]:
        return 0.0  # The connection is full below the peak.
    price = node_price(t, row, case, room)
    return min(max(price - float(node.flow_cny_per_kwh[t, k - 1]), 0.0), charge)


def forward(row: int, case: Case, room: Room) -> None:
    """Walk the best path, and write it as a look.

    At a kink every slope between its two sides is one; the nearest to that of the interval before
    is taken, so that the slopes of all intervals belong to one dual solution.
    """
    looks, values, pieces = room.looks, room.values, room.pieces
    energy, dual, kept = case.store.start_kwh, 0.0, case.store.kept_ratio
    for t in range(len(case.node.need_kwh)):
        left = kept * energy - (values.first_kwh[t + 1] - pieces.last_kwh[t])
        fallen, low, high = walk(t, left, tie_kwh(case), room)
        rise, dual = pieces.last_kwh[t] - fallen, min(max(dual / kept, low), high)
        looks.rise_kwh[row, t], looks.stored_cny_per_kwh[row, t] = rise, dual
        looks.worth_cny_per_kwh[row, t] = worth_of_cap(t, row, case, room)
        energy = kept * energy + rise
