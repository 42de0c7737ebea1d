"""How the park attributes its green energy from a day on: the rule of matching and its options.

A rule is a dated object of park.toml. Before the first one, and in a park without any, the rule
``dedicated-first-pro-rata/v1`` holds, so that a park file that says nothing keeps its meaning.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

FIRST_RULE: Final = "dedicated-first-pro-rata/v1"
"""The rule before any that a park file states."""


class RuleName(StrEnum):
    """Rules that a park file can state."""

    TOPOLOGY_CONTRACT = "topology-contract/v2"


class MatchingStep(StrEnum):
    """Steps of the rule ``topology-contract/v2``, in the order in which they are taken."""

    LINE = "line"
    """Dedicated lines, in the order of the park file."""
    CONTRACT = "contract"
    """Green supply contracts, by priority, then share, then load."""
    FEEDER = "feeder"
    """Among the members of each feeder, in proportion."""
    POOL = "pool"
    """Across the park, in proportion."""


class LossRule(StrEnum):
    """Which source the losses of the park's network come from."""

    PRO_RATA = "pro-rata"
    """From every source, in proportion to what it brought."""
    GRID_FIRST = "grid-first"
    """From energy of the public grid, then from storage, then from plants."""


class StorageCharge(StrEnum):
    """When green energy goes into a battery."""

    AFTER_LOAD = "after-load"
    """What no load took."""
    WITH_LOAD = "with-load"
    """The battery is one more taker beside the loads of its feeder, and of the park."""


class StorageOrigin(StrEnum):
    """How a battery remembers where its energy is from."""

    FIFO = "fifo"
    """In lots: the oldest is released first."""
    WELL_MIXED = "well-mixed"
    """As one store: what is released has the composition of all that it holds."""
    NONE = "none"
    """Not at all: what it releases carries no green claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingRule:
    """One rule with its options; none of them has a default (§12)."""

    id: str
    since: date
    """First local day, the first of a month."""
    rule: RuleName
    steps: tuple[MatchingStep, ...]
    feeder_limits: bool
    """Whether what leaves a feeder, and what enters it, is bounded by its transformer."""
    losses: LossRule
    storage_charge: StorageCharge
    storage_origin: StorageOrigin
    source: str
    """Who decided it, in words."""

    @property
    def name(self) -> str:
        """The name that statements bear; of a well-mixed store it says so.

        Example:
            >>> MatchingRule(id="R", since=date(2026, 1, 1), rule=RuleName.TOPOLOGY_CONTRACT,
            ...     steps=(MatchingStep.LINE,), feeder_limits=False, losses=LossRule.PRO_RATA,
            ...     storage_charge=StorageCharge.AFTER_LOAD,
            ...     storage_origin=StorageOrigin.WELL_MIXED, source="test").name
            'topology-contract-well-mixed/v2'
        """
        if self.storage_origin is not StorageOrigin.WELL_MIXED:
            return self.rule.value
        stem, _, version = self.rule.value.partition("/")
        return f"{stem}-{self.storage_origin.value}/{version}"


def rule_on(day: date, *, rules: Iterable[MatchingRule]) -> MatchingRule | None:
    """Return the rule in force on a local day; None for the first rule.

    Args:
        day: The day.
        rules: Rules of the park.
    """
    begun = [rule for rule in rules if rule.since <= day]
    return max(begun, key=lambda rule: rule.since, default=None)


def rule_name_on(day: date, *, rules: Iterable[MatchingRule]) -> str:
    """Return the name of the rule in force on a local day.

    Args:
        day: The day.
        rules: Rules of the park.

    Example:
        >>> rule_name_on(date(2026, 1, 1), rules=())
        'dedicated-first-pro-rata/v1'
    """
    found = rule_on(day, rules=rules)
    return FIRST_RULE if found is None else found.name
