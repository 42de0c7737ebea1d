"""What a park says of its assets as a business names what exists."""

import pytest

import asset_park


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (('real_time_price_series = "PRICE"', 'real_time_price_series = "DA-P"'), "real_time"),
        (('day_ahead_series = "DA-Q"', 'day_ahead_series = "PRICE"'), "day_ahead_series"),
        (('curve_kwh = ["40", ', "curve_kwh = ["), "curve_kwh"),
        (('curve_kwh = ["40", ', 'curve_kwh = ["0.001", '), "curve_kwh"),
        (('plant = "PV01"\ncurve', 'plant = "PV77"\ncurve'), "plant"),
        (('month = "2026-08"', 'month = "2026-8"'), "month"),
        (('asset = "B1"\nkind', 'asset = "E01"\nkind'), "asset"),
        (('assets = ["PV01", "B1"]', 'assets = ["PV01", "E01"]'), "assets"),
    ],
)
def test_park_file__refuses_what_does_not_hang_together(change: tuple[str, str], key: str) -> None:
    text = asset_park.text(asset_park.COMPANY, asset_park.COSTS, asset_park.INCOME)
    assert change[0] in text

    problems = asset_park.problems_of(text.replace(*change))

    assert asset_park.problems_of(text) == []
    assert [path for path in problems if key in path]
