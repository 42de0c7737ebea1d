"""Prices of contracts from the park file, the public schedule and what was read of the market."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import market_park
import small_park
from small_park import AUGUST
from taihang.core.park.contract import GreenSupply, PriceBy
from taihang.services.green_price import green_prices

FIXED = GreenSupply(id="GS", plant="PV01", buyers=("E01",), price_cny_per_kwh=Decimal("0.31"))


def test_green_prices__follow_the_public_schedule_the_curve_and_the_market(tmp_path: Path) -> None:
    by_kind = {"peak": Decimal(3), "flat": Decimal(2), "valley": Decimal(1)}
    kinds = replace(FIXED, price_by=PriceBy.TIME_OF_USE, prices_cny_per_kwh=by_kind)
    sharp = replace(kinds, prices_cny_per_kwh={**by_kind, "sharp": Decimal(4)})
    hours = tuple(map(Decimal, range(24)))
    curve = replace(FIXED, price_by=PriceBy.CURVE, curve_cny_per_kwh=hours)
    spot = replace(
        FIXED,
        price_by=PriceBy.MARKET,
        price_series="PRICE",
        discount_cny_per_kwh=Decimal("0.1"),
    )
    root = small_park.make(tmp_path / "park", market_park.PARK)
    with small_park.opened(root) as ports:
        market_park.send_prices(ports, [33_200, 160_000], steps=[0, 5])
        none, of_kind, of_sharp, of_curve, of_spot = (
            green_prices(each, AUGUST, ports) for each in (FIXED, kinds, sharp, curve, spot)
        )

    assert none is None
    assert of_kind is not None
    assert of_sharp is not None
    assert of_curve is not None
    assert of_spot is not None
    # August in Shanxi: 6 and 7 o'clock peak, 18 to 20 sharp, 11 valley.
    day = [of_kind.counts[4 * hour] for hour in (6, 18, 0, 11)]
    assert day == [3, 3, 2, 1]
    assert [of_sharp.counts[4 * hour] for hour in (6, 18, 0, 11)] == [3, 4, 2, 1]
    assert of_curve.counts[96 + 4 * 17 + 3] == 17
    assert of_spot.known.nonzero()[0].tolist() == [0], "1600 CNY/MWh is above the cap"
    assert of_spot.counts[0] * of_spot.cny_per_kwh_of_count == Decimal("0.232")
