"""One step of a matching over feeders: what stays below a transformer, and what passes it.

In each interval a step has offers (of plants, or of what batteries release) and wishes (of users,
or of batteries that charge). Offers and wishes are shared out in proportion, by largest remainder.
What a feeder gives and takes at once stays below its transformer; the rest leaves it or enters it,
no more than the transformer can carry in the interval. Where that binds, what was cut off is
offered once more: first among the members of each feeder, then to others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import index_of, split_pro_rata

_Energies = NDArray[np.int64]
UNLIMITED_WH: Final = 1 << 60
"""More than anything carries [Wh]."""


@dataclass(frozen=True, slots=True)
class Network:
    """Which feeder everything hangs on, by row."""

    feeders: tuple[str, ...]
    limits_wh: tuple[int, ...]
    """What each transformer can carry in one interval, one way [Wh]; empty: not looked at."""
    plants: tuple[int, ...]
    """Place of each plant's feeder; ``len(feeders)`` of a plant that is on none."""
    takers: tuple[int, ...]
    """Place of the feeder of each user, then of each battery."""

    @property
    def n_nodes(self) -> int:
        """Feeders, and the busbar for what is on none."""
        return len(self.feeders) + 1

    @property
    def is_limited(self) -> bool:
        """Whether any transformer is looked at."""
        return len(self.limits_wh) > 0

    def room_wh(self, n: int) -> _Energies:
        """Return what each node can carry one way, shape (n_nodes, n) [Wh]."""
        limits = (*(self.limits_wh or [UNLIMITED_WH] * len(self.feeders)), UNLIMITED_WH)
        return np.repeat(np.array(limits, np.int64)[:, None], n, axis=1)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of everything in some intervals; steps take out of it."""

    offered_wh: _Energies
    """Of each plant, shape (n_plants, n). [Wh]"""
    wanted_wh: _Energies
    """Of each user, then of each battery, shape (n_takers, n). [Wh]"""
    leaving_wh: _Energies
    """What can still leave each node, shape (n_nodes, n). [Wh]"""
    entering_wh: _Energies
    """What can still enter each node, shape (n_nodes, n). [Wh]"""
    budget_wh: _Energies
    """What may still be given inside the park, shape (n,). [Wh]"""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a part of a step carried: below one feeder, or between them."""

    feeder: str | None
    """None: between feeders, or through the park."""
    plants: tuple[int, ...]
    takers: tuple[int, ...]
    given_wh: _Energies
    received_wh: _Energies


@dataclass(frozen=True, slots=True)
class _Carried:
    """What a step has carried so far, by row of its plants and takers."""

    inside_given_wh: _Energies
    inside_received_wh: _Energies
    through_given_wh: _Energies
    through_received_wh: _Energies
    is_empty: bool = False
    """Whether nothing was carried yet."""

    def more(
        self, given: tuple[_Energies, _Energies], received: tuple[_Energies, _Energies]
    ) -> "_Carried":
        """Return what is carried with more, inside and through."""
        if self.is_empty:
            return _Carried(given[0], received[0], given[1], received[1])
        return _Carried(
            self.inside_given_wh + given[0],
            self.inside_received_wh + received[0],
            self.through_given_wh + given[1],
            self.through_received_wh + received[1],
        )


class Step:
    """One step: who offers, who wants, over which network."""

    def __init__(
        self,
        left: Left,
        *,
        network: Network,
        plants: Sequence[int],
        takers: Sequence[int],
        most_wh: _Energies | None = None,
    ) -> None:
        """Prepare a step.

        Args:
            left: What is left; what the step carries is taken out of it.
            network: Who hangs where.
            plants: Rows of who offers.
            takers: Rows of who wants.
            most_wh: What each plant offers at most, shape (len(plants), n); None: all it has. [Wh]
        """
        self._left = left
        self._network = network
        self._plants, self._takers = tuple(plants), tuple(takers)
        self._giving, self._taking = index_of(self._plants), index_of(self._takers)
        self._most_wh = most_wh
        nodes = range(network.n_nodes)
        self._given_at = [_places(self._plants, network.plants, node) for node in nodes]
        self._taken_at = [_places(self._takers, network.takers, node) for node in nodes]
        n = left.budget_wh.shape[0]
        shapes = (len(self._plants), len(self._takers)) * 2
        nothing = (np.zeros((rows, n), np.int64) for rows in shapes)
        self._carried = _Carried(*nothing, is_empty=True)

    def within(self) -> list[Piece]:
        """Share out below each feeder alone, in proportion."""
        offers_wh, wishes_wh = self._offers_wh(), self._wishes_wh()
        if not self._total_wh(offers_wh, wishes_wh).any():
            return [*self._pieces_inside()]
        sums_wh = self._by_node(offers_wh), self._by_node(wishes_wh, taken=True)
        most_wh = np.minimum(*sums_wh)
        most_wh[-1] = 0
        inside_wh = self._within_budget(most_wh)
        # Nothing passes where no more than this is there to be carried.
        self._carry(offers_wh, wishes_wh, inside_wh, sums_wh=(inside_wh, inside_wh))
        return [*self._pieces_inside()]

    def across(self) -> list[Piece]:
        """Share out among all, in proportion, as far as the transformers carry it."""
        # 1. In proportion, as if nothing were in the way.
        is_limited = self._network.is_limited
        offers_wh, wishes_wh = self._offers_wh(), self._wishes_wh()
        total_wh = self._total_wh(offers_wh, wishes_wh)
        if not total_wh.any():
            return [*self._pieces_inside(), self._passing()] if is_limited else [self._passing()]
        given_wh = split_pro_rata(total_wh, weights_wh=offers_wh)
        received_wh = split_pro_rata(total_wh, weights_wh=wishes_wh)
        if not is_limited:
            self._take(given_wh, received_wh)
            return [Piece(None, self._plants, self._takers, given_wh, received_wh)]
        # 2. What a feeder gives and takes at once stays below it; the rest passes as it can.
        sums_wh = self._by_node(given_wh), self._by_node(received_wh, taken=True)
        inside_wh = np.minimum(*sums_wh)
        inside_wh[-1] = 0
        if self._carry(given_wh, received_wh, inside_wh, sums_wh=sums_wh):
            # 3. What a transformer held back: first to neighbours, then to others.
            offers_wh, wishes_wh = self._offers_wh(), self._wishes_wh()
            sums_wh = self._by_node(offers_wh), self._by_node(wishes_wh, taken=True)
            most_wh = np.minimum(*sums_wh)
            most_wh[-1] = 0
            self._carry(offers_wh, wishes_wh, self._within_budget(most_wh), sums_wh=sums_wh)
        return [*self._pieces_inside(), self._passing()]

    # -- inside ----------------------------------------------------------------------------------

    def _total_wh(self, offers_wh: _Energies, wishes_wh: _Energies) -> _Energies:
        """Return what could be carried at most, shape (n,) [Wh]."""
        total_wh = np.minimum(offers_wh.sum(axis=0), wishes_wh.sum(axis=0))
        return np.minimum(total_wh, self._left.budget_wh)

    def _passing(self) -> Piece:
        carried = self._carried
        return Piece(
            None,
            self._plants,
            self._takers,
            carried.through_given_wh,
            carried.through_received_wh,
        )

    def _offers_wh(self) -> _Energies:
        offers_wh = self._left.offered_wh[self._giving]
        if self._most_wh is None:
            return offers_wh
        carried = self._carried
        rest_wh = self._most_wh - carried.inside_given_wh - carried.through_given_wh
        return np.minimum(offers_wh, rest_wh)

    def _wishes_wh(self) -> _Energies:
        return self._left.wanted_wh[self._taking]

    def _within_budget(self, most_wh: _Energies) -> _Energies:
        """Return what may be carried below each node, shape (n_nodes, n) [Wh]."""
        total_wh = most_wh.sum(axis=0)
        budget_wh = self._left.budget_wh
        if (total_wh <= budget_wh).all():
            return most_wh
        return split_pro_rata(np.minimum(total_wh, budget_wh), weights_wh=most_wh)

    def _by_node(self, wh: _Energies, *, taken: bool = False) -> _Energies:
        """Add up rows of plants, or of takers, by node, shape (n_nodes, n) [Wh]."""
        places = self._taken_at if taken else self._given_at
        return np.array([wh[at].sum(axis=0) for at in places])

    def _carry(
        self,
        offers_wh: _Energies,
        wishes_wh: _Energies,
        inside_wh: _Energies,
        *,
        sums_wh: tuple[_Energies, _Energies],
    ) -> bool:
        """Carry what is offered below each node, and what of its sums is more between them.

        Returns:
            Whether a transformer held anything back.
        """
        left = self._left
        out_wh, in_wh = sums_wh[0] - inside_wh, sums_wh[1] - inside_wh
        most_out_wh = np.minimum(out_wh, left.leaving_wh)
        most_in_wh = np.minimum(in_wh, left.entering_wh)
        held = bool((most_out_wh < out_wh).any() or (most_in_wh < in_wh).any())
        passing_wh = np.minimum(most_out_wh.sum(axis=0), most_in_wh.sum(axis=0))
        passing_wh = np.minimum(passing_wh, left.budget_wh - inside_wh.sum(axis=0))
        leaving_wh = split_pro_rata(passing_wh, weights_wh=most_out_wh)
        entering_wh = split_pro_rata(passing_wh, weights_wh=most_in_wh)
        given = _shared(offers_wh, self._given_at, inside_wh, leaving_wh)
        received = _shared(wishes_wh, self._taken_at, inside_wh, entering_wh)
        left.leaving_wh[:] -= leaving_wh
        left.entering_wh[:] -= entering_wh
        self._take(given[0] + given[1], received[0] + received[1])
        self._carried = self._carried.more(given, received)
        return held

    def _take(self, given_wh: _Energies, received_wh: _Energies) -> None:
        self._left.offered_wh[self._giving] -= given_wh
        self._left.wanted_wh[self._taking] -= received_wh
        self._left.budget_wh[:] -= given_wh.sum(axis=0)

    def _pieces_inside(self) -> Iterator[Piece]:
        for feeder, given_at, taken_at in zip(
            self._network.feeders, self._given_at, self._taken_at, strict=False
        ):
            if given_at and taken_at:
                yield Piece(
                    feeder,
                    tuple(self._plants[at] for at in given_at),
                    tuple(self._takers[at] for at in taken_at),
                    self._carried.inside_given_wh[given_at],
                    self._carried.inside_received_wh[taken_at],
                )


def _places(rows: Sequence[int], node_of: Sequence[int], node: int) -> list[int]:
    """Return the places of the rows that hang on one node."""
    return [at for at, row in enumerate(rows) if node_of[row] == node]


def _shared(
    weights_wh: _Energies,
    places: Sequence[list[int]],
    inside_wh: _Energies,
    through_wh: _Energies,
) -> tuple[_Energies, _Energies]:
    """Share what a node carries inside, and through its transformer, out to its members."""
    inside, through = np.zeros_like(weights_wh), np.zeros_like(weights_wh)
    for node, at in enumerate(places):
        if at:
            rest_wh = weights_wh[at]
            if inside_wh[node].any():
                below_wh = split_pro_rata(inside_wh[node], weights_wh=rest_wh)
                inside[at] = below_wh
                rest_wh -= below_wh
            if through_wh[node].any():
                through[at] = split_pro_rata(through_wh[node], weights_wh=rest_wh)
    return inside, through
