from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.interfaces.account_words import (
    NOTHING,
    amount_told,
    gap_name,
    item_name,
    item_of,
    share_told,
)


def test_item_of__finds_the_activity_behind_a_line() -> None:
    assert item_of({"kind": "fuel", "code": "diesel"}) == "diesel"
    assert item_name(item_of({"kind": "gas", "code": "SF6"}), "zh") == "六氟化硫"
    assert item_name("un heard.of", "en") == "un heard.of"


def test_gap_name__names_each_word_that_has_a_name() -> None:
    assert gap_name("E01 diesel consumed", "zh") == "E01 柴油 消费"
    assert gap_name("E01 unheard-of", "en") == "E01 unheard-of"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3), st.integers(0, 3))
def test_amount_told__can_be_added_up_again(value: Decimal, digits: int) -> None:
    read = Decimal(amount_told(value, digits).replace(",", ""))

    assert abs(read - value) <= Decimal(5).scaleb(-digits - 1)
    assert amount_told(str(value), digits) == amount_told(value, digits)


@pytest.mark.parametrize("zero", ["0", Decimal(0)])
def test_told__nothing_is_not_zero(zero: str | Decimal) -> None:
    assert amount_told(None, 1) == share_told(None) == NOTHING
    assert (amount_told(zero, 1), share_told(zero)) == ("0.0", "0.0%")
