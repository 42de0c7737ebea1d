"""A result of assets: sums of what is given, and no result where a cost is not."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from taihang.core.market.asset_result import COSTS, AssetResult, Part, added

AMOUNTS = st.one_of(st.none(), st.decimals(min_value=-1000, max_value=1000, places=2))
RESULTS = st.builds(AssetResult, amounts_cny=st.fixed_dictionaries(dict.fromkeys(Part, AMOUNTS)))


@given(one=RESULTS)
def test_result__is_income_less_costs_and_none_where_either_is_not_given(one: AssetResult) -> None:
    costs = [one.amounts_cny[part] for part in COSTS]
    incomes = [cny for part, cny in one.amounts_cny.items() if part not in COSTS]
    known = [cny for cny in incomes if cny is not None]

    assert one.income_cny == (sum(known, Decimal(0)) if known else None)
    if None in costs or not known:
        assert one.result_cny is None
    else:
        whole = [cny for cny in costs if cny is not None]
        assert one.result_cny == sum(known, Decimal(0)) - sum(whole, Decimal(0))


@given(months=st.lists(RESULTS, min_size=1, max_size=5))
def test_added__sums_incomes_that_are_given_and_costs_that_all_gave(
    months: list[AssetResult],
) -> None:
    found = added(months)

    for part in Part:
        amounts = [each.amounts_cny[part] for each in months]
        given_cny = [cny for cny in amounts if cny is not None]
        is_known = bool(given_cny) and (part not in COSTS or None not in amounts)
        assert found.amounts_cny[part] == (sum(given_cny, Decimal(0)) if is_known else None)


def test_added__of_nothing_knows_nothing() -> None:
    found = added([])

    assert (found.income_cny, found.cost_cny, found.result_cny) == (None, None, None)
