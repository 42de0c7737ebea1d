"""One's password and second factors: an app for codes, passkeys, and codes on paper."""

from typing import Final, cast
from urllib.parse import parse_qs, urlsplit

from allauth.account.views import PasswordChangeView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from typing_extensions import override

from taihang.interfaces.accounts.passwords import ParkPasswordRule
from taihang.interfaces.qr import QUIET, qr_path, qr_rows
from taihang.interfaces.web.pages.account.framed import FOLDER, Framed

HOME: Final = "/account/"


class AppOn(Framed, ActivateTOTPView):
    """Begin to use an app that makes codes."""

    template_name = f"{FOLDER}/app_on.html"

    @override
    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add the picture that the app reads, and the same as letters."""
        context = super().get_context_data(**kwargs)
        address = str(context["totp_url"])
        rows = qr_rows(address)
        (secret,) = parse_qs(urlsplit(address).query)["secret"]
        letters = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        side = len(rows) + 2 * QUIET
        return {**context, "qr_side": side, "qr_path": qr_path(rows), "letters": letters}


class AppOff(Framed, DeactivateTOTPView):
    """Use the app no more."""

    template_name = f"{FOLDER}/app_off.html"
    success_url = HOME


class PasskeyOn(Framed, AddWebAuthnView):
    """Add a passkey."""

    template_name = f"{FOLDER}/passkey_on.html"

    @override
    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add whether a browser makes passkeys for this address at all."""
        return {**super().get_context_data(**kwargs), "is_named": is_named(self.request)}


class PasskeyOff(Framed, RemoveWebAuthnView):
    """Take a passkey away."""

    template_name = f"{FOLDER}/passkey_off.html"
    success_url = HOME


class RecoveryCodes(Framed, ViewRecoveryCodesView):
    """The codes on paper; shown once."""

    template_name = f"{FOLDER}/recovery_codes.html"


class NewRecoveryCodes(Framed, GenerateRecoveryCodesView):
    """Other codes on paper; those of before open no more."""

    template_name = f"{FOLDER}/new_recovery_codes.html"


class ChangePassword(Framed, PasswordChangeView):
    """Another password."""

    template_name = f"{FOLDER}/password.html"

    @override
    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add what to choose."""
        return {**super().get_context_data(**kwargs), "rule": ParkPasswordRule().get_help_text()}


def change_password(request: HttpRequest) -> HttpResponse:
    """Let somebody choose another password; whoever has none is vouched for elsewhere."""
    if not cast("User", request.user).has_usable_password():
        return redirect(HOME)
    return ChangePassword.as_view()(request)


def is_named(request: HttpRequest) -> bool:
    """Say whether the platform was opened by a name: no browser makes a passkey for a number.

    Args:
        request: The request.
    """
    host = request.get_host().rsplit(":", 1)[0]
    return not host.startswith("[") and not host.replace(".", "").isdigit()
