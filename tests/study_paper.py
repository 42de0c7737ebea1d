"""A study with its money, solved once in coarse steps, for tests of what is printed of it."""

from dataclasses import replace
from functools import cache

from taihang import planning_wiring
from taihang.config.study_file import read_study
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.study import Study
from taihang.core.ratio.outlook import Thresholds
from taihang.interfaces.reports.size_study import SizeDossier
from taihang.services.plan_park import Effort
from taihang.services.size_park import size_park
from taihang.services.study_money import operate_study, study_money

EFFORT = Effort(time_limit_s=100.0, gap=1e-6)


def operate(study: Study, asked: Thresholds) -> ParkPlan | None:
    year, solve = planning_wiring.study_year(study), planning_wiring.solver()
    return operate_study(study, year, asked=asked, solve=solve, effort=EFFORT)


@cache
def dossier(name: str = "xingxian", weather_years: int = 1) -> SizeDossier:
    """Steps of six hours and three years: seconds of work."""
    study = read_study(name)
    terms = replace(study.terms, step_s=21600, project_years=3.0, weather_years=weather_years)
    study = replace(study, terms=terms)
    year, solve = planning_wiring.study_year(study), planning_wiring.solver()
    asked = planning_wiring.study_thresholds(study)
    answer = size_park(study, year, asked=asked, solve=solve, effort=EFFORT)
    assert answer.energy is not None
    paid = study_money(study, answer, operate=operate)
    return SizeDossier(
        name=name,
        answer=answer,
        energy=answer.energy,
        money=paid,
        doubts=None,
        front=None,
        units=(),
    )
