"""What the park did as a direct-connection project, read from its settled rows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taihang.core.park.park import Park
from taihang.core.periods import STEP_S, Period
from taihang.core.ratio.flow import FlowSeries, State, flow_series
from taihang.services.ports import Ports, Slabs


@dataclass(frozen=True, slots=True, eq=False)
class ProjectFlow:
    """The energies of a period, and the generation of each kind of plant in it."""

    series: FlowSeries
    generated_wh: Mapping[str, NDArray[np.int64]]
    """By kind, shape (n,); 0 by form where the interval is not closed. [Wh]"""


def project_flow(period: Period, *, ports: Ports) -> ProjectFlow:
    """Return the energies of every interval of a period.

    Args:
        period: Any period; parts of it may be open or not settled.
        ports: The outside world.

    Returns:
        The energies, with 0 and a state where an interval is not closed.
    """
    balance = ports.lake.read("balance", period, columns=("wh", "closed"))
    matching = ports.lake.read("matching", period, "plant", columns=("total_wh",))
    series = flow_series(
        period,
        balance={flow: rows for (flow,), rows in balance.items()},
        plants={node: rows for (role, node), rows in matching.items() if role == "plant"},
    )
    return ProjectFlow(series, _by_kind(matching, series, ports.park))


def _by_kind(matching: Slabs, series: FlowSeries, park: Park) -> dict[str, NDArray[np.int64]]:
    closed = series.state == State.CLOSED
    found = {
        plant.kind.value: np.zeros(series.period.n_steps, np.int64)
        for plant in park.plants.values()
    }
    for (role, node), rows in matching.items():
        if role == "plant" and node in park.plants:
            at = (rows["time_s"] - series.period.start_s) // STEP_S
            wh = np.where(closed[at], np.maximum(rows["total_wh"], 0), 0)
            found[park.plants[node].kind.value][at] += wh
    return found
