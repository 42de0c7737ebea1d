"""Methods and their keys belong together: one without the other is told, never guessed."""

from dataclasses import replace
from typing import Final

import pytest

from taihang.core.park.problem import path_text
from taihang.core.park.quality import (
    KEYS_OF_METHOD,
    DayCalendar,
    Estimation,
    check_estimation,
)

ALL: Final = Estimation(
    methods=("linear", "like-day", "parent-difference"),
    linear_most_h=2.0,
    reference_days=4,
    reference_reach_days=35,
    reference_calendar=DayCalendar.WEEKDAYS,
    parent_loss_ratio=0.02,
    parent_share_min_ratio=0.2,
)
NONE: Final = Estimation(
    methods=(),
    linear_most_h=None,
    reference_days=None,
    reference_reach_days=None,
    reference_calendar=None,
    parent_loss_ratio=None,
    parent_share_min_ratio=None,
)


@pytest.mark.parametrize("estimation", [None, ALL, NONE])
def test_check_estimation__what_fits_together_has_no_problem(estimation: Estimation | None) -> None:
    assert check_estimation(estimation) == []


@pytest.mark.parametrize("method", sorted(KEYS_OF_METHOD))
def test_check_estimation__a_key_without_its_method_is_told(method: str) -> None:
    without = tuple(each for each in ALL.methods if each != method)

    problems = check_estimation(replace(ALL, methods=without))

    paths = [path_text(problem.path) for problem in problems]
    assert paths == [f"estimation.{key}" for key in KEYS_OF_METHOD[method]]
    assert all("no method uses" in problem.given for problem in problems)


@pytest.mark.parametrize("method", sorted(KEYS_OF_METHOD))
def test_check_estimation__a_method_without_its_keys_is_told(method: str) -> None:
    problems = check_estimation(replace(NONE, methods=(method,)))

    assert len(problems) == len(KEYS_OF_METHOD[method])
    assert {problem.given for problem in problems} == {"nothing"}


def test_check_estimation__a_misspelt_method_gets_a_suggestion() -> None:
    (problem,) = check_estimation(replace(NONE, methods=("linaer",)))

    assert problem.given == "'linaer'"
    assert "linear" in problem.remedy


def test_check_estimation__a_method_stands_once() -> None:
    methods = ("linear", "linear")
    only = replace(NONE, methods=methods, linear_most_h=2.0)

    assert len(check_estimation(only)) == 2
