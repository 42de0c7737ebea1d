from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_case import terms
from taihang.core.market.bill_line import Text
from taihang.core.market.demand import chargeable_demand_kw, contract_demand_kw
from taihang.core.market.tariff_options import (
    OptionCost,
    OptionsCompared,
    TariffOption,
    TariffOptionsError,
    best_contract_kw,
)

RULES = terms().transmission.rules
KVA = Decimal(500)


@settings(max_examples=150, deadline=None)
@given(
    months=st.lists(
        st.tuples(st.integers(0, 6_000), st.sampled_from(["34.0", "30.60"])),
        min_size=1,
        max_size=12,
    )
)
def test_best_contract__is_not_beaten_by_any_whole_number_of_kilowatts(
    months: list[tuple[int, str]],
) -> None:
    metered_kw = [Decimal(tenths) / 10 for tenths, _ in months]
    prices = [Decimal(price) for _, price in months]

    best = best_contract_kw(metered_kw, price_cny_per_kw=prices, transformer_kva=KVA, rules=RULES)

    def cost(contract_kw: Decimal) -> Decimal:
        counts = contract_demand_kw(contract_kw, transformer_kva=KVA, rules=RULES)
        pairs = zip(metered_kw, prices, strict=True)
        return sum(
            (chargeable_demand_kw(kw, contract_kw=counts, rules=RULES) * p for kw, p in pairs),
            Decimal(0),
        )

    assert best == best.to_integral_value() >= Decimal(200)
    assert cost(best) == min(cost(Decimal(kw)) for kw in range(200, 700))


def test_best_contract__needs_a_price_for_every_month() -> None:
    with pytest.raises(TariffOptionsError):
        best_contract_kw([Decimal(1)], price_cny_per_kw=[], transformer_kva=KVA, rules=RULES)
    with pytest.raises(TariffOptionsError):
        best_contract_kw([], price_cny_per_kw=[], transformer_kva=KVA, rules=RULES)


def cost(option: TariffOption, *months_cny: int) -> OptionCost:
    return OptionCost(
        option=option,
        months_cny=tuple(Decimal(each) for each in months_cny),
        contract_kw=None,
        refusal=None,
    )


REFUSED = replace(cost(TariffOption.ONE_PART), refusal=Text("不可选", "may not be chosen"))


def test_compared__names_the_cheapest_that_may_be_chosen() -> None:
    found = OptionsCompared(
        costs=(
            cost(TariffOption.CAPACITY, 10, 20),
            cost(TariffOption.METERED_DEMAND, 9, 8),
            REFUSED,
        ),
        current=TariffOption.CAPACITY,
        current_cny=Decimal(30),
    )

    assert found.cheapest.option is TariffOption.METERED_DEMAND
    assert found.saving_cny == 13
    assert REFUSED.total_cny is None


def test_compared__of_equal_costs_stays_with_the_present_option() -> None:
    found = OptionsCompared(
        costs=(cost(TariffOption.CAPACITY, 5), cost(TariffOption.METERED_DEMAND, 5)),
        current=TariffOption.METERED_DEMAND,
        current_cny=Decimal(5),
    )

    assert found.cheapest.option is TariffOption.METERED_DEMAND
    assert found.saving_cny == 0
