"""Parquet files that are whole or not there, written and read by an in-process DuckDB.

DuckDB's COPY forces nothing to the disk: a file is written aside, forced, and renamed; its folder
is forced by ``settle_folder`` before anything names the file.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias, cast

import duckdb
import numpy as np
from numpy.typing import NDArray

from taihang.adapters.stores.lake.errors import DamagedLakeError, LakeWriteError

Arrays: TypeAlias = Mapping[str, NDArray[Any]]

ROW_GROUP: Final = 144_000
"""Smaller groups cost bytes, larger ones cost the reader of one point (decision 0004)."""
NUMBERS: Final = "DICTIONARY_SIZE_LIMIT 1"
"""Columns of numbers only: without a dictionary they take half the time and less room."""
MEMORY_MB: Final = 400
"""What DuckDB may hold; the arrays of one file come on top."""


class Disk(Protocol):
    """What the lake needs from the file system."""

    def append(self, path: Path, data: bytes) -> None:
        """Append bytes to a file."""
        ...

    def fsync(self, path: Path) -> None:
        """Return only when the file or folder is on the disk."""
        ...

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in the place of another in one step."""
        ...

    def truncate(self, path: Path, size: int) -> None:
        """Cut a file to a size [bytes]."""
        ...

    def write_whole(self, path: Path, data: bytes) -> None:
        """Write a whole file so that after a crash either the old or the new one is there."""
        ...


class ParquetFolder:
    """Writes and reads Parquet files; one for each lake, used from any thread."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.database = _connected(n_threads=2)
        # One thread reads or writes a month's file for two thirds of the CPU time of two.
        self.single = _connected(n_threads=1)
        # What stands first in a join keeps its order, and is written in it.
        self.single.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")

    def write(self, path: Path, rows: Arrays, *, select: str, options: str = "") -> None:
        """Write a file and force it; its name is forced with the folder, by ``settle_folder``.

        Args:
            path: The file.
            rows: Columns of equal length, named ``rows`` in the selection.
            select: What is written, for example ``SELECT * FROM rows``.
            options: Further options of COPY.

        Raises:
            LakeWriteError: If it cannot be written; what stood there before still does.
        """
        part = path.with_name(path.name + ".part")
        cursor = self.single.cursor()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            cursor.register("rows", rows)
            cursor.execute(
                f"COPY ({select}) TO '{quoted(str(part))}' ("
                "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2,"
                f" ROW_GROUP_SIZE {ROW_GROUP}{', ' if options else ''}{options})"
            )
            self.disk.fsync(part)
            self.disk.rename(part, path)
        except (duckdb.Error, OSError) as error:
            part.unlink(missing_ok=True)
            raise LakeWriteError(path, error) from error
        finally:
            cursor.close()

    def settle_folder(self, folder: Path) -> None:
        """Force the names of the files of a folder.

        Raises:
            LakeWriteError: If they cannot be forced.
        """
        try:
            self.disk.fsync(folder)
        except OSError as error:
            raise LakeWriteError(folder, error) from error

    def read(
        self, paths: Sequence[Path], select: str, rest: str = ""
    ) -> dict[str, NDArray[np.int64]]:
        """Read columns of several files.

        Args:
            paths: The files, at least one.
            select: Expressions over their columns.
            rest: What stands behind FROM: WHERE, GROUP BY, ORDER BY.

        Returns:
            The columns.

        Raises:
            DamagedLakeError: If one of them cannot be read; it names the file.
        """
        cursor = self.database.cursor()
        try:
            rows = cursor.execute(f"SELECT {select} FROM {source_of(paths)} {rest}")
            # No column of any file has a null.
            return cast("dict[str, NDArray[np.int64]]", rows.fetchnumpy())  # pyright: ignore[reportUnknownMemberType]
        except duckdb.Error as error:
            named = self._damaged(paths)
            raise DamagedLakeError(named, "a readable Parquet file") from error
        finally:
            cursor.close()

    def _damaged(self, paths: Sequence[Path]) -> Path:
        """Return the first file that cannot be read alone."""
        if len(paths) == 1:
            return paths[0]
        for path in paths:
            cursor = self.database.cursor()
            try:
                cursor.execute(f"SELECT COLUMNS(*) FROM {source_of([path])}").fetchnumpy()  # pyright: ignore[reportUnknownMemberType]
            except duckdb.Error:
                return path
            finally:
                cursor.close()
        return paths[0].parent


def _connected(*, n_threads: int) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={
            "threads": n_threads,
            "memory_limit": f"{MEMORY_MB}MB",
            "autoinstall_known_extensions": False,
        }
    )


def source_of(paths: Iterable[Path]) -> str:
    """Return files as DuckDB takes them."""
    names = ", ".join(f"'{quoted(str(path))}'" for path in paths)
    return f"read_parquet([{names}])"


def quoted(text: str) -> str:
    """Return a text as it stands between quotation marks in SQL.

    Example:
        >>> quoted("it's")
        "it''s"
    """
    return text.replace("'", "''")
