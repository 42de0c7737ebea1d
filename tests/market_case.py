"""One enterprise of a Shanxi park, to bill: 110 kV, 100 MVA, two parts, sharp price applies."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang.adapters.facts import load_facts
from taihang.core.market.bill_line import Text
from taihang.core.market.month_use import Correction, GreenPurchase, MonthUse, ReactiveReading
from taihang.core.market.tariff import BillTerms, TariffParts
from taihang.core.market.tou import HolidayCalendar
from taihang.core.park.contract import DemandBasis, GreenSupply, GridTariff
from taihang.core.periods import Period, month
from taihang.core.series import EnergySeries, Quality
from taihang.standards import ndrc_2026_1077, sgcc_1983_215, shanxi_2026_15

ZONE: Final = ZoneInfo("Asia/Shanghai")
BOOK: Final = load_facts()
AUGUST: Final = month("2026-08", ZONE)
AGENT_CNY_PER_KWH: Final = Decimal("0.4137")
SYSTEM_CNY_PER_KWH: Final = Decimal("0.0312")
GREEN_CNY_PER_KWH: Final = Decimal("0.3320")

HOLIDAYS_2026: Final = HolidayCalendar(
    valid_from=date(2026, 1, 1),
    valid_to=date(2027, 1, 1),
    days=frozenset(
        {
            *(date(2026, 2, 16 + i) for i in range(4)),
            *(date(2026, 5, 1 + i) for i in range(2)),
            *(date(2026, 10, 1 + i) for i in range(3)),
        }
    ),
    source="assumed for the tests",
)


def tariff(
    *,
    basis: DemandBasis = DemandBasis.CAPACITY,
    floating_items: tuple[str, ...] = ("energy",),
    sharp_applies: bool = True,
    green_pays: tuple[str, ...] = ("transmission", "system_operation", "funds"),
) -> GridTariff:
    return GridTariff(
        id="agent-110kv",
        users=("E1",),
        parts="two-part",
        demand_basis=basis,
        agent_price_cny_per_kwh=AGENT_CNY_PER_KWH,
        system_operation_cny_per_kwh=SYSTEM_CNY_PER_KWH,
        export_price_cny_per_kwh=AGENT_CNY_PER_KWH,
        floating_items=floating_items,
        sharp_applies=sharp_applies,
        line_loss_rule="gross-up",
        green_pays=green_pays,
        power_factor_standard="0.90",
        source="assumed for the tests",
    )


def terms(
    grid_tariff: GridTariff | None = None,
    *,
    parts: TariffParts = TariffParts.TWO_PART,
    charging_station: bool = False,
) -> BillTerms:
    on = date(2026, 8, 1)
    return BillTerms(
        tariff=grid_tariff or tariff(),
        transmission=ndrc_2026_1077.transmission_tariff(
            BOOK, voltage_kv=110.0, parts=parts, charging_station=charging_station, on=on
        ),
        schedule=shanxi_2026_15.SCHEDULE,
        holidays=HOLIDAYS_2026,
        power_factor=sgcc_1983_215.power_factor_table(BOOK, standard="0.90", on=on),
        power_factor_base=sgcc_1983_215.BASE_ITEMS,
        contract_demand_kw=None,
        stand_in=None,
        near_site_hours=None,
    )


def series(wh: Sequence[int] | NDArray[np.int64], *, period: Period = AUGUST) -> EnergySeries:
    values = np.asarray(wh, np.int64)
    return EnergySeries(period.start_s, values, np.zeros(len(values), np.uint8))


def steady(wh: int, *, period: Period = AUGUST) -> EnergySeries:
    return series(np.full(period.n_steps, wh, np.int64), period=period)


def with_quality(one: EnergySeries, quality: Quality, *, at: slice) -> EnergySeries:
    marked = one.quality.copy()
    marked[at] = quality
    return replace(one, quality=marked)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A realistic August: a process plant with a day swing, PV matched at noon."""

    grid: EnergySeries
    green: EnergySeries


def august() -> Case:
    """Whole numbers from whole-number formulas, so that the case is the same everywhere."""
    i = np.arange(AUGUST.n_steps, dtype=np.int64)
    quarter = i % 96
    load_wh = 9_500_000 + (quarter * 7_919 + i * 104_729) % 1_300_003
    noon = np.abs(quarter - 50)
    pv_wh = np.where(noon < 22, (22 - noon) * 151_373 + (i * 31_337) % 99_991, 0)
    matched_wh = np.minimum(load_wh, pv_wh)
    return Case(grid=series(load_wh - matched_wh), green=series(matched_wh))


def supply(identifier: str = "pv-line") -> GreenSupply:
    return GreenSupply(
        id=identifier, plant="PV1", buyers=("E1",), price_cny_per_kwh=GREEN_CNY_PER_KWH
    )


def month_use(
    grid: EnergySeries,
    *,
    green: tuple[GreenPurchase, ...] = (),
    reactive: ReactiveReading | None = None,
    corrections: tuple[Correction, ...] = (),
) -> MonthUse:
    return MonthUse(
        user="E1",
        grid=grid,
        green=green,
        max_demand_kw=Decimal(42_000),
        transformer_kva=Decimal(100_000),
        reactive=reactive,
        corrections=corrections,
    )


def refund(identifier: str, amount_cny: str) -> Correction:
    return Correction(
        id=identifier, title=Text("退补电费", "correction"), amount_cny=Decimal(amount_cny)
    )
