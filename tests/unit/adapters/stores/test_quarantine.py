"""Files that are written once, whole, for their owner only."""

import errno
import os
from pathlib import Path

import pytest

from taihang.adapters.stores.quarantine import Quarantine, QuarantineError
from taihang.adapters.system import PosixDisk


def test_keep__writes_whole_files_that_only_the_owner_reads(tmp_path: Path) -> None:
    store = Quarantine(tmp_path / "quarantine", disk=PosixDisk())
    assert store.names() == []

    store.keep("b.batch", b"two")
    store.keep("a.fork.json", b"one")
    store.keep("b.batch", b"two")

    assert store.names() == ["a.fork.json", "b.batch"]
    assert store.read("b.batch") == b"two"
    assert (tmp_path / "quarantine").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["", "../x", "A", ".hidden", "a/b", "a..b"])
def test_keep__takes_no_name_that_leads_elsewhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"^" + name.replace(".", r"\.") + "$"):
        Quarantine(tmp_path / "quarantine", disk=PosixDisk()).keep(name, b"")


def test_keep__tells_of_a_disk_that_does_not_take_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_self: PosixDisk, _path: Path, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(PosixDisk, "write_whole", no_room)

    with pytest.raises(QuarantineError, match="No space left"):
        Quarantine(tmp_path / "quarantine", disk=PosixDisk()).keep("a", b"")
