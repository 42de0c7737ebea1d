"""The accounts of a shared store: to the watt-hour, whatever anybody wishes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_case import SIGNED, at_rest, store, wish, wishes
from taihang.core.dispatch.site.shared import OWN, QUARTERS
from taihang.core.dispatch.site.shared_ledger import Wish, settled, wish_of

RULES = ("own-use", "metered")


@given(wishes(), st.sampled_from(RULES))
def test_settled__accounts_close_with_the_meters_and_the_store_in_every_quarter(
    wished: dict[str, Wish], losses: str
) -> None:
    ledger = settled(store(losses), wished)

    before = ledger.start_wh
    for step in range(QUARTERS):
        moved = [one.charge_wh[step] - one.discharge_wh[step] for one in ledger.accounts]
        lost = sum(one.loss_wh[step] for one in ledger.accounts)
        meter = ledger.meter_in_wh[step] - ledger.meter_out_wh[step]
        held = sum(one.held_wh[step] for one in ledger.accounts)
        assert sum(moved) == meter
        assert held + ledger.base_wh == ledger.stored_wh[step]
        assert meter - lost == ledger.stored_wh[step] - before
        assert min(ledger.meter_in_wh[step], ledger.meter_out_wh[step]) == 0
        before = ledger.stored_wh[step]


@given(wishes(), st.sampled_from(RULES))
def test_settled__no_renter_is_below_zero_or_above_what_it_rents(
    wished: dict[str, Wish], losses: str
) -> None:
    shared = store(losses)

    ledger = settled(shared, wished)

    most = {one.id: round(one.energy_kwh * 1000) for one in shared.renters}
    for one in ledger.accounts[:-1]:
        assert 0 <= min(one.held_wh) <= max(one.held_wh) <= most[one.owner]
        assert min(one.charge_wh) >= 0
        assert min(one.discharge_wh) >= 0


@given(wishes(), SIGNED.map(wish), st.sampled_from(["wind-a", "sun-b", "retail-c", OWN]))
def test_settled__by_own_use_no_ones_use_changes_another_renters_account(
    wished: dict[str, Wish], other: Wish, changed: str
) -> None:
    one = settled(store(), wished)
    again = settled(store(), {**wished, changed: other})

    for before, after in zip(one.accounts[:-1], again.accounts[:-1], strict=True):
        if before.owner != changed:
            assert before == after


@given(wishes(), st.sampled_from(RULES))
def test_settled__what_is_not_covered_is_cut_and_told(wished: dict[str, Wish], losses: str) -> None:
    ledger = settled(store(losses), wished)

    for one in ledger.accounts:
        wanted = sum(wished[one.owner].charge_wh) + sum(wished[one.owner].discharge_wh)
        assert one.cut_wh == wanted - sum(one.charge_wh) - sum(one.discharge_wh)
        assert one.cut_wh >= 0


def test_settled__measured_losses_follow_what_each_moved() -> None:
    quiet = store("metered", standing_loss_ratio_per_h=0.0)

    ledger = settled(quiet, {**at_rest(), "wind-a": wish([2_000]), "sun-b": wish([1_000])})

    lost = {one.owner: one.loss_wh[0] for one in ledger.accounts}
    assert lost == {"wind-a": 120, "sun-b": 60, "retail-c": 0, OWN: 0}


def test_settled__what_accounts_do_against_each_other_never_goes_through_the_store() -> None:
    quiet = store(standing_loss_ratio_per_h=0.0)

    ledger = settled(quiet, {**at_rest(), "wind-a": wish([1_000]), "sun-b": wish([-1_000])})

    assert ledger.meter_in_wh[0] == ledger.meter_out_wh[0] == 0
    assert ledger.stored_wh[0] == ledger.start_wh
    # Each lost by its own use; the operator has the gain.
    assert [one.loss_wh[0] for one in ledger.accounts] == [60, 64, 0, -124]


def test_settled__measured_losses_never_fill_an_account_beyond_its_share() -> None:
    quiet = store("metered", standing_loss_ratio_per_h=0.0, start_kwh=350_000.0)
    full = replace(quiet.renters[0], start_kwh=199_000.0)
    shared = replace(quiet, renters=(full, *quiet.renters[1:]))
    moves = {**at_rest(), "wind-a": wish([2_000_000]), "sun-b": wish([-1_063_829])}

    ledger = settled(shared, moves)

    # Netted, nothing was lost: what wind-a has no room for is the operator's gain.
    assert ledger.accounts[0].held_wh[0] == 200_000_000
    assert sum(one.loss_wh[0] for one in ledger.accounts) == 0
    assert ledger.accounts[-1].loss_wh[0] < 0


@pytest.mark.parametrize("losses", RULES)
def test_settled__at_rest_only_standing_losses_remain(losses: str) -> None:
    ledger = settled(store(losses), at_rest())

    for one in ledger.accounts:
        assert 0 <= sum(one.loss_wh) < one.start_wh // 100


def test_wish_of__rounds_powers_to_whole_watt_hours_and_noise_to_none() -> None:
    made = wish_of([0.0035, 0.0, *[0.0] * 94], [0.0, -1e-12, *[0.0] * 94])

    assert made.charge_wh[0] == 1
    assert sum(made.discharge_wh) == 0
