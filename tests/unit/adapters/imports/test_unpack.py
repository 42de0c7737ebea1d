"""A zip gives its files within bounds that are judged before anything is unpacked."""

import stat
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from taihang.adapters.imports import unpack as module
from taihang.adapters.imports.refusal import TableUnreadableError
from taihang.adapters.imports.unpack import safe_name, unpack


def zipped(**files: str | bytes) -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return data.getvalue()


def unpacked(tmp_path: Path, data: bytes, name: str = "a.zip") -> list[str]:
    (tmp_path / "upload").write_bytes(data)
    (tmp_path / "files").mkdir()
    return unpack(tmp_path / "upload", tmp_path / "files", name=name)


def test_unpack__a_single_file_keeps_its_name(tmp_path: Path) -> None:
    assert unpacked(tmp_path, b"t,v\n", "负荷 2025.csv") == ["负荷 2025.csv"]
    assert (tmp_path / "files/负荷 2025.csv").read_bytes() == b"t,v\n"


def test_unpack__files_come_out_flat_and_none_outside(tmp_path: Path) -> None:
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in (
            ("../../evil.csv", "1"),
            ("a/x.csv", "2"),
            ("b/x.csv", "3"),
            ("__MACOSX/x.csv", "4"),
            ("a/.hidden", "5"),
        ):
            archive.writestr(name, content)

    names = unpacked(tmp_path, data.getvalue())

    assert names == ["evil.csv", "x-2.csv", "x.csv"]
    assert sorted(path.name for path in tmp_path.rglob("*.csv")) == names
    assert (tmp_path / "files/x-2.csv").read_text() == "3"


def test_unpack__a_link_becomes_a_plain_file(tmp_path: Path) -> None:
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        info = zipfile.ZipInfo("link.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")

    unpacked(tmp_path, data.getvalue())

    assert (tmp_path / "files/link.csv").read_text() == "/etc/passwd"
    assert not (tmp_path / "files/link.csv").is_symlink()


def test_unpack__a_name_in_chinese_without_a_mark_is_read_as_gbk(tmp_path: Path) -> None:
    data = zipped(abcdef__csv="1").replace(b"abcdef.csv", "负荷一".encode("gb18030") + b".csv")

    assert unpacked(tmp_path, data) == ["负荷一.csv"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04", "a.zip"),
        (zipped(a__csv=b"0" * 3_000_000), r"packed \d+ times"),
        (zipped(**{f"{n}.csv": "" for n in range(module.MAX_ENTRIES + 1)}), "201 files"),
    ],
)
def test_unpack__a_zip_beyond_its_bounds_is_refused(
    tmp_path: Path, data: bytes, words: str
) -> None:
    with pytest.raises(TableUnreadableError, match=words):
        unpacked(tmp_path, data)

    assert list((tmp_path / "files").iterdir()) == []


def test_unpack__all_files_together_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_UNPACKED_BYTES", 10)

    with pytest.raises(TableUnreadableError, match="12 bytes unpacked"):
        unpacked(tmp_path, zipped(a="123456", b="123456"))


def test_unpack__a_directory_that_lies_about_a_size_is_found_out(tmp_path: Path) -> None:
    data = bytearray(zipped(a__csv="x" * 1_000))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")

    with pytest.raises(TableUnreadableError, match=r"a\.zip"):
        unpacked(tmp_path, bytes(data))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("C:\\Users\\a\\负荷.csv", "负荷.csv"),
        ("a[1]*?.csv", "a_1___.csv"),
        ("x\x00\n.csv", "x__.csv"),
        ("", "file"),
        ("...", "file"),
        ("n" * 300 + ".csv", "n" * 100 + ".csv"),
    ],
)
def test_safe_name__leaves_nothing_that_could_be_obeyed(name: str, safe: str) -> None:
    assert safe_name(name) == safe
