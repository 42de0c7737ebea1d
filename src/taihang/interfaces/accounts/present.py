"""The present instant, for accounts: sessions, links and keys end."""

from datetime import UTC, datetime

from taihang import pages_wiring


def now() -> datetime:
    """Return the present instant."""
    return datetime.fromtimestamp(pages_wiring.now_s(), UTC)


def now_s() -> int:
    """Return the present instant in whole seconds since 1970-01-01T00:00Z [s]."""
    return int(pages_wiring.now_s())
