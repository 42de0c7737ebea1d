"""The tables of a park file about its annual ratios: limits, remedies, forecast, key by key."""

from collections.abc import Callable, Mapping
from typing import Final

from taihang.config.object_reader import read_each, read_perhaps
from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule
from taihang.core.park.direct_connection import (
    DirectConnection,
    ExportLimit,
    RatioForecast,
    Remedy,
    RemedyKind,
    SeasonalShape,
)
from taihang.core.park.problem import ParkProblem
from taihang.core.park.quota import Evidence

_SHARE: Final = NumberRule(words="a share", unit="1", example='"0.20"', at_least=0, at_most=1)
_CHANCE: Final = NumberRule(words="a chance", unit="1", example='"0.10"', above=0, at_most=1)
_LOSS: Final = NumberRule(words="a share", unit="1", example='"0.12"', at_least=0, at_most=1)
_PRICE: Final = NumberRule(
    words="a price in CNY per MWh", unit="CNY/MWh", example='"380"', at_least=0, at_most=1_000_000
)
_A_DAY: Final = NumberRule(
    words="a number of megawatt-hours a day", unit="MWh/d", example='"40"', above=0
)
_WEIGHT: Final = NumberRule(words="a weight", unit="1", example='"0.085"', at_least=0)
_SPREAD: Final = NumberRule(
    words="a spread of years", unit="1", example='"0.10"', at_least=0, at_most=1
)
_SCENARIOS: Final = NumberRule(
    words="a number of scenarios", unit="1", example="1000", at_least=100, at_most=20_000
)
_SEED: Final = NumberRule(words="a seed", unit="1", example="650", at_least=0, at_most=2**31)
_DAYS: Final = NumberRule(
    words="a whole number of days", unit="day", example="7", at_least=1, at_most=183
)
_SOURCE: Final = "which document, which assumption"


def read_export_limit(table: TableReader) -> ExportLimit:
    """Read one line of ``[export_limits]``."""
    return ExportLimit(
        id=table.id,
        ratio=table.exact("ratio", _SHARE),
        valid_from=table.day("valid_from"),
        document=table.text("document", example="which document of the province"),
        evidence=table.choice("evidence", Evidence),
    )


def read_remedy(table: TableReader) -> Remedy:
    """Read one line of ``[remedies]``."""
    return Remedy(
        id=table.id,
        kind=table.choice("kind", RemedyKind),
        name_zh=table.text("name_zh", example="一号储能多充"),
        name_en=table.text("name_en", example="Charge battery 1"),
        price_cny_per_mwh=table.optional_exact("price_cny_per_mwh", _PRICE),
        most_mwh_per_day=table.optional_exact("most_mwh_per_day", _A_DAY),
        loss_ratio=table.optional_exact("loss_ratio", _LOSS),
        source=table.text("source", example=_SOURCE),
    )


def read_seasonal_shape(table: TableReader) -> SeasonalShape:
    """Read one line of ``[seasonal_shapes]``."""
    return SeasonalShape(
        id=table.id,
        months=table.exacts("months", _WEIGHT),
        source=table.text("source", example=_SOURCE),
    )


def read_ratio_forecast(table: TableReader) -> RatioForecast:
    """Read ``[ratio_forecast]``."""
    return RatioForecast(
        scenarios=table.count("scenarios", _SCENARIOS),
        seed=table.count("seed", _SEED),
        block_days=table.count("block_days", _DAYS),
        season_days=table.count("season_days", _DAYS),
        year_spread_ratio=table.amounts("year_spread", _SPREAD),
        likely_chance_ratio=table.exact("likely_chance_ratio", _CHANCE),
        certainty_ratio=table.exact("certainty_ratio", _CHANCE),
        source=table.text("source", example=_SOURCE),
    )


def read_direct_connection(root: TableReader, problems: list[ParkProblem]) -> DirectConnection:
    """Read everything that a park states about its ratios.

    Args:
        root: The whole file.
        problems: Where what is wrong is noted.
    """
    return DirectConnection(
        limits=read_each(root, "export_limits", read_export_limit, problems),
        remedies=read_each(root, "remedies", read_remedy, problems),
        shapes=read_each(root, "seasonal_shapes", read_seasonal_shape, problems),
        forecast=read_perhaps(root, "ratio_forecast", read_ratio_forecast, problems),
    )


DIRECT_CONNECTION_TABLES: Final[Mapping[str, Callable[[TableReader], object]]] = {
    "export_limits": read_export_limit,
    "remedies": read_remedy,
    "seasonal_shapes": read_seasonal_shape,
    "ratio_forecast": read_ratio_forecast,
}
"""Who reads which table."""
