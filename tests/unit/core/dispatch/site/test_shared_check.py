"""The referee of the accounts: true ledgers pass, planted faults are refused by their rule."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_case import SIGNED, at_rest, store, wish, wishes
from taihang.core.dispatch.site.shared import OWN
from taihang.core.dispatch.site.shared_check import check_ledger
from taihang.core.dispatch.site.shared_ledger import Account, Ledger, Wish, settled

QUARTER: Final = 40


def true_ledger() -> Ledger:
    moves = [0] * QUARTER + [5_000_000, 5_000_000, -4_000_000]
    return settled(store(), {**at_rest(), "wind-a": wish(moves), OWN: wish(moves)})


def with_row(ledger: Ledger, owner: str, name: str, more: int) -> Ledger:
    """Return the ledger with one number of one account changed."""

    def changed(one: Account) -> Account:
        if one.owner != owner:
            return one
        row = list(getattr(one, name))
        row[QUARTER] += more
        return replace(one, **{name: tuple(row)})

    return replace(ledger, accounts=tuple(changed(one) for one in ledger.accounts))


def with_meter(ledger: Ledger, name: str, more: int) -> Ledger:
    row = list(getattr(ledger, name))
    row[QUARTER] += more
    return replace(ledger, **{name: tuple(row)})


def faults() -> dict[str, Ledger]:
    true = true_ledger()
    wind = true.accounts[0]
    return {
        "owners": replace(true, accounts=true.accounts[::-1]),
        "shape": replace(true, stored_wh=true.stored_wh[:-1]),
        "start": replace(true, start_wh=true.start_wh + 1),
        "both-ways": with_meter(true, "meter_out_wh", 1),
        "power": with_meter(true, "meter_in_wh", 80_000_000),
        "stored": with_meter(true, "stored_wh", 5),
        "state-of-charge": with_meter(true, "stored_wh", 600_000_000),
        "meter": with_meter(true, "meter_in_wh", 1),
        "sum-of-accounts": with_row(true, OWN, "held_wh", 1),
        "account": with_row(true, "wind-a", "held_wh", 1),
        "share-of-power": with_row(true, "wind-a", "charge_wh", 30_000_000),
        "share-of-energy": with_row(true, "wind-a", "loss_wh", wind.held_wh[QUARTER] + 1),
        "own-use": with_row(true, "wind-a", "loss_wh", 5),
    }


def test_check_ledger__accepts_true_accounts() -> None:
    assert check_ledger(true_ledger(), store()) == ()


@pytest.mark.parametrize("rule", faults())
def test_check_ledger__refuses_a_planted_fault_by_its_rule(rule: str) -> None:
    found = {one.rule for one in check_ledger(faults()[rule], store())}

    assert rule in found


@settings(max_examples=60)
@given(wishes(), st.sampled_from(["own-use", "metered"]))
def test_check_ledger__whatever_is_wished_only_the_power_of_the_store_can_be_at_fault(
    wished: dict[str, Wish], losses: str
) -> None:
    shared = store(losses)

    found = {one.rule for one in check_ledger(settled(shared, wished), shared)}

    # Wishes are wild; power and the operator's room are the plan's business.
    assert found <= {"power", "share-of-power", "state-of-charge"}


@settings(max_examples=30)
@given(SIGNED)
def test_check_ledger__a_renter_that_takes_more_power_than_its_share_is_named(
    signed: list[int],
) -> None:
    big = [30_000_000, *signed[:1]]

    found = check_ledger(settled(store(), {**at_rest(), "wind-a": wish(big)}), store())

    assert ("share-of-power", "wind-a") in {(one.rule, one.owner) for one in found}
