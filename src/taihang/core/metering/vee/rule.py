"""The rules by name: what each one says, in which unit, and what follows from it.

A rule is a pure function that returns ``Hits``. Its id is stable for ever; a rule that judges
otherwise gets another id. Thresholds are never here: they are those of the meter or of the park.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.plausibility import ProblemKind
from taihang.core.metering.register_fault import RowVerdict


class Consequence(StrEnum):
    """What follows from a hit."""

    FLAG = "flag"
    """It is said, and nothing changes."""
    NOT_CERTIFIABLE = "not-certifiable"
    """The energy stays measured, and earns no lot and no green claim."""
    REJECTED = "rejected"
    """The difference is evidence and no energy; it may be estimated."""
    PERSON = "needs-a-person"
    """No program can tell which side is wrong."""


class Rule(StrEnum):
    """Every rule of validation."""

    RANGE = "vee.range"
    ROLLOVER = "vee.rollover"
    RESET = "vee.reset"
    SWAP = "vee.swap"
    SWAP_BROKEN = "vee.swap-broken"
    MISSING = "vee.missing"
    REVERSE = "vee.reverse"
    CONFLICT = "vee.conflict"
    SPIKE = "vee.spike"
    STUCK = "vee.stuck"
    ZERO_WHILE_ON = "vee.zero-while-on"
    UNIT_JUMP = "vee.unit-jump"
    SUM_CHECK = "vee.sum-check"
    PARENT_CHILD = "vee.parent-child"
    PARENT_SUSPECT = "vee.parent-suspect"
    PV_CLEAR_SKY = "vee.pv-clear-sky"
    PV_NIGHT = "vee.pv-night"
    STORAGE_ROUND_TRIP = "vee.storage-round-trip"
    TIME_DRIFT = "vee.time-drift"
    CLOCK_SKEW = "vee.clock-skew"


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What there is to know of a rule besides its code."""

    consequence: Consequence
    unit: str
    """Of value and limit of its hits."""
    penalty: int
    """Points that one day with a hit loses in the quality score."""
    version: int = 1


FACTS: Final[Mapping[Rule, RuleFacts]] = MappingProxyType(
    {
        Rule.RANGE: RuleFacts(Consequence.REJECTED, "Wh", 10),
        Rule.ROLLOVER: RuleFacts(Consequence.FLAG, "Wh", 0),
        Rule.RESET: RuleFacts(Consequence.REJECTED, "Wh", 10),
        Rule.SWAP: RuleFacts(Consequence.FLAG, "Wh", 0),
        Rule.SWAP_BROKEN: RuleFacts(Consequence.REJECTED, "Wh", 10),
        Rule.MISSING: RuleFacts(Consequence.FLAG, "interval", 0),
        Rule.REVERSE: RuleFacts(Consequence.REJECTED, "Wh", 10),
        Rule.CONFLICT: RuleFacts(Consequence.FLAG, "count", 5),
        Rule.SPIKE: RuleFacts(Consequence.FLAG, "Wh", 5),
        Rule.STUCK: RuleFacts(Consequence.FLAG, "Wh", 10),
        Rule.ZERO_WHILE_ON: RuleFacts(Consequence.FLAG, "Wh", 10),
        Rule.UNIT_JUMP: RuleFacts(Consequence.PERSON, "Wh", 20),
        Rule.SUM_CHECK: RuleFacts(Consequence.PERSON, "Wh", 20),
        Rule.PARENT_CHILD: RuleFacts(Consequence.FLAG, "Wh", 5),
        Rule.PARENT_SUSPECT: RuleFacts(Consequence.FLAG, "‰", 2),
        Rule.PV_CLEAR_SKY: RuleFacts(Consequence.NOT_CERTIFIABLE, "Wh", 10),
        Rule.PV_NIGHT: RuleFacts(Consequence.NOT_CERTIFIABLE, "Wh", 10),
        Rule.STORAGE_ROUND_TRIP: RuleFacts(Consequence.NOT_CERTIFIABLE, "Wh", 10),
        Rule.TIME_DRIFT: RuleFacts(Consequence.PERSON, "s", 20),
        Rule.CLOCK_SKEW: RuleFacts(Consequence.FLAG, "s", 10),
    }
)
"""Missing intervals, a rollover and a recorded swap lose no points: shares count the first, and
the others are how an honest meter lives."""

RULE_OF_VERDICT: Final[Mapping[RowVerdict, Rule | None]] = MappingProxyType(
    {
        RowVerdict.GOOD: None,
        RowVerdict.FIRST_AFTER_GAP: Rule.MISSING,
        RowVerdict.REPEATED: None,
        RowVerdict.CONFLICT: Rule.CONFLICT,
        RowVerdict.OVER_DIAL: Rule.RANGE,
        RowVerdict.NEGATIVE: Rule.RANGE,
        RowVerdict.ZERO_AFTER_COUNT: Rule.RESET,
        RowVerdict.ZERO_BEFORE_COUNT: Rule.RESET,
        RowVerdict.BACKWARDS: Rule.RESET,
        RowVerdict.IMPLAUSIBLE_JUMP: Rule.RANGE,
        RowVerdict.OFF_CHAIN: Rule.RANGE,
    }
)
"""The rule behind each verdict on a raw register row: one family, told in two places."""

RULE_OF_PROBLEM: Final[Mapping[ProblemKind, Rule]] = MappingProxyType(
    {
        ProblemKind.ABOVE_RATING: Rule.RANGE,
        ProblemKind.NEGATIVE_ENERGY: Rule.REVERSE,
        ProblemKind.OFF_DIAL: Rule.RANGE,
    }
)
"""The rule behind each problem of an import."""


@dataclass(frozen=True, slots=True)
class Hits:
    """What one rule found at one meter: the evidence."""

    rule: Rule
    at: NDArray[np.intp]
    """Places of the intervals, ascending, shape (k,)."""
    value: NDArray[np.int64]
    """What was found, in the unit of the rule, shape (k,)."""
    limit: NDArray[np.int64]
    """What would have been in order, in the same unit, shape (k,)."""

    @property
    def facts(self) -> RuleFacts:
        """What follows from the rule."""
        return FACTS[self.rule]


def hits_where(
    rule: Rule,
    where: NDArray[np.bool_],
    *,
    value: NDArray[np.int64],
    limit: NDArray[np.int64] | int,
) -> Hits:
    """Return the hits of a rule at some intervals.

    Args:
        rule: The rule.
        where: Which intervals it hits, shape (n,).
        value: What was found, shape (n,), in the unit of the rule.
        limit: What would have been in order, shape (n,) or one for all.

    Example:
        >>> hits = hits_where(Rule.RANGE, np.array([False, True]), value=np.array([1, 9]), limit=5)
        >>> hits.at.tolist(), hits.value.tolist(), hits.limit.tolist()
        ([1], [9], [5])
    """
    at = np.flatnonzero(where)
    limits = np.broadcast_to(np.asarray(limit, np.int64), where.shape)
    return Hits(rule, at, value[at], limits[at])


def some(hits: Hits) -> list[Hits]:
    """Return the hits as a list, empty if there are none."""
    return [hits] if len(hits.at) else []
