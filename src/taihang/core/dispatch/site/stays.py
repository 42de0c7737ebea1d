"""When vehicles are there and what they can take, as whole numbers; and all of them as one fleet.

A grain is a billionth of a kWh. In grains a sum is exact, so what is shared out among vehicles
adds up to what was planned for all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.assets.charging import Charging
from taihang.core.dispatch.assets.fleet import Fleet, Group
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Reals

GRAINS_PER_KWH: Final = 1_000_000_000
Whole: TypeAlias = NDArray[np.int64]
"""Intervals or grains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One vehicle in the whole intervals in which it is there."""

    id: str
    first: int
    """The first interval in which it can take power."""
    last: int
    """The interval after the last one."""
    energy_grains: int
    """What it wants [1e-9 kWh]."""
    step_grains: int
    """What it can take in one interval [1e-9 kWh]."""

    @property
    def reach_grains(self) -> int:
        """What it can have by the time it leaves [1e-9 kWh]."""
        return min(self.energy_grains, self.step_grains * (self.last - self.first))

    def most_grains(self, n_steps: int) -> int:
        """Return what it can take in so many intervals of its stay [1e-9 kWh].

        Example:
            >>> Stay(id="a", first=0, last=4, energy_grains=25, step_grains=10).most_grains(3)
            25
        """
        return min(self.energy_grains, self.step_grains * n_steps)


@dataclass(frozen=True, slots=True)
class Subset:
    """Intervals that the vehicles cannot fill as a plan wants, and what they can take in them."""

    steps: tuple[int, ...]
    most_grains: int


def stays_of(charging: Charging, horizon: Horizon) -> tuple[Stay, ...]:
    """Return the vehicles of a station in whole intervals and grains.

    Power is rounded down, and an energy that this puts just out of reach with it.

    Raises:
        ParkProblemError: If a session has no whole interval, or too few for what must be served.
    """
    spans = charging.spans(horizon)
    stays = list[Stay]()
    for session, (first, last) in zip(charging.sessions, spans, strict=True):
        step_grains = int(session.power_kw * horizon.step_h * GRAINS_PER_KWH)
        energy_grains = round(session.energy_kwh * GRAINS_PER_KWH)
        reach = step_grains * (last - first)
        if reach < energy_grains <= reach + (last - first):
            energy_grains = reach
        stays.append(
            Stay(
                id=session.id,
                first=first,
                last=last,
                energy_grains=energy_grains,
                step_grains=step_grains,
            )
        )
    return tuple(stays)


def fleet_of(
    charging: Charging, stays: Sequence[Stay], *, horizon: Horizon, subsets: Sequence[Subset]
) -> Fleet:
    """Return the sessions of a station as one virtual battery.

    Args:
        charging: The station.
        stays: Its vehicles.
        horizon: The intervals.
        subsets: Intervals whose sum is known to be bounded more tightly.

    Returns:
        The fleet: whatever the vehicles can do, it can do, so its optimum is never above theirs.
    """
    n = horizon.n_steps
    owner = np.repeat(np.arange(len(stays)), [one.last - one.first for one in stays])
    first = np.array([one.first for one in stays], np.int64)
    length = np.array([one.last - one.first for one in stays], np.int64)
    nth = np.arange(len(owner)) - np.repeat(np.cumsum(length) - length, length)
    step = first[owner] + nth
    energy = np.array([one.energy_grains for one in stays], np.int64)[owner]
    power = np.array([one.step_grains for one in stays], np.int64)[owner]
    early: Whole = np.clip(energy - power * nth, 0, power)
    late: Whole = np.clip(energy - power * (length[owner] - 1 - nth), 0, power)
    # What no vehicle can have any more still has to be paid for as unserved.
    beyond = np.zeros(n)
    lasts = np.array([one.last for one in stays], np.int64) - 1
    lost = [one.energy_grains - one.reach_grains for one in stays]
    np.add.at(beyond, lasts, np.array(lost, np.float64) / GRAINS_PER_KWH)
    present = _summed(step, np.minimum(energy, power), n) / horizon.step_h
    return Fleet(
        id=charging.id,
        bus=charging.bus,
        power_kw=np.minimum(charging.station_kw, present),
        least_kwh=np.cumsum(_summed(step, late, n) + beyond),
        most_kwh=np.cumsum(_summed(step, early, n)),
        groups=tuple(_group(one, n) for one in subsets),
        unserved_price_cny_per_kwh=charging.unserved_price_cny_per_kwh,
    )


def _summed(step: Whole, grains: Whole, n: int) -> Reals:
    total = np.bincount(step, weights=grains.astype(np.float64), minlength=n)
    return total / GRAINS_PER_KWH


def _group(subset: Subset, n: int) -> Group:
    member_ratio = np.zeros(n)
    member_ratio[list(subset.steps)] = 1.0
    return Group(member_ratio=member_ratio, most_kwh=subset.most_grains / GRAINS_PER_KWH)
