"""A project that may come to the park, as far as an offer needs to know it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from taihang.core.park.assets import ShiftPattern
from taihang.core.park.carbon import CbamGood


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateProduct:
    """What a project would make, and what electricity it takes."""

    id: str
    name_zh: str
    name_en: str
    t_per_year: Decimal
    """Planned output [t/a]."""
    kwh_per_t: Decimal
    """Electricity of a tonne [kWh/t]."""
    cbam_good: CbamGood | None
    """None: the EU's carbon border adjustment does not cover it."""

    @property
    def mwh_per_year(self) -> Decimal:
        """Electricity of the planned output [MWh/a]."""
        return self.t_per_year * self.kwh_per_t / 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateLoad:
    """What a project would draw, and where it would be connected."""

    mwh_per_year: Decimal
    """Planned use of electricity [MWh/a]."""
    shape: ShiftPattern | None
    """How it works through day and week; None where ``profile`` says it."""
    profile: str | None
    """Name of a file with the power of each interval of the year, beside the project's file."""
    voltage_kv: float
    """Voltage of its supply [kV]."""
    transformer_kva: float
    """Transformers and high-voltage motors [kVA]."""
    grid_tariff: str
    """The tariff of park.toml that would bill it."""
    line: str | None
    """The dedicated line that it would join; None: the shared network alone."""
    feeder: str | None
    """The feeder that it would hang on; None where nobody knows yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A project that may come."""

    id: str
    name_zh: str
    name_en: str
    sector: str
    """Division of GB/T 4754, for example C38."""
    investment_cny: Decimal
    """Planned investment [CNY]."""
    value_cny_per_year: Decimal
    """Planned value of output [CNY/a]."""
    load: CandidateLoad
    products: Mapping[str, CandidateProduct]
    source: str
    """Who says so; which parts are assumed."""
