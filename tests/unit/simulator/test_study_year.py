"""The year of a study: hours exactly as planned, within what a plant can give, the same again."""

import numpy as np
import pytest

from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.simulator.study_year import (
    StudyStepError,
    grid_of,
    in_steps,
    load_ratio,
    plant_ratios,
)

PARK = read_park(template_text("xingxian"), source="xingxian")
HOURS = {"sun": ("pv", 1500.0), "air": ("wind", 2200.0)}


def test_plant_ratios__give_the_planned_hours_and_the_same_again() -> None:
    first, again = (plant_ratios(PARK, year=2026, seed=7, full_load_h=HOURS) for _ in range(2))

    for name, (_, hours) in HOURS.items():
        assert float(first[name].sum()) / 4.0 == pytest.approx(hours, rel=1e-12)
        assert first[name].min() >= 0.0
        assert first[name].max() <= 1.0001
        assert first[name].tolist() == again[name].tolist()
    nights = first["sun"].reshape(365, 96)[:, :12]
    assert float(nights.max()) == 0.0


def test_load_ratio__has_a_mean_of_one() -> None:
    ratio = load_ratio(PARK, year=2026, seed=7)

    assert float(ratio.mean()) == pytest.approx(1.0)
    assert len(ratio) == 35_040


def test_in_steps__keeps_the_energy() -> None:
    values = np.arange(96.0)

    assert in_steps(values, step_s=3600).sum() * 4 == values.sum()


@pytest.mark.parametrize("step_s", [0, 600, 1000, 7 * 900])
def test_in_steps__refuses_steps_that_do_not_fit(step_s: int) -> None:
    with pytest.raises(StudyStepError, match=str(step_s)):
        in_steps(np.ones(96), step_s=step_s)


def test_grid_of__starts_at_local_midnight() -> None:
    start_s, hours = grid_of(PARK, year=2026, step_s=3600)

    assert (start_s + 8 * 3600) % 86_400 == 0
    assert hours[:26] == [*range(24), 0, 1]
