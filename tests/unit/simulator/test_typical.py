from zoneinfo import ZoneInfo

import numpy as np

from taihang.simulator.timeline import timeline_of
from taihang.simulator.typical import half_months, most_typical


def test_half_months__cover_the_year_in_order() -> None:
    blocks = half_months(timeline_of(2026, zone=ZoneInfo("Asia/Shanghai")))

    assert set(np.diff(blocks).tolist()) == {0, 1}
    assert np.bincount(blocks).tolist()[:4] == [15 * 96, 16 * 96, 15 * 96, 13 * 96]
    assert blocks[-1] == 23


def test_most_typical__weighs_intervals() -> None:
    values = np.array([[0.0, 1.0], [1.0, 0.0]])

    chosen = most_typical(
        values,
        weights=np.array([1.0, 3.0]),
        blocks=np.array([0, 0]),
        expected=np.array([0.25]),
    )

    assert chosen.tolist() == [1]
