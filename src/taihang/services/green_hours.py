"""The hours of a period for whoever looks: load, green energy matched with it, and the scores.

Who sees the whole park gets the scores as they are stated. Who sees a part gets the hours of its
own enterprises from their own settled rows; what a battery of the park released to them, and their
part of the surplus, follow from the loads of others and are not told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from taihang.core.carbon.cfe import STEPS_PER_HOUR, hourly_wh
from taihang.core.carbon.hourly_score import HourlyUse, score_of
from taihang.core.periods import STEP_S, Period, month, year
from taihang.core.series import Quality
from taihang.services.figure_standing import Standing, standings
from taihang.services.hourly_use import local_hours
from taihang.services.ports import Ports
from taihang.services.score_account import KIND, Scored, Scores, scores


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GreenHours:
    """Hourly scores of a period, of every subject that the viewer sees."""

    label: str
    """A month or a year."""
    each: Mapping[str, Scored]
    """By subject; of a part of the park without the surplus."""
    local_hours: tuple[tuple[str, int], ...]
    """The local day, and the hour of the day, of each hour."""
    scored: Scores | None
    """What measures are judged by; None where a part of the park is seen."""
    issued: Mapping[str, Standing] = field(default_factory=dict[str, Standing])
    """Statements of record, by subject."""

    @property
    def has_any(self) -> bool:
        """Whether any hour of any subject is known."""
        return any(bool(one.use.known.any()) for one in self.each.values())


def green_hours(label: str, *, ports: Ports) -> GreenHours:
    """Return the hours of a month or year.

    Args:
        label: For example ``2026``, or ``2026-08``.
        ports: The outside world.
    """
    issued = standings(KIND, label, ports=ports).each
    if ports.scope.is_whole:
        found = scores(label, ports=ports)
        return GreenHours(
            label=label,
            each={one.subject: one for one in found.each},
            local_hours=found.hours.local_hours,
            scored=found,
            issued=issued,
        )
    zone = ports.park.zone
    period = month(label, zone) if "-" in label else year(label, zone)
    return GreenHours(
        label=label,
        each={id_: _own(id_, period, ports) for id_ in ports.park.users},
        local_hours=tuple(local_hours(period, ports.park)),
        scored=None,
        issued=issued,
    )


def _own(user: str, period: Period, ports: Ports) -> Scored:
    """Return the hours of one user from its own rows; an interval without a row is not known."""
    use = _use_of(ports.lake.read("matching", period, user).get(("user", user)), period)
    return Scored(
        subject=user,
        use=use,
        share_ratio=Fraction(1),
        score=score_of(use, grid_cfe_ratio=None),
        gaps=(),
    )


def _use_of(rows: Mapping[str, np.ndarray] | None, period: Period) -> HourlyUse:
    load_wh, green_wh = np.zeros((2, period.n_steps), np.int64)
    usable = np.zeros(period.n_steps, np.bool_)
    if rows is not None:
        at = (rows["time_s"] - period.start_s) // STEP_S
        usable[at] = rows["quality"] < Quality.MISSING
        load_wh[at], green_wh[at] = rows["total_wh"], rows["line_wh"] + rows["pool_wh"]
    known = np.logical_and.reduce(usable.reshape(-1, STEPS_PER_HOUR), axis=1)
    return HourlyUse(
        load_wh=np.where(known, hourly_wh(load_wh), 0),
        matched_wh=np.where(known, hourly_wh(green_wh), 0),
        known=known,
        surplus_wh=0,
    )
