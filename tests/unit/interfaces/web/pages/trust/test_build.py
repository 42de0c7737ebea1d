"""What the page rests on: the jobs, the newest entries of the log, and tiles of it."""

from base64 import b64decode
from pathlib import Path

import pytest

import small_park
from small_park import DAY
from taihang.core.tlog.merkle import leaf_hash
from taihang.core.tlog.tiles import TileName, tile_bytes, tiles_between
from taihang.interfaces.web.pages.trust.build import build_tile, build_trust, tile_of
from taihang.services.act_log import log_acts
from taihang.services.settle import settle


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park with a settled day."""
    root = small_park.make(tmp_path_factory.mktemp("trust") / "park")
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        settle(DAY, ports=ports)
        log_acts(ports=ports)
    return root


def test_build_trust__gives_the_entries_behind_its_edits(park: Path) -> None:
    with small_park.opened(park, writing=False) as ports:
        view = build_trust(ports)
        leaves = {edit.leaf for edit in view.edits if edit.leaf is not None}
        for leaf, entry in view.entries:
            assert leaf_hash(b64decode(entry)) == ports.journal.tree.leaf(leaf)

    assert {leaf for leaf, _ in view.entries} == leaves
    assert len(leaves) >= 3
    assert view.coverage.days[-1].isoformat() == "2026-06-01"
    assert view.clock_limit_s is None


def test_build_trust__of_an_empty_park_is_shown_too(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park"), writing=False) as ports:
        view = build_trust(ports)

    assert (view.coverage.days, view.gaps.found, view.edits, view.log.size) == ((), (), (), 0)


def test_build_tile__gives_every_tile_of_the_log_and_nothing_else(park: Path) -> None:
    with small_park.opened(park, writing=False) as ports:
        size = ports.journal.size
        for tile in tiles_between(0, size):
            assert build_tile(ports, tile.path) == tile_bytes(ports.journal.tree, tile)
        assert build_tile(ports, f"tile/0/000.p/{size + 1}") is None
        assert build_tile(ports, "tile/0/001") is None
        assert build_tile(ports, "checkpoint") is None


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("tile/0/000", TileName(0, 0, 256)),
        ("tile/1/003.p/17", TileName(1, 3, 17)),
        ("tile/0/x001/x234/067", TileName(0, 1_234_067, 256)),
        ("tile/8/000", None),
        ("tile/0/00", None),
        ("tile/0/x000/001", None),
        ("tile/0/000.p/256", None),
        ("tile/0/000.p/0", None),
        ("../tile/0/000", None),
        ("tile/0/000.p/999", None),
    ],
)
def test_tile_of__knows_one_spelling_of_each(path: str, name: TileName | None) -> None:
    found = tile_of(path)

    assert found == name
