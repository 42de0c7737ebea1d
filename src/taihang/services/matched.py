"""Who got which green energy in a settled period, step by step.

The lake keeps what every plant gave and every user received; over which line, contract or feeder it
went follows from settled intervals and park.toml, and is worked out again here. Bills, certificates
and traces all take it from this one place.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import RULE, Matching, Share, match_green
from taihang.core.periods import Period
from taihang.core.series import Quality
from taihang.services.account import read_matching
from taihang.services.ports import Columns, Ports
from taihang.services.settled_rows import lines_of, offered_green_wh


@dataclass(frozen=True, slots=True)
class Matched:
    """The matching of a settled period; rows of its shares are rows of the ids here."""

    period: Period
    rule: str
    """Name of the matching rule."""
    plants: tuple[str, ...]
    users: tuple[str, ...]
    matching: Matching
    load_wh: NDArray[np.int64]
    """Usable load of each user, shape (n_users, n). [Wh]"""
    quality: NDArray[np.uint8]
    """Quality of each user's load, shape (n_users, n)."""
    generated_wh: NDArray[np.int64]
    """Usable net generation of each plant, claimed or not, shape (n_plants, n). [Wh]"""

    @property
    def shares(self) -> tuple[Share, ...]:
        """The steps of the matching, in the order served."""
        return self.matching.shares


def shares_of(period: Period, *, ports: Ports) -> Matched:
    """Return the matching of a settled period again, step by step.

    Args:
        period: Whole settlement intervals, all of them settled.
        ports: The outside world.

    Returns:
        Every step, with the ids that its rows stand for.

    Raises:
        UnsettledMonthError: If not all of the period was settled with this park file.
    """
    rows = read_matching(period, ports=ports)
    plants = [rows["plant", plant] for plant in ports.park.plants]
    users = [rows["user", user] for user in ports.park.users]
    n = period.n_steps
    measured_wh = _stacked((np.where(_claimed(r), r["total_wh"], 0) for r in plants), n)
    load_wh = _stacked((r["total_wh"] for r in users), n)
    quality = _stacked((r["quality"] for r in users), n)
    offered_wh = offered_green_wh(measured_wh, quality)
    return Matched(
        period=period,
        rule=RULE,
        plants=tuple(ports.park.plants),
        users=ports.park.users,
        matching=match_green(offered_wh, load_wh, lines=lines_of(ports.park)),
        load_wh=load_wh,
        quality=quality.astype(np.uint8),
        generated_wh=_stacked((r["total_wh"] for r in plants), n),
    )


def _claimed(rows: Columns) -> NDArray[np.bool_]:
    """Say where the generation of a plant may be claimed: measured, and held by no rule."""
    return (rows["quality"] == Quality.MEASURED) & (rows["held"] == 0)


def _stacked(rows: Iterable[NDArray[np.int64]], n_steps: int) -> NDArray[np.int64]:
    """Put rows under one another; a park without plants gives no row of the right length."""
    return np.array(list(rows), np.int64).reshape(-1, n_steps)
