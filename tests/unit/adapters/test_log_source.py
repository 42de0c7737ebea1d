"""Files of a published log: those that are there, and nothing else for them."""

from pathlib import Path

import pytest

from taihang.adapters.log_source import (
    FILE_BYTES,
    LogAnswerError,
    LogFileError,
    address_reader,
    folder_reader,
)
from taihang.core.tlog.witnessing import WitnessAnswer


def test_folder_reader__reads_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "tile/0").mkdir(parents=True)
    (tmp_path / "tile/0/000").write_bytes(b"hashes")

    read = folder_reader(tmp_path)

    assert (read("tile/0/000"), read("tile/0/001"), read("tile/0")) == (b"hashes", None, None)


def test_folder_reader__refuses_what_is_too_long(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_bytes(bytes(FILE_BYTES + 1))

    with pytest.raises(LogFileError):
        folder_reader(tmp_path)("checkpoint")


def test_address_reader__asks_below_the_address_only() -> None:
    asked: list[str] = []

    def get(url: str) -> WitnessAnswer:
        asked.append(url)
        return WitnessAnswer(200 if url.endswith("checkpoint") else 404, "", b"note")

    read = address_reader("https://park.example/log", get=get)

    assert (read("checkpoint"), read("tile/0/000")) == (b"note", None)
    assert asked == [
        "https://park.example/log/checkpoint",
        "https://park.example/log/tile/0/000",
    ]


@pytest.mark.parametrize("status", [301, 302, 307, 401, 403, 500, 503])
def test_address_reader__takes_no_other_answer_for_a_file(status: int) -> None:
    read = address_reader("http://x", get=lambda _: WitnessAnswer(status, "", b"note"))

    with pytest.raises(LogAnswerError, match=f"HTTP {status}"):
        read("checkpoint")
