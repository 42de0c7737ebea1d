"""The Django app of the accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Members, their roles and their keys."""

    name = "taihang.interfaces.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
