"""Uploads wait between the steps of an import; a refused one leaves nothing behind."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from import_kit import NOW_S, PLACE, POINTS, table, wall
from taihang.adapters.imports import uploads as module
from taihang.adapters.imports.sandbox import Sandbox, UploadRefusedError
from taihang.adapters.imports.uploads import (
    TooManyUploadsError,
    UnknownUploadError,
    Uploads,
    UploadTooLargeError,
)
from taihang.core.metering.import_draft import StagedUpload, ToldRows

ID = "0123456789abcdef" * 2
OTHER = "f" * 32
TEXT = table("time,M-E01 kW", [f"{wall(n)},{100 + n % 7}" for n in range(96)]).encode()


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    """Of an empty park."""
    return Uploads(tmp_path / "uploads", sandbox=Sandbox())


def begin(
    uploads: Uploads, upload_id: str = ID, data: bytes = TEXT, **more: object
) -> StagedUpload:
    name, now_s = str(more.get("name", "负荷.csv")), int(str(more.get("now_s", NOW_S)))
    place = replace(PLACE, now_s=now_s)
    return uploads.begin(upload_id, iter([data]), name=name, by="li", points=POINTS, place=place)


def test_uploads__an_upload_waits_is_corrected_and_read(uploads: Uploads) -> None:
    staged = begin(uploads)
    assert (staged.name, staged.by, staged.n_bytes) == ("负荷.csv", "li", len(TEXT))
    table_ = staged.tables[0]
    column = replace(table_.columns[0], multiplier="2")

    uploads.correct(ID, [replace(table_, columns=(column,))])
    read = uploads.read(ID, points=POINTS, place=PLACE)

    assert read.blocks[0].counts[:2].tolist() == [50_000, 50_500]
    assert uploads.find(ID).examined == staged.examined
    assert uploads.files(ID) == {"负荷.csv": TEXT}
    assert [each.id for each in uploads.waiting()] == [ID]


def test_uploads__an_upload_is_read_once_until_its_draft_is_another(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged = begin(uploads)
    first = uploads.read(ID, points=POINTS, place=PLACE)

    with monkeypatch.context() as patch:
        patch.setattr(Sandbox, "read", None)
        again = uploads.read(ID, points=POINTS, place=PLACE)
    uploads.correct(ID, [replace(staged.tables[0], label="period-end")])
    later = uploads.read(ID, points=POINTS, place=PLACE)

    assert again.map_text == first.map_text
    assert again.blocks[0].times_s.tolist() == first.blocks[0].times_s.tolist()
    assert int(later.blocks[0].times_s[0]) == int(first.blocks[0].times_s[0]) - 900


def test_uploads__a_person_may_say_which_rows_are_which(uploads: Uploads) -> None:
    text = table("某表,", ["t,v", "时间,M-E01 kW", *(f"{wall(n)},5" for n in range(9))]).encode()
    begin(uploads, data=text)

    told = {"负荷.csv": ToldRows(header_row=2, first_row=4)}
    again = uploads.look_again(ID, told, points=POINTS, place=PLACE)

    assert again.tables[0].names == ("t", "v")
    assert (again.tables[0].header_row, again.tables[0].first_row) == (2, 4)


def test_uploads__a_person_may_say_which_column_names_the_meters(uploads: Uploads) -> None:
    rows = [f"{wall(n)},{e},{n}" for n in range(9) for e in ("E01", "E02")]
    begin(uploads, data=table("时间,表,kW", rows).encode())

    told = {"负荷.csv": ToldRows(header_row=1, first_row=2, point_column="")}
    wide = uploads.look_again(ID, told, points=POINTS, place=PLACE).tables[0]

    assert uploads.find(ID).examined.tables == (wide,)
    assert (wide.point_column, [column.source for column in wide.columns]) == ("", ["kW"])
    told = {"负荷.csv": ToldRows(header_row=1, first_row=2, point_column="表")}
    long = uploads.look_again(ID, told, points=POINTS, place=PLACE).tables[0]
    assert [column.point for column in long.columns] == ["M-E01", "M-E02"]


def test_uploads__the_same_id_again_is_the_same_upload(uploads: Uploads) -> None:
    first = begin(uploads)

    assert begin(uploads, data=b"other") == first


def test_uploads__a_refused_upload_leaves_nothing(uploads: Uploads, tmp_path: Path) -> None:
    with pytest.raises(UploadRefusedError):
        begin(uploads, data=b"\0")

    assert list((tmp_path / "uploads").iterdir()) == []


def test_uploads__one_byte_more_than_is_taken_is_refused(
    uploads: Uploads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    taken = 0

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield b"12345"

    with pytest.raises(UploadTooLargeError, match="at most 10"):
        uploads.begin(ID, chunks(), name="a.csv", by="li", points=POINTS, place=PLACE)

    assert taken == 3
    assert list((tmp_path / "uploads").iterdir()) == []


def test_uploads__what_is_done_or_unknown_is_gone(uploads: Uploads) -> None:
    begin(uploads)

    uploads.drop(ID)
    uploads.drop(ID)

    assert uploads.waiting() == ()
    for unknown in (ID, OTHER, "../../etc", ""):
        with pytest.raises(UnknownUploadError):
            uploads.find(unknown)


def test_uploads__old_ones_go_and_too_many_are_refused(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 1)
    begin(uploads)
    with pytest.raises(TooManyUploadsError):
        begin(uploads, OTHER)

    begin(uploads, OTHER, now_s=NOW_S + 8 * 86_400)

    assert [each.id for each in uploads.waiting()] == [OTHER]
