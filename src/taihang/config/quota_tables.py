"""The tables of a park file that hold its quotas and budgets, key by key."""

from collections.abc import Callable, Mapping
from typing import Final

from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule
from taihang.core.park.quota import Evidence, ProductQuota, Quota, QuotaMeasure, QuotaRules

_AMOUNT: Final = NumberRule(words="an amount", unit="1", example='"5000"', above=0)
_CHANCE: Final = NumberRule(words="a chance", unit="1", example='"0.5"', above=0, at_most=1)
_SHARE: Final = NumberRule(words="a share", unit="1", example='"0.9"', above=0, at_most=1)


def read_quota_rules(table: TableReader) -> QuotaRules:
    """Read ``[quota_rules]``."""
    return QuotaRules(
        watch_chance_ratio=table.exact("watch_chance_ratio", _CHANCE),
        warning_chance_ratio=table.exact("warning_chance_ratio", _CHANCE),
        interval_ratio=table.exact("interval_ratio", _SHARE),
        source=table.text("source", example="which document, which assumption"),
    )


def read_quota(table: TableReader) -> Quota:
    """Read one line of ``[quotas]``."""
    return Quota(
        id=table.id,
        subject=table.reference("subject", example="E01"),
        measure=table.choice("measure", QuotaMeasure),
        amount=table.exact("amount", _AMOUNT),
        unit=table.text("unit", example="tce"),
        valid_from=table.day("valid_from"),
        valid_to=table.day("valid_to"),
        document=table.text("document", example="energy budget 2026, no. 12"),
    )


def read_product_quota(table: TableReader) -> ProductQuota:
    """Read one line of ``[product_quotas]``."""
    return ProductQuota(
        id=table.id,
        product=table.text("product", example="alumina"),
        level_2=table.exact("level_2", _AMOUNT),
        unit=table.text("unit", example="kgce/t"),
        valid_from=table.day("valid_from"),
        document=table.text("document", example="number and year of the standard"),
        clause=table.text("clause", example="table 1"),
        evidence=table.choice("evidence", Evidence),
    )


QUOTA_TABLES: Final[Mapping[str, Callable[[TableReader], object]]] = {
    "quota_rules": read_quota_rules,
    "quotas": read_quota,
    "product_quotas": read_product_quota,
}
"""Who reads which table."""
