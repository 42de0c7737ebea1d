"""Help is cut into lines by what it takes up on a terminal."""

import re

from hypothesis import given
from hypothesis import strategies as st

from taihang.interfaces.cli.help_form import wrapped
from taihang.interfaces.text_width import width_of


@given(st.text(alphabet="ab 由日志，。 ", min_size=1, max_size=80), st.integers(8, 40))
def test_wrapped__keeps_every_sign_and_stays_within_the_width(words: str, columns: int) -> None:
    lines = wrapped(words, columns)

    assert "".join(words.split()) == "".join("".join(lines).split())
    longest_word = max((len(word) for word in re.findall("[ab]+", words)), default=0)
    # A word and the stops that may not begin a line are never cut.
    if longest_word + 2 * len(re.findall("[，。]", words)) + 2 <= columns:
        assert max(map(width_of, lines)) <= columns


def test_wrapped__a_word_behind_chinese_stops_may_begin_a_line() -> None:
    assert wrapped("志aa。。a", 8) == ["志aa。。", "a"]


def test_wrapped__a_chinese_sign_takes_two_columns() -> None:
    assert wrapped("由日志重建", 6) == ["由日志", "重建"]


def test_wrapped__a_stop_never_begins_a_line() -> None:
    assert not any(line.startswith(("，", "。")) for line in wrapped("能碳费，绿电。" * 5, 9))
