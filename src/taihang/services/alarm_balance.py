"""Alarms of flows and their limits: losses, ratings, demand, export, and what nobody settled."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from taihang.core.alarm.condition import (
    Cause,
    CauseKind,
    Condition,
    Episode,
    episodes,
    found,
    stretches,
)
from taihang.core.alarm.rule import AlarmRule, Priority
from taihang.core.alarm.state import Unwatched
from taihang.core.balance.balance import FLOWS, Balance
from taihang.core.facts import FactOutOfForceError
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.periods import STEP_S, Period, days
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.ratio.flow import State
from taihang.services.alarm_scene import Scene
from taihang.services.project_flow import ProjectFlow, project_flow
from taihang.services.ratio_outlook import thresholds

Found: TypeAlias = Condition | Unwatched
_BALANCE: Final = Cause(CauseKind.BALANCE, "")
EARLY_DAYS: Final = 90
"""In the first quarter of a year its share so far says little of its end. Own choice. [day]"""


def balance_alarms(scene: Scene) -> Iterator[Found]:
    """Yield what is wrong with the flows of the park, by its settled rows.

    Args:
        scene: The park at an instant.
    """
    yield from _late(scene)
    for number, period in enumerate(scene.months):
        balance = _balance_of(number, scene)
        if balance is not None:
            yield from _losses(balance, period, scene)
            yield from _broken(balance, period, scene)
    yield from _export(scene)


# -- settlement -----------------------------------------------------------------------------------


def _late(scene: Scene) -> Iterator[Condition]:
    """Yield that readings wait to be settled, where something was ever settled."""
    edge_s, newest_s = scene.edge_s, max(scene.newest_s.values(), default=0)
    if edge_s is None or newest_s <= edge_s:
        return
    waits_s = scene.now_s - edge_s
    if waits_s > scene.limits.settle_within_h * SECONDS_PER_HOUR:
        one = found(AlarmRule.SETTLEMENT_LATE, PARK_SUBJECT, edge_s, cause=_BALANCE)
        values = ("since_at_s", edge_s), ("newest_at_s", newest_s)
        yield replace(one, values=values)


# -- balance --------------------------------------------------------------------------------------


def _balance_of(number: int, scene: Scene) -> Balance | None:
    """Return the stored balance of a month on its own grid; None where none is settled."""
    rows, period = scene.balances[number], scene.months[number]
    if not rows.keys() >= {*FLOWS}:
        return None
    flows = {name: np.zeros(period.n_steps, np.int64) for name in FLOWS}
    closed, metered = np.zeros((2, period.n_steps), np.bool_)
    for name in FLOWS:
        at = (rows[name]["time_s"] - period.start_s) // STEP_S
        flows[name][at] = rows[name]["wh"]
        closed[at] = rows[name]["closed"] != 0
        metered[at] = rows[name]["metered"] != 0
    return Balance(flows, closed, metered)


def _losses(balance: Balance, period: Period, scene: Scene) -> Iterator[Condition]:
    """Yield when losses are negative or above the park's own share; 0 by form is no measurement."""
    limit = scene.park.accounting.loss_alarm_ratio
    odd = balance.suspicious(loss_alarm_ratio=limit) & balance.closed & balance.grid_metered
    flows = balance.flows_wh
    inflow_wh = flows["generation"] + flows["import"] + flows["discharge"]
    for episode in episodes(odd, period=period, apart_s=scene.apart_s):
        lost_wh = int(flows["losses"][episode.where].sum())
        ratio = lost_wh / max(int(inflow_wh[episode.where].sum()), 1)
        one = found(AlarmRule.LOSSES_HIGH, PARK_SUBJECT, episode.start_s, cause=_BALANCE)
        values = (
            ("found_ratio", f"{ratio:.4f}"),
            ("allowed_ratio", str(limit)),
            ("lost_wh", lost_wh),
            ("intervals", len(episode.where)),
            ("since_at_s", episode.start_s),
        )
        yield ending(replace(one, values=values), episode, period)


def _broken(balance: Balance, period: Period, scene: Scene) -> Iterator[Condition]:
    """Yield when what came in is not what went out: a defect of the platform or its disk."""
    wrong = (balance.closure_error_wh != 0) & balance.closed
    for episode in episodes(wrong, period=period, apart_s=scene.apart_s):
        worst_wh = int(np.abs(balance.closure_error_wh[episode.where]).max())
        one = found(AlarmRule.BALANCE_BROKEN, PARK_SUBJECT, episode.start_s, cause=_BALANCE)
        values = (
            ("worst_wh", worst_wh),
            ("intervals", len(episode.where)),
            ("since_at_s", episode.start_s),
        )
        # Nothing that was settled mends itself.
        yield replace(one, values=values, n=episode.n, last_s=episode.last_s)


def ending(one: Condition, episode: Episode, period: Period) -> Condition:
    """Return a condition with its episode: it lasts if it does at the end of what is known.

    Args:
        one: The condition.
        episode: When it was so.
        period: What is known of its month.
    """
    lasts = episode.end_s == period.end_s
    return replace(one, n=episode.n, last_s=episode.last_s, end_s=None if lasts else episode.end_s)


# -- export ---------------------------------------------------------------------------------------


def _export(scene: Scene) -> Iterator[Found]:
    """Yield that the year so far has fed back a larger share than the province allows."""
    if scene.edge_s is None:
        return
    last = scene.local(scene.edge_s - 1).date()
    try:
        limit = thresholds(last, ports=scene.ports).export_max_ratio
    except FactOutOfForceError:
        yield Unwatched(AlarmRule.EXPORT_OVER, "no-export-limit")
        return
    start = days(last.replace(month=1, day=1), 1, scene.park.zone).start_s
    so_far = Period.of_s(start, scene.edge_s)
    if not _may_be_over(so_far, limit, scene):
        return
    shares = _shares(project_flow(so_far, ports=scene.ports))
    if shares is None:
        yield Unwatched(AlarmRule.EXPORT_OVER, "nothing-generated")
        return
    yield from _over(shares, limit, start, scene)


def _may_be_over(so_far: Period, limit: Decimal, scene: Scene) -> bool:
    """Say whether more was fed back on some day than the limit leaves of what plants gave net.

    What they gave gross is never less and takes longer to read; most years end here.
    """
    rows = scene.ports.lake.read("balance", so_far, columns=("wh", "closed"))
    flows = [rows.get((name,)) for name in ("export", "generation")]
    if any(each is None for each in flows):
        return False
    exported, generated = (
        np.cumsum(np.where(each["closed"] != 0, each["wh"], 0))
        for each in flows
        if each is not None
    )
    return bool((exported > float(limit) * generated).any())


@dataclass(frozen=True, slots=True)
class _Shares:
    """Export over available generation, from the start of the year to the end of each day."""

    exported_wh: NDArray[np.int64]
    available_wh: NDArray[np.int64]
    ends_s: NDArray[np.int64]

    def over(self, limit: Decimal) -> NDArray[np.bool_]:
        """Say at the end of which days the year so far was above a limit; exact."""
        numerator, denominator = limit.as_integer_ratio()
        pairs = zip(self.exported_wh.tolist(), self.available_wh.tolist(), strict=True)
        return np.array([exp * denominator > av * numerator for exp, av in pairs], np.bool_)


def _shares(flow: ProjectFlow) -> _Shares | None:
    series = flow.series
    closed = series.state == State.CLOSED
    available = np.where(closed, series.wh["generated"] + series.wh["curtailment"], 0)
    exported = np.where(closed, series.wh["export"], 0)
    if not available.sum():
        return None
    edges = np.arange(96, len(available) + 96, 96).clip(max=len(available)) - 1
    return _Shares(
        np.cumsum(exported)[edges],
        np.cumsum(available)[edges],
        series.period.start_s + (edges + 1) * STEP_S,
    )


def _over(shares: _Shares, limit: Decimal, start_s: int, scene: Scene) -> Iterator[Condition]:
    """Yield the stretches of days; early in a year a share says little, so it is told as low."""
    over = shares.over(limit)
    begins_s = np.concatenate([[start_s], shares.ends_s[:-1]])
    ends_s = shares.ends_s[over].tolist()
    for stretch in stretches(begins_s[over].tolist(), ends_s, apart_s=1):
        at = int(np.searchsorted(shares.ends_s, stretch.end_s))
        lasts = stretch.end_s == int(shares.ends_s[-1])
        if not lasts and stretch.end_s < scene.since_s:
            continue
        ratio = int(shares.exported_wh[at]) / int(shares.available_wh[at])
        one = found(AlarmRule.EXPORT_OVER, PARK_SUBJECT, stretch.start_s, cause=_BALANCE)
        values = (
            ("found_ratio", f"{ratio:.4f}"),
            ("limit_ratio", str(limit)),
            ("exported_wh", int(shares.exported_wh[at])),
            ("since_at_s", stretch.start_s),
        )
        is_early = stretch.end_s - start_s < timedelta(days=EARLY_DAYS).total_seconds()
        yield replace(
            one,
            values=values,
            priority=Priority.LOW if is_early else one.priority,
            end_s=None if lasts else stretch.end_s,
        )
