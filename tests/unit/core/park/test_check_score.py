"""What scores need before anything is computed with them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.park.check_score import check_scores
from taihang.core.park.problem import path_text
from taihang.core.park.score import MeasureKind, ScoreMeasure

PARK = read_park(template_text("changzhi"), source="changzhi")
NIGHT = ScoreMeasure(
    id="N",
    name_zh="夜",
    name_en="Night",
    kind=MeasureKind.CERTIFICATES,
    price_cny=Decimal("0.05"),
    source="test",
    first_hour=22,
    last_hour=6,
)


def paths(*measures: ScoreMeasure) -> list[str]:
    park = replace(PARK, score_measures={each.id: each for each in measures})
    return [path_text(problem.path) for problem in check_scores(park)]


def test_check_scores__takes_the_measures_of_the_demo_park() -> None:
    assert len(PARK.score_measures) == 6
    assert [*check_scores(PARK)] == []


def test_check_scores__wants_the_keys_of_the_kind_and_no_others() -> None:
    assert paths(NIGHT) == []
    assert paths(replace(NIGHT, last_hour=None)) == ["score_measures.N.last_hour"]
    assert paths(replace(NIGHT, most_kw=3)) == ["score_measures.N.most_kw"]


@pytest.mark.parametrize("kind", [MeasureKind.PV, MeasureKind.WIND])
def test_check_scores__a_profile_is_of_a_plant_that_the_park_has(kind: MeasureKind) -> None:
    measure = replace(NIGHT, kind=kind, first_hour=None, last_hour=None, most_kw=1)

    with_plants = paths(measure)
    park = replace(PARK, plants={}, score_measures={"N": measure})
    without = [path_text(problem.path) for problem in check_scores(park)]

    assert with_plants == []
    assert without == ["score_measures.N.kind"]
