"""How it hangs together: feeders, dedicated lines, and which meter stands for what."""

from dataclasses import dataclass
from enum import StrEnum

from taihang.core.park.assets import ALWAYS, InService
from taihang.core.series import Quantity


class Direction(StrEnum):
    """Which flow a meter counts; every meter counts one (§4)."""

    CONSUMPTION = "consumption"
    """Drawn by an enterprise or a charging station."""
    GENERATION = "generation"
    """Net generation of a plant."""
    CHARGE = "charge"
    """Drawn by a battery."""
    DISCHARGE = "discharge"
    """Given by a battery."""
    IMPORT = "import"
    """Drawn from the public grid."""
    EXPORT = "export"
    """Fed into the public grid."""
    CURTAILMENT = "curtailment"
    """What a plant could have generated and did not, as its controller reports it: no flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """A meter and what it stands for; its id is the point of its readings."""

    id: str
    node: str
    """The asset whose flow it counts."""
    measures: Direction
    resolution_wh: int
    """What one count of the dial is worth before the multiplier [Wh]."""
    multiplier: int
    """Ratio of the instrument transformers, CT × PT."""
    digits: int
    """Digits of the dial: it starts again from 0 at 10^digits counts."""
    max_kw: float
    """Largest honest mean power [kW]; a larger one is refused as implausible."""
    in_service: InService = ALWAYS
    min_kw: float | None = None
    """Smallest mean power while the supply is on [kW]; None where it may rest."""
    spike_ratio: float | None = None
    """Its own threshold in place of the park's [1]."""
    stuck_h: float | None = None
    """Its own threshold in place of the park's [h]."""

    @property
    def unit(self) -> str:
        """The unit of the register."""
        return "Wh"

    @property
    def scale(self) -> int:
        """What one count is worth, in ``unit``: the name that meters of any medium share."""
        return self.wh_per_count

    @property
    def wh_per_count(self) -> int:
        """What one count is worth behind the transformers [Wh]."""
        return self.resolution_wh * self.multiplier

    @property
    def modulus(self) -> int:
        """Counts at which the dial starts again from 0."""
        return int(10**self.digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """An edge gateway and the only meters that it may speak for."""

    id: str
    meters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredSeries:
    """A point that is not energy: a price, an irradiance, a per-unit profile."""

    id: str
    quantity: Quantity
    unit: str
    scale: str
    """What one stored count is worth, as a plain decimal number in ``unit``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeder:
    """A shared feeder: the assets on it hang behind one transformer."""

    id: str
    name_zh: str
    name_en: str
    grid: str
    """The grid connection above it."""
    transformer_kva: float
    members: tuple[str, ...]
    """Ids of the assets on this feeder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DedicatedLine:
    """A dedicated line and transformer (专线专变) from plants to named users."""

    id: str
    name_zh: str
    name_en: str
    capacity_kva: float
    """Limit of the line and its transformer [kVA]."""
    plants: tuple[str, ...]
    users: tuple[str, ...]
