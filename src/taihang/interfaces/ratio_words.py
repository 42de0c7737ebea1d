"""How annual ratios are written, on the terminal and in certificates."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Requirement = Mapping[str, Any]


def asked(each: Requirement) -> str:
    """Return what is asked of a ratio, for example ``≥ 30 %``."""
    return f"{'≥' if each['at_least'] else '≤'} {whole_percent(each['threshold'])}"


def whole_percent(ratio: str) -> str:
    """Return a ratio that somebody wrote down as it was written.

    Example:
        >>> whole_percent("0.30"), whole_percent("0.125")
        ('30 %', '12.5 %')
    """
    return f"{(Decimal(ratio) * 100).normalize():f} %"
