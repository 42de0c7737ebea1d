"""Opening the accounts of a park: one file beside the register.

Sessions are written all day. In the register they would make every figure that is kept for the
pages look stale, and every backup of the record carry who was signed in.
"""

import itertools
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Final

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from taihang.interfaces.accounts.router import ACCOUNTS_ALIASES, served_accounts

_OPENINGS: Final = itertools.count()


class Accounts:
    """The accounts of one park; safe for several threads, each has its own connection."""

    def __init__(self, database: Mapping[str, object]) -> None:
        """Open the accounts and bring their tables up to this program.

        Args:
            database: Django's settings of the database.
        """
        self._alias = f"{ACCOUNTS_ALIASES}{next(_OPENINGS)}"
        connections.databases[self._alias] = {**connections.databases["default"], **database}
        executor = MigrationExecutor(connections[self._alias])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            with self.served():
                call_command("migrate", database=self._alias, verbosity=0, interactive=False)

    @contextmanager
    def served(self) -> Generator[None]:
        """Make these the accounts that everything inside asks."""
        token = served_accounts.set(self._alias)
        try:
            yield
        finally:
            served_accounts.reset(token)

    def close(self) -> None:
        """Let go of this thread's connection."""
        connections[self._alias].close()
