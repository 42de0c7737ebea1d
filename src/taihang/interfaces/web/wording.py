"""Numbers and times as a reader sees them."""

from datetime import date
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from taihang.core.periods import instant_of_s

DASH: Final = "—"
"""Stands where a figure is missing; the page adds the word for it."""
_MINUS: Final = "\u2212"


def number(value: float | Decimal | None, *, digits: int) -> str:
    """Write a number with thousands separators and a true minus sign.

    Args:
        value: The number; None where it is missing.
        digits: Digits after the point.

    Returns:
        The number, or a dash. Both languages group by thousands with a comma.

    Example:
        >>> number(-12345.678, digits=1), number(None, digits=1), number(-0.01, digits=1)
        ('−12,345.7', '—', '0.0')
    """
    if value is None:
        return DASH
    # "z" turns a rounded "-0.0" into "0.0": nobody exported minus nothing.
    return f"{value:z,.{digits}f}".replace("-", _MINUS)


def percent(ratio: float | None, *, digits: int) -> str:
    """Write a ratio as a percentage without its sign.

    Example:
        >>> percent(0.3, digits=0)
        '30'
    """
    return number(None if ratio is None else ratio * 100, digits=digits)


def local_instant(seconds_s: int, *, zone: str) -> str:
    """Write an instant in the park's zone as YYYY-MM-DD HH:mm.

    Example:
        >>> local_instant(1793461500, zone="Asia/Shanghai")
        '2026-10-31 23:45'
    """
    return instant_of_s(seconds_s).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def local_day(seconds_s: int, *, zone: str) -> date:
    """Return the local day of an instant.

    Example:
        >>> local_day(1793461500, zone="Asia/Shanghai").isoformat()
        '2026-10-31'
    """
    return instant_of_s(seconds_s).astimezone(ZoneInfo(zone)).date()
