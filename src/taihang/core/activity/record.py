"""One line of activity data: an amount of one thing, in one flow, of one subject and period.

Meters give electricity by the quarter of an hour; all else that an account needs comes month by
month: gas, steam, heat and water from the registers of their meters where there are any, the rest
(coal, limestone, products, value added) on forms, with the files that prove it. A line is never
changed: what is corrected is said again as the next version.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from taihang.core.errors import InputError

METERED: Final = "metered-"
"""Before the id of a line that was summed from meters; no form may use it."""
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_SUBJECT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_ITEM: Final = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
_PERIOD: Final = re.compile(r"[0-9]{4}(-[0-9]{2})?")
_WHO: Final = re.compile(r"(?=.*\S)[^\x00-\x1f\x7f]{1,64}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class ActivityRecordError(InputError):
    """A line of activity data says something that no account can take."""

    code = "input.activity-record"


class Flow(StrEnum):
    """What happened to the amount, in the columns of the energy forms of statistics (P205 表)."""

    PURCHASED = "purchased"
    """购进量."""
    CONSUMED = "consumed"
    """消费量合计: really used inside the boundary, feedstock included (GB/T 2589-2020)."""
    FEEDSTOCK = "feedstock"
    """用于原材料: the part of the consumption that became product (原料用能)."""
    CONVERSION_INPUT = "conversion-input"
    """加工转换投入: the part of the consumption that made another kind of energy."""
    CONVERSION_OUTPUT = "conversion-output"
    """加工转换产出: secondary energy that was made."""
    RECOVERABLE = "recoverable"
    """可回收量: waste heat, cold or pressure, solid waste that could have been used."""
    RECOVERED = "recovered"
    """回收利用量."""
    SUPPLIED = "supplied"
    """外供量: passed on to another subject or out of the park."""
    CLOSING_STOCK = "closing-stock"
    """期末库存量."""
    OUTPUT = "output"
    """产量: qualified products, or value added; no energy."""


class Origin(StrEnum):
    """Where the amount comes from."""

    FORM = "form"
    """Somebody wrote it down and signs for it."""
    METER = "meter"
    """It was summed from meter readings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRecord:
    """One version of one line.

    Raises:
        ActivityRecordError: If a field is out of bounds; the message names it.

    Example:
        >>> gas = ActivityRecord(
        ...     id="E01-2026-08-gas", subject="E01", period="2026-08", item="natural-gas",
        ...     flow=Flow.CONSUMED, amount=Decimal("12.8"), unit="10⁴Nm³", origin=Origin.FORM,
        ...     evidence=(), uncertainty_ratio=None, known_at_s=0, version=1, reason="first issue",
        ... )
        >>> gas.series
        ('E01', 'natural-gas', 'consumed')
    """

    id: str
    """Given by whoever says it, so that saying it again is the same act."""
    subject: str
    """Enterprise, plant or station, or ``park``."""
    period: str
    """Local month ``YYYY-MM`` or, where nothing finer is known, year ``YYYY``."""
    item: str
    """Name in the table of facts that it meets: ``anthracite``, ``medium.fresh-water``."""
    flow: Flow
    amount: Decimal
    """0 or more; what is not known has no line."""
    unit: str
    origin: Origin
    evidence: tuple[str, ...]
    """SHA-256 of each file that proves it [hex]."""
    uncertainty_ratio: Decimal | None
    """Half-width of the 95 % interval over the amount [1]; None where nobody stated it."""
    known_at_s: int
    """When the platform took it in [s]."""
    version: int
    """1, 2, … of the same id; the highest counts."""
    reason: str
    """Why this version was said."""
    withdrawn_by: str | None = None
    """Who took the line back: from this version on it says nothing; None of every other version."""

    def __post_init__(self) -> None:
        """Refuse fields out of bounds."""
        checks = {
            "id": is_line_id(self.id),
            "subject": bool(_SUBJECT.fullmatch(self.subject)),
            "period": is_period(self.period),
            "item": bool(_ITEM.fullmatch(self.item)),
            "amount": self.amount.is_finite() and self.amount >= 0,
            "unit": self.unit.strip() == self.unit != "",
            "evidence": all(_SHA256.fullmatch(each) for each in self.evidence),
            "uncertainty_ratio": self.uncertainty_ratio is None
            or (self.uncertainty_ratio.is_finite() and self.uncertainty_ratio >= 0),
            "version": self.version >= 1,
            "reason": self.reason.strip() != "",
            "withdrawn_by": self.withdrawn_by is None or bool(_WHO.fullmatch(self.withdrawn_by)),
        }
        for field, fits in checks.items():
            if not fits:
                raise ActivityRecordError(
                    given=f"{field} = {getattr(self, field)!s} of the line {self.id!r}",
                    expected=EXPECTED[field],
                    remedy="correct the line and hand it in again; nothing was stored",
                )

    @property
    def series(self) -> tuple[str, str, str]:
        """What is said in every period anew: subject, item, flow."""
        return self.subject, self.item, self.flow.value


def is_line_id(text: str) -> bool:
    """Say whether a text can be the id of a line.

    Example:
        >>> is_line_id("E01-2026-08-gas"), is_line_id("a b")
        (True, False)
    """
    return bool(_ID.fullmatch(text))


def is_period(text: str) -> bool:
    """Say whether a text names a month or a year.

    Example:
        >>> is_period("2026-08"), is_period("2026"), is_period("2026-13")
        (True, True, False)
    """
    if not _PERIOD.fullmatch(text):
        return False
    year, _, month = text.partition("-")
    try:
        date(int(year), int(month or 1), 1)
    except ValueError:
        return False
    return True


EXPECTED: Final = {
    "id": "1 to 64 letters, digits, `_`, `.` or `-`",
    "subject": "an id of park.toml, or `park`",
    "period": "a month YYYY-MM or a year YYYY",
    "item": "a name of the tables of facts, in lower case",
    "amount": "a finite number of 0 or more; leave the line out where nothing is known",
    "unit": "a unit without blanks around it",
    "evidence": "SHA-256 hashes of 64 hexadecimal digits",
    "uncertainty_ratio": "a share of 0 or more, or nothing",
    "version": "1 or more",
    "reason": "words that say why",
    "withdrawn_by": "a name of 1 to 64 characters without control codes",
}
