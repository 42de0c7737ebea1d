"""The tree over the lots of an issue."""

import numpy as np
import pytest

from taihang.core.certificates.lot import Lots
from taihang.core.certificates.lot_tree import LotSaltError, lot_entry, lot_places, lot_tree
from taihang.core.tlog.merkle import leaf_hash, verify_inclusion

ISSUED = [
    Lots("W01", np.array([900], np.int64), np.array([3], np.int64)),
    Lots("PV01", np.array([1800, 0, 900], np.int64), np.array([5, 7, 2], np.int64)),
]
SALTS = [bytes([i]) * 16 for i in range(4)]


def test_lot_places__order_by_plant_and_start_whatever_the_order_given() -> None:
    places = lot_places(ISSUED)

    assert places == [("PV01", 0, 7), ("PV01", 900, 2), ("PV01", 1800, 5), ("W01", 900, 3)]
    assert lot_places(ISSUED[::-1]) == places


def test_lot_tree__shows_each_lot_alone() -> None:
    tree = lot_tree(ISSUED, salts=SALTS)

    for index, (plant, start_s, wh) in enumerate(lot_places(ISSUED)):
        verify_inclusion(
            leaf_hash(lot_entry(plant, start_s, wh=wh, salt=SALTS[index])),
            index=index,
            size=4,
            path=tree.inclusion_proof(index, size=4),
            root=tree.root(),
        )


def test_lot_tree__is_another_with_another_energy_or_salt() -> None:
    root = lot_tree(ISSUED, salts=SALTS).root()
    more = [ISSUED[0], Lots("PV01", ISSUED[1].starts_s, np.array([5, 7, 3], np.int64))]

    assert lot_tree(more, salts=SALTS).root() != root
    assert lot_tree(ISSUED, salts=SALTS[::-1]).root() != root


def test_lot_tree__refuses_salts_that_do_not_fit() -> None:
    with pytest.raises(LotSaltError, match="3 salts for 4 lots"):
        lot_tree(ISSUED, salts=SALTS[:3])
