import numpy as np
import pytest
from numpy.typing import NDArray

from taihang.core.performance.station import station_use


def weeks(n_days: int) -> NDArray[np.float64]:
    """100 kWh on a working day, 50 kWh on the two last days of a week, from 8:00 to 10:00."""
    wh = np.zeros((n_days, 96))
    wh[:, 32:40] = np.where(np.arange(n_days) % 7 < 5, 100_000, 50_000)[:, None] / 8
    return wh


def test_station_use__compares_with_the_same_weekdays_before() -> None:
    use = station_use(weeks(70), n_asked_days=14, capacity_kw=100.0)

    assert use.expected_kwh == pytest.approx(2 * (5 * 100 + 2 * 50))
    assert use.compared_kwh == use.expected_kwh == use.used_kwh
    assert use.utilisation_ratio == pytest.approx(1_200 / (100 * 14 * 24))
    assert use.peak_kw == pytest.approx(50.0)
    assert use.busy_h == 14 * 2.0
    assert (use.n_compared_days, use.silent_days) == (14, ())


def test_station_use__a_day_without_any_car_is_silent_only_where_that_is_rare() -> None:
    wh = weeks(70)
    wh[66] = 0.0
    often = weeks(70)
    often[::3] = 0.0

    assert station_use(wh, n_asked_days=14, capacity_kw=100.0).silent_days == (10,)
    assert station_use(often, n_asked_days=14, capacity_kw=100.0).silent_days == ()


def test_station_use__without_a_past_nothing_is_usual() -> None:
    use = station_use(weeks(20), n_asked_days=20, capacity_kw=100.0)

    assert (use.expected_kwh, use.low_kwh, use.compared_kwh) == (None, None, None)
    assert use.used_kwh > 0.0


def test_station_use__what_was_not_read_is_not_compared_and_not_silent() -> None:
    wh = weeks(70)
    wh[60:] = np.nan

    use = station_use(wh, n_asked_days=10, capacity_kw=100.0)

    assert (use.n_read, use.used_kwh) == (0, 0.0)
    assert (use.utilisation_ratio, use.peak_kw, use.expected_kwh) == (None, None, None)
    assert use.silent_days == ()
