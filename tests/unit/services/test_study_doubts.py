"""Doubted assumptions: cases change what they name, and regret is never below nothing."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from study_paper import EFFORT, operate
from taihang import planning_wiring
from taihang.config.study_file import read_study
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.study import Sensitivity, Study
from taihang.core.ratio.outlook import Thresholds
from taihang.services.size_park import StudyAnswer, size_park
from taihang.services.study_doubts import (
    Candidate,
    StudyDoubts,
    cases_of,
    changed,
    study_doubts,
)


def doubt(what: str, of: str = "all", *, low: float = 0.8, high: float = 1.2) -> Sensitivity:
    return Sensitivity(what=what, of=of, low_ratio=low, high_ratio=high)


def size_up(study: Study, asked: Thresholds) -> StudyAnswer:
    year, solve = planning_wiring.study_year(study), planning_wiring.solver()
    return size_park(study, year, asked=asked, solve=solve, effort=EFFORT)


def coarse(*doubts: Sensitivity, name: str = "xingxian-1200") -> Study:
    study = read_study(name)
    terms = replace(study.terms, step_s=6 * 3600)
    return replace(study, terms=terms, sensitivities=doubts)


@cache
def doubts() -> tuple[StudyAnswer, StudyDoubts]:
    study = coarse(doubt("capex", "wind"), doubt("import-price", high=1.0))
    answer = size_up(study, planning_wiring.study_thresholds(study))
    found = study_doubts(study, answer, size_up=size_up, operate=operate)
    assert found is not None
    return answer, found


def test_cases_of__are_the_study_and_each_end_that_is_another() -> None:
    study = coarse(doubt("load"), doubt("capex", high=1.0))

    found = [(one.doubt.what if one.doubt else "", one.factor_ratio) for one in cases_of(study)]

    assert found == [("", 1.0), ("load", 0.8), ("load", 1.2), ("capex", 0.8)]


def test_changed__changes_what_it_names_and_nothing_else() -> None:
    study = coarse()
    wind = changed(study, doubt("capex", "wind"), 1.2)
    hours = changed(study, doubt("full-load-h"), 0.5)
    price = changed(study, doubt("import-price"), 2.0)

    before = study.investments["wind"].capex_cny_per_unit
    assert wind.investments["wind"].capex_cny_per_unit == pytest.approx(1.2 * before)
    assert wind.investments["pv"] == study.investments["pv"]
    assert [one.full_load_h for one in hours.plants] == [
        0.5 * one.full_load_h for one in study.plants
    ]
    twice = 2.0 * study.grid.import_price_cny_per_kwh
    assert np.array_equal(price.grid.import_price_cny_per_kwh, twice)
    assert changed(study, doubt("load"), 0.9).terms.load_kwh == 0.9 * study.terms.load_kwh
    assert changed(study, doubt("discount"), 0.5).terms.discount_ratio == 0.03
    assert changed(study, doubt("export-price"), 0.5).grid.export_price_cny_per_kwh == 0.125


def test_changed__does_not_make_more_hours_than_a_year_has() -> None:
    hours = changed(coarse(), doubt("full-load-h", "wind"), 9.0)

    assert {one.id: one.full_load_h for one in hours.plants}["wind"] == 8800.0


def test_study_doubts__of_the_study_as_it_is_has_no_regret() -> None:
    answer, found = doubts()
    first = found.outcomes[0]

    assert first.case.doubt is None
    assert first.judged is not None
    assert first.judged.cost_cny == pytest.approx(answer.total_cny, rel=1e-6)
    assert first.regret_cny == pytest.approx(0.0, abs=1e-6 * answer.total_cny)


def test_study_doubts__regret_is_what_the_design_costs_above_the_best() -> None:
    _, found = doubts()

    for one in found.outcomes:
        assert one.judged is not None
        assert one.best_cny is not None
        assert one.judged.cost_cny >= one.best_cny * (1.0 - 1e-6)
    changed_most = max(one.regret_cny or 0.0 for one in found.outcomes)
    assert changed_most > 1e5


def test_study_doubts__each_candidate_is_the_best_of_its_own_case() -> None:
    _, found = doubts()

    assert len(found.candidates) >= 3
    for one in found.candidates:
        best_cny = found.outcomes[one.best_of].best_cny
        assert one.regrets_cny[one.best_of] == pytest.approx(0.0, abs=1e-6 * (best_cny or 0.0))


def test_study_doubts__the_safest_has_the_least_greatest_regret() -> None:
    _, found = doubts()

    assert found.safest is not None
    greatest = [one.greatest_cny for one in found.candidates]
    assert found.safest.greatest_cny == min(each for each in greatest if each is not None)


def test_study_doubts__runs_a_design_once_for_cases_that_differ_in_money_only() -> None:
    study = coarse(doubt("capex"), doubt("discount"), name="xingxian")
    answer = size_up(study, planning_wiring.study_thresholds(study))
    runs = list[Study]()

    def counted(of: Study, asked: Thresholds) -> ParkPlan | None:
        runs.append(of)
        return operate(of, asked)

    found = study_doubts(study, answer, size_up=size_up, operate=counted)

    # All sizes are given: one design, and the load alone.
    assert found is not None
    assert len(runs) == 2
    flows = [one.judged.flow for one in found.outcomes if one.judged is not None]
    assert len({flow.npv_cny for flow in flows}) == 5


def test_study_doubts__of_a_case_that_no_design_holds_are_none() -> None:
    study = coarse(doubt("load", low=1.0, high=3.0), name="xingxian")
    answer = size_up(study, planning_wiring.study_thresholds(study))

    found = study_doubts(study, answer, size_up=size_up, operate=operate)

    assert found is not None
    last = found.outcomes[-1]
    assert (last.judged, last.best_cny, last.regret_cny) == (None, None, None)
    assert found.safest == found.candidates[0]


def test_study_doubts__without_doubts_is_none() -> None:
    answer, _ = doubts()

    assert study_doubts(coarse(), answer, size_up=size_up, operate=operate) is None


def test_candidate__that_fails_somewhere_has_no_greatest_regret() -> None:
    fails = Candidate(best_of=0, sizes={}, regrets_cny=(0.0, None), n_failed=1)
    holds = replace(fails, n_failed=0)

    assert fails.greatest_cny is None
    assert holds.greatest_cny == 0.0
    assert replace(holds, regrets_cny=(None, None)).greatest_cny is None
