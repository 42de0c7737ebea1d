"""The child that alone opens what strangers send: bounded in memory, time and files.

``python -m taihang.adapters.imports.reader_process`` reads one request as JSON from its standard
input and writes one answer as JSON to its standard output; arrays go to a file that the parent
names. Whatever a hostile file does, it does it here, and the parent only sees that no answer came.
"""

import resource
import sys
from dataclasses import field
from pathlib import Path
from typing import Final, Literal

import numpy as np
from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from taihang.adapters.imports.decode import decode_folder
from taihang.adapters.imports.draft_map import draft_text
from taihang.adapters.imports.guess_map import examine_folder
from taihang.adapters.imports.look import known_by_id, oddities_of
from taihang.adapters.imports.preview import preview_of
from taihang.adapters.imports.read_map import parse_map
from taihang.adapters.imports.refusal import TableUnreadableError
from taihang.adapters.imports.unpack import unpack
from taihang.core.errors import InputError
from taihang.core.metering.import_draft import (
    LEFT_OUT,
    Examined,
    KnownPoint,
    Oddity,
    PlaceFacts,
    RefusedValue,
    SeenRow,
    TableDraft,
    ToldRows,
)
from taihang.core.metering.readings import ReadingBlock

MEMORY_BYTES: Final = 2 * 1024 * 1024 * 1024
CPU_S: Final = 120
FILE_BYTES: Final = 1024 * 1024 * 1024
_REFUSED_SHOWN: Final = 50
_REMEDY: Final = "save it as .xlsx or “CSV UTF-8” from the program that wrote it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the child is to do."""

    work: Literal["unpack", "examine", "read"]
    folder: str
    """Where the files are, or go."""
    upload: str = ""
    name: str = ""
    """What the sender called the upload, or the name of the map."""
    title: str = ""
    points: tuple[KnownPoint, ...] = ()
    place: PlaceFacts | None = None
    told: dict[str, ToldRows] = field(default_factory=dict[str, ToldRows])
    """What a person said of the rows of some files."""
    tables: tuple[TableDraft, ...] = ()
    arrays: str = ""
    """Where the arrays of readings go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockHead:
    """A block of readings without its arrays."""

    point: str
    quantity: str
    unit: str
    scale: str
    modulus: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an import map made of the files, without the arrays."""

    map_text: str
    rows_read: int
    rows_used: int
    rows_missing: int
    rows_repeated: int
    rows_refused: int
    refused: tuple[RefusedValue, ...]
    oddities: tuple[Oddity, ...]
    preview: tuple[SeenRow, ...]
    notes: tuple[str, ...]
    sha256: dict[str, str]
    heads: tuple[BlockHead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of it: one of them."""

    files: tuple[str, ...] = ()
    examined: Examined | None = None
    account: Account | None = None
    refused: tuple[str, str, str, str] | None = None
    """Code, what was given, what was expected, and the remedy."""
    too_heavy: bool = False
    """Whether the bound of memory stopped it."""


REQUEST: Final = TypeAdapter(Request)
ANSWER: Final = TypeAdapter(Answer)


def bound_resources() -> None:
    """Give up, for ever, all but a bounded share of the machine."""
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def answer_to(request: Request) -> Answer:
    """Do one piece of work.

    Args:
        request: What is to be done.

    Returns:
        What came of it; a refusal is an answer too.
    """
    try:
        return _worked(request)
    except InputError as error:
        return Answer(refused=(error.code, error.given, error.expected, error.remedy))
    except MemoryError:
        return Answer(too_heavy=True)
    except Exception as error:  # noqa: BLE001 - whatever a file does to the reader is its fault
        return Answer(refused=("", _file_of(error), "a file that can be read", _REMEDY))


def _worked(request: Request) -> Answer:
    folder = Path(request.folder)
    if request.work == "unpack":
        return Answer(files=tuple(unpack(Path(request.upload), folder, name=request.name)))
    if request.place is None:
        raise TypeError(request.work)
    if request.work == "examine":
        examined = examine_folder(
            folder, points=request.points, place=request.place, told=request.told
        )
        return Answer(examined=examined)
    return Answer(account=_read(request, request.place))


def _file_of(error: Exception) -> str:
    return f"a file that ended its reader: {type(error).__name__}: {str(error)[:200]}"


def _read(request: Request, place: PlaceFacts) -> Account:
    if all(column.point == LEFT_OUT for table in request.tables for column in table.columns):
        raise TableUnreadableError(
            given="no column that belongs to a meter",
            expected="at least one column with its meter",
            remedy="choose the meter of each column that is to be read",
        )
    text = draft_text(request.tables, name=request.name, title=request.title)
    import_map = parse_map(text, where=request.name)
    folder = Path(request.folder)
    result = decode_folder(folder, import_map)
    _save(result.blocks, Path(request.arrays))
    return Account(
        map_text=text,
        rows_read=result.rows_read,
        rows_used=result.rows_used,
        rows_missing=result.rows_missing,
        rows_repeated=result.rows_repeated,
        rows_refused=result.rows_refused,
        refused=tuple(
            RefusedValue(
                file=row.file,
                row=row.row,
                column=row.column,
                point=row.point,
                reason=row.reason,
                given=row.given,
            )
            for row in result.refused[:_REFUSED_SHOWN]
        ),
        oddities=tuple(oddities_of(result, points=known_by_id(request.points), place=place)),
        preview=tuple(preview_of(folder, import_map)),
        notes=result.notes,
        sha256=dict(result.file_sha256),
        heads=tuple(
            BlockHead(
                point=block.point,
                quantity=block.quantity,
                unit=block.unit,
                scale=block.scale,
                modulus=block.modulus,
            )
            for block in result.blocks
        ),
    )


def _save(blocks: tuple[ReadingBlock, ...], path: Path) -> None:
    arrays = {
        f"{name}{number}": array
        for number, block in enumerate(blocks)
        for name, array in (("t", block.times_s), ("c", block.counts), ("q", block.quality))
    }
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def main() -> None:
    """Answer one request."""
    bound_resources()
    request = REQUEST.validate_json(sys.stdin.buffer.read())
    sys.stdout.buffer.write(ANSWER.dump_json(answer_to(request)))


if __name__ == "__main__":
    main()
