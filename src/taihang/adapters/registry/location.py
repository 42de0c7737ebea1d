"""Where a register lies: a file of SQLite, or a database of PostgreSQL by its URL.

Both are durable in the same way: a commit returns when the disk has it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from taihang.core.errors import InputError

_SCHEMES: Final = frozenset(("postgresql", "postgres"))
_SQLITE_DURABLE: Final = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
_POSTGRESQL_DURABLE: Final = "-c synchronous_commit=on"
_WAIT_S: Final = 60
"""How long a writer waits for another one [s]."""


class RegistryLocationError(InputError):
    """A place is neither a file nor a database that the register can be kept in."""

    code = "input.registry-location"


def database_of(location: Path | str) -> dict[str, object]:
    """Return Django's settings of the database at a place.

    Args:
        location: A path of a file; or ``postgresql://user@host:port/name``, whose query may name
            the folder of a socket: ``postgresql:///name?host=/run/postgresql``.

    Raises:
        RegistryLocationError: If it is no such place.

    Example:
        >>> found = database_of("postgresql://park@db.example:5433/register")
        >>> found["HOST"], found["PORT"], found["NAME"]
        ('db.example', '5433', 'register')
    """
    if isinstance(location, Path):
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(location),
            "OPTIONS": {
                "init_command": _SQLITE_DURABLE,
                "timeout": _WAIT_S,
                "transaction_mode": "IMMEDIATE",
            },
        }
    parts = urlsplit(location)
    asked = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    name = parts.path.lstrip("/")
    if parts.scheme not in _SCHEMES or not name or "/" in name or asked.keys() - {"host"}:
        raise RegistryLocationError(
            given=f"{parts.scheme or 'no scheme'}://…{parts.path}",
            expected="a path, or postgresql://user@host/name",
            remedy="write the address of the database as docs/how-to/postgresql.md shows",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": asked.get("host", parts.hostname or ""),
        "NAME": unquote(name),
        "OPTIONS": {"options": _POSTGRESQL_DURABLE},
        "PASSWORD": unquote(parts.password or ""),
        "PORT": str(parts.port or ""),
        "USER": unquote(parts.username or ""),
    }


def settings_of(location: Path | str, *, default: Mapping[str, object]) -> dict[str, object]:
    """Return the settings of a place, with everything that Django wants beside them.

    Args:
        location: As of ``database_of``.
        default: Settings of a database that Django has completed.
    """
    return {**default, **database_of(location)}
