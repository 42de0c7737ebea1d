"""Why the first holder of an issue got so much: the step of the matching, where it is shown."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import RouteKind
from taihang.core.certificates.issue import Issue, IssueLots
from taihang.core.certificates.sheet import Sheet
from taihang.core.periods import STEP_S, month
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import UnsettledMonthError
from taihang.services.match_period import lines_of
from taihang.services.matched import Matched, shares_of
from taihang.services.ports import Ports
from taihang.services.share_month import Shared, shares_in_force


@dataclass(frozen=True, slots=True)
class Step:
    """What a proof says of the step."""

    document: dict[str, JsonValue]
    plants: tuple[str, ...]
    """Of a line; all of them must show what they measured."""
    leaf: int | None
    """Of the event with the sums of the pool; None of a line, which needs none."""


def step_of(made: Issue, lots: IssueLots, *, sheet: Sheet, ports: Ports) -> Step | None:
    """Return what shows why the first holder got so much, if the month is settled as it was then.

    Args:
        made: The issue.
        lots: Its lots on the days that are shown.
        sheet: What it is made of.
        ports: The outside world.

    Returns:
        None where nothing but the park's word says it: a route that several share without sums in
        the log, a month that was settled again since, energy that nobody in the park used.
    """
    if made.recipient not in ports.park.users or sheet.completes:
        return None
    try:
        matched = shares_of(month(made.month, ports.park.zone), ports=ports)
    except UnsettledMonthError:
        return None
    starts_s = np.unique(lots.starts_s)
    at = (starts_s - matched.period.start_s) // STEP_S
    got_wh = np.zeros(len(starts_s), np.int64)
    np.add.at(got_wh, np.searchsorted(starts_s, lots.starts_s), lots.wh)
    load_wh = matched.load_wh[matched.users.index(made.recipient)][at]
    if made.route.kind is RouteKind.LINE:
        return _line_step(made, matched, at, got_wh=got_wh, load_wh=load_wh, ports=ports)
    if made.route.kind is RouteKind.POOL:
        shared = shares_in_force(made.month, ports=ports)
        if shared is not None:
            return _pool_step(made, shared, at, sheet=sheet, got_wh=got_wh, load_wh=load_wh)
    return None


def _line_step(
    made: Issue,
    matched: Matched,
    at: NDArray[np.int64],
    *,
    got_wh: NDArray[np.int64],
    load_wh: NDArray[np.int64],
    ports: Ports,
) -> Step | None:
    """Return the step of a line with one user, if it took all that it could."""
    line = next((each for each in lines_of(ports.park) if each.id == made.route.id), None)
    if line is None or len(line.users) != 1:
        return None
    given_wh = np.maximum(matched.generated_wh[list(line.plants)][:, at], 0).sum(axis=0)
    most_wh = np.minimum(np.minimum(given_wh, load_wh), line.limit_wh)
    if not np.array_equal(got_wh, most_wh):
        return None
    none: list[JsonValue] = [0] * len(at)
    plants = tuple(sorted(matched.plants[row] for row in line.plants))
    document: dict[str, JsonValue] = {
        "earlier_wh": none,
        "limit_wh": line.limit_wh,
        "plants": [*plants],
        "pool": [],
    }
    return Step(document, plants, None)


def _pool_step(
    made: Issue,
    shared: Shared,
    at: NDArray[np.int64],
    *,
    sheet: Sheet,
    got_wh: NDArray[np.int64],
    load_wh: NDArray[np.int64],
) -> Step | None:
    """Return the step of the pool, if its sums in the log are those of the sheet."""
    earlier_wh = np.zeros(sheet.period.n_steps, np.int64)
    for route in sheet.routes:
        if route.route.kind is RouteKind.POOL:
            break
        if made.recipient in route.takers and route.route.kind is not RouteKind.CHARGE:
            earlier_wh += route.received_wh[route.takers.index(made.recipient)]
    demand_wh = np.array([wh for day in shared.pool for wh in day.demand_wh], np.int64)[at]
    given_wh = np.array([wh for day in shared.pool for wh in day.given_wh], np.int64)[at]
    exact_wh = given_wh * (load_wh - earlier_wh[at]) // np.maximum(demand_wh, 1)
    if not np.isin(got_wh - exact_wh, (0, 1)).all():
        return None
    starts_s = sheet.period.start_s + STEP_S * at
    shown = [
        n
        for n, day in enumerate(shared.pool)
        if np.any((starts_s >= day.start_s) & (starts_s < day.start_s + STEP_S * len(day.given_wh)))
    ]
    document: dict[str, JsonValue] = {
        "earlier_wh": [*earlier_wh[at].tolist()],
        "limit_wh": 0,
        "plants": [],
        "pool": [shared.pool_day(n) for n in shown],
    }
    return Step(document, (), shared.leaf)
