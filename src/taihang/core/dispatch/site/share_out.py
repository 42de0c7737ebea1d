"""Shares a fleet's plan out among its vehicles, or names intervals in which that cannot be.

First by least laxity: in each interval power goes to whoever has the least time to spare. Where
that leaves power that nobody present can take, a chain is sought: somebody takes it and gives up
as much in another interval, where somebody else takes that, until one is reached who still lacks
energy. If there is no chain, the intervals that were reached are a *subset* A whose planned energy
exceeds ``Σ_i min(e_i, p_i·|A ∩ W_i|)``, all that the vehicles can take in A.

The plan of a fleet can be shared out if and only if no subset exceeds that sum: for one vehicle it
is a submodular function of A, whose base polytope is what the vehicle can do, and the sum of base
polytopes is the base polytope of the sum. So adding every subset that is found to the fleet leads
to the optimum of its sessions, and a fleet without a violated one is exact.

Source:
    J. Edmonds, Submodular functions, matroids, and certain polyhedra (1970), on sums of
    polymatroids; L. R. Ford and D. R. Fulkerson, Flows in networks (1962), on the least cut.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from taihang.core.dispatch.site.stays import Stay, Subset

NONE_GRAINS: Final = 10_000
"""Power left over in an interval that is the rounding of a solver, and not worth a chain: 10⁻⁵ kWh
[1e-9 kWh]."""


@dataclass(frozen=True, slots=True)
class Shares:
    """What each vehicle gets in each interval of its stay."""

    taken: tuple[tuple[int, ...], ...]
    """In the order of the stays [1e-9 kWh]."""
    subsets: tuple[Subset, ...]
    """Intervals in which the vehicles cannot take what was planned; none where all was shared."""
    free: tuple[int, ...]
    """Vehicles, by their place, whose energy the plan did not reach: they got theirs elsewhere."""

    def of_steps(self, stays: Sequence[Stay], n: int) -> list[int]:
        """Return what all vehicles take in each interval [1e-9 kWh]."""
        total = [0] * n
        for stay, mine in zip(stays, self.taken, strict=True):
            for step, grains in enumerate(mine, stay.first):
                total[step] += grains
        return total

    def without(self, numbers: Sequence[int]) -> "Shares":
        """Return the shares with nothing for some vehicles."""
        gone = set(numbers)
        taken = tuple(
            tuple(0 for _ in mine) if number in gone else mine
            for number, mine in enumerate(self.taken)
        )
        return Shares(taken, self.subsets, self.free)


def shared_out(stays: Sequence[Stay], planned: Sequence[int], most: Sequence[int]) -> Shares:
    """Share what is planned for all vehicles out among them.

    Args:
        stays: The vehicles.
        planned: What all of them shall take in each interval. [1e-9 kWh]
        most: What the station can give in each interval. [1e-9 kWh]

    Returns:
        The shares. Everybody gets all that can be reached, also where the plan itself cannot be
        kept, as far as the station has room; then the intervals at fault are named.

    Example:
        >>> two = [
        ...     Stay(id="a", first=0, last=2, energy_grains=10, step_grains=10),
        ...     Stay(id="b", first=0, last=1, energy_grains=10, step_grains=10),
        ... ]
        >>> shared_out(two, [10, 10], [20, 20]).taken
        ((0, 10), (10,))
    """
    desk = _Desk(tuple(stays), list(planned), list(most))
    desk.deal_by_laxity()
    desk.move_along_chains()
    lacking = tuple(number for number, grains in enumerate(desk.lacks) if grains > NONE_GRAINS)
    desk.fill_up()
    return Shares(tuple(tuple(mine) for mine in desk.taken), tuple(desk.subsets), lacking)


@dataclass(slots=True)
class _Desk:
    """The shares while they are made."""

    stays: tuple[Stay, ...]
    left: list[int]
    """What is planned in each interval and not shared yet."""
    most: list[int]
    taken: list[list[int]] = field(init=False)
    lacks: list[int] = field(init=False)
    """What each vehicle still wants."""
    present: list[list[int]] = field(init=False)
    """Which vehicles are there in each interval."""
    subsets: list[Subset] = field(default_factory=list[Subset])

    def __post_init__(self) -> None:
        self.taken = [[0] * (one.last - one.first) for one in self.stays]
        self.lacks = [one.energy_grains for one in self.stays]
        self.present = [[] for _ in self.left]
        for number, one in enumerate(self.stays):
            for step in range(one.first, one.last):
                self.present[step].append(number)

    def deal_by_laxity(self) -> None:
        """Give each interval's power to whoever has the least time to spare."""
        for step, there in enumerate(self.present):
            for number in sorted(there, key=lambda one: self._laxity(one, step)):
                if self.left[step] <= 0:
                    break
                self._give(number, step, min(self._room(number, step), self.lacks[number]))

    def move_along_chains(self) -> None:
        """Look for a chain wherever power is left over; without one, name the intervals."""
        known = set[int]()
        for step in range(len(self.left)):
            while self.left[step] > NONE_GRAINS and step not in known:
                reached = self._chain(step)
                if reached is not None:
                    known |= reached
                    self._name(reached)

    def fill_up(self) -> None:
        """Give what is still lacking wherever vehicle and station have room, the latest first."""
        total = [0] * len(self.left)
        for one, mine in zip(self.stays, self.taken, strict=True):
            for step, grains in enumerate(mine, one.first):
                total[step] += grains
        for number in sorted(range(len(self.stays)), key=lambda one: self.stays[one].last):
            stay = self.stays[number]
            for step in sorted(range(stay.first, stay.last), key=lambda at: (-self.left[at], at)):
                more = min(
                    self._room(number, step), self.lacks[number], self.most[step] - total[step]
                )
                if more > 0:
                    self.taken[number][step - stay.first] += more
                    self.lacks[number] -= more
                    self.left[step] -= more
                    total[step] += more

    def _laxity(self, number: int, step: int) -> tuple[float, int]:
        stay = self.stays[number]
        needs = self.lacks[number] / stay.step_grains if stay.step_grains else 0.0
        return stay.last - step - needs, number

    def _room(self, number: int, step: int) -> int:
        stay = self.stays[number]
        return stay.step_grains - self.taken[number][step - stay.first]

    def _give(self, number: int, step: int, most: int) -> None:
        more = max(min(most, self.left[step]), 0)
        self.taken[number][step - self.stays[number].first] += more
        self.lacks[number] -= more
        self.left[step] -= more

    def _chain(self, start: int) -> set[int] | None:
        """Move power along the shortest chain; return the intervals reached if there is none."""
        came_by: dict[int, tuple[int, int]] = {}
        """For each interval: from which one, and through whom."""
        steps, seen = deque([start]), set[int]()
        reached = {start}
        while steps:
            step = steps.popleft()
            for number in self.present[step]:
                if number in seen or self._room(number, step) <= 0:
                    continue
                seen.add(number)
                if self.lacks[number] > 0:
                    self._move(start, step, number, came_by)
                    return None
                first = self.stays[number].first
                for at, grains in enumerate(self.taken[number], first):
                    if grains > 0 and at not in reached:
                        reached.add(at)
                        came_by[at] = (step, number)
                        steps.append(at)
        return reached

    def _move(self, start: int, end: int, taker: int, came_by: dict[int, tuple[int, int]]) -> None:
        links = list[tuple[int, int, int]]()
        """Interval taken in, interval given up, and by whom."""
        step = end
        while step != start:
            earlier, number = came_by[step]
            links.append((earlier, step, number))
            step = earlier
        more = min(self.left[start], self.lacks[taker], self._room(taker, end))
        for takes, gives, number in links:
            given_up = self.taken[number][gives - self.stays[number].first]
            more = min(more, self._room(number, takes), given_up)
        self.taken[taker][end - self.stays[taker].first] += more
        self.lacks[taker] -= more
        self.left[start] -= more
        for takes, gives, number in links:
            first = self.stays[number].first
            self.taken[number][takes - first] += more
            self.taken[number][gives - first] -= more

    def _name(self, reached: set[int]) -> None:
        steps = tuple(sorted(reached))
        touched = {number for step in steps for number in self.present[step]}
        most = sum(
            one.most_grains(bisect_left(steps, one.last) - bisect_left(steps, one.first))
            for one in (self.stays[number] for number in touched)
        )
        self.subsets.append(Subset(steps, most))
