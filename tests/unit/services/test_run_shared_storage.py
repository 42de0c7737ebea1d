"""A day of a shared store: one plan, accounts, statements."""

from dataclasses import replace
from datetime import date
from typing import Any, Final, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_case import store, tables
from taihang.adapters.highs import solve
from taihang.core.dispatch.fields import ParkProblemError
from taihang.core.dispatch.site.shared import Order, SharedStorage, shared_of
from taihang.core.dispatch.site.shared_check import LedgerFault
from taihang.services import run_shared_storage as run_shared_storage_module
from taihang.services.plan_park import Effort
from taihang.services.run_shared_storage import SharedDay, run_shared_storage, shared_document

ON: Final = date(2026, 6, 16)
EFFORT: Final = Effort(time_limit_s=20.0, gap=1e-9)


def run(shared: SharedStorage) -> SharedDay:
    return run_shared_storage(shared, ON, solve=solve, effort=EFFORT)


@pytest.mark.parametrize("losses", ["own-use", "metered"])
def test_run_shared_storage__plans_all_accounts_and_states_them(losses: str) -> None:
    day = run(store(losses))

    assert day.books is not None
    assert day.books.faults == ()
    assert [one.owner for one in day.books.statements] == ["wind-a", "sun-b", "retail-c", "own"]
    assert day.books.counter.today_wh == 400_000_000
    for one in day.books.ledger.accounts:
        is_free = one.owner != "sun-b"
        assert not is_free or losses == "metered" or one.held_wh[-1] >= one.start_wh - 96
    # What is always left is there at all times: the operator bears what it loses.
    own = day.books.ledger.accounts[-1]
    assert losses == "metered" or min(own.held_wh) >= -96
    assert day.books.station.missed_wh == 0


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 95), st.integers(1, 8), st.integers(0, 100))
def test_run_shared_storage__orders_at_any_time_are_met_and_nobody_goes_below_zero(
    first: int, length: int, percent: int
) -> None:
    last = min(first + length, 96)
    order = Order(
        id="call",
        first=f"{first // 4:02}:{first % 4 * 15:02}",
        last="24:00" if last == 96 else f"{last // 4:02}:{last % 4 * 15:02}",
        discharge_kw=percent * 500.0,
    )

    day = run(replace(store(), orders=(order,), outages=()))

    assert day.books is not None
    assert day.books.faults == ()
    for one in day.books.ledger.accounts[:-1]:
        assert min(one.held_wh) >= 0
        assert min(one.discharge_wh) >= 0
    assert day.books.station.missed_wh == 0


def test_run_shared_storage__an_order_that_cannot_be_met_has_no_plan_and_says_why() -> None:
    order = Order(id="call", first="00:00", last="06:00", discharge_kw=300_000.0)

    day = run(replace(store(), orders=(order,), outages=()))

    assert day.books is None
    assert day.release.breaches


def test_run_shared_storage__a_day_on_which_clocks_change_is_refused() -> None:
    berlin = store(time_zone="Europe/Berlin")

    with pytest.raises(ParkProblemError, match="92 quarters in Europe/Berlin"):
        run_shared_storage(berlin, date(2026, 3, 29), solve=solve, effort=EFFORT)


def test_run_shared_storage__a_schedule_beyond_its_account_is_cut_and_told() -> None:
    shared = store()
    greedy = replace(shared.renters[1], charge_kw=np.zeros(24), discharge_kw=np.full(24, 50_000.0))

    day = run(replace(shared, renters=(shared.renters[0], greedy, shared.renters[2]), orders=()))

    assert day.books is not None
    account = day.books.ledger.accounts[1]
    assert account.cut_wh > 0
    assert min(account.held_wh) == account.held_wh[-1] >= 0


def test_run_shared_storage__a_schedule_that_will_be_cut_is_not_counted_on_in_an_outage() -> None:
    # Half of the store is out from 18:00 to 20:00. A renter whose account is full wants to charge
    # then: counted on, it would let the others give more than the store can.
    given = tables()
    given["storage"].update(start_kwh=270_000)
    given["renter"][1].update(
        start_kwh=100_000,
        charge_kw=[50_000 if hour in {18, 19} else 0 for hour in range(24)],
        discharge_kw=0,
    )
    given["order"] = []
    given["outage"][0].update(first="18:00", last="20:00")

    day = run(shared_of(given))

    assert day.books is not None
    assert day.books.faults == ()
    assert max(day.books.ledger.meter_out_wh[72:80]) <= 37_500_000 + 4
    assert day.books.ledger.accounts[1].cut_wh > 90_000_000


def test_run_shared_storage__accounts_that_are_refused_are_not_stated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault = LedgerFault("meter", "", 0, 1, 0)

    def refuse(*_: object) -> tuple[LedgerFault, ...]:
        return (fault,)

    monkeypatch.setattr(run_shared_storage_module, "check_ledger", refuse)

    day = run(store())

    assert day.books is not None
    assert (day.books.faults, day.books.statements) == ((fault,), ())


def test_shared_document__holds_every_account_and_marks_what_is_unknown() -> None:
    document = cast("dict[str, Any]", shared_document(run(store())))

    assert len(document["books"]["accounts"]) == 4
    assert document["books"]["statements"][0]["shaving_cny"] is None
    assert {one["mark"] for one in document["rates"]} == {"assumed", "unknown"}
