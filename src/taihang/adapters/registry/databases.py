"""The databases that Django knows in this process: parks come and go while others are looked at.

Django goes through all of them at the start and at the end of each request. A table that another
thread changes in the meantime would end that request with a fault, so that each change makes a new
table and whoever goes through the old one does so to its end.
"""

from collections.abc import Mapping
from threading import Lock
from typing import Final

from django.db import connections

_LOCK: Final = Lock()


def add_database(alias: str, settings: Mapping[str, object]) -> None:
    """Make a database known.

    Args:
        alias: Django's name of it, which no other has.
        settings: Django's settings of it; what they leave out is as for the default one.
    """
    with _LOCK:
        known = connections.databases
        _put({**known, alias: {**known["default"], **settings}})


def drop_database(alias: str) -> None:
    """Forget a database, and the connection of this thread to it.

    Args:
        alias: Django's name of it.
    """
    connections[alias].close()
    del connections[alias]
    with _LOCK:
        _put({name: of for name, of in connections.databases.items() if name != alias})


def _put(databases: dict[str, object]) -> None:
    # A cached property: what stands here is what ``connections.databases`` returns.
    connections.__dict__["settings"] = databases
