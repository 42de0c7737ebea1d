"""A bus: the place where what flows in equals what flows out, in every interval."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from taihang.core.dispatch.assembly import Assembly
from taihang.core.dispatch.fields import Words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bus:
    """One node of one medium; a park with two stations has two of electricity."""

    TYPE: ClassVar[str] = "bus"
    BUSES: ClassVar[tuple[str, ...]] = ()

    id: str
    carrier: Annotated[str, Words("electricity", "heat", "gas")]

    def contribute(self, to: Assembly) -> None:
        """Open the balance."""
        to.bus(self.id, carrier=self.carrier)
