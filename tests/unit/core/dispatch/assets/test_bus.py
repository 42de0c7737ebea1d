"""The balance of a bus."""

import pytest

from park_case import bus, grid, load, problem
from taihang.core.dispatch.fields import ParkProblemError


def test_contribute__a_bus_that_nothing_feeds_is_refused_by_name() -> None:
    with pytest.raises(ParkProblemError, match="buses \\['lost'\\] that nothing feeds"):
        problem([bus("el"), bus("lost"), grid("g", "el"), load("l", "el", 5.0)], n_steps=2)
