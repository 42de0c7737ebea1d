"""The measured demo park as a park problem: loads, sun, wind and prices of one calendar year.

The files lie beside the project and are not part of it: nothing of them is kept here. Load is the
sum of all enterprises and charging sites. The prices are given for quarters and are hourly in
substance: every hour has four equal values.

The battery and what is paid beside the spot price are assumptions of this run, written out below;
charge for demand, transmission and funds are dated facts of the province of the platform's own
tables (a user at 110 kV, two-part), which is another province and another year than the prices.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import duckdb
import numpy as np

from taihang.adapters.facts import load_facts
from taihang.core.dispatch.assets.battery import FREE, Battery
from taihang.core.dispatch.assets.bus import Bus
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.fields import Capacity
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import ParkProblem

DATA: Final = Path(__file__).parents[1].parent / "shared" / "data" / "demo-park"
STEP_S: Final = 900
_ZONE: Final = "Asia/Shanghai"
_START: Final = datetime(2022, 1, 1, tzinfo=ZoneInfo(_ZONE))
_TARIFF_DAY: Final = date(2026, 10, 1)
"""When the charges beside the spot price are in force."""
_KWH_PER_MWH: Final = 1_000
_KW: Final = {"pv": 13_490.0, "wind": 25_000.0}
"""Rated power of the plants of the set [kW]."""
_CONNECTION_KW: Final = 300_000.0
BATTERY_KW: Final = 20_000.0
BATTERY_KWH: Final = 80_000.0
_WEAR_CNY_PER_KWH: Final = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A span of measurements, day after day from a local midnight."""

    load_kw: Reals
    pv_kw: Reals
    wind_kw: Reals
    price_cny_per_kwh: Reals
    """Spot."""


def measured_year() -> Measured:
    """Return the measured year.

    Raises:
        FileNotFoundError: If the data are not here.
    """
    if not DATA.exists():
        raise FileNotFoundError(DATA)
    load_kw = _column("load_15min.parquet", "sum(p_kw)") + _column("ev_15min.parquet", "sum(p_kw)")
    price = _column("cn/prices_15min.parquet", "sum(price_cny_mwh)")
    return Measured(
        load_kw=load_kw,
        pv_kw=_column("cn/pv_15min.parquet", "sum(p_kw)"),
        wind_kw=_column("wind_15min.parquet", "sum(p_kw)"),
        price_cny_per_kwh=price / _KWH_PER_MWH,
    )


def park_of(measured: Measured) -> ParkProblem:
    """Return the park with a battery of 20 MW and 80 MWh."""
    n, book = len(measured.load_kw), load_facts()
    flat = np.ones(n)
    beside = sum(
        float(book.in_force(code, on=_TARIFF_DAY, region="Shanxi").value)
        for code in ("td.energy.two-part.from-110kv", "funds.total")
    )
    demand = book.in_force("td.demand.from-110kv", on=_TARIFF_DAY, region="Shanxi").value
    return ParkProblem(
        Horizon(start_s=int(_START.timestamp()), step_s=STEP_S, n_steps=n, time_zone=_ZONE),
        (
            Bus(id="park", carrier="electricity"),
            Load(
                id="works",
                bus="park",
                load_kw=measured.load_kw,
                shed_max_ratio=0.0,
                shed_price_cny_per_kwh=None,
            ),
            *(
                _plant(kind, kw)
                for kind, kw in (("pv", measured.pv_kw), ("wind", measured.wind_kw))
            ),
            Grid(
                id="gate",
                bus="park",
                import_limit_kw=flat * _CONNECTION_KW,
                export_limit_kw=flat * _CONNECTION_KW,
                connection_kw=_size(_CONNECTION_KW),
                import_price_cny_per_kwh=measured.price_cny_per_kwh + beside,
                export_price_cny_per_kwh=measured.price_cny_per_kwh,
                fee_cny=0.0,
                carbon_kg_per_kwh=flat * 0.0,
            ),
            battery(),
            DemandCharge(
                id="demand",
                grid="gate",
                direction="import",
                price_cny_per_kw=float(demand),
                so_far_kw=0.0,
            ),
        ),
    )


def battery() -> Battery:
    """Return the battery that the park is taken to have: 88 % round trip, 10 … 95 %."""
    return Battery(
        id="store",
        bus="park",
        charge_kw=_size(BATTERY_KW),
        discharge_kw=None,
        energy_kwh=_size(BATTERY_KWH),
        charge_efficiency_ratio=0.94,
        discharge_efficiency_ratio=0.94,
        standing_loss_ratio_per_h=0.0,
        soc_min_ratio=0.10,
        soc_max_ratio=0.95,
        soc_start_ratio=0.10,
        soc_end=FREE,
        soc_end_min_ratio=None,
        health_ratio=1.0,
        cycle_cost_cny_per_kwh=_WEAR_CNY_PER_KWH,
        cycles_max_ratio=None,
    )


def _plant(kind: str, power_kw: Reals) -> Plant:
    return Plant(
        id=kind,
        bus="park",
        kind=kind,
        available_ratio=np.maximum(power_kw, 0.0) / _KW[kind],
        capacity_kw=_size(_KW[kind]),
        curtail_price_cny_per_kwh=0.0,
        cost_cny_per_kwh=0.0,
    )


def _size(kw: float) -> Capacity:
    return Capacity(existing=kw, add_max=0.0, cost_cny_per_unit=0.0)


def _column(name: str, what: str) -> Reals:
    """Return a series of a file, summed over whatever it is of, in the order of time."""
    query = (
        f"select {what} as v from '{DATA / name}' group by interval_start order by interval_start"
    )
    with duckdb.connect(config={"threads": 1}) as alone:
        # One thread: sums of floats in one order give the same bytes (§9).
        return np.asarray(alone.sql(query).fetchnumpy()["v"], np.float64)
