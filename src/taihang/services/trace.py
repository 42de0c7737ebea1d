"""Which watt-hours went where: of a plant or a user, in one interval or a settled period.

Everything follows from settled rows, park.toml and the matching rule; nothing is kept for it. The
rows of a plant sum to what it could have generated, those of a user to its load.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import SERVING, RouteKind, Share
from taihang.core.balance.settlement import Settlement
from taihang.core.balance.storage import Lot, Store, run_store
from taihang.core.balance.tracing import trace_pairs
from taihang.core.certificates.lot import lot_id
from taihang.core.errors import InputError
from taihang.core.park.matching_rule import StorageOrigin, rule_on
from taihang.core.park.park import Park
from taihang.core.periods import Period
from taihang.services.account import UnsettledMonthError
from taihang.services.match_period import Tracked, first_day
from taihang.services.matched import Matched, plant_states, shares_of
from taihang.services.ports import Ports
from taihang.services.settle import ports_of

_AT_ONCE: Final = 2_048
"""Intervals whose pairs are held at once."""
_ROUTED: Final = ("matched", "charged", "fed-in")
"""States of a plant's energy that are told route by route."""
MATCHED: Final = "matched"
RELEASED: Final = "released"
NOT_GREEN: Final = "not-green"


class NoTraceSubjectError(InputError):
    """A trace is asked for of something that the park does not have."""

    code = "input.trace-subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """Energy that went one way."""

    state: str
    """What became of it: ``matched``, ``charged``, ``fed-in``, ``lost``, ``curtailed``,
    ``unclaimed``, ``unassigned``; of a user also ``released`` and ``not-green``."""
    wh: int
    plant: str | None = None
    taker: str | None = None
    """The user, the battery, or the grid connection."""
    route: str | None = None
    """Kind of the route."""
    route_id: str | None = None
    contract: str | None = None
    """The supply contract between plant and user on that day, whatever the route."""
    lots: tuple[str, ...] = ()
    """Lots of the plant that it is, of one interval; of stored energy those that were charged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What became of a plant's energy, or what a user's load was made of."""

    subject: str
    period: Period
    rule: str
    settlement: Settlement
    """What all of it rests on."""
    meters: tuple[str, ...]
    """Meters of the plant or user in the period."""
    total_wh: int
    """What the plant could have generated, or the load of the user."""
    rows: tuple[Traced, ...]


def trace(subject: str, period: Period, *, ports: Ports) -> Trace:
    """Trace the energy of a plant or a user over a settled period.

    Args:
        subject: A plant, an enterprise or a station.
        period: Whole settlement intervals; of one alone the lots are told.
        ports: The outside world.

    Returns:
        Where it went, or where it came from, in the order of the steps of the rule.

    Raises:
        NoTraceSubjectError: If the park has no such plant or user.
        UnsettledMonthError: If not all of the period is settled.
    """
    # 1. What it rests on: the park file of the settlement, which may not be the present one.
    settlement = _settlement(period, ports)
    if settlement.park_sha256 != ports.park_sha256:
        ports = ports_of(settlement, ports=ports)
    park = ports.park
    if subject not in {*park.plants, *park.users}:
        raise NoTraceSubjectError(
            given=repr(subject),
            expected="a plant, an enterprise or a station of park.toml",
            remedy="write for example --plant PV01, or --user E17",
        )
    # 2. The matching again, and every way that the energy took.
    matched = shares_of(period, ports=ports)
    is_plant = subject in park.plants
    rows = [*(_of_plant if is_plant else _of_user)(subject, matched, ports)]
    return Trace(
        subject=subject,
        period=period,
        rule=matched.rule,
        settlement=settlement,
        meters=_meters(subject, period, park),
        total_wh=sum(row.wh for row in rows),
        rows=tuple(rows),
    )


def _settlement(period: Period, ports: Ports) -> Settlement:
    """Return the last settlement of the first interval of a period."""
    for each in reversed(ports.registry.settlements()):
        if each.start_s <= period.start_s < each.end_s:
            return each
    raise UnsettledMonthError(
        given=f"{period.start.isoformat()} … {period.end.isoformat()}, which nobody settled",
        expected="settled intervals",
        remedy="run `taihang settle` for them first",
    )


def _meters(subject: str, period: Period, park: Park) -> tuple[str, ...]:
    day = first_day(period, park)
    return tuple(
        meter.id
        for meter in park.meters.values()
        if meter.node == subject and meter.in_service.covers(day)
    )


# -- of a plant ----------------------------------------------------------------------------------


def _of_plant(plant: str, matched: Matched, ports: Ports) -> Iterator[Traced]:
    row = matched.plants.index(plant)
    lots = _own_lots(plant, matched.period)
    for share in matched.shares:
        kind = share.route.kind
        if row not in share.plants or kind is RouteKind.STORAGE:
            continue
        at = share.plants.index(row)
        if kind is RouteKind.FEED_IN:
            way = _way("fed-in", share, wh=int(share.given_wh[at].sum()))
            yield from _some([replace(way, plant=plant, taker=share.route.id, lots=lots)])
            continue
        ids = matched.batteries if kind is RouteKind.CHARGE else matched.users
        way = _way("charged" if kind is RouteKind.CHARGE else MATCHED, share)
        for taker, wh in zip(share.takers, _pairs(share, plant=at), strict=True):
            contract = _contract(plant, ids[taker], matched.period, ports.park)
            named = replace(way, plant=plant, taker=ids[taker], contract=contract)
            yield from _some([replace(named, wh=wh, lots=lots)])
    for state, energy_wh in plant_states(matched, ports=ports).items():
        if state not in _ROUTED:
            yield from _some([Traced(state=state, plant=plant, wh=int(energy_wh[row].sum()))])


def _way(state: str, share: Share, *, wh: int = 0) -> Traced:
    return Traced(state=state, route=share.route.kind.value, route_id=share.route.id, wh=wh)


def _some(rows: Sequence[Traced]) -> Iterator[Traced]:
    """Yield the rows with any energy."""
    yield from (row for row in rows if row.wh)


# -- of a user -----------------------------------------------------------------------------------


def _of_user(user: str, matched: Matched, ports: Ports) -> Iterator[Traced]:
    row = matched.users.index(user)
    green_wh = 0
    for share in matched.shares:
        if row not in share.takers or share.route.kind not in SERVING:
            continue
        stored = share.route.kind is RouteKind.STORAGE
        way = replace(_way(RELEASED if stored else MATCHED, share), taker=user)
        own_wh = _pairs(share, taker=share.takers.index(row))
        for place, wh in zip(share.plants, own_wh, strict=True):
            if wh:
                plant = matched.plants[place]
                green_wh += wh
                yield _told(replace(way, plant=plant, wh=wh), matched, ports)
    rest_wh = int(matched.load_wh[row].sum()) - green_wh
    yield from _some([Traced(state=NOT_GREEN, taker=user, wh=rest_wh)])


def _told(row: Traced, matched: Matched, ports: Ports) -> Traced:
    """Name the contract and the lots of what a user received."""
    plant, user, period = row.plant or "", row.taker or "", matched.period
    if row.state == RELEASED:
        return replace(row, lots=_stored_lots(plant, row.route_id or "", matched, ports))
    contract = _contract(plant, user, period, ports.park)
    return replace(row, contract=contract, lots=_own_lots(plant, period))


# -- inside --------------------------------------------------------------------------------------


def _pairs(share: Share, *, plant: int | None = None, taker: int | None = None) -> list[int]:
    """Add up the pairs of one plant with every taker, or of one taker with every plant [Wh]."""
    mine = share.given_wh[plant] if plant is not None else share.received_wh[taker]
    n_others = len(share.takers) if plant is not None else len(share.plants)
    sums = np.zeros(n_others, np.int64)
    # Only intervals in which anything was carried, some at a time.
    there: NDArray[np.intp] = np.flatnonzero(mine)
    for first in range(0, len(there), _AT_ONCE):
        columns = there[first : first + _AT_ONCE]
        pairs_wh = trace_pairs(share.given_wh[:, columns], share.received_wh[:, columns])
        own_wh = pairs_wh[plant] if plant is not None else pairs_wh[:, taker]
        sums += own_wh.sum(axis=1)
    return sums.tolist()


def _contract(plant: str, user: str, period: Period, park: Park) -> str | None:
    day = first_day(period, park)
    for supply in park.green_supplies.values():
        if supply.plant == plant and user in supply.buyers and supply.in_service.covers(day):
            return supply.id
    return None


def _own_lots(plant: str, period: Period) -> tuple[str, ...]:
    return (lot_id(plant, period.start_s),) if period.n_steps == 1 else ()


def _stored_lots(plant: str, battery: str, matched: Matched, ports: Ports) -> tuple[str, ...]:
    """Return the lots of a plant that a battery released in one interval."""
    if matched.period.n_steps != 1:
        return ()
    row = matched.plants.index(plant)
    return tuple(
        lot_id(plant, lot.time_s)
        for tracked in matched.tracked
        if tracked.battery == battery
        for lot in _released_from(tracked, ports)
        if lot.wh[row]
    )


def _released_from(tracked: Tracked, ports: Ports) -> Sequence[Lot]:
    park = ports.park
    day = first_day(Period.of_s(int(tracked.times_s[0]), int(tracked.times_s[0]) + 1), park)
    rule = rule_on(day, rules=park.matching_rules.values())
    if rule is None or rule.storage_origin is not StorageOrigin.FIFO:
        # A well-mixed store has no lots: its energy is of all that was charged.
        return ()
    store = Store.of(park.batteries[tracked.battery])
    run = run_store(tracked.flows, store=store, opening=tracked.opening, watched=(0,))
    return run.released_from[0]
