from pathlib import Path

import duckdb
import numpy as np

from taihang.adapters.table_file import parquet_of


def read(data: bytes, folder: Path) -> list[tuple[object, ...]]:
    path = folder / "table.parquet"
    path.write_bytes(data)
    return duckdb.read_parquet(str(path)).fetchall()


def test_parquet_of__holds_every_row_in_order(tmp_path: Path) -> None:
    data = parquet_of({"wh": np.array([3, -(2**62), 1]), "quality": ["measured", "", "缺"]})

    assert read(data, tmp_path) == [(3, "measured"), (-(2**62), ""), (1, "缺")]


def test_parquet_of__of_no_row_still_names_its_columns(tmp_path: Path) -> None:
    data = parquet_of({"wh": np.zeros(0, np.int64), "quality": []})

    assert read(data, tmp_path) == []
    path = tmp_path / "table.parquet"
    assert duckdb.read_parquet(str(path)).columns == ["wh", "quality"]
