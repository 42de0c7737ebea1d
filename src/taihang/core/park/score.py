"""What a park declares for hourly scores: the grid's share by the hour, and candidate measures."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreChoices:
    """Where the carbon-free share of the grid comes from; no default (§12)."""

    grid_cfe_series: str
    """Declared series of the carbon-free share of the grid in each hour [1]."""
    source: str


class MeasureKind(StrEnum):
    """What a candidate measure does to the hours that are not green."""

    PV = "pv"
    """Further plants like the park's own PV. [kW]"""
    WIND = "wind"
    """Further plants like the park's own wind turbines. [kW]"""
    BATTERY = "battery"
    """A battery that is charged with surplus of the park's plants. [kW]"""
    SHIFT = "shift"
    """Load that moves within its day into hours of surplus. [1]"""
    CERTIFICATES = "certificates"
    """Hourly certificates or contracts for some hours of the day. [Wh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreMeasure:
    """One candidate measure with its price; what does not apply to its kind is None."""

    id: str
    name_zh: str
    name_en: str
    kind: MeasureKind
    price_cny: Decimal
    """Of ``pv`` and ``wind`` for a kW and year, of ``battery`` for a kWh of deliverable energy and
    year, of ``shift`` and ``certificates`` for a kWh [CNY]."""
    source: str
    most_kw: int | None = None
    """The largest size that can be had [kW]."""
    most_share_ratio: Decimal | None = None
    """The largest part of the load that can move [1]."""
    energy_h: Decimal | None = None
    """Deliverable energy of a battery over its power [h]."""
    round_trip_ratio: Decimal | None = None
    """What a battery releases over what it was charged with [1]."""
    first_hour: int | None = None
    """First hour of the day that certificates are for, local time [h]."""
    last_hour: int | None = None
    """First hour that they are no more for; at or before the first: over midnight [h]."""
