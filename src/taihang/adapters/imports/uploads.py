"""Keeps uploads between the steps of an import: what was sent, guessed, and corrected.

An upload that is refused leaves nothing behind; one that waits is lost by nobody's restart.
"""

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from taihang.adapters.imports.reader_process import Account
from taihang.adapters.imports.sandbox import Sandbox, read_file
from taihang.adapters.imports.unpack import safe_name
from taihang.core.errors import InputError, StateError
from taihang.core.metering.import_draft import (
    KnownPoint,
    PlaceFacts,
    ReadFile,
    StagedUpload,
    TableDraft,
    ToldRows,
)

MAX_BYTES: Final = 64 * 1024 * 1024
"""Largest upload [byte]."""
MAX_WAITING: Final = 20
"""Uploads that may wait at the same time."""
_KEPT_S: Final = 7 * 86_400
_ID: Final = re.compile(r"[0-9a-f]{32}")
_DRAFT: Final = "draft.json"
_BYTES: Final = "upload"
_FILES: Final = "files"
_ACCOUNT: Final = "account.json"
_ARRAYS: Final = "readings.npz"
_STAGED: Final = TypeAdapter(StagedUpload)
_READ: Final = TypeAdapter(Account)


class UploadTooLargeError(InputError):
    """An upload has more bytes than are taken."""

    code = "input.upload-too-large"


class UnknownUploadError(InputError):
    """No upload of this id waits."""

    code = "input.unknown-upload"


class TooManyUploadsError(StateError):
    """As many uploads wait as may."""

    code = "state.too-many-uploads"


class Uploads:
    """The uploads of one park.

    Args:
        folder: Where they lie; made on first use.
        sandbox: What reads them.
    """

    def __init__(self, folder: Path, *, sandbox: Sandbox) -> None:
        self._folder = folder
        self._sandbox = sandbox

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
        """Take an upload and guess how it is to be read.

        Args:
            upload_id: Its id, 32 hexadecimal digits; one that waits already is returned as it is.
            chunks: Its bytes.
            name: What the sender calls it.
            by: Who sends it.
            points: The points that the sender sees.
            place: Where the park lies, and the present instant.

        Returns:
            The upload with a draft.

        Raises:
            TaihangError: If it is too large or no table; nothing of it is left then.
        """
        folder = self._place(upload_id)
        if (folder / _DRAFT).exists():
            return self.find(upload_id)
        self._make_room(place.now_s)
        shutil.rmtree(folder, ignore_errors=True)
        (folder / _FILES).mkdir(mode=0o700, parents=True)
        try:
            n_bytes = _written(chunks, folder / _BYTES)
            self._sandbox.unpack(folder / _BYTES, folder / _FILES, name=name)
            examined = self._sandbox.examine(folder / _FILES, points=points, place=place)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        staged = StagedUpload(
            id=upload_id,
            name=safe_name(name),
            by=by,
            at_s=place.now_s,
            n_bytes=n_bytes,
            examined=examined,
            tables=examined.tables,
        )
        return self._kept(staged)

    def find(self, upload_id: str) -> StagedUpload:
        """Return an upload that waits.

        Raises:
            UnknownUploadError: If none of this id does.
        """
        try:
            return _STAGED.validate_json((self._place(upload_id) / _DRAFT).read_bytes())
        except (OSError, ValidationError) as error:
            raise self._unknown(upload_id) from error

    def waiting(self) -> tuple[StagedUpload, ...]:
        """Return every upload that waits, the newest first."""
        found = [self.find(path.parent.name) for path in self._folder.glob(f"*/{_DRAFT}")]
        return tuple(sorted(found, key=lambda each: (-each.at_s, each.id)))

    def correct(self, upload_id: str, tables: Sequence[TableDraft]) -> StagedUpload:
        """Put a corrected draft in the place of the one before."""
        return self._kept(replace(self.find(upload_id), tables=tuple(tables)))

    def look_again(
        self,
        upload_id: str,
        told: Mapping[str, ToldRows],
        *,
        points: Sequence[KnownPoint],
        place: PlaceFacts,
    ) -> StagedUpload:
        """Guess anew, where a person has said which rows are which.

        Args:
            upload_id: The upload.
            told: What was said of the rows of some files, by their names.
            points: The points that the person sees.
            place: Where the park lies.
        """
        staged = self.find(upload_id)
        folder = self._place(upload_id) / _FILES
        examined = self._sandbox.examine(folder, points=points, place=place, told=told)
        return self._kept(replace(staged, examined=examined, tables=examined.tables))

    def read(self, upload_id: str, *, points: Sequence[KnownPoint], place: PlaceFacts) -> ReadFile:
        """Read an upload by its draft, once until the draft is another; nothing is stored."""
        staged, folder = self.find(upload_id), self._place(upload_id)
        kept, arrays = folder / _ACCOUNT, folder / _ARRAYS
        with suppress(OSError, ValidationError):
            return read_file(_READ.validate_json(kept.read_bytes()), arrays)
        account = self._sandbox.read(
            folder / _FILES,
            staged.tables,
            name=Path(staged.name).stem,
            points=points,
            place=place,
            arrays=arrays,
        )
        kept.write_bytes(_READ.dump_json(account))
        return read_file(account, arrays)

    def files(self, upload_id: str) -> dict[str, bytes]:
        """Return the bytes of the files of an upload, by name."""
        folder = self._place(upload_id) / _FILES
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    def drop(self, upload_id: str) -> None:
        """Throw an upload away; one that is gone already is no error."""
        shutil.rmtree(self._place(upload_id), ignore_errors=True)

    def _kept(self, staged: StagedUpload) -> StagedUpload:
        path = self._place(staged.id) / _DRAFT
        path.with_name(_ACCOUNT).unlink(missing_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(_STAGED.dump_json(staged))
        part.rename(path)
        return staged

    def _place(self, upload_id: str) -> Path:
        if not _ID.fullmatch(upload_id):
            raise self._unknown(upload_id)
        return self._folder / upload_id

    def _make_room(self, now_s: int) -> None:
        """Throw old uploads away, and refuse one too many."""
        waiting = self.waiting()
        for staged in waiting:
            if now_s - staged.at_s > _KEPT_S:
                self.drop(staged.id)
        if sum(now_s - staged.at_s <= _KEPT_S for staged in waiting) >= MAX_WAITING:
            raise TooManyUploadsError(
                given=f"{MAX_WAITING} uploads that wait",
                expected="room for one more",
                remedy="finish one of them or throw it away",
            )
        self._folder.mkdir(mode=0o700, exist_ok=True)

    @staticmethod
    def _unknown(upload_id: str) -> UnknownUploadError:
        return UnknownUploadError(
            given=f"the upload {upload_id[:40]!r}",
            expected="one that waits to be imported",
            remedy="it was imported, thrown away, or is older than a week: send the file again",
        )


def _written(chunks: Iterable[bytes], path: Path) -> int:
    n_bytes = 0
    with path.open("wb") as file:
        for chunk in chunks:
            n_bytes += len(chunk)
            if n_bytes > MAX_BYTES:
                raise UploadTooLargeError(
                    given=f"more than {MAX_BYTES} bytes",
                    expected=f"at most {MAX_BYTES}",
                    remedy="pack the file as .zip, or export fewer months into one",
                )
            file.write(chunk)
    return n_bytes
