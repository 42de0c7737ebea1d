"""Prices of a day at the gate: time of use, the market, and what is paid for demand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

import small_park
from taihang.core.market.month_use import IntervalPrices
from taihang.core.park.contract import DemandBasis, GridTariff
from taihang.core.periods import Period
from taihang.services import day_prices
from taihang.services.day_prices import NoGridTariffError, PriceAheadError, grid_prices, tariff_of
from taihang.services.ports import Ports

DAY = date(2026, 8, 29)


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Ports]:
    root = small_park.make(tmp_path / "park", small_park.WITH_BATTERY)
    with small_park.opened(root) as opened:
        yield opened


def with_tariff(ports: Ports, tariff: GridTariff) -> Ports:
    return replace(ports, park=replace(ports.park, grid_tariffs={"GT": tariff}))


def in_the_market(ports: Ports) -> Ports:
    own = replace(
        ports.park.grid_tariffs["GT"],
        floating_items=(),
        market_price_series="PRICE",
        market_fee_cny_per_kwh=Decimal("0.01"),
    )
    return with_tariff(ports, own)


def answering(prices: IntervalPrices) -> Callable[[str, Period, Ports], IntervalPrices]:
    """Read these prices, whatever is asked."""

    def read(_name: str, _period: Period, _ports: Ports) -> IntervalPrices:
        return prices

    return read


def test_grid_prices__float_with_the_time_of_use_of_the_day(ports: Ports) -> None:
    found = grid_prices(ports.park.grids["G1"], DAY, ports=ports)

    assert found.import_cny_per_kwh.shape == (96,)
    assert np.ptp(found.import_cny_per_kwh) > 0.1
    assert set(found.export_cny_per_kwh.tolist()) == {0.332}
    assert found.demand is None, "this tariff is charged by capacity"


def test_grid_prices__charge_demand_where_the_tariff_does(ports: Ports) -> None:
    by_demand = replace(ports.park.grid_tariffs["GT"], demand_basis=DemandBasis.DEMAND)
    changed = with_tariff(ports, by_demand)

    found = grid_prices(changed.park.grids["G1"], DAY, ports=changed)

    assert found.demand is not None
    assert found.demand == (float(found.terms.transmission.demand.value), 0.0)
    agreed = replace(ports.park.grids["G1"], contract_demand_kw=Decimal(5000))
    bound = replace(changed, park=replace(changed.park, grids={"G1": agreed}))
    rules = found.terms.transmission.rules
    assert grid_prices(agreed, DAY, ports=bound).demand == (
        found.demand[0] * float(rules.excess_multiple.value),
        5000.0 * float(rules.contract_excess.value),
    )


def test_grid_prices__add_fees_to_the_market_and_say_that_prices_are_hourly(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = np.repeat(np.arange(24, dtype=np.int64), 4)
    every = IntervalPrices(
        counts=counts, known=np.ones(96, np.bool_), cny_per_kwh_of_count=Decimal("0.01")
    )
    monkeypatch.setattr(day_prices, "series_prices", answering(every))
    changed = in_the_market(ports)

    found = grid_prices(changed.park.grids["G1"], DAY, ports=changed)

    beside = found.import_cny_per_kwh - counts * 0.01
    assert np.ptp(beside) < 1e-12
    assert beside[0] > 0.01
    assert [one.key for one in found.notices] == ["hourly-price"]


def test_grid_prices__a_gap_is_named_with_its_time(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = np.ones(96, np.bool_)
    known[57:60] = False
    some = IntervalPrices(
        counts=np.ones(96, np.int64), known=known, cny_per_kwh_of_count=Decimal("0.01")
    )
    monkeypatch.setattr(day_prices, "series_prices", answering(some))
    changed = in_the_market(ports)

    with pytest.raises(PriceAheadError, match=r"PRICE with 3 prices of 2026-08-29 .* first 14:15"):
        grid_prices(changed.park.grids["G1"], DAY, ports=changed)


def test_tariff_of__is_that_of_the_gate_or_the_one_that_batteries_name(ports: Ports) -> None:
    park = ports.park
    other = replace(park.grid_tariffs["GT"], id="GW", users=("G1",))

    assert tariff_of("G1", park).id == "GT"
    assert tariff_of("G1", replace(park, grid_tariffs={**park.grid_tariffs, "GW": other})) is other
    with pytest.raises(NoGridTariffError, match="one of the tariffs"):
        tariff_of("G1", replace(park, batteries={}))
