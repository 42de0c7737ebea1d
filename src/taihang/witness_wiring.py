"""The composition root of those outside the park: witnesses, and whoever checks a log at home.

Nothing of a park is needed on their machines: no database, no lake, no web framework.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from taihang.adapters.log_source import address_reader, folder_reader
from taihang.adapters.stores.witness_state import STATE_FILE, WitnessFiles, empty_state
from taihang.adapters.system import (
    KeyRing,
    PosixDisk,
    SystemClock,
    WriterLock,
    verify_signature,
)
from taihang.adapters.web_link import WebLink
from taihang.config.value_rules import url_of
from taihang.config.witness_file import WitnessSettings, new_witness_file, read_witness_file
from taihang.core.errors import InputError, StateError
from taihang.core.tlog.note import VerifierKey
from taihang.services.check_log import LogCheck, Pins
from taihang.services.check_log import check_log as check_published
from taihang.services.witness import Witness

WITNESS_FILE: Final = "witness.toml"
_KEY: Final = "witness"
_KEYS: Final = "keys"
_LOCK: Final = ".lock"


class NoWitnessError(InputError):
    """The folder is not that of a witness."""

    code = "input.no-witness"


class WitnessFolderInUseError(StateError):
    """A new witness was to be made in a folder that holds something."""

    code = "state.witness-folder-in-use"


class SelfWitnessError(InputError):
    """A witness would follow a log with its own key: the two would be one party."""

    code = "input.self-witness"


def make_witness(root: Path, *, name: str) -> VerifierKey:
    """Make the folder of a new witness.

    Args:
        root: The folder; absent or empty.
        name: Name of its key.

    Returns:
        Name and public key.

    Raises:
        WitnessFolderInUseError: If the folder holds anything.
    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise WitnessFolderInUseError(
            given=f"{root}, which is not empty",
            expected="a folder that is absent or empty",
            remedy="name another folder",
        )
    text = new_witness_file(name)
    read_witness_file(text, source=WITNESS_FILE)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    disk = PosixDisk()
    disk.write_whole(root / STATE_FILE, empty_state())
    public_key = KeyRing(root / _KEYS).signing_key(_KEY).public
    # The file that makes it a witness goes last: a folder that was left half made is none.
    disk.write_whole(root / WITNESS_FILE, text.encode())
    return VerifierKey(name, public_key)


@contextmanager
def open_witness(root: Path) -> Generator[Witness]:
    """Open a witness; one process at a time.

    Args:
        root: Its folder.

    Yields:
        The witness.

    Raises:
        SelfWitnessError: If a log is signed with the witness's own key.
    """
    settings = _settings(root)
    lock = WriterLock(root / _LOCK)
    lock.take()
    try:
        signer = KeyRing(root / _KEYS).signing_key(_KEY)
        if any(key.public_key == signer.public for keys in settings.logs.values() for key in keys):
            raise SelfWitnessError(
                given="the witness's own key as key of a log",
                expected="a log with a key of its own",
                remedy="ask the park for the key of its log",
            )
        yield Witness(
            key=VerifierKey(settings.name, signer.public),
            sign=signer.sign,
            logs=settings.logs,
            state=WitnessFiles(root, disk=PosixDisk()),
            clock=SystemClock(),
            verify=verify_signature,
        )
    finally:
        lock.release()


def witness_key(root: Path) -> VerifierKey:
    """Return name and public key of a witness, and refuse a folder that cannot be opened.

    Args:
        root: Its folder.
    """
    settings = _settings(root)
    return VerifierKey(settings.name, KeyRing(root / _KEYS).signing_key(_KEY).public)


def check_log(held: str, *, source: str, pins: Pins) -> LogCheck:
    """Compare a published log with a checkpoint that was kept.

    Args:
        held: The text that was kept.
        source: Folder or address of the published log.
        pins: Keys of the log and of witnesses.

    Returns:
        What came of it.
    """
    return check_published(held, read=log_reader(source), pins=pins, verify=verify_signature)


def log_reader(source: str) -> Callable[[str], bytes | None]:
    """Return a reader of the files of a published log.

    Args:
        source: A folder, or an address.
    """
    address = url_of(source.rstrip("/"))
    if address is not None:
        return address_reader(address, get=WebLink().get)
    return folder_reader(Path(source))


def _settings(root: Path) -> WitnessSettings:
    path = root / WITNESS_FILE
    if not path.is_file():
        raise NoWitnessError(
            given=f"{root}, which has no {WITNESS_FILE}",
            expected="the folder of a witness",
            remedy=f"make one with: taihang witness {root} --new --name NAME",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise NoWitnessError(
            given=f"{path}, whose byte {error.start} is not UTF-8",
            expected="a text file in UTF-8",
            remedy="save it as UTF-8",
        ) from error
    return read_witness_file(text, source=str(path))
