"""What was settled as power: a gap stays a gap."""

from datetime import UTC, datetime, timedelta

import numpy as np

from taihang.core.periods import Period
from taihang.core.series import Quality
from taihang.services.settled_power import power_kw


def test_power_kw__a_gap_is_no_number_and_rows_beyond_the_end_are_left_out() -> None:
    start = datetime(2026, 6, 1, tzinfo=UTC)
    span = Period(start, start + timedelta(hours=1))
    columns = {
        "time_s": span.start_s + 900 * np.array([0, 1, 2, 4]),
        "total_wh": np.array([250, 500, -3, 7]),
        "quality": np.array([Quality.MEASURED, Quality.MISSING, Quality.MEASURED, 0]),
    }

    assert np.array_equal(power_kw(columns, span), [1.0, np.nan, 0.0, np.nan], equal_nan=True)
