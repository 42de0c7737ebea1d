"""The bytes of a form must be what its name says."""

from pathlib import Path

import pytest

from taihang.adapters.forms.read_form import MAX_BYTES, read_form_file
from taihang.adapters.forms.refusal import FormFileError
from xlsx_kit import HEAD, workbook

CSV = (",".join(HEAD) + "\na,E01,2026-06,natural-gas,consumed,12.8,10⁴Nm³\n").encode()
JSON = b'{"format":"taihang/form/v1","lines":[{"id":"a"}]}'


@pytest.mark.parametrize(
    ("name", "data"), [("f.csv", CSV), ("f.CSV", CSV), ("f.xlsx", workbook()), ("f.json", JSON)]
)
def test_read_form_file__reads_each_kind(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)

    found, sheet = read_form_file(tmp_path / name, beside=frozenset())

    assert found == data
    assert sheet.rows[0][0].text == "a"


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("f.csv", workbook(), "another content"),
        ("f.xlsx", CSV, "another content"),
        ("f.json", workbook(), "another content"),
        ("f.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old or encrypted"),
        ("f.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a file .xls"),
        ("f.xlsm", workbook(), "a file .xlsm"),
        ("f.pdf", b"%PDF-1.7", "a file .pdf"),
        ("f.csv", b"%PDF-1.7", "another content"),
        ("f", CSV, "without a suffix"),
    ],
)
def test_read_form_file__refuses_a_name_that_lies(
    tmp_path: Path, name: str, data: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(data)

    with pytest.raises(FormFileError) as error:
        read_form_file(tmp_path / name, beside=frozenset())

    assert told in error.value.given


def test_read_form_file__looks_at_the_size_before_it_reads(tmp_path: Path) -> None:
    with (tmp_path / "f.csv").open("wb") as file:
        file.truncate(MAX_BYTES + 1)

    with pytest.raises(FormFileError, match="bytes"):
        read_form_file(tmp_path / "f.csv", beside=frozenset())
