"""The files of a published log: from a folder, or from an address and nothing but that address."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from taihang.core.errors import InputError, LinkError
from taihang.core.tlog.witnessing import WitnessAnswer

FILE_BYTES: Final = 65_536
"""Longest file of a log: a full tile has 8,192 bytes, a checkpoint with 100 signatures 12,000."""
_OK: Final = 200
_GONE: Final = frozenset((404, 410))


class LogFileError(InputError):
    """A file of a published log is too long to be one."""

    code = "input.log-file"


class LogAnswerError(LinkError):
    """The place of a published log answers, but not with its files."""

    code = "link.log-answer"


def folder_reader(folder: Path) -> Callable[[str], bytes | None]:
    """Return a reader of the files of a log in a folder.

    Args:
        folder: Where ``checkpoint`` and ``tile`` lie.
    """

    def read(path: str) -> bytes | None:
        place = folder / path
        if not place.is_file():
            return None
        if place.stat().st_size > FILE_BYTES:
            raise LogFileError(
                given=f"{place} of {place.stat().st_size} bytes",
                expected=f"at most {FILE_BYTES}",
                remedy="name the folder that holds checkpoint and tile of a log",
            )
        return place.read_bytes()

    return read


def address_reader(
    address: str, *, get: Callable[[str], WitnessAnswer]
) -> Callable[[str], bytes | None]:
    """Return a reader of the files of a log at an address.

    Args:
        address: What stands before ``/checkpoint`` and ``/tile``.
        get: Asks for what lies at a whole address.
    """

    def read(path: str) -> bytes | None:
        answer = get(f"{address}/{path}")
        if answer.status in _GONE:
            return None
        if answer.status != _OK:
            raise LogAnswerError(
                given=f"HTTP {answer.status} for {path}",
                expected=f"the file, or 404; redirects are not followed ({_OK} is a file)",
                remedy="name the address itself that serves the log",
            )
        return answer.body

    return read
