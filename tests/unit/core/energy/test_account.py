from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.activity.record import Flow
from taihang.core.energy.account import (
    ELECTRICITY,
    CoalAmount,
    EnergyAccount,
    EnergyAccountError,
    summed,
)

COAL = CoalAmount(
    item="raw-coal",
    flow=Flow.CONSUMED,
    amount=Decimal(100),
    unit="t",
    equivalent_tce=Decimal("71.43"),
    equal_tce=Decimal("71.43"),
    is_medium=False,
    facts=("gbt/raw-coal=0.7143",),
    sources=("E01-coal.v1",),
)
_POWER = replace(
    COAL, item=ELECTRICITY, unit="MWh", equivalent_tce=Decimal("12.29"), equal_tce=Decimal("30.24")
)
_STEAM = replace(
    COAL,
    item="steam",
    flow=Flow.CONVERSION_OUTPUT,
    equivalent_tce=Decimal(40),
    equal_tce=Decimal(40),
)
_WATER = replace(COAL, item="medium.fresh-water", is_medium=True, equivalent_tce=Decimal(3))

_AMOUNTS = st.builds(
    CoalAmount,
    item=st.sampled_from(["raw-coal", "steam", "electricity", "medium.fresh-water"]),
    flow=st.sampled_from(sorted(Flow)),
    amount=st.decimals(0, 10**6, places=3),
    unit=st.just("t"),
    equivalent_tce=st.decimals(0, 10**6, places=4),
    equal_tce=st.none() | st.decimals(0, 10**6, places=4),
    is_medium=st.just(False),
    facts=st.just(()),
    sources=st.just(()),
)


def test_total__counts_each_joule_once() -> None:
    own = replace(_STEAM, flow=Flow.CONSUMED, equivalent_tce=Decimal(25), equal_tce=Decimal(25))
    account = EnergyAccount((COAL, _POWER, _STEAM, own, _WATER))

    assert account.total_tce == Decimal("71.43") + Decimal("12.29") + 25 - 40
    assert account.total_equal_tce == Decimal("71.43") + Decimal("30.24") + 25 - 40
    assert account.media_tce == 3


def test_total__at_equal_value_is_not_said_beside_electricity_made_on_site() -> None:
    made = replace(_POWER, flow=Flow.CONVERSION_OUTPUT)
    assert EnergyAccount((COAL, _POWER, made)).total_equal_tce is None
    assert EnergyAccount((COAL, replace(_POWER, equal_tce=None))).total_equal_tce is None
    assert EnergyAccount((COAL, replace(_WATER, equal_tce=None))).total_equal_tce is not None


def test_feedstock__is_a_part_and_not_added() -> None:
    part = replace(COAL, flow=Flow.FEEDSTOCK, equivalent_tce=Decimal(20), equal_tce=Decimal(20))
    account = EnergyAccount((COAL, part))
    assert (account.total_tce, account.feedstock_tce) == (Decimal("71.43"), 20)


def test_account__refuses_a_flow_that_is_said_twice() -> None:
    with pytest.raises(EnergyAccountError, match="raw-coal consumed twice"):
        EnergyAccount((COAL, COAL))


@given(st.lists(st.lists(_AMOUNTS, max_size=6, unique_by=lambda a: (a.item, a.flow)), max_size=4))
def test_summed__is_the_sum_of_the_totals(tables: list[list[CoalAmount]]) -> None:
    accounts = [EnergyAccount(tuple(lines)) for lines in tables]
    together = summed(accounts)

    assert Fraction(together.total_tce) == sum(Fraction(each.total_tce) for each in accounts)
    assert Fraction(together.feedstock_tce) == sum(
        Fraction(each.feedstock_tce) for each in accounts
    )


def test_summed__says_one_energy_in_its_first_unit_and_refuses_another_kind() -> None:
    kilograms = replace(COAL, unit="kg", amount=COAL.amount * 1_000)

    (line,) = summed([EnergyAccount((COAL,)), EnergyAccount((kilograms,))]).lines

    assert (line.amount, line.unit) == (2 * COAL.amount, COAL.unit)
    with pytest.raises(EnergyAccountError, match="GJ"):
        summed([EnergyAccount((COAL,)), EnergyAccount((replace(COAL, unit="GJ"),))])
