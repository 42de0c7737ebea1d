"""Files of issued reports: written once, never changed, never outside their folder."""

from pathlib import Path

import pytest
from typing_extensions import override

from taihang.adapters.stores.report_files import (
    DamagedReportError,
    ReportFiles,
    ReportStoreError,
)
from taihang.adapters.system import PosixDisk

NAME = "NENT-QAXB-NEN5.draft.zh.0123456789ab.pdf"


def test_keep__writes_once_and_refuses_other_bytes(tmp_path: Path) -> None:
    files = ReportFiles(tmp_path / "issued", disk=PosixDisk())

    assert files.names() == []
    files.keep(NAME, b"one")
    files.keep(NAME, b"one")

    assert (files.names(), files.read(NAME)) == ([NAME], b"one")
    with pytest.raises(DamagedReportError, match="other bytes"):
        files.keep(NAME, b"two")
    assert files.read(NAME) == b"one"


def test_read__says_what_is_gone(tmp_path: Path) -> None:
    files = ReportFiles(tmp_path / "issued", disk=PosixDisk())

    with pytest.raises(DamagedReportError, match="cannot be read"):
        files.read(NAME)


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "a..b", "a b", "a\0", "ä"])
def test_keep__takes_no_name_that_leads_elsewhere(tmp_path: Path, name: str) -> None:
    files = ReportFiles(tmp_path / "issued", disk=PosixDisk())

    with pytest.raises(ValueError, match=r".*"):
        files.keep(name, b"x")
    assert not (tmp_path / "issued").exists()


def test_keep__tells_of_a_disk_that_does_not_take_it(tmp_path: Path) -> None:
    class FullDisk(PosixDisk):
        """A disk without room."""

        @override
        def write_whole(self, path: Path, data: bytes) -> None:
            """Refuse."""
            raise OSError(28, "No space left on device", str(path), data)

    with pytest.raises(ReportStoreError, match="No space left"):
        ReportFiles(tmp_path / "issued", disk=FullDisk()).keep(NAME, b"x")
