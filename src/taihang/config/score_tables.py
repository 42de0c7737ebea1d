"""The tables of a park file that hourly scores ask for, key by key."""

from collections.abc import Callable, Mapping
from typing import Final

from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule
from taihang.core.park.score import MeasureKind, ScoreChoices, ScoreMeasure

_PRICE: Final = NumberRule(words="a price", unit="CNY", example='"380"', at_least=0)
_KW: Final = NumberRule(
    words="a whole number of kilowatts", unit="kW", example="50000", at_least=1, at_most=10_000_000
)
_SHARE: Final = NumberRule(words="a share", unit="1", example='"0.1"', above=0, at_most=1)
_DURATION: Final = NumberRule(words="a number of hours", unit="h", example='"2"', above=0)
_HOUR: Final = NumberRule(
    words="an hour of the day", unit="1", example="18", at_least=0, at_most=24
)


def read_scores(table: TableReader) -> ScoreChoices:
    """Read ``[scores]``."""
    return ScoreChoices(
        grid_cfe_series=table.reference("grid_cfe_series", example="GRID-CFE"),
        source=table.text("source", example="who publishes it, which assumption"),
    )


def read_score_measure(table: TableReader) -> ScoreMeasure:
    """Read one line of ``[score_measures]``."""
    return ScoreMeasure(
        id=table.id,
        name_zh=table.text("name_zh", example="新增风电"),
        name_en=table.text("name_en", example="More wind"),
        kind=table.choice("kind", MeasureKind),
        price_cny=table.exact("price_cny", _PRICE),
        most_kw=table.optional_count("most_kw", _KW),
        most_share_ratio=table.optional_exact("most_share_ratio", _SHARE),
        energy_h=table.optional_exact("energy_h", _DURATION),
        round_trip_ratio=table.optional_exact("round_trip_ratio", _SHARE),
        first_hour=table.optional_count("first_hour", _HOUR),
        last_hour=table.optional_count("last_hour", _HOUR),
        source=table.text("source", example="which offer, which assumption"),
    )


SCORE_TABLES: Final[Mapping[str, Callable[[TableReader], object]]] = {
    "scores": read_scores,
    "score_measures": read_score_measure,
}
"""Who reads which table."""
