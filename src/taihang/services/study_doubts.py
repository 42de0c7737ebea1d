"""What a design is worth when an assumption is wrong, and what it would regret.

For each doubted assumption at both its ends: the design as it stands, the best design there, and
the difference, which is the regret. Over all ends together: the design whose greatest regret is
the least. Sizes are given while a design is judged; only its operation is planned anew.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from taihang.core.dispatch.cash_flow import CashFlow, OperatingYear, cash_flow_of
from taihang.core.dispatch.study import ALL, Sensitivity, Study
from taihang.core.ratio.outlook import Thresholds
from taihang.services.size_park import StudyAnswer
from taihang.services.study_money import (
    LIFTED,
    Operate,
    built_of,
    growth_of,
    load_alone,
    operating_year,
    with_sizes,
)

SizeUp: TypeAlias = Callable[[Study, Thresholds], StudyAnswer]
"""Answers a study, by whichever method."""
Sizes: TypeAlias = Mapping[str, float]
_NEAR: Final = 1e-6
_HOURS_MOST: Final = 8800.0
_MONEY_ONLY: Final = frozenset({"capex", "discount"})
"""What changes only what things cost, and nothing of how they run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A design in one case."""

    cost_cny: float
    """What a year costs at the prices of the case, annuities and all [CNY/a]."""
    flow: CashFlow
    """Every year like the first: without ageing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """The study as it is, or with one assumption at one of its ends."""

    doubt: Sensitivity | None
    """None for the study as it is."""
    factor_ratio: float
    study: Study

    @property
    def runs_as(self) -> tuple[str, str, float]:
        """Cases of one key run alike: they differ in money only."""
        if self.doubt is None or self.doubt.what in _MONEY_ONLY:
            return ("", "", 1.0)
        return (self.doubt.what, self.doubt.of, self.factor_ratio)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What becomes of the design, and of the best one, in a case."""

    case: Case
    judged: Judged | None
    """None where the design cannot hold the limits of the case."""
    best: StudyAnswer
    best_cny: float | None
    """What a year of the best design costs; None where no design holds the limits [CNY/a]."""

    @property
    def regret_cny(self) -> float | None:
        """What the design costs a year above the best; None where either is not there [CNY/a]."""
        if self.judged is None or self.best_cny is None:
            return None
        return max(self.judged.cost_cny - self.best_cny, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A design that is the best of some case, judged in all of them."""

    best_of: int
    """Number of the first case that it is the best of."""
    sizes: Mapping[str, float]
    regrets_cny: tuple[float | None, ...]
    """In the order of the cases; None where it cannot hold the limits [CNY/a]."""

    n_failed: int
    """Cases whose limits another design holds, and this one cannot."""

    @property
    def greatest_cny(self) -> float | None:
        """Its greatest regret; None where it fails in a case, or no case was judged [CNY/a]."""
        if self.n_failed:
            return None
        return max((each for each in self.regrets_cny if each is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StudyDoubts:
    """Every case, the study as it is first, and the designs that are the best of one."""

    outcomes: tuple[Outcome, ...]
    candidates: tuple[Candidate, ...]

    @property
    def safest(self) -> Candidate | None:
        """The design whose greatest regret is the least, the earlier of two alike."""
        judged = [
            (greatest_cny, number)
            for number, one in enumerate(self.candidates)
            if (greatest_cny := one.greatest_cny) is not None
        ]
        return self.candidates[min(judged)[1]] if judged else None


def study_doubts(
    study: Study, answer: StudyAnswer, *, size_up: SizeUp, operate: Operate
) -> StudyDoubts | None:
    """Judge the design of an answer in every case that its study doubts.

    Args:
        study: The study.
        answer: Its answer.
        size_up: Answers a study.
        operate: Plans the year of a study whose sizes are given.

    Returns:
        The cases; None where there is no answer, or nothing is doubted.
    """
    if answer.energy is None or not study.sensitivities:
        return None
    design = {one.id: one.size for one in answer.sizes}
    judge = _Judge(answer, operate)
    # 1. Each case: the design, and the best there is.
    outcomes = list[Outcome]()
    for case in cases_of(study):
        best = answer if case.doubt is None else size_up(case.study, answer.asked)
        outcomes.append(
            Outcome(
                case=case,
                judged=judge(case, design),
                best=best,
                best_cny=None if best.energy is None else best.total_cny,
            )
        )
    # 2. Each best design in every other case.
    designs = [(0, design), *_others(outcomes, design)]
    candidates = tuple(
        _candidate(number, sizes, outcomes, judge=judge) for number, sizes in designs
    )
    return StudyDoubts(outcomes=tuple(outcomes), candidates=candidates)


def cases_of(study: Study) -> Iterator[Case]:
    """Yield the study as it is, then each doubted assumption at its low and its high end."""
    yield Case(doubt=None, factor_ratio=1.0, study=study)
    for doubt in study.sensitivities:
        for factor in (doubt.low_ratio, doubt.high_ratio):
            if factor != 1.0:
                yield Case(doubt=doubt, factor_ratio=factor, study=changed(study, doubt, factor))


def changed(study: Study, doubt: Sensitivity, factor: float) -> Study:
    """Return a study with one assumption multiplied.

    Args:
        study: The study.
        doubt: Which assumption.
        factor: By what. [1]
    """
    if doubt.what in _WHOLE:
        return _WHOLE[doubt.what](study, factor)
    return _OF_ONE[doubt.what](study, doubt.of, factor)


def _capex(study: Study, of: str, factor: float) -> Study:
    investments = {
        name: replace(one, capex_cny_per_unit=one.capex_cny_per_unit * factor)
        if of in {ALL, name}
        else one
        for name, one in study.investments.items()
    }
    return replace(study, investments=investments)


def _hours(study: Study, of: str, factor: float) -> Study:
    plants = tuple(
        replace(one, full_load_h=min(one.full_load_h * factor, _HOURS_MOST))
        if of in {ALL, one.id}
        else one
        for one in study.plants
    )
    return replace(study, plants=plants)


def _import_price(study: Study, factor: float) -> Study:
    prices = study.grid.import_price_cny_per_kwh * factor
    return replace(study, grid=replace(study.grid, import_price_cny_per_kwh=prices))


def _export_price(study: Study, factor: float) -> Study:
    price = study.grid.export_price_cny_per_kwh * factor
    return replace(study, grid=replace(study.grid, export_price_cny_per_kwh=price))


def _load(study: Study, factor: float) -> Study:
    return replace(study, terms=replace(study.terms, load_kwh=study.terms.load_kwh * factor))


def _discount(study: Study, factor: float) -> Study:
    rate = study.terms.discount_ratio * factor
    return replace(study, terms=replace(study.terms, discount_ratio=rate))


_OF_ONE: Final[Mapping[str, Callable[[Study, str, float], Study]]] = {
    "capex": _capex,
    "full-load-h": _hours,
}
_WHOLE: Final[Mapping[str, Callable[[Study, float], Study]]] = {
    "import-price": _import_price,
    "export-price": _export_price,
    "load": _load,
    "discount": _discount,
}


class _Judge:
    """Judges designs in cases, and runs each design once for all cases that run alike."""

    def __init__(self, answer: StudyAnswer, operate: Operate) -> None:
        self._answer, self._operate = answer, operate
        self._years: dict[tuple[object, ...], OperatingYear | None] = {}

    def __call__(self, case: Case, sizes: Sizes) -> Judged | None:
        study = case.study
        year = self._year(case, sizes)
        without = self._alone(case)
        if year is None or without is None:
            return None
        annuities = study.annuities_cny()
        n_years = round(study.terms.project_years)
        return Judged(
            cost_cny=sum(sizes[name] * annuities[name] for name in sizes)
            + year.import_cny
            + year.demand_cny
            + year.wear_cny
            - year.export_cny,
            flow=cash_flow_of(
                built_of(study, sizes),
                [year] * n_years,
                without=without,
                growth=growth_of(study),
                discount_ratio=study.terms.discount_ratio,
            ),
        )

    def _year(self, case: Case, sizes: Sizes) -> OperatingYear | None:
        key = (*case.runs_as, *sizes.values())
        if key not in self._years:
            fixed = with_sizes(case.study, sizes)
            plan = self._operate(fixed, self._answer.asked)
            self._years[key] = operating_year(fixed, plan, holds_ratios=True)
        return self._years[key]

    def _alone(self, case: Case) -> OperatingYear | None:
        key = (*case.runs_as, "alone")
        if key not in self._years:
            peak = case.study.terms.load_kwh / self._answer.study.terms.load_kwh
            alone = load_alone(case.study, self._answer, load_ratio=peak)
            plan = self._operate(alone, LIFTED)
            self._years[key] = operating_year(alone, plan, holds_ratios=True)
        return self._years[key]


def _candidate(number: int, sizes: Sizes, outcomes: list[Outcome], *, judge: _Judge) -> Candidate:
    regrets = tuple(_regret(judge(one.case, sizes), one.best_cny) for one in outcomes)
    return Candidate(
        best_of=number,
        sizes=sizes,
        regrets_cny=regrets,
        n_failed=sum(
            one.best_cny is not None and regret is None
            for one, regret in zip(outcomes, regrets, strict=True)
        ),
    )


def _others(outcomes: list[Outcome], design: Sizes) -> Iterator[tuple[int, Sizes]]:
    """Yield the best designs that are not there yet."""
    seen = [design]
    for number, one in enumerate(outcomes):
        if one.best_cny is None:
            continue
        sizes = {each.id: each.size for each in one.best.sizes}
        if not any(_is_same(sizes, other) for other in seen):
            seen.append(sizes)
            yield number, sizes


def _is_same(one: Sizes, other: Sizes) -> bool:
    return all(abs(one[name] - other[name]) <= _NEAR * max(one[name], 1.0) for name in one)


def _regret(judged: Judged | None, best_cny: float | None) -> float | None:
    if judged is None or best_cny is None:
        return None
    return max(judged.cost_cny - best_cny, 0.0)
