"""The park's own network: who hangs on which grid connection, what is lost, what the grid sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.park.assets import GridConnection
from taihang.core.park.park import Park
from taihang.core.periods import STEP_S
from taihang.core.quantities import WH_PER_KWH

NO_LOAD_LOSS_RATIO: Final = 0.0008
"""Iron losses of the transformers over the capacity of the connection. [1]"""
FULL_LOAD_LOSS_RATIO: Final = 0.02
"""Copper and line losses over the throughput when the throughput equals the capacity. [1]"""


class GridUnknownError(InputError):
    """An asset hangs on no grid connection, or the park has none."""

    code = "input.grid-unknown"


@dataclass(frozen=True, slots=True)
class GridFlow:
    """What one grid connection sees; all arrays have shape (n,)."""

    import_wh: NDArray[np.int64]
    export_wh: NDArray[np.int64]
    losses_wh: NDArray[np.int64]


def grid_of_assets(park: Park) -> Mapping[str, str]:
    """Return the grid connection of every asset that uses or gives energy, by asset id.

    A feeder names its grid connection. What hangs on no feeder hangs on the only connection of
    the park, or shares the connection of a user at the other end of its dedicated line.

    Raises:
        GridUnknownError: If none of this names one connection.
    """
    grids = {member: feeder.grid for feeder in park.feeders.values() for member in feeder.members}
    for line in park.dedicated_lines.values():
        known = {grids[user] for user in line.users if user in grids}
        if len(known) == 1:
            for member in (*line.plants, *line.users):
                grids.setdefault(member, next(iter(known)))
    assets = [name for name in park.assets if name not in park.grids]
    if len(park.grids) == 1:
        only = next(iter(park.grids))
        return {name: grids.get(name, only) for name in assets}
    lost = [name for name in assets if name not in grids]
    if lost:
        raise GridUnknownError(
            given=f"{', '.join(lost)} on no feeder, and {len(park.grids)} grid connections",
            expected="one grid connection for each asset",
            remedy="add the assets to the members of a feeder",
        )
    return grids


def grid_flow(
    grid: GridConnection, *, drawn_wh: NDArray[np.int64], given_wh: NDArray[np.int64]
) -> GridFlow:
    """Close the balance of a grid connection in whole watt-hours.

    Losses are 0.08 % of the capacity, plus 2 % of the throughput at full throughput falling in
    proportion with it; the throughput is the larger of what is drawn and what is given.

    Args:
        grid: The connection; its capacity fixes the losses.
        drawn_wh: Loads and charging behind it, shape (n,). [Wh]
        given_wh: Generation and discharge behind it, shape (n,). [Wh]

    Returns:
        Import, export and losses, so that import − export + given = drawn + losses exactly.

    Example:
        >>> grid = GridConnection(
        ...     id="G", name_zh="", name_en="", voltage_kv=110.0, capacity_kva=1000.0
        ... )
        >>> flow = grid_flow(grid, drawn_wh=np.array([125_000]), given_wh=np.array([5_000]))
        >>> flow.import_wh.tolist(), flow.export_wh.tolist(), flow.losses_wh.tolist()
        ([121450], [0], [1450])
    """
    capacity_wh = grid.capacity_kva * WH_PER_KWH * STEP_S / 3600
    through_wh = np.maximum(drawn_wh, given_wh).astype(np.float64)
    copper_wh = FULL_LOAD_LOSS_RATIO * through_wh * through_wh / capacity_wh
    losses_wh = np.rint(NO_LOAD_LOSS_RATIO * capacity_wh + copper_wh).astype(np.int64)
    net_wh = drawn_wh + losses_wh - given_wh
    return GridFlow(np.maximum(net_wh, 0), np.maximum(-net_wh, 0), losses_wh)


def curtailed_flow(
    grid: GridConnection,
    *,
    drawn_wh: NDArray[np.int64],
    given_wh: NDArray[np.int64],
    limit_wh: int,
) -> tuple[GridFlow, NDArray[np.int64]]:
    """Close the balance of a connection whose export is limited, by cutting what is given.

    Args:
        grid: The connection.
        drawn_wh: Loads and charging behind it, shape (n,). [Wh]
        given_wh: Generation and discharge behind it, shape (n,). [Wh]
        limit_wh: Largest export of an interval. [Wh]

    Returns:
        The flow, and what must not be given, shape (n,). [Wh]

    Example:
        >>> grid = GridConnection(
        ...     id="G", name_zh="", name_en="", voltage_kv=110.0, capacity_kva=1000.0
        ... )
        >>> flow, cut_wh = curtailed_flow(grid, drawn_wh=np.array([0]),
        ...     given_wh=np.array([300_000]), limit_wh=200_000)
        >>> flow.export_wh.tolist(), cut_wh.tolist(), flow.losses_wh.tolist()
        ([200000], [96487], [3513])
    """
    cut_wh = np.zeros_like(given_wh)
    while True:
        flow = grid_flow(grid, drawn_wh=drawn_wh, given_wh=given_wh - cut_wh)
        excess_wh = np.maximum(flow.export_wh - limit_wh, 0)
        if not excess_wh.any():
            return flow, cut_wh
        # Less given is less lost, so a little excess comes back: each round leaves about a
        # twentieth of it, and the last whole watt-hour ends the loop.
        cut_wh += excess_wh


def shares_wh(amount_wh: NDArray[np.int64], *, weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Split whole watt-hours in proportion to weights, without losing one.

    Args:
        amount_wh: What is split, shape (n,). [Wh]
        weights: Weight of each share, shape (k, n), not negative.

    Returns:
        The shares, shape (k, n); they sum to the amount wherever a weight is above 0. [Wh]

    Example:
        >>> shares_wh(np.array([10]), weights=np.array([[1], [1], [1]])).ravel().tolist()
        [3, 3, 4]
    """
    upto = weights.cumsum(axis=0)
    passed = amount_wh * upto // np.maximum(upto[-1], 1)
    return np.diff(passed, axis=0, prepend=0)
