"""What one settlement was made from, so that it can be made again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settlement:
    """A period, the records of the journal that were known, and the park file in force."""

    start_s: int
    """Start of the period [s since 1970-01-01T00:00Z]."""
    end_s: int
    """End of the period [s since 1970-01-01T00:00Z]."""
    journal_size: int
    """Only records below this index were looked at: this is its knowledge time."""
    park_sha256: str
    """Hash of the park file."""
