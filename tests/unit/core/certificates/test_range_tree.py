"""The tree of energies: each leaf has one place, and no other place, energy or tree is believed."""

from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.certificates.range_tree import (
    MAX_PATH,
    MAX_WH,
    RangeTreeError,
    Sum,
    first_of,
    leaf_sum,
    node_sum,
    path_of,
    root_sum,
)

ENERGIES = st.lists(st.integers(1, 10**9), min_size=1, max_size=40)


def leaves_of(energies: list[int]) -> list[Sum]:
    return [leaf_sum(b"%d" % n, wh=wh) for n, wh in enumerate(energies)]


@given(ENERGIES)
def test_first_of__is_the_sum_of_all_leaves_before(energies: list[int]) -> None:
    leaves = leaves_of(energies)
    root = root_sum(leaves)

    firsts = [
        first_of(leaf, index=n, size=len(leaves), path=path_of(leaves, n), root=root)
        for n, leaf in enumerate(leaves)
    ]
    assert firsts == [0, *accumulate(energies)][:-1]
    assert root.wh == sum(energies)


@given(ENERGIES, st.data())
def test_first_of__refuses_another_energy_index_size_or_path(
    energies: list[int], data: st.DataObject
) -> None:
    leaves = leaves_of([*energies, 7])
    root, size = root_sum(leaves), len(leaves)
    index = data.draw(st.integers(0, size - 1))
    leaf, path = leaves[index], path_of(leaves, index)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index))
    lies = [
        (replace(leaf, wh=leaf.wh + 1), index, size, path, root),
        (leaf, other, size, path, root),
        (leaf, size, size, path, root),
        (leaf, -1, size, path, root),
        (leaf, index, 0, path, root),
        (leaf, index, size, path[:-1], root),
        (leaf, index, size, (*path, leaf), root),
        (leaf, index, size, path, replace(root, wh=root.wh + 1)),
        (leaf, index, size, (replace(path[0], wh=path[0].wh + 1), *path[1:]), root),
        (leaf, index, size, (leaf,) * (MAX_PATH + 1), root),
    ]
    for shown, at, n, way, top in lies:
        with pytest.raises(RangeTreeError):
            first_of(shown, index=at, size=n, path=way, root=top)


def test_node_sum__is_no_leaf_and_knows_its_sides() -> None:
    left, right = leaves_of([5, 5])
    packed = b"".join(each.wh.to_bytes(8, "big") + each.hash for each in (left, right))

    assert node_sum(left, right) != node_sum(right, left)
    assert leaf_sum(packed, wh=10) != node_sum(left, right)


def test_root_sum__refuses_no_leaves_and_more_than_a_number_holds() -> None:
    with pytest.raises(RangeTreeError):
        root_sum([])
    with pytest.raises(RangeTreeError):
        root_sum([leaf_sum(b"a", wh=MAX_WH), leaf_sum(b"b", wh=1)])
    for wh in (0, -1, MAX_WH + 1):
        with pytest.raises(RangeTreeError):
            leaf_sum(b"a", wh=wh)
    with pytest.raises(RangeTreeError):
        path_of(leaves_of([1]), 1)
