"""What a restated month changes: by how much every lot shrank, and what was gained.

A sheet is never rewritten. What shrank is taken from the issues that hold it, the latest supplement
first; what was gained is a supplement with a sheet of its own that says its pairs outright.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import Route, RouteKind
from taihang.core.certificates.act import LessOfLot
from taihang.core.certificates.issue import lots_of
from taihang.core.certificates.sheet import Sheet, SheetRoute
from taihang.core.periods import STEP_S


@dataclass(frozen=True, slots=True)
class Difference:
    """What one recipient got more or less over one route."""

    route: Route
    recipient: str
    plants: tuple[str, ...]
    more_wh: NDArray[np.int64]
    """After less before, of any sign, shape (len(plants), n). [Wh]"""


def differences(before: Sheet, after: Sheet) -> list[Difference]:
    """Return everything that two sheets of one month differ in.

    Args:
        before: The whole sheet that was issued.
        after: The whole sheet of the restated month.

    Returns:
        One entry for each route and recipient with a difference, in the order of the sheets.
    """
    old, new = _recipients(before), _recipients(after)
    return [
        Difference(route, recipient, plants, more_wh)
        for route, recipient in dict.fromkeys([*old, *new])
        for plants, more_wh in (
            _difference(old.get((route, recipient)), new.get((route, recipient)), before),
        )
        if more_wh.any()
    ]


def supplement(found: Sequence[Difference], *, after: Sheet) -> Sheet | None:
    """Return the sheet of what was gained; None where nothing was.

    Args:
        found: What the sheets differ in.
        after: The whole sheet of the restated month.
    """
    routes: list[SheetRoute] = []
    for route in dict.fromkeys(one.route for one in found):
        gains = [one for one in found if one.route == route and (one.more_wh > 0).any()]
        if gains:
            routes.append(_gained(route, gains))
    if not routes:
        return None
    return Sheet(
        month=after.month,
        period=after.period,
        journal_size=after.journal_size,
        park_sha256=after.park_sha256,
        rule=after.rule,
        routes=tuple(routes),
        completes=after.sha256,
    )


def take_less(
    pairs_wh: NDArray[np.int64],
    *,
    plants: Sequence[str],
    start_s: int,
    less_wh: NDArray[np.int64],
) -> Iterator[LessOfLot]:
    """Yield by how much each lot of an issue shrank.

    Args:
        pairs_wh: What it was made of, shape (len(plants), n). [Wh]
        plants: The rows.
        start_s: Start of the first interval. [s since 1970-01-01T00:00Z]
        less_wh: By how much, 0 or more, at most ``pairs_wh``, of the same shape. [Wh]
    """
    lots = lots_of(pairs_wh, plants=plants, start_s=start_s)
    rows = np.array([plants.index(plant) for plant in lots.plants], np.int64)[lots.rows]
    steps = (lots.starts_s - start_s) // STEP_S
    taken_wh = less_wh[rows, steps]
    stops_wh = lots.stops_wh
    for at in np.flatnonzero(taken_wh).tolist():
        stop_wh = int(stops_wh[at])
        yield LessOfLot(
            plant=lots.plants[int(lots.rows[at])],
            start_s=int(lots.starts_s[at]),
            first_wh=stop_wh - int(lots.wh[at]),
            stop_wh=stop_wh,
            less_wh=int(taken_wh[at]),
        )


def _recipients(
    sheet: Sheet,
) -> dict[tuple[Route, str], tuple[tuple[str, ...], NDArray[np.int64]]]:
    return {
        (route.route, recipient): (route.plants, pairs_wh)
        for route in sheet.joined()
        for recipient, pairs_wh in route.each()
    }


_Rows = tuple[tuple[str, ...], NDArray[np.int64]]


def _difference(old: _Rows | None, new: _Rows | None, sheet: Sheet) -> _Rows:
    plants = tuple(dict.fromkeys([*(old[0] if old else ()), *(new[0] if new else ())]))
    more_wh = np.zeros((len(plants), sheet.period.n_steps), np.int64)
    for rows, sign in ((old, -1), (new, 1)):
        if rows is not None:
            more_wh[[plants.index(plant) for plant in rows[0]]] += sign * rows[1]
    return plants, more_wh


def _gained(route: Route, gains: Sequence[Difference]) -> SheetRoute:
    plants = tuple(dict.fromkeys(plant for one in gains for plant in one.plants))
    n = gains[0].more_wh.shape[1]
    pairs_wh = np.zeros((len(plants), len(gains), n), np.int64)
    for column, one in enumerate(gains):
        rows = [plants.index(plant) for plant in one.plants]
        pairs_wh[rows, column] = np.maximum(one.more_wh, 0)
    given_wh = pairs_wh.sum(axis=1)
    if route.kind is RouteKind.FEED_IN:
        nobody_wh = np.zeros((0, n), np.int64)
        return SheetRoute(route, plants, (), given_wh, nobody_wh)
    takers = tuple(one.recipient for one in gains)
    return SheetRoute(route, plants, takers, given_wh, pairs_wh.sum(axis=0), pairs_wh)
