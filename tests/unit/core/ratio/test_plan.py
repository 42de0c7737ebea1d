from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from taihang.core.quantities import WH_PER_MWH
from taihang.core.ratio.outlook import Thresholds
from taihang.core.ratio.plan import plan_fit

ASKED = Thresholds(
    self_use_min_ratio=Decimal("0.60"),
    green_min_ratio=Decimal("0.30"),
    export_max_ratio=Decimal("0.20"),
    storage_losses_in_load=True,
)
FROM_2030 = Thresholds(
    self_use_min_ratio=Decimal("0.60"),
    green_min_ratio=Decimal("0.35"),
    export_max_ratio=Decimal("0.20"),
    storage_losses_in_load=True,
)
XING_MWH = 200 * 1_500 + 10 * 1_500 + 300 * 2_200
SMELTER_MWH = 6_750_000


def _mwh(amount: int | str) -> int:
    return int(Decimal(amount) * WH_PER_MWH)


def test_plan_fit__changzhi_phase_one_is_told_to_miss_thirty_percent() -> None:
    # Domain handbook S08 (b): 13.49 MW PV of 18.25 GWh, 25 MW wind × 2 200 h, against 850 GWh.
    generation_wh = _mwh(18_250) + _mwh(25 * 2_200)

    fit = plan_fit(generation_wh, _mwh(850_000), asked=ASKED)

    assert generation_wh == _mwh(73_250)
    assert fit.green_at_best_ratio is not None
    assert round(float(fit.green_at_best_ratio), 3) == 0.086
    assert not fit.fits
    assert fit.short_wh == _mwh(255_000) - _mwh(73_250)


def test_plan_fit__xing_county_has_its_budget_and_its_largest_load() -> None:
    # Domain handbook S14 (b), S15: of 975 GWh 195 may be exported; 2 600 and 2 229 GWh.
    fit = plan_fit(_mwh(XING_MWH), _mwh(2_200_000), asked=ASKED)
    later = plan_fit(_mwh(XING_MWH), _mwh(2_200_000), asked=FROM_2030)

    assert XING_MWH == 975_000
    assert fit.export_most_wh == _mwh(195_000)
    assert fit.self_use_least_wh == _mwh(585_000)
    assert fit.load_most_at_limit_wh == _mwh(2_600_000)
    assert round(later.load_most_at_limit_wh / _mwh(1_000)) == 2_229
    assert fit.fits
    assert later.fits


def test_plan_fit__xing_county_with_its_whole_smelter_fails() -> None:
    # Domain handbook S15 (c): 975 of 6 750 GWh is 14.4 %, if nothing is exported.
    fit = plan_fit(_mwh(XING_MWH), _mwh(SMELTER_MWH), asked=ASKED)

    assert fit.green_at_best_ratio == Fraction(975, 6_750)
    assert fit.green_at_limit_ratio == Fraction(780, 6_750)
    assert not fit.fits
    assert fit.short_wh == _mwh(6_750_000 * 3 // 10 - 975_000)


def test_plan_fit__names_the_load_that_is_lacking() -> None:
    fit = plan_fit(_mwh(100), _mwh(50), asked=ASKED)

    assert (fit.short_wh, fit.load_lacking_wh, fit.fits) == (0, _mwh(30), False)


@pytest.mark.parametrize(("generation_mwh", "load_mwh"), [(0, 10), (10, 0), (0, 0)])
def test_plan_fit__says_nothing_where_there_is_nothing_to_divide_by(
    generation_mwh: int, load_mwh: int
) -> None:
    fit = plan_fit(_mwh(generation_mwh), _mwh(load_mwh), asked=ASKED)

    assert (fit.needed_ratio is None) == (generation_mwh == 0)
    assert (fit.green_at_best_ratio is None) == (load_mwh == 0)


@given(st.integers(1, 10**15), st.integers(1, 10**15))
@example(2, 9)
def test_plan_fit__fits_exactly_if_some_self_use_meets_all_three(g_wh: int, d_wh: int) -> None:
    fit = plan_fit(g_wh, d_wh, asked=ASKED)

    # The most that can be used in the park is the smaller of both; more never hurts.
    used_wh = min(g_wh, d_wh)
    meets = 10 * used_wh >= 6 * g_wh and 10 * used_wh >= 3 * d_wh and 5 * (g_wh - used_wh) <= g_wh
    assert fit.fits == meets


@given(st.integers(1, 10**15), st.integers(1, 10**15))
def test_plan_fit__largest_load_is_the_last_that_keeps_the_share(g_wh: int, d_wh: int) -> None:
    fit = plan_fit(g_wh, d_wh, asked=ASKED)

    assert not plan_fit(g_wh, fit.load_most_wh, asked=ASKED).short_wh
    assert plan_fit(g_wh, fit.load_most_wh + 4, asked=ASKED).short_wh
    assert fit.load_most_at_limit_wh <= fit.load_most_wh
