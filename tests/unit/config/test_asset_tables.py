"""Tables about the assets of a park as a business, as they are read."""

from decimal import Decimal

import asset_park
from taihang.config.park_file import read_park
from taihang.core.park.asset_company import CostKind, IncomeKind


def test_asset_tables__are_read_without_loss() -> None:
    text = asset_park.text(asset_park.COMPANY, asset_park.COSTS, asset_park.INCOME)

    park = read_park(text, source="park.toml")

    company = park.asset_company
    assert company is not None
    assert (company.assets, company.investment_cny) == (("PV01", "B1"), Decimal(13_860_000_000))
    assert park.asset_costs["C2"].kind is CostKind.DEPRECIATION
    assert park.asset_costs["C2"].amount_cny_per_year == Decimal(20_000)
    income = park.other_incomes["OI1"]
    assert (income.kind, income.amount_cny) == (IncomeKind.ANCILLARY, Decimal("1234.56"))
    position = park.market_positions["MP1"]
    assert position.curve_kwh == (Decimal(40),) * 24
    assert position.real_time_price_series == "PRICE"


def test_asset_tables__say_what_a_curve_is() -> None:
    text = asset_park.text().replace('curve_kwh = ["40"', 'curve_kwh = ["-1"')

    assert "market_positions.MP1.curve_kwh" in asset_park.problems_of(text)
