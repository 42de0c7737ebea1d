"""Keys of figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.figure.key import MAX_KEY, FigureKeyError, key_of, parse_key

_WORDS = st.text(alphabet="ab~/.01:-", min_size=1, max_size=8)


@given(st.lists(_WORDS, min_size=1, max_size=5))
def test_parse_key__reads_what_key_of_wrote(parts: list[str]) -> None:
    assert parse_key(key_of("statement", *parts)).parts == tuple(parts)


@pytest.mark.parametrize("text", ["", "meter", "/a", "meter//a", "meter/", "a/" + "b" * MAX_KEY])
def test_parse_key__refuses_what_is_no_key(text: str) -> None:
    with pytest.raises(FigureKeyError, match="words between slashes"):
        parse_key(text)
