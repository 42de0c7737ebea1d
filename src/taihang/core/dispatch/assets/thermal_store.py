"""A tank of hot (or cold) water: a store on a bus of heat."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from taihang.core.dispatch.assembly import Assembly
from taihang.core.dispatch.assets.battery import FREE, START
from taihang.core.dispatch.assets.storing import StoreLaw, add_store
from taihang.core.dispatch.fields import Capacity, Range, Words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ThermalStore:
    """A store of heat, from empty to full, that cools in standing."""

    TYPE: ClassVar[str] = "thermal_store"
    BUSES: ClassVar[tuple[str, ...]] = ("bus",)

    id: str
    bus: str
    power_kw: Capacity
    """Largest flow in and out [kW]."""
    energy_kwh: Capacity
    charge_efficiency_ratio: float
    discharge_efficiency_ratio: float
    standing_loss_ratio_per_h: Annotated[float, Range(0.0, 0.99)]
    level_start_ratio: float | None
    """Share of the energy held at the start; none lets the plan choose, and end as it starts."""
    level_end: Annotated[str, Words(FREE, START)]

    def contribute(self, to: Assembly) -> None:
        """Add the store."""
        power = to.size(f"{self.id}.power_kw", self.power_kw)
        energy = to.size(f"{self.id}.energy_kwh", self.energy_kwh)
        add_store(to, self.law(), charge=power, discharge=power, energy=energy)

    def law(self) -> StoreLaw:
        """Return what the mathematics of a store needs."""
        return StoreLaw(
            id=self.id,
            bus=self.bus,
            charge_efficiency_ratio=self.charge_efficiency_ratio,
            discharge_efficiency_ratio=self.discharge_efficiency_ratio,
            standing_loss_ratio_per_h=self.standing_loss_ratio_per_h,
            level_min_ratio=0.0,
            level_max_ratio=1.0,
            level_start_ratio=self.level_start_ratio,
            level_end_min_ratio=None,
            is_cyclic=self.level_end == START,
        )
