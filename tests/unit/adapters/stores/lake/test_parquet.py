"""Parquet files that are whole or not there."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from typing_extensions import override

from lake_model import LooseDisk
from taihang.adapters.stores.lake import DamagedLakeError, LakeWriteError
from taihang.adapters.stores.lake.parquet import NUMBERS, ParquetFolder

ROWS = {"code": np.arange(3, dtype=np.int32), "count": np.array([7, -8, 1 << 62])}
ALL = "SELECT * FROM rows"


class Noting(LooseDisk):
    """Remembers what was forced and renamed, in order."""

    def __init__(self) -> None:
        self.acts: list[str] = []

    @override
    def fsync(self, path: Path) -> None:
        self.acts.append(f"force {path.name}")

    @override
    def rename(self, source: Path, target: Path) -> None:
        self.acts.append(f"rename {target.name}")
        super().rename(source, target)


class NoRoom(LooseDisk):
    @override
    def fsync(self, path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_write__forces_the_file_before_it_has_its_name(tmp_path: Path) -> None:
    disk = Noting()
    folder = ParquetFolder(disk)

    folder.write(tmp_path / "a.parquet", ROWS, select=ALL, options=NUMBERS)
    folder.settle_folder(tmp_path)

    assert disk.acts == ["force a.parquet.part", "rename a.parquet", f"force {tmp_path.name}"]
    found = folder.read([tmp_path / "a.parquet"], "code, count", "WHERE code > 0")
    assert found["count"].tolist() == [-8, 1 << 62]


def test_write__without_room_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    ParquetFolder(LooseDisk()).write(path, ROWS, select=ALL)
    before = path.read_bytes()

    with pytest.raises(LakeWriteError, match="journal has every reading"):
        ParquetFolder(NoRoom()).write(path, {"code": np.zeros(1)}, select=ALL)
    with pytest.raises(LakeWriteError):
        ParquetFolder(NoRoom()).settle_folder(tmp_path)

    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.parquet"]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(900) + b"PAR1", None])
def test_read__names_the_file_that_is_damaged(tmp_path: Path, content: bytes | None) -> None:
    folder = ParquetFolder(LooseDisk())
    paths = [tmp_path / f"{number}.parquet" for number in range(3)]
    for path in paths:
        folder.write(path, ROWS, select=ALL)
    if content is None:
        paths[1].unlink()
    else:
        paths[1].write_bytes(content)

    with pytest.raises(DamagedLakeError, match=r"1\.parquet.*rebuild"):
        folder.read(paths, "sum(count) AS total")
