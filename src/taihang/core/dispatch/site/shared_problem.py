"""The day of a shared store as a park problem: every account a battery of its own behind one meter.

Accounts that are planned share the meter, so they are planned together; what renters have
nominated themselves is a load and a plant that may not be curtailed. An order of the grid operator
is a commitment of the meter.
"""

from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from taihang.core.dispatch.assets.battery import START, Battery
from taihang.core.dispatch.assets.bus import Bus
from taihang.core.dispatch.assets.commitment import Commitment
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.fields import Capacity
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import Asset, ParkProblem
from taihang.core.dispatch.site.shared import (
    FREE,
    HOURS,
    NOMINATED,
    OWN,
    OWN_USE,
    QUARTERS,
    STEP_H,
    Renter,
    SharedStorage,
)
from taihang.core.dispatch.site.shared_ledger import settled, wish_of
from taihang.core.periods import STEP_S
from taihang.core.quantities import WH_PER_KWH

BUS: Final = "meter"
GRID: Final = "grid"
TAKES: Final = "-takes"
GIVES: Final = "-gives"
_HOUR: Final = np.arange(QUARTERS) // (QUARTERS // HOURS)


def shared_problem(shared: SharedStorage, *, start_s: int) -> ParkProblem:
    """Return the day of a shared store.

    Args:
        shared: The store.
        start_s: Midnight. [s since 1970-01-01T00:00Z]

    Returns:
        The problem. A rate that nobody knows pays nothing in it.
    """
    horizon = Horizon(
        start_s=start_s,
        step_s=STEP_S,
        n_steps=QUARTERS,
        time_zone=shared.storage.time_zone,
    )
    assets: list[Asset] = [Bus(id=BUS, carrier="electricity"), _grid(shared)]
    covered = _covered(shared)
    for one in shared.renters:
        if one.mode == FREE:
            share = _Share(one.power_kw, one.energy_kwh, one.start_kwh)
            assets.append(_account(shared, one.id, share))
        else:
            assets += _nominated(one, covered[one.id])
    if shared.own_kwh > 0.0 and shared.own_kw > 0.0:
        assets.append(_own(shared))
    assets += _orders(shared, start_s)
    return ParkProblem(horizon, tuple(assets))


def _grid(shared: SharedStorage) -> Grid:
    available_kw = shared.available_kw()
    return Grid(
        id=GRID,
        bus=BUS,
        import_limit_kw=available_kw,
        export_limit_kw=available_kw,
        connection_kw=_fixed(shared.storage.power_kw),
        import_price_cny_per_kwh=shared.market.buy_cny_per_kwh[_HOUR],
        export_price_cny_per_kwh=shared.market.sell_cny_per_kwh[_HOUR],
        fee_cny=0.0,
        carbon_kg_per_kwh=np.zeros(QUARTERS),
    )


class _Share(NamedTuple):
    """What an account may do and hold."""

    power_kw: float
    energy_kwh: float
    start_kwh: float


def _account(shared: SharedStorage, owner: str, share: _Share) -> Battery:
    storage, (power_kw, energy_kwh, start_kwh) = shared.storage, share
    return Battery(
        id=owner,
        bus=BUS,
        charge_kw=_fixed(power_kw),
        discharge_kw=None,
        energy_kwh=Capacity(existing=energy_kwh, add_max=0.0, cost_cny_per_unit=0.0),
        charge_efficiency_ratio=storage.charge_efficiency_ratio,
        discharge_efficiency_ratio=storage.discharge_efficiency_ratio,
        standing_loss_ratio_per_h=storage.standing_loss_ratio_per_h,
        soc_min_ratio=0.0,
        soc_max_ratio=1.0,
        soc_start_ratio=min(start_kwh / energy_kwh, 1.0),
        soc_end=START,
        soc_end_min_ratio=None,
        health_ratio=1.0,
        cycle_cost_cny_per_kwh=storage.wear_cny_per_kwh,
        cycles_max_ratio=None,
    )


def _own(shared: SharedStorage) -> Battery:
    """Return the operator's account, with what is always left: its standing loss is his."""
    base_kwh = shared.storage.base_kwh
    share = _Share(
        shared.own_kw,
        shared.own_kwh + base_kwh,
        max(shared.own_start_kwh, 0.0) + base_kwh,
    )
    return replace(_account(shared, OWN, share), soc_min_ratio=base_kwh / share.energy_kwh)


def _covered(shared: SharedStorage) -> dict[str, tuple[Reals, Reals]]:
    """Return what each account does of its own schedule, as far as it covers that [kW].

    What it does not cover will be cut: planned as if it came, it would leave the meter with more
    than the store can give, or an order unmet.
    """
    alone = replace(shared, storage=replace(shared.storage, losses=OWN_USE))
    flows = {one.id: schedule_of(one) for one in shared.renters}
    wishes = {name: wish_of(*(way.tolist() for way in each)) for name, each in flows.items()}
    wishes[OWN] = wish_of([0.0] * QUARTERS, [0.0] * QUARTERS)
    return {
        one.owner: (
            np.array(one.charge_wh) / (STEP_H * WH_PER_KWH),
            np.array(one.discharge_wh) / (STEP_H * WH_PER_KWH),
        )
        for one in settled(alone, wishes).accounts
    }


def _nominated(renter: Renter, flows_kw: tuple[Reals, Reals]) -> list[Asset]:
    charge_kw, discharge_kw = flows_kw
    return [
        Load(
            id=f"{renter.id}{TAKES}",
            bus=BUS,
            load_kw=charge_kw,
            shed_max_ratio=0.0,
            shed_price_cny_per_kwh=None,
        ),
        Plant(
            id=f"{renter.id}{GIVES}",
            bus=BUS,
            kind="hydro",
            available_ratio=discharge_kw / max(renter.power_kw, 1e-9),
            capacity_kw=_fixed(renter.power_kw),
            curtail_price_cny_per_kwh=None,
            cost_cny_per_kwh=0.0,
        ),
    ]


def schedule_of(renter: Renter) -> tuple[Reals, Reals]:
    """Return what a renter has nominated, charge and discharge by quarter, shape (96,) [kW]."""
    none = np.zeros(HOURS)
    is_own = renter.mode == NOMINATED
    charge_kw = renter.charge_kw if is_own and renter.charge_kw is not None else none
    discharge_kw = renter.discharge_kw if is_own and renter.discharge_kw is not None else none
    return charge_kw[_HOUR], discharge_kw[_HOUR]


def _orders(shared: SharedStorage, start_s: int) -> list[Asset]:
    # An order of unknown pay is planned as unpaid, the least that it can be worth; no statement
    # takes that for its rate.
    pay_cny = shared.rate("peak_shaving_cny_per_kwh").rate_cny or 0.0
    penalty_cny = shared.rate("order_penalty_cny_per_kwh").rate_cny
    return [
        Commitment(
            id=one.id,
            grid=GRID,
            from_s=start_s + one.steps().start * STEP_S,
            to_s=start_s + one.steps().stop * STEP_S,
            baseline_kw=np.zeros(QUARTERS),
            promised_kw=one.discharge_kw,
            pay_cny_per_kwh=pay_cny,
            penalty_cny_per_kwh=penalty_cny,
        )
        for one in shared.orders
    ]


def _fixed(stands_kw: float) -> Capacity:
    return Capacity(existing=stands_kw, add_max=0.0, cost_cny_per_unit=0.0)
