"""Has files of strangers read by a child process; only the form of its answer is believed."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import BoundedSemaphore
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from taihang.adapters.imports.reader_process import (
    ANSWER,
    CPU_S,
    MEMORY_BYTES,
    REQUEST,
    Account,
    Answer,
    BlockHead,
    Request,
)
from taihang.core.errors import InputError, StateError
from taihang.core.metering.import_draft import (
    Examined,
    KnownPoint,
    PlaceFacts,
    ReadFile,
    TableDraft,
    ToldRows,
)
from taihang.core.metering.readings import ReadingBlock
from taihang.core.series import Quantity

CHILD: Final = (sys.executable, "-m", "taihang.adapters.imports.reader_process")
MAX_AT_ONCE: Final = 2
"""Children that read at the same time."""
_WALL_S: Final = 2 * CPU_S
_WAIT_S: Final = 30.0
NOTHING_TOLD: Final[Mapping[str, ToldRows]] = MappingProxyType({})
PLACES: Final = BoundedSemaphore(MAX_AT_ONCE)
"""One for each child that may run."""


class UploadRefusedError(InputError):
    """A file that was sent is not one that readings can be read from."""

    code = "input.upload-refused"


class UploadTooHeavyError(InputError):
    """A file needs more memory or time than the reading of one file may take."""

    code = "input.upload-too-heavy"


class ReadersBusyError(StateError):
    """As many files are being read as may be at once."""

    code = "state.readers-busy"


class Sandbox:
    """Reads files in a child process.

    Args:
        command: What to run as the child.
        wall_s: How long it may take in all [s].
    """

    def __init__(self, command: Sequence[str] = CHILD, *, wall_s: float = _WALL_S) -> None:
        self._command = tuple(command)
        self._wall_s = wall_s

    def unpack(self, upload: Path, folder: Path, *, name: str) -> tuple[str, ...]:
        """Take the files out of an upload.

        Args:
            upload: The bytes as they came.
            folder: Where the files go; it is there and empty.
            name: What the sender called the upload.

        Returns:
            Names of the files.
        """
        request = Request(work="unpack", folder=str(folder), upload=str(upload), name=name)
        return self._asked(request).files

    def examine(
        self,
        folder: Path,
        *,
        points: Sequence[KnownPoint],
        place: PlaceFacts,
        told: Mapping[str, ToldRows] = NOTHING_TOLD,
    ) -> Examined:
        """Look at the files of an upload and guess how they are to be read.

        Args:
            folder: The files.
            points: Every point of the park.
            place: Where the park lies.
            told: What a person said of the rows of some files, by their names.

        Returns:
            The files and a draft of the map.

        Raises:
            UploadTooHeavyError: If the child ended without an answer.
        """
        request = Request(
            work="examine",
            folder=str(folder),
            points=tuple(points),
            place=place,
            told=dict(told),
        )
        found = self._asked(request).examined
        if found is None:
            raise self._too_heavy()
        return found

    def read(
        self,
        folder: Path,
        tables: Sequence[TableDraft],
        *,
        name: str,
        points: Sequence[KnownPoint],
        place: PlaceFacts,
        arrays: Path,
    ) -> Account:
        """Read the files by a draft.

        Args:
            folder: The files.
            tables: The draft.
            name: Name of the map.
            points: Every point of the park.
            place: Where the park lies.
            arrays: Where the readings go; ``read_file`` joins them with the account.

        Returns:
            The account of every row; nothing is stored.

        Raises:
            UploadTooHeavyError: If the child ended without an answer.
        """
        request = Request(
            work="read",
            folder=str(folder),
            tables=tuple(tables),
            name=name,
            title=name,
            points=tuple(points),
            place=place,
            arrays=str(arrays),
        )
        account = self._asked(request).account
        if account is None:
            raise self._too_heavy()
        return account

    def _asked(self, request: Request) -> Answer:
        """Run the child once."""
        if not PLACES.acquire(timeout=_WAIT_S):
            raise ReadersBusyError(
                given=f"{MAX_AT_ONCE} files that are being read",
                expected="a free reader",
                remedy="try again in a minute; nothing was lost",
            )
        try:
            done = subprocess.run(  # noqa: S603 - our own module, no word of a stranger among them
                self._command,
                input=REQUEST.dump_json(request),
                capture_output=True,
                timeout=self._wall_s,
                check=False,
            )
            answer = ANSWER.validate_json(done.stdout)
        except (subprocess.TimeoutExpired, ValidationError) as error:
            raise self._too_heavy() from error
        finally:
            PLACES.release()
        if answer.refused is not None:
            _, given, expected, remedy = answer.refused
            raise UploadRefusedError(given=given, expected=expected, remedy=remedy)
        if answer.too_heavy:
            raise self._too_heavy()
        return answer

    @staticmethod
    def _too_heavy() -> UploadTooHeavyError:
        memory_mb = MEMORY_BYTES // (1024 * 1024)
        return UploadTooHeavyError(
            given="a file whose reading did not end within its bounds",
            expected=f"at most {CPU_S} s of one processor and {memory_mb} MB",
            remedy="export fewer months or meters into one file; nothing was stored",
        )


def read_file(account: Account, arrays: Path) -> ReadFile:
    """Join the account of an upload with its readings.

    Args:
        account: What the child said.
        arrays: Where it put the readings.
    """
    with np.load(arrays, allow_pickle=False) as stored:
        blocks = tuple(
            _block(head, stored[f"t{n}"], stored[f"c{n}"], stored[f"q{n}"])
            for n, head in enumerate(account.heads)
        )
    return ReadFile(
        map_text=account.map_text,
        rows_read=account.rows_read,
        rows_used=account.rows_used,
        rows_missing=account.rows_missing,
        rows_repeated=account.rows_repeated,
        rows_refused=account.rows_refused,
        refused=account.refused,
        oddities=account.oddities,
        preview=account.preview,
        notes=account.notes,
        sha256=account.sha256,
        blocks=blocks,
    )


def _block(
    head: BlockHead,
    times_s: NDArray[np.int64],
    counts: NDArray[np.int64],
    quality: NDArray[np.uint8],
) -> ReadingBlock:
    return ReadingBlock(
        point=head.point,
        quantity=Quantity(head.quantity),
        unit=head.unit,
        scale=head.scale,
        modulus=head.modulus,
        times_s=times_s.astype(np.int64),
        counts=counts.astype(np.int64),
        quality=quality.astype(np.uint8),
    )
