"""Where everything of a park lies in its folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

PARK_FILE: Final = "park.toml"


@dataclass(frozen=True, slots=True)
class ParkFolder:
    """Where everything of one park lies."""

    root: Path

    @property
    def park_file(self) -> Path:
        """What stands in the park; the only file a person must write."""
        return self.root / PARK_FILE

    @property
    def journal(self) -> Path:
        """The one source of truth."""
        return self.root / "journal"

    @property
    def registry(self) -> Path:
        """The register of record."""
        return self.root / "registry.db"

    @property
    def accounts(self) -> Path:
        """Who may enter, and who has: members, keys, sessions."""
        return self.root / "accounts.db"

    @property
    def lake(self) -> Path:
        """Derived rows."""
        return self.root / "lake"

    @property
    def public(self) -> Path:
        """What strangers may read: the published log."""
        return self.root / "log"

    @property
    def keys(self) -> Path:
        """Private keys."""
        return self.root / "keys"

    @property
    def quarantine(self) -> Path:
        """Batches that may not count, and the evidence why; absent while there is none."""
        return self.root / "quarantine"

    @property
    def evidence(self) -> Path:
        """Files that prove activity data, each under its hash; absent while there is none."""
        return self.root / "evidence"

    @property
    def trail(self) -> Path:
        """Who did what through the platform; absent while nobody did."""
        return self.root / "trail"

    @property
    def uploads(self) -> Path:
        """Files that wait to be imported; absent while there are none, and may be lost."""
        return self.root / "uploads"

    @property
    def reports(self) -> Path:
        """What was written for people."""
        return self.root / "reports"

    @property
    def issued_reports(self) -> Path:
        """Reports that were issued: their figures and every copy; absent while there is none."""
        return self.reports / "issued"

    @property
    def lock(self) -> Path:
        """Held by the one process that writes."""
        return self.root / ".lock"

    @property
    def door_lock(self) -> Path:
        """Held by the one process that keeps the door open."""
        return self.root / ".door.lock"
