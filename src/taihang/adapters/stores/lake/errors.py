"""What can go wrong with a lake; the journal has every reading, so nothing of it is a loss."""

from pathlib import Path

from taihang.core.errors import IntegrityError, LinkError


class DamagedLakeError(IntegrityError):
    """A file of the lake cannot be read, or the manifest does not fit."""

    code = "integrity.damaged-lake"

    def __init__(self, path: Path, expected: str) -> None:
        super().__init__(
            given=str(path),
            expected=expected,
            remedy="run `taihang rebuild`: the lake comes back from the journal",
        )


class LakeWriteError(LinkError):
    """A file of the lake could not be written; the old one stays."""

    code = "link.lake-write"

    def __init__(self, path: Path, error: Exception) -> None:
        super().__init__(
            given=f"{path}: {error}",
            expected="a disk with room for it",
            remedy="make room and run the command again: the journal has every reading",
        )
