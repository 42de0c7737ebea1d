"""An amount that an account wants, or why it is not there: missing is never zero (§7)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why an amount is not there."""

    reason: str
    """One word of a closed set, for example ``months-missing``."""
    detail: str = ""
    """Of what, for example the lines that lack."""


@dataclass(frozen=True, slots=True)
class Known:
    """An amount with its unit."""

    amount: Decimal
    unit: str


Amount: TypeAlias = Known | Unknown


def first_unknown(*amounts: Amount) -> Unknown | None:
    """Return the first reason why something cannot be worked out, or None.

    Example:
        >>> first_unknown(Known(Decimal(1), "t"), Unknown("no-data", "E01"))
        Unknown(reason='no-data', detail='E01')
    """
    return next((one for one in amounts if isinstance(one, Unknown)), None)
