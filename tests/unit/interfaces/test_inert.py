"""Names of other people do nothing: no turning of direction, no formula."""

import csv
from io import StringIO
from unicodedata import bidirectional, category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_kit import HOSTILE
from taihang.interfaces.inert import csv_words, inert

TURNING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


@given(st.text())
def test_inert__leaves_no_sign_that_turns_or_controls(words: str) -> None:
    shown = inert(words)

    assert not [sign for sign in shown if bidirectional(sign) in TURNING]
    assert not [sign for sign in shown if category(sign) == "Cc" and sign != "\n"]
    assert not {"\u200e", "\u200f", "\u061c", "\u2028", "\u2029", "\ufeff"} & {*shown}


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_inert__changes_nothing_else(words: str) -> None:
    assert inert(words) == words


@pytest.mark.parametrize(
    "words",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "  =1",
        "＝1",
        "＋1",
        '=HYPERLINK("http://x.example","a")',
    ],
)
def test_csv_words__stand_behind_an_apostrophe_where_a_spreadsheet_would_calculate(
    words: str,
) -> None:
    assert csv_words(words).startswith("'")


@given(st.text())
def test_csv_words__never_begin_like_a_formula(words: str) -> None:
    out = StringIO()
    csv.writer(out).writerow([csv_words(words)])
    (cell,) = next(csv.reader(StringIO(out.getvalue())))

    assert cell.lstrip(" ")[:1] not in {*"=+-@\t\r\0＝＋－＠"}


def test_csv_words__are_as_written_where_they_are_plain() -> None:
    plain = [name for name in HOSTILE if name[0] not in "=+-@" and "\u202e" not in name]

    assert len(plain) >= 8
    assert [csv_words(name) for name in plain] == plain
