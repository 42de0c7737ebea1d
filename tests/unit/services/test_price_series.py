"""Prices of a declared series, and what the limits of the market refuse."""

from decimal import Decimal
from pathlib import Path

import market_park
import small_park
from small_park import AUGUST, JUNE
from taihang.services.price_series import series_prices, spot_prices


def test_spot_prices__refuses_what_lies_outside_the_limits_and_counts_it(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", market_park.PARK)
    with small_park.opened(root) as ports:
        # In 0.01 CNY/MWh: floor and cap themselves, one below, one above.
        market_park.send_prices(ports, [0, 150_000, -1, 150_001, 33_200], steps=[0, 1, 2, 3, 7])
        read = series_prices("PRICE", AUGUST, ports)
        found = spot_prices("PRICE", AUGUST, ports)

    assert read is not None
    assert read.known.nonzero()[0].tolist() == [0, 1, 2, 3, 7]
    assert found.prices.known.nonzero()[0].tolist() == [0, 1, 7]
    assert found.n_refused == 2
    assert [key.split("@")[0].split("/")[-1] for key in found.limit_keys] != []
    assert found.prices.cny_per_kwh_of_count * 33_200 == Decimal("0.33200")


def test_spot_prices__of_nothing_read_is_unknown_everywhere(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", market_park.PARK)
    with small_park.opened(root) as ports:
        assert series_prices("PRICE", JUNE, ports) is None
        found = spot_prices("PRICE", JUNE, ports)

    assert not found.prices.known.any()
    assert (found.n_refused, len(found.prices.counts)) == (0, JUNE.n_steps)
