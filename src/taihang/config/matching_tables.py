"""The table of a park file that holds its matching rules, key by key."""

from collections.abc import Callable, Mapping
from typing import Final

from taihang.config.table_reader import TableReader
from taihang.core.park.matching_rule import (
    LossRule,
    MatchingRule,
    MatchingStep,
    RuleName,
    StorageCharge,
    StorageOrigin,
)


def read_matching_rule(table: TableReader) -> MatchingRule:
    """Read one line of ``[matching_rules]``."""
    return MatchingRule(
        id=table.id,
        since=table.day("since"),
        rule=table.choice("rule", RuleName),
        steps=table.choices("steps", MatchingStep),
        feeder_limits=table.flag("feeder_limits"),
        losses=table.choice("losses", LossRule),
        storage_charge=table.choice("storage_charge", StorageCharge),
        storage_origin=table.choice("storage_origin", StorageOrigin),
        source=table.text("source", example="which decision, of whom"),
    )


MATCHING_TABLES: Final[Mapping[str, Callable[[TableReader], object]]] = {
    "matching_rules": read_matching_rule,
}
"""Who reads which table."""
