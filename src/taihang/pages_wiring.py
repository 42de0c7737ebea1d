"""What the pages need of a park folder beside its ports: the accounts, and the key of sessions."""

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

from taihang.adapters import system
from taihang.adapters.registry import databases
from taihang.adapters.registry.location import database_of
from taihang.adapters.table_file import Column, parquet_of
from taihang.config.park_folder import ParkFolder

SESSION_KEY: Final = "pages/sessions"
"""What the secret of sessions is made for."""
FACTOR_KEY: Final = "pages/factors"
"""What the secret of second factors is made for."""
_WAIT_S: Final = 10
"""How long a page waits for whoever writes the register [s]."""


def accounts_database(root: Path) -> Mapping[str, object]:
    """Return Django's settings of the accounts of a park."""
    return database_of(ParkFolder(root).accounts)


def add_database(alias: str, settings: Mapping[str, object]) -> None:
    """Make a database known to Django under a name that no other has, while requests go on."""
    databases.add_database(alias, settings)


def disk_bytes(root: Path) -> tuple[int, int]:
    """Return what the disk of a park has free, and how large it is [byte]."""
    use = shutil.disk_usage(root)
    return use.free, use.total


def session_secret(root: Path) -> str:
    """Return the secret that signs the sessions of a park, made on first use [hex].

    It lies with the park's other keys, so that a restart ends nobody's session.
    """
    keys = system.KeyRing(ParkFolder(root).keys)
    return "".join(salt.hex() for salt in keys.salts(SESSION_KEY, 2))


def now_s() -> float:
    """Return the present instant by the machine's clock, seconds since 1970-01-01T00:00Z [s]."""
    return system.SystemClock().now().timestamp()


def factor_secret(root: Path) -> bytes:
    """Return the secret that closes the seeds of second factors, 32 bytes, made on first use.

    It lies with the park's other keys and not in the accounts, so that a copy of those makes no
    codes.
    """
    return b"".join(system.KeyRing(ParkFolder(root).keys).salts(FACTOR_KEY, 2))


def parquet(columns: Mapping[str, Column]) -> bytes:
    """Return a table as a Parquet file.

    Args:
        columns: Whole numbers or texts by name, all of one length.
    """
    return parquet_of(columns)


def register_to_read(root: Path) -> Mapping[str, object]:
    """Return Django's settings of the register of a park, opened so that nothing can be written."""
    path = quote(str(ParkFolder(root).registry.resolve()))
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"file:{path}?mode=ro",
        "OPTIONS": {"timeout": _WAIT_S},
    }


def park_bytes(root: Path) -> Mapping[str, int]:
    """Return what each part of a park folder takes on the disk, of those that are there [byte]."""
    folder = ParkFolder(root)
    parts = {
        "journal": folder.journal,
        "lake": folder.lake,
        "register": folder.registry,
        "accounts": folder.accounts,
        "evidence": folder.evidence,
        "reports": folder.reports,
        "trail": folder.trail,
        "published": folder.public,
        "uploads": folder.uploads,
    }
    return {name: _bytes_in(path) for name, path in parts.items() if path.exists()}


def _bytes_in(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else path.parent.glob(f"{path.name}*")
    total = 0
    for file in files:
        # What another process takes away meanwhile takes no room.
        with suppress(FileNotFoundError):
            total += file.stat().st_size if file.is_file() else 0
    return total
