"""Whole units: turbines and containers are built by the piece, and what that costs.

The cost of a year is convex in the sizes, so that a study with free sizes bounds every one with
whole units from below. Branch and bound: the study is solved, one size that is no whole number is
split into "at most so many" and "at least one more", the piece with the lowest bound comes next.
At each look the nearest whole numbers are tried, with all other sizes free.
"""

import heapq
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Final, TypeAlias

from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.study import Study
from taihang.services.size_park import StudyAnswer

SizeStudy: TypeAlias = Callable[[Study], StudyAnswer]
"""Answers a study, by whichever method."""
Box: TypeAlias = Mapping[str, tuple[int, int]]
"""How many units of each there may be, from and to."""
_WHOLE: Final = 1e-6
"""So near to a whole number of units a size is one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WholeUnits:
    """The best whole numbers of units that were found, and how good the best can be."""

    answer: StudyAnswer | None
    """None where no whole numbers hold the limits, or none were found."""
    counts: Mapping[str, int]
    """Units of each investment that has them; empty without an answer."""
    any_size_cny: float
    """What a year would cost if any size could be built [CNY/a]."""
    bound_cny: float
    """No whole numbers of units cost less [CNY/a]."""
    looks: int
    """How many studies were solved."""

    @property
    def gap_ratio(self) -> float | None:
        """How far the best may lie below what was found; None without an answer [1]."""
        if self.answer is None:
            return None
        total_cny = self.answer.total_cny
        return max(total_cny - self.bound_cny, 0.0) / max(abs(total_cny), 1.0)

    @property
    def extra_cny(self) -> float | None:
        """What it costs in a year that units are whole; None without an answer [CNY/a]."""
        return None if self.answer is None else self.answer.total_cny - self.any_size_cny


def units_of(study: Study) -> dict[str, float]:
    """Return the size of a unit of each investment that has units [kW or kWh]."""
    return {name: one.unit for name, one in study.investments.items() if one.unit is not None}


def whole_units(
    study: Study, answer: StudyAnswer, *, size_up: SizeStudy, gap: float, looks_most: int
) -> WholeUnits | None:
    """Find the whole numbers of units with the least cost.

    Args:
        study: The study.
        answer: Its answer with any sizes.
        size_up: Answers a study.
        gap: Relative gap to the proven bound that is good enough. [1]
        looks_most: How many studies are solved at most.

    Returns:
        What was found; None where there are no units, or the study has no answer.
    """
    units = units_of(study)
    if not units or answer.energy is None:
        return None
    search = _Search(study, units, size_up)
    search.run(answer, gap=gap, looks_most=looks_most)
    best = search.best
    return WholeUnits(
        answer=None if best is None else _as_asked(best, study),
        counts={} if best is None else _counts(best, units),
        any_size_cny=answer.total_cny,
        bound_cny=search.bound_cny,
        looks=search.looks,
    )


class _Search:
    """Pieces of the study that are still open, the lowest bound first, and the best found."""

    def __init__(self, study: Study, units: Mapping[str, float], size_up: SizeStudy) -> None:
        self._study, self._units, self._size_up = study, units, size_up
        self._open = list[tuple[float, int, Box, StudyAnswer]]()
        self._number = count()
        self._tried = set[tuple[int, ...]]()
        self.best: StudyAnswer | None = None
        self.looks = 0

    @property
    def bound_cny(self) -> float:
        """No whole numbers cost less; infinite where nothing is open and nothing was found."""
        found = math.inf if self.best is None else self.best.total_cny
        return min([found, *(bound for bound, *_ in self._open)])

    def run(self, answer: StudyAnswer, *, gap: float, looks_most: int) -> None:
        """Look until the bound meets the best, nothing is open, or enough was looked at."""
        box = {
            name: (
                math.ceil(self._study.investments[name].least / unit - _WHOLE),
                math.floor(self._study.investments[name].most / unit + _WHOLE),
            )
            for name, unit in self._units.items()
        }
        self._add(box, answer if self._holds(answer, box) else self._solved(box))
        while self._open and self.looks < looks_most and not self._is_near(gap):
            _, _, box, relaxed = heapq.heappop(self._open)
            split = self._split(relaxed)
            if split is None:
                self._keep(relaxed)
                continue
            self._try_nearest(box, relaxed)
            name, below = split
            first, last = box[name]
            for part in ((first, below), (below + 1, last)):
                if part[0] <= part[1]:
                    inner = {**box, name: part}
                    self._add(inner, self._solved(inner))

    def _add(self, box: Box, relaxed: StudyAnswer) -> None:
        if relaxed.energy is None:
            return
        bound_cny = _bound_cny(relaxed)
        if self.best is None or bound_cny < self.best.total_cny:
            heapq.heappush(self._open, (bound_cny, next(self._number), box, relaxed))

    def _is_near(self, gap: float) -> bool:
        if self.best is None:
            return False
        total_cny = self.best.total_cny
        return total_cny - self.bound_cny <= gap * max(abs(total_cny), 1.0)

    def _split(self, relaxed: StudyAnswer) -> tuple[str, int] | None:
        """Return the size that is furthest from a whole number; None where all are whole."""
        furthest: tuple[float, str, int] | None = None
        for one in relaxed.sizes:
            if one.id in self._units:
                number = one.size / self._units[one.id]
                off = abs(number - round(number))
                if off > _WHOLE and (furthest is None or off > furthest[0]):
                    furthest = (off, one.id, math.floor(number))
        return None if furthest is None else furthest[1:]

    def _try_nearest(self, box: Box, relaxed: StudyAnswer) -> None:
        sizes = {one.id: one.size for one in relaxed.sizes}
        nearest = {
            name: min(max(round(sizes[name] / unit), box[name][0]), box[name][1])
            for name, unit in self._units.items()
        }
        if tuple(nearest.values()) not in self._tried:
            self._tried.add(tuple(nearest.values()))
            self._keep(self._solved({name: (number, number) for name, number in nearest.items()}))

    def _keep(self, found: StudyAnswer) -> None:
        if found.energy is None:
            return
        if self.best is None or found.total_cny < self.best.total_cny:
            self.best = found

    def _holds(self, answer: StudyAnswer, box: Box) -> bool:
        sizes = {one.id: one.size for one in answer.sizes}
        return all(
            box[name][0] * unit <= sizes[name] <= box[name][1] * unit
            for name, unit in self._units.items()
        )

    def _solved(self, box: Box) -> StudyAnswer:
        self.looks += 1
        narrowed = {
            name: replace(
                self._study.investments[name],
                least=first * self._units[name],
                most=last * self._units[name],
            )
            for name, (first, last) in box.items()
        }
        investments = {**self._study.investments, **narrowed}
        return self._size_up(replace(self._study, investments=investments))


def _bound_cny(relaxed: StudyAnswer) -> float:
    """Return what no sizes of a study cost less than: its cost less its own gap."""
    solution = relaxed.release.exact.solution
    if solution.objective is None or solution.bound is None:
        return -math.inf
    return relaxed.total_cny - max(solution.objective - solution.bound, 0.0)


def _counts(answer: StudyAnswer, units: Mapping[str, float]) -> dict[str, int]:
    sizes = {one.id: one.size for one in answer.sizes}
    return {name: round(sizes[name] / unit) for name, unit in units.items()}


def _as_asked(answer: StudyAnswer, study: Study) -> StudyAnswer:
    """Return an answer of a narrowed study with the ranges that were asked for."""
    sizes = tuple(
        replace(one, least=study.investments[one.id].least, most=study.investments[one.id].most)
        for one in answer.sizes
    )
    return replace(answer, study=study, sizes=sizes)


def units_document(whole: WholeUnits | None) -> dict[str, Json]:
    """Return what is said of whole units as plain values; nothing where there are none."""
    if whole is None:
        return {}
    return {
        "units": {
            "counts": dict(whole.counts),
            "any_size_cny": whole.any_size_cny,
            "extra_cny": whole.extra_cny,
            "bound_cny": None if math.isinf(whole.bound_cny) else whole.bound_cny,
            "gap_ratio": whole.gap_ratio,
            "looks": whole.looks,
        }
    }
