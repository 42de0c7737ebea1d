"""Errors of the lake name the file and say that nothing is lost."""

from pathlib import Path

from taihang.adapters.stores.lake import DamagedLakeError, LakeWriteError


def test_errors__name_the_file_and_the_way_back() -> None:
    damaged = DamagedLakeError(Path("lake/x.parquet"), "a readable file")
    unwritten = LakeWriteError(Path("lake/x.parquet"), OSError("no room"))

    assert (damaged.given, damaged.expected) == ("lake/x.parquet", "a readable file")
    assert "taihang rebuild" in damaged.remedy
    assert unwritten.given == "lake/x.parquet: no room"
    assert "the journal has every reading" in unwritten.remedy
