from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from taihang.core.park.assets import Battery
from taihang.core.performance.storage import storage_use

BATTERY = Battery(
    id="B1",
    name_zh="储能",
    name_en="Battery",
    power_kw=500.0,
    energy_kwh=1_000.0,
    charge_efficiency_ratio=0.95,
    discharge_efficiency_ratio=0.95,
    standing_loss_ratio_per_h=0.0,
    soc_min_ratio=0.1,
    soc_max_ratio=0.9,
    cycle_cost_cny_per_kwh=0.05,
    grid_tariff="GT",
)


def days(n: int, *, efficiency: float = 0.9025) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Full cycles: 800 kWh inside are filled at night and emptied in the evening."""
    charge, discharge = np.zeros((n, 96)), np.zeros((n, 96))
    charge[:, 4:12] = 800_000 / 0.95 / 8
    discharge[:, 72:80] = 800_000 / 0.95 / 8 * efficiency
    return charge.ravel(), discharge.ravel()


def test_storage_use__knows_what_it_was_made_of() -> None:
    use = storage_use(*days(30), battery=BATTERY)

    assert use.efficiency_ratio == pytest.approx(0.9025)
    assert use.full_cycles_ratio == pytest.approx(30 * 0.76)
    assert use.deepest_kwh == pytest.approx(760.0)
    assert use.usable_kwh == pytest.approx(760.0)
    assert use.idle_h == 30 * 20.0
    assert use.lost_kwh == pytest.approx(0.0, abs=1e-6)
    assert (use.n_read, use.n_intervals) == (2_880, 2_880)


def test_storage_use__a_tired_battery_lies_below_what_is_stated_also_at_best() -> None:
    use = storage_use(*days(60, efficiency=0.84), battery=BATTERY)

    assert use.high_ratio is not None
    assert use.high_ratio < use.rated_ratio
    assert use.lost_low_kwh is not None
    assert use.lost_low_kwh > 0.0


def test_storage_use__what_is_left_inside_is_in_the_band() -> None:
    charge, discharge = days(10)
    discharge[-96:] = 0.0  # The last evening did not come: a full battery is left.

    use = storage_use(charge, discharge, battery=BATTERY)

    assert use.low_ratio is not None
    assert use.high_ratio is not None
    assert use.efficiency_ratio is not None
    assert use.efficiency_ratio < 0.83
    assert use.low_ratio <= 0.9025 <= use.high_ratio


def test_storage_use__of_few_cycles_has_no_efficiency() -> None:
    use = storage_use(*days(2), battery=BATTERY)

    assert (use.efficiency_ratio, use.low_ratio, use.lost_kwh) == (None, None, None)
    assert use.full_cycles_ratio > 1.0


def test_storage_use__what_was_not_read_is_neither_idle_nor_a_way_over_a_gap() -> None:
    charge, discharge = days(1)
    charge[70:76] = np.nan

    use = storage_use(charge, discharge, battery=BATTERY)

    assert use.n_read == 90
    assert use.idle_h == 20.0 - 0.5
    assert use.deepest_kwh == pytest.approx(380.0), "only the part behind the gap is one run"
    nothing = storage_use(np.empty(0), np.empty(0), battery=replace(BATTERY))
    assert (nothing.deepest_kwh, nothing.efficiency_ratio) == (0.0, None)
