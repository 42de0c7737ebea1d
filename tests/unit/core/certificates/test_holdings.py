"""Books: they find what an act is about, and say after it what it did."""

from tests.ledger_books import (
    NOW_S,
    demand_whole,
    empty_books,
    fed_in,
    issuance,
    later,
    piece,
    told,
    used,
)

from taihang.core.certificates.act import Claim
from taihang.core.certificates.holdings import Books
from taihang.core.certificates.ledger import apply_act, apply_acts


def _claim(books: Books, number: int, first_wh: int, stop_wh: int) -> Claim:
    return Claim(
        id=f"c{number}",
        actor="E01",
        at_s=NOW_S,
        purpose="p",
        beneficiary="E01",
        period="2026-06",
        wh=None,
        pieces=(piece(books.issues()[0], first_wh, stop_wh),),
    )


def test_between__gives_what_shares_a_position() -> None:
    books = empty_books()
    made = used()
    apply_acts(books, [issuance(made)])
    apply_acts(books, [_claim(books, 1, 10, 20), _claim(books, 2, 40, 50)])

    found = books.between(made.id, 19, 41)

    assert told(found) == [
        (10, 20, "claimed", "E01"),
        (20, 40, "held", "E01"),
        (40, 50, "claimed", "E01"),
    ]
    assert told(books.of_act("c1")) == [(10, 20, "claimed", "E01")]
    demand_whole(books)


def test_held_by__gives_the_earliest_to_expire_first() -> None:
    books = empty_books()
    apply_acts(books, map(issuance, [later(fed_in()), fed_in()]))

    assert [one.issue for one in books.held_by("owner")] == [
        "2026-06.feed-in.G1.PV01",
        "2026-07.feed-in.G1.PV01",
    ]


def test_change__says_what_an_act_moved() -> None:
    books = empty_books()
    apply_acts(books, [issuance(used())])

    change = apply_act(books, _claim(books, 1, 10, 25))

    assert change is not None
    assert change.wh == 15
    assert told(change.moved) == [(10, 25, "claimed", "E01")]
    assert not books.of_act("c1"), "asking changes nothing"


def test_between__of_an_unknown_issue__is_empty() -> None:
    assert not empty_books().between("no", 0, 5)
