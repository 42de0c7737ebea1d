"""The balance of source, grid, load and storage in each interval, closed in integer Wh.

Law: generation + import + discharge = load + export + charge + losses.

Where the grid connection is metered, the losses are what is left and are stated; where it is not,
import and export follow from the law with losses of 0 stated as *not metered*. An interval in which
any part is missing stays open: it is counted, never closed with a zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

FLOWS: Final = ("generation", "import", "discharge", "load", "export", "charge", "losses")


@dataclass(frozen=True, slots=True)
class Flow:
    """One side of the balance: the sum over its meters."""

    wh: NDArray[np.int64]
    """Energy, shape (n,). [Wh]"""
    present: NDArray[np.bool_]
    """Where every meter of the flow has a usable value, shape (n,)."""


@dataclass(frozen=True, slots=True)
class Balance:
    """The closed balance on the settlement grid; all arrays have shape (n,)."""

    flows_wh: Mapping[str, NDArray[np.int64]]
    """The seven flows by name, 0 by form where the interval is open. [Wh]"""
    closed: NDArray[np.bool_]
    """Where every part was there."""
    grid_metered: NDArray[np.bool_]
    """Where import and export come from meters; elsewhere they follow from the law."""

    @property
    def closure_error_wh(self) -> NDArray[np.int64]:
        """Inflow minus outflow, shape (n,); anything but 0 is a defect [Wh]."""
        f = self.flows_wh
        inflow = f["generation"] + f["import"] + f["discharge"]
        return inflow - f["load"] - f["export"] - f["charge"] - f["losses"]

    def suspicious(self, *, loss_alarm_ratio: Decimal) -> NDArray[np.bool_]:
        """Say where the losses are negative or above the alarm share of the inflow, shape (n,)."""
        inflow = self.flows_wh["generation"] + self.flows_wh["import"] + self.flows_wh["discharge"]
        losses = self.flows_wh["losses"]
        return (losses < 0) | (losses > np.ceil(float(loss_alarm_ratio) * inflow))


def close_balance(
    *,
    generation: Flow,
    discharge: Flow,
    load: Flow,
    charge: Flow,
    grid: tuple[Flow, Flow],
    grid_metered: NDArray[np.bool_],
) -> Balance:
    """Close the balance of every interval in which all parts are there.

    Args:
        generation: Net generation of all plants.
        discharge: Discharge of all batteries.
        load: Load of all users.
        charge: Charge of all batteries.
        grid: Import and export as metered.
        grid_metered: Where the connection has meters, shape (n,); elsewhere ``grid`` is not
            looked at, and import and export follow from the law with losses of 0.

    Returns:
        The seven flows and where they are closed.
    """
    known = generation.present & discharge.present & load.present & charge.present
    known &= ~grid_metered | (grid[0].present & grid[1].present)
    net_wh = load.wh + charge.wh - generation.wh - discharge.wh
    import_wh = np.where(grid_metered, grid[0].wh, np.maximum(net_wh, 0))
    export_wh = np.where(grid_metered, grid[1].wh, np.maximum(-net_wh, 0))
    values = (
        generation.wh,
        import_wh,
        discharge.wh,
        load.wh,
        export_wh,
        charge.wh,
        import_wh - export_wh - net_wh,
    )
    flows = {name: np.where(known, wh, 0) for name, wh in zip(FLOWS, values, strict=True)}
    return Balance(flows_wh=flows, closed=known, grid_metered=grid_metered)
