"""Opening the accounts of a park: one file beside the register.

Sessions are written all day. In the register they would make every figure that is kept for the
pages look stale, and every backup of the record carry who was signed in.
"""

import itertools
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Final

from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from taihang.config.accounts_file import AccountsSettings
from taihang.core.access.account_rules import Profile, rules_of
from taihang.interfaces.accounts.brake import SignInBrake
from taihang.interfaces.accounts.lately import Lately
from taihang.interfaces.accounts.router import ACCOUNTS_ALIASES, served_accounts
from taihang.pages_wiring import add_database
from taihang.services.ports import Trail

_OPENINGS: Final = itertools.count()
_OPEN: Final[dict[str, "Accounts"]] = {}
_SECRET_BYTES: Final = 32
PLAIN: Final = AccountsSettings(rules=rules_of(Profile.ASVS))
"""What holds where a park says nothing."""


class Accounts:
    """The accounts of one park; safe for several threads, each has its own connection."""

    def __init__(
        self,
        database: Mapping[str, object],
        *,
        trail: Trail,
        settings: AccountsSettings = PLAIN,
        secret: bytes | None = None,
    ) -> None:
        """Open the accounts and bring their tables up to this program.

        Args:
            database: Django's settings of the database.
            trail: Where it is written down who did what.
            settings: What the park asks of its people.
            secret: Closes the seeds of second factors, 32 bytes; without it they open in this
                process only.
        """
        self.settings = settings
        self.trail = trail
        self.brake = SignInBrake(now_s=monotonic)
        self.refusals = Lately(now_s=monotonic)
        self.box = Fernet(urlsafe_b64encode(secret or secrets.token_bytes(_SECRET_BYTES)))
        """Opens and closes the seeds of second factors."""
        self._alias = f"{ACCOUNTS_ALIASES}{next(_OPENINGS)}"
        add_database(self._alias, database)
        executor = MigrationExecutor(connections[self._alias])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            with self.served():
                call_command("migrate", database=self._alias, verbosity=0, interactive=False)
        _OPEN[self._alias] = self

    @contextmanager
    def served(self) -> Generator[None]:
        """Make these the accounts that everything inside asks."""
        token = served_accounts.set(self._alias)
        try:
            yield
        finally:
            served_accounts.reset(token)

    @property
    def alias(self) -> str:
        """Django's name of the database."""
        return self._alias

    def close(self) -> None:
        """Let go of this thread's connection."""
        connections[self._alias].close()


def accounts_served() -> Accounts:
    """Return the accounts that are asked here: those of the park of this request."""
    return _OPEN[str(served_accounts.get())]
