"""The rule topology-contract/v2 as anybody would write it: one interval, one row after another.

It is what the arrays of the platform are compared with: for speed here, and to the watt-hour. It
knows what the world of ``match-year`` has: lines, contracts of everybody with everybody, feeders,
losses in proportion.
"""

from collections.abc import Sequence

from taihang.core.balance.matching import Line
from taihang.core.balance.topology import Ground, Layout

UNLIMITED_WH = 1 << 60


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share a total in proportion, by largest remainder, ties to the earlier row."""
    sum_wh = sum(weights)
    if not sum_wh:
        return [0] * len(weights)
    shares = [total * weight // sum_wh for weight in weights]
    rests = [total * weight % sum_wh for weight in weights]
    order = sorted(range(len(weights)), key=lambda row: -rests[row])
    for row in order[: total - sum(shares)]:
        shares[row] += 1
    return shares


def match_interval(ground: Ground, i: int, layout: Layout) -> tuple[dict[str, list[int]], int]:
    """Match one interval.

    Returns:
        What every user received by kind of step, and what was fed in [Wh].
    """
    here = _Interval(ground, i, layout)
    for line in layout.lines:
        here.serve(line)
    here.lose(int(ground.losses_wh[i]), int(ground.imported_wh[i]))
    exported = int(ground.exported_wh[i])
    here.budget = max(sum(here.offered) - exported, 0)
    here.across("contract")
    here.within("feeder")
    here.across("pool")
    return here.received, min(sum(here.offered), exported)


class _Interval:
    """What is left in one interval, and what every user got so far."""

    def __init__(self, ground: Ground, i: int, layout: Layout) -> None:
        self.offered = [int(wh) for wh in ground.generation_wh[:, i]]
        self.wanted = [int(wh) for wh in ground.load_wh[:, i]]
        self.received: dict[str, list[int]] = {}
        self.budget = 0
        self._network = layout.network
        self._leaving = [*layout.network.limits_wh, UNLIMITED_WH]
        self._entering = [*self._leaving]

    def serve(self, line: Line) -> None:
        """Carry what one dedicated line carries."""
        offers = [self.offered[plant] for plant in line.plants]
        wishes = [self.wanted[user] for user in line.users]
        total = min(sum(offers), sum(wishes), line.limit_wh)
        given, received = [0] * len(self.offered), [0] * len(self.wanted)
        for plant, wh in zip(line.plants, split(total, offers), strict=True):
            given[plant] = wh
        for user, wh in zip(line.users, split(total, wishes), strict=True):
            received[user] = wh
        self._take("line", given, received)

    def lose(self, losses: int, imported: int) -> None:
        """Take losses out of every source in proportion."""
        sources = [sum(self.offered), 0, imported, 0]
        lost = split(min(losses, sum(sources)), sources)[0]
        for plant, wh in enumerate(split(lost, self.offered)):
            self.offered[plant] -= wh

    def across(self, kind: str) -> None:
        """Share out in proportion, then once more what a transformer held back."""
        total = min(sum(self.offered), sum(self.wanted), self.budget)
        given, received = split(total, self.offered), split(total, self.wanted)
        inside = [min(gives, takes) for gives, takes in self._nodes(given, received)]
        inside[-1] = 0
        if self._carry(kind, given, received, inside):
            self._carry(kind, [*self.offered], [*self.wanted], self._inside())

    def within(self, kind: str) -> None:
        """Share out below each feeder."""
        self._carry(kind, [*self.offered], [*self.wanted], self._inside(), through=False)

    def _inside(self) -> list[int]:
        inside = [min(gives, takes) for gives, takes in self._nodes(self.offered, self.wanted)]
        inside[-1] = 0
        if sum(inside) <= self.budget:
            return inside
        return split(self.budget, inside)

    def _nodes(self, given: Sequence[int], received: Sequence[int]) -> list[tuple[int, int]]:
        gives, takes = [0] * self._network.n_nodes, [0] * self._network.n_nodes
        for plant, wh in enumerate(given):
            gives[self._network.plants[plant]] += wh
        for user, wh in enumerate(received):
            takes[self._network.takers[user]] += wh
        return [*zip(gives, takes, strict=True)]

    def _carry(
        self,
        kind: str,
        offers: list[int],
        wishes: list[int],
        inside: list[int],
        *,
        through: bool = True,
    ) -> bool:
        nodes = self._nodes(offers, wishes)
        out = [gives - own for (gives, _), own in zip(nodes, inside, strict=True)]
        into = [takes - own for (_, takes), own in zip(nodes, inside, strict=True)]
        most_out = [min(wh, room) for wh, room in zip(out, self._leaving, strict=True)]
        most_in = [min(wh, room) for wh, room in zip(into, self._entering, strict=True)]
        passing = min(sum(most_out), sum(most_in), self.budget - sum(inside)) if through else 0
        leaving, entering = split(passing, most_out), split(passing, most_in)
        given = self._shared(offers, self._network.plants, (inside, leaving))
        received = self._shared(wishes, self._network.takers, (inside, entering))
        for node in range(len(inside)):
            self._leaving[node] -= leaving[node]
            self._entering[node] -= entering[node]
        self._take(kind, given, received)
        self.budget -= sum(given)
        return most_out != out or most_in != into

    def _shared(
        self, weights: list[int], node_of: Sequence[int], sums: tuple[list[int], list[int]]
    ) -> list[int]:
        shared = [0] * len(weights)
        for node, (below, above) in enumerate(zip(*sums, strict=True)):
            rows = [row for row in range(len(weights)) if node_of[row] == node]
            own = split(below, [weights[row] for row in rows])
            rest = [weights[row] - wh for row, wh in zip(rows, own, strict=True)]
            for row, one, two in zip(rows, own, split(above, rest), strict=True):
                shared[row] = one + two
        return shared

    def _take(self, kind: str, given: list[int], received: list[int]) -> None:
        sums = self.received.setdefault(kind, [0] * len(self.wanted))
        for plant, wh in enumerate(given):
            self.offered[plant] -= wh
        for user, wh in enumerate(received):
            self.wanted[user] -= wh
            sums[user] += wh
