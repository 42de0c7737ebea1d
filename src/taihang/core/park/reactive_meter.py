"""A register of reactive energy: what the power-factor adjustment of a bill is made from."""

from dataclasses import dataclass
from typing import Final

from taihang.core.park.assets import ALWAYS, InService
from taihang.core.quantities import SECONDS_PER_HOUR

_VAR_PER_KVAR: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactiveMeter:
    """One kvarh register at the grid meter of a user; its id is the point of its readings.

    Where a contract counts what is fed back as well, the register of that direction is declared
    too: the registers of a user are added.

    Example:
        >>> meter = ReactiveMeter(id="Q-E01", node="E01", resolution_varh=10, multiplier=2000,
        ...     digits=8, max_kvar=900.0)
        >>> meter.unit, meter.scale, meter.modulus
        ('varh', 20000, 100000000)
    """

    id: str
    node: str
    """The enterprise, station or grid connection whose grid meter it belongs to."""
    resolution_varh: int
    """What one count of the dial is worth before the multiplier [varh]."""
    multiplier: int
    """Ratio of the instrument transformers, CT × PT."""
    digits: int
    """Digits of the dial: it starts again from 0 at 10^digits counts."""
    max_kvar: float
    """Largest honest mean reactive power [kvar]; a faster rise is refused."""
    in_service: InService = ALWAYS

    @property
    def unit(self) -> str:
        """The unit of the register."""
        return "varh"

    @property
    def scale(self) -> int:
        """What one count is worth behind the transformers [varh]."""
        return self.resolution_varh * self.multiplier

    @property
    def modulus(self) -> int:
        """Counts at which the dial starts again from 0."""
        return int(10**self.digits)

    @property
    def max_steps_per_s(self) -> float:
        """Fastest honest rise [varh a second]."""
        return self.max_kvar * _VAR_PER_KVAR / SECONDS_PER_HOUR
