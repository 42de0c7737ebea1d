"""Bringing the tables of a register up to this program, by one process at a time."""

from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from typing import Final

from django.core.management import call_command
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor

from taihang.core.errors import StateError

_APP: Final = "registry"
_LOCK: Final = 0x7461_6968
"""Number of the lock that a process holds while it brings the tables of PostgreSQL up."""


class NewerRegisterError(StateError):
    """The register was changed by a later version of the program."""

    code = "state.newer-register"


def bring_up(alias: str) -> None:
    """Bring the tables to the form of this program, all in one transaction or not at all.

    Args:
        alias: Name of the connection.

    Raises:
        NewerRegisterError: If a later program has changed them already.
    """
    is_shared = connections[alias].vendor == "postgresql"
    with _alone(alias) if is_shared else nullcontext():
        _migrate(alias)


@contextmanager
def _alone(alias: str) -> Generator[None]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _migrate(alias: str) -> None:
    connection = connections[alias]
    executor = MigrationExecutor(connection)
    applied = {name for app, name in executor.loader.applied_migrations if app == _APP}
    known = {name for app, name in executor.loader.disk_migrations if app == _APP}
    if newer := sorted(applied - known):
        raise NewerRegisterError(
            given=f"a register with the change {newer[-1]}",
            expected=f"one of this program or an older one, at most {max(known)}",
            remedy="open the park with the program that last wrote it, or a later one",
        )
    if known - applied:
        # Outside the transaction, for SQLite takes this word only there.
        connection.disable_constraint_checking()
        with transaction.atomic(using=alias):
            call_command("migrate", _APP, database=alias, verbosity=0, interactive=False)
        connection.enable_constraint_checking()
