"""The Django app of the pages; it has no models."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Names the app, so that its templates and tags are found."""

    name = "taihang.interfaces.web"
    label = "taihang_web"
    verbose_name = "Taihang pages"
