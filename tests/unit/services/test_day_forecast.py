"""What is expected of days ahead: the same weekdays, however far ahead."""

from datetime import date

import numpy as np
import pytest

from taihang.core.park.assets import PlantKind
from taihang.services.day_forecast import HISTORY_DAYS, DayHistory

WEEKDAYS = np.arange(HISTORY_DAYS)[:, None] % 7 * np.ones(96)
"""Each day draws the number of its weekday, the first of the history being 0."""


def history() -> DayHistory:
    return DayHistory(
        day=date(2026, 8, 29),
        load_kw={"E01": WEEKDAYS * 10.0, "E02": np.ones((HISTORY_DAYS, 96))},
        plant_kw={"PV01": WEEKDAYS},
        kinds={"PV01": PlantKind.PV},
    )


@pytest.mark.parametrize("offset", range(15))
def test_load_ahead__looks_at_the_same_weekday(offset: int) -> None:
    found = history().load_ahead_kw(["E01", "E02"], offset_days=offset)

    assert found.tolist() == [10.0 * (offset % 7) + 1.0] * 96


def test_load_ahead__of_nobody_known_is_nothing() -> None:
    assert history().load_ahead_kw(["E99"]).tolist() == [0.0] * 96


def test_plant_ahead__is_the_mean_of_the_last_days() -> None:
    assert history().plant_ahead_kw("PV01").tolist() == [3.0] * 96


def test_errors__tell_each_flow() -> None:
    found = history().errors()

    assert sorted(found) == ["load", "pv"]
    assert found["load"].nmae_ratio == 0.0
    assert found["pv"].nmae_ratio > 0.0
