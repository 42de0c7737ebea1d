"""Django is configured once, in code, with no secret that anyone could know."""

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from taihang.config.django_settings import (
    LOOPBACK_HOSTS,
    DjangoConfiguredError,
    answer_to_host,
    configure_django,
    ensure_django,
)


def test_configure_django__the_same_call_again_does_nothing() -> None:
    ensure_django()
    secret = settings.SECRET_KEY

    ensure_django()
    configure_django(None)

    assert secret == settings.SECRET_KEY


def test_configure_django__refuses_a_second_database(tmp_path: Path) -> None:
    ensure_django()

    with pytest.raises(DjangoConfiguredError, match=r"state\.django-configured"):
        configure_django(tmp_path / "registry.db")


def test_configure_django__is_closed_by_default() -> None:
    ensure_django()

    assert settings.DEBUG is False
    assert settings.USE_TZ is True
    assert len(settings.SECRET_KEY) >= 50
    assert set(LOOPBACK_HOSTS) <= set(settings.ALLOWED_HOSTS)
    assert "*" not in settings.ALLOWED_HOSTS
    assert {"registry", "taihang_web", "accounts", "mfa"} <= {
        app.label for app in apps.get_app_configs()
    }


def test_answer_to_host__adds_a_name_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_django()
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["localhost"])

    answer_to_host("192.0.2.7")
    answer_to_host("192.0.2.7")

    assert settings.ALLOWED_HOSTS == ["localhost", "192.0.2.7"]
