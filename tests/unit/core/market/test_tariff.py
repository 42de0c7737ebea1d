from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from market_case import AUGUST, BOOK, ZONE, august, month_use, tariff, terms
from taihang.core.facts import FactBook, FactOutOfForceError
from taihang.core.market.bill import bill
from taihang.core.market.tariff import (
    BillItem,
    LineLossRule,
    TariffTermError,
    fees_cny_per_kwh,
    grid_prices_cny_per_kwh,
    line_loss_price_cny_per_kwh,
    prices,
)
from taihang.core.market.tou import PeriodKind, TariffNotInForceError
from taihang.core.periods import days, month


def test_prices__flat_and_floating_items() -> None:
    found = prices(
        terms(tariff(floating_items=("energy", "transmission"))),
        book=BOOK,
        period=AUGUST,
        zone=ZONE,
    )

    assert Decimal("0.4137") * Decimal("1.92") == found.of(BillItem.ENERGY, PeriodKind.SHARP)
    assert Decimal("0.0290") * Decimal("0.45") == found.of(BillItem.TRANSMISSION, PeriodKind.VALLEY)
    assert Decimal("0.04336875") == found.of(BillItem.FUNDS, PeriodKind.SHARP)
    assert Decimal("0.0312") == found.of(BillItem.SYSTEM_OPERATION, PeriodKind.VALLEY)


def test_grid_prices__times_energy_is_the_bill_without_capacity() -> None:
    grid = august().grid
    one = terms(tariff(floating_items=("energy", "line_loss", "transmission")))

    by_interval = grid_prices_cny_per_kwh(one, book=BOOK, period=AUGUST, zone=ZONE)

    billed = bill(month_use(grid), terms=one, book=BOOK, month_name="2026-08", zone=ZONE)
    charged = [line for line in billed.lines if line.unit == "kWh"]
    expected_cny = sum(line.amount_cny for line in charged if line.amount_cny is not None)
    assert AUGUST.n_steps == len(by_interval)
    assert np.isfinite(by_interval).all()
    assert float(expected_cny) == pytest.approx(float(grid.wh @ by_interval) / 1000, abs=0.2)


def test_grid_prices__spread_of_a_summer_day() -> None:
    day = days(date(2026, 8, 5), 1, ZONE)

    found = grid_prices_cny_per_kwh(terms(), book=BOOK, period=day, zone=ZONE)

    spread = (Decimal("1.92") - Decimal("0.45")) * Decimal("0.4137")
    assert float(spread) == pytest.approx(found[18 * 4] - found[12 * 4])


def test_prices__refuses_a_month_before_the_tariff() -> None:
    with pytest.raises(TariffNotInForceError, match="2026-07-01"):
        prices(terms(), book=BOOK, period=month("2026-07", ZONE), zone=ZONE)


def test_prices__refuses_a_price_that_changes_within_the_period() -> None:
    changing = FactBook(
        replace(fact, valid_to=date(2026, 8, 16)) if fact.code == "funds.total" else fact
        for fact in BOOK.all()
    )

    with pytest.raises(TariffNotInForceError, match=r"funds\.total.*2026-08-31"):
        prices(terms(), book=changing, period=AUGUST, zone=ZONE)


def test_prices__refuses_unknown_funds() -> None:
    without = FactBook(fact for fact in BOOK.all() if fact.code != "funds.total")

    with pytest.raises(FactOutOfForceError, match="funds"):
        prices(terms(), book=without, period=AUGUST, zone=ZONE)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [(LineLossRule.ON_SALES, "0.0140800"), (LineLossRule.GROSS_UP, "0.01459369818")],
)
def test_line_loss_price__of_both_formulas(rule: LineLossRule, expected: str) -> None:
    found = line_loss_price_cny_per_kwh(Decimal("0.4000"), rate_ratio=Decimal("0.0352"), rule=rule)

    assert float(expected) == pytest.approx(float(found), rel=1e-9)


def test_line_loss_price__gross_up_pays_exactly_for_what_is_lost() -> None:
    price, rate = Decimal("0.4"), Decimal("0.2")

    found = line_loss_price_cny_per_kwh(price, rate_ratio=rate, rule=LineLossRule.GROSS_UP)

    bought_kwh = 1 / (1 - rate)  # for one kWh delivered
    assert (bought_kwh - 1) * price == found


def test_terms__refuse_items_that_a_term_cannot_apply_to() -> None:
    with pytest.raises(TariffTermError, match="floating_items with \\['funds'\\]"):
        terms(tariff(floating_items=("energy", "funds")))
    with pytest.raises(TariffTermError, match="green_pays"):
        terms(tariff(green_pays=("energy",)))
    with pytest.raises(TariffTermError, match="power_factor_base"):
        replace(terms(), power_factor_base=frozenset({BillItem.FUNDS}))


def test_terms__refuse_an_unknown_line_loss_formula() -> None:
    with pytest.raises(TariffTermError, match="'guess'"):
        terms(replace(tariff(), line_loss_rule="guess"))


def test_terms__refuse_a_power_factor_table_of_another_standard() -> None:
    with pytest.raises(TariffTermError, match=r"0\.85"):
        terms(replace(tariff(), power_factor_standard="0.85"))


def test_fees__are_the_price_without_the_energy_and_with_the_fee_of_the_market() -> None:
    day = days(date(2026, 8, 3), 1, ZONE)
    agent = terms(tariff(floating_items=(), sharp_applies=False))
    alone = replace(
        agent.tariff, market_price_series="PRICE", market_fee_cny_per_kwh=Decimal("0.005")
    )

    whole = grid_prices_cny_per_kwh(agent, book=BOOK, period=day, zone=ZONE)
    fees = fees_cny_per_kwh(agent, book=BOOK, period=day, zone=ZONE)
    market = fees_cny_per_kwh(replace(agent, tariff=alone), book=BOOK, period=day, zone=ZONE)

    agent_price = float(agent.tariff.agent_price_cny_per_kwh)
    assert whole - fees == pytest.approx(np.full(96, agent_price))
    assert market - fees == pytest.approx(np.full(96, 0.005))
