"""What was published stays published: whole notes for ever, tiles that never change."""

from pathlib import Path

import pytest

from taihang.adapters.stores.published import BusyPublicationError, PublishedFiles
from taihang.adapters.system import PosixDisk
from taihang.core.tlog.checkpoint import checkpoint_of
from taihang.core.tlog.tiles import tile_bytes, tiles_between
from witness_kit import AT_S, honest_tree, note_of

TREE = honest_tree(600)


@pytest.fixture
def store(tmp_path: Path) -> PublishedFiles:
    return files_in(tmp_path)


def files_in(folder: Path) -> PublishedFiles:
    (folder / "journal").mkdir(exist_ok=True)
    return PublishedFiles(journal=folder / "journal", public=folder / "log", disk=PosixDisk())


def put(store: PublishedFiles, *sizes: int) -> None:
    for size in sizes:
        store.append(note_of(TREE, size), at_s=AT_S + size)


def test_append__is_there_after_a_restart(store: PublishedFiles, tmp_path: Path) -> None:
    assert (store.latest(), store.first_above(0)) == (None, None)

    put(store, 3, 7, 7, 20)

    again = files_in(tmp_path)
    assert again.latest() == note_of(TREE, 20)
    assert [checkpoint_of(note).size for note in again.notes()] == [3, 7, 7, 20]
    assert again.damage() == []


def test_first_above__is_the_first_publication_that_covers_an_entry(store: PublishedFiles) -> None:
    put(store, 3, 7)
    found = {size: store.first_above(size) for size in (0, 2, 3, 6, 7)}
    put(store, 20)

    assert found[2] == (note_of(TREE, 3), AT_S + 3)
    assert found[3] == found[6] == (note_of(TREE, 7), AT_S + 7)
    assert found[7] is None
    assert store.first_above(7) == (note_of(TREE, 20), AT_S + 20)


def test_latest__is_found_at_the_end_of_a_long_file(store: PublishedFiles, tmp_path: Path) -> None:
    put(store, *range(1, 600))
    with (tmp_path / "journal/published").open("rb") as file:
        content = file.read()
    while len(content) < 600_000:
        content += content
    (tmp_path / "journal/published").write_bytes(content)

    assert store.latest() == note_of(TREE, 599)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_append__cuts_a_torn_end_that_nobody_has_seen(
    store: PublishedFiles, tmp_path: Path, share: float
) -> None:
    put(store, 3)
    path = tmp_path / "journal/published"
    whole = path.read_bytes()
    put(store, 7)
    frame = path.read_bytes()[len(whole) :]
    path.write_bytes(whole + frame[: int(share * len(frame))])
    assert store.latest() == note_of(TREE, 3)

    put(store, 9)

    assert [checkpoint_of(note).size for note in store.notes()] == [3, 9]
    assert store.damage() == []


def test_damage__names_every_changed_byte(store: PublishedFiles, tmp_path: Path) -> None:
    put(store, 3, 7)
    path = tmp_path / "journal/published"
    content = path.read_bytes()

    for at in range(0, len(content), 7):
        path.write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
        assert files_in(tmp_path).damage() != [], at


def test_write_tiles__writes_what_is_new_and_removes_what_a_full_tile_replaces(
    store: PublishedFiles, tmp_path: Path
) -> None:
    for old, new in ((0, 200), (200, 300), (300, 513)):
        store.write_tiles((tile.path, tile_bytes(TREE, tile)) for tile in tiles_between(old, new))

    there = {
        str(path.relative_to(tmp_path / "log")): path.read_bytes()
        for path in (tmp_path / "log").rglob("*")
        if path.is_file()
    }
    # Of level 1 the narrower tile stays: who holds an older checkpoint may still ask for it.
    expected = [*tiles_between(0, 513), *(tile for tile in tiles_between(0, 300) if tile.level)]
    assert there == {tile.path: tile_bytes(TREE, tile) for tile in expected}


def test_show__replaces_the_checkpoint_whole(store: PublishedFiles, tmp_path: Path) -> None:
    store.show(note_of(TREE, 3))
    store.show(note_of(TREE, 7))

    assert (tmp_path / "log/checkpoint").read_text() == note_of(TREE, 7)
    assert [path.name for path in (tmp_path / "log").iterdir()] == ["checkpoint"]


def test_alone__keeps_another_process_out(store: PublishedFiles, tmp_path: Path) -> None:
    with store.alone(), pytest.raises(BusyPublicationError), files_in(tmp_path).alone():
        pass
    with files_in(tmp_path).alone():
        pass
