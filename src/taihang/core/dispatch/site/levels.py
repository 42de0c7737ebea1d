"""Finds intervals that a fleet fills beyond its vehicles, among the cheapest ones of each price.

Where energy has a price in each interval, vehicles take the cheapest ones first. So it is the sets
"all intervals up to a price" in which a plan of their fleet takes too much, and these are looked
through at the prices that the fleet's own model says.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from taihang.core.dispatch.model import Ints, Reals
from taihang.core.dispatch.site.share_out import NONE_GRAINS
from taihang.core.dispatch.site.stays import Stay, Subset


def subsets_by_price(
    stays: Sequence[Stay], planned: Sequence[int], price_cny_per_kwh: Reals
) -> list[Subset]:
    """Return the sets of cheapest intervals in which a plan takes more than the vehicles can.

    Args:
        stays: The vehicles.
        planned: What all of them shall take in each interval. [1e-9 kWh]
        price_cny_per_kwh: What energy is worth in each interval, shape (n,).

    Returns:
        The sets, each within intervals that vehicles link with each other.
    """
    found = list[Subset]()
    wanted = np.array(planned, np.int64)
    levels = np.round(price_cny_per_kwh, 9)
    for first, last, mine in _linked(stays):
        start = np.array([one.first for one in mine], np.int64) - first
        end = np.array([one.last for one in mine], np.int64) - first
        energy = np.array([one.energy_grains for one in mine], np.int64)
        power = np.array([one.step_grains for one in mine], np.int64)
        here = levels[first:last]
        for level in np.unique(here)[:-1]:
            member = here <= level
            counts = np.concatenate([[0], np.cumsum(member)])
            most = int(np.minimum(energy, power * (counts[end] - counts[start])).sum())
            if int(wanted[first:last][member].sum()) > most + NONE_GRAINS:
                steps: Ints = np.flatnonzero(member).astype(np.int32) + first
                found.append(Subset(tuple(int(step) for step in steps), most))
    return found


def _linked(stays: Sequence[Stay]) -> Iterator[tuple[int, int, list[Stay]]]:
    """Yield runs of intervals that no vehicle leaves, with the vehicles in them."""
    run, last = list[Stay](), 0
    for one in sorted(stays, key=lambda stay: (stay.first, stay.last)):
        if run and one.first >= last:
            yield run[0].first, last, run
            run = []
        run.append(one)
        last = max(last, one.last) if len(run) > 1 else one.last
    if run:
        yield run[0].first, last, run
