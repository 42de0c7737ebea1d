"""The energies that a matching rests on: of plants, users, batteries and the grid, by interval.

They come from meters while a period is settled, and from the lake afterwards; both give the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.balance import FLOWS, Balance
from taihang.core.park.park import Park
from taihang.core.park.topology import Direction
from taihang.core.periods import STEP_S, Period
from taihang.core.series import Quality
from taihang.services.ports import Columns, Ports, Slabs
from taihang.services.settled_rows import Part, where_in_service

_Energies = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class NodeEnergies:
    """Energies of several nodes under one another, each of shape (n_nodes, n)."""

    ids: tuple[str, ...]
    usable_wh: _Energies
    """Read or estimated, 0 elsewhere [Wh]."""
    quality: NDArray[np.uint8]
    held: NDArray[np.bool_]
    """Where a rule lets measured energy earn no claim."""

    @property
    def claimable(self) -> NDArray[np.bool_]:
        """Where energy was measured and no rule holds it back."""
        return (self.quality == Quality.MEASURED) & ~self.held

    @property
    def claimable_wh(self) -> _Energies:
        """Energy that was measured and that no rule holds back; may be negative [Wh]."""
        return np.where(self.claimable, self.usable_wh, 0)

    def part(self, columns: slice) -> "NodeEnergies":
        """Return some intervals."""
        return NodeEnergies(
            self.ids,
            self.usable_wh[:, columns],
            self.quality[:, columns],
            self.held[:, columns],
        )


@dataclass(frozen=True, slots=True)
class PeriodEnergies:
    """Everything that is matched in a period."""

    period: Period
    plants: NodeEnergies
    users: NodeEnergies
    charge: NodeEnergies
    """By battery."""
    discharge: NodeEnergies
    flows_wh: Mapping[str, _Energies]
    """The flows of the balance, 0 where it is open, shape (n,) each. [Wh]"""
    closed: NDArray[np.bool_]
    """Where the balance is closed, shape (n,)."""

    def part(self, inside: Period) -> "PeriodEnergies":
        """Return a part of the period."""
        first = (inside.start_s - self.period.start_s) // STEP_S
        columns = slice(first, first + inside.n_steps)
        return PeriodEnergies(
            inside,
            self.plants.part(columns),
            self.users.part(columns),
            self.charge.part(columns),
            self.discharge.part(columns),
            {name: wh[columns] for name, wh in self.flows_wh.items()},
            self.closed[columns],
        )


def energies_of_parts(
    parts: Sequence[Part], balance: Balance, *, period: Period, park: Park
) -> PeriodEnergies:
    """Return the energies of a period that is being settled.

    Args:
        parts: Its meters.
        balance: Its balance, closed.
        period: The period, or a part of it.
        park: The park.
    """
    by_direction: dict[Direction, dict[str, list[_Row]]] = {each: {} for each in Direction}
    for item in parts:
        row = _Row(item.series.wh, item.series.quality, item.held, item.in_service)
        by_direction[item.meter.measures].setdefault(item.meter.node, []).append(row)

    def nodes(direction: Direction, ids: Sequence[str]) -> NodeEnergies:
        return _nodes(ids, by_direction[direction], period=period, park=park)

    return PeriodEnergies(
        period,
        nodes(Direction.GENERATION, [*park.plants]),
        nodes(Direction.CONSUMPTION, park.users),
        nodes(Direction.CHARGE, [*park.batteries]),
        nodes(Direction.DISCHARGE, [*park.batteries]),
        balance.flows_wh,
        balance.closed,
    )


def energies_of_rows(period: Period, matching: Slabs, *, ports: Ports) -> PeriodEnergies:
    """Return the energies of a settled period.

    Args:
        period: The period, all of it settled.
        matching: Its rows of the table ``matching``.
        ports: The outside world.
    """
    park = ports.park
    balance = ports.lake.read("balance", period, columns=("wh", "closed"))
    n = period.n_steps
    flows_wh = {name: balance[name,]["wh"] if balance else np.zeros(n, np.int64) for name in FLOWS}
    closed = balance["load",]["closed"] > 0 if balance else np.zeros(n, np.bool_)
    return PeriodEnergies(
        period,
        _of_matching("plant", [*park.plants], matching, n),
        _of_matching("user", park.users, matching, n),
        metered_nodes(Direction.CHARGE, [*park.batteries], period=period, ports=ports),
        metered_nodes(Direction.DISCHARGE, [*park.batteries], period=period, ports=ports),
        flows_wh,
        closed,
    )


def metered_nodes(
    direction: Direction, ids: Sequence[str], *, period: Period, ports: Ports
) -> NodeEnergies:
    """Return what meters of one direction counted in a settled period, by node.

    Args:
        direction: What they count.
        ids: The nodes, in order.
        period: The settled period.
        ports: The outside world.
    """
    rows: dict[str, list[_Row]] = {}
    for meter in ports.park.meters.values():
        if meter.measures is direction and meter.node in ids:
            slab = ports.lake.read("intervals", period, meter.id).get((meter.id,))
            if slab is not None:
                rows.setdefault(meter.node, []).append(_row_of(slab, period))
    return _nodes(ids, rows, period=period, park=ports.park)


@dataclass(frozen=True, slots=True)
class _Row:
    """One meter: what it counted, where it belongs to the park; each of shape (n,)."""

    wh: _Energies
    quality: NDArray[np.uint8]
    held: NDArray[np.bool_]
    in_service: NDArray[np.bool_]


def _row_of(slab: Columns, period: Period) -> _Row:
    n = period.n_steps
    at = (slab["time_s"] - period.start_s) // STEP_S
    row = _Row(
        np.zeros(n, np.int64),
        np.full(n, Quality.MISSING, np.uint8),
        np.zeros(n, np.bool_),
        np.zeros(n, np.bool_),
    )
    row.wh[at], row.quality[at] = slab["wh"], slab["quality"].astype(np.uint8)
    row.held[at], row.in_service[at] = slab["held"] > 0, True
    return row


def _nodes(
    ids: Sequence[str], rows: Mapping[str, Iterable[_Row]], *, period: Period, park: Park
) -> NodeEnergies:
    n, grid_s, assets = period.n_steps, period.grid_s(), park.assets
    usable = np.zeros((len(ids), n), np.int64)
    quality = np.full((len(ids), n), Quality.MISSING, np.uint8)
    held = np.zeros((len(ids), n), np.bool_)
    for row, node in enumerate(ids):
        # What does not belong to the park yet has no energy there: that is known, not missing.
        quality[row, ~where_in_service(assets[node].in_service, grid_s, park)] = Quality.MEASURED
        for item in rows.get(node, ()):
            there = item.in_service
            present = there & (item.quality < Quality.MISSING)
            usable[row] = np.where(present, item.wh, usable[row])
            quality[row] = np.where(there, item.quality, quality[row])
            held[row] |= there & item.held
    return NodeEnergies(tuple(ids), usable, quality, held)


def _of_matching(role: str, ids: Sequence[str], matching: Slabs, n: int) -> NodeEnergies:
    rows = [matching[role, node] for node in ids]

    def column(name: str) -> _Energies:
        # Of no node there is no row of the right length.
        return np.array([each[name] for each in rows], np.int64).reshape(-1, n)

    return NodeEnergies(
        tuple(ids), column("total_wh"), column("quality").astype(np.uint8), column("held") > 0
    )
