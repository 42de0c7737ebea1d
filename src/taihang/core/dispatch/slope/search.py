"""The best peak, the set-points that follow, and a bound that does not rest on how they were found.

The demand charge couples the intervals by one number, the peak P. Import above P is charged in
each interval as the tariff charges it in the highest: that is never less than the true charge, and
the same at the best P, so no penalty is guessed. The cost is convex in P and found by cuts from
both sides.

The lower bound is a sum over intervals. Every change of the store is paid at a price, and a share
of the demand charge is added to each import; then nothing couples the intervals any more and each
takes what is cheapest for it. Whatever the prices are, that is never above the optimum; with those
of the dual solution it equals it. A mistake in a slope, a tie or the search shows as a gap.
"""

from typing import Final

import numpy as np

from taihang.core.dispatch.slope.shapes import DONE, Case, Room
from taihang.core.dispatch.slope.sweeps import (
    backward,
    drawn,
    forward,
    is_convex,
    near_kwh,
    node_price,
    tie_kwh,
    value_of_start,
    width_at,
    write_curve,
    write_pieces,
)

_GAP_RATIO: Final = 1e-12
"""Share of the cost at which the search for the peak ends [1]."""
_LOOKS_MAX: Final = 60


def find_plan(case: Case, room: Room) -> int:
    """Find the cheapest plan of a case; everything else is written to the room.

    Args:
        case: The problem.
        room: What the loops write to.

    Returns:
        ``DONE``, or why there is no answer.
    """
    # 1. What the node's energy costs, which must be convex for all that follows.
    for t in range(len(case.node.need_kwh)):
        write_curve(t, 0.0, case, room.curve)
        status, room.answer.counts[1] = is_convex(t, case, room.curve), t
        if status != DONE:
            return status
    # 2. The best peak, from both sides.
    status, left, right = bracket(case, room)
    if status != DONE:
        return status
    status, left, right = close_in(left, right, case, room)
    if status != DONE:
        return status
    # 3. Set-points with what they cost; prices, and the bound that follows from them.
    write_prices(left, right, case, room)
    room.answer.bounds_cny[0] = settle(case, room)
    room.answer.bounds_cny[1] = lower_bound(case, room)
    return DONE


def look(row: int, cap_kwh: float, case: Case, room: Room) -> int:
    """Find the best path for a peak, and what one more kWh of peak costs."""
    demand, looks, answer = case.demand, room.looks, room.answer
    status = backward(cap_kwh, case, room)
    if status != DONE:
        return status
    looks.cap_kwh[row] = cap_kwh
    forward(row, case, room)
    cost, slope = value_of_start(case.store, room.values), demand.price_cny_per_kwh
    if demand.price_cny_per_kwh > 0.0:
        if cap_kwh == np.inf:  # Without a limit, the peak is what the path has.
            looks.cap_kwh[row] = peak_of(row, case, room)
        cost += demand.price_cny_per_kwh * (looks.cap_kwh[row] - demand.so_far_kwh)
        for t in range(len(case.node.need_kwh)):
            slope -= looks.worth_cny_per_kwh[row, t]
    looks.cny[row], looks.cny_per_kwh[row] = cost, slope
    answer.counts[0] += 1
    if cost < answer.bounds_cny[0]:
        answer.bounds_cny[0], answer.peak_kwh[0] = cost, looks.cap_kwh[row]
        for t in range(len(case.node.need_kwh)):
            answer.rise_kwh[t] = looks.rise_kwh[row, t]
    return DONE


def peak_of(row: int, case: Case, room: Room) -> float:
    """Return the highest import of a path, what is paid for already included."""
    peak, curve, k = case.demand.so_far_kwh, room.curve, case.node.flow_kwh.shape[1]
    for t in range(len(case.node.need_kwh)):
        left = case.node.need_kwh[t] + drawn(room.looks.rise_kwh[row, t], case.store)
        left -= curve.least_kwh[t]
        for j in range(k + 1):
            width = width_at(t, j, np.inf, curve)
            if curve.order[t, j] == k - 1:
                peak = max(peak, min(max(left, 0.0), width))
            left -= width
    return peak


def bracket(case: Case, room: Room) -> tuple[int, int, int]:
    """Look until the best peak lies between two looks; return the status and their rows.

    Most often the peak is the one that is paid for already, and one look shows it.
    """
    demand, slopes = case.demand, room.looks.cny_per_kwh
    room.answer.counts[0], room.answer.bounds_cny[0] = 0, np.inf
    first = demand.so_far_kwh
    if demand.guess_kwh > first + tie_kwh(case):
        first = demand.guess_kwh
    status = look(0, first if demand.price_cny_per_kwh > 0.0 else np.inf, case, room)
    is_lowest = first == demand.so_far_kwh and slopes[0] >= 0.0
    if status != DONE or demand.price_cny_per_kwh == 0.0 or is_lowest:
        return status, 0, 0
    if slopes[0] < 0.0:
        return look(1, np.inf, case, room), 0, 1
    status = look(1, demand.so_far_kwh, case, room)
    return status, 1, (0 if slopes[1] < 0.0 else 1)


def close_in(left: int, right: int, case: Case, room: Room) -> tuple[int, int, int]:
    """Look where the cuts from both sides meet until no better peak can be.

    Returns the status, and the rows of the last looks from both sides.
    """
    looks, answer = room.looks, room.answer
    while left != right and answer.counts[0] < _LOOKS_MAX:
        fall = looks.cny_per_kwh[left] - looks.cny_per_kwh[right]
        rise = looks.cny[right] - looks.cny[left]
        back = looks.cny_per_kwh[left] * looks.cap_kwh[left]
        at = (rise + back - looks.cny_per_kwh[right] * looks.cap_kwh[right]) / fall
        floor = looks.cny[left] + looks.cny_per_kwh[left] * (at - looks.cap_kwh[left])
        best = answer.bounds_cny[0]
        is_inside = looks.cap_kwh[left] < at < looks.cap_kwh[right]
        if not is_inside or best - floor <= _GAP_RATIO * abs(best):
            break
        row = 3 - left - right
        status = look(row, at, case, room)
        if status != DONE:
            return status, left, right
        left, right = (row, right) if looks.cny_per_kwh[row] < 0.0 else (left, row)
    return DONE, left, right


def write_prices(left: int, right: int, case: Case, room: Room) -> None:
    """Write the dual solution: of both looks together, so that all of the charge is spread."""
    looks, answer, price = room.looks, room.answer, case.demand.price_cny_per_kwh
    slope = looks.cny_per_kwh[right] - looks.cny_per_kwh[left]
    share = looks.cny_per_kwh[right] / slope if slope > 0.0 else 1.0
    total = 0.0
    for t in range(len(case.node.need_kwh)):
        node = share * node_price(t, left, case, room)
        node += (1.0 - share) * node_price(t, right, case, room)
        worth = share * looks.worth_cny_per_kwh[left, t]
        worth += (1.0 - share) * looks.worth_cny_per_kwh[right, t]
        dual = share * looks.stored_cny_per_kwh[left, t]
        dual += (1.0 - share) * looks.stored_cny_per_kwh[right, t]
        answer.node_cny_per_kwh[t], answer.worth_cny_per_kwh[t] = node, worth
        answer.stored_cny_per_kwh[t], total = dual, total + worth
    # A dual solution charges no more than the tariff does; rounding must not make it more.
    if total > price:
        for t in range(len(case.node.need_kwh)):
            answer.worth_cny_per_kwh[t] *= price / total


def settle(case: Case, room: Room) -> float:
    """Write the set-points of the best path; return what they cost, demand charge and all."""
    node, store, answer, k = case.node, case.store, room.answer, case.node.flow_kwh.shape[1]
    energy, cost, peak = store.start_kwh, 0.0, case.demand.so_far_kwh
    for t in range(len(node.need_kwh)):
        rise = answer.rise_kwh[t]
        energy = answer.energy_kwh[t] = store.kept_ratio * energy + rise
        cost -= store.wear_cny_per_kwh * min(rise, 0.0) * store.out_ratio
        write_flows(t, case, room)
        peak = max(peak, answer.flow_kwh[t, k - 1])
        for flow in range(k):
            sign = -1.0 if flow < node.n_drains else 1.0
            cost += sign * node.flow_cny_per_kwh[t, flow] * answer.flow_kwh[t, flow]
    answer.peak_kwh[0] = peak
    cost -= store.end_value_cny_per_kwh * energy
    return cost + case.demand.price_cny_per_kwh * (peak - case.demand.so_far_kwh)


def write_flows(t: int, case: Case, room: Room) -> None:
    """Write which flows make up the net import of interval t, the cheapest first."""
    node, curve, answer, k = case.node, room.curve, room.answer, case.node.flow_kwh.shape[1]
    left, near = node.need_kwh[t] - curve.least_kwh[t], near_kwh(case)
    left += drawn(answer.rise_kwh[t], case.store)
    answer.flow_kwh[t, k - 1] = 0.0
    for j in range(k + 1):
        flow, width = min(curve.order[t, j], k - 1), width_at(t, j, answer.peak_kwh[0], curve)
        filled = min(max(left, 0.0), width)
        left -= width
        if width - filled < near:  # What rounding leaves of a flow is none.
            filled = width
        if flow < node.n_drains:
            answer.flow_kwh[t, flow] = width - filled
        elif flow < k - 1:
            answer.flow_kwh[t, flow] = filled
        else:
            answer.flow_kwh[t, flow] += filled


def lower_bound(case: Case, room: Room) -> float:
    """Return what no plan can cost less than, by the prices found. The curves are used up."""
    node, store, answer, pieces = case.node, case.store, room.answer, room.pieces
    n, total, before = len(node.need_kwh), 0.0, 0.0
    for t in range(n):
        dual = answer.stored_cny_per_kwh[t]
        # The energy before the interval, for which the interval pays and the one before is paid.
        each = store.kept_ratio * dual - before
        if t == 0:
            total += each * store.start_kwh
        else:
            total += each * (store.low_kwh if each > 0.0 else store.high_kwh)
        before = dual
        # The interval itself, which changes the store as is cheapest for it.
        worth = answer.worth_cny_per_kwh[t]
        total -= worth * case.demand.so_far_kwh
        if worth != 0.0:
            write_curve(t, worth, case, room.curve)
        if write_pieces(t, np.inf, case, room) != DONE:
            return -np.inf
        total += pieces.last_cny[t] + dual * pieces.last_kwh[t]
        for j in range(pieces.counts[t]):
            total -= max(pieces.cny_per_kwh[t, j] + dual, 0.0) * pieces.kwh[t, j]
    last, low = -store.end_value_cny_per_kwh - before, max(store.low_kwh, store.end_low_kwh)
    return total + last * (low if last > 0.0 else store.high_kwh)
