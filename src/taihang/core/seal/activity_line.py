"""A line of activity data as it was handed in: its canonical text, and the form it stood in.

The text never changes: its hash is what the log commits to, so that the amount behind a figure
opens to the line, the line to the form file and to every file that proves it.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext
from hashlib import sha256
from typing import Final, TypeVar

from taihang.core.activity.record import ActivityRecord, Flow, Origin
from taihang.core.quantities import EXACT
from taihang.core.seal.canonical import (
    DocumentError,
    Fields,
    JsonValue,
    canonical_bytes,
    load_canonical,
)

FORMAT: Final = "taihang/activity-line/v1"
WITHDRAWN_FORMAT: Final = "taihang/activity-line/v2"
"""Of a version that takes the line back, and says who did."""
MAX_EVIDENCE: Final = 64
"""Files behind one line."""
_WIDTH: Final = 64
_Name = TypeVar("_Name", Flow, Origin)
_KEYS: Final = frozenset(
    (
        "amount",
        "evidence",
        "flow",
        "form",
        "format",
        "id",
        "item",
        "known_at_s",
        "origin",
        "period",
        "reason",
        "subject",
        "uncertainty_ratio",
        "unit",
        "version",
    )
)

_WITHDRAWN_KEYS: Final = _KEYS | {"withdrawn_by"}


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """One version of one line, and the form that it stood in."""

    record: ActivityRecord
    form: str | None
    """SHA-256 of the file that was handed in [hex]; None of what was summed from meters."""

    @property
    def id(self) -> str:
        """The id of the line with its version, as statements name it."""
        return f"{self.record.id}.v{self.record.version}"

    @property
    def files(self) -> tuple[str, ...]:
        """Every file behind it: the form first, then what proves it."""
        return (*((self.form,) if self.form else ()), *self.record.evidence)

    @property
    def document(self) -> str:
        """The canonical text.

        Example:
            >>> water = ActivityRecord(
            ...     id="E01-08-water", subject="E01", period="2026-08", item="medium.fresh-water",
            ...     flow=Flow.PURCHASED, amount=Decimal("1200.0"), unit="t", origin=Origin.FORM,
            ...     evidence=(), uncertainty_ratio=None, known_at_s=0, version=1, reason="first",
            ... )
            >>> line = ActivityLine(water, form="ab" * 32)
            >>> open_line(line.document) == line
            True
        """
        record = self.record
        evidence: list[JsonValue] = [*record.evidence]
        ratio = record.uncertainty_ratio
        who = record.withdrawn_by
        withdrawn: dict[str, JsonValue] = {} if who is None else {"withdrawn_by": who}
        return canonical_bytes(
            {
                "amount": plain(record.amount),
                "evidence": evidence,
                "flow": record.flow.value,
                "form": self.form,
                "format": FORMAT if who is None else WITHDRAWN_FORMAT,
                "id": record.id,
                "item": record.item,
                "known_at_s": record.known_at_s,
                "origin": record.origin.value,
                "period": record.period,
                "reason": record.reason,
                "subject": record.subject,
                "uncertainty_ratio": None if ratio is None else plain(ratio),
                "unit": record.unit,
                "version": record.version,
                **withdrawn,
            }
        ).decode()

    @property
    def sha256(self) -> str:
        """Hash of the text [hex]."""
        return sha256(self.document.encode()).hexdigest()


def open_line(document: str) -> ActivityLine:
    """Read the canonical text of a line.

    Args:
        document: The text as it was stored.

    Returns:
        The line.

    Raises:
        CanonicalJsonError: If it is no canonical JSON.
        DocumentError: If a field is absent, unknown or of another type.
        ActivityRecordError: If a field is out of bounds.
    """
    said = load_canonical(document.encode())
    is_withdrawn = isinstance(said, dict) and said.get("format") == WITHDRAWN_FORMAT
    fields = Fields(said, where="line", keys=_WITHDRAWN_KEYS if is_withdrawn else _KEYS)
    fields.constant("format", expected=WITHDRAWN_FORMAT if is_withdrawn else FORMAT)
    form = fields.raw("form")
    ratio = fields.raw("uncertainty_ratio")
    return ActivityLine(
        ActivityRecord(
            id=fields.text("id"),
            subject=fields.text("subject"),
            period=fields.text("period"),
            item=fields.text("item"),
            flow=_named(fields, "flow", Flow),
            amount=_decimal(fields, "amount"),
            unit=fields.text("unit"),
            origin=_named(fields, "origin", Origin),
            evidence=tuple(
                each if isinstance(each, str) else ""
                for each in fields.items("evidence", limit=MAX_EVIDENCE)
            ),
            uncertainty_ratio=None if ratio is None else _decimal(fields, "uncertainty_ratio"),
            known_at_s=fields.integer("known_at_s"),
            version=fields.integer("version"),
            reason=fields.text("reason"),
            withdrawn_by=fields.text("withdrawn_by") if is_withdrawn else None,
        ),
        form=None if form is None else fields.hex_bytes("form", n_bytes=32).hex(),
    )


def plain(amount: Decimal) -> str:
    """Write a number in the one way that it is hashed in: no exponent, no idle zeros.

    Args:
        amount: Finite, of at most 100 digits.

    Example:
        >>> plain(Decimal("12.80")), plain(Decimal("1E+3")), plain(Decimal("0.000"))
        ('12.8', '1000', '0')
    """
    with localcontext(EXACT):
        return f"{amount.normalize():f}"


def _named(fields: Fields, key: str, names: type[_Name]) -> _Name:
    try:
        return names(fields.text(key))
    except ValueError as error:
        raise fields.error(key, expected=" or ".join(names)) from error


def _decimal(fields: Fields, key: str) -> Decimal:
    text = fields.text(key, limit=_WIDTH)
    try:
        number = Decimal(text)
        spelled = plain(number)
    except (InvalidOperation, ArithmeticError, ValueError) as error:
        raise fields.error(key, expected="a decimal number as text") from error
    if spelled != text:
        raise DocumentError(
            where=f"{fields.where}.{key}", given=text, expected=f"{spelled}, the one spelling"
        )
    return number
