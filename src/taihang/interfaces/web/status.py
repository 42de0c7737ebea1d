"""Which HTTP status a failure has: the one table."""

from typing import Final

from taihang.core.errors import InputError, IntegrityError, LinkError, StateError, TaihangError
from taihang.interfaces.web.body import LongBodyError

_STATUS: Final = (
    (LongBodyError, 413),
    (InputError, 422),
    (StateError, 409),
    (IntegrityError, 500),
    (LinkError, 503),
)
_UNKNOWN: Final = 500


def http_status(error: TaihangError) -> int:
    """Return the HTTP status of a failure.

    Example:
        >>> http_status(LinkError(given="no answer", expected="an answer", remedy="retry"))
        503
    """
    return next((status for branch, status in _STATUS if isinstance(error, branch)), _UNKNOWN)
