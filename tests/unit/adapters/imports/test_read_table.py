"""Damaged and misdeclared files are refused in words; encodings come out alike."""

from pathlib import Path

import duckdb
import pytest

from taihang.adapters.imports.decode import decode_folder
from taihang.adapters.imports.read_map import parse_map
from taihang.adapters.imports.read_table import ColumnMismatchError, TableUnreadableError
from trial_map import Changes, Decode, map_text

TEXT = "time,用电量\n2026-06-01 00:00,1\n"


def csv(encoding: str, delimiter: str = ",") -> dict[str, str]:
    return {"csv": f'{{ delimiter = "{delimiter}", encoding = "{encoding}" }}'}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_read_table__encodings_come_out_alike(decode: Decode, encoding: str) -> None:
    result = decode(TEXT.encode(encoding), table=csv(encoding), value={"column": '"用电量"'})

    assert result.blocks[0].counts.tolist() == [1_000]


def test_read_table__a_byte_order_mark_is_no_part_of_a_name(decode: Decode) -> None:
    result = decode(TEXT.encode("utf-8-sig"), value={"column": '"用电量"'})

    assert result.blocks[0].counts.tolist() == [1_000]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [(TEXT.encode("gb18030"), "utf-8"), (b"\xff\xff\xff", "gb18030"), (b"time", "no-such-code")],
)
def test_read_table__a_wrong_encoding_is_told(
    decode: Decode, content: bytes, encoding: str
) -> None:
    with pytest.raises(TableUnreadableError, match=r"0\.csv") as raised:
        decode(content, table=csv(encoding))

    assert encoding in raised.value.expected


@pytest.mark.parametrize("delimiter", [";", "\\t", "|"])
def test_read_table__other_delimiters(decode: Decode, delimiter: str) -> None:
    written = "\t" if delimiter == "\\t" else delimiter

    result = decode(
        f"time{written}kwh\n2026-06-01 00:00{written}1\n", table=csv("utf-8", delimiter)
    )

    assert result.blocks[0].counts.tolist() == [1_000]


def test_read_table__a_wrong_delimiter_lists_the_columns(decode: Decode) -> None:
    with pytest.raises(ColumnMismatchError, match="kwh: no such column") as raised:
        decode("time;kwh\n2026-06-01 00:00;1\n")

    assert "time;kwh" in raised.value.expected


@pytest.mark.parametrize("row", ["2026-06-01 00:15", "2026-06-01 00:15,1,2", '2026-06-01 00:15,"1'])
def test_read_table__a_row_of_another_shape_is_told(decode: Decode, row: str) -> None:
    with pytest.raises(TableUnreadableError, match=r"0\.csv"):
        decode(f"time,kwh\n2026-06-01 00:00,1\n{row}\n")


@pytest.mark.parametrize("column", ["time", "id"])
def test_read_table__a_missing_column_is_told(decode: Decode, column: str) -> None:
    with pytest.raises(ColumnMismatchError, match=f"{column}: no such column"):
        decode(
            "other,kwh\n2026-06-01 00:00,1\n",
            table={"point_column": '"id"'} if column == "id" else None,
            value={"point": '"M-{}"'} if column == "id" else None,
        )


def parquet(folder: Path, sql: str) -> Path:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Asia/Tokyo'")
        connection.execute(f"COPY ({sql}) TO '{folder / 'a.parquet'}'")
    return folder / "a.parquet"


def decode_parquet(path: Path, *, zone: str, value: Changes | None = None) -> list[int]:
    table: dict[str, str | None] = {"files": '"*.parquet"', "csv": None}
    time = {"format": '"native"', "zone": f'"{zone}"'}
    trial = parse_map(map_text(table=table, time=time, value=value), where="trial")
    return decode_folder(path, trial).blocks[0].times_s.tolist()


STAMP = "'2026-06-01 08:00:00'"


@pytest.mark.parametrize(
    ("kind", "zone"),
    [
        ("TIMESTAMP", "+08:00"),
        ("TIMESTAMP_S", "+08:00"),
        ("TIMESTAMP_MS", "+08:00"),
        ("TIMESTAMP_NS", "+08:00"),
    ],
)
def test_read_table__stored_times_without_a_zone_take_the_declared_one(
    tmp_path: Path, kind: str, zone: str
) -> None:
    path = parquet(tmp_path, f"SELECT {STAMP}::{kind} AS time, 1 AS kwh")

    assert decode_parquet(path, zone=zone) == [1_780_272_000]  # 2026-06-01T00:00Z


def test_read_table__a_file_name_is_no_pattern(tmp_path: Path) -> None:
    path = parquet(tmp_path, f"SELECT {STAMP}::TIMESTAMP AS time, 1 AS kwh")
    odd = path.rename(tmp_path / "用电量 [1] 'a'*?.parquet")

    assert decode_parquet(odd, zone="+08:00") == [1_780_272_000]


def test_read_table__stored_instants_stay_what_they_are(tmp_path: Path) -> None:
    path = parquet(tmp_path, "SELECT '2026-06-01 00:00:00+00'::TIMESTAMPTZ AS time, 1 AS kwh")

    assert decode_parquet(path, zone="in-data") == [1_780_272_000]


@pytest.mark.parametrize(
    ("kind", "zone", "told"),
    [
        ("TIMESTAMP", "in-data", "times without a zone; state the zone"),
        ("TIMESTAMPTZ", "+08:00", "times that carry their zone"),
        ("VARCHAR", "+08:00", "not stored as time"),
    ],
)
def test_read_table__a_zone_is_never_guessed(
    tmp_path: Path, kind: str, zone: str, told: str
) -> None:
    path = parquet(tmp_path, f"SELECT {STAMP}::{kind} AS time, 1 AS kwh")

    with pytest.raises(ColumnMismatchError, match=told):
        decode_parquet(path, zone=zone)


def test_read_table__a_column_that_holds_no_numbers_is_told(tmp_path: Path) -> None:
    path = parquet(tmp_path, f"SELECT {STAMP}::TIMESTAMP AS time, true AS kwh")

    with pytest.raises(ColumnMismatchError, match="BOOLEAN, which is no number"):
        decode_parquet(path, zone="+08:00")


def test_read_table__text_with_a_pattern_must_be_text(tmp_path: Path) -> None:
    path = parquet(tmp_path, f"SELECT {STAMP}::TIMESTAMP AS time, 1 AS kwh")
    trial = parse_map(map_text(table={"files": '"*.parquet"', "csv": None}), where="trial")

    with pytest.raises(ColumnMismatchError, match="its format is native"):
        decode_folder(path, trial)


@pytest.mark.parametrize("kept_ratio", [0.0, 0.3, 0.99])
def test_read_table__a_parquet_file_that_is_cut_off_is_told(
    tmp_path: Path, kept_ratio: float
) -> None:
    path = parquet(
        tmp_path,
        f"SELECT {STAMP}::TIMESTAMP + to_minutes(15 * i) AS time, random() AS kwh "
        "FROM range(10000) t(i)",
    )
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept_ratio)])

    with pytest.raises(TableUnreadableError, match=r"a\.parquet") as raised:
        decode_parquet(path, zone="+08:00")

    assert "a whole Parquet file" in raised.value.expected
    assert "fetch the file again" in raised.value.remedy
