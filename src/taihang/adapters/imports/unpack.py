"""Takes the files out of an upload: a zip within bounds, or the file itself under a safe name."""

import re
import shutil
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Final, NoReturn

from taihang.adapters.imports.refusal import TableUnreadableError

MAX_ENTRIES: Final = 200
MAX_UNPACKED_BYTES: Final = 256 * 1024 * 1024
MAX_RATIO: Final = 200
"""Most that an entry of some size may be packed; text tables are packed some 5 to 50 times."""
_RATIO_FROM_BYTES: Final = 1024 * 1024
_ENCRYPTED: Final = 1
_UTF8: Final = 0x800
_METHODS: Final = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
_CHUNK_BYTES: Final = 1 << 16
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f*?\[\]<>:"|\\/]')
_MAX_NAME_CHARS: Final = 100
_ERRORS: Final = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError)


def unpack(upload: Path, folder: Path, *, name: str) -> list[str]:
    """Put the files of an upload into a folder.

    Args:
        upload: The bytes as they came.
        folder: Where to put them; it is there and empty.
        name: What the sender called the upload.

    Returns:
        Names of the files, in order.

    Raises:
        TableUnreadableError: If it is a zip that is damaged or beyond its bounds.
    """
    if PurePosixPath(name).suffix.lower() != ".zip":
        shutil.copyfile(upload, folder / safe_name(name))
        return [safe_name(name)]
    try:
        with zipfile.ZipFile(upload) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _demand_bounded(infos, name)
            return sorted(_taken(archive, infos, folder, name))
    except _ERRORS as error:
        raise TableUnreadableError(
            given=f"{name}: {error}", expected="a whole .zip", remedy="pack the files again"
        ) from error


def safe_name(name: str) -> str:
    """Return the last part of a name without what a file system or a pattern could obey.

    Example:
        >>> safe_name("../../etc/pass*wd"), safe_name("2025[1].csv"), safe_name("..")
        ('pass_wd', '2025_1_.csv', 'file')
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = _UNSAFE.sub("_", last).strip(" .")
    stem, dot, suffix = plain.rpartition(".")
    cut = f"{stem[:_MAX_NAME_CHARS]}{dot}{suffix[:10]}" if dot else plain[:_MAX_NAME_CHARS]
    return cut or "file"


def _demand_bounded(infos: Sequence[zipfile.ZipInfo], name: str) -> None:
    """Judge a zip by its directory, before anything of it is unpacked."""
    unpacked = sum(info.file_size for info in infos)
    if len(infos) > MAX_ENTRIES:
        _refuse(name, f"{len(infos)} files", f"at most {MAX_ENTRIES}")
    if unpacked > MAX_UNPACKED_BYTES:
        _refuse(name, f"{unpacked} bytes unpacked", f"at most {MAX_UNPACKED_BYTES}")
    for info in infos:
        if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
            _refuse(name, "a file that is encrypted or packed oddly", "a plain .zip")
        packed = max(info.compress_size, 1)
        if info.file_size > _RATIO_FROM_BYTES and info.file_size > MAX_RATIO * packed:
            _refuse(name, f"a file packed {info.file_size // packed} times", f"at most {MAX_RATIO}")


def _taken(
    archive: zipfile.ZipFile, infos: Sequence[zipfile.ZipInfo], folder: Path, name: str
) -> list[str]:
    names: list[str] = []
    for info in infos:
        told = _told_name(info)
        if told.startswith("__MACOSX/") or PurePosixPath(told).name.startswith("."):
            continue
        file = _unused(safe_name(told), names)
        names.append(file)
        left = info.file_size
        with archive.open(info) as source, (folder / file).open("wb") as target:
            while chunk := source.read(_CHUNK_BYTES):
                left -= len(chunk)
                if left < 0:
                    _refuse(name, f"{told} with more bytes than its directory says", "a whole .zip")
                target.write(chunk)
    return names


def _told_name(info: zipfile.ZipInfo) -> str:
    """Return the name of an entry; programs in Chinese write it in GBK without saying so."""
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _unused(name: str, names: Sequence[str]) -> str:
    stem, dot, suffix = name.rpartition(".")
    tried, number = name, 1
    while tried in names:
        number += 1
        tried = f"{stem}-{number}{dot}{suffix}" if dot else f"{name}-{number}"
    return tried


def _refuse(name: str, what: str, expected: str) -> NoReturn:
    raise TableUnreadableError(
        given=f"{name}: {what}", expected=expected, remedy="pack fewer files, or send them singly"
    )
