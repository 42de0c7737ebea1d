"""Shares sum to one, whatever the outputs; what was not chosen or cannot be true is refused."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.park.carbon import Allocation
from taihang.core.product.allocation import (
    AllocationError,
    Output,
    demand_whole,
    share_out,
    shares_of,
)

AMOUNTS = st.lists(
    st.decimals(min_value="0.001", max_value="1000000", places=3), min_size=1, max_size=6
)
PRICES = st.decimals(min_value="0.01", max_value="100000", places=2)


def made(*amounts: Decimal | str, unit: str = "t", price: str | None = None) -> list[Output]:
    return [
        Output(
            product=f"P{i}",
            amount=Decimal(amount),
            unit=unit,
            price_cny=None if price is None else Decimal(price),
        )
        for i, amount in enumerate(amounts)
    ]


@given(amounts=AMOUNTS)
def test_shares_of__sum_to_one(amounts: list[Decimal]) -> None:
    for method in (Allocation.PHYSICAL, Allocation.ECONOMIC):
        shares = shares_of(made(*amounts, price="3"), method=method, reason="chosen")

        assert sum(shares.values()) == 1


@given(amounts=AMOUNTS, by=st.decimals(min_value="0.1", max_value="1000", places=1))
def test_shares_of__do_not_change_when_every_output_grows_alike(
    amounts: list[Decimal], by: Decimal
) -> None:
    before = shares_of(made(*amounts), method=Allocation.PHYSICAL, reason="by mass")
    after = shares_of(
        made(*(amount * by for amount in amounts)), method=Allocation.PHYSICAL, reason="by mass"
    )

    assert before == after


@given(amounts=AMOUNTS, price=PRICES)
def test_shares_of__at_one_price_are_those_by_mass(amounts: list[Decimal], price: Decimal) -> None:
    by_value = shares_of(
        made(*amounts, price=str(price)), method=Allocation.ECONOMIC, reason="by value"
    )

    assert by_value == shares_of(made(*amounts), method=Allocation.PHYSICAL, reason="by mass")


@given(grams=st.integers(-(10**12), 10**12), amounts=AMOUNTS)
def test_share_out__keeps_every_gram(grams: int, amounts: list[Decimal]) -> None:
    shares = shares_of(made(*amounts), method=Allocation.PHYSICAL, reason="by mass")

    parts = share_out(grams, shares)

    assert sum(parts.values()) == grams
    assert all(abs(parts[name] - grams * share) < 1 for name, share in shares.items())


@pytest.mark.parametrize(
    ("outputs", "method"),
    [
        ([], Allocation.PHYSICAL),
        (made("1", "2"), Allocation.AVOIDED),
        (made("0"), Allocation.PHYSICAL),
        (made("-1", "2"), Allocation.PHYSICAL),
        ([*made("1"), *made("1", unit="piece")], Allocation.PHYSICAL),
        ([*made("1"), *made("1")], Allocation.PHYSICAL),
        (
            [*made("1"), Output(product="Q", amount=Decimal(1), unit="piece")],
            Allocation.PHYSICAL,
        ),
        (made("1", "2"), Allocation.ECONOMIC),
        (made("1", "2", price="0"), Allocation.ECONOMIC),
    ],
)
def test_shares_of__refuses_outputs_that_do_not_fit_the_method(
    outputs: list[Output], method: Allocation
) -> None:
    with pytest.raises(AllocationError):
        shares_of(outputs, method=method, reason="chosen")


@pytest.mark.parametrize(
    "shares",
    [
        {},
        {"A": Fraction(1, 2)},
        {"A": Fraction(1, 2), "B": Fraction(51, 100)},
        {"A": Fraction(3, 2), "B": Fraction(-1, 2)},
    ],
)
def test_demand_whole__refuses_what_is_not_the_whole(shares: dict[str, Fraction]) -> None:
    with pytest.raises(AllocationError, match="sum to 1"):
        demand_whole(shares, reason="chosen")


def test_demand_whole__refuses_shares_that_nobody_gave_a_reason_for() -> None:
    with pytest.raises(AllocationError, match="without a reason"):
        demand_whole({"A": Fraction(1)}, reason="  ")
