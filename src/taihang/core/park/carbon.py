"""What a park declares about its carbon: sources inside a boundary, and choices no text makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    method: str | None = None
    """The text by which it accounts (``standards/sector_methods.py``); None: by its sector."""


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


class PrecursorValue(StrEnum):
    """What the embedded emissions of a precursor are, for CBAM."""

    ACTUAL = "actual"
    """Measured by its producer."""
    DEFAULT = "default"
    """Published by the Commission; the mark-up of the year is added."""
    RAW_MATERIAL = "raw-material"
    """No CBAM good: it carries no embedded emissions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Precursor:
    """What is used for a product and had a life before the gate: a material, or a fuel."""

    id: str
    name_zh: str
    name_en: str
    item: str
    """Item of activity data whose consumption it is, for example ``material.unwrought-aluminium``
    or ``natural-gas``."""
    unit: str
    """Unit of the values below, and of the amounts in statements."""
    made_as: str | None
    """Product of this park that it is; its issued statement gives the values."""
    footprint_kg_per_unit: Decimal | None
    """Its footprint up to the gate [kgCO2e per unit]."""
    cbam_value: PrecursorValue | None
    """None: not a precursor in the sense of CBAM, for example a fuel."""
    direct_t_per_t: Decimal | None
    indirect_t_per_t: Decimal | None
    """Embedded emissions, actual or default before mark-up [tCO2e/t]."""
    cn_code: str | None
    origin: str | None
    """Country of origin, ISO 3166 code."""
    evidence: tuple[str, ...]
    """SHA-256 of the files that prove the values [hex]."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What a CBAM declarant asks of the place where a good is made."""

    id: str
    """The enterprise that runs it."""
    address: str
    unlocode: str | None
    latitude_deg: float
    longitude_deg: float
    link_evidence: tuple[str, ...]
    """SHA-256 of files about its dedicated line: single-line diagram, permit, meters [hex]."""
    contract_evidence: tuple[str, ...]
    """SHA-256 of its power purchase agreements [hex]."""
    attributes_sold: bool
    """Whether certificates of the energy that it claims were sold to anybody else."""
    carbon_price_cny_per_t: Decimal | None
    """Carbon price paid, after rebates [CNY/tCO2e]; None: not stated."""
    verifier: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FootprintChoices:
    """Which editions of the footprint factors of electricity are taken; no default (§12)."""

    grid_data_year: int
    source_data_year: int
    """Edition of the factors by kind of generation."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CbamChoices:
    """What the CBAM method leaves to whoever applies it; nothing is assumed (§12)."""

    fuel_factor_set: str
    gwp_set: str
    electricity_default_kg_per_kwh: Decimal | None
    """Default factor of electricity, as published [kgCO2/kWh]."""
    electricity_marked_up: bool
    """Whether the mark-up on default values is added to it."""
    source: str


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
    """Ids of what is used for it and had a life before the gate."""
    price_cny: Decimal | None
    """Price of one unit of output [CNY]; economic allocation asks for it."""
    electricity_source: ElectricitySource
    """What is claimed; without its evidence the default is used."""
    cbam_good: CbamGood | None
    cn_code: str | None
    """Combined nomenclature; a CBAM good has one."""
    route: str | None
    """Production route."""
    left_out: tuple[str, ...]
    """Items of the process whose life before the gate is left out of the footprint."""
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
    precursors: Mapping[str, Precursor] = field(default_factory=dict[str, Precursor])
    installations: Mapping[str, Installation] = field(default_factory=dict[str, Installation])
    footprint: FootprintChoices | None = None
    """None: no footprint has a value."""
    cbam: CbamChoices | None = None
    """None: no CBAM sheet has a value."""


NOTHING_DECLARED: Final = CarbonDeclaration(sources={}, choices=None, processes={}, products={})
