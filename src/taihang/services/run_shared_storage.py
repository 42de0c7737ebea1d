"""Plans the day of a shared store, keeps its accounts, has both checked, and writes statements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from taihang.core.dispatch.fields import Json, ParkProblemError
from taihang.core.dispatch.model import Solve
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.site.shared import FREE, OWN, QUARTERS, SharedStorage
from taihang.core.dispatch.site.shared_check import LedgerFault, check_ledger
from taihang.core.dispatch.site.shared_ledger import Ledger, Wish, settled, wish_of
from taihang.core.dispatch.site.shared_money import (
    PeakCounter,
    Statement,
    StationResult,
    availability_ratio,
    counter_of,
    statements_of,
    station_result,
)
from taihang.core.dispatch.site.shared_problem import schedule_of, shared_problem
from taihang.core.periods import days
from taihang.services.plan_park import Effort, Release, plan_park

SHARED_FORMAT: Final = "taihang/shared-storage-day/v1"


@dataclass(frozen=True, slots=True, eq=False)
class Books:
    """The accounts of a day and what follows from them."""

    ledger: Ledger
    faults: tuple[LedgerFault, ...]
    """What their referee found; there are no statements then."""
    statements: tuple[Statement, ...]
    station: StationResult
    counter: PeakCounter


@dataclass(frozen=True, slots=True, eq=False)
class SharedDay:
    """A day of a shared store."""

    shared: SharedStorage
    on: date
    release: Release
    books: Books | None
    """None where there is no plan."""
    availability_ratio: float


def run_shared_storage(
    shared: SharedStorage, on: date, *, solve: Solve, effort: Effort
) -> SharedDay:
    """Plan a day and keep its accounts.

    Args:
        shared: The store.
        on: The day.
        solve: Solves a linear model.
        effort: How long, and how near.

    Returns:
        The day; without accounts where there is no plan, and without statements where the
        accounts are refused.

    Raises:
        ParkProblemError: If the clocks change on that day.
    """
    # 1. One plan for all accounts behind the meter, checked as any other.
    period = days(on, 1, ZoneInfo(shared.storage.time_zone))
    if period.n_steps != QUARTERS:
        raise ParkProblemError(
            f"the day {on}, which has {period.n_steps} quarters in {shared.storage.time_zone}",
            f"a day of {QUARTERS}: prices and schedules are those of 24 hours",
            "take another day, or a zone whose clocks do not change",
        )
    problem = shared_problem(shared, start_s=period.start_s)
    release = plan_park(problem, solve=solve, effort=effort)
    available = availability_ratio(shared)
    if release.plan is None:
        return SharedDay(shared, on, release, None, available)
    # 2. The accounts in whole watt-hours, and what the store itself does.
    ledger = settled(shared, _wishes(shared, release.plan))
    # 3. Checked on their own; what is refused is not stated.
    faults = check_ledger(ledger, shared)
    books = Books(
        ledger=ledger,
        faults=faults,
        statements=() if faults else statements_of(ledger, shared, on),
        station=station_result(ledger, shared),
        counter=counter_of(ledger, shared, on),
    )
    return SharedDay(shared, on, release, books, available)


def _wishes(shared: SharedStorage, plan: ParkPlan) -> dict[str, Wish]:
    wishes = dict[str, Wish]()
    none = np.zeros(QUARTERS)
    for one in shared.renters:
        if one.mode == FREE:
            flows = (plan.series[f"{one.id}.charge_kw"], plan.series[f"{one.id}.discharge_kw"])
        else:
            flows = schedule_of(one)
        wishes[one.id] = wish_of(flows[0].tolist(), flows[1].tolist())
    own = [plan.series.get(f"{OWN}.{way}_kw", none) for way in ("charge", "discharge")]
    wishes[OWN] = wish_of(own[0].tolist(), own[1].tolist())
    return wishes


def shared_document(day: SharedDay) -> dict[str, Json]:
    """Return a day as plain values."""
    verdict, books = day.release.verdict, day.books
    return {
        "format": SHARED_FORMAT,
        "storage": day.shared.storage.id,
        "day": day.on.isoformat(),
        "accepted": verdict is not None and verdict.accepted,
        "gap_ratio": day.release.gap,
        "availability_ratio": day.availability_ratio,
        "rates": [
            {"name": one.name, "rate_cny": one.rate_cny, "mark": one.mark}
            for one in day.shared.rates
        ],
        "books": None if books is None else _books(books),
    }


def _books(books: Books) -> Mapping[str, Json]:
    ledger, station, counter = books.ledger, books.station, books.counter
    return {
        "faults": [
            {"rule": one.rule, "owner": one.owner, "quarter": one.quarter} for one in books.faults
        ],
        "meter_in_wh": list(ledger.meter_in_wh),
        "meter_out_wh": list(ledger.meter_out_wh),
        "stored_wh": list(ledger.stored_wh),
        "start_wh": ledger.start_wh,
        "base_wh": ledger.base_wh,
        "accounts": [
            {
                "owner": one.owner,
                "start_wh": one.start_wh,
                "charge_wh": list(one.charge_wh),
                "discharge_wh": list(one.discharge_wh),
                "loss_wh": list(one.loss_wh),
                "held_wh": list(one.held_wh),
                "cut_wh": one.cut_wh,
            }
            for one in ledger.accounts
        ],
        "statements": [
            {
                "owner": one.owner,
                "trade_cny": str(one.trade_cny),
                "shaved_wh": one.shaved_wh,
                "shaving_cny": _words(one.shaving_cny),
                "rent_cny": _words(one.rent_cny),
                "total_cny": _words(one.total_cny),
            }
            for one in books.statements
        ],
        "station": {
            "meter_cny": str(station.meter_cny),
            "netting_cny": str(station.netting_cny),
            "missed_wh": station.missed_wh,
            "penalty_cny": _words(station.penalty_cny),
            "wear_cny": str(station.wear_cny),
        },
        "counter": {
            "today_wh": counter.today_wh,
            "year_kwh": str(counter.year_kwh),
            "target_kwh": str(counter.target_kwh),
            "due_kwh": f"{counter.due_kwh:.0f}",
            "cny_per_annual_kwh": _words(counter.cny_per_annual_kwh),
        },
    }


def _words(cny: Decimal | None) -> str | None:
    return None if cny is None else str(cny)
