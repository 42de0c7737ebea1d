"""A battery: power both ways, an energy, losses, wear, and what a warranty allows."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

import numpy as np

from taihang.core.dispatch.assembly import WHOLE, Assembly, Edge, Size
from taihang.core.dispatch.assets.storing import StoreLaw, add_store
from taihang.core.dispatch.fields import Capacity, ParkProblemError, Range, Words
from taihang.core.dispatch.model import Ints, Reals

FREE: Final = "free"
START: Final = "start"
AT_LEAST: Final = "at-least"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Battery:
    """A battery as its AC terminals and its store show it."""

    TYPE: ClassVar[str] = "battery"
    BUSES: ClassVar[tuple[str, ...]] = ("bus",)

    id: str
    bus: str
    charge_kw: Capacity
    """Largest power drawn at the AC side [kW]."""
    discharge_kw: Capacity | None
    """Largest power given at the AC side; none where the charging power holds for both [kW]."""
    energy_kwh: Capacity
    """Energy when new, from empty to full [kWh]."""
    charge_efficiency_ratio: float
    """From the AC side into the store [1]."""
    discharge_efficiency_ratio: float
    """From the store to the AC side [1]."""
    standing_loss_ratio_per_h: Annotated[float, Range(0.0, 0.99)]
    """Share of the stored energy that is lost in an hour [1/h]."""
    soc_min_ratio: float
    soc_max_ratio: float
    soc_start_ratio: float | None
    """State of charge at the start, as a share of what the battery can still hold. none lets the
    plan choose, and end as it starts [1]."""
    soc_end: Annotated[str, Words(FREE, START, AT_LEAST)]
    """``free``, at least the ``start``, or ``at-least`` what ``soc_end_min_ratio`` says."""
    soc_end_min_ratio: float | None
    health_ratio: Annotated[float, Range(0.01, 1.0)]
    """Share of the energy when new that ageing has left [1]."""
    cycle_cost_cny_per_kwh: Annotated[float, Range(0.0)]
    """Wear of a kWh discharged at the AC side [CNY/kWh]."""
    cycles_max_ratio: Annotated[float | None, Range(0.0)]
    """Full cycles that the warranty allows in this horizon; none for any number [1]."""

    @property
    def start_ratio(self) -> float:
        """What it starts with, where that is a fact and no choice of the plan [1].

        Raises:
            ParkProblemError: If the start is free.
        """
        if self.soc_start_ratio is None:
            raise ParkProblemError(
                f"{self.id}.soc_start_ratio none",
                "a state of charge at the start that is known",
                "state what the battery holds",
            )
        return self.soc_start_ratio

    def contribute(self, to: Assembly) -> None:
        """Add the store, its wear and its warranty."""
        charge = to.size(f"{self.id}.charge_kw", self.charge_kw)
        discharge = charge
        if self.discharge_kw is not None:
            discharge = to.size(f"{self.id}.discharge_kw", self.discharge_kw)
        energy = to.size(f"{self.id}.energy_kwh", self.energy_kwh)
        columns = add_store(to, self.law(), charge=charge, discharge=discharge, energy=energy)
        hours = to.horizon.step_h
        to.cost(
            self.id,
            "wear_cny",
            columns.discharges,
            each_cny=self.cycle_cost_cny_per_kwh * hours,
        )
        to.count("losses", columns.charges, hours, bus=self.bus)
        to.count("losses", columns.discharges, -hours, bus=self.bus)
        if self.cycles_max_ratio is not None:
            self._add_warranty(to, columns.discharges, energy, cycles_ratio=self.cycles_max_ratio)

    def law(self) -> StoreLaw:
        """Return what the mathematics of a store needs.

        Raises:
            ParkProblemError: If the limits or the end contradict each other.
        """
        if self.soc_min_ratio > self.soc_max_ratio:
            raise ParkProblemError(
                f"{self.id}.soc_min_ratio {self.soc_min_ratio} above soc_max_ratio "
                f"{self.soc_max_ratio}",
                "a lower limit that is not above the upper one",
            )
        if (self.soc_end == AT_LEAST) != (self.soc_end_min_ratio is not None):
            raise ParkProblemError(
                f"{self.id}.soc_end {self.soc_end!r} with soc_end_min_ratio "
                f"{self.soc_end_min_ratio}",
                'a soc_end_min_ratio with "at-least", and none with the others',
            )
        return StoreLaw(
            id=self.id,
            bus=self.bus,
            charge_efficiency_ratio=self.charge_efficiency_ratio,
            discharge_efficiency_ratio=self.discharge_efficiency_ratio,
            standing_loss_ratio_per_h=self.standing_loss_ratio_per_h,
            level_min_ratio=self.soc_min_ratio * self.health_ratio,
            level_max_ratio=self.soc_max_ratio * self.health_ratio,
            level_start_ratio=_times(self.soc_start_ratio, self.health_ratio),
            level_end_min_ratio=_times(self.soc_end_min_ratio, self.health_ratio),
            is_cyclic=self.soc_end == START,
        )

    def _add_warranty(
        self, to: Assembly, discharges: Ints, energy: Size, *, cycles_ratio: float
    ) -> None:
        """Keep the energy taken out of the store within the cycles of the warranty."""
        share = cycles_ratio * self.health_ratio
        taken_kwh = to.horizon.step_h / self.discharge_efficiency_ratio
        terms: list[tuple[Ints, float | Reals]] = [(discharges, taken_kwh)]
        if energy.column is not None:
            terms.append((np.array([energy.column], np.int32), -share))
        row = to.one_row(
            f"{self.id}.warranty_kwh", terms, lower=-np.inf, upper=share * energy.capacity.existing
        )
        to.lever(energy, Edge.ROW_UPPER, row, share)
        to.limit("warranty", self.id, Edge.ROW_UPPER, row, steps=WHOLE, weight=1.0)


def _times(share: float | None, health_ratio: float) -> float | None:
    return None if share is None else share * health_ratio
