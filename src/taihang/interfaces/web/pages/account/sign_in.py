"""Signing in and out: name and password, a second factor, a passkey."""

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView, LogoutView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe
from typing_extensions import override

from taihang.interfaces.accounts.models import Member
from taihang.interfaces.web.pages.account.framed import FOLDER, Framed
from taihang.interfaces.web.visit import visit_of


class SignIn(Framed, LoginView):
    """What a stranger sees first."""

    form_class = LoginForm
    template_name = f"{FOLDER}/sign_in.html"

    @override
    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add who else may vouch, and whether there is anybody yet."""
        voucher = visit_of(self.request).source.accounts.settings.voucher
        return {
            **super().get_context_data(**kwargs),
            "voucher": voucher,
            "has_members": Member.objects.exists(),
        }


class SecondFactor(Framed, AuthenticateView):
    """A code or a passkey after the password."""

    template_name = f"{FOLDER}/second_factor.html"


class PasskeySignIn(LoginWebAuthnView):
    """A passkey instead of name and password."""


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; a link cannot do it."""
    return LogoutView.as_view()(request)


@require_safe
def locked(request: HttpRequest) -> HttpResponse:
    """Say to somebody who knows the password that the account is locked."""
    return visit_of(request).show(f"{FOLDER}/locked.html", {}, status=403)
