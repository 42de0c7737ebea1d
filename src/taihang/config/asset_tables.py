"""The tables of a park file about its assets as a business, key by key."""

from collections.abc import Callable, Mapping
from typing import Final

from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule
from taihang.core.park.asset_company import (
    AssetCompany,
    AssetCost,
    CostKind,
    IncomeKind,
    MarketPosition,
    OtherIncome,
)

_CNY: Final = NumberRule(words="an amount in CNY", unit="CNY", example='"1000000"', at_least=0)
_INCOME: Final = NumberRule(words="an amount in CNY", unit="CNY", example='"12000.00"')
_PER_YEAR: Final = NumberRule(
    words="an amount in CNY a year", unit="CNY/a", example='"120000"', at_least=0
)
_KWH: Final = NumberRule(words="an energy in kWh", unit="kWh", example='"250"', at_least=0)
_PRICE: Final = NumberRule(
    words="a price in CNY per MWh", unit="CNY/MWh", example='"332"', at_least=0
)
_SOURCE: Final = "which document or which assumption"


def read_asset_company(table: TableReader) -> AssetCompany:
    """Read ``[asset_company]``."""
    return AssetCompany(
        name_zh=table.text("name_zh", example="示例新能源公司"),
        name_en=table.text("name_en", example="Demo energy assets"),
        assets=table.references("assets", example="PV01"),
        investment_cny=table.optional_exact("investment_cny", _CNY),
        output_cny_per_year=table.optional_exact("output_cny_per_year", _PER_YEAR),
        source=table.text("source", example=_SOURCE),
    )


def read_asset_cost(table: TableReader) -> AssetCost:
    """Read one line of ``[asset_costs]``."""
    return AssetCost(
        id=table.id,
        asset=table.reference("asset", example="PV01"),
        kind=table.choice("kind", CostKind),
        amount_cny_per_year=table.exact("amount_cny_per_year", _PER_YEAR),
        in_service=table.in_service(),
        source=table.text("source", example=_SOURCE),
    )


def read_other_income(table: TableReader) -> OtherIncome:
    """Read one line of ``[other_incomes]``."""
    return OtherIncome(
        id=table.id,
        asset=table.reference("asset", example="BESS01"),
        kind=table.choice("kind", IncomeKind),
        month=table.text("month", example="2026-08"),
        amount_cny=table.exact("amount_cny", _INCOME),
        evidence=table.words("evidence", example="0123456789abcdef" * 4),
        source=table.text("source", example=_SOURCE),
    )


def read_market_position(table: TableReader) -> MarketPosition:
    """Read one line of ``[market_positions]``."""
    return MarketPosition(
        id=table.id,
        plant=table.reference("plant", example="W01"),
        curve_kwh=table.exacts("curve_kwh", _KWH),
        curve_cny_per_mwh=table.exacts("curve_cny_per_mwh", _PRICE),
        day_ahead_series=table.reference("day_ahead_series", example="DA-W01"),
        day_ahead_price_series=table.reference("day_ahead_price_series", example="SPOT-DA"),
        real_time_price_series=table.reference("real_time_price_series", example="SPOT-RT"),
        in_service=table.in_service(),
        source=table.text("source", example=_SOURCE),
    )


ASSET_TABLES: Final[Mapping[str, Callable[[TableReader], object]]] = {
    "asset_company": read_asset_company,
    "asset_costs": read_asset_cost,
    "other_incomes": read_other_income,
    "market_positions": read_market_position,
}
"""Who reads which table."""
