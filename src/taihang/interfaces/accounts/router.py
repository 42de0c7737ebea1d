"""Which database a row belongs to: the register of a park, or the accounts of the served park."""

from contextvars import ContextVar
from typing import Final

from django.db.models import Model

REGISTRY: Final = "registry"
REGISTRY_ALIASES: Final = "park-"
"""Names of opened registers begin so."""
ACCOUNTS_ALIASES: Final = "accounts-"
"""Names of opened accounts begin so."""
served_accounts: Final = ContextVar[str | None]("served_accounts", default=None)
"""Name of the accounts of the park that this request is about."""


class AccountsRouter:
    """Sends rows of the accounts to the served park's own file; the register names its own."""

    def db_for_read(self, model: type[Model], **_hints: object) -> str | None:
        """Return where rows of a model are read."""
        return None if _is_registry(model) else served_accounts.get()

    def db_for_write(self, model: type[Model], **_hints: object) -> str | None:
        """Return where rows of a model are written."""
        return None if _is_registry(model) else served_accounts.get()

    def allow_relation(self, one: Model, other: Model, **_hints: object) -> bool:
        """Let rows of one database refer to each other."""
        return one._state.db == other._state.db  # noqa: SLF001  # Django's own documented access

    def allow_migrate(self, db: str, app_label: str, **_hints: object) -> bool:
        """Let a register have its tables, and accounts all others."""
        if db.startswith(REGISTRY_ALIASES):
            return app_label == REGISTRY
        return not db.startswith(ACCOUNTS_ALIASES) or app_label != REGISTRY


def _is_registry(model: type[Model]) -> bool:
    return model._meta.app_label == REGISTRY  # noqa: SLF001  # Django's own documented access
