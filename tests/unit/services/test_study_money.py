"""The money of a study: one year is the study's own, ageing only costs, a failed ratio is said."""

from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from taihang import planning_wiring
from taihang.config.study_file import read_study
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.study import Study
from taihang.core.ratio.outlook import Thresholds
from taihang.services.plan_park import Effort
from taihang.services.size_park import StudyAnswer, size_park
from taihang.services.study_money import StudyMoney, operate_study, study_money

EFFORT = Effort(time_limit_s=100.0, gap=1e-6)


def coarse(name: str, *, fade: float = 0.0, years: float = 6.0) -> Study:
    """Steps of six hours, six years, and every investment lives for four and fades alike."""
    study = read_study(name)
    investments = {
        key: replace(one, fade_ratio=0.0 if key == "battery-power" else fade, life_years=4.0)
        for key, one in study.investments.items()
    }
    terms = replace(study.terms, step_s=21600, project_years=years)
    store = replace(study.store, health_ratio=1.0)
    return replace(study, terms=terms, investments=investments, store=store)


def operate(study: Study, asked: Thresholds) -> ParkPlan | None:
    year, solve = planning_wiring.study_year(study), planning_wiring.solver()
    return operate_study(study, year, asked=asked, solve=solve, effort=EFFORT)


def answer(study: Study, *, green: str = "0.30") -> StudyAnswer:
    asked = replace(planning_wiring.study_thresholds(study), green_min_ratio=Decimal(green))
    year, solve = planning_wiring.study_year(study), planning_wiring.solver()
    return size_park(study, year, asked=asked, solve=solve, effort=EFFORT)


@cache
def money(fade: float) -> tuple[StudyAnswer, StudyMoney]:
    study = coarse("xingxian", fade=fade)
    found = answer(study)
    paid = study_money(study, found, operate=operate)
    assert paid is not None
    return found, paid


def test_study_money__without_ageing_is_the_year_of_the_study() -> None:
    found, paid = money(0.0)
    flow = paid.flow

    assert flow is not None
    without_cny = -flow.years[1].without_cny
    assert flow.annuity_cny == pytest.approx(without_cny - found.total_cny, rel=1e-6)
    assert flow.lcoe_cny_per_kwh == pytest.approx(found.lcoe_cny_per_kwh, rel=1e-6)
    assert flow.load_cny_per_kwh == pytest.approx(found.cost_cny_per_kwh, rel=1e-6)


def test_study_money__ages_until_it_is_replaced() -> None:
    _, paid = money(0.05)

    assert paid.flow is not None
    used = [one.used_kwh for one in paid.flow.years]
    assert used[1] > used[2] > used[3] > used[4]
    assert used[5] == used[1]


def test_study_money__is_worth_less_the_faster_it_ages() -> None:
    (_, slow), (_, fast) = money(0.0), money(0.05)

    assert slow.flow is not None
    assert fast.flow is not None
    assert fast.flow.npv_cny < slow.flow.npv_cny


def test_study_money__says_from_when_on_a_ratio_is_missed() -> None:
    study = coarse("xingxian", fade=0.05, years=4.0)
    best = answer(study)
    assert best.energy is not None
    green = best.energy.ratios(losses_in_load=study.terms.losses_in_load)["green-share"]
    tight = answer(study, green=str(round((green or 0.0) - 0.001, 4)))

    found = study_money(study, tight, operate=operate)

    assert found is not None
    assert found.flow is not None
    assert found.missed_years == (2, 3, 4)


def test_study_money__of_no_answer_is_none() -> None:
    study = coarse("xingxian-smelter")

    assert study_money(study, answer(study), operate=operate) is None


def test_study_money__says_the_year_in_which_the_load_cannot_be_served() -> None:
    study = coarse("xingxian", fade=0.05)

    def worn(of: Study, asked: Thresholds) -> ParkPlan | None:
        made = sum(one.most for one in of.investments.values())
        return None if 0.0 < made < 0.98 * largest else operate(of, asked)

    found = answer(study)
    largest = sum(one.size for one in found.sizes)
    paid = study_money(study, found, operate=worn)

    assert paid is not None
    assert (paid.flow, paid.stuck_year) == (None, 2)


def test_study_money__of_two_years_of_weather_is_that_of_their_mean() -> None:
    study = coarse("xingxian")
    study = replace(study, terms=replace(study.terms, weather_years=2))
    found = answer(study)

    paid = study_money(study, found, operate=operate)

    assert paid is not None
    flow = paid.flow
    assert flow is not None
    without_cny = -flow.years[1].without_cny
    one = money(0.0)[1].flow
    assert one is not None
    assert without_cny == pytest.approx(-one.years[1].without_cny, rel=0.02)
    assert flow.annuity_cny == pytest.approx(without_cny - found.total_cny, rel=1e-6)
    assert flow.lcoe_cny_per_kwh == pytest.approx(found.lcoe_cny_per_kwh, rel=1e-6)
    assert flow.load_cny_per_kwh == pytest.approx(found.cost_cny_per_kwh, rel=1e-6)
