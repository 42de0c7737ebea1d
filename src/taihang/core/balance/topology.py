"""Green matching by topology and contract: the rule ``topology-contract/v2``, in integer Wh.

In every interval whose balance is closed: dedicated lines; then what is lost; then contracts by
priority, share and load; then the members of each feeder; then the park; then batteries; then the
public grid. Where a transformer binds, see ``network``.

- **Losses** of the network are taken out of each plant's energy behind its lines, by the named
  option, before anything is shared out.
- **Export** that the grid meter counts is attributed to generation first, also where the park
  imports in the same interval: as much green energy is kept back from users as left the park.
  So nothing is claimed twice, inside and outside.
- **What is left** charges batteries, then leaves as feed-in. What neither went in nor out (a
  transformer bound, or energy of an estimate left instead) is in no claim, and is told.

Each interval stands for itself. Ties go to the earlier row; a group of contracts stands where its
first contract stands.

Source: 发改能源〔2025〕650号 (clear physical tracing) for lines and feeders first; contracts and
the order among them are rules of the park.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import (
    Line,
    Matching,
    NegativeFlowError,
    Route,
    RouteKind,
    Share,
    serve_line,
    split_pro_rata,
)
from taihang.core.balance.network import Left, Network, Piece, Step
from taihang.core.park.matching_rule import LossRule, MatchingRule, MatchingStep, StorageCharge

_Energies = NDArray[np.int64]
_COLUMNS_AT_ONCE: Final = 2_048
_PARTS: Final = 1_000_000
"""A contract share is held in millionths."""
PARK: Final = "park"


@dataclass(frozen=True, slots=True)
class Contract:
    """A green supply contract as rows."""

    id: str
    plant: int
    buyers: tuple[int, ...]
    priority: int | None = None
    share_ratio: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything that a matching rests on and that stands still: lines, feeders, contracts."""

    lines: tuple[Line, ...]
    contracts: tuple[Contract, ...]
    network: Network
    grid: str
    """Id of the grid connection that surplus leaves through."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The energies of some intervals, each of shape (rows, n) or (n,) [Wh]."""

    generation_wh: _Energies
    """What each plant may claim, 0 or more, shape (n_plants, n)."""
    unclaimed_wh: _Energies
    """Generation of all plants that may not be claimed, shape (n,)."""
    load_wh: _Energies
    """Of each user, shape (n_users, n)."""
    charge_wh: _Energies
    """What each battery drew and measured, shape (n_batteries, n)."""
    imported_wh: _Energies
    exported_wh: _Energies
    discharged_wh: _Energies
    losses_wh: _Energies
    closed: NDArray[np.bool_]
    """Where the balance is closed; elsewhere nothing is matched."""

    def part(self, columns: slice) -> "Ground":
        """Return some intervals."""
        arrays = [getattr(self, each.name)[..., columns] for each in fields(self)]
        return Ground(*arrays)


@dataclass(frozen=True, slots=True)
class Direct:
    """What was matched in the interval of its generation, and what is left after it."""

    matching: Matching
    left: Left
    """After every step; its budget is below zero by what left the park and is of no plant."""
    discharge_lost_wh: _Energies
    """Losses of the network that come from what batteries gave, shape (n,). [Wh]"""


def match_topology(ground: Ground, *, rule: MatchingRule, layout: Layout) -> Direct:
    """Match generation with load and charging under rule ``topology-contract/v2``.

    Args:
        ground: The energies.
        rule: The rule with its options.
        layout: Lines, contracts and feeders.

    Returns:
        Every step, and what is left for storage.

    Raises:
        NegativeFlowError: If any generation, load or charge is below zero.
    """
    if min(each.min(initial=0) for each in (ground.generation_wh, ground.load_wh)) < 0:
        raise NegativeFlowError(
            given="a negative generation or load",
            expected="energies of 0 Wh or more",
            remedy="turn own use of a plant into load before matching",
        )
    n = ground.load_wh.shape[1]
    groups = contract_groups(layout.contracts)
    if n <= _COLUMNS_AT_ONCE:
        return _match(ground, rule, layout, groups)
    # Some intervals at a time stay near the processor.
    whole: Direct | None = None
    for first in range(0, n, _COLUMNS_AT_ONCE):
        columns = slice(first, first + _COLUMNS_AT_ONCE)
        part = _match(ground.part(columns), rule, layout, groups)
        whole = whole or _room_for(part, n)
        _put(part, whole, columns)
    return whole or _match(ground, rule, layout, groups)


@dataclass(frozen=True, slots=True)
class Group:
    """Contracts that are served together: the same priority, and buyers in common."""

    id: str
    """Ids of the contracts, joined by ``+``."""
    contracts: tuple[Contract, ...]
    plants: tuple[int, ...]
    """Rows, each once."""
    buyers: tuple[int, ...]
    is_shared: bool
    """Whether each plant gives no more than a share."""


def contract_groups(contracts: Sequence[Contract]) -> tuple[Group, ...]:
    """Return the groups of contracts in the order in which they are served.

    Inside one priority contracts with a share come first, those of the same buyers together. A
    plant's contracts without a share are one: their buyers take in proportion to load. Plants with
    the same such buyers are served together.

    Example:
        >>> many = [Contract("A", 0, (0,)), Contract("B", 0, (1,)), Contract("C", 1, (0, 1))]
        >>> [group.id for group in contract_groups(many)]
        ['A+B+C']
    """
    levels = sorted({_level(each) for each in contracts})
    return tuple(
        group
        for level in levels
        for group in (
            *_shared_groups([each for each in contracts if _level(each) == level]),
            *_open_groups([each for each in contracts if _level(each) == level]),
        )
    )


def _level(contract: Contract) -> tuple[bool, int]:
    return (contract.priority is None, contract.priority or 0)


def _shared_groups(contracts: Iterable[Contract]) -> Iterator[Group]:
    members: dict[tuple[tuple[int, ...], int], list[Contract]] = {}
    for contract in contracts:
        if contract.share_ratio is not None:
            buyers = tuple(sorted(set(contract.buyers)))
            # Two contracts of one plant with the same buyers are two groups.
            nth = sum(
                contract.plant == other.plant
                for key, group in members.items()
                for other in group
                if key[0] == buyers
            )
            members.setdefault((buyers, nth), []).append(contract)
    for (buyers, _), group in members.items():
        yield _group(group, buyers, is_shared=True)


def _open_groups(contracts: Iterable[Contract]) -> Iterator[Group]:
    of_plant: dict[int, list[Contract]] = {}
    for contract in contracts:
        if contract.share_ratio is None:
            of_plant.setdefault(contract.plant, []).append(contract)
    members: dict[tuple[int, ...], list[Contract]] = {}
    for own in of_plant.values():
        buyers = tuple(sorted({buyer for each in own for buyer in each.buyers}))
        members.setdefault(buyers, []).extend(own)
    for buyers, group in members.items():
        yield _group(group, buyers, is_shared=False)


def _group(contracts: Sequence[Contract], buyers: tuple[int, ...], *, is_shared: bool) -> Group:
    return Group(
        id="+".join(each.id for each in contracts),
        contracts=tuple(contracts),
        plants=tuple(dict.fromkeys(each.plant for each in contracts)),
        buyers=buyers,
        is_shared=is_shared,
    )


# -- one stretch of intervals --------------------------------------------------------------------


def _match(ground: Ground, rule: MatchingRule, layout: Layout, groups: Sequence[Group]) -> Direct:
    left = _left_at_first(ground, layout.network)
    # 1. Dedicated lines, around the shared network.
    shares = [serve_line(left.offered_wh, left.wanted_wh, line) for line in layout.lines]
    # 2. What is lost, and what left the park: the rest may be given inside.
    lost = _losses(ground, left.offered_wh.sum(axis=0), rule.losses)
    lost_wh = split_pro_rata(lost.claimed_wh, weights_wh=left.offered_wh)
    left.offered_wh[:] -= lost_wh
    of_storage_wh = lost.exported_from_storage_wh(ground, left.offered_wh.sum(axis=0))
    left.budget_wh[:] = np.maximum(left.offered_wh.sum(axis=0) - ground.exported_wh, 0)
    # 3. Contracts, feeders, the park; then batteries.
    if MatchingStep.CONTRACT in rule.steps:
        shares += _contracts(left, layout, groups)
    shares += _by_load(left, rule, layout.network, len(ground.load_wh))
    # 4. What leaves the park.
    shares.append(_feed_in(left, ground.exported_wh, layout.grid))
    left.budget_wh[:] = -of_storage_wh
    n_users, n = ground.load_wh.shape
    matching = Matching(tuple(shares), len(ground.generation_wh), n_users, n, lost_wh)
    return Direct(matching, left, lost.discharged_wh)


def _by_load(left: Left, rule: MatchingRule, network: Network, n_users: int) -> Iterator[Share]:
    """Share out in proportion: among the members of each feeder, in the park, to batteries."""
    every, batteries = range(len(left.offered_wh)), range(n_users, len(left.wanted_wh))
    with_load = rule.storage_charge is StorageCharge.WITH_LOAD
    takers = range(len(left.wanted_wh)) if with_load else range(n_users)
    if MatchingStep.FEEDER in rule.steps:
        step = Step(left, network=network, plants=every, takers=takers)
        yield from _shares(step.within(), RouteKind.FEEDER, PARK, n_users)
    if MatchingStep.POOL in rule.steps:
        step = Step(left, network=network, plants=every, takers=takers)
        pieces = step.across()
        if MatchingStep.FEEDER in rule.steps:
            # Below its transformers nothing was left that could be carried.
            pieces = pieces[-1:]
        yield from _shares(pieces, RouteKind.POOL, PARK, n_users)
    if batteries:
        step = Step(left, network=network, plants=every, takers=batteries)
        yield from _shares(step.across(), RouteKind.CHARGE, PARK, n_users)


def _left_at_first(ground: Ground, network: Network) -> Left:
    n = ground.load_wh.shape[1]
    wanted_wh = np.concatenate([ground.load_wh, ground.charge_wh])
    return Left(
        offered_wh=np.where(ground.closed, ground.generation_wh, 0),
        wanted_wh=np.where(ground.closed, wanted_wh, 0),
        leaving_wh=network.room_wh(n),
        entering_wh=network.room_wh(n),
        budget_wh=np.zeros_like(ground.losses_wh),
    )


@dataclass(frozen=True, slots=True)
class _Lost:
    """Which source the losses come from, each of shape (n,) [Wh]."""

    claimed_wh: _Energies
    unclaimed_wh: _Energies
    discharged_wh: _Energies

    def exported_from_storage_wh(self, ground: Ground, offered_wh: _Energies) -> _Energies:
        """Return what left the park and is of no plant, shape (n,) [Wh]."""
        unclaimed_wh = ground.unclaimed_wh - self.unclaimed_wh
        return np.maximum(ground.exported_wh - offered_wh - unclaimed_wh, 0)


def _losses(ground: Ground, offered_wh: _Energies, losses: LossRule) -> _Lost:
    lost_wh = np.maximum(ground.losses_wh, 0)
    flows = (offered_wh, ground.unclaimed_wh, ground.imported_wh, ground.discharged_wh)
    sources_wh = np.where(ground.closed, np.maximum(np.array(flows), 0), 0)
    if losses is LossRule.PRO_RATA:
        total_wh = np.minimum(lost_wh, sources_wh.sum(axis=0))
        claimed, unclaimed, _, discharged = split_pro_rata(total_wh, weights_wh=sources_wh)
        return _Lost(claimed, unclaimed, discharged)
    lost_wh = lost_wh - np.minimum(lost_wh, sources_wh[2])
    discharged = np.minimum(lost_wh, sources_wh[3])
    lost_wh = np.minimum(lost_wh - discharged, sources_wh[:2].sum(axis=0))
    claimed, unclaimed = split_pro_rata(lost_wh, weights_wh=sources_wh[:2])
    return _Lost(claimed, unclaimed, discharged)


def _contracts(left: Left, layout: Layout, groups: Sequence[Group]) -> Iterator[Share]:
    entitled_wh = _entitled_wh(left.offered_wh, layout.contracts)
    n_users = len(left.wanted_wh)
    for group in groups:
        most_wh = None
        if group.is_shared:
            most_wh = np.array([entitled_wh[each.id] for each in group.contracts])
        step = Step(
            left,
            network=layout.network,
            plants=group.plants,
            takers=group.buyers,
            most_wh=most_wh,
        )
        yield from _shares(step.across(), RouteKind.CONTRACT, group.id, n_users)


def _entitled_wh(offered_wh: _Energies, contracts: Sequence[Contract]) -> Mapping[str, _Energies]:
    """Return what each contract with a share is entitled to, by its id, shape (n,) each [Wh]."""
    entitled: dict[str, _Energies] = {}
    shared = [each for each in contracts if each.share_ratio is not None]
    for plant in dict.fromkeys(each.plant for each in shared):
        own = [each for each in shared if each.plant == plant]
        parts = np.array([[int((each.share_ratio or 0) * _PARTS)] for each in own], np.int64)
        shares_wh, rests = np.divmod(offered_wh[plant] * parts, _PARTS)
        missing = offered_wh[plant] * int(parts.sum()) // _PARTS - shares_wh.sum(axis=0)
        # The largest remainders first, ties to the earlier contract.
        rank = np.argsort(np.argsort(-rests, axis=0, kind="stable"), axis=0, kind="stable")
        shares_wh += rank < missing
        entitled.update({each.id: wh for each, wh in zip(own, shares_wh, strict=True)})
    return entitled


def _shares(pieces: Iterable[Piece], kind: RouteKind, name: str, n_users: int) -> Iterator[Share]:
    """Tell what a step carried as shares: users apart from batteries."""
    for piece in pieces:
        to_users = [at for at, row in enumerate(piece.takers) if row < n_users]
        to_batteries = [at for at, row in enumerate(piece.takers) if row >= n_users]
        is_own = kind in {RouteKind.FEEDER, RouteKind.CHARGE} and piece.feeder is not None
        name_here = piece.feeder if is_own and piece.feeder else name
        if not to_batteries:
            route = Route(kind, name_here)
            yield Share(route, piece.plants, piece.takers, piece.given_wh, piece.received_wh)
            continue
        charged_wh = piece.received_wh[to_batteries].sum(axis=0)
        charging_wh = split_pro_rata(charged_wh, weights_wh=piece.given_wh)
        if to_users:
            yield Share(
                Route(kind, name_here),
                piece.plants,
                tuple(piece.takers[at] for at in to_users),
                piece.given_wh - charging_wh,
                piece.received_wh[to_users],
            )
        yield Share(
            Route(RouteKind.CHARGE, piece.feeder or name),
            piece.plants,
            tuple(piece.takers[at] - n_users for at in to_batteries),
            charging_wh,
            piece.received_wh[to_batteries],
        )


def _feed_in(left: Left, exported_wh: _Energies, grid: str) -> Share:
    total_wh = np.minimum(left.offered_wh.sum(axis=0), np.maximum(exported_wh, 0))
    given_wh = split_pro_rata(total_wh, weights_wh=left.offered_wh)
    left.offered_wh[:] -= given_wh
    nobody = np.zeros((0, len(total_wh)), np.int64)
    plants = tuple(range(len(given_wh)))
    return Share(Route(RouteKind.FEED_IN, grid), plants, (), given_wh, nobody)


def _room_for(part: Direct, n: int) -> Direct:
    """Return a matching of more intervals with the steps of a part, to be filled."""

    def room(wh: _Energies) -> _Energies:
        return np.zeros((*wh.shape[:-1], n), np.int64)

    shares = tuple(
        replace(each, given_wh=room(each.given_wh), received_wh=room(each.received_wh))
        for each in part.matching.shares
    )
    matching = part.matching
    return Direct(
        Matching(shares, matching.n_plants, matching.n_users, n, room(matching.lost_wh)),
        Left(*(room(getattr(part.left, each.name)) for each in fields(Left))),
        room(part.discharge_lost_wh),
    )


def _put(part: Direct, whole: Direct, columns: slice) -> None:
    """Put a part in its place."""
    for own, into in zip(part.matching.shares, whole.matching.shares, strict=True):
        # What was never touched is memory that nobody has asked the machine for.
        for wh, room in ((own.given_wh, into.given_wh), (own.received_wh, into.received_wh)):
            if wh.any():
                room[:, columns] = wh
    whole.matching.lost_wh[:, columns] = part.matching.lost_wh
    for each in fields(Left):
        getattr(whole.left, each.name)[..., columns] = getattr(part.left, each.name)
    whole.discharge_lost_wh[columns] = part.discharge_lost_wh
