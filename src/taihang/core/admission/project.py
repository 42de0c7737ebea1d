"""A project that asks to come: what it is, what it would use, what was closed for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from taihang.core.quantities import EXACT


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectEnergy:
    """One kind of energy that a project uses in a year."""

    item: str
    """Name in the tables of standard coal, for example ``electricity``."""
    amount: Decimal
    unit: str
    carbon_t: Decimal
    """CO2 of it, direct or indirect [tCO2/a]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One product of a project, with the levels that its emission is held against."""

    id: str
    name_zh: str
    name_en: str
    output: Decimal
    """A year, in ``unit``."""
    unit: str
    carbon_t: Decimal
    """CO2 of its share in the project [tCO2/a]."""
    levels_t: Mapping[str, Decimal]
    """Known levels by name (``national``, ``sector``, ``international``) [tCO2 a unit]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """An application as it was handed in."""

    id: str
    name_zh: str
    name_en: str
    sector: str
    """Code of GB/T 4754."""
    is_high_energy_high_pollution: bool
    """高耗能、高污染, by the list in force."""
    efficiency_level: int
    """Level of the energy-quota standard that it reaches; 1 is the best."""
    coal_t: Decimal
    """Coal consumed, as weighed [t/a]."""
    process_carbon_t: Decimal
    """CO2 of the process itself [tCO2/a]."""
    energies: Mapping[str, ProjectEnergy]
    demands: Mapping[str, Decimal]
    """Of limits that are stated, by id of the limit, in its unit."""
    products: Mapping[str, Product]
    replaces: tuple[str, ...]
    """Ids of closed units whose use it takes over."""
    source: str

    @property
    def carbon_t(self) -> Decimal:
        """CO2 of energy and process [tCO2/a]."""
        with localcontext(EXACT):
            of_energy = sum((e.carbon_t for e in self.energies.values()), start=Decimal(0))
            return of_energy + self.process_carbon_t
