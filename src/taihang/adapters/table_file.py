"""Tables as files for other programs: Parquet by DuckDB."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.int64] | Sequence[str]


def parquet_of(columns: Mapping[str, Column]) -> bytes:
    """Return a table as a Parquet file.

    Args:
        columns: Whole numbers or texts by name, all of one length.

    Returns:
        The bytes of the file.
    """
    arrays = {
        name: column if isinstance(column, np.ndarray) else np.array(column, np.str_)
        for name, column in columns.items()
    }
    database = duckdb.connect(":memory:")
    try:
        database.execute("SET threads = 1")
        database.register("rows", arrays)
        with tempfile.TemporaryDirectory(prefix="table-") as folder:
            path = Path(folder) / "table.parquet"
            quoted = str(path).replace("'", "''")
            database.execute(f"COPY (SELECT * FROM rows) TO '{quoted}' (FORMAT parquet)")
            return path.read_bytes()
    finally:
        database.close()
