"""Tiles: paths as the format says; a tree of tiles gives the roots and proofs of the tree."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taihang.core.tlog.merkle import (
    EMPTY_ROOT,
    HASH_BYTES,
    Tree,
    TreeRangeError,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from taihang.core.tlog.tiles import (
    TILE_BYTES,
    LogTilesError,
    TiledTree,
    TileName,
    tile_bytes,
    tiles_between,
)

N_LEAVES = 70_000
TREE = Tree(leaf_hash(index.to_bytes(4, "big")) for index in range(N_LEAVES))
SIZES = (1, 2, 3, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 66_000, N_LEAVES)


def tiles_of(size: int) -> dict[str, bytes]:
    return {tile.path: tile_bytes(TREE, tile) for tile in tiles_between(0, size)}


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (TileName(0, 0, 256), "tile/0/000"),
        (TileName(0, 999, 256), "tile/0/999"),
        (TileName(0, 1_000, 256), "tile/0/x001/000"),
        (TileName(0, 1_234_067, 256), "tile/0/x001/x234/067"),
        (TileName(1, 5, 1), "tile/1/005.p/1"),
        (TileName(2, 1_000, 255), "tile/2/x001/000.p/255"),
    ],
)
def test_path__is_as_the_format_writes_it(tile: TileName, path: str) -> None:
    assert tile.path == path


def test_tiles_between__gives_the_widths_that_the_format_works_out() -> None:
    # Worked in the format's own text: 70 000 leaves are 273 full tiles of level 0 and one of 112;
    # 273 hashes of level 1 are one full tile and one of 17; level 2 has one hash.
    tiles = list(tiles_between(0, 70_000))

    assert [tile.path for tile in tiles if tile.width < 256] == [
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    assert len(tiles) == 273 + 1 + 1 + 1 + 1


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=6))
def test_tiles_between__in_steps_gives_all_tiles_of_the_last_size(steps: list[int]) -> None:
    sizes = [0, *sorted(steps)]

    written = {tile.path for old, new in pairwise(sizes) for tile in tiles_between(old, new)}

    assert {tile.path for tile in tiles_between(0, sizes[-1])} <= written


def test_tiles_between__writes_nothing_when_nothing_was_added() -> None:
    assert list(tiles_between(N_LEAVES, N_LEAVES)) == []


@pytest.mark.parametrize(("old", "new"), [(2, 1), (-1, 1)])
def test_tiles_between__refuses_sizes_that_run_backwards(old: int, new: int) -> None:
    with pytest.raises(TreeRangeError):
        list(tiles_between(old, new))


def test_tile_bytes__of_a_full_tile_are_8192() -> None:
    tiles = tiles_of(513)

    assert (len(tiles["tile/0/001"]), len(tiles["tile/0/002.p/1"])) == (TILE_BYTES, HASH_BYTES)
    assert tiles["tile/1/000.p/2"] == TREE.perfect_hashes(8, start=0, stop=2)


@pytest.mark.parametrize("size", SIZES)
def test_tiled_tree__gives_the_root_at_every_size_up_to_its_own(size: int) -> None:
    tiled = TiledTree(size, read=tiles_of(size).__getitem__)

    for old in [one for one in SIZES if one <= size]:
        assert tiled.root(old) == TREE.root(old)


@settings(max_examples=200)
@given(data=st.data())
def test_tiled_tree__gives_proofs_that_verify(data: st.DataObject) -> None:
    size = data.draw(st.sampled_from(SIZES))
    old = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, size - 1))
    tiled = TiledTree(size, read=ALL_TILES[size].__getitem__)

    path = tiled.inclusion_proof(index, size=size)
    steps = tiled.consistency_proof(old, size)

    verify_inclusion(tiled.leaf(index), index=index, size=size, path=path, root=TREE.root(size))
    verify_consistency(TREE.root(old), TREE.root(size), old_size=old, new_size=size, path=steps)
    assert steps == TREE.consistency_proof(old, size)


ALL_TILES = {size: tiles_of(size) for size in SIZES}


def test_tiled_tree__of_nothing_has_the_empty_root() -> None:
    assert TiledTree(0, read=dict[str, bytes]().__getitem__).root() == EMPTY_ROOT


def test_tiled_tree__refuses_a_tile_of_another_length() -> None:
    cut = {path: content[:-1] for path, content in tiles_of(300).items()}

    with pytest.raises(LogTilesError, match="of 31 bytes"):
        TiledTree(300, read=cut.__getitem__).root()


def test_tiled_tree__gives_another_root_for_every_changed_hash() -> None:
    tiles = tiles_of(300)

    for place in range(0, len(tiles["tile/0/000"]), 997):
        content = bytearray(tiles["tile/0/000"])
        content[place] ^= 1
        altered = {**tiles, "tile/0/000": bytes(content)}
        # Level 1 holds the true parent: a root made of leaves must not be made of it unseen.
        assert TiledTree(300, read=altered.__getitem__).inclusion_proof(
            (place // 32) ^ 1, size=300
        ) != TREE.inclusion_proof((place // 32) ^ 1, size=300)


def test_tiled_tree__reads_each_tile_once() -> None:
    asked: list[str] = []
    tiles = tiles_of(N_LEAVES)

    def read(path: str) -> bytes:
        asked.append(path)
        return tiles[path]

    tiled = TiledTree(N_LEAVES, read=read)
    for old in range(1, N_LEAVES, 7_001):
        tiled.consistency_proof(old, N_LEAVES)

    assert len(asked) == len(set(asked))
    assert len(asked) < 20
