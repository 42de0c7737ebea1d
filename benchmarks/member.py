"""Somebody who is signed in to a park that is served: benches look at pages as people do."""

from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User

from taihang import pages_wiring
from taihang.core.access.role import Role
from taihang.interfaces.accounts.models import Member
from taihang.interfaces.web.park_source import open_accounts


def signed_in(park: Path, role: Role = Role.REGULATOR) -> str:
    """Return the cookie of a new member of a park.

    Args:
        park: The folder of the park.
        role: What the member is.
    """
    settings.SECRET_KEY = pages_wiring.session_secret(park)
    accounts = open_accounts(park)
    with accounts.served():
        user = User.objects.create(username=f"bench-{role.value}")
        Member.objects.create(user=user, roles=role.value)
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
    accounts.close()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
