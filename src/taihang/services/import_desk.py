"""What the import of foreign files needs from outside: a place where uploads wait and are read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from taihang.core.metering.import_draft import (
    KnownPoint,
    PlaceFacts,
    ReadFile,
    StagedUpload,
    TableDraft,
    ToldRows,
)


class ImportDesk(Protocol):
    """Uploads that wait; whatever is hostile in them harms nothing but their own reading."""

    def begin(
        self,
        upload_id: str,
        chunks: Iterable[bytes],
        *,
        name: str,
        by: str,
        points: Sequence[KnownPoint],
        place: PlaceFacts,
    ) -> StagedUpload:
        """Take an upload and guess how it is to be read; of one that is refused nothing is left."""
        ...

    def find(self, upload_id: str) -> StagedUpload:
        """Return an upload that waits, or raise."""
        ...

    def waiting(self) -> tuple[StagedUpload, ...]:
        """Return every upload that waits, the newest first."""
        ...

    def correct(self, upload_id: str, tables: Sequence[TableDraft]) -> StagedUpload:
        """Put a corrected draft in the place of the one before."""
        ...

    def look_again(
        self,
        upload_id: str,
        told: Mapping[str, ToldRows],
        *,
        points: Sequence[KnownPoint],
        place: PlaceFacts,
    ) -> StagedUpload:
        """Guess anew, where a person has said which rows are which."""
        ...

    def read(self, upload_id: str, *, points: Sequence[KnownPoint], place: PlaceFacts) -> ReadFile:
        """Read an upload by its draft; nothing is stored."""
        ...

    def files(self, upload_id: str) -> dict[str, bytes]:
        """Return the bytes of the files of an upload, by name."""
        ...

    def drop(self, upload_id: str) -> None:
        """Throw an upload away."""
        ...
