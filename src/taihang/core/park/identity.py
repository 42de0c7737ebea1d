"""How a plant is known outside of the park: its numbers, its place, and where it is registered.

Nothing of it decides an energy. It is what shows that two plants are one, or that another registry
certifies the same energy.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantIdentity:
    """What park.toml says of one plant; None or empty where it says nothing."""

    commissioned: date | None = None
    """Day of commissioning, which a granular certificate states."""
    latitude_deg: Decimal | None = None
    """Stands with the longitude; without them the plant stands where the park does."""
    longitude_deg: Decimal | None = None
    project_code: str | None = None
    """Its code in the national registry of projects (建档立卡编码)."""
    generation_account: str | None = None
    """Its account with the grid company (发电户号)."""
    meter_number: str | None = None
    """Asset number of its gateway meter (电能表资产编号)."""
    registered_in: tuple[str, ...] = ()
    """Other registries that certify its energy, for example ``i-rec``."""
    registered_until: date | None = None
    """Last day that they certify; None: they still do."""

    @property
    def position(self) -> tuple[Decimal, Decimal] | None:
        """Latitude and longitude, where both are given [°]."""
        if self.latitude_deg is None or self.longitude_deg is None:
            return None
        return self.latitude_deg, self.longitude_deg


UNKNOWN_ELSEWHERE: Final = PlantIdentity()
"""Where park.toml says nothing."""
