"""Sealed files: sorted, with the leaf at which a row ceased to count, and roll-ups beside them."""

from pathlib import Path

import duckdb
import numpy as np
import pytest

import lake_model
from lake_model import PLACES, START_S, Sent
from taihang.adapters.stores.lake.sealed import Sizes
from taihang.core.metering.current import CURRENT

LARGE = Sizes(small_month_rows=10, day_points=2, month_points=2)
MINUTES = {(place, START_S + 60 * n): (n, 0) for place in PLACES for n in range(60)}


def names(directory: Path) -> list[str]:
    return sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*.parquet"))


def test_seal__a_small_month_is_one_file_without_roll_ups(tmp_path: Path) -> None:
    lake = lake_model.lake_in(tmp_path)
    lake_model.put(lake, [Sent("GW1", 1, 1, MINUTES)], 0)

    lake.flush()

    assert names(tmp_path) == ["points.parquet", "readings/2025-12.v1.parquet"]


def test_seal__a_large_month_has_files_of_days_with_roll_ups(tmp_path: Path) -> None:
    lake = lake_model.lake_in(tmp_path, LARGE)
    lake_model.put(lake, [Sent("GW1", 1, 1, MINUTES)], 0)

    lake.flush()

    files = ("2025-12-31.0000000.v1", "2025-12-31.0000002.v1")
    folders = ("readings", "rollups/day", "rollups/hour", "rollups/quarter")
    expected = [f"{folder}/{file}.parquet" for folder in folders for file in files]
    assert names(tmp_path) == ["points.parquet", *expected]


def test_seal__readings_no_denser_than_a_quarter_have_no_roll_up_by_quarters(
    tmp_path: Path,
) -> None:
    lake = lake_model.lake_in(tmp_path, LARGE)
    slow = {(place, START_S + 900 * n): (n, 0) for place in PLACES for n in range(60)}
    lake_model.put(lake, [Sent("GW1", 1, 1, slow)], 0)

    lake.flush()

    assert not list((tmp_path / "rollups").rglob("quarter/*"))
    assert list((tmp_path / "rollups").rglob("hour/*"))


def test_seal__a_month_that_outgrows_its_file_is_cut_into_days_once(tmp_path: Path) -> None:
    lake = lake_model.lake_in(tmp_path, Sizes(small_month_rows=200, day_points=9, month_points=9))
    lake_model.put(lake, [Sent("GW1", 1, 1, MINUTES)], 0)
    lake.flush()
    more = {(PLACES[0], START_S + 3_600 + 60 * n): (n, 0) for n in range(60)}

    lake_model.put(lake, [Sent("GW1", 2, 2, more)], 1)
    lake.flush()

    assert [n for n in names(tmp_path) if n.startswith("readings")] == [
        "readings/2025-12-31.0000000.v2.parquet"
    ]
    assert lake.count("readings") == 240


def test_seal__writes_anew_only_what_late_rows_touch(tmp_path: Path) -> None:
    lake = lake_model.lake_in(tmp_path, LARGE)
    lake_model.put(lake, [Sent("GW1", 1, 1, MINUTES)], 0)
    lake.flush()

    lake_model.put(lake, [Sent("GW1", 2, 2, {(PLACES[2], START_S): (8, 0)})], 1)
    lake.flush()

    readings = [name for name in names(tmp_path) if name.startswith("readings")]
    assert readings == [
        "readings/2025-12-31.0000000.v1.parquet",
        "readings/2025-12-31.0000002.v2.parquet",
    ]


def test_files__are_read_by_anybody_who_reads_parquet(tmp_path: Path) -> None:
    lake = lake_model.lake_in(tmp_path, LARGE)
    cell = (PLACES[0], START_S)
    batches = [
        Sent("GW1", 1, 5, {**MINUTES, cell: (10, 0)}),
        Sent("GW1", 2, 4, {cell: (20, 0)}),
        Sent("GW1", 3, 9, {cell: (30, 0)}),
    ]
    lake_model.put(lake, batches, 0)
    lake.flush()

    rows = (
        duckdb.connect()
        .execute(
            f"SELECT count, batch, batch_to FROM read_parquet('{tmp_path}/readings/*.parquet')"
            f" JOIN read_parquet('{tmp_path}/points.parquet') USING (code)"
            f" WHERE point = 'M1' AND time_s = {START_S} ORDER BY batch"
        )
        .fetchall()
    )

    # The second was sent before the first, so it never counted.
    assert rows == [(10, 0, 2), (20, 1, 1), (30, 2, CURRENT)]


def test_files__hold_numbers_packed_by_their_differences(tmp_path: Path) -> None:
    lake = lake_model.lake_in(tmp_path, LARGE)
    lake_model.put(lake, [Sent("GW1", 1, 1, MINUTES)], 0)
    lake.flush()

    found = (
        duckdb.connect()
        .execute(
            "SELECT DISTINCT encodings, compression FROM"
            f" parquet_metadata('{tmp_path}/readings/*.parquet')"
            " WHERE path_in_schema IN ('time_s', 'count')"
        )
        .fetchall()
    )

    assert found == [("DELTA_BINARY_PACKED", "ZSTD")]


@pytest.mark.parametrize("folder", ["readings", "rollups/hour"])
def test_damaged__finds_a_flipped_bit_of_a_file_or_its_roll_ups(
    tmp_path: Path, folder: str
) -> None:
    lake = lake_model.lake_in(tmp_path, LARGE)
    lake_model.put(lake, [Sent("GW1", 1, 1, MINUTES)], 0)
    lake.flush()
    assert lake.damaged_files() == []

    path = next(iter(sorted((tmp_path / folder).iterdir())))
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)

    assert lake.damaged_files() == [path.stem]


def test_sizes__of_a_closed_month_fit_in_memory() -> None:
    rows = Sizes().month_points * 31 * 1_440
    array_bytes = np.dtype(np.int64).itemsize * 6

    assert rows * array_bytes < 300_000_000
