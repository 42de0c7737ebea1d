"""Every address has a policy, and what is brought along and not used has no address."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import cast

import allauth
import pytest
from django.urls import NoReverseMatch, URLPattern, URLResolver, reverse

from taihang.interfaces.web.policy import PUBLIC, policy_of, routes
from taihang.interfaces.web.urls import urlpatterns

OPEN = {
    "c/<str:certificate_id>",
    "c/<str:certificate_id>/file",
    "healthz",
    "r/",
    "r/<str:code>",
    "readyz",
    "sign-in/",
    "sign-in/locked/",
    "sign-in/passkey/",
    "sign-in/second/",
    "sign-in/vouched/",
    "sign-in/vouched/back/",
    "sign-out/",
    "verify",
    "verify/verify_taihang.py",
    "welcome/<str:token>",
}
"""What a stranger may ask for; a page of the park is never among it."""
USED = {
    "account_change_password",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
}
"""Names of allauth that have an address here."""


def names_of(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """Yield the names of addresses."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names_of(cast("list[URLPattern | URLResolver]", pattern.url_patterns))
        elif pattern.name:
            yield str(pattern.name)


def brought() -> set[str]:
    """Return the names of every address that allauth would bring."""
    found: set[str] = set()
    for name in ("account", "mfa.base", "mfa.totp", "mfa.webauthn", "mfa.recovery_codes",
                 "socialaccount", "socialaccount.providers.openid_connect"):  # fmt: skip
        module = importlib.import_module(f"allauth.{name}.urls")
        found |= set(names_of(module.urlpatterns))
    return found


def test_urls__a_stranger_may_ask_for_these_and_nothing_else() -> None:
    found = {route for route, view in routes(urlpatterns) if policy_of(view) == PUBLIC}

    assert found == OPEN


def test_urls__what_allauth_brings_and_is_not_used_has_no_address() -> None:
    names = brought()

    assert len(names) >= 30
    assert names >= USED
    assert set(names_of(list(urlpatterns))) & names == USED
    for name in names - USED:
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_urls__no_view_of_allauth_stands_there_without_ours_around_it() -> None:
    views = [view for _, view in routes(urlpatterns)]
    modules = {str(getattr(getattr(view, "func", view), "__module__", "")) for view in views}
    makers = {name.partition(".")[0] for name in modules}

    assert len(list(pkgutil.iter_modules(allauth.__path__))) >= 5
    assert "taihang" in makers
    assert "allauth" not in makers
