"""Bring together what a user pays for energy from the grid: contract, published prices, schedule."""

from datetime import date

from taihang.core.facts import FactBook
from taihang.core.market.demand import DemandRules
from taihang.core.market.tariff import BillItem, BillTerms, TariffParts
from taihang.core.market.tou import schedule_in_force
from taihang.core.park.contract import GridTariff
from taihang.standards import (
    ndrc_2026_1077,
    sgcc_1983_215,
    shanxi_2021_479,
    shanxi_2026_15,
    state_council_holidays,
)

_SCHEDULES = (shanxi_2021_479.SCHEDULE, shanxi_2026_15.SCHEDULE)


def bill_terms(
    tariff: GridTariff, *, voltage_kv: float, transformer_kva: float, book: FactBook, on: date
) -> BillTerms:
    """Return the terms of one user on one day.

    Args:
        tariff: The park's parameters for this user.
        voltage_kv: Voltage of its supply. [kV]
        transformer_kva: Transformers and high-voltage motors. [kVA]
        book: The facts.
        on: First local day of the month.

    Returns:
        The terms.

    Raises:
        TariffNotInForceError: If a published price is not known for that day.
    """
    parts = ndrc_2026_1077.require_parts(
        TariffParts.TWO_PART, transformer_kva=transformer_kva, book=book, on=on
    )
    schedule = schedule_in_force(_SCHEDULES, region=shanxi_2026_15.SCHEDULE.region, on=on)
    return BillTerms(
        tariff=tariff,
        transmission=ndrc_2026_1077.transmission_tariff(
            book, voltage_kv=voltage_kv, parts=parts, charging_station=False, on=on
        ),
        schedule=schedule,
        holidays=state_council_holidays.calendar(schedule.holiday_names),
        line_loss_rule=tariff.line_loss_rule,
        green_pays=frozenset(BillItem(item) for item in tariff.green_pays),
        power_factor=sgcc_1983_215.power_factor_table(
            book, standard=tariff.power_factor_standard, on=on
        ),
        power_factor_base=sgcc_1983_215.BASE_ITEMS,
        contract_demand_kw=None,
    )
