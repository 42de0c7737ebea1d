"""A simulated year of the demo park's roofs, and faults that can be planted into one of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.park.assets import PlantKind
from taihang.core.park.topology import Direction
from taihang.core.performance.expectation import Expectation, PeerResource, expect
from taihang.core.performance.fleet import (
    N_SKY_CELLS,
    Fleet,
    is_bright,
    sky_cells,
    sky_terms,
)
from taihang.core.performance.output import Loss, Total, losses_of, output_of, total_of
from taihang.core.sky.sun import sun_at
from taihang.simulator.park_box import simulate

SEED: Final = 11
N_DAYS: Final = 365
_FIRST: Final = date(2025, 10, 1)
_STEPS: Final = 96
Ratios: TypeAlias = NDArray[np.float64]
Plant: TypeAlias = Callable[[Ratios], Ratios]
"""Turns the output of one plant, by day and quarter, into another."""


@dataclass(frozen=True, eq=False)
class Year:
    """Sixteen roofs: mean power over rating, and where the sun stood."""

    output_ratio: Ratios
    """Shape (n_plants, N_DAYS × 96)."""
    terms: Ratios
    cell: NDArray[np.int64]
    bright: NDArray[np.bool_]


@cache
def year() -> Year:
    """Return the year as it was simulated."""
    park = read_park(template_text("changzhi"), source="changzhi")
    run = simulate(park, first_day=_FIRST, n_days=N_DAYS, seed=SEED)
    roofs = [each for each in park.plants.values() if each.kind is PlantKind.PV]
    output = [
        run.asset_wh[Direction.GENERATION, each.id] / 250.0 / each.capacity_kw for each in roofs
    ]
    sun = sun_at(
        (run.period.grid_s() + 450).astype(np.float64),
        latitude_deg=park.latitude_deg,
        longitude_deg=park.longitude_deg,
    )
    return Year(np.array(output), sky_terms(sun), sky_cells(sun), is_bright(sun))


def fleet(*, n_days: int = N_DAYS, row: int = 0, planted: Plant | None = None) -> Fleet:
    """Return the first days of the year, with a fault in one plant."""
    whole = year()
    output = whole.output_ratio.copy()
    if planted is not None:
        output[row] = planted(output[row].reshape(N_DAYS, _STEPS)).ravel()
    return fleet_of(output, n_days=n_days)


def fleet_of(output_ratio: Ratios, *, n_days: int = N_DAYS) -> Fleet:
    """Return the first days of outputs over the sun of the year."""
    whole = year()
    at = np.flatnonzero(whole.bright[: n_days * _STEPS])
    return Fleet(
        ids=tuple(f"PV{row + 1:02d}" for row in range(len(output_ratio))),
        output_ratio=output_ratio[:, at],
        terms=whole.terms[:, at],
        cell=whole.cell[at],
        n_cells=N_SKY_CELLS,
        least_ratio=0.15,
        day=at // _STEPS,
        n_days=n_days,
    )


@dataclass(frozen=True, eq=False)
class Judged:
    """A fleet that was judged."""

    fleet: Fleet
    found: Expectation

    def losses(self, row: int, days: slice) -> tuple[Loss, ...]:
        """Return what a plant of 1 000 kW lost on some days."""
        return losses_of(
            self.fleet, self.found, plant=self.fleet.ids[row], capacity_kw=1_000.0, days=days
        )

    def total(self, row: int, days: slice) -> Total:
        """Return a plant of 1 000 kW over some days."""
        output = output_of(self.fleet, self.found, plant=self.fleet.ids[row], capacity_kw=1_000.0)
        return total_of(output, days=days)


def judged(of: Fleet) -> Judged:
    """Judge a fleet by its own plants."""
    return Judged(of, expect(of, PeerResource(n_judges=len(of.ids) - 1)))


@cache
def healthy() -> Judged:
    """The untouched year, judged once."""
    return judged(fleet())


def lost_kwh(planted: Plant, *, row: int, days: slice) -> float:
    """Return what a fault took from a plant of 1 000 kW while the sun stood high enough [kWh]."""
    whole = year()
    before = whole.output_ratio[row].reshape(N_DAYS, _STEPS)
    bright = whole.bright.reshape(N_DAYS, _STEPS)
    return float(np.where(bright, before - planted(before.copy()), 0.0)[days].sum()) * 250.0


def share(first: int, ratio: float, *, end: int = N_DAYS) -> Plant:
    """Plant a string that is lost: the same share is missing from a day on."""

    def planted(kw: Ratios) -> Ratios:
        kw[first:end] *= 1.0 - ratio
        return kw

    return planted


def dust(first: int, ratio_per_day: float) -> Plant:
    """Plant dust: every day a little less, to 20 % at most."""

    def planted(kw: Ratios) -> Ratios:
        worn = np.maximum(1.0 - ratio_per_day * np.arange(N_DAYS - first), 0.8)
        kw[first:] *= worn[:, None]
        return kw

    return planted


def ceiling(first: int, ratio: float) -> Plant:
    """Plant a limit: the plant gives no more than a share of its rating."""

    def planted(kw: Ratios) -> Ratios:
        kw[first:] = np.minimum(kw[first:], ratio)
        return kw

    return planted


def outage(first: int, end: int) -> Plant:
    """Plant an inverter that is out for some days."""
    return share(first, 1.0, end=end)


def dead(first: int) -> Plant:
    """Plant a meter that says nothing any more."""

    def planted(kw: Ratios) -> Ratios:
        kw[first:] = np.nan
        return kw

    return planted
