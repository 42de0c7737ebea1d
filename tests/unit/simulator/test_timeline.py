from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from taihang.simulator.timeline import timeline_of


def test_timeline_of__has_96_steps_a_day_in_china() -> None:
    timeline = timeline_of(2026, zone=ZoneInfo("Asia/Shanghai"))

    assert timeline.n == 35_040
    assert np.bincount(timeline.day_index).tolist() == [96] * 365
    assert timeline.hour_h[:3].tolist() == [0.125, 0.375, 0.625]
    assert timeline.days[-1] == date(2026, 12, 31)


def test_timeline_of__keeps_days_whole_where_clocks_change() -> None:
    timeline = timeline_of(2026, zone=ZoneInfo("Europe/Berlin"))

    lengths = np.bincount(timeline.day_index)
    assert sorted(set(lengths.tolist())) == [92, 96, 100]
    assert timeline.n == 35_040
    assert timeline.hour_h.max() < 24.0
