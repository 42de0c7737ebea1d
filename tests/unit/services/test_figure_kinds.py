"""Every kind of statement that any job issues has a rule book."""

from taihang.services.figure_kinds import book_of, known_kinds
from taihang.services.figure_stated import fits


def test_book_of__a_what_if_is_the_book_of_what_it_stands_in_for() -> None:
    assert book_of("bill-what-if") is book_of("bill")
    assert book_of("nothing") is None


def test_books__have_patterns_that_can_fit() -> None:
    for kind in known_kinds():
        book = book_of(kind)
        assert book, kind
        for pattern in book:
            assert fits(pattern, tuple(pattern.split("/"))) is not None
