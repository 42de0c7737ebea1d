"""Django's settings, made in code: one park, one process, no environment variable.

Django wants its settings once per process and before its apps are imported. The registry (its
database) and the pages (accounts, templates) both call :func:`configure_django`; the first call
decides, a later one that asks for something else is refused.
"""

import secrets
from collections.abc import Mapping
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
MAX_FORM_BYTES: Final = 65_536
"""Longest body of a request that brings no file [byte]."""
_SECRET_BYTES: Final = 50
_SESSION_S: Final = 12 * 3600
"""A session ends after so long, whatever happens in it [s] (ASVS 5.0 V7.3.2)."""
_LANGUAGES: Final = [("zh-hans", "中文"), ("en", "English")]
_APPS: Final = ("taihang.adapters.registry",)
_PAGE_APPS: Final = (
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "taihang.interfaces.accounts",
    "taihang.interfaces.web",
)
_LOGGING: Final = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    # A refused address is the caller's business; only faults go to the log.
    "loggers": {"django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}


_ACCOUNTS: Final[Mapping[str, object]] = {
    # The brake of the park counts attempts to sign in; what is left to allauth are codes.
    "ACCOUNT_RATE_LIMITS": {
        "login": None,
        "login_failed": "5/m/key,20/h/key",
        "reauthenticate": "10/m/user",
        "change_password": "5/m/user",
    },
    "ACCOUNT_ADAPTER": "taihang.interfaces.accounts.sign_in.ParkAccountAdapter",
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_LOGIN_METHODS": {"username", "email"},
    "ACCOUNT_LOGOUT_REDIRECT_URL": "/sign-in/",
    "ACCOUNT_REAUTHENTICATION_METHODS": ("password", "mfa"),
    "ACCOUNT_REAUTHENTICATION_TIMEOUT": 300,
    "ACCOUNT_SESSION_REMEMBER": False,
    "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
    "AUTH_PASSWORD_VALIDATORS": [
        {"NAME": "taihang.interfaces.accounts.passwords.ParkPasswordRule"},
    ],
    "LOGIN_REDIRECT_URL": "/",
    "LOGIN_URL": "account_login",
    "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
    "MFA_ADAPTER": "taihang.interfaces.accounts.second_factor.ParkFactorAdapter",
    "MFA_ALLOW_UNVERIFIED_EMAIL": True,
    "MFA_PASSKEY_LOGIN_ENABLED": True,
    "MFA_RECOVERY_CODES_SHOW_ONCE": True,
    "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
    "MFA_TOTP_TOLERANCE": 1,
    "MFA_WEBAUTHN_USER_VERIFICATION": "preferred",
    "PASSWORD_HASHERS": ["taihang.interfaces.accounts.hashing.ParkArgon2"],
    "SESSION_ENGINE": "taihang.interfaces.accounts.sessions",
    "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
    "SOCIALACCOUNT_ADAPTER": "taihang.interfaces.accounts.vouching.ParkVoucherAdapter",
    "SOCIALACCOUNT_REQUESTS_TIMEOUT": 5,
    "SOCIALACCOUNT_STORE_TOKENS": False,
}
"""Who may enter, and what is asked of them (docs/accounts-and-rights.md)."""
_PAGES: Final[Mapping[str, object]] = {
    **_ACCOUNTS,
    "CSRF_COOKIE_HTTPONLY": True,
    "CSRF_COOKIE_NAME": "taihang-csrf",
    "CSRF_COOKIE_SAMESITE": "Lax",
    "CSRF_FAILURE_VIEW": "taihang.interfaces.web.views.forged",
    "DATABASE_ROUTERS": ["taihang.interfaces.accounts.router.AccountsRouter"],
    "DATA_UPLOAD_MAX_MEMORY_SIZE": MAX_FORM_BYTES,
    "LANGUAGES": _LANGUAGES,
    "MIDDLEWARE": [
        "taihang.interfaces.web.security.security_headers",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "taihang.interfaces.accounts.activity.SessionActivity",
        "taihang.interfaces.web.gate.Gate",
        "allauth.account.middleware.AccountMiddleware",
    ],
    "ROOT_URLCONF": "taihang.interfaces.web.urls",
    "SESSION_COOKIE_AGE": _SESSION_S,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_NAME": "taihang",
    "SESSION_COOKIE_SAMESITE": "Lax",
    "STATIC_URL": "/static/",
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
}


class DjangoConfiguredError(StateError):
    """Django is already configured for another database."""

    code = "state.django-configured"


def configure_django(database_path: Path | None, *, with_pages: bool = False) -> None:
    """Configure Django for this process; the same call again does nothing.

    The apps of the pages take 0.1 s to load, so a command that shows none does without them; a
    process that has them may be asked again without.

    Args:
        database_path: The registry's SQLite file; None keeps the default database in memory.
        with_pages: Whether pages are shown: accounts, sessions, forms.

    Raises:
        DjangoConfiguredError: If Django is configured for another database already, or without
            the pages that are wanted now.
    """
    database = _IN_MEMORY if database_path is None else str(database_path.resolve())
    if conf.settings.configured:
        _check_same(database)
        _check_pages(with_pages=with_pages)
        return
    conf.settings.configure(
        ALLOWED_HOSTS=list(LOOPBACK_HOSTS),
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
        DEBUG=False,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[*_APPS, *(_PAGE_APPS if with_pages else ())],
        LANGUAGE_CODE="zh-hans",
        LOGGING=_LOGGING,
        # Sessions are signed with it. Whoever serves a park puts the park's own in its place.
        SECRET_KEY=secrets.token_urlsafe(_SECRET_BYTES),
        TIME_ZONE="UTC",
        USE_TZ=True,
        **(_PAGES if with_pages else {}),
    )
    django.setup()


def ensure_django() -> None:
    """Configure Django for pages, with a database in memory, unless it is configured already."""
    configure_django(None, with_pages=True)


def close_cookies(*, behind_proxy: bool) -> None:
    """Keep cookies to TLS and to this host alone: what travels is closed.

    Django reads these at each request, so this works after it is configured.

    Args:
        behind_proxy: Whether TLS ends in a reverse proxy, which then says so in a header, and
            where the connection comes from in another.
    """
    conf.settings.CSRF_COOKIE_NAME = "__Host-taihang-csrf"
    conf.settings.CSRF_COOKIE_SECURE = True
    conf.settings.SESSION_COOKIE_NAME = "__Host-taihang"
    conf.settings.SESSION_COOKIE_SECURE = True
    if behind_proxy:
        conf.settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        conf.settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


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


def _check_pages(*, with_pages: bool) -> None:
    if with_pages and not conf.settings.is_overridden("ROOT_URLCONF"):
        raise DjangoConfiguredError(
            given="pages in a process that was started without them",
            expected="the pages wanted first",
            remedy="call ensure_django() before the wiring is imported",
        )
