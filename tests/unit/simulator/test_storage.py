from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from taihang.core.market.tou import TariffNotInForceError
from taihang.simulator.storage import (
    BatteryYear,
    DailyPlanError,
    baseline_kw,
    lowest_wh,
    operate,
    set_points_kw,
)
from taihang.simulator.timeline import Timeline, timeline_of
from unit.simulator.parks import BATTERY

SHANGHAI = ZoneInfo("Asia/Shanghai")
TIMELINE = timeline_of(2026, zone=SHANGHAI)


def run(
    target_kw: NDArray[np.float64], *, net_wh: int = 10**9, timeline: Timeline = TIMELINE
) -> BatteryYear:
    return operate(
        BATTERY,
        target_kw=target_kw,
        net_load_wh=np.full(timeline.n, net_wh),
        in_service=np.ones(timeline.n, np.bool_),
        start_wh=lowest_wh(BATTERY),
    )


def test_baseline_kw__follows_the_text_in_force() -> None:
    target_kw = baseline_kw(BATTERY, timeline=TIMELINE, province="Shanxi")

    def hours(day: date) -> list[float]:
        first = TIMELINE.days.index(day) * 96
        return target_kw[first : first + 96 : 4].tolist()

    old, summer = hours(date(2026, 4, 30)), hours(date(2026, 7, 1))
    full, none = BATTERY.power_kw, 0.0
    assert old[:7] == [full] * 7
    assert old[8:11] == [-full] * 3
    assert old[17:23] == [-full] * 6
    assert [i for i, kw in enumerate(summer) if kw == full] == [2, 3, 4, 10, 11, 12, 13, 14]
    assert [i for i, kw in enumerate(summer) if kw == -full] == [6, 7, 18, 19, 20, 21, 22, 23]
    assert summer[0] == none


def test_baseline_kw__knows_no_text_of_another_province() -> None:
    with pytest.raises(TariffNotInForceError, match="Hebei"):
        baseline_kw(BATTERY, timeline=TIMELINE, province="Hebei")


def test_operate__stays_within_every_limit_and_conserves_energy() -> None:
    year = run(baseline_kw(BATTERY, timeline=TIMELINE, province="Shanxi"))

    stored_wh = year.stored_wh
    assert stored_wh.min() >= 0.1 * 2.5e6 - 1e-6
    assert stored_wh.max() <= 0.9 * 2.5e6 + 1e-6
    assert not ((year.charge_wh > 0) & (year.discharge_wh > 0)).any()
    assert max(year.charge_wh.max(), year.discharge_wh.max()) == 250_000
    inflow_wh = 0.95 * year.charge_wh - year.discharge_wh / 0.94
    standing_wh = (1.0 - (1.0 - 1e-5) ** 0.25) * stored_wh[:-1].sum()
    assert abs(stored_wh[-1] - stored_wh[0] - (inflow_wh.sum() - standing_wh)) < 1.0


def test_operate__turns_twice_a_day_at_the_round_trip_efficiency() -> None:
    year = run(baseline_kw(BATTERY, timeline=TIMELINE, province="Shanxi"))

    given_wh, drawn_wh = int(year.discharge_wh.sum()), int(year.charge_wh.sum())
    assert 1.5 < given_wh / (365 * 0.8 * 2.5e6 * 0.94) < 2.01
    assert 0.88 < given_wh / drawn_wh < 0.95 * 0.94


def test_operate__never_feeds_the_public_grid() -> None:
    year = run(baseline_kw(BATTERY, timeline=TIMELINE, province="Shanxi"), net_wh=1_000)

    assert year.discharge_wh.max() == 1_000


def test_operate__ends_the_year_where_the_next_begins() -> None:
    for number in (2025, 2026):
        timeline = timeline_of(number, zone=SHANGHAI)

        year = run(baseline_kw(BATTERY, timeline=timeline, province="Shanxi"), timeline=timeline)

        assert abs(year.stored_wh[-1] - lowest_wh(BATTERY)) < 2.0


def test_set_points_kw__plan_replaces_the_rule_on_its_day_only() -> None:
    plan = {(BATTERY.id, date(2026, 3, 3)): np.full(96, 123.0)}

    planned_kw = set_points_kw(BATTERY, timeline=TIMELINE, province="Shanxi", daily_plan=plan)

    changed = planned_kw != baseline_kw(BATTERY, timeline=TIMELINE, province="Shanxi")
    assert set(TIMELINE.day_index[changed].tolist()) == {61}
    assert set(planned_kw[TIMELINE.day_index == 61].tolist()) == {123.0}


def test_set_points_kw__refuses_a_plan_of_another_length() -> None:
    plan = {(BATTERY.id, date(2026, 3, 3)): np.zeros(24)}

    with pytest.raises(DailyPlanError, match="96 set-points"):
        set_points_kw(BATTERY, timeline=TIMELINE, province="Shanxi", daily_plan=plan)


def test_operate__does_nothing_out_of_service() -> None:
    year = operate(
        replace(BATTERY, soc_min_ratio=0.0),
        target_kw=np.full(TIMELINE.n, 500.0),
        net_load_wh=np.full(TIMELINE.n, 10**9),
        in_service=np.zeros(TIMELINE.n, np.bool_),
        start_wh=0.0,
    )

    assert not year.charge_wh.any()
    assert not year.stored_wh.any()
