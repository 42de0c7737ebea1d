"""The hot tier: rows in order of arrival, in one table of an in-process DuckDB.

It has no durability of its own: the journal is on the disk before a row comes here, and the tier is
made again from the journal's tail at the next start.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias, cast

import duckdb
import numpy as np
from numpy.typing import NDArray

Arrays: TypeAlias = Mapping[str, NDArray[Any]]

COLUMNS: Final = ("code", "time_s", "count", "quality", "batch")
_TABLE: Final = (
    "CREATE OR REPLACE TABLE hot (code INTEGER, time_s BIGINT, count BIGINT, quality UTINYINT,"
    " batch BIGINT)"
)


class HotTier:
    """Rows that are in no file yet."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database
        self.clear()

    def __len__(self) -> int:
        return self._n

    def clear(self) -> None:
        """Take everything out."""
        self._database.execute(_TABLE)
        self._n = 0

    def add(self, rows: Arrays) -> None:
        """Put rows behind the others."""
        if not len(rows["code"]):
            return
        cursor = self._database.cursor()
        try:
            cursor.register("added", {name: rows[name] for name in COLUMNS})
            cursor.execute("INSERT INTO hot SELECT * FROM added")
        finally:
            cursor.close()
        self._n += len(rows["code"])

    def newest_s(self) -> list[int]:
        """Return the latest time of any row [s], nothing while there is none."""
        rows = self._database.cursor().execute("SELECT max(time_s) FROM hot").fetchall()
        return [int(str(value)) for (value,) in rows if value is not None]

    def rows(self, where: str = "true") -> dict[str, NDArray[np.int64]]:
        """Return rows in order of arrival."""
        if not self._n:
            return {name: np.empty(0, np.int64) for name in COLUMNS}
        cursor = self._database.cursor()
        try:
            found = cursor.execute(
                f"SELECT code::BIGINT AS code, time_s, count, quality::BIGINT AS quality, batch"
                f" FROM hot WHERE {where}"
            )
            return cast("dict[str, NDArray[np.int64]]", found.fetchnumpy())  # pyright: ignore[reportUnknownMemberType]
        finally:
            cursor.close()
