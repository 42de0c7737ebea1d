"""What quotas must be before anything is measured by them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.park.check_quota import check_quotas
from taihang.core.park.problem import path_text
from taihang.core.park.quota import UNITS, Quota, QuotaMeasure, QuotaRules

RULES = QuotaRules(
    watch_chance_ratio=Decimal("0.2"),
    warning_chance_ratio=Decimal("0.5"),
    interval_ratio=Decimal("0.9"),
    source="test",
)
PARK = replace(read_park(template_text("changzhi"), source="changzhi"), quota_rules=RULES)


def quota(id_: str, subject: str, measure: QuotaMeasure, since: str = "2026-01-01") -> Quota:
    return Quota(
        id=id_,
        subject=subject,
        measure=measure,
        amount=Decimal(1),
        unit=UNITS[measure],
        valid_from=date.fromisoformat(since),
        valid_to=date(2030, 12, 31),
        document="test",
    )


def paths(*quotas: Quota, rules: QuotaRules | None = RULES) -> list[str]:
    park = replace(PARK, quotas={each.id: each for each in quotas}, quota_rules=rules)
    return [path_text(problem.path) for problem in check_quotas(park)]


@pytest.mark.parametrize("measure", QuotaMeasure)
def test_check_quotas__every_measure_has_its_subjects(measure: QuotaMeasure) -> None:
    of_user = paths(quota("Q", "E01", measure)) == []
    of_park = paths(quota("Q", "park", measure)) == []
    is_carbon = measure.value.startswith("carbon")
    assert of_user is (measure is not QuotaMeasure.CARBON_PARK)
    assert of_park is (not is_carbon or measure is QuotaMeasure.CARBON_PARK)


def test_check_quotas__wants_rules_and_no_two_that_begin_on_one_day() -> None:
    one = quota("Q1", "E01", QuotaMeasure.ELECTRICITY)
    assert paths(one, rules=None) == ["quota_rules"]
    same = replace(one, id="Q2")
    assert paths(one, same) == ["quotas.Q2.valid_from"]
    assert paths(one, replace(same, valid_from=date(2026, 7, 1))) == []
    assert paths(one, replace(same, subject="E02")) == []


def test_check_quotas__names_a_subject_that_is_near() -> None:
    park = replace(PARK, quotas={"Q": quota("Q", "E1", QuotaMeasure.ELECTRICITY)})
    (problem,) = check_quotas(park)
    assert path_text(problem.path) == "quotas.Q.subject"
    assert problem.remedy == "write E51"
