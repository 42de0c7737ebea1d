"""The tree over the lots of an issue."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.certificates.lot import Lots
from taihang.core.certificates.lot_tree import LotSaltError, lot_entry, lot_places, lot_tree
from taihang.core.tlog.merkle import Tree, leaf_hash, verify_inclusion

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


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
        st.dictionaries(st.integers(0, 4_000_000_000), st.integers(1, 2**63 - 1), max_size=4),
        max_size=4,
    )
)
def test_lot_tree__has_the_entry_of_every_lot_as_a_leaf(plants: dict[str, dict[int, int]]) -> None:
    issued = [
        Lots(plant, np.array([*lots], np.int64), np.array([*lots.values()], np.int64))
        for plant, lots in plants.items()
    ]
    places = lot_places(issued)
    salts = [index.to_bytes(16, "big") for index in range(len(places))]

    one_by_one = Tree(
        leaf_hash(lot_entry(plant, start_s, wh=wh, salt=salt))
        for (plant, start_s, wh), salt in zip(places, salts, strict=True)
    )
    assert one_by_one.root() == lot_tree(issued, salts=salts).root()
