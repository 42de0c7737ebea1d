"""Members of a park for tests: one of each role, signed in."""

import tempfile
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Final

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.test import override_settings

from asgi_client import Answer, ask
from taihang import pages_wiring
from taihang.core.access.role import OF_ENTERPRISE, Role
from taihang.interfaces.accounts.models import Member
from taihang.interfaces.accounts.opening import Accounts
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.web.park_source import open_accounts
from trail_kit import trail_in

_ANEW_EVERY_S: Final = 600.0
EVERY_ROLE: Final = tuple(Role)


@cache
def accounts_folder() -> Path:
    """Return a folder of this process that holds nothing but accounts and their keys."""
    return Path(tempfile.mkdtemp(prefix="accounts-"))


@cache
def test_accounts() -> Accounts:
    """Return accounts of their own file that every test of this process shares."""
    folder = accounts_folder()
    return Accounts(pages_wiring.accounts_database(folder), trail=trail_in(folder))


test_accounts.__test__ = False  # type: ignore[attr-defined]


def cookie(accounts: Accounts, *roles: Role, enterprise: str = "") -> str:
    """Return the cookie of a member of some roles who is signed in, made on first use."""
    return _cookie(accounts, roles, enterprise, int(monotonic() // _ANEW_EVERY_S))


@cache
def _cookie(accounts: Accounts, roles: tuple[Role, ...], enterprise: str, turn: int) -> str:
    del turn  # a session that nobody used for half an hour ends, and a run of tests is longer
    words = " ".join(role.value for role in roles)
    name = f"{words.replace(' ', '+')}@{enterprise}" if enterprise else words.replace(" ", "+")
    assert enterprise or not OF_ENTERPRISE & set(roles), "an enterprise role needs its enterprise"
    with accounts.served():
        user, is_new = User.objects.get_or_create(username=name)
        if is_new:
            Member.objects.create(user=user, roles=words, enterprise=enterprise)
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def park_cookie(root: Path, *roles: Role, enterprise: str = "") -> str:
    """Return the cookie of a member of a park that another process serves."""
    accounts = open_accounts(root)
    with override_settings(SECRET_KEY=pages_wiring.session_secret(root)):
        found = cookie(accounts, *(roles or (Role.REGULATOR,)), enterprise=enterprise)
    accounts.close()
    return found


def ask_as(
    application: AsgiApplication,
    address: str,
    *roles: Role,
    enterprise: str = "",
    accounts: Accounts | None = None,
    method: str = "GET",
    headers: Mapping[str, str] = MappingProxyType({}),
    body: bytes = b"",
) -> Answer:
    """Send one request as a member of some roles; without a role as a regulator, who only reads."""
    known = accounts or test_accounts()
    signed = {
        **headers,
        "cookie": cookie(known, *(roles or (Role.REGULATOR,)), enterprise=enterprise),
    }
    return ask(application, address, method=method, headers=signed, body=body)
