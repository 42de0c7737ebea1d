"""The front of a study begins at what the study itself costs."""

from dataclasses import replace

import pytest

from taihang import planning_wiring
from taihang.config.study_file import read_study
from taihang.core.dispatch.sizing.case import Why
from taihang.core.dispatch.sizing.front import FrontStatus
from taihang.core.dispatch.study import Study
from taihang.services.plan_park import Effort
from taihang.services.size_front import Front, FrontError, front_document, size_front
from taihang.services.size_park import size_park


def coarse(name: str) -> Study:
    study = read_study(name)
    return replace(study, terms=replace(study.terms, step_s=6 * 3600))


def drawn(study: Study, kind: str, n_points: int) -> Front:
    return size_front(
        study,
        planning_wiring.study_year(study),
        asked=planning_wiring.study_thresholds(study),
        kind=kind,
        n_points=n_points,
        tools=planning_wiring.sizing_tools(),
    )


def test_size_front__ends_or_begins_at_the_answer_of_the_study() -> None:
    pytest.importorskip("numba")
    study = coarse("changzhi")
    answer = size_park(
        study,
        planning_wiring.study_year(study),
        asked=planning_wiring.study_thresholds(study),
        solve=planning_wiring.solver(),
        effort=Effort(time_limit_s=100.0, gap=1e-6),
        tools=planning_wiring.sizing_tools(),
    )

    sold, green = drawn(study, "feed-back", 5), drawn(study, "green-share", 3)

    assert sold.rows[-1].total_cny == pytest.approx(answer.total_cny, rel=1e-6)
    assert green.rows[0].total_cny == pytest.approx(answer.total_cny, rel=1e-6)
    costs = [row.total_cny or 0.0 for row in sold.rows]
    assert costs == sorted(costs, reverse=True)
    assert {row.point.status for row in sold.rows} == {FrontStatus.PROVEN}


def test_front_document__has_one_entry_for_each_limit() -> None:
    pytest.importorskip("numba")

    document = front_document(drawn(coarse("xingxian-1200"), "feed-back", 4))

    assert document["format"] == "taihang/sizing-front/v1"
    assert document["proven"] == 4
    points = document["points"]
    assert isinstance(points, list)
    assert len(points) == 4


def test_size_front__is_refused_without_points_or_a_compiler() -> None:
    study = coarse("changzhi")
    with pytest.raises(FrontError, match="1 points"):
        drawn(study, "feed-back", 1)
    with pytest.raises(FrontError, match="no-compiler"):
        size_front(
            study,
            planning_wiring.study_year(study),
            asked=planning_wiring.study_thresholds(study),
            kind="feed-back",
            n_points=3,
            tools=Why.NO_COMPILER,
        )
