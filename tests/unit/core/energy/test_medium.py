from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.activity.record import Flow
from taihang.core.energy.medium import BalanceState, MediumBalance, MediumError

AMOUNT = st.decimals(min_value=0, max_value=10**7, places=3)


def coal(opening: int | None = None, **amounts: int) -> MediumBalance:
    return MediumBalance(
        item="raw-coal",
        unit="t",
        opening=None if opening is None else Decimal(opening),
        amounts={Flow[name.upper()]: Decimal(value) for name, value in amounts.items()},
    )


@given(st.dictionaries(st.sampled_from(sorted(Flow)), AMOUNT), AMOUNT)
def test_difference__closes_the_balance_exactly(
    amounts: dict[Flow, Decimal], opening: Decimal
) -> None:
    whole = {
        flow: amount
        for flow, amount in amounts.items()
        if flow not in {Flow.FEEDSTOCK, Flow.CONVERSION_INPUT}
    }
    whole |= {Flow.PURCHASED: opening, Flow.CONSUMED: opening, Flow.CLOSING_STOCK: opening}
    balance = MediumBalance(item="x", unit="t", opening=opening, amounts=whole)

    assert balance.difference is not None
    assert balance.came_in == balance.went_out + balance.difference


@pytest.mark.parametrize(
    ("balance", "lacking"),
    [
        (coal(consumed=5), ("purchased",)),
        (coal(purchased=5), ("consumed",)),
        (coal(purchased=5, consumed=5, closing_stock=1), ("opening-stock",)),
        (coal(opening=1, purchased=5, consumed=5), ("closing-stock",)),
    ],
)
def test_lacking__a_term_that_nobody_stated_leaves_it_open(
    balance: MediumBalance, lacking: tuple[str, ...]
) -> None:
    assert balance.lacking == lacking
    assert (balance.state, balance.difference) == (BalanceState.OPEN, None)


def test_difference__without_any_stock_is_of_what_was_bought_made_and_used() -> None:
    assert coal(purchased=10, consumed=7, supplied=2).difference == 1
    assert coal(conversion_output=10, recovered=1, consumed=11).difference == 0
    assert coal(purchased=10, consumed=12).difference == -2


@pytest.mark.parametrize(
    "amounts",
    [
        {"consumed": 5, "feedstock": 6},
        {"feedstock": 1},
        {"consumed": 5, "feedstock": 3, "conversion_input": 3},
    ],
)
def test_parts__of_the_consumption_are_within_it(amounts: dict[str, int]) -> None:
    with pytest.raises(MediumError, match="raw-coal"):
        coal(**amounts)
