"""The folder of a backup: what grows, what is replaced, and what a manifest keeps true."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from taihang.adapters.backup_folder import (
    MANIFEST,
    BackupFolder,
    DamagedBackupError,
    ForeignBackupError,
    NoBackupError,
)
from taihang.adapters.system import PosixDisk
from taihang.core.seal.backup_manifest import BackupFile, Manifest

SEGMENT = "journal/segment-000001.log"


@pytest.fixture
def folder(tmp_path: Path) -> BackupFolder:
    """An empty folder for backups."""
    made = BackupFolder(tmp_path / "backup", disk=PosixDisk())
    made.begin()
    return made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of a park that grows."""
    path = tmp_path / "journal" / "segment-000001.log"
    path.parent.mkdir()
    path.write_bytes(b"0123456789")
    return path


def manifest(*files: BackupFile) -> Manifest:
    return Manifest(
        log="taihang/p",
        made_at_s=0,
        size=0,
        root=bytes(32),
        checkpoint=None,
        published=None,
        has_keys=False,
        files=files,
    )


def content(folder: BackupFolder, file: BackupFile) -> bytes:
    return b"".join(folder.chunks(file))


def test_grow__copies_only_what_is_new(folder: BackupFolder, source: Path) -> None:
    first = folder.grow(SEGMENT, source, n_bytes=6, before=None)
    second = folder.grow(SEGMENT, source, n_bytes=9, before=first)

    assert content(folder, first) == b"012345"
    assert content(folder, second) == b"012345678"
    assert (folder.root / SEGMENT).read_bytes() == b"012345678"


def test_grow__of_a_full_segment_does_not_read_it_again(folder: BackupFolder, source: Path) -> None:
    first = folder.grow(SEGMENT, source, n_bytes=10, before=None)
    (source.parent / "segment-000002.log").write_bytes(b"next")
    source.write_bytes(b"altered bytes")

    assert folder.grow(SEGMENT, source, n_bytes=10, before=first) == first


def test_grow__takes_up_where_a_killed_backup_stopped(folder: BackupFolder, source: Path) -> None:
    first = folder.grow(SEGMENT, source, n_bytes=4, before=None)
    # Killed after copying more, before the manifest: what is behind its end does not count.
    folder.grow(SEGMENT, source, n_bytes=9, before=first)
    assert content(folder, first) == b"0123"

    source.write_bytes(b"0123abcdef")
    assert content(folder, folder.grow(SEGMENT, source, n_bytes=8, before=first)) == b"0123abcd"


@pytest.mark.parametrize(("now", "n_bytes"), [(b"x123456789", 10), (b"012", 3), (b"01234x", 5)])
def test_grow__refuses_a_file_that_does_not_continue_the_backup(
    folder: BackupFolder, source: Path, now: bytes, n_bytes: int
) -> None:
    first = folder.grow(SEGMENT, source, n_bytes=6, before=None)
    source.write_bytes(now)

    with pytest.raises(ForeignBackupError):
        folder.grow(SEGMENT, source, n_bytes=n_bytes, before=first)
    assert content(folder, first) == b"012345"


def test_finish__makes_the_backup_and_takes_away_what_it_does_not_name(
    folder: BackupFolder,
) -> None:
    with pytest.raises(NoBackupError):
        folder.require_manifest()
    old, new = folder.put("park-000001.toml", b"old"), folder.put("park-000002.toml", b"new")
    folder.finish(manifest(old))
    assert folder.manifest() == manifest(old)

    new = folder.put("park-000002.toml", b"new")
    assert content(folder, old) == b"old", "until the new manifest is there the old one is true"
    folder.finish(manifest(new))

    assert folder.require_manifest() == manifest(new)
    assert sorted(path.name for path in folder.root.iterdir()) == [
        "journal",
        MANIFEST,
        "park-000002.toml",
    ]


@pytest.mark.parametrize("damage", [b"", b"olx", b"ol", None])
def test_check__names_a_file_that_is_altered_cut_or_gone(
    folder: BackupFolder, damage: bytes | None
) -> None:
    file = folder.put("park-000001.toml", b"old")
    folder.finish(manifest(file))
    folder.check(manifest(file))
    path = folder.root / file.path
    path.unlink() if damage is None else path.write_bytes(damage)

    with pytest.raises(DamagedBackupError, match="park-000001"):
        folder.check(manifest(file))


def test_manifest__that_cannot_be_read_is_refused(folder: BackupFolder) -> None:
    (folder.root / MANIFEST).write_bytes(b"{}")

    with pytest.raises(DamagedBackupError):
        folder.manifest()


def test_copy_register__is_of_one_instant_while_another_writes(
    folder: BackupFolder, tmp_path: Path
) -> None:
    path = tmp_path / "registry.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "PRAGMA journal_mode=WAL; CREATE TABLE t (n); INSERT INTO t VALUES (1);"
        )
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO t VALUES (2)")
        file = folder.copy_register(path, number=folder.next_number())
        database.commit()

    copy = folder.root / file.path
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT n FROM t").fetchall() == [(1,)]
    assert (file.path, folder.next_number()) == ("registry-000001.db", 2)
    assert [each.name for each in folder.root.glob("registry*")] == [file.path]
