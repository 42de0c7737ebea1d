"""Whole units: as cheap as the cheapest of all whole numbers, with a bound that never lies."""

from dataclasses import dataclass, replace
from itertools import product
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taihang.config.study_file import read_study
from taihang.core.dispatch.study import Study
from taihang.services.size_park import SizeFound, StudyAnswer
from taihang.services.study_units import WholeUnits, units_document, units_of, whole_units

UNIT = 10.0
NAMES = ("pv", "wind")


@dataclass(frozen=True)
class Solved:
    """What a solver says of its own answer."""

    objective: float
    bound: float

    @property
    def solution(self) -> "Solved":
        """Itself: it stands for the release and for its exact solve too."""
        return self

    exact = solution


@dataclass(frozen=True)
class Answered:
    """An answer of the bowl below, with the fields that a search reads."""

    study: Study
    sizes: tuple[SizeFound, ...]
    energy: str | None
    total_cny: float
    release: Solved


@dataclass(frozen=True)
class Bowl:
    """A convex cost of two sizes that together have to reach a least sum."""

    best: tuple[float, float]
    steep: tuple[float, float]
    least_sum: float

    def cost(self, sizes: tuple[float, ...]) -> float:
        return 1000.0 + sum(
            a * (x - t) ** 2 for x, t, a in zip(sizes, self.best, self.steep, strict=True)
        )

    def answer(self, study: Study) -> StudyAnswer:
        ranges = [study.investments[name] for name in NAMES]

        def at(push: float) -> tuple[float, ...]:
            return tuple(
                min(max(t + push / a, one.least), one.most)
                for t, a, one in zip(self.best, self.steep, ranges, strict=True)
            )

        low, high = 0.0, 1e6
        is_possible = sum(at(high)) >= self.least_sum - 1e-9
        for _ in range(100 if sum(at(0.0)) < self.least_sum else 0):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if sum(at(middle)) < self.least_sum else (low, middle)
        sizes = at(high if sum(at(0.0)) < self.least_sum else 0.0)
        total = self.cost(sizes)
        found = Answered(
            study=study,
            sizes=tuple(
                SizeFound(
                    id=one.id,
                    size=size,
                    least=one.least,
                    most=one.most,
                    annuity_cny_per_unit=0.0,
                    worth_cny_per_unit=None,
                )
                for one, size in zip(ranges, sizes, strict=True)
            ),
            energy="some" if is_possible else None,
            total_cny=total,
            release=Solved(total, total),
        )
        return cast("StudyAnswer", found)


def study(most: int, *, units: tuple[float | None, float | None] = (UNIT, UNIT)) -> Study:
    of = read_study("xingxian")
    investments = {
        name: replace(of.investments[name], least=0.0, most=most * UNIT, unit=unit)
        for name, unit in zip(NAMES, units, strict=True)
    }
    return replace(of, investments=investments)


def found(bowl: Bowl, of: Study, *, gap: float = 0.0, looks: int = 1000) -> WholeUnits:
    whole = whole_units(of, bowl.answer(of), size_up=bowl.answer, gap=gap, looks_most=looks)
    assert whole is not None
    return whole


BOWLS = st.builds(
    Bowl,
    best=st.tuples(st.integers(-100, 700), st.integers(-100, 700)).map(
        lambda at: (at[0] / 10.0, at[1] / 10.0)
    ),
    steep=st.tuples(st.floats(0.01, 10), st.floats(0.01, 10)),
    least_sum=st.integers(0, 130).map(float),
)


@settings(max_examples=60, deadline=None)
@given(bowl=BOWLS, most=st.integers(0, 6))
def test_whole_units__cost_as_little_as_the_best_of_all_whole_numbers(
    bowl: Bowl, most: int
) -> None:
    of = study(most)
    every = [
        bowl.cost((a * UNIT, b * UNIT))
        for a, b in product(range(most + 1), repeat=2)
        if (a + b) * UNIT >= bowl.least_sum - 1e-9
    ]
    if bowl.answer(of).energy is None:
        return

    whole = found(bowl, of)

    if not every:
        assert whole.answer is None
        return
    assert whole.answer is not None
    assert whole.answer.total_cny == pytest.approx(min(every), rel=1e-9)
    assert whole.bound_cny == pytest.approx(min(every), rel=1e-9)
    assert whole.looks < 100
    assert (whole.extra_cny or 0.0) >= -1e-6
    assert set(whole.counts) == set(NAMES)


@settings(max_examples=40, deadline=None)
@given(bowl=BOWLS, looks=st.integers(1, 4))
def test_whole_units__stopped_early_say_a_bound_that_holds(bowl: Bowl, looks: int) -> None:
    of = study(6)
    every = [
        bowl.cost((a * UNIT, b * UNIT))
        for a, b in product(range(7), repeat=2)
        if (a + b) * UNIT >= bowl.least_sum - 1e-9
    ]
    if not every or bowl.answer(of).energy is None:
        return

    whole = found(bowl, of, looks=looks)

    assert whole.bound_cny <= min(every) * (1.0 + 1e-9)
    assert whole.looks <= looks + 3


def test_whole_units__improve_on_the_nearest_whole_numbers() -> None:
    of = study(6, units=(10.0, 1.0))

    whole = found(Bowl(best=(0.0, 0.0), steep=(1.0, 1.0), least_sum=12.0), of)

    # The study has 6 and 6, the nearest are 10 and 6; with 10 of the one 2 of the other will do.
    assert whole.counts == {"pv": 1, "wind": 2}


def test_whole_units__leave_sizes_without_units_free() -> None:
    of = study(6, units=(None, UNIT))

    whole = found(Bowl(best=(13.7, 26.0), steep=(1.0, 1.0), least_sum=0.0), of)

    assert whole.counts == {"wind": 3}
    assert whole.answer is not None
    assert {one.id: one.size for one in whole.answer.sizes}["pv"] == pytest.approx(13.7)


def test_whole_units__keep_the_ranges_that_were_asked_for() -> None:
    of = study(6)

    whole = found(Bowl(best=(13.7, 26.0), steep=(1.0, 1.0), least_sum=0.0), of)

    assert whole.answer is not None
    assert whole.answer.study is of
    assert {(one.least, one.most) for one in whole.answer.sizes} == {(0.0, 60.0)}
    document = cast("dict[str, dict[str, object]]", units_document(whole))
    assert document["units"]["counts"] == {"pv": 1, "wind": 3}


def test_whole_units__without_units_or_answer_are_none() -> None:
    bowl = Bowl(best=(1.0, 1.0), steep=(1.0, 1.0), least_sum=0.0)
    free = study(6, units=(None, None))
    unheld = Bowl(best=(1.0, 1.0), steep=(1.0, 1.0), least_sum=1e3)

    def look(of: Study, by: Bowl) -> WholeUnits | None:
        return whole_units(of, by.answer(of), size_up=by.answer, gap=0.0, looks_most=9)

    assert units_of(free) == {}
    assert look(free, bowl) is None
    assert look(study(6), unheld) is None
    assert units_document(None) == {}
