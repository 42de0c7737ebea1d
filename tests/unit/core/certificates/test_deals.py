"""Deals: consent of both sides, delivery against payment, and every way back."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.ledger_books import EXPIRES_S, NOW_S, books_with, demand_whole, fed_in, piece, told, used

from taihang.core.certificates.act import (
    Accept,
    Act,
    Buy,
    Decline,
    Delist,
    List,
    Offer,
    Pay,
    Revoke,
)
from taihang.core.certificates.deals import price_of
from taihang.core.certificates.holdings import Books
from taihang.core.certificates.ledger import apply_act, apply_acts
from taihang.core.certificates.refusal import (
    DealError,
    ExpiredCertificateError,
    MoreThanHeldError,
    NotTradableError,
    SelfTransferError,
    UnknownHolderError,
)
from taihang.core.errors import TaihangError

MADE = fed_in((60_000_000, 40_000_000))
LIST = List(
    id="list",
    actor="owner",
    at_s=NOW_S,
    price_cny_per_mwh=Decimal("4.50"),
    open_until_s=NOW_S + 100,
    pay_within_s=50,
    wh=None,
    pieces=(piece(MADE, 10_000_000, 90_000_000),),
)
OFFER = Offer(
    id="offer",
    actor="owner",
    at_s=NOW_S,
    price_cny_per_mwh=Decimal("4.50"),
    open_until_s=NOW_S + 100,
    pay_within_s=50,
    wh=10_000_000,
    pieces=(),
    to="E01",
)
ACCEPT = Accept(id="accept", actor="E01", at_s=NOW_S + 1, offer="offer")
BUY = Buy(id="buy", actor="E02", at_s=NOW_S + 1, listing="list", wh=2_000_000)
PAY = Pay(
    id="pay", actor="owner", at_s=NOW_S + 2, deal="buy", amount_cny=Decimal("9.00"), reference="r"
)


def _after(*acts: Act) -> Books:
    books = books_with(MADE)
    for outcome in apply_acts(books, acts):
        assert outcome.refusal is None, outcome
    demand_whole(books)
    return books


def _states(books: Books) -> list[tuple[int, int, str, str]]:
    return [(a // 1_000_000, b // 1_000_000, s, h) for a, b, s, h in _told(books)]


def _told(books: Books) -> list[tuple[int, int, str, str]]:
    return told(books.certificates(MADE.id))


def test_buy_and_pay__deliver_a_part_of_a_listing() -> None:
    books = _after(LIST, BUY)
    waiting = _states(books)
    apply_acts(books, [PAY])

    assert waiting[1] == (10, 12, "in-transfer", "owner")
    assert _states(books) == [
        (0, 10, "held", "owner"),
        (10, 12, "held", "E02"),
        (12, 90, "listed", "owner"),
        (90, 100, "held", "owner"),
    ]


def test_accept_and_pay__deliver_an_offer() -> None:
    paid = replace(PAY, deal="accept", amount_cny=Decimal("45.00"), actor="park")

    books = _after(OFFER, ACCEPT, paid)

    assert _states(books) == [(0, 10, "held", "E01"), (10, 100, "held", "owner")]


def test_accept__of_a_gift__delivers_at_once() -> None:
    books = _after(replace(OFFER, price_cny_per_mwh=Decimal(0)), ACCEPT)

    assert _states(books)[0] == (0, 10, "held", "E01")


@pytest.mark.parametrize(
    "acts",
    [
        pytest.param(
            (LIST, Delist(id="d", actor="owner", at_s=NOW_S, listing="list")), id="delist"
        ),
        pytest.param(
            (OFFER, Decline(id="d", actor="E01", at_s=NOW_S, offer="offer")), id="decline"
        ),
        pytest.param((OFFER, Revoke(id="d", actor="owner", at_s=NOW_S, deal="offer")), id="revoke"),
        pytest.param(
            (OFFER, ACCEPT, Revoke(id="d", actor="owner", at_s=NOW_S + 51, deal="accept")),
            id="overdue consent",
        ),
    ],
)
def test_ways_back__give_everything_back_to_its_holder(acts: tuple[Act, ...]) -> None:
    books = _after(*acts)

    assert {(state, holder) for _, _, state, holder in _told(books)} == {("held", "owner")}


def test_delist__leaves_what_is_bought() -> None:
    books = _after(LIST, BUY, Delist(id="d", actor="owner", at_s=NOW_S + 2, listing="list"))

    assert [state for _, _, state, _ in _told(books)] == ["held", "in-transfer", "held", "held"]


@pytest.mark.parametrize(
    ("before", "act", "error", "what"),
    [
        ((), replace(OFFER, to="owner"), SelfTransferError, "owner to owner"),
        ((), replace(OFFER, to="nobody"), UnknownHolderError, "nobody"),
        ((), replace(OFFER, actor="E01", to="E02"), MoreThanHeldError, "0 Wh that it holds"),
        ((), replace(OFFER, at_s=EXPIRES_S, open_until_s=EXPIRES_S + 9), MoreThanHeldError, "0 Wh"),
        (
            (),
            replace(LIST, at_s=EXPIRES_S, open_until_s=EXPIRES_S + 9),
            ExpiredCertificateError,
            "before",
        ),
        ((LIST,), replace(LIST, id="l2"), MoreThanHeldError, "listed by owner"),
        ((LIST,), replace(BUY, actor="owner"), SelfTransferError, "owner"),
        ((LIST,), replace(BUY, actor="nobody"), UnknownHolderError, "nobody"),
        ((LIST,), replace(BUY, wh=80_000_001), DealError, "at most the 80000000 Wh left"),
        ((LIST,), replace(BUY, at_s=NOW_S + 100), DealError, "a time before"),
        ((LIST,), replace(BUY, listing="list2"), DealError, "list2"),
        ((OFFER,), replace(BUY, listing="offer"), DealError, "an act of list"),
        ((LIST,), Delist(id="d", actor="E01", at_s=NOW_S, listing="list"), DealError, "owner"),
        ((OFFER,), replace(ACCEPT, actor="E02"), DealError, "E01, whose deal"),
        ((OFFER,), replace(ACCEPT, at_s=NOW_S + 100), DealError, "a time before"),
        ((OFFER, ACCEPT), replace(ACCEPT, id="again"), DealError, "0 Wh stand"),
        (
            (OFFER, ACCEPT),
            Revoke(id="d", actor="owner", at_s=NOW_S + 50, deal="accept"),
            DealError,
            "due at",
        ),
        ((OFFER,), Revoke(id="d", actor="E01", at_s=NOW_S, deal="offer"), DealError, "owner"),
        (
            (OFFER, ACCEPT),
            Decline(id="d", actor="E01", at_s=NOW_S, offer="offer"),
            DealError,
            "0 Wh",
        ),
        ((LIST, BUY), replace(PAY, amount_cny=Decimal("8.99")), DealError, "9.00 CNY"),
        ((LIST, BUY), replace(PAY, actor="E02"), DealError, "owner, whose deal"),
        ((LIST, BUY), replace(PAY, at_s=EXPIRES_S), ExpiredCertificateError, "before"),
        ((LIST, BUY, PAY), replace(PAY, id="twice"), DealError, "0 Wh stand"),
    ],
)
def test_deals__that_do_not_fit__are_refused_and_change_nothing(
    before: tuple[Act, ...], act: Act, error: type[TaihangError], what: str
) -> None:
    books = _after(*before)
    was = _told(books)

    with pytest.raises(error, match=what):
        apply_act(books, act)

    assert _told(books) == was


def test_list__of_energy_used_in_the_park__is_refused() -> None:
    made = used()

    with pytest.raises(NotTradableError, match="non-tradable"):
        apply_act(books_with(made), replace(LIST, actor="E01", pieces=(piece(made, 0, 5),)))


def test_price_of__is_rounded_to_the_fen_once() -> None:
    assert price_of(LIST, wh=1_234_567) == Decimal("5.56")
