"""What became of an act: told the same way the first time and every time after."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger_books import NOW_S, books_with, fed_in

from taihang.core.certificates.act import Claim
from taihang.core.certificates.certificate import Piece
from taihang.core.certificates.ledger import Outcome, apply_acts
from taihang.core.certificates.record import (
    ActRecord,
    moved_text,
    pieces_of,
    read_moved,
    recorded,
)
from taihang.core.errors import InputError

PIECES = st.lists(st.builds(Piece, st.text(max_size=9), st.integers(0, 9), st.integers(0, 9)))
MADE = fed_in()
CLAIM = Claim(
    id="c",
    actor="owner",
    at_s=NOW_S,
    purpose="p",
    beneficiary="b",
    period="2026",
    wh=30,
    pieces=(),
)


@given(PIECES)
def test_moved_text__comes_back(pieces: list[Piece]) -> None:
    assert read_moved(moved_text(pieces)) == tuple(pieces)


@pytest.mark.parametrize("text", ["{}", "[[1]]", "[", '[["i",1,2,3]]'])
def test_read_moved__of_another_text__refuses(text: str) -> None:
    with pytest.raises(InputError):
        read_moved(text)


def test_recorded__of_an_act__says_what_it_moved_and_the_same_again() -> None:
    books = books_with(MADE)
    (first,) = apply_acts(books, [CLAIM])
    record = ActRecord(2, "c", "ab", "{}", pieces_of(books.of_act("c")))
    (again,) = apply_acts(books, [CLAIM])

    done, repeated = recorded(first, before=None), recorded(again, before=record)

    assert done.moved == repeated.moved == (Piece(MADE.id, 0, 30),)
    assert done.wh == 30
    assert (done.is_repeated, repeated.is_repeated) == (False, True)


def test_recorded__refused__moved_nothing() -> None:
    refusal = InputError(given="a", expected="b", remedy="c")

    told = recorded(Outcome("x", None, refusal), before=None)

    assert (told.moved, told.refusal) == ((), refusal)


def test_entry__is_a_leaf_of_the_roll() -> None:
    assert ActRecord(2, "c", "ab", "{}", ()).entry.id == "c"
