"""A simulated month of the demo park, and faults that can be planted into its registers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.metering.energy import interval_energy
from taihang.core.metering.readings import MeterEvent, ReadingBlock
from taihang.core.park.park import Park
from taihang.core.periods import Period
from taihang.core.series import Quality, Quantity
from taihang.services.settled_rows import max_interval_wh, service_mask
from taihang.services.validate import MeterEnergy
from taihang.simulator.devices import device_days
from taihang.simulator.faults import Fault
from taihang.simulator.park_box import simulate

FIRST_DAY: Final = date(2026, 10, 1)
N_DAYS: Final = 31
"""October 2026: of this seed a month with both kinds of fault that the simulator makes."""
SEED: Final = 7
Registers: TypeAlias = NDArray[np.int64]
Plant: TypeAlias = Callable[[Registers], Registers]
"""Turns the counts that a meter adds in each interval into others."""


@dataclass(frozen=True)
class Month:
    """What the gateways of the demo park saw."""

    park: Park
    period: Period
    faults: tuple[Fault, ...]
    blocks: Mapping[str, ReadingBlock]
    events: tuple[MeterEvent, ...]

    def energies(self, planted: Mapping[str, Plant] | None = None) -> list[MeterEnergy]:
        """Energy of every meter by the law, with faults planted into some."""
        return [self._energy(name, (planted or {}).get(name)) for name in self.blocks]

    def _energy(self, name: str, plant: Plant | None) -> MeterEnergy:
        meter, block = self.park.meters[name], self.blocks[name]
        counts = block.counts
        if plant is not None:
            steps = plant(np.diff(counts) % meter.modulus)
            counts = np.concatenate([counts[:1], counts[0] + steps.cumsum()]) % meter.modulus
        energy = interval_energy(
            register=ReadingBlock(
                point=name,
                quantity=Quantity.REGISTER,
                unit="Wh",
                scale=str(meter.wh_per_count),
                modulus=meter.modulus,
                times_s=block.times_s,
                counts=counts,
                quality=block.quality,
            ),
            scale=meter.wh_per_count,
            modulus=meter.modulus,
            max_interval_wh=max_interval_wh(meter),
            events=() if plant is not None else self.events,
            period=self.period,
        )
        return MeterEnergy(meter, energy, service_mask(self.park, meter, self.period))


@cache
def demo_month() -> Month:
    """Simulate the month once."""
    park = read_park(template_text("changzhi"), source="changzhi.toml")
    run = simulate(park, first_day=FIRST_DAY, n_days=N_DAYS, seed=SEED)
    parts: dict[str, list[ReadingBlock]] = {}
    events: list[MeterEvent] = []
    for day in device_days(run, park):
        events += day.events
        for block in day.blocks:
            # Registers of gas, steam, water and reactive energy have tests of their own.
            if block.point in park.meters:
                parts.setdefault(block.point, []).append(block)
    blocks = {name: _joined(pieces) for name, pieces in parts.items()}
    return Month(park, run.period, run.faults, blocks, tuple(events))


def _joined(pieces: list[ReadingBlock]) -> ReadingBlock:
    first = pieces[0]
    return ReadingBlock(
        point=first.point,
        quantity=first.quantity,
        unit=first.unit,
        scale=first.scale,
        modulus=first.modulus,
        times_s=np.concatenate([piece.times_s for piece in pieces]),
        counts=np.concatenate([piece.counts for piece in pieces]),
        quality=np.concatenate([piece.quality for piece in pieces]),
    )


def lost(month: Month, name: str) -> NDArray[np.bool_]:
    """Where a meter's registers were not read, shape (n_steps + 1,)."""
    return month.blocks[name].quality == Quality.MISSING


# -- faults --------------------------------------------------------------------------------------


def added(at: int, counts: int, *, n: int = 1) -> Plant:
    """The meter counts so much more in each of some intervals."""

    def plant(steps: Registers) -> Registers:
        other = steps.copy()
        other[at : at + n] += counts
        return other

    return plant


def set_to(at: int, counts: int, *, n: int) -> Plant:
    """The meter counts the same in each of some intervals, whatever flows."""

    def plant(steps: Registers) -> Registers:
        other = steps.copy()
        other[at : at + n] = counts
        return other

    return plant


def scaled(at: int, factor: float, *, n: int) -> Plant:
    """The transformer ratio is wrong for some intervals."""

    def plant(steps: Registers) -> Registers:
        other = steps.copy()
        other[at : at + n] = (other[at : at + n] * factor).astype(np.int64)
        return other

    return plant


def late(n_steps: int) -> Plant:
    """The clock of the gateway is ahead: everything bears a later time."""

    def plant(steps: Registers) -> Registers:
        return np.roll(steps, n_steps)

    return plant


def reset(at: int, modulus: int, first: int) -> Plant:
    """The register begins again from zero in the middle of its dial."""

    def plant(steps: Registers) -> Registers:
        other = steps.copy()
        upto = first + int(steps[:at].sum())
        other[at] = -(upto % modulus)
        return other

    return plant
