"""Django's settings, made in code: one park, one process, no environment variable.

Django wants its settings once per process and before its apps are imported. The registry (its
database) and the pages (their templates) both call :func:`configure_django`; the first call
decides, a later one that asks for something else is refused.
"""

import secrets
from pathlib import Path
from typing import Final

import django
from django import conf

from taihang.core.errors import StateError

LOOPBACK_HOSTS: Final = ("127.0.0.1", "localhost", "[::1]")
"""The host names that a park on this machine answers to."""
# ``conf.settings`` is never bound to a name here: whoever looks through the names of a module, as
# doctest does, would touch the settings before they exist.
_IN_MEMORY: Final = ":memory:"
_MAX_BODY_BYTES: Final = 65_536
_SECRET_BYTES: Final = 50
_LOGGING: Final = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    # A refused address is the caller's business; only faults go to the log.
    "loggers": {"django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}


class DjangoConfiguredError(StateError):
    """Django is already configured for another database."""

    code = "state.django-configured"


def configure_django(database_path: Path | None) -> None:
    """Configure Django for this process; the same call again does nothing.

    Args:
        database_path: The registry's SQLite file; None keeps the default database in memory.

    Raises:
        DjangoConfiguredError: If Django is configured for another database already.
    """
    database = _IN_MEMORY if database_path is None else str(database_path.resolve())
    if conf.settings.configured:
        _check_same(database)
        return
    conf.settings.configure(
        ALLOWED_HOSTS=list(LOOPBACK_HOSTS),
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
        DATA_UPLOAD_MAX_MEMORY_SIZE=_MAX_BODY_BYTES,
        DEBUG=False,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "taihang.adapters.registry",
            "taihang.interfaces.web",
            "django.contrib.staticfiles",
        ],
        LANGUAGE_CODE="zh-hans",
        LOGGING=_LOGGING,
        MIDDLEWARE=["taihang.interfaces.web.security.security_headers"],
        ROOT_URLCONF="taihang.interfaces.web.urls",
        # Nothing signed outlives the process yet, so the key need not either; there is no default.
        SECRET_KEY=secrets.token_urlsafe(_SECRET_BYTES),
        STATIC_URL="/static/",
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
        ],
        TIME_ZONE="UTC",
        USE_TZ=True,
    )
    django.setup()


def ensure_django() -> None:
    """Configure Django with a database in memory unless somebody has configured it already."""
    if not conf.settings.configured:
        configure_django(None)


def answer_to_host(host: str) -> None:
    """Let the pages answer to one more host name: the address that an operator chose to open.

    Django reads the list at each request, so this works after it is configured.

    Args:
        host: A host name or address, without a port.
    """
    if host not in conf.settings.ALLOWED_HOSTS:
        conf.settings.ALLOWED_HOSTS = [*conf.settings.ALLOWED_HOSTS, host]


def _check_same(database: str) -> None:
    now = str(conf.settings.DATABASES["default"]["NAME"])
    if now != database:
        raise DjangoConfiguredError(
            given=f"database {database}",
            expected=f"the database {now}",
            remedy="serve each park from a process of its own",
        )
