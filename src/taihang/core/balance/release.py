"""What batteries release of plants' energy, and which users it serves.

It goes where energy of plants goes, after it: among the members of the battery's feeder, then
across the park, within what transformers still carry. It earns no lot, for its energy earned one
when it was generated; it carries the origin of the lots that it was taken from.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import Route, RouteKind, Share, split_pro_rata
from taihang.core.balance.network import Left, Network, Piece, Step
from taihang.core.balance.topology import Direct
from taihang.core.balance.tracing import trace_pairs
from taihang.core.park.matching_rule import MatchingRule, MatchingStep

_Energies = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Release:
    """What one battery gave at its meter."""

    battery: str
    green_wh: _Energies
    """Of plants, and measured, shape (n_plants, n). [Wh]"""
    other_wh: _Energies
    """Of the grid, of unknown origin, or not to be claimed, shape (n,). [Wh]"""


def match_release(
    releases: Sequence[Release], direct: Direct, *, rule: MatchingRule, network: Network
) -> tuple[Share, ...]:
    """Match what batteries release of plants' energy with the load that is left.

    Args:
        releases: By row of the batteries.
        direct: What was matched before, and what is left.
        rule: The rule with its options.
        network: Who hangs where.

    Returns:
        Steps of the kind ``storage``; their plants are those that the energy came from.
    """
    green_wh = _behind_losses(releases, direct.discharge_lost_wh)
    n_users = direct.matching.n_users
    left = direct.left
    offered_wh = np.array([wh.sum(axis=0) for wh in green_wh])
    # What left the park and is of no plant came out of batteries.
    budget_wh = np.maximum(offered_wh.sum(axis=0) + left.budget_wh, 0)
    rest = Left(
        offered_wh.copy(), left.wanted_wh[:n_users], left.leaving_wh, left.entering_wh, budget_wh
    )
    rows = replace(network, plants=network.takers[n_users:])
    batteries, users = range(len(releases)), range(n_users)
    pieces: list[Piece] = []
    if MatchingStep.FEEDER in rule.steps:
        pieces += Step(rest, network=rows, plants=batteries, takers=users).within()
    if MatchingStep.POOL in rule.steps:
        pieces += Step(rest, network=rows, plants=batteries, takers=users).across()
    return tuple(_shares(pieces, releases, green_wh))


def _behind_losses(releases: Sequence[Release], lost_wh: _Energies) -> list[_Energies]:
    """Return what is left of each battery's green energy behind the network, by plant [Wh]."""
    sources = [np.concatenate([each.green_wh, each.other_wh[None]]) for each in releases]
    every_wh = np.concatenate(sources)
    total_wh = np.minimum(lost_wh, every_wh.sum(axis=0))
    kept_wh = every_wh - split_pro_rata(total_wh, weights_wh=every_wh)
    return [part[:-1] for part in np.split(kept_wh, len(releases))]


def _shares(
    pieces: Sequence[Piece], releases: Sequence[Release], green_wh: list[_Energies]
) -> Iterator[Share]:
    for piece in pieces:
        pairs_wh = trace_pairs(piece.given_wh, piece.received_wh)
        for at, battery in enumerate(piece.plants):
            of_plants_wh = split_pro_rata(piece.given_wh[at], weights_wh=green_wh[battery])
            green_wh[battery] = green_wh[battery] - of_plants_wh
            yield Share(
                Route(RouteKind.STORAGE, releases[battery].battery),
                tuple(range(len(of_plants_wh))),
                piece.takers,
                of_plants_wh,
                pairs_wh[at],
            )
