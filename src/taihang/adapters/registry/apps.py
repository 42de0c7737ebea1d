"""The Django app."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Names the app ``registry``."""

    name = "taihang.adapters.registry"
    label = "registry"
    verbose_name = "Register of record"
    default_auto_field = "django.db.models.BigAutoField"
