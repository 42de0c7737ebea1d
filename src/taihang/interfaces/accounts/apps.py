"""The Django app of the accounts."""

from importlib import import_module

from django.apps import AppConfig
from typing_extensions import override


class AccountsConfig(AppConfig):
    """Members, their roles and their keys."""

    name = "taihang.interfaces.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        """Listen to who signs in; signals know tables, which are there only now."""
        import_module("taihang.interfaces.accounts.signals").listen()
