from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from market_case import AUGUST, BOOK, ZONE, month_use, steady, tariff, terms, with_quality
from taihang.core.market.bill import bill
from taihang.core.market.bill_line import BillLine, LineState
from taihang.core.market.month_use import IntervalPrices, MonthUse
from taihang.core.market.tariff import BillTerms, TariffTermError, grid_prices_cny_per_kwh
from taihang.core.series import Quality

MARKET: BillTerms = terms(
    replace(
        tariff(floating_items=(), sharp_applies=False),
        market_price_series="SPOT",
        market_fee_cny_per_kwh=Decimal("0.0100"),
    )
)
WH = 1_000_000


def prices(*, known: slice = slice(None), count: int = 35_000) -> IntervalPrices:
    """0.35 CNY/kWh in the intervals that are known, in counts of 0.01 CNY/MWh."""
    mask = np.zeros(AUGUST.n_steps, np.bool_)
    mask[known] = True
    return IntervalPrices(
        counts=np.where(mask, count, 0).astype(np.int64),
        known=mask,
        cny_per_kwh_of_count=Decimal("0.00001"),
    )


def energy(use: MonthUse) -> dict[str, BillLine]:
    found = bill(use, terms=MARKET, book=BOOK, month_name="2026-08", zone=ZONE)
    return {line.code: line for line in found.lines if line.code.startswith("energy.")}


def test_market_lines__price_each_interval_and_take_the_place_of_time_of_use() -> None:
    found = energy(replace(month_use(steady(WH)), market_prices=prices()))

    assert set(found) == {"energy.grid.market", "energy.grid.fee"}
    kwh = AUGUST.n_steps * 1_000
    assert found["energy.grid.market"].amount_cny == Decimal(kwh) * Decimal("0.35")
    assert found["energy.grid.fee"].amount_cny == Decimal(kwh) * Decimal("0.01")
    assert {line.state for line in found.values()} == {LineState.BILLED}


def test_market_lines__without_a_price_or_a_reading_bill_the_others_and_say_so() -> None:
    use = month_use(with_quality(steady(WH), Quality.MISSING, at=slice(0, 10)))
    found = energy(replace(use, market_prices=prices(known=slice(5, 100))))

    market = found["energy.grid.market"]
    assert market.quantity == 90 * 1_000
    assert market.amount_cny == 90 * 1_000 * Decimal("0.35")
    assert market.state is LineState.PARTIAL
    assert market.reason is not None
    assert found["energy.grid.fee"].quantity == (AUGUST.n_steps - 10) * 1_000


def test_market_lines__without_any_price_are_not_assessed_and_never_zero() -> None:
    for given in (None, prices(known=slice(0, 0))):
        line = energy(replace(month_use(steady(WH)), market_prices=given))["energy.grid.market"]

        assert (line.amount_cny, line.quantity) == (None, None)
        assert line.state is LineState.NOT_ASSESSED


def test_market_lines__are_exact_beyond_64_bits() -> None:
    use = replace(month_use(steady(10**12)), market_prices=prices(count=10**9))
    found = energy(use)["energy.grid.market"]

    assert found.amount_cny == Decimal(AUGUST.n_steps) * 10**9 * 10**4


def test_terms__of_the_market_have_no_time_of_use_and_no_plan() -> None:
    with pytest.raises(TariffTermError, match="no time of use"):
        terms(replace(tariff(), market_price_series="SPOT"))
    with pytest.raises(TariffTermError, match="a fee of 0"):
        terms(replace(MARKET.tariff, market_fee_cny_per_kwh=None))
    with pytest.raises(TariffTermError, match="a fee of 0"):
        terms(replace(MARKET.tariff, market_price_series=None))
    with pytest.raises(TariffTermError, match="known ahead"):
        grid_prices_cny_per_kwh(MARKET, book=BOOK, period=AUGUST, zone=ZONE)
