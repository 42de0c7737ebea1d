"""Match a period by the rules that hold on its days, with what batteries remember.

A period is cut where a rule or a contract begins or ends. Inside each stretch every interval stands
for itself, but for batteries: their lots go through all of it.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import (
    Line,
    Matching,
    Route,
    RouteKind,
    Share,
    match_green,
)
from taihang.core.balance.network import Network
from taihang.core.balance.release import Release, match_release
from taihang.core.balance.storage import (
    Flows,
    Lot,
    Store,
    StoreRun,
    full_of_unknown,
    run_store,
)
from taihang.core.balance.topology import Contract, Ground, Layout, match_topology
from taihang.core.balance.tracing import trace_pairs
from taihang.core.park.matching_rule import (
    MatchingRule,
    StorageOrigin,
    rule_name_on,
    rule_on,
)
from taihang.core.park.park import Park
from taihang.core.periods import STEP_S, Period, days
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.series import Quality
from taihang.services.period_energies import PeriodEnergies

_Energies = NDArray[np.int64]
_VA_PER_KVA: Final = 1_000
GRID: Final = "grid"
"""Origin of energy that came from the public grid."""
UNKNOWN: Final = "unknown"
"""Origin of energy of which nobody knows where it came from."""
_BUSBAR: Final = "grid"
_HASH_BYTES: Final = 7


@dataclass(frozen=True, slots=True)
class Tracked:
    """What became of the energy in one battery over a stretch of a period."""

    battery: str
    times_s: _Energies
    flows: Flows
    run: StoreRun
    opening: tuple[Lot, ...]
    """Lots at the start of the stretch."""


@dataclass(frozen=True, slots=True)
class PeriodMatching:
    """The matching of a period, and what batteries remember of it."""

    matching: Matching
    tracked: tuple[Tracked, ...]
    """By stretch, then by battery; none where nothing is traced."""


def match_period(
    energies: PeriodEnergies, *, park: Park, opening: Mapping[str, tuple[Lot, ...]]
) -> PeriodMatching:
    """Match a period.

    Args:
        energies: The energies of all of it.
        park: The park with its rules.
        opening: Lots of batteries at its start; of one that is not there nothing is known.

    Returns:
        Every step, over the whole period.
    """
    parts: list[tuple[Period, Matching]] = []
    tracked: list[Tracked] = []
    lots = dict(opening)
    for stretch, rule in stretches(energies.period, park):
        part = energies.part(stretch)
        if rule is None:
            lots = {}
            parts.append((stretch, _by_first_rule(part, park)))
            continue
        matching, traced = _by_topology(part, rule, park, lots)
        lots = {each.battery: each.run.lots for each in traced}
        tracked += traced
        parts.append((stretch, matching))
    return PeriodMatching(_joined(parts, energies.period), tuple(tracked))


def stretches(period: Period, park: Park) -> Iterator[tuple[Period, MatchingRule | None]]:
    """Yield the stretches of a period in which neither the rule nor a contract changes.

    Args:
        period: The period.
        park: The park with its rules.

    Yields:
        Each with its rule; None is the first rule, which looks at no contract.
    """
    rules = park.matching_rules.values()
    edges = {rule.since for rule in rules}
    if edges:
        for supply in park.green_supplies.values():
            edges |= {supply.in_service.since, supply.in_service.until} - {None}
    cuts = {days(day, 1, park.zone).start_s for day in edges if day is not None}
    inside = sorted(cut for cut in cuts if period.start_s < cut < period.end_s)
    bounds = [period.start_s, *inside, period.end_s]
    for first, last in pairwise(bounds):
        stretch = Period.of_s(first, last)
        yield stretch, rule_on(first_day(stretch, park), rules=rules)


def rule_name(period: Period, park: Park) -> str:
    """Return the name of the rule of a period; where several hold, all of them in order.

    Args:
        period: The period.
        park: The park with its rules.
    """
    rules = park.matching_rules.values()
    starts = [first_day(stretch, park) for stretch, _ in stretches(period, park)]
    return ", ".join(dict.fromkeys(rule_name_on(day, rules=rules) for day in starts))


def traces_storage(period: Period, park: Park) -> bool:
    """Say whether lots in batteries tie the intervals of a period together."""
    return bool(park.batteries) and any(
        rule is not None and rule.storage_origin is not StorageOrigin.NONE
        for _, rule in stretches(period, park)
    )


def first_day(period: Period, park: Park) -> date:
    """Return the local day on which a period begins."""
    return period.start.astimezone(park.zone).date()


def origins_of(park: Park) -> tuple[str, ...]:
    """Return where the energy of a battery can be from, in the order of its lots."""
    return (*park.plants, GRID, UNKNOWN)


def fingerprint(lots: Sequence[Lot], *, park: Park) -> int:
    """Return a number that stands for some lots: another number, other lots."""
    names = origins_of(park)
    rows = [
        (lot.time_s, [(name, wh) for name, wh in zip(names, lot.wh, strict=True) if wh])
        for lot in lots
    ]
    told = repr(rows).encode()
    return int.from_bytes(hashlib.sha256(told).digest()[:_HASH_BYTES], "big")


def lines_of(park: Park) -> list[Line]:
    """Return the dedicated lines as rows of the park's plants and users."""
    plants, users = list(park.plants), list(park.users)
    return [
        Line(
            id=line.id,
            plants=tuple(plants.index(plant) for plant in line.plants),
            users=tuple(users.index(user) for user in line.users),
            limit_wh=_step_wh(line.capacity_kva),
        )
        for line in park.dedicated_lines.values()
    ]


def layout_on(day: date, rule: MatchingRule, *, park: Park) -> Layout:
    """Return what a matching rests on, on a local day.

    Args:
        day: The day.
        rule: The rule of that day.
        park: The park.
    """
    plants, users = list(park.plants), list(park.users)
    contracts = [
        Contract(
            supply.id,
            plants.index(supply.plant),
            tuple(users.index(buyer) for buyer in supply.buyers),
            supply.priority,
            supply.share_ratio,
        )
        for supply in park.green_supplies.values()
        if supply.in_service.covers(day)
    ]
    grids = tuple(park.grids)
    return Layout(
        tuple(lines_of(park)),
        tuple(contracts),
        _network(rule, park),
        grids[0] if len(grids) == 1 else _BUSBAR,
    )


def offered_green_wh(measured_wh: _Energies, user_quality: NDArray[np.integer]) -> _Energies:
    """Return the generation that may be matched under the first rule.

    What was not measured cannot be claimed, and own use of a plant at night is no generation. Where
    the load of any user is missing nothing is matched at all: its share would go to the others.

    Args:
        measured_wh: Measured net generation, 0 elsewhere, shape (n_plants, n). [Wh]
        user_quality: Quality of each user's load, shape (n_users, n).

    Returns:
        Generation to be matched, shape (n_plants, n). [Wh]
    """
    all_known = (user_quality < Quality.MISSING).all(axis=0)
    return np.where(all_known, np.maximum(measured_wh, 0), 0)


# -- inside --------------------------------------------------------------------------------------


def _step_wh(kva: float) -> int:
    """Return what something of a rating can carry in one interval [Wh]."""
    return int(kva * _VA_PER_KVA * STEP_S / SECONDS_PER_HOUR)


def _network(rule: MatchingRule, park: Park) -> Network:
    feeders = tuple(park.feeders)
    place = {
        member: at for at, feeder in enumerate(park.feeders.values()) for member in feeder.members
    }
    limits = tuple(_step_wh(feeder.transformer_kva) for feeder in park.feeders.values())
    return Network(
        feeders,
        limits if rule.feeder_limits else (),
        tuple(place.get(plant, len(feeders)) for plant in park.plants),
        tuple(place.get(taker, len(feeders)) for taker in (*park.users, *park.batteries)),
    )


def _by_first_rule(energies: PeriodEnergies, park: Park) -> Matching:
    offered_wh = offered_green_wh(energies.plants.claimable_wh, energies.users.quality)
    return match_green(offered_wh, energies.users.usable_wh, lines=lines_of(park))


def _by_topology(
    energies: PeriodEnergies, rule: MatchingRule, park: Park, lots: Mapping[str, tuple[Lot, ...]]
) -> tuple[Matching, list[Tracked]]:
    layout = layout_on(first_day(energies.period, park), rule, park=park)
    # 1. What was used, stored or fed in, in the interval of its generation.
    direct = match_topology(_ground(energies), rule=rule, layout=layout)
    if not park.batteries or rule.storage_origin is StorageOrigin.NONE:
        return direct.matching, []
    # 2. What each battery released, and where that came from.
    mixed = rule.storage_origin is StorageOrigin.WELL_MIXED
    tracked = [
        _followed(
            row,
            energies,
            direct.matching,
            store=Store.of(battery),
            lots=lots.get(name),
            mixed=mixed,
        )
        for row, (name, battery) in enumerate(park.batteries.items())
    ]
    releases = [
        _release(each, energies.discharge.claimable[row], len(park.plants))
        for row, each in enumerate(tracked)
    ]
    # 3. Whom it served.
    served = match_release(releases, direct, rule=rule, network=layout.network)
    shares = (*direct.matching.shares, *served)
    return replace(direct.matching, shares=shares), tracked


def _ground(energies: PeriodEnergies) -> Ground:
    plants, flows = energies.plants, energies.flows_wh
    generated_wh = np.maximum(plants.usable_wh, 0)
    claimable_wh = np.maximum(plants.claimable_wh, 0)
    return Ground(
        generation_wh=claimable_wh,
        unclaimed_wh=(generated_wh - claimable_wh).sum(axis=0),
        load_wh=energies.users.usable_wh,
        charge_wh=energies.charge.claimable_wh,
        imported_wh=flows["import"],
        exported_wh=flows["export"],
        discharged_wh=flows["discharge"],
        losses_wh=flows["losses"],
        closed=energies.closed,
    )


def _followed(
    row: int,
    energies: PeriodEnergies,
    matching: Matching,
    *,
    store: Store,
    lots: tuple[Lot, ...] | None,
    mixed: bool,
) -> Tracked:
    flows = Flows(
        energies.period.grid_s(),
        _charged_by_origin(row, energies, matching),
        energies.discharge.usable_wh[row],
        (energies.charge.quality[row] < Quality.MISSING)
        & (energies.discharge.quality[row] < Quality.MISSING),
    )
    opening = lots
    if opening is None:
        # One interval before: no lot of the first interval may bear its time.
        before_s = energies.period.start_s - STEP_S
        opening = full_of_unknown(store, n_origins=len(flows.charged_wh), time_s=before_s)
    run = run_store(flows, store=store, opening=opening, well_mixed=mixed)
    return Tracked(energies.charge.ids[row], flows.times_s, flows, run, opening)


def _charged_by_origin(row: int, energies: PeriodEnergies, matching: Matching) -> _Energies:
    """Return what a battery drew: of each plant, of the grid, and unknown, (n_origins, n) [Wh]."""
    green_wh = np.zeros((matching.n_plants, matching.n_intervals), np.int64)
    for share in matching.shares:
        if share.route.kind is RouteKind.CHARGE and row in share.takers:
            pairs_wh = trace_pairs(share.given_wh, share.received_wh)
            green_wh[list(share.plants)] += pairs_wh[:, share.takers.index(row)]
    rest_wh = energies.charge.usable_wh[row] - green_wh.sum(axis=0)
    measured = energies.charge.claimable[row]
    rest = np.array([np.where(measured, rest_wh, 0), np.where(measured, 0, rest_wh)])
    return np.concatenate([green_wh, rest])


def _release(tracked: Tracked, claimable: NDArray[np.bool_], n_plants: int) -> Release:
    released_wh = tracked.run.released_wh
    green_wh = np.where(claimable, released_wh[:n_plants], 0)
    return Release(tracked.battery, green_wh, released_wh.sum(axis=0) - green_wh.sum(axis=0))


def _joined(parts: Sequence[tuple[Period, Matching]], period: Period) -> Matching:
    """Put stretches one after another; a route that one of them lacks carried nothing there."""
    if len(parts) == 1:
        return parts[0][1]
    first = parts[0][1]
    whole: dict[tuple[Route, tuple[int, ...], tuple[int, ...], int], Share] = {}
    for stretch, matching in parts:
        start = (stretch.start_s - period.start_s) // STEP_S
        columns = slice(start, start + stretch.n_steps)
        seen: dict[tuple[Route, tuple[int, ...], tuple[int, ...]], int] = {}
        for share in matching.shares:
            own = (share.route, share.plants, share.takers)
            seen[own] = seen.get(own, 0) + 1
            key = (*own, seen[own])
            if key not in whole:
                whole[key] = replace(
                    share,
                    given_wh=np.zeros((len(share.plants), period.n_steps), np.int64),
                    received_wh=np.zeros((len(share.takers), period.n_steps), np.int64),
                )
            whole[key].given_wh[:, columns] = share.given_wh
            whole[key].received_wh[:, columns] = share.received_wh
    return Matching(
        tuple(whole.values()),
        first.n_plants,
        first.n_users,
        period.n_steps,
        np.concatenate([matching.lost_wh for _, matching in parts], axis=1),
    )
