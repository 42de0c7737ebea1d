from hypothesis import given
from hypothesis import strategies as st

from taihang.core.park.problem import nearest_name, path_text, remedy_for_name, visible


def test_path_text__of_the_root_is_empty() -> None:
    assert path_text(()) == ""


def test_path_text__escapes_what_a_terminal_would_obey() -> None:
    assert path_text(("meters", "a\x1b[2J")) == 'meters."a\\u001b[2J"'


@given(text=st.text())
def test_visible__shows_every_text_printably(text: str) -> None:
    assert visible(text).isprintable()


def test_nearest_name__is_none_when_nothing_is_near() -> None:
    assert nearest_name("windmill", known=("E01", "E02")) is None


def test_nearest_name__is_sought_among_a_thousand_names_at_most() -> None:
    known = tuple(f"E{number:04d}" for number in range(1_001))

    assert nearest_name("E0001", known=known[:1_000]) == "E0001"
    assert nearest_name("E0001", known=known) is None


def test_remedy_for_name__falls_back() -> None:
    assert remedy_for_name("x", known=(), otherwise="remove it") == "remove it"
