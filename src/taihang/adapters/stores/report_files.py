"""Issued reports: the figures and every copy of them, each a file that never changes."""

import re
from pathlib import Path
from typing import Final, Protocol

from taihang.core.errors import IntegrityError, LinkError

_NAME: Final = re.compile(r"[0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*", re.ASCII)


class ReportStoreError(LinkError):
    """A file of a report could not be written: the report is not issued either."""

    code = "link.report-store"


class DamagedReportError(IntegrityError):
    """A file of an issued report is gone, or would become another one."""

    code = "integrity.damaged-report"


class Disk(Protocol):
    """What the reports need from the file system."""

    def write_whole(self, path: Path, data: bytes) -> None:
        """Write a whole file so that after a crash either the old or the new one is there."""
        ...


class ReportFiles:
    """One park's folder of issued reports."""

    def __init__(self, directory: Path, *, disk: Disk) -> None:
        self._directory = directory
        self._disk = disk

    def keep(self, name: str, data: bytes) -> None:
        """Write one file for ever; when this returns, it is on the disk.

        Args:
            name: Letters, digits, dots and hyphens.
            data: The bytes of it.

        Raises:
            ReportStoreError: If the disk does not take it.
            DamagedReportError: If a file of that name is there and holds something else.
            ValueError: If the name is no such name.
        """
        path = self._path(name)
        try:
            if path.exists():
                self._demand_same(path, data)
                return
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._disk.write_whole(path, data)
        except OSError as error:
            raise ReportStoreError(
                given=f"{error.strerror} in {self._directory}",
                expected="a disk that takes the report",
                remedy="make room and issue the report again; nothing was issued",
            ) from error

    def names(self) -> list[str]:
        """Return the name of every file, in order."""
        if not self._directory.exists():
            return []
        return sorted(p.name for p in self._directory.iterdir() if _NAME.fullmatch(p.name))

    def read(self, name: str) -> bytes:
        """Return the bytes of one file.

        Raises:
            DamagedReportError: If it is gone.
            ValueError: If the name is no such name.
        """
        path = self._path(name)
        try:
            return path.read_bytes()
        except OSError as error:
            raise DamagedReportError(
                given=f"{path}, which cannot be read: {error.strerror}",
                expected="the file as it was issued",
                remedy="put it back from a backup; its hash stands in the log",
            ) from error

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(name)
        return self._directory / name

    def _demand_same(self, path: Path, data: bytes) -> None:
        if path.read_bytes() != data:
            raise DamagedReportError(
                given=f"{path}, which holds other bytes than it was to be given",
                expected="a file that was issued once and never changes",
                remedy="put it back from a backup; its hash stands in the log",
            )
