"""Who supplies heat to whom in a park, and the boilers that this heat is compared with."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatSupply:
    """A heat network: one enterprise that feeds it, and its neighbours on the other end.

    Activity data say how much an enterprise passed on and how much another bought, and not from
    whom; so all heat that a user buys counts as bought from its network.
    """

    id: str
    supplier: str
    """An enterprise; of one network only."""
    users: tuple[str, ...]
    """Enterprises; each of one network only, and never the supplier."""
    source: str
    """Contract or drawing that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatReference:
    """What stands in for the boilers that are not there; nothing of it has a default (§12)."""

    boiler_efficiency_ratio: Decimal
    """Of the boilers that the users would have, above 0 and at most 1 [1]."""
    drive_kwh_per_gj: Decimal
    """Electricity of pumps and compressors for each GJ fed in, 0 or more [kWh/GJ]."""
    tco2_per_tce: Decimal
    """Carbon dioxide of a tonne of standard coal, above 0 [tCO2/tce]."""
    source: str
