"""Alarms of power: what carried more than it is rated for, and demand that costs more."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from taihang.core.alarm.condition import Cause, CauseKind, Condition, episodes, found
from taihang.core.alarm.rule import AlarmRule
from taihang.core.park.topology import Direction, Meter
from taihang.core.quantities import WH_PER_KWH
from taihang.services.alarm_balance import ending
from taihang.services.alarm_scene import Scene

_DRAWN: Final = (Direction.CONSUMPTION, Direction.CHARGE)
_GIVEN: Final = (Direction.GENERATION, Direction.DISCHARGE)
_IMPORT: Final = (Direction.IMPORT,)
_EXPORT: Final = (Direction.EXPORT,)


def power_alarms(scene: Scene) -> Iterator[Condition]:
    """Yield what carried too much, by the settled intervals of the last two months.

    Args:
        scene: The park at an instant.
    """
    for number, _ in enumerate(scene.months):
        yield from _ratings(number, scene)


@dataclass(frozen=True, slots=True)
class _Rated:
    """Something that carries no more than so much, and the meters that see what it carries."""

    id: str
    cause: Cause
    limit_w: int
    drawn: Sequence[Meter]
    given: Sequence[Meter]


def _ratings(number: int, scene: Scene) -> Iterator[Condition]:
    """Yield what carried more kW than its kVA: at any power factor that is too much."""
    period = scene.months[number]
    for rated in _rated(scene):
        if not rated.drawn and not rated.given:
            continue
        drawn_w, has_drawn = scene.power_of(rated.drawn, number)
        given_w, has_given = scene.power_of(rated.given, number)
        net_w = np.abs(drawn_w - given_w)
        there = (has_drawn | (not rated.drawn)) & (has_given | (not rated.given))
        over = there & (net_w > rated.limit_w)
        for episode in episodes(over, period=period, apart_s=scene.apart_s):
            one = found(AlarmRule.RATING_EXCEEDED, rated.id, episode.start_s, cause=rated.cause)
            values = (
                ("subject", rated.id),
                ("found_w", int(net_w[episode.where].max())),
                ("limit_w", rated.limit_w),
                ("intervals", len(episode.where)),
                ("since_at_s", episode.start_s),
            )
            yield ending(replace(one, values=values), episode, period)


def _rated(scene: Scene) -> Iterator[_Rated]:
    """Yield connections, feeders and users with their transformers."""
    seen = _Seen(scene)
    for grid in scene.park.grids.values():
        cause = Cause(CauseKind.GRID, grid.id)
        imported, exported = seen.by(_IMPORT, grid.id), seen.by(_EXPORT, grid.id)
        yield _Rated(grid.id, cause, _w(grid.capacity_kva), imported, exported)
    for feeder in scene.park.feeders.values():
        cause = Cause(CauseKind.GRID, feeder.id)
        drawn, given = seen.by(_DRAWN, *feeder.members), seen.by(_GIVEN, *feeder.members)
        yield _Rated(feeder.id, cause, _w(feeder.transformer_kva), drawn, given)
    for user, kva in _transformers(scene).items():
        cause = Cause(CauseKind.USER, user)
        yield _Rated(user, cause, _w(kva), seen.by(_DRAWN, user), ())


class _Seen:
    """Which meters see what a node carries."""

    def __init__(self, scene: Scene) -> None:
        self._by_node: dict[str, list[Meter]] = {}
        for meter in scene.park.meters.values():
            self._by_node.setdefault(meter.node, []).append(meter)

    def by(self, directions: Sequence[Direction], *nodes: str) -> list[Meter]:
        """Return the meters of nodes that count one of some directions."""
        every = (meter for node in nodes for meter in self._by_node.get(node, ()))
        return [meter for meter in every if meter.measures in directions]


def _w(kva: float) -> int:
    return int(kva * WH_PER_KWH)


def _transformers(scene: Scene) -> Mapping[str, float]:
    park = scene.park
    stations = {
        each.id: each.transformer_kva
        for each in park.stations.values()
        if each.transformer_kva is not None
    }
    return {**{each.id: each.transformer_kva for each in park.enterprises.values()}, **stations}
