"""Our published files read by others, and the checks of others run on our code.

``tlog-scales`` is an independent implementation in Python (Apache-2.0). It is no dependency, not
even of the tests: where it is installed it has to agree, else the second reader below stands alone.
"""

import hashlib
from base64 import b64decode
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from taihang.adapters.stores.published import PublishedFiles
from taihang.adapters.system import PosixDisk
from taihang.core.tlog.checkpoint import checkpoint_of
from taihang.core.tlog.merkle import Tree
from taihang.core.tlog.tiles import tile_bytes, tiles_between
from witness_kit import LOG, honest_tree, note_of

SIZES = (1, 2, 255, 256, 257, 70_000)


@pytest.fixture(scope="module")
def tree() -> Tree:
    return honest_tree(70_000)


def published(tree: Tree, size: int, folder: Path) -> Path:
    folder.mkdir()
    store = PublishedFiles(journal=folder, public=folder / "log", disk=PosixDisk())
    store.write_tiles((tile.path, tile_bytes(tree, tile)) for tile in tiles_between(0, size))
    store.show(note_of(tree, size))
    return folder / "log"


@pytest.fixture
def readers() -> tuple[Any, Any]:
    if find_spec("tlog_scales") is None:
        pytest.skip("tlog-scales, an independent reader, is not installed")
    return import_module("tlog_scales.reader"), import_module("tlog_scales.backend")


@pytest.mark.parametrize("size", SIZES)
def test_published__is_read_by_an_independent_reader(
    readers: tuple[Any, Any], tree: Tree, size: int, tmp_path: Path
) -> None:
    reader, backend = readers
    folder = published(tree, size, tmp_path / "log")

    other = reader.TilesReader(backend.LocalBackend(folder))
    note = other.get_checkpoint()

    assert (note.origin, note.size) == (LOG.name, size)
    assert other.calculate_root_hash() == tree.root(size)
    for index in {0, size // 2, size - 1}:
        proof = other.get_inclusion_proof(index, size)
        assert list(proof.node_hashes) == tree.inclusion_proof(index, size=size)
    for old in {1, (size + 1) // 2, size} - {size}:
        proof = other.get_consistency_proof(old, size)
        assert list(proof.node_hashes) == tree.consistency_proof(old, size)


def test_published__gives_its_root_to_forty_lines_written_from_the_text(
    tree: Tree, tmp_path: Path
) -> None:
    """A second reader, from the words of the specifications alone: hashes, tiles, checkpoint."""
    size = 66_000
    folder = published(tree, size, tmp_path / "log")
    lines = (folder / "checkpoint").read_text().split("\n")

    leaves = b"".join(
        _tile_file(folder, number, size).read_bytes() for number in range(-(-size // 256))
    )

    assert lines[:2] == ["park.example/log", "66000"]
    assert len(leaves) == 32 * size
    assert _root([leaves[at : at + 32] for at in range(0, len(leaves), 32)]) == b64decode(lines[2])
    assert checkpoint_of((folder / "checkpoint").read_text()).root == b64decode(lines[2])


def _tile_file(folder: Path, number: int, size: int) -> Path:
    width = min(256, size - 256 * number)
    # Below a million tiles there are two groups of digits at most.
    name = f"{number:03d}" if number < 1_000 else f"x{number // 1_000:03d}/{number % 1_000:03d}"
    return folder / "tile" / "0" / (name if width == 256 else f"{name}.p/{width}")


def _root(hashes: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, level by level: an odd hash at the end moves up as it is."""
    while len(hashes) > 1:
        pairs = [
            hashlib.sha256(b"\x01" + hashes[at] + hashes[at + 1]).digest()
            for at in range(0, len(hashes) - 1, 2)
        ]
        hashes = [*pairs, *hashes[2 * len(pairs) :]]
    return hashes[0]
