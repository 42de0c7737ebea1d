"""Bring together what a user pays for grid energy: contract, published prices, schedule."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from taihang.core.facts import FactBook
from taihang.core.market.tariff import BillTerms, TariffParts, TransmissionTariff
from taihang.core.market.tou import TariffNotInForceError, TouSchedule, schedule_in_force
from taihang.core.park.contract import DemandBasis, GridTariff
from taihang.core.periods import Period
from taihang.standards import (
    ndrc_2025_1192,
    ndrc_2026_1077,
    sgcc_1983_215,
    shanxi_2021_479,
    shanxi_2026_15,
    state_council_holidays,
)

_SCHEDULES = (shanxi_2021_479.SCHEDULE, shanxi_2026_15.SCHEDULE)


@dataclass(frozen=True, slots=True)
class Connection:
    """How a user is connected to the grid."""

    voltage_kv: float
    """Voltage of its supply [kV]."""
    transformer_kva: float
    """Transformers and high-voltage motors [kVA]."""
    charging_station: bool = False
    """Whether it is a centralised charging or swap station."""
    contract_demand_kw: Decimal | None = None
    """Contract demand [kW]; None: metered."""


def bill_terms(
    tariff: GridTariff,
    *,
    at: Connection,
    book: FactBook,
    period: Period,
    zone: ZoneInfo,
    stand_in: date | None,
) -> BillTerms:
    """Return the terms of one user over one month or day.

    Args:
        tariff: The park's parameters for this user.
        at: How it is connected.
        book: The facts.
        period: Whole local days; the prices in force on the first are taken.
        zone: The zone of the local days.
        stand_in: Day whose T&D prices and funds stand in where those of the period are not known,
            see ``Billing.td_prices_of``; None to refuse then.

    Returns:
        The terms; a price that is not in force is refused in words, never guessed.

    Raises:
        TariffNotInForceError: If a price is not in force and nothing stands in.
    """
    on = period.start.astimezone(zone).date()
    used: date | None = None
    try:
        transmission = _transmission(tariff, at=at, book=book, on=on)
    except TariffNotInForceError:
        if stand_in is None:
            raise
        used = stand_in
        transmission = _transmission(tariff, at=at, book=book, on=stand_in)
    by_demand = tariff.demand_basis is DemandBasis.DEMAND
    return BillTerms(
        tariff=tariff,
        transmission=transmission,
        schedule=schedule_on(on),
        holidays=state_council_holidays.deep_valley_calendar(),
        power_factor=sgcc_1983_215.power_factor_table(
            book, standard=tariff.power_factor_standard, on=on
        ),
        power_factor_base=sgcc_1983_215.BASE_ITEMS,
        contract_demand_kw=at.contract_demand_kw if by_demand else None,
        stand_in=used,
        near_site_hours=None
        if tariff.near_site_load_factor_ratio is None
        else book.in_force(
            "near-site.hours-per-month", on=used or on, family=ndrc_2025_1192.FAMILY
        ),
    )


def known_schedules() -> tuple[TouSchedule, ...]:
    """Return every public schedule of kinds of hour that is known, in the order of their days.

    Example:
        >>> [each.family for each in known_schedules()]
        ['shanxi-2021-479', 'shanxi-2026-15']
    """
    return tuple(sorted(_SCHEDULES, key=lambda each: each.valid_from))


def schedule_on(day: date) -> TouSchedule:
    """Return the public schedule of kinds of hour in force on a day.

    Args:
        day: The local day.

    Raises:
        TariffNotInForceError: If none is known.
    """
    return schedule_in_force(_SCHEDULES, region=shanxi_2026_15.SCHEDULE.region, on=day)


def _transmission(
    tariff: GridTariff, *, at: Connection, book: FactBook, on: date
) -> TransmissionTariff:
    parts = ndrc_2026_1077.require_parts(
        TariffParts(tariff.parts), transformer_kva=at.transformer_kva, book=book, on=on
    )
    return ndrc_2026_1077.transmission_tariff(
        book,
        voltage_kv=at.voltage_kv,
        parts=parts,
        charging_station=at.charging_station,
        on=on,
    )
