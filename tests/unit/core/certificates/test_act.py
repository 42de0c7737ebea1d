"""Acts that contradict themselves are refused before the ledger is asked."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.ledger_books import less

from taihang.core.certificates.act import (
    KINDS,
    Act,
    ActError,
    Buy,
    Claim,
    Correct,
    List,
    Withdraw,
    demand_sound,
)
from taihang.core.certificates.certificate import Piece

LIST = List(
    id="l",
    actor="owner",
    at_s=5,
    price_cny_per_mwh=Decimal(3),
    open_until_s=9,
    pay_within_s=1,
    wh=7,
    pieces=(),
)
CLAIM = Claim(
    id="c",
    actor="E01",
    at_s=5,
    purpose="scope 2",
    beneficiary="E01",
    period="2026-06",
    wh=None,
    pieces=(Piece("i", 0, 5), Piece("i", 5, 9)),
)
WITHDRAW = Withdraw(id="w", actor="park", at_s=5, reason="r", pieces=(Piece("i", 0, 5),))
CORRECT = Correct(
    id="k", actor="park", at_s=5, issue="i", sheet_sha256="ab", reason="late", lots=(less(5),)
)


@pytest.mark.parametrize("act", [LIST, CLAIM, WITHDRAW, CORRECT])
def test_demand_sound__of_a_sound_act__is_silent(act: Act) -> None:
    demand_sound(act)


@pytest.mark.parametrize(
    ("act", "what"),
    [
        (replace(LIST, id=""), "empty id"),
        (replace(LIST, actor=""), "empty id"),
        (replace(LIST, wh=0), "0 Wh"),
        (replace(LIST, wh=None), "0 ranges"),
        (replace(LIST, pieces=(Piece("i", 0, 1),)), "7 Wh and 1 pieces"),
        (replace(LIST, price_cny_per_mwh=Decimal("-0.01")), "-0.01"),
        (replace(LIST, price_cny_per_mwh=Decimal("NaN")), "NaN"),
        (replace(LIST, open_until_s=5), "over before"),
        (replace(LIST, pay_within_s=0), "over before"),
        (replace(CLAIM, purpose=" "), "no purpose"),
        (replace(CLAIM, beneficiary=""), "no purpose"),
        (replace(CLAIM, pieces=(Piece("i", 0, 6), Piece("i", 5, 9))), "over 0-6"),
        (replace(WITHDRAW, pieces=()), "0 ranges"),
        (replace(WITHDRAW, pieces=(Piece("i", 3, 3),)), "empty range"),
        (replace(WITHDRAW, pieces=(Piece("i", -1, 3),)), "empty range"),
        (Buy(id="b", actor="E01", at_s=5, listing="l", wh=0), "0 Wh"),
        (replace(CORRECT, lots=()), "0 ranges"),
        (replace(CORRECT, lots=(less(0),)), "did not shrink"),
        (replace(CORRECT, lots=(less(5), less(5))), "over 0-60"),
    ],
)
def test_demand_sound__of_an_act_that_contradicts_itself__refuses(act: Act, what: str) -> None:
    with pytest.raises(ActError, match=what):
        demand_sound(act)


def test_kinds__have_a_word_each() -> None:
    assert len(KINDS) == 15
