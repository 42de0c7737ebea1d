"""The journal: the park's one source of truth, and how it fails."""

from taihang.adapters.stores.journal.disk import Disk
from taihang.adapters.stores.journal.errors import (
    DamagedJournalError,
    RecordTooLargeError,
    RolledBackJournalError,
    StorageFullError,
    SuspectJournalError,
)
from taihang.adapters.stores.journal.journal import CheckpointSeal, Journal

__all__ = [
    "CheckpointSeal",
    "DamagedJournalError",
    "Disk",
    "Journal",
    "RecordTooLargeError",
    "RolledBackJournalError",
    "StorageFullError",
    "SuspectJournalError",
]
