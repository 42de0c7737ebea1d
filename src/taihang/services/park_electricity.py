"""Electricity of the park as a whole: what came in, what meters of users saw, what is left.

::

    generation + import − export = users + storage + losses          over closed, metered intervals

What is left after users and storage is lost on lines or used where no meter of a user stands, such
as street lights; the balance cannot tell the two apart. An interval that is open, or of which the
grid connection was not metered, is counted and never taken for a loss of zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from taihang.core.balance.balance import FLOWS
from taihang.core.park.topology import Direction
from taihang.core.periods import month
from taihang.core.quantities import Energy
from taihang.services.account import PARK_SUBJECT
from taihang.services.ports import Ports

RATIOS: Final = "ratios-650"
"""Kind of the monthly statements that are drawn up from the same balance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkElectricity:
    """The settled balance of a period, over closed and metered intervals [Wh]."""

    came_in_wh: int
    """Net generation of the plants and import."""
    exported_wh: int
    users_wh: int
    storage_wh: int
    """Charged less discharged: losses of the stores, and what they hold more than before."""
    losses_wh: int
    """Lines, transformers, and use that no meter of a user saw."""
    n_open: int
    """Intervals that are open or not metered at the grid: nothing of them is in the sums."""
    months_without: tuple[str, ...]
    """Months that are not settled."""
    statements: tuple[str, ...]

    @property
    def rest_mwh(self) -> Decimal:
        """What is left after the users: storage and losses [MWh]."""
        return Energy(self.storage_wh + self.losses_wh).mwh

    def unmetered_ratio(self, own_mwh: Decimal) -> Decimal | None:
        """Return the share that no meter and no form explains; None where nothing came in [1].

        Args:
            own_mwh: What the park said by form that it used itself.
        """
        if not self.came_in_wh:
            return None
        unmetered_mwh = Energy(self.losses_wh).mwh - own_mwh
        return (unmetered_mwh / Energy(self.came_in_wh).mwh).quantize(Decimal("0.000001"))


def park_electricity(months: Iterable[str], *, ports: Ports) -> ParkElectricity | None:
    """Add up the settled balance of some months.

    Args:
        months: Local months.
        ports: The outside world.

    Returns:
        The sums; None where import or export of the park has no meter, or no month is settled.
    """
    measured = {meter.measures for meter in ports.park.meters.values()}
    if not {Direction.IMPORT, Direction.EXPORT} <= measured:
        return None
    sums: dict[str, int] = dict.fromkeys(FLOWS, 0)
    without, statements, n_open = list[str](), list[str](), 0
    for name in months:
        period = month(name, ports.park.zone)
        rows = ports.lake.read("balance", period, columns=("wh", "closed", "metered"))
        if not rows:
            without.append(name)
            continue
        marks = rows["load",]
        counts = (marks["closed"] * marks["metered"]).astype(np.bool_)
        n_open += period.n_steps - int(counts.sum())
        for (flow,), columns in rows.items():
            sums[flow] += int(columns["wh"][counts].sum())
        statements += [
            issued.id
            for issued in ports.registry.latest_statements(name)
            if issued.kind == RATIOS and issued.subject == PARK_SUBJECT
        ]
    if not any(sums.values()):
        return None
    return ParkElectricity(
        came_in_wh=sums["generation"] + sums["import"],
        exported_wh=sums["export"],
        users_wh=sums["load"],
        storage_wh=sums["charge"] - sums["discharge"],
        losses_wh=sums["losses"],
        n_open=n_open,
        months_without=tuple(without),
        statements=tuple(statements),
    )
