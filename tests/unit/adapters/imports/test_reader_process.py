"""The child does one piece of work and answers; whatever goes wrong is an answer too."""

import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from import_kit import PLACE, POINTS, folder_of, table, wall
from taihang.adapters.imports import reader_process as module
from taihang.adapters.imports.reader_process import ANSWER, REQUEST, Request, answer_to


def folder(tmp_path: Path, rows: list[str]) -> Path:
    return folder_of(tmp_path / "files", a__csv=table("time,M-E01 kW", rows))


def test_answer_to__examines_and_reads(tmp_path: Path) -> None:
    where = str(folder(tmp_path, [f"{wall(n)},{100 + n % 7}" for n in range(96)]))
    examined = answer_to(Request(work="examine", folder=where, points=POINTS, place=PLACE)).examined
    assert examined is not None

    request = Request(
        work="read",
        folder=where,
        name="trial",
        title="trial",
        points=POINTS,
        place=PLACE,
        tables=examined.tables,
        arrays=str(tmp_path / "x.npz"),
    )
    account = answer_to(REQUEST.validate_json(REQUEST.dump_json(request))).account

    assert account is not None
    assert (account.rows_used, [head.point for head in account.heads]) == (96, ["M-E01"])
    with np.load(tmp_path / "x.npz", allow_pickle=False) as arrays:
        assert arrays["c0"][:2].tolist() == [25_000, 25_250]
    assert account.preview[0].readings[0].count == 25_000


def test_answer_to__a_draft_without_a_meter_is_refused(tmp_path: Path) -> None:
    where = str(folder(tmp_path, [f"{wall(n)},1" for n in range(4)]))

    answer = answer_to(Request(work="read", folder=where, place=PLACE, name="t", title="t"))

    assert answer.refused is not None
    assert answer.refused[1] == "no column that belongs to a meter"


@pytest.mark.parametrize(
    ("error", "field"), [(MemoryError(), "too_heavy"), (KeyError("x"), "refused")]
)
def test_answer_to__what_a_file_does_to_its_reader_is_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, field: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(module, "examine_folder", fail)

    answer = answer_to(Request(work="examine", folder=str(tmp_path), place=PLACE))

    assert getattr(answer, field)


def test_bound_resources__holds_in_the_child_and_nowhere_else() -> None:
    script = (
        "from taihang.adapters.imports.reader_process import bound_resources\n"
        "bound_resources()\n"
        "try:\n    bytearray(3 << 30)\n"
        "except MemoryError:\n    print('bounded')\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout == "bounded\n"
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != module.MEMORY_BYTES


def test_main__answers_over_its_standard_streams(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(b"t,v\n")
    (tmp_path / "files").mkdir()
    request = Request(
        work="unpack", folder=str(tmp_path / "files"), upload=str(tmp_path / "upload"), name="a.csv"
    )

    done = subprocess.run(
        [sys.executable, "-m", "taihang.adapters.imports.reader_process"],
        input=REQUEST.dump_json(request),
        capture_output=True,
        check=True,
    )

    assert ANSWER.validate_json(done.stdout).files == ("a.csv",)
