"""A golden case says where its numbers come from."""

import re
from pathlib import Path
from typing import Final

from conventions.source_tree import TESTS, joined, name_of

GOLDEN: Final = TESTS / "golden"
_ORIGIN: Final = re.compile(
    r"\b(origin|computed by|recorded from|taken from|source)\b", re.IGNORECASE
)
_WORDS_LEAST: Final = 30


def is_told(readme: str) -> bool:
    """Say whether a README tells an origin in more than a title."""
    return bool(_ORIGIN.search(readme)) and len(readme.split()) >= _WORDS_LEAST


def untold(folders: list[Path]) -> list[str]:
    """Return the golden cases without a README that tells their origin."""
    return [
        name_of(folder)
        for folder in folders
        if not (folder / "README.md").is_file()
        or not is_told((folder / "README.md").read_text(encoding="utf-8"))
    ]


def test_golden_cases__tell_their_origin() -> None:
    folders = [
        path for path in sorted(GOLDEN.iterdir()) if path.is_dir() and path.name != "__pycache__"
    ]

    assert len(folders) >= 2
    assert not untold(folders), joined(untold(folders))


def test_is_told__wants_more_than_a_title() -> None:
    told = "Origin: the tables of a published tariff, " + "worked by hand, line by line, " * 5

    assert is_told(told)
    assert not is_told("# A case")
    assert not is_told("numbers " * 50)
