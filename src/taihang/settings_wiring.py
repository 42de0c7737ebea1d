"""What settings change in a park folder: its park file, and what waits to be imported."""

from functools import cache
from pathlib import Path
from typing import Final

from taihang import wiring
from taihang.adapters import system
from taihang.adapters.imports.sandbox import Sandbox
from taihang.adapters.imports.uploads import MAX_BYTES, Uploads
from taihang.config.park_edit import text_sha256
from taihang.config.park_file import read_park
from taihang.config.park_folder import PARK_FILE, ParkFolder
from taihang.core.errors import StateError
from taihang.core.park.park import Park
from taihang.services.import_desk import ImportDesk
from taihang.wiring import FolderInUseError

_BEFORE: Final = frozenset(
    (
        *(f"accounts.db{end}" for end in ("", "-wal", "-shm", "-journal")),
        "accounts.toml",
        "keys",
        "trail",
        ".lock",
        ".door.lock",
    )
)
"""What may be in a folder before there is a park: who may enter, and what they did."""
_NAMED: Final = 6
"""So many of the things that are in the way are named."""
UPLOAD_BYTES: Final = MAX_BYTES
"""Longest file that is sent for import [byte]."""
LOCK_WAIT_S: Final = 5.0
"""How long a save waits for another process to end its writing [s]."""


class StaleParkError(StateError):
    """The park file changed since somebody began to change it."""

    code = "state.stale-park"


def has_park(root: Path) -> bool:
    """Say whether a folder is a park."""
    return ParkFolder(root).park_file.is_file()


def demand_room(root: Path) -> None:
    """Refuse a folder in which no park can be made.

    Args:
        root: A folder that is there; the accounts of those who will make the park may be in it.

    Raises:
        FolderInUseError: If anything else is.
    """
    foreign = sorted({path.name for path in root.iterdir()} - _BEFORE - _empty_folders(root))
    if foreign:
        raise FolderInUseError(
            given=f"{root}, which has no {PARK_FILE} and holds {', '.join(foreign[:_NAMED])}",
            expected="the folder of a park, or an empty one in which a park is made on the pages",
            remedy="name another folder; of a park that lost its file, put that back",
        )


def found_park(root: Path, text: str) -> Park:
    """Make a park in a folder that holds nothing but its accounts, and record its first text.

    Args:
        root: The folder; it is there.
        text: The park file.

    Returns:
        The park.

    Raises:
        FolderInUseError: If there is a park already, or something else.
        TaihangError: If the text is no park, or another process is writing.
    """
    lock = wiring.writer_lock(root)
    lock.take(wait_s=LOCK_WAIT_S)
    try:
        park = wiring.make_park(root, text=text, beside=_BEFORE | _empty_folders(root))
        with wiring.open_park(root, writing=True, lock=lock):
            pass
    finally:
        lock.release()
    return park


def _empty_folders(root: Path) -> frozenset[str]:
    """Return the folders of a park whose making was cut off before its park file was there."""
    folder = ParkFolder(root)
    made = (folder.journal, folder.lake, folder.reports)
    return frozenset(path.name for path in made if path.is_dir() and not any(path.iterdir()))


def park_text(root: Path) -> str:
    """Return the park file of a park.

    Args:
        root: The park folder.
    """
    wiring.demand_park(root)
    return ParkFolder(root).park_file.read_text(encoding="utf-8")


def save_park(root: Path, text: str, *, base_sha256: str) -> None:
    """Put a changed park file in the place of the one that it was made from.

    The old text is recorded before and the new one after; if the park does not open with the new
    one, the old one is put back. What is refused changes nothing.

    Args:
        root: The park folder.
        text: The new text.
        base_sha256: Hash of the text that was changed.

    Raises:
        StaleParkError: If that is no longer the text of the park.
        TaihangError: If the new text is no park, gives a meter with readings another scale, or
            another process is writing.
    """
    folder, disk = ParkFolder(root), system.PosixDisk()
    lock = wiring.writer_lock(root)
    lock.take(wait_s=LOCK_WAIT_S)
    try:
        # 1. Nobody else changed it meanwhile, and what it becomes is a park.
        before = park_text(root)
        _demand_same(before, base_sha256)
        read_park(text, source=PARK_FILE)
        # 2. The register knows what is there now.
        with wiring.open_park(root, writing=True, lock=lock):
            pass
        # 3. The new text is whole on the disk, and the park opens with it, or it is taken back.
        disk.write_whole(folder.park_file, text.encode())
        try:
            with wiring.open_park(root, writing=True, lock=lock):
                pass
        except BaseException:
            disk.write_whole(folder.park_file, before.encode())
            raise
    finally:
        lock.release()


def import_desk(root: Path) -> ImportDesk:
    """Return the place where uploads of a park wait.

    Args:
        root: The park folder.
    """
    return Uploads(ParkFolder(root).uploads, sandbox=_sandbox())


@cache
def _sandbox() -> Sandbox:
    return Sandbox()


def _demand_same(text: str, base_sha256: str) -> None:
    if text_sha256(text) != base_sha256:
        raise StaleParkError(
            given="a change of a park file that somebody else has changed since",
            expected="the park file as it was when the change was begun",
            remedy="look at the park as it is now, and make the change again",
        )
