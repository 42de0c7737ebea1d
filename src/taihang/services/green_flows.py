"""Whose green energy went to whom over a settled period, in whole watt-hours that close.

The rows of a plant sum to what it generated, those of a user to its load. Whoever sees a part of
the park sees what its own enterprises received, by kind of way: which plants gave it over the
shared network cannot be told without the loads of the others.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import DIRECT, SERVING, RouteKind, Share
from taihang.core.balance.tracing import trace_pairs
from taihang.core.errors import InputError
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.periods import Period
from taihang.core.series import Quality
from taihang.services.account import UnsettledMonthError
from taihang.services.match_period import rule_name
from taihang.services.matched import Matched, plant_states, shares_of
from taihang.services.ports import Ports

LINE: Final = "line"
SHARED: Final = "shared"
STORED: Final = "stored"
WAYS: Final = (LINE, SHARED, STORED)
"""How green energy reaches a user: around the grid meter, over the shared network, from storage."""
PLANT_STATES: Final = (
    LINE, SHARED, "charged", "fed-in", "lost", "unclaimed", "unassigned",
)  # fmt: skip
"""What becomes of what a plant generated; curtailed energy was never generated."""
LOAD: Final = "load"
GENERATED: Final = "generated"
CURTAILED: Final = "curtailed"
REST: Final = "rest"
"""What a user drew beside its green energy."""
_AT_ONCE: Final = 2_048
"""Intervals whose pairs are held at once."""
Wh = NDArray[np.int64]


class NoGreenSubjectError(InputError):
    """The curves are asked for of something that is no plant and no user of the park."""

    code = "input.green-subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class GreenPlant:
    """What became of the energy of one plant."""

    id: str
    generated_wh: int
    by_state_wh: Mapping[str, int]
    """By ``PLANT_STATES``. [Wh]"""
    curtailed_wh: int
    """What could have been generated and was not. [Wh]"""

    @property
    def difference_wh(self) -> int:
        """Generated less all that is told of it: 0, or the matching is wrong [Wh]."""
        return self.generated_wh - sum(self.by_state_wh.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class GreenUser:
    """What the load of one user was made of."""

    id: str
    load_wh: int
    by_way_wh: Mapping[str, int]
    """By ``WAYS``; storage is left out where it cannot be known. [Wh]"""
    n_missing: int
    """Intervals without a usable load."""

    @property
    def green_wh(self) -> int:
        """All that came from plants [Wh]."""
        return sum(self.by_way_wh.values())

    @property
    def rest_wh(self) -> int:
        """What did not [Wh]."""
        return self.load_wh - self.green_wh


@dataclass(frozen=True, slots=True, kw_only=True)
class GreenPeriod:
    """The matching of a settled period by plant, by user, and from one to the other."""

    rule: str
    plants: tuple[GreenPlant, ...]
    """None where a part of the park is seen."""
    users: tuple[GreenUser, ...]
    pairs_wh: Mapping[tuple[str, str, str], int]
    """By plant, user and way; what a user got over each way is the sum of its pairs. [Wh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GreenDay:
    """Energy of each interval of a stretch; None where it is not known."""

    subject: str
    rule: str
    start_s: int
    whole: str
    """``load``, or of a plant ``generated``: the series that the others make up."""
    series_wh: Mapping[str, tuple[int | None, ...]]
    """The whole first, then its parts, in reading order. [Wh]"""


def green_period(period: Period, *, ports: Ports) -> GreenPeriod | None:
    """Return the matching of a period.

    Args:
        period: Whole settlement intervals.
        ports: The outside world.

    Returns:
        None where not all of it is settled.
    """
    if not ports.scope.is_whole:
        return _own_period(period, ports)
    try:
        matched = shares_of(period, ports=ports)
    except UnsettledMonthError:
        return None
    return GreenPeriod(
        rule=matched.rule,
        plants=tuple(_plants(matched, ports)),
        users=tuple(_users(matched)),
        pairs_wh=_pairs(matched),
    )


def green_day(of: str, period: Period, *, ports: Ports) -> GreenDay | None:
    """Return the matching of a stretch interval by interval.

    Args:
        of: ``park``, a plant or a user.
        period: Whole settlement intervals, not many.
        ports: The outside world.

    Returns:
        None where not all of it is settled.

    Raises:
        NoGreenSubjectError: If the viewer sees no such subject.
    """
    known = {*ports.park.users}
    if ports.scope.is_whole:
        known |= {PARK_SUBJECT, *ports.park.plants}
    if of not in known:
        raise NoGreenSubjectError(
            given=repr(of[:40]),
            expected="a plant or a user of the park",
            remedy="choose one on the page",
        )
    if not ports.scope.is_whole:
        return _own_day(of, period, ports)
    try:
        matched = shares_of(period, ports=ports)
    except UnsettledMonthError:
        return None
    of_plant = of in ports.park.plants
    series = _plant_series(of, matched, ports) if of_plant else _user_series(of, matched)
    return GreenDay(
        subject=of,
        rule=matched.rule,
        start_s=period.start_s,
        whole=GENERATED if of_plant else LOAD,
        series_wh=series,
    )


def way_of(kind: RouteKind) -> str:
    """Return how a kind of route is told to people.

    Example:
        >>> [way_of(RouteKind(word)) for word in ("line", "contract", "pool", "storage")]
        ['line', 'shared', 'shared', 'stored']
    """
    if kind is RouteKind.STORAGE:
        return STORED
    return LINE if kind is RouteKind.LINE else SHARED


# -- the whole park ------------------------------------------------------------------------------

_SHARED_KINDS: Final = tuple(kind for kind in DIRECT if kind is not RouteKind.LINE)


def _states(matched: Matched, ports: Ports) -> dict[str, Wh]:
    """Return where each watt-hour of each plant is, shape (n_plants, n) each [Wh]."""
    states = dict(plant_states(matched, ports=ports))
    del states["matched"]
    return {
        LINE: matched.matching.given_wh(RouteKind.LINE),
        SHARED: matched.matching.given_wh(*_SHARED_KINDS),
        **states,
    }


def _plants(matched: Matched, ports: Ports) -> Iterator[GreenPlant]:
    states = {name: wh.sum(axis=1) for name, wh in _states(matched, ports).items()}
    generated_wh = np.maximum(matched.generated_wh, 0).sum(axis=1)
    for row, id_ in enumerate(matched.plants):
        yield GreenPlant(
            id=id_,
            generated_wh=int(generated_wh[row]),
            by_state_wh={name: int(states[name][row]) for name in PLANT_STATES},
            curtailed_wh=int(states[CURTAILED][row]),
        )


def _users(matched: Matched) -> Iterator[GreenUser]:
    received = {
        LINE: matched.matching.received_wh(RouteKind.LINE).sum(axis=1),
        SHARED: matched.matching.received_wh(*_SHARED_KINDS).sum(axis=1),
        STORED: matched.matching.received_wh(RouteKind.STORAGE).sum(axis=1),
    }
    n_missing = (matched.quality >= Quality.MISSING).sum(axis=1)
    for row, id_ in enumerate(matched.users):
        yield GreenUser(
            id=id_,
            load_wh=int(matched.load_wh[row].sum()),
            by_way_wh={name: int(received[name][row]) for name in WAYS},
            n_missing=int(n_missing[row]),
        )


def _pairs(matched: Matched) -> Mapping[tuple[str, str, str], int]:
    found = Counter[tuple[str, str, str]]()
    for share in matched.shares:
        if share.route.kind not in SERVING:
            continue
        way, sums_wh = way_of(share.route.kind), _summed(share)
        for row, col in np.argwhere(sums_wh).tolist():
            plant, user = matched.plants[share.plants[row]], matched.users[share.takers[col]]
            found[plant, user, way] += int(sums_wh[row, col])
    return dict(found)


def _summed(share: Share) -> Wh:
    """Return what each plant of a step gave each taker, shape (n_plants, n_takers) [Wh]."""
    sums_wh = np.zeros((len(share.plants), len(share.takers)), np.int64)
    there = np.flatnonzero(share.given_wh.sum(axis=0))
    for first in range(0, len(there), _AT_ONCE):
        at = there[first : first + _AT_ONCE]
        sums_wh += trace_pairs(share.given_wh[:, at], share.received_wh[:, at]).sum(axis=2)
    return sums_wh


# -- interval by interval ------------------------------------------------------------------------


def _user_series(of: str, matched: Matched) -> dict[str, tuple[int | None, ...]]:
    rows = range(len(matched.users)) if of == PARK_SUBJECT else [matched.users.index(of)]
    at = np.array(rows)
    usable: NDArray[np.bool_] = np.logical_and.reduce(matched.quality[at] < Quality.MISSING)
    load_wh = matched.load_wh[at].sum(axis=0)
    kinds = [kind for kind in SERVING if any(s.route.kind is kind for s in matched.shares)]
    parts = {kind.value: matched.matching.received_wh(kind)[at].sum(axis=0) for kind in kinds}
    rest_wh = load_wh - sum(parts.values(), np.zeros_like(load_wh))
    return {name: _told(wh, usable) for name, wh in {LOAD: load_wh, **parts, REST: rest_wh}.items()}


def _plant_series(of: str, matched: Matched, ports: Ports) -> dict[str, tuple[int | None, ...]]:
    row = matched.plants.index(of)
    usable = matched.energies.plants.quality[row] < Quality.MISSING
    states = _states(matched, ports)
    whole = {GENERATED: np.maximum(matched.generated_wh[row], 0)}
    parts = {name: states[name][row] for name in (*PLANT_STATES, CURTAILED)}
    return {name: _told(wh, usable) for name, wh in {**whole, **parts}.items()}


def _told(wh: Wh, usable: NDArray[np.bool_]) -> tuple[int | None, ...]:
    return tuple(v if ok else None for v, ok in zip(wh.tolist(), usable.tolist(), strict=True))


# -- a part of the park --------------------------------------------------------------------------


def _own_rows(user: str, period: Period, ports: Ports) -> Mapping[str, Wh] | None:
    """Return the settled rows of one user; None where not every interval has one."""
    rows = ports.lake.read("matching", period, user).get(("user", user))
    return rows if rows is not None and len(rows["time_s"]) == period.n_steps else None


def _own_period(period: Period, ports: Ports) -> GreenPeriod | None:
    users: list[GreenUser] = []
    for id_ in ports.park.users:
        rows = _own_rows(id_, period, ports)
        if rows is None:
            return None
        usable = rows["quality"] < Quality.MISSING
        users.append(
            GreenUser(
                id=id_,
                load_wh=int(rows["total_wh"][usable].sum()),
                by_way_wh={LINE: int(rows["line_wh"].sum()), SHARED: int(rows["pool_wh"].sum())},
                n_missing=int((~usable).sum()),
            )
        )
    return GreenPeriod(
        rule=rule_name(period, ports.park), plants=(), users=tuple(users), pairs_wh={}
    )


def _own_day(of: str, period: Period, ports: Ports) -> GreenDay | None:
    rows = _own_rows(of, period, ports)
    if rows is None:
        return None
    usable = rows["quality"] < Quality.MISSING
    parts = {LINE: rows["line_wh"], SHARED: rows["pool_wh"]}
    rest_wh = rows["total_wh"] - rows["line_wh"] - rows["pool_wh"]
    series = {LOAD: rows["total_wh"], **parts, REST: rest_wh}
    return GreenDay(
        subject=of,
        rule=rule_name(period, ports.park),
        start_s=period.start_s,
        whole=LOAD,
        series_wh={name: _told(wh, usable) for name, wh in series.items()},
    )
