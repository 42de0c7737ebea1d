"""The rules by name: what each one watches, how urgent it is, and what sort of thing it points at.

A rule's id is stable for ever. Thresholds are never here: they are those of the park, of a dated
fact, or of ``limits``. Three priorities are told apart, so that "high" goes on meaning something:
ANSI/ISA-18.2 (IEC 62682) aims at about 5 % high, 15 % medium, 80 % low of what is annunciated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Priority(StrEnum):
    """How soon a person has to act."""

    HIGH = "high"
    """Now: numbers of record, money or the log are being lost while nobody looks."""
    MEDIUM = "medium"
    """Within the shift."""
    LOW = "low"
    """When there is time; it goes away by itself once its cause is gone."""

    @property
    def rank(self) -> int:
        """0 for the most urgent.

        Example:
            >>> Priority.HIGH.rank < Priority.LOW.rank
            True
        """
        return _RANKS[self]


_RANKS: Final = {Priority.HIGH: 0, Priority.MEDIUM: 1, Priority.LOW: 2}
TARGET_SHARES: Final[Mapping[Priority, float]] = MappingProxyType(
    {Priority.HIGH: 0.05, Priority.MEDIUM: 0.15, Priority.LOW: 0.80}
)
"""Shares of what is annunciated that ANSI/ISA-18.2 (IEC 62682) aims at, about. [1]"""


class Family(StrEnum):
    """What an alarm is about: the order of a person's day."""

    INTAKE = "intake"
    """Readings on their way in."""
    READINGS = "readings"
    """What was read."""
    BALANCE = "balance"
    """Flows and their limits."""
    PLAN = "plan"
    """What storage is told to do."""
    ACCOUNTS = "accounts"
    """Statements, budgets, certificates."""
    PLATFORM = "platform"
    """The log and the machine."""


class AlarmRule(StrEnum):
    """Every rule."""

    INTAKE_SILENT = "intake-silent"
    GATEWAY_SILENT = "gateway-silent"
    METER_SILENT = "meter-silent"
    BATCH_MISSING = "batch-missing"
    BATCH_FORKED = "batch-forked"
    CLOCK_AHEAD = "clock-ahead"
    GAP_OPEN = "gap-open"
    NOT_MEASURED = "not-measured"
    REGISTER_BACKWARDS = "register-backwards"
    READING_REFUSED = "reading-refused"
    READING_UNSURE = "reading-unsure"
    READING_UNCERTIFIABLE = "reading-uncertifiable"
    QUALITY_POOR = "quality-poor"
    SETTLEMENT_LATE = "settlement-late"
    LOSSES_HIGH = "losses-high"
    BALANCE_BROKEN = "balance-broken"
    RATING_EXCEEDED = "rating-exceeded"
    DEMAND_OVER = "demand-over"
    EXPORT_OVER = "export-over"
    EXPORT_LIKELY_OVER = "export-likely-over"
    PLAN_MISSING = "plan-missing"
    PLAN_NOT_FOLLOWED = "plan-not-followed"
    QUOTA = "quota"
    CERTIFICATE_OWED = "certificate-owed"
    MONEY_OPEN = "money-open"
    LOG_UNPUBLISHED = "log-unpublished"
    DISK_FULL = "disk-full"


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What there is to know of a rule besides its code."""

    family: Family
    priority: Priority
    """Where the rule does not give a finding another one."""


_R = AlarmRule
FACTS: Final[Mapping[AlarmRule, RuleFacts]] = MappingProxyType(
    {
        _R.INTAKE_SILENT: RuleFacts(Family.INTAKE, Priority.HIGH),
        _R.GATEWAY_SILENT: RuleFacts(Family.INTAKE, Priority.MEDIUM),
        _R.METER_SILENT: RuleFacts(Family.INTAKE, Priority.LOW),
        _R.BATCH_MISSING: RuleFacts(Family.INTAKE, Priority.MEDIUM),
        _R.BATCH_FORKED: RuleFacts(Family.INTAKE, Priority.HIGH),
        _R.CLOCK_AHEAD: RuleFacts(Family.INTAKE, Priority.LOW),
        _R.GAP_OPEN: RuleFacts(Family.READINGS, Priority.LOW),
        _R.NOT_MEASURED: RuleFacts(Family.READINGS, Priority.LOW),
        _R.REGISTER_BACKWARDS: RuleFacts(Family.READINGS, Priority.MEDIUM),
        _R.READING_REFUSED: RuleFacts(Family.READINGS, Priority.LOW),
        _R.READING_UNSURE: RuleFacts(Family.READINGS, Priority.MEDIUM),
        _R.READING_UNCERTIFIABLE: RuleFacts(Family.READINGS, Priority.LOW),
        _R.QUALITY_POOR: RuleFacts(Family.READINGS, Priority.LOW),
        _R.SETTLEMENT_LATE: RuleFacts(Family.BALANCE, Priority.MEDIUM),
        _R.LOSSES_HIGH: RuleFacts(Family.BALANCE, Priority.LOW),
        _R.BALANCE_BROKEN: RuleFacts(Family.BALANCE, Priority.HIGH),
        _R.RATING_EXCEEDED: RuleFacts(Family.BALANCE, Priority.HIGH),
        _R.DEMAND_OVER: RuleFacts(Family.BALANCE, Priority.MEDIUM),
        _R.EXPORT_OVER: RuleFacts(Family.BALANCE, Priority.HIGH),
        _R.EXPORT_LIKELY_OVER: RuleFacts(Family.BALANCE, Priority.MEDIUM),
        _R.PLAN_MISSING: RuleFacts(Family.PLAN, Priority.MEDIUM),
        _R.PLAN_NOT_FOLLOWED: RuleFacts(Family.PLAN, Priority.LOW),
        _R.QUOTA: RuleFacts(Family.ACCOUNTS, Priority.LOW),
        _R.CERTIFICATE_OWED: RuleFacts(Family.ACCOUNTS, Priority.MEDIUM),
        _R.MONEY_OPEN: RuleFacts(Family.ACCOUNTS, Priority.MEDIUM),
        _R.LOG_UNPUBLISHED: RuleFacts(Family.PLATFORM, Priority.MEDIUM),
        _R.DISK_FULL: RuleFacts(Family.PLATFORM, Priority.MEDIUM),
    }
)
