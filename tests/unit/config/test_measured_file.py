"""What was measured is read strictly; "none" is a value that was not."""

from pathlib import Path

import pytest

from taihang.config.measured_file import MeasuredFileError, read_measured

GOOD = """
at = 2026-06-01T08:15:00+08:00
alarms = ["bat"]
[level_ratio]
bat = 0.42
tank = "none"
[so_far_kw]
peak = 320
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "now.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_read_measured__reads_what_is_there(tmp_path: Path) -> None:
    found = read_measured(_file(tmp_path, GOOD))

    assert found.at_s == 1_780_272_900
    assert found.alarms == ("bat",)
    assert dict(found.level_ratio) == {"bat": 0.42, "tank": None}
    assert dict(found.so_far_kw) == {"peak": 320.0}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("+08:00", "", "instant with its zone"),
        ("0.42", '"42 %"', "level_ratio.bat"),
        ("0.42", "true", "level_ratio.bat"),
        ('["bat"]', '"bat"', "alarms"),
        ('["bat"]', "[1]", "alarms"),
        ("alarms", "alarm", "keys"),
        ("[so_far_kw]", "[peaks]", "keys"),
        ("at =", "at ==", "now.toml"),
        ("[so_far_kw]\npeak = 320", "so_far_kw.peak = []", "so_far_kw"),
    ],
)
def test_read_measured__refuses_anything_else(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    with pytest.raises(MeasuredFileError, match=words):
        read_measured(_file(tmp_path, GOOD.replace(old, new)))


def test_read_measured__bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "now.toml"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(MeasuredFileError):
        read_measured(path)
