from hypothesis import given
from hypothesis import strategies as st

from taihang.interfaces.text_width import width_of


@given(st.text(alphabet="abc 12", max_size=40))
def test_width_of__plain_letters_are_their_number(words: str) -> None:
    assert width_of(words) == len(words)


@given(st.text(alphabet="绿电园区（）：", max_size=40))
def test_width_of__chinese_takes_two_columns_a_sign(words: str) -> None:
    assert width_of(words) == 2 * len(words)
