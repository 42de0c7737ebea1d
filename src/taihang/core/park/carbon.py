"""What a park declares about its carbon: sources inside a boundary, and choices no text makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonSources:
    """What one subject burns, loses and buys: only with this list can a year be whole."""

    id: str
    """An enterprise, a station, or ``park`` for public facilities."""
    items: tuple[str, ...]
    """Items of activity data that the boundary holds; empty says that it holds electricity only."""
    source: str
    """Who examined the boundary, or which document says so."""


class ElectricityFactor(StrEnum):
    """Which published factor stands behind electricity that a park receives."""

    AVERAGE = "grid.average"
    EXCLUDING_MARKET = "grid.excl-market"
    FOSSIL_ONLY = "grid.fossil-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkCarbonChoices:
    """What Annex 4 of 发改环资〔2025〕910号 leaves open; no choice has a default (§12)."""

    electricity_factor: ElectricityFactor
    electricity_region: str
    """Region of the factor: ``CN``, a grid region or a province."""
    deduct_green: bool
    """Whether green electricity received from outside is taken off before the factor."""
    source: str
    """Who decided it, or which reading of the annex it is."""


class Allocation(StrEnum):
    """How the emissions of a process are shared by its products (ISO 14067, ISO 14044 order)."""

    AVOIDED = "avoided"
    """One product only: nothing is shared."""
    PHYSICAL = "physical"
    """By mass, or another physical amount of output in one unit."""
    ECONOMIC = "economic"
    """By output times price; only where no physical relation tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionProcess:
    """A production process of an enterprise: what runs into it, and how it is shared."""

    id: str
    enterprise: str
    items: tuple[str, ...]
    """Items of activity data that belong wholly to it."""
    electricity_share_ratio: Decimal
    """Its share of the enterprise's metered electricity [1]."""
    allocation: Allocation
    source: str
    """Who drew the boundary and chose the share."""


class CbamGood(StrEnum):
    """Aggregated goods category of Regulation (EU) 2023/956, Annex I."""

    IRON_STEEL = "iron-steel"
    ALUMINIUM = "aluminium"
    CEMENT = "cement"
    FERTILISERS = "fertilisers"
    HYDROGEN = "hydrogen"


class ElectricitySource(StrEnum):
    """Where the electricity factor of a product comes from."""

    DIRECT_LINE = "direct-line"
    PPA = "ppa"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product that carries a footprint, and a CBAM sheet where it is a CBAM good."""

    id: str
    name_zh: str
    name_en: str
    process: str
    item: str
    """Item of activity data whose output it is, for example ``product.aluminium``."""
    precursors: tuple[str, ...]
    """Items bought for it that carry embedded emissions of their own."""
    price_cny: Decimal | None
    """Price of one unit of output [CNY]; economic allocation asks for it."""
    electricity_source: ElectricitySource
    """What is claimed; without its evidence the default is used."""
    cbam_good: CbamGood | None
    cut_off: str
    """What was left out of the boundary, and why."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonDeclaration:
    """All that park.toml says of carbon."""

    sources: Mapping[str, CarbonSources]
    choices: ParkCarbonChoices | None
    """None: the park inventory leaves electricity unassessed."""
    processes: Mapping[str, ProductionProcess]
    products: Mapping[str, Product]


NOTHING_DECLARED: Final = CarbonDeclaration(sources={}, choices=None, processes={}, products={})
