"""What a park says of its energy assets as a business: plan facts, costs, incomes, contracts.

Nothing of it has a default (§12): what is not given is told as not given, never as zero.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from taihang.core.park.assets import ALWAYS, InService


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetCompany:
    """Who owns the assets of a park, and the facts of its plan; a plan fact is no account."""

    name_zh: str
    name_en: str
    assets: tuple[str, ...]
    """Plants and batteries."""
    investment_cny: Decimal | None
    """Planned investment [CNY]."""
    output_cny_per_year: Decimal | None
    """Planned value of output [CNY/a]."""
    source: str


class CostKind(StrEnum):
    """What a cost is of."""

    OPERATION = "operation"
    """运维."""
    DEPRECIATION = "depreciation"
    """折旧."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetCost:
    """A cost of an asset by the year; a month bears a twelfth of it."""

    id: str
    asset: str
    kind: CostKind
    amount_cny_per_year: Decimal
    in_service: InService = ALWAYS
    source: str


class IncomeKind(StrEnum):
    """What an income that is not computed here is for."""

    ANCILLARY = "ancillary"
    """辅助服务: peak and frequency regulation."""
    DEMAND_RESPONSE = "demand-response"
    """需求响应."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherIncome:
    """An income of a month by the document that settles it."""

    id: str
    asset: str
    kind: IncomeKind
    month: str
    """Local month, ``YYYY-MM``."""
    amount_cny: Decimal
    """May be negative: a penalty [CNY]."""
    evidence: tuple[str, ...]
    """SHA-256 of the files that prove it."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketPosition:
    """A medium- or long-term curve of a plant, and where its day-ahead position is read."""

    id: str
    plant: str
    curve_kwh: tuple[Decimal, ...]
    """96 energies of the local day, or 24 of its hours [kWh]."""
    curve_cny_per_mwh: tuple[Decimal, ...]
    """A price for each of them [CNY/MWh]."""
    day_ahead_series: str
    """Declared series of the energy of each interval [kWh or MWh]."""
    day_ahead_price_series: str
    real_time_price_series: str
    in_service: InService = ALWAYS
    source: str
