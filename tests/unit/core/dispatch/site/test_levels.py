"""Sets of cheapest intervals that a fleet fills beyond its vehicles."""

import numpy as np

from taihang.core.dispatch.site.levels import subsets_by_price
from taihang.core.dispatch.site.stays import GRAINS_PER_KWH, Stay

STAYS = [
    Stay(
        id=name,
        first=first,
        last=last,
        energy_grains=3 * GRAINS_PER_KWH,
        step_grains=2 * GRAINS_PER_KWH,
    )
    for name, first, last in (("a", 0, 2), ("b", 2, 4), ("c", 2, 4))
]
PRICE = np.array([1.0, 2.0, 1.0, 2.0])


def grains(*kwh: int) -> list[int]:
    return [one * GRAINS_PER_KWH for one in kwh]


def test_subsets_by_price__finds_the_cheap_interval_that_is_too_full() -> None:
    found = subsets_by_price(STAYS, grains(3, 0, 4, 2), PRICE)

    assert [(one.steps, one.most_grains) for one in found] == [((0,), 2 * GRAINS_PER_KWH)]


def test_subsets_by_price__finds_none_where_the_vehicles_can() -> None:
    assert subsets_by_price(STAYS, grains(2, 1, 4, 2), PRICE) == []
