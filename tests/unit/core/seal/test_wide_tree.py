"""The tree of eight: every leaf leads to the root, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.seal.wide_tree import ARITY, node, verify_wide_path, wide_path, wide_root
from taihang.core.tlog.merkle import EMPTY_ROOT, InclusionError, leaf_hash


def leaves_of(n: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(n)]


def test_wide_root__of_none_and_of_one() -> None:
    (leaf,) = leaves_of(1)

    assert wide_root([]) == EMPTY_ROOT
    assert wide_root([leaf]) == leaf


def test_wide_root__is_built_row_by_row() -> None:
    leaves = leaves_of(65)

    rows = [node(leaves[at : at + 8]) for at in range(0, 65, 8)]

    assert wide_root(leaves) == node([node(rows[:8]), node(rows[8:])])


@given(size=st.integers(1, 600), data=st.data())
def test_wide_path__leads_to_the_root_and_only_from_its_own_leaf_and_place(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    root, path = wide_root(leaves), wide_path(leaves, index=index)

    verify_wide_path(leaves[index], index=index, size=size, path=path, root=root)

    wrong_place = data.draw(st.integers(-1, size).filter(lambda place: place != index))
    for leaf, place, way, top in (
        (leaf_hash(b"other"), index, path, root),
        (leaves[index], wrong_place, path, root),
        (leaves[index], index, (*path, bytes(32)), root),
        (leaves[index], index, path, leaf_hash(b"other root")),
    ):
        with pytest.raises(InclusionError):
            verify_wide_path(leaf, index=place, size=size, path=way, root=top)
    for at in range(len(path)):
        for way in (path[:at] + path[at + 1 :], (*path[:at], bytes(32), *path[at + 1 :])):
            with pytest.raises(InclusionError):
                verify_wide_path(leaves[index], index=index, size=size, path=way, root=root)


def test_wide_path__of_a_hundred_blocks_has_at_most_fifteen_hashes() -> None:
    leaves = leaves_of(100)

    assert max(len(wide_path(leaves, index=index)) for index in range(100)) == 15
    assert ARITY == 8


def test_wide_root__a_node_is_no_leaf() -> None:
    """A group of leaves hashed as if it were an entry gives another hash than its node."""
    leaves = leaves_of(8)

    assert wide_root(leaves) != leaf_hash(b"".join(leaves))
