"""Files under their hash: written once, never changed, and looked at when they are read."""

import errno
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typing_extensions import override

from taihang.adapters.stores.evidence import (
    DamagedEvidenceError,
    EvidenceFiles,
    EvidenceStoreError,
)
from taihang.adapters.system import PosixDisk


class CountingDisk(PosixDisk):
    """Counts what is written."""

    n_written = 0

    @override
    def write_whole(self, path: Path, data: bytes) -> None:
        self.n_written += 1
        super().write_whole(path, data)


@given(st.lists(st.binary(max_size=30), max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_keep__gives_back_every_byte_under_its_hash_and_writes_it_once(
    tmp_path: Path, contents: list[bytes]
) -> None:
    disk = CountingDisk()
    store = EvidenceFiles(tmp_path / os.urandom(8).hex(), disk=disk)

    names = [store.keep(data) for data in contents + contents]

    assert [store.read(name) for name in names] == contents + contents
    assert names[: len(contents)] == [hashlib.sha256(data).hexdigest() for data in contents]
    assert store.hashes() == sorted(set(names))
    assert disk.n_written == len(set(contents))


def test_keep__is_for_the_owner_only(tmp_path: Path) -> None:
    store = EvidenceFiles(tmp_path / "evidence", disk=PosixDisk())
    assert store.hashes() == []

    store.keep(b"invoice")

    assert (tmp_path / "evidence").stat().st_mode & 0o077 == 0


def test_keep__never_writes_over_a_file_that_is_there(tmp_path: Path) -> None:
    store = EvidenceFiles(tmp_path / "evidence", disk=PosixDisk())
    name = store.keep(b"invoice")
    path = tmp_path / "evidence" / name
    path.write_bytes(b"forged")

    with pytest.raises(DamagedEvidenceError, match="altered"):
        store.keep(b"invoice")

    assert path.read_bytes() == b"forged"


@pytest.mark.parametrize(("becomes", "word"), [(None, "absent"), (b"x", "altered")])
def test_read__names_a_file_that_is_gone_or_changed(
    tmp_path: Path, becomes: bytes | None, word: str
) -> None:
    store = EvidenceFiles(tmp_path / "evidence", disk=PosixDisk())
    name = store.keep(b"invoice")
    path = tmp_path / "evidence" / name
    path.unlink()
    if becomes is not None:
        path.write_bytes(becomes)

    with pytest.raises(DamagedEvidenceError, match=word):
        store.read(name)


def test_keep__tells_of_a_disk_that_does_not_take_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_self: PosixDisk, _path: Path, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(PosixDisk, "write_whole", no_room)

    with pytest.raises(EvidenceStoreError, match="No space left"):
        EvidenceFiles(tmp_path / "evidence", disk=PosixDisk()).keep(b"a")
