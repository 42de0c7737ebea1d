"""The tree against RFC 6962, against outside vectors, and against its own laws."""

import json
from base64 import b64decode
from hashlib import sha256
from typing import TypedDict, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_data import shared_path
from taihang.core.tlog.merkle import (
    EMPTY_ROOT,
    ConsistencyError,
    InclusionError,
    Tree,
    TreeRangeError,
    leaf_hash,
    node_hash,
    old_root_of_path,
    verify_consistency,
    verify_inclusion,
)


class InclusionVector(TypedDict):
    leafIdx: int
    treeSize: int
    root: str
    leafHash: str
    proof: list[str] | None
    wantErr: bool


class ConsistencyVector(TypedDict):
    size1: int
    size2: int
    root1: str
    root2: str
    proof: list[str] | None
    wantErr: bool


def _leaves(n_leaves: int) -> list[bytes]:
    return [leaf_hash(b"%d" % i) for i in range(n_leaves)]


def _root_by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word by word: no cache, no cleverness."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(_root_by_definition(leaves[:split]), _root_by_definition(leaves[split:]))


def _inclusion_accepted(vector: InclusionVector) -> bool:
    try:
        verify_inclusion(
            b64decode(vector["leafHash"]),
            index=vector["leafIdx"],
            size=vector["treeSize"],
            path=[b64decode(hash_) for hash_ in vector["proof"] or []],
            root=b64decode(vector["root"]),
        )
    except InclusionError:
        return False
    return True


def _consistency_accepted(vector: ConsistencyVector) -> bool:
    try:
        verify_consistency(
            b64decode(vector["root1"]),
            b64decode(vector["root2"]),
            old_size=vector["size1"],
            new_size=vector["size2"],
            path=[b64decode(hash_) for hash_ in vector["proof"] or []],
        )
    except ConsistencyError:
        return False
    return True


@pytest.mark.shared
@pytest.mark.parametrize(
    "source", ["data/merkle", "cases/merkle_rfc6962/transparency-dev-merkle-testdata.json"]
)
def test_verify_inclusion__agrees_with_98_outside_vectors(source: str) -> None:
    vectors = cast("list[InclusionVector]", _vectors(source, "inclusion"))

    accepted = [_inclusion_accepted(vector) for vector in vectors]

    assert len(vectors) == 98
    assert [not vector["wantErr"] for vector in vectors] == accepted
    assert any(accepted)


@pytest.mark.shared
@pytest.mark.parametrize(
    "source", ["data/merkle", "cases/merkle_rfc6962/transparency-dev-merkle-testdata.json"]
)
def test_verify_consistency__agrees_with_98_outside_vectors(source: str) -> None:
    vectors = cast("list[ConsistencyVector]", _vectors(source, "consistency"))

    accepted = [_consistency_accepted(vector) for vector in vectors]

    assert len(vectors) == 98
    assert sum(vector["size1"] == 0 for vector in vectors) >= 5
    assert [not vector["wantErr"] for vector in vectors] == accepted
    assert any(accepted)


def _vectors(source: str, kind: str) -> list[object]:
    path = shared_path(source)
    if path.is_dir():
        return json.loads((path / f"{kind}_vectors.json").read_text())
    every: dict[str, object] = json.loads(path.read_text())
    return [vector for name, vector in every.items() if name.startswith(f"testdata/{kind}/")]


@pytest.mark.shared
def test_root__agrees_with_the_reference_tree_at_every_size() -> None:
    case: dict[str, list[str]] = json.loads(
        shared_path("cases/merkle_rfc6962/roots.json").read_text()
    )

    tree = Tree(leaf_hash(bytes.fromhex(entry)) for entry in case["leaves_hex"])

    assert tree.size == 8
    assert case["root_hash_by_size"] == [tree.root(size).hex() for size in range(9)]


def test_root__is_that_of_the_definition_at_every_size() -> None:
    leaves = _leaves(130)

    tree = Tree(leaves)

    expected = [_root_by_definition(leaves[:size]) for size in range(131)]
    assert expected == [tree.root(size) for size in range(131)]


def test_root__of_no_leaves_is_the_hash_of_nothing() -> None:
    assert sha256(b"").digest() == EMPTY_ROOT == Tree().root()


def test_verify_inclusion__accepts_every_leaf_at_every_size() -> None:
    leaves = _leaves(66)
    tree = Tree(leaves)

    n_checked = 0
    for size in range(1, 67):
        for index in range(size):
            path = tree.inclusion_proof(index, size=size)
            verify_inclusion(leaves[index], index=index, size=size, path=path, root=tree.root(size))
            n_checked += 1

    assert n_checked == 66 * 67 // 2


def test_verify_consistency__accepts_every_pair_of_sizes() -> None:
    tree = Tree(_leaves(66))

    n_checked = 0
    for new_size in range(1, 67):
        for old_size in range(1, new_size + 1):
            verify_consistency(
                tree.root(old_size),
                tree.root(new_size),
                old_size=old_size,
                new_size=new_size,
                path=tree.consistency_proof(old_size, new_size),
            )
            n_checked += 1

    assert n_checked == 66 * 67 // 2


@given(n_leaves=st.integers(2, 300), data=st.data())
def test_verify_inclusion__refuses_any_flipped_bit(n_leaves: int, data: st.DataObject) -> None:
    leaves = _leaves(n_leaves)
    index = data.draw(st.integers(0, n_leaves - 1))
    tree = Tree(leaves)
    parts = [leaves[index], *tree.inclusion_proof(index, size=n_leaves), tree.root()]
    hit = data.draw(st.integers(0, len(parts) - 1))
    bit = data.draw(st.integers(0, 255))
    parts[hit] = (int.from_bytes(parts[hit], "big") ^ 1 << bit).to_bytes(32, "big")

    with pytest.raises(InclusionError):
        verify_inclusion(parts[0], index=index, size=n_leaves, path=parts[1:-1], root=parts[-1])


@given(data=st.data())
def test_verify_inclusion__refuses_the_path_of_another_leaf(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 200))
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda i: i != index))
    tree = Tree(_leaves(size))
    path = tree.inclusion_proof(other, size=size)

    with pytest.raises(InclusionError):
        verify_inclusion(tree.leaf(index), index=index, size=size, path=path, root=tree.root())


@given(data=st.data())
def test_verify_consistency__refuses_a_rewritten_leaf(data: st.DataObject) -> None:
    new_size = data.draw(st.integers(2, 200))
    old_size = data.draw(st.integers(1, new_size - 1))
    altered = data.draw(st.integers(0, old_size - 1))
    leaves = _leaves(new_size)
    old_root = Tree(leaves[:old_size]).root()
    leaves[altered] = leaf_hash(b"another")
    rewritten = Tree(leaves)

    with pytest.raises(ConsistencyError):
        verify_consistency(
            old_root,
            rewritten.root(),
            old_size=old_size,
            new_size=new_size,
            path=rewritten.consistency_proof(old_size, new_size),
        )


@pytest.mark.parametrize("cut", [slice(0, 0), slice(0, -1), slice(1, None)])
def test_verify_consistency__refuses_a_shortened_path(cut: slice) -> None:
    tree = Tree(_leaves(7))
    path = tree.consistency_proof(3, 7)[cut]

    with pytest.raises(ConsistencyError):
        verify_consistency(tree.root(3), tree.root(7), old_size=3, new_size=7, path=path)


def test_verify_consistency__refuses_size_zero_with_the_reason() -> None:
    root = Tree(_leaves(1)).root()

    with pytest.raises(ConsistencyError, match="1 ≤ the old size"):
        verify_consistency(EMPTY_ROOT, root, old_size=0, new_size=1, path=[])


def test_perfect_hashes__are_the_hashes_of_whole_subtrees() -> None:
    leaves = _leaves(11)

    tree = Tree(leaves)

    expected = b"".join(_root_by_definition(leaves[i : i + 4]) for i in (0, 4))
    assert expected == tree.perfect_hashes(2, start=0, stop=2)
    assert b"".join(leaves[3:11]) == tree.perfect_hashes(0, start=3, stop=11)
    with pytest.raises(TreeRangeError):
        tree.perfect_hashes(2, start=0, stop=3)


@pytest.mark.parametrize("n_before", [0, 1, 2, 5, 8])
def test_extend__is_as_if_each_leaf_had_been_appended(n_before: int) -> None:
    hashes = [leaf_hash(bytes([n])) for n in range(40)]

    for n_added in range(32):
        tree = Tree(hashes[:n_before])
        tree.extend(b"".join(hashes[n_before : n_before + n_added]))
        expected = Tree(hashes[: n_before + n_added])
        assert (tree.size, tree.root()) == (expected.size, expected.root())
        for leaf in hashes[n_before + n_added :]:
            tree.append(leaf)
        assert tree.root() == Tree(hashes).root()
    with pytest.raises(TreeRangeError):
        Tree().extend(bytes(33))


def test_cut__leaves_the_tree_that_was_before() -> None:
    hashes = [leaf_hash(bytes([n])) for n in range(40)]

    for size in range(41):
        tree = Tree(hashes)
        tree.cut(size)
        for leaf in hashes[size:]:
            tree.append(leaf)
        assert tree.root() == Tree(hashes).root()
        tree.cut(size)
        assert (tree.size, tree.root()) == (size, Tree(hashes[:size]).root())
    with pytest.raises(TreeRangeError):
        Tree(hashes).cut(41)


def test_append__refuses_what_is_no_hash() -> None:
    with pytest.raises(TreeRangeError, match="a leaf of 3 bytes"):
        Tree([b"abc"])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 4), (0, 0)])
def test_inclusion_proof__refuses_what_the_tree_never_had(index: int, size: int) -> None:
    tree = Tree(_leaves(3))

    with pytest.raises(TreeRangeError):
        tree.inclusion_proof(index, size=size)


@pytest.mark.parametrize(("old_size", "new_size"), [(0, 3), (4, 3), (1, 4)])
def test_consistency_proof__refuses_what_the_tree_never_had(old_size: int, new_size: int) -> None:
    tree = Tree(_leaves(3))

    with pytest.raises(TreeRangeError):
        tree.consistency_proof(old_size, new_size)


@given(st.integers(2, 300), st.data())
def test_old_root_of_path__is_where_an_honest_path_leads(
    new_size: int, data: st.DataObject
) -> None:
    old_size = data.draw(st.integers(1, new_size - 1))
    tree = Tree(leaf_hash(bytes([i % 256, i // 256])) for i in range(new_size))

    found = old_root_of_path(
        tree.consistency_proof(old_size, new_size), old_size=old_size, new_size=new_size
    )

    # A perfect old tree is left out of the path, so that no path can say what it was.
    is_perfect = old_size & (old_size - 1) == 0
    assert found == (None if is_perfect else tree.root(old_size))
