"""A whole problem: strict in, canonical out."""

from collections.abc import Mapping
from typing import cast

import pytest

from park_case import Table, bus, document, grid, load, problem
from taihang.core.dispatch.fields import Json, ParkProblemError
from taihang.core.dispatch.park_problem import KINDS, problem_of
from whole_park import N, whole_park


def test_echo__reads_back_to_the_same_problem_with_every_kind_of_asset() -> None:
    one = problem(whole_park(), n_steps=N)

    again = problem_of(one.echo())

    assert again.echo() == one.echo()
    assert again.digest() == one.digest()
    assert {asset.TYPE for asset in one.assets} == set(KINDS)


def test_problem__every_number_changes_the_digest() -> None:
    one = problem([bus("el"), grid("g", "el"), load("l", "el", 5.0)], n_steps=2)
    other = problem([bus("el"), grid("g", "el"), load("l", "el", [5.0, 5.1])], n_steps=2)

    assert one.digest() != other.digest()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ([load("g", "el", 1.0)], "ids \\['g'\\] twice"),
        ([load("a b", "el", 1.0)], "ids without spaces"),
        ([load("l", "nowhere", 1.0)], "bus 'nowhere' of l; expected one of the buses"),
        ([("teapot", {"id": "t"})], "asset type 'teapot'"),
        (
            [
                (
                    "demand_charge",
                    {
                        "id": "d",
                        "grid": "gone",
                        "direction": "import",
                        "price_cny_per_kw": 1.0,
                        "so_far_kw": 0.0,
                    },
                )
            ],
            "grid 'gone' of d",
        ),
    ],
)
def test_problem__names_that_lead_nowhere_are_refused(more: list[Table], says: str) -> None:
    with pytest.raises(ParkProblemError, match=says):
        problem([bus("el"), grid("g", "el"), *more], n_steps=2)


def test_problem_of__another_format_is_refused() -> None:
    given = {**document([bus("el"), grid("g", "el")], n_steps=2), "format": "v0"}

    with pytest.raises(ParkProblemError, match="format 'v0'"):
        problem_of(cast("Mapping[str, Json]", given))
