import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from taihang.config.django_settings import ensure_django
from taihang.interfaces.api.bounds import PAGE_MOST
from taihang.interfaces.api.cursor import CursorError, Paging, page_of

ensure_django()
THINGS = [f"E{at:02d}" for at in range(7)]


def pages(things: list[str], limit: int) -> list[list[str]]:
    found: list[list[str]] = []
    cursor: str | None = None
    while True:
        paging = Paging(cursor=cursor, limit=limit)
        shown, cursor = page_of(things, paging, key=str, question="things")
        found.append(shown)
        if cursor is None:
            return found


@given(st.lists(st.text(max_size=200), unique=True), st.integers(1, 9))
def test_page_of__pages_together_are_the_list(things: list[str], limit: int) -> None:
    ordered = sorted(things)

    found = pages(ordered, limit)

    assert [each for page in found for each in page] == ordered
    assert all(len(page) == limit for page in found[:-1])


def test_page_of__a_cursor_after_the_longest_id_is_accepted_again() -> None:
    things = ["\x00" * 200, "\x01" * 200, "\U0001f600" * 200]

    assert pages(things, 1) == [[each] for each in things]


def test_page_of__what_is_inserted_moves_nothing() -> None:
    first, cursor = page_of(THINGS, Paging(limit=3), key=str, question="things")
    grown = sorted([*THINGS, "E00a", "E03a"])

    second, _ = page_of(grown, Paging(limit=3, cursor=cursor), key=str, question="things")

    assert [*first, *second] == ["E00", "E01", "E02", "E03", "E03a", "E04"]


def test_page_of__refuses_a_cursor_that_was_made_up_or_is_of_another_list() -> None:
    _, cursor = page_of(THINGS, Paging(limit=3), key=str, question="things")
    assert cursor is not None

    for other, question in ((cursor, "others"), (f"{cursor}x", "things"), ("a:b", "things")):
        with pytest.raises(CursorError):
            page_of(THINGS, Paging(cursor=other), key=str, question=question)


@pytest.mark.parametrize("limit", [0, -1, PAGE_MOST + 1])
def test_page_of__refuses_a_page_out_of_bounds(limit: int) -> None:
    with pytest.raises(ValidationError):
        Paging(limit=limit)


def test_paging__refuses_a_cursor_that_is_too_long() -> None:
    with pytest.raises(ValidationError):
        Paging(cursor="a" * 10_000)
