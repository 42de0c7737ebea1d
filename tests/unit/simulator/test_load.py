from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from taihang.core.park.assets import ShiftPattern
from taihang.simulator.load import (
    MODELS,
    load_energy_wh,
    plain_shape,
    spring_festival_share,
)
from taihang.simulator.plan import PlanMissingError
from taihang.simulator.timeline import timeline_of
from unit.simulator.parks import PLANS_MWH, SEED, enterprise

TIMELINE = timeline_of(2026, zone=ZoneInfo("Asia/Shanghai"))
MILD_C = np.full(TIMELINE.n, 15.0)
NAMES = {
    ShiftPattern.CONTINUOUS: "E1",
    ShiftPattern.THREE_SHIFT: "E2",
    ShiftPattern.TWO_SHIFT: "E3",
    ShiftPattern.DAY_SHIFT: "E4",
}


def load_wh(
    pattern: ShiftPattern, temperature_c: NDArray[np.float64] = MILD_C
) -> NDArray[np.int64]:
    return load_energy_wh(
        enterprise(NAMES[pattern], pattern),
        timeline=TIMELINE,
        temperature_c=temperature_c,
        cap_kw=1e6,
        seed=SEED,
    )


def day_mean_wh(energy_wh: NDArray[np.int64], first: date, last: date) -> float:
    inside = np.array([first <= day <= last for day in TIMELINE.days])[TIMELINE.day_index]
    return float(energy_wh[inside].mean())


@pytest.mark.parametrize("pattern", list(ShiftPattern))
def test_load_energy_wh__meets_the_plan_and_never_stops(pattern: ShiftPattern) -> None:
    energy_wh = load_wh(pattern)

    planned_wh = PLANS_MWH[NAMES[pattern]] * 1e6
    assert len(MODELS) == len(ShiftPattern) == 4
    assert abs(int(energy_wh.sum()) / planned_wh - 1.0) < 1e-4
    assert energy_wh.min() > 0


@pytest.mark.parametrize(
    ("pattern", "most"),
    [
        (ShiftPattern.CONTINUOUS, 0.93),
        (ShiftPattern.THREE_SHIFT, 0.5),
        (ShiftPattern.TWO_SHIFT, 0.4),
        (ShiftPattern.DAY_SHIFT, 0.5),
    ],
)
def test_load_energy_wh__sinks_at_spring_festival(pattern: ShiftPattern, most: float) -> None:
    energy_wh = load_wh(pattern)

    festival = day_mean_wh(energy_wh, date(2026, 2, 16), date(2026, 2, 22))
    usual = day_mean_wh(energy_wh, date(2026, 1, 12), date(2026, 1, 16))

    assert festival < most * usual


def test_load_energy_wh__works_on_make_up_sundays_and_not_on_national_day() -> None:
    energy_wh = load_wh(ShiftPattern.DAY_SHIFT)

    made_up = day_mean_wh(energy_wh, date(2026, 9, 20), date(2026, 9, 20))
    sunday = day_mean_wh(energy_wh, date(2026, 9, 13), date(2026, 9, 13))
    national_day = day_mean_wh(energy_wh, date(2026, 10, 1), date(2026, 10, 1))

    assert made_up > 2 * sunday
    assert made_up > 2 * national_day


def test_load_energy_wh__day_shift_sleeps_and_continuous_does_not() -> None:
    night = (TIMELINE.hour_h > 1.0) & (TIMELINE.hour_h < 4.0)

    ratios = {}
    for pattern in (ShiftPattern.DAY_SHIFT, ShiftPattern.CONTINUOUS):
        energy_wh = load_wh(pattern)
        ratios[pattern] = energy_wh[night].mean() / energy_wh.mean()

    assert ratios[ShiftPattern.DAY_SHIFT] < 0.6
    assert ratios[ShiftPattern.CONTINUOUS] > 0.95


def test_load_energy_wh__heat_waves_cost_offices_energy() -> None:
    heat_c = np.where(TIMELINE.day_index == 190, 35.0, MILD_C)

    hot, mild = load_wh(ShiftPattern.DAY_SHIFT, heat_c), load_wh(ShiftPattern.DAY_SHIFT)

    wave = TIMELINE.day_index == 190
    assert hot[wave].sum() > 1.15 * mild[wave].sum()


def test_load_energy_wh__names_the_missing_key() -> None:
    whole = enterprise("E1", None)

    with pytest.raises(PlanMissingError, match=r"set enterprises\.E1\.shift_pattern"):
        load_energy_wh(whole, timeline=TIMELINE, temperature_c=MILD_C, cap_kw=1e6, seed=SEED)
    planless = replace(whole, shift_pattern=ShiftPattern.CONTINUOUS, planned_mwh_per_year=None)
    with pytest.raises(PlanMissingError, match=r"set enterprises\.E1\.planned_mwh_per_year"):
        load_energy_wh(planless, timeline=TIMELINE, temperature_c=MILD_C, cap_kw=1e6, seed=SEED)


def test_spring_festival_share__climbs_stays_and_falls() -> None:
    shares = [spring_festival_share(day) for day in range(-15, 22)]

    assert shares[0] == shares[-1] == 0.0
    assert shares[15:20] == [1.0] * 5
    assert shares[:15] == sorted(shares[:15])
    assert shares[21:] == sorted(shares[21:], reverse=True)


def test_plain_shape__is_the_model_without_chance() -> None:
    for pattern, model in MODELS.items():
        shape = plain_shape(pattern)

        assert len(shape.workday_ratio) == 96
        assert shape.workday_ratio.max() == max(model.working)
        assert (shape.holiday_ratio <= shape.workday_ratio).all()
        assert shape.holiday_ratio.min() >= model.idle - 1e-12
