"""The files of a journal: their order, and the end of the file of checkpoints."""

from pathlib import Path

import pytest
from typing_extensions import override

from taihang.adapters.stores.journal import files as files_module
from taihang.adapters.stores.journal.files import (
    CHECKPOINTS,
    JournalFiles,
    index_name,
    segment_name,
)
from taihang.adapters.system import PosixDisk
from taihang.core.tlog.frame import encode_frame
from taihang.core.tlog.record import Record


def files_in(directory: Path) -> JournalFiles:
    return JournalFiles(directory, PosixDisk())


def note(number: int) -> bytes:
    return encode_frame(b"note %d" % number * 9, index=number, received_at_s=5)


def test_segments__are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in (segment_name(2), segment_name(10), segment_name(1), CHECKPOINTS):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / index_name(segment_name(1))).write_bytes(b"")

    found = files_in(tmp_path).segments()

    assert found == ["segment-000001.log", "segment-000002.log", "segment-000010.log"]
    assert files_in(tmp_path / "absent").segments() == []
    assert index_name(found[0]) == "segment-000001.index"


def test_size__of_an_absent_file_is_zero(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"abc")

    assert (files_in(tmp_path).size("there"), files_in(tmp_path).size("absent")) == (3, 0)


@pytest.mark.parametrize("tail_bytes", [1, 50, 200, 10_000])
@pytest.mark.parametrize("torn", [b"", b"THJ2 torn", bytes(700)])
def test_last_checkpoint__is_found_from_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tail_bytes: int, torn: bytes
) -> None:
    monkeypatch.setattr(files_module, "_TAIL_BYTES", tail_bytes)
    whole = b"".join(map(note, range(20)))
    (tmp_path / CHECKPOINTS).write_bytes(whole + torn)

    last, end = files_in(tmp_path).last_checkpoint()

    offset = len(whole) - len(note(19))
    assert last == Record(19, b"note 19" * 9, 5, CHECKPOINTS, offset)
    assert end == len(whole)


def test_last_checkpoint__reads_only_the_end(tmp_path: Path) -> None:
    class Counting(PosixDisk):
        n_bytes = 0

        @override
        def read(self, path: Path, offset: int, n_bytes: int) -> bytes:
            data = super().read(path, offset, n_bytes)
            Counting.n_bytes += len(data)
            return data

    whole = b"".join(map(note, range(20_000)))
    (tmp_path / CHECKPOINTS).write_bytes(whole)

    last, _ = JournalFiles(tmp_path, Counting()).last_checkpoint()

    assert last is not None
    assert last.index == 19_999
    assert Counting.n_bytes < len(whole) / 5


def test_last_checkpoint__is_the_latest_though_an_older_one_was_put_behind(tmp_path: Path) -> None:
    whole = b"".join(map(note, range(5)))
    (tmp_path / CHECKPOINTS).write_bytes(whole + note(2))

    last, end = files_in(tmp_path).last_checkpoint()

    assert last is not None
    assert (last.index, end) == (4, len(whole + note(2)))


def test_last_checkpoint__of_none_is_none(tmp_path: Path) -> None:
    assert files_in(tmp_path).last_checkpoint() == (None, 0)
    (tmp_path / CHECKPOINTS).write_bytes(b"torn")
    assert files_in(tmp_path).last_checkpoint() == (None, 0)
