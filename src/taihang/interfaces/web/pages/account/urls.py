"""Addresses of one's own account, of signing in, and of links that open once.

The names are those that allauth looks up. What allauth brings beyond them (making an account,
e-mail, resetting a password by mail) has no address here.
"""

from typing import Final

from taihang.interfaces.web.pages.account import api_keys, factors, home, sign_in, vouching
from taihang.interfaces.web.pages.account.confirm import (
    ConfirmByCode,
    ConfirmByPasskey,
    ConfirmByPassword,
    confirmed,
)
from taihang.interfaces.web.pages.account.welcome import welcome
from taihang.interfaces.web.policy import MEMBER, PUBLIC, page

_CONFIRM: Final = "account/confirm/"
_KEYS: Final = "account/passkeys/"

urlpatterns: Final = [
    page("sign-in/", sign_in.SignIn.as_view(), name="account_login", may=PUBLIC),
    page("sign-in/second/", sign_in.SecondFactor.as_view(), name="mfa_authenticate", may=PUBLIC),
    page(
        "sign-in/passkey/", sign_in.PasskeySignIn.as_view(), name="mfa_login_webauthn", may=PUBLIC
    ),
    page("sign-in/locked/", sign_in.locked, name="account_inactive", may=PUBLIC),
    page("sign-in/vouched/", vouching.begin, name="vouched-begin", may=PUBLIC),
    page("sign-in/vouched/back/", vouching.back, name="vouched-back", may=PUBLIC),
    page("sign-out/", sign_in.sign_out, name="account_logout", may=PUBLIC),
    page("welcome/<str:token>", welcome, name="welcome", may=PUBLIC),
    page("account/", home.account_page, name="account", may=MEMBER),
    # allauth returns here after a second factor was changed.
    page("account/", home.account_page, name="mfa_index", may=MEMBER),
    page("account/sessions/end/", home.end_session, name="session-end", may=MEMBER),
    page("account/password/", factors.change_password, name="account_change_password", may=MEMBER),
    page(
        f"{_CONFIRM}password/",
        ConfirmByPassword.as_view(),
        name="account_reauthenticate",
        may=MEMBER,
    ),
    page(f"{_CONFIRM}code/", ConfirmByCode.as_view(), name="mfa_reauthenticate", may=MEMBER),
    page(
        f"{_CONFIRM}passkey/",
        ConfirmByPasskey.as_view(),
        name="mfa_reauthenticate_webauthn",
        may=MEMBER,
    ),
    page("account/app/", factors.AppOn.as_view(), name="mfa_activate_totp", may=MEMBER),
    page("account/app/off/", factors.AppOff.as_view(), name="mfa_deactivate_totp", may=MEMBER),
    page(_KEYS, home.account_page, name="mfa_list_webauthn", may=MEMBER),
    page(f"{_KEYS}add/", factors.PasskeyOn.as_view(), name="mfa_add_webauthn", may=MEMBER),
    page(
        f"{_KEYS}<int:pk>/remove/",
        factors.PasskeyOff.as_view(),
        name="mfa_remove_webauthn",
        may=MEMBER,
    ),
    page(
        "account/codes/",
        factors.RecoveryCodes.as_view(),
        name="mfa_view_recovery_codes",
        may=MEMBER,
    ),
    page(
        "account/codes/new/",
        factors.NewRecoveryCodes.as_view(),
        name="mfa_generate_recovery_codes",
        may=MEMBER,
    ),
    page("account/keys/new/", confirmed(api_keys.new_key), name="key-new", may=MEMBER),
    page("account/keys/end/", api_keys.end_key, name="key-end", may=MEMBER),
]
