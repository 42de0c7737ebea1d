"""What is known of a file that proves activity data; its bytes lie in the folder of evidence."""

from dataclasses import dataclass
from typing import Final

MAX_EVIDENCE_BYTES: Final = 64 * 1024 * 1024
"""Largest file that is kept as evidence [byte]."""
MAX_NAME: Final = 255


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """One file, kept under the hash of its bytes.

    Example:
        >>> EvidenceFile("ab" * 32, "invoice-08.pdf", 120_000, 0).name
        'invoice-08.pdf'
    """

    sha256: str
    """Of its bytes [hex]; also its name in the folder."""
    name: str
    """As whoever first handed it in called it."""
    n_bytes: int
    known_at_s: int
    """When it was first handed in [s]."""
