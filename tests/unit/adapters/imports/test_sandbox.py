"""Hostile files end their child, or are refused in words; the parent lives and nothing is lost."""

import sys
from pathlib import Path

import pytest

from import_kit import PLACE, POINTS, folder_of, table, wall
from taihang.adapters.imports import sandbox as module
from taihang.adapters.imports.sandbox import (
    PLACES,
    ReadersBusyError,
    Sandbox,
    UploadRefusedError,
    UploadTooHeavyError,
    read_file,
)


def child(script: str) -> Sandbox:
    return Sandbox((sys.executable, "-c", script), wall_s=5)


def test_sandbox__reads_a_file_from_end_to_end(tmp_path: Path) -> None:
    rows = [f"{wall(n)},{100 + n % 7}" for n in range(96)]
    (tmp_path / "files").mkdir()
    upload = tmp_path / "upload"
    upload.write_text(table("time,M-E01 kW", rows))
    sandbox = Sandbox()

    assert sandbox.unpack(upload, tmp_path / "files", name="a.csv") == ("a.csv",)
    examined = sandbox.examine(tmp_path / "files", points=POINTS, place=PLACE)
    account = sandbox.read(
        tmp_path / "files",
        examined.tables,
        name="trial",
        points=POINTS,
        place=PLACE,
        arrays=tmp_path / "readings.npz",
    )
    read = read_file(account, tmp_path / "readings.npz")

    assert read.blocks[0].counts[:2].tolist() == [25_000, 25_250]
    assert read.rows_used == 96
    assert 'point = "M-E01"' in read.map_text


@pytest.mark.parametrize(
    "text",
    [
        "time,M-E01 kW\n" + '"unterminated\n' * 3,
        "time,M-E01 kW\n" + "a" * 2_000_000,
        ",".join(["t"] * 500_000) + "\n",
        "\0" * 1_000,
    ],
)
def test_sandbox__a_hostile_file_is_refused_in_words(tmp_path: Path, text: str) -> None:
    folder = folder_of(tmp_path, a__csv=text)

    with pytest.raises(UploadRefusedError) as raised:
        Sandbox().examine(folder, points=POINTS, place=PLACE)

    assert "a.csv" in raised.value.given or "no column" in raised.value.given


@pytest.mark.parametrize(
    "script",
    [
        "import os; os.kill(os.getpid(), 9)",
        "print('no answer')",
        "import time; time.sleep(60)",
        "print('{\"too_heavy\": true}')",
    ],
)
def test_sandbox__a_child_without_an_answer_was_too_heavy(tmp_path: Path, script: str) -> None:
    with pytest.raises(UploadTooHeavyError, match="2048 MB"):
        child(script).examine(tmp_path, points=POINTS, place=PLACE)


def test_sandbox__an_answer_of_another_form_is_not_believed(tmp_path: Path) -> None:
    answer = 'print(\'{"examined": {"files": 5, "unread": [], "tables": []}}\')'

    with pytest.raises(UploadTooHeavyError):
        child(answer).examine(tmp_path, points=POINTS, place=PLACE)


def test_sandbox__one_more_reader_than_may_be_waits_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_WAIT_S", 0.01)
    for _ in range(module.MAX_AT_ONCE):
        assert PLACES.acquire(blocking=False)
    try:
        with pytest.raises(ReadersBusyError):
            Sandbox().examine(tmp_path, points=POINTS, place=PLACE)
    finally:
        for _ in range(module.MAX_AT_ONCE):
            PLACES.release()
