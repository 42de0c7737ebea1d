"""The loops of the oracle: the cheapest year at given sizes, and what its prices prove.

The year is walked by the storage programme (``slope.sweeps``): once back for the value functions,
once forward for the path. The forward walk also picks one price of stored energy for each interval,
and the price of the node that balances it follows. Those prices are a dual vector of the linear
model of the year, whatever led to them, so by weak duality

``least cost of any sizes q  ≥  base + slope · q``

where every term is the limit of a flow times what that flow would still gain at these prices. No
tie, no rounding and no mistake in the walk can lift that line above the truth; it is exact where
the path is optimal.

Plain loops on purpose: they run as they stand, and a compiler may take them as they stand for the
same numbers. All energies are per interval. [kWh]
"""

from typing import Final, NamedTuple

import numpy as np

from taihang.core.dispatch.model import Ints, Reals
from taihang.core.dispatch.slope.shapes import DONE, Case, Curve, Demand, Node, Room, Store
from taihang.core.dispatch.slope.sweeps import backward, forward, width_at, write_curve

EXTRA: Final = 4
"""Flows of the node beside the classes of plants. In order: export, the classes, cheap import, dear
import, what is unserved."""


class Law(NamedTuple):
    """What the store does with energy, whatever its size."""

    in_ratio: float
    out_ratio: float
    kept_ratio: float
    low_ratio: float
    high_ratio: float
    wear_cny_per_kwh: float
    is_circle: bool
    """Whether the store must end exactly as it starts, and the start is free."""


class Year(NamedTuple):
    """What happens in each interval, whatever the sizes."""

    load_kwh: Reals
    """Shape (n,)."""
    plant_kwh: Reals
    """What a kW of each plant can give, shape (n, plants) [kWh/kW]."""
    import_cny: Reals
    """Price of a kWh drawn, shape (n,)."""
    export_cny: Reals
    """What a kWh given earns, shape (n,)."""
    import_kwh: Reals
    """Limit of the connection, shape (n,)."""
    export_kwh: Reals
    month: Ints
    """Which cap holds, shape (n,)."""
    class_of: Ints
    """Which class each plant belongs to: plants of a class cost the same, shape (plants,)."""
    use_cny: Reals
    """What a used kWh of each class costs, less what curtailing it would, shape (classes,)."""
    step_h: float
    law: Law


class Prices(NamedTuple):
    """The prices of what couples the year, as shifts on the flows of an interval."""

    used_cny: float
    """Taken from the cost of a used kWh: self-use and green share."""
    export_cny: float
    """Taken from what a kWh given earns: all three ratios."""
    loss_cny: float
    """Added to the cost of every kWh of losses: the green share where losses are load."""
    above_cap_cny: Reals
    """What a kWh above the cap costs more, by month; no less than its true cost."""
    unserved_cny: float
    """What a kWh unserved costs. No year with any of it is ever offered as a plan."""


class Sizes(NamedTuple):
    """The sizes that are tried."""

    plant_kw: Reals
    """Shape (plants,)."""
    charge_kw: float
    discharge_kw: float
    energy_kwh: float
    start_kwh: float
    end_kwh: float
    """Least energy at the end."""
    cap_kw: Reals
    """Import of each month above which the demand charge is paid, shape (months,)."""


class Found(NamedTuple):
    """What a look finds, written in place."""

    node_cny: Reals
    """What a kWh at the node costs, shape (n,); shifted by the price of losses."""
    slope: Reals
    """Slope of the cut: plants, charge, discharge, energy, start, end, caps."""
    flow_kwh: Reals
    """Sums of the path: import, export, losses at the terminals, discharge, unserved."""
    flow_cny: Reals
    """Base of the cut, and true cost of the path: shape (2,)."""
    peak_kw: Reals
    """Highest import of each month, shape (months,)."""
    used_kwh: Reals
    """Sum by class, shape (classes,)."""


class Desk(NamedTuple):
    """Where a look works and writes."""

    node: Node
    """The flows of every interval, as the programme reads them."""
    room: Room
    """Row 0 of its looks is the path, and what a stored kWh costs: less than nothing."""
    found: Found


class Turns(NamedTuple):
    """When and how far the store changes what the node needs in an interval."""

    charges_cny: float
    """Price below which it draws all it can."""
    gives_cny: float
    """Price above which it gives all it can."""
    drawn_kwh: float
    given_kwh: float


def write_node(year: Year, sizes: Sizes, prices: Prices, node: Node) -> None:
    """Write what each flow of the node costs, and how much of it there can be.

    The programme knows one peak of all intervals, for its last flow; a cap of each month is not
    that, so import stands here as two flows, and what is unserved, which has no peak, as the last.
    """
    cny, kwh, n_classes = node.flow_cny_per_kwh, node.flow_kwh, len(year.use_cny)
    floor = burning_cny(year.law)
    for t in range(len(year.load_kwh)):
        made, m = 0.0, year.month[t]
        for j in range(n_classes):
            cny[t, 1 + j] = max(year.use_cny[j] - prices.used_cny + prices.loss_cny, floor)
            kwh[t, 1 + j] = 0.0
        for p in range(len(year.class_of)):
            plant_kwh = year.plant_kwh[t, p] * sizes.plant_kw[p]
            kwh[t, 1 + year.class_of[p]] += plant_kwh
            made += plant_kwh
        cap = min(sizes.cap_kw[m] * year.step_h, year.import_kwh[t])
        bought = max(year.import_cny[t] + prices.loss_cny, floor)
        cny[t, 0] = year.export_cny[t] - prices.export_cny + prices.loss_cny
        cny[t, n_classes + 1], cny[t, n_classes + 2] = bought, bought + prices.above_cap_cny[m]
        cny[t, n_classes + 3] = prices.unserved_cny
        kwh[t, 0] = year.export_kwh[t]
        kwh[t, n_classes + 1], kwh[t, n_classes + 2] = cap, year.import_kwh[t] - cap
        kwh[t, n_classes + 3] = year.load_kwh[t] + sizes.charge_kw * year.step_h
        node.need_kwh[t] = year.load_kwh[t] - made


def burning_cny(law: Law) -> float:
    """Return the least price at the node: what is cheaper would be burnt in the store instead.

    Where burning pays the true year may do it up to its power; here it may do it without end. The
    bound stays a bound, and is exact where nothing is burnt.
    """
    lost = 1.0 / (law.in_ratio * law.out_ratio) - 1.0
    return -law.wear_cny_per_kwh / lost if lost > 0.0 else -np.inf


def clearing_cny(t: int, turns: Turns, node: Node, curve: Curve) -> float:
    """Return the price that balances the node: the first at which no more is needed than comes."""
    j, k, price = 0, curve.kwh.shape[1], -np.inf
    net, need = curve.least_kwh[t], node.need_kwh[t] + turns.drawn_kwh
    charges, gives = turns.charges_cny, turns.gives_cny
    while net < need and (j < k or min(charges, gives) < np.inf):
        slope = curve.cny_per_kwh[t, j] if j < k else np.inf
        if charges <= slope and charges <= gives:
            price, need, charges = charges, need - turns.drawn_kwh, np.inf
        elif gives <= slope:
            price, need, gives = gives, need - turns.given_kwh, np.inf
        else:
            price, net, j = slope, net + width_at(t, j, np.inf, curve), j + 1
    return price


def clear(year: Year, sizes: Sizes, desk: Desk) -> None:
    """Write the price of the node in every interval of the path.

    What was stored keeps the price that the walk gave it; with it, no price of the node proves
    more than the one that balances it.
    """
    law, floor, stored = year.law, burning_cny(year.law), desk.room.looks.stored_cny_per_kwh
    for t in range(len(year.load_kwh)):
        turns = Turns(
            charges_cny=-stored[0, t] * law.in_ratio,
            gives_cny=-stored[0, t] / law.out_ratio + law.wear_cny_per_kwh,
            drawn_kwh=sizes.charge_kw * year.step_h,
            given_kwh=sizes.discharge_kw * year.step_h,
        )
        desk.found.node_cny[t] = max(clearing_cny(t, turns, desk.node, desk.room.curve), floor)


def drawn_by(rise_kwh: float, law: Law) -> float:
    """Return what the store draws at its terminals, below 0 where it gives."""
    return rise_kwh / law.in_ratio if rise_kwh > 0.0 else rise_kwh * law.out_ratio


def tally_path(year: Year, desk: Desk) -> None:
    """Sum the flows of the path, and what they truly cost."""
    found, cost = desk.found, 0.0
    found.flow_kwh[:], found.used_kwh[:], found.peak_kw[:] = 0.0, 0.0, 0.0
    for t in range(len(year.load_kwh)):
        taken, m = drawn_by(desk.room.looks.rise_kwh[0, t], year.law), year.month[t]
        found.flow_kwh[2] += taken
        if taken < 0.0:
            found.flow_kwh[3] -= taken
            cost -= year.law.wear_cny_per_kwh * taken
        before = found.flow_kwh[0]
        cost += tally_node(t, taken, year, desk)
        bought_kw = (found.flow_kwh[0] - before) / year.step_h
        found.peak_kw[m] = max(found.peak_kw[m], bought_kw)
    found.flow_cny[1] = cost


def tally_node(t: int, taken_kwh: float, year: Year, desk: Desk) -> float:
    """Add the flows of one interval to the sums; return what they cost."""
    curve, found, n_classes, cost = desk.room.curve, desk.found, len(year.use_cny), 0.0
    left = desk.node.need_kwh[t] + taken_kwh - curve.least_kwh[t]
    for j in range(curve.kwh.shape[1]):
        filled = min(max(left, 0.0), width_at(t, j, np.inf, curve))
        left -= filled
        flow = curve.order[t, j]
        if flow == 0:
            found.flow_kwh[1] += year.export_kwh[t] - filled
            cost -= year.export_cny[t] * (year.export_kwh[t] - filled)
        elif flow <= n_classes:
            found.used_kwh[flow - 1] += filled
            cost += year.use_cny[flow - 1] * filled
        elif flow <= n_classes + 2:
            found.flow_kwh[0] += filled
            cost += year.import_cny[t] * filled
        else:
            found.flow_kwh[4] += filled
    return cost


def tally_cut(year: Year, prices: Prices, found: Found) -> None:
    """Write what the prices prove of the node: the base of the cut, and slopes by plant and cap."""
    n_plants, slope, base = len(year.class_of), found.slope, 0.0
    slope[:] = 0.0
    for t in range(len(year.load_kwh)):
        price, m = found.node_cny[t], year.month[t]
        for p in range(n_plants):
            use = year.use_cny[year.class_of[p]] - prices.used_cny + prices.loss_cny
            slope[p] -= max(price - use, 0.0) * year.plant_kwh[t, p]
        earns = year.export_cny[t] - prices.export_cny + prices.loss_cny
        gain = max(price - year.import_cny[t] - prices.loss_cny, 0.0)
        above = min(gain, prices.above_cap_cny[m])
        base += (price - prices.loss_cny) * year.load_kwh[t]
        base -= max(earns - price, 0.0) * year.export_kwh[t]
        base -= (gain - above) * year.import_kwh[t]
        slope[n_plants + 5 + m] -= above * year.step_h
    found.flow_cny[0] = base


def tally_store(year: Year, room: Room, found: Found) -> None:
    """Write what the prices prove of the store: the slopes by its sizes, its start and its end."""
    law, n, at, duals = year.law, len(year.load_kwh), len(year.class_of), room.looks
    charge, discharge, energy = 0.0, 0.0, 0.0
    for t in range(n):
        price, stored = found.node_cny[t], -duals.stored_cny_per_kwh[0, t]
        charge += max(stored * law.in_ratio - price, 0.0)
        discharge += max(price - law.wear_cny_per_kwh - stored / law.out_ratio, 0.0)
        if t < n - 1:
            held = stored + law.kept_ratio * duals.stored_cny_per_kwh[0, t + 1]
            energy += held * (law.low_ratio if held > 0.0 else law.high_ratio)
    last = -duals.stored_cny_per_kwh[0, n - 1]
    ends, spare = (last, 0.0) if law.is_circle else (max(last, 0.0), min(last, 0.0))
    found.slope[at] = -charge * year.step_h
    found.slope[at + 1] = -discharge * year.step_h
    found.slope[at + 2] = energy + spare * law.high_ratio
    found.slope[at + 3] = law.kept_ratio * duals.stored_cny_per_kwh[0, 0]
    found.slope[at + 4] = ends


def store_of(year: Year, sizes: Sizes, prices: Prices) -> Store:
    """Return the store as the programme reads it; what may not be left over is dear to leave."""
    law = year.law
    return Store(
        low_kwh=law.low_ratio * sizes.energy_kwh,
        high_kwh=law.high_ratio * sizes.energy_kwh,
        start_kwh=sizes.start_kwh,
        end_low_kwh=sizes.end_kwh,
        end_value_cny_per_kwh=-prices.unserved_cny if law.is_circle else 0.0,
        most_in_kwh=sizes.charge_kw * year.step_h * law.in_ratio,
        most_out_kwh=sizes.discharge_kw * year.step_h / law.out_ratio,
        in_ratio=law.in_ratio,
        out_ratio=law.out_ratio,
        kept_ratio=law.kept_ratio,
        wear_cny_per_kwh=law.wear_cny_per_kwh,
    )


def look(year: Year, sizes: Sizes, prices: Prices, desk: Desk) -> int:
    """Find the cheapest year at these sizes and prices, and the cut that it proves."""
    write_node(year, sizes, prices, desk.node)
    case = Case(desk.node, store_of(year, sizes, prices), Demand(0.0, 0.0, 0.0))
    for t in range(len(year.load_kwh)):
        write_curve(t, 0.0, case, desk.room.curve)
    status = backward(np.inf, case, desk.room)
    if status == DONE:
        forward(0, case, desk.room)
        clear(year, sizes, desk)
        tally_path(year, desk)
        tally_cut(year, prices, desk.found)
        tally_store(year, desk.room, desk.found)
    return status


class Mixture(NamedTuple):
    """Weighted sums of paths and of prices."""

    import_kwh: Reals
    """Shape (n,), as all but ``used_kwh``."""
    export_kwh: Reals
    used_kwh: Reals
    """Shape (n, plants)."""
    charge_kwh: Reals
    discharge_kwh: Reals
    energy_kwh: Reals
    """At the end of each interval."""
    node_cny: Reals
    """Price of a kWh at the node, without any shift."""
    stored_cny: Reals
    above_cap_cny: Reals
    """What a kWh more below the cap would save."""


class Share(NamedTuple):
    """A mixture, and the weight and the sizes of what is added to it."""

    weight: float
    sizes: Sizes
    mixture: Mixture


def add_path(share: Share, year: Year, desk: Desk) -> None:
    """Add the flows of the last look to a mixture."""
    mixture, weight, energy = share.mixture, share.weight, share.sizes.start_kwh
    for t in range(len(year.load_kwh)):
        rise = desk.room.looks.rise_kwh[0, t]
        taken = drawn_by(rise, year.law)
        energy = year.law.kept_ratio * energy + rise
        mixture.energy_kwh[t] += weight * energy
        mixture.charge_kwh[t] += weight * max(taken, 0.0)
        mixture.discharge_kwh[t] -= weight * min(taken, 0.0)
        add_node(t, share, year, desk)


def add_node(t: int, share: Share, year: Year, desk: Desk) -> None:
    """Add the flows of one interval to a mixture.

    Plants of a class are used in one proportion: nothing tells them apart.
    """
    curve, n_classes = desk.room.curve, len(year.use_cny)
    left = desk.node.need_kwh[t] - curve.least_kwh[t]
    left += drawn_by(desk.room.looks.rise_kwh[0, t], year.law)
    for j in range(curve.kwh.shape[1]):
        width = width_at(t, j, np.inf, curve)
        filled = min(max(left, 0.0), width)
        left -= filled
        flow = curve.order[t, j]
        if flow == 0:
            share.mixture.export_kwh[t] += share.weight * (width - filled)
        elif n_classes < flow <= n_classes + 2:
            share.mixture.import_kwh[t] += share.weight * filled
        elif flow <= n_classes and filled > 0.0:
            for p in range(len(year.class_of)):
                if year.class_of[p] == flow - 1:
                    made = year.plant_kwh[t, p] * share.sizes.plant_kw[p]
                    share.mixture.used_kwh[t, p] += share.weight * made * (filled / width)


def add_prices(share: Share, year: Year, prices: Prices, desk: Desk) -> None:
    """Add the prices of the last look to a mixture; a mixture of dual vectors is one."""
    mixture, weight, duals = share.mixture, share.weight, desk.room.looks.stored_cny_per_kwh
    for t in range(len(year.load_kwh)):
        node, m = desk.found.node_cny[t], year.month[t]
        gain = max(node - year.import_cny[t] - prices.loss_cny, 0.0)
        mixture.node_cny[t] += weight * (node - prices.loss_cny)
        mixture.stored_cny[t] -= weight * duals[0, t]
        mixture.above_cap_cny[t] += weight * min(gain, prices.above_cap_cny[m])
