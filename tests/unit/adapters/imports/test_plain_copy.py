"""Tables with a preface, units, sums and other languages' numbers come out like plain ones."""

from pathlib import Path

import pytest

from import_kit import START, book, wall
from taihang.adapters.imports.decode import decode_folder
from taihang.adapters.imports.plain_copy import MAX_COLUMNS, unique_names
from taihang.adapters.imports.read_map import parse_map
from taihang.adapters.imports.refusal import TableUnreadableError
from trial_map import Decode, map_text

FORM = '{ delimiter = ",", encoding = "utf-8", header_row = 3, first_row = 5 }'


def test_as_plain_csv__passes_over_preface_units_and_sums(decode: Decode) -> None:
    text = (
        "某园区负荷\n制表 2026\ntime,kwh\n,kWh\n2026-06-01 00:00,1\n\n2026-06-01 00:15,2\n合计,3\n"
    )

    result = decode(text, table={"csv": FORM, "ignore": '["合计"]'})

    assert result.blocks[0].counts.tolist() == [1_000, 2_000]
    assert (result.rows_read, result.rows_refused) == (2, 0)


def test_as_plain_csv__a_refused_row_keeps_its_number_below_the_names(decode: Decode) -> None:
    text = "a\nb\ntime,kwh\n,kWh\n2026-06-01 00:00,1\n\n2026-06-01 00:15,x\n"

    refused = decode(text, table={"csv": FORM}).refused

    assert [(row.row, row.given) for row in refused] == [(4, "'x'")]


def test_as_plain_csv__a_table_without_names_counts_its_columns(decode: Decode) -> None:
    form = '{ delimiter = ",", encoding = "utf-8", header_row = 0 }'

    block = decode(
        "2026-06-01 00:00,5\n",
        table={"csv": form},
        time={"column": '"column0"'},
        value={"column": '"column1"'},
    ).blocks[0]

    assert block.counts.tolist() == [5_000]


def test_as_plain_csv__a_sheet_reads_like_its_text(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(
        book([["time", "kwh"], [START, 1.5], [wall(1), 2], ["合计", 3]])
    )
    text = map_text(
        table={
            "files": '["a.xlsx"]',
            "csv": None,
            "excel": '{ sheet = "负荷" }',
            "ignore": '"合计"',
        },
        time={"format": '"%Y-%m-%d %H:%M:%S"'},
    )

    result = decode_folder(tmp_path, parse_map(text, where="trial"))

    assert result.blocks[0].counts.tolist() == [1_500]
    # A time that stands as text beside real ones is another form, and told as such.
    assert [(row.row, row.reason.value) for row in result.refused] == [(2, "time-unreadable")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a\n", "ends before row 3"),
        ("a\nb\ntime,kwh\n,\n2026-06-01 00:00,1,2\n", "3 cells under 2 names"),
        ('a\nb\ntime,kwh\n,\n"2026-06-01 00:00,1\n', "line"),
        ("a\nb\n" + ",".join(f"c{n}" for n in range(MAX_COLUMNS + 1)) + "\n", "at most 2000"),
    ],
)
def test_as_plain_csv__rows_that_cannot_be_told_apart_are_refused(
    decode: Decode, text: str, words: str
) -> None:
    with pytest.raises(TableUnreadableError, match=words):
        decode(text, table={"csv": FORM})


def test_unique_names__are_those_of_the_reader(decode: Decode) -> None:
    assert unique_names(["t", "a", "a", "", "A"]) == ["t", "a", "a_1", "column3", "A_2"]

    notes = decode(
        "time,kwh,kwh,,KWH\n2026-06-01 00:00,1,2,3,4\n", value={"column": '"KWH_2"'}
    ).notes

    assert notes[1] == "0.csv: columns not read: kwh, kwh_1, column3"
