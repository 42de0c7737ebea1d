"""Bring together what a user pays for grid energy: contract, published prices, schedule."""

from zoneinfo import ZoneInfo

from taihang.core.facts import FactBook
from taihang.core.market.tariff import BillTerms, TariffParts
from taihang.core.market.tou import schedule_in_force
from taihang.core.park.contract import GridTariff
from taihang.core.periods import Period
from taihang.standards import (
    ndrc_2026_1077,
    sgcc_1983_215,
    shanxi_2021_479,
    shanxi_2026_15,
    state_council_holidays,
)

_SCHEDULES = (shanxi_2021_479.SCHEDULE, shanxi_2026_15.SCHEDULE)


def bill_terms(
    tariff: GridTariff,
    *,
    voltage_kv: float,
    transformer_kva: float,
    book: FactBook,
    period: Period,
    zone: ZoneInfo,
) -> BillTerms:
    """Return the terms of one user over one month or day.

    Args:
        tariff: The park's parameters for this user.
        voltage_kv: Voltage of its supply. [kV]
        transformer_kva: Transformers and high-voltage motors. [kVA]
        book: The facts.
        period: Whole local days; the prices in force on the first are taken.
        zone: The zone of the local days.

    Returns:
        The terms; a price that is not in force is refused in words, never guessed.
    """
    on = period.start.astimezone(zone).date()
    parts = ndrc_2026_1077.require_parts(
        TariffParts(tariff.parts), transformer_kva=transformer_kva, book=book, on=on
    )
    return BillTerms(
        tariff=tariff,
        transmission=ndrc_2026_1077.transmission_tariff(
            book, voltage_kv=voltage_kv, parts=parts, charging_station=False, on=on
        ),
        schedule=schedule_in_force(_SCHEDULES, region=shanxi_2026_15.SCHEDULE.region, on=on),
        holidays=state_council_holidays.deep_valley_calendar(),
        power_factor=sgcc_1983_215.power_factor_table(
            book, standard=tariff.power_factor_standard, on=on
        ),
        power_factor_base=sgcc_1983_215.BASE_ITEMS,
        contract_demand_kw=None,
    )
