from datetime import date
from pathlib import Path

import small_park
from ratio_kit import STATED
from taihang.core.periods import year
from taihang.services.ratio_backtest import PastForecast, backtest
from taihang.services.settle import settle


def test_backtest__each_forecast_saw_only_what_lay_before_it(tmp_path: Path) -> None:
    whole = year("2025", small_park.ZONE)
    with small_park.opened(small_park.make(tmp_path / "park", small_park.PARK + STATED)) as ports:
        small_park.fill(ports, whole)
        settle(whole, ports=ports)
        found = backtest("2025", ports=ports)

    assert len(found) == 3 * 11
    assert found[0].first == date(2025, 2, 1)
    export = [one for one in found if one.symbol == "R_exp"]
    # Days are alike, so every forecast is near the year that came.
    for one in export:
        assert one.actual_ratio is not None
        assert all(abs((at or 0) - one.actual_ratio) < 0.01 for at in one.quantiles_ratio)
        assert (one.missed, one.chance_ratio) == (False, 0.0)


def test_is_inside__is_unknown_where_there_is_no_ratio() -> None:
    one = PastForecast(
        first=date(2025, 2, 1),
        symbol="R_exp",
        quantiles_ratio=(0.1, 0.2, 0.3),
        chance_ratio=0.0,
        actual_ratio=0.3,
        missed=False,
    )

    assert one.is_inside
    assert (
        PastForecast(
            first=one.first,
            symbol="R_exp",
            quantiles_ratio=(None, None, None),
            chance_ratio=0.0,
            actual_ratio=0.3,
            missed=None,
        ).is_inside
        is None
    )
