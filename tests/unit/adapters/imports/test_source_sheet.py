"""A file is looked at as what it is: names, headings above them, a preface, rows of data."""

from pathlib import Path

import pytest

from import_kit import START, book, folder_of, table, wall
from taihang.adapters.imports import source_sheet as module
from taihang.adapters.imports.refusal import TableUnreadableError
from taihang.adapters.imports.source_sheet import SourceSheet, is_table, read_source


def source(tmp_path: Path, name: str, content: str | bytes) -> SourceSheet:
    folder_of(tmp_path, **{name.replace(".", "__"): content})
    return read_source(tmp_path / name, name=name)


def test_read_source__groups_units_and_preface_are_kept_apart(tmp_path: Path) -> None:
    text = (
        "户名：示例企业01,,\n,一号变,,二号变\n时间,正向,反向,正向\n,kWh,kWh,kWh\n"
        f"{wall(0)},1,2,3\n{wall(1)},1,2,3\n"
    )

    found = source(tmp_path, "a.csv", text)

    assert found.names == ("时间", "正向", "反向", "正向_1")
    assert found.headings["正向"] == "一号变 正向 kWh"
    assert found.headings["反向"] == "一号变 反向 kWh"
    assert found.headings["正向_1"] == "二号变 正向_1 kWh"
    assert "示例企业01" in found.preface
    assert found.data == [[wall(0), "1", "2", "3"], [wall(1), "1", "2", "3"]]
    assert (found.facts().n_rows, found.rows.header, found.rows.first) == (2, 3, 5)


def test_read_source__the_sheet_with_most_rows_is_the_table(tmp_path: Path) -> None:
    rows: list[list[object]] = [["时间", "负荷"], *([START, n] for n in range(5))]

    found = source(tmp_path, "a.xlsx", book(rows))

    assert (found.kind, found.sheet, found.encoding) == ("xlsx", "负荷", "")
    assert found.data[0] == ["2025-01-01 00:00:00", "0"]


def test_read_source__a_table_without_a_time_is_no_data(tmp_path: Path) -> None:
    assert not source(tmp_path, "a.csv", table("a,b", ["1,2", "3,4"])).is_readable


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"PK\x03\x04", "no text"),
        ("a.txt", b"\xd0\xcf\x11\xe0", "no text"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0", "old or encrypted"),
        ("a.xlsx", b"time,kwh", "no workbook"),
        ("a.csv", "t,v\n" + '"x\n' * 3, "line"),
    ],
)
def test_read_source__what_is_not_what_its_name_says_is_refused(
    tmp_path: Path, name: str, content: str | bytes, words: str
) -> None:
    with pytest.raises(TableUnreadableError, match=words):
        source(tmp_path, name, content)


def test_read_source__one_row_more_than_its_bound_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ROWS", 3)

    with pytest.raises(TableUnreadableError, match="more than 3 rows"):
        source(tmp_path, "a.csv", table("t,v", [f"{wall(n)},1" for n in range(3)]))


def test_is_table__goes_by_the_name() -> None:
    assert [is_table(Path(name)) for name in ("a.CSV", "a.xlsx", "a.tsv", "a.pdf", "README")] == [
        True,
        True,
        True,
        False,
        False,
    ]
