"""The tables of a park file that hold its limit book, key by key."""

from collections.abc import Callable, Mapping
from typing import Final

from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule
from taihang.core.park.limits import AdmissionRules, ClosedUnit, Limit, LimitMeasure

AMOUNT: Final = NumberRule(words="an amount", unit="1", example='"5000"', at_least=0)
LEVEL: Final = NumberRule(words="a level", unit="1", example="2", at_least=1, at_most=9)
_RATIO: Final = NumberRule(words="a ratio", unit="1", example="1.25", above=0, at_most=100)
SOURCE: Final = "which document, which assumption"


def read_admission(table: TableReader) -> AdmissionRules:
    """Read ``[admission]``."""
    return AdmissionRules(
        negative_sectors=table.words("negative_sectors", example="C25"),
        worst_efficiency_level=table.count("worst_efficiency_level", LEVEL),
        replacement_ratio=table.exact("replacement_ratio", _RATIO),
        source=table.text("source", example=SOURCE),
    )


def read_limit(table: TableReader) -> Limit:
    """Read one line of ``[limits]``."""
    return Limit(
        id=table.id,
        name_zh=table.text("name_zh", example="二氧化硫"),
        name_en=table.text("name_en", example="Sulphur dioxide"),
        measure=table.choice("measure", LimitMeasure),
        unit=table.text("unit", example="t/a"),
        limit=table.exact("limit", AMOUNT),
        committed=table.exact("committed", AMOUNT),
        source=table.text("source", example=SOURCE),
    )


def read_closed_unit(table: TableReader) -> ClosedUnit:
    """Read one line of ``[closed_units]``."""
    return ClosedUnit(
        id=table.id,
        name_zh=table.text("name_zh", example="示例关停锅炉"),
        name_en=table.text("name_en", example="Demo boiler, closed"),
        closed_on=table.day("closed_on"),
        frees=table.amounts("frees", AMOUNT),
        source=table.text("source", example=SOURCE),
    )


LIMIT_TABLES: Final[Mapping[str, Callable[[TableReader], object]]] = {
    "admission": read_admission,
    "limits": read_limit,
    "closed_units": read_closed_unit,
}
"""Who reads which table."""
