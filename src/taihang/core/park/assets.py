"""Who and what is connected: enterprises, plants, stations, batteries, grid connections."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from taihang.core.park.identity import UNKNOWN_ELSEWHERE, PlantIdentity


@dataclass(frozen=True, slots=True)
class InService:
    """The days on which an object belongs to the park: ``[since, until)`` in local days."""

    since: date | None = None
    """First day; None means since before the first record."""
    until: date | None = None
    """First day no more; None means still there."""

    def covers(self, day: date) -> bool:
        """Say whether the object belongs to the park on a local day.

        Example:
            >>> InService(since=date(2025, 1, 1)).covers(date(2022, 6, 1))
            False
        """
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )

    def overlaps(self, other: "InService") -> bool:
        """Say whether both belong to the park on any one day.

        Example:
            >>> new_year = date(2025, 1, 1)
            >>> InService(until=new_year).overlaps(InService(since=new_year))
            False
        """
        first = max(self.since or date.min, other.since or date.min)
        end = min(self.until or date.max, other.until or date.max)
        return first < end


ALWAYS: Final = InService()
"""In service from before the first record, and still."""


class ShiftPattern(StrEnum):
    """How an enterprise works through day and week."""

    CONTINUOUS = "continuous"
    """Process plant that runs day and night, all week."""
    THREE_SHIFT = "three-shift"
    """Day and night, weaker at weekends."""
    TWO_SHIFT = "two-shift"
    """Early and late shift on working days."""
    DAY_SHIFT = "day-shift"
    """Working hours of working days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enterprise:
    """A user of energy inside the park."""

    id: str
    name_zh: str
    name_en: str
    sector: str
    """Division of GB/T 4754, for example C38."""
    voltage_kv: float
    """Voltage of its supply [kV]; chooses the row of the tariff."""
    transformer_kva: float
    """Installed transformers and high-voltage motors [kVA]; the basis of the capacity charge."""
    contract_demand_kw: Decimal | None = None
    """Contract demand [kW], where it pays by demand and agreed on one; None: as metered."""
    shift_pattern: ShiftPattern | None = None
    """How it works through day and week, where known; the simulator needs it."""
    planned_mwh_per_year: float | None = None
    """Planned use of electricity [MWh a year], where known; the simulator needs it."""
    in_service: InService = ALWAYS


class PlantKind(StrEnum):
    """Technology of a generating plant."""

    PV = "pv"
    WIND = "wind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A generating plant with its own meter."""

    id: str
    name_zh: str
    name_en: str
    kind: PlantKind
    capacity_kw: float
    """Rated AC power [kW]; the bound of what it can honestly generate."""
    planned_mwh_per_year: float | None = None
    """Planned yield [MWh a year], where known; the simulator needs it."""
    in_service: InService = ALWAYS
    identity: PlantIdentity = UNKNOWN_ELSEWHERE
    """How it is known outside of the park."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingStation:
    """A site with charging piles."""

    id: str
    name_zh: str
    name_en: str
    capacity_kw: float
    """Sum of its piles [kW]."""
    piles: int
    voltage_kv: float | None = None
    """Voltage of its supply [kV]; without it the station is not billed."""
    transformer_kva: float | None = None
    """Installed transformers [kVA]; stands with the voltage."""
    centralised: bool | None = None
    """Whether it is a centralised charging or swap station (集中式充换电设施), which the T&D tariff
    frees from the capacity and demand charge; stands with the voltage."""
    planned_mwh_per_year: float | None = None
    """Planned charging [MWh a year], where known; the simulator needs it."""
    in_service: InService = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """A battery behind its own converter."""

    id: str
    name_zh: str
    name_en: str
    power_kw: float
    """Largest charge and discharge power at the AC side [kW]."""
    energy_kwh: float
    """Rated energy [kWh]."""
    charge_efficiency_ratio: float
    discharge_efficiency_ratio: float
    standing_loss_ratio_per_h: float
    """Share of the stored energy that is lost in an hour [1/h]."""
    soc_min_ratio: float
    soc_max_ratio: float
    cycle_cost_cny_per_kwh: float
    """Wear per kWh discharged at the AC side [CNY/kWh]."""
    grid_tariff: str
    """The grid tariff whose prices a plan of this battery is made for."""
    in_service: InService = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class GridConnection:
    """Where the park meets the public grid: the property demarcation point."""

    id: str
    name_zh: str
    name_en: str
    voltage_kv: float
    capacity_kva: float
    """Limit of the connection, both ways [kVA]."""
    contract_demand_kw: Decimal | None = None
    """Contract demand [kW], where it pays by demand and agreed on one; None: as metered."""
    in_service: InService = ALWAYS


Asset = Enterprise | Plant | ChargingStation | Battery | GridConnection
"""Anything a meter can stand for."""
