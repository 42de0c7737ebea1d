from pathlib import Path

import pytest

from taihang.adapters.forms.refusal import FormFileError
from taihang.exchange_wiring import certificate_table, exchange_map, read_certificate_table


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_certificate_table__is_read_as_it_was_written(tmp_path: Path, kind: str) -> None:
    exchange = exchange_map("gec")
    record = dict.fromkeys(exchange.exports.values(), "x") | {"month": "2026-06"}
    path = tmp_path / f"t.{kind}"
    path.write_bytes(certificate_table(exchange, [record], kind=kind))

    data, sheet = read_certificate_table(path)

    assert data == path.read_bytes()
    assert [cell.text for cell in sheet.head] == list(exchange.exports)
    assert [cell.text for cell in sheet.rows[0]] == [
        record[name] for name in exchange.exports.values()
    ]


def test_read_certificate_table__reads_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "t.pdf"
    path.write_bytes(b"%PDF")

    with pytest.raises(FormFileError):
        read_certificate_table(path)
