"""A QR code: one picture for the same words, every dark module in the path, none twice."""

import re

from hypothesis import given
from hypothesis import strategies as st

from taihang.interfaces.qr import QUIET, qr_path, qr_rows

RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


@given(st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=60))
def test_qr_path__covers_the_dark_modules_and_nothing_else(content: str) -> None:
    rows = qr_rows(content)
    path = qr_path(rows)

    dark = set[tuple[int, int]]()
    for x, y, n, back in RUN.findall(path):
        assert n == back
        for at in range(int(x), int(x) + int(n)):
            assert (at, int(y)) not in dark
            dark.add((at, int(y)))
    assert RUN.sub("", path) == ""
    assert dark == {
        (x + QUIET, y + QUIET)
        for y, row in enumerate(rows)
        for x, module in enumerate(row)
        if module == "1"
    }


def test_qr_rows__has_the_three_finder_patterns_of_the_standard() -> None:
    rows = qr_rows("https://park.example/c/2026-06.pool.E17:0-5000#sha256=" + "ab" * 32)
    finder = ("1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111")

    assert tuple(row[:7] for row in rows[:7]) == finder
    assert tuple(row[-7:] for row in rows[:7]) == finder
    assert tuple(row[:7] for row in rows[-7:]) == finder
    assert len(rows) == len(rows[0])
    assert (len(rows) - 17) % 4 == 0


def test_qr_rows__says_other_words_with_another_picture() -> None:
    assert qr_rows("/c/a") == qr_rows("/c/a")
    assert qr_rows("/c/a") != qr_rows("/c/b")
