"""Cutting out pieces: what goes and what comes cover the same positions, whatever the pieces."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger_books import EXPIRES_S, NOW_S, books_with, fed_in, later, piece

from taihang.core.certificates.carve import carve, chosen
from taihang.core.certificates.certificate import Piece, State, spans
from taihang.core.certificates.refusal import ActRefusedError, MoreThanHeldError


@given(st.sets(st.integers(0, 100), min_size=2, max_size=12))
def test_carve__any_pieces__keeps_every_position(edges: set[int]) -> None:
    made = fed_in()
    books = books_with(made)
    ordered = sorted(edges)
    pieces = [piece(made, a, b) for a, b in zip(ordered[::2], ordered[1::2], strict=False)]

    cut = carve(
        books,
        pieces,
        demand=lambda _: None,
        move=lambda one: replace(one, state=State.LISTED),
    )

    assert spans(cut.added) == spans(cut.removed) == [piece(made, 0, 100)]
    assert spans(one for one in cut.added if one.state is State.LISTED) == spans(pieces)


def test_carve__beyond_the_issue__is_refused() -> None:
    made = fed_in()

    with pytest.raises(MoreThanHeldError, match="101"):
        carve(
            books_with(made),
            [piece(made, 99, 101)],
            demand=lambda _: None,
            move=lambda one: one,
        )


def test_carve__of_an_unknown_issue__is_refused() -> None:
    with pytest.raises(ActRefusedError, match="nowhere"):
        carve(
            books_with(fed_in()),
            [Piece("nowhere", 0, 1)],
            demand=lambda _: None,
            move=lambda one: one,
        )


@given(st.integers(1, 200))
def test_chosen__so_much__is_the_earliest_to_expire_first(wh: int) -> None:
    first, second = fed_in(), replace(later(fed_in()), expires_s=EXPIRES_S + 1)
    books = books_with(second, first)

    pieces = chosen(books, "owner", wh=wh, pieces=(), at_s=NOW_S)

    assert sum(one.wh for one in pieces) == wh
    assert pieces[0] == piece(first, 0, min(wh, 100))


def test_chosen__more_than_is_held__is_refused_with_the_numbers() -> None:
    with pytest.raises(MoreThanHeldError, match="201 Wh of owner; expected at most the 100 Wh"):
        chosen(books_with(fed_in()), "owner", wh=201, pieces=(), at_s=NOW_S)


def test_chosen__passes_over_what_is_no_longer_valid() -> None:
    with pytest.raises(MoreThanHeldError, match="at most the 0 Wh"):
        chosen(books_with(fed_in()), "owner", wh=1, pieces=(), at_s=EXPIRES_S)
