"""Examples of modules that look at Django's settings run alone too, without any test."""

from taihang.config.django_settings import ensure_django

ensure_django()
