"""Saying once more who one is, before an account is changed: by password, code or passkey."""

from collections.abc import Callable
from functools import wraps
from typing import Final

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.account.views import ReauthenticateView
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.http import HttpRequest, HttpResponse

from taihang.interfaces.accounts import present
from taihang.interfaces.accounts.sessions import STARTED
from taihang.interfaces.web.pages.account.framed import FOLDER, Framed
from taihang.interfaces.web.visit import visit_of

FRESH_S: Final = 300
"""So long after signing in nobody is asked again."""
_CONFLICT: Final = 409
View = Callable[..., HttpResponse]


class ConfirmByPassword(Framed, ReauthenticateView):
    """The password once more."""

    template_name = f"{FOLDER}/confirm_password.html"


class ConfirmByCode(Framed, CodeView):
    """A code of the app, or a recovery code."""

    template_name = f"{FOLDER}/confirm_code.html"


class ConfirmByPasskey(Framed, ReauthenticateWebAuthnView):
    """A passkey."""

    template_name = f"{FOLDER}/confirm_passkey.html"


def confirmed(view: View) -> View:
    """Return a view before which one says once more who one is; a form that was sent goes on then.

    Args:
        view: The view.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        if not get_adapter().get_reauthentication_methods(request.user):  # pyright: ignore[reportUnknownMemberType] - untyped there
            # Another provider vouches for them: the way to be asked again is to sign in again.
            return visit_of(request).show(f"{FOLDER}/sign_in_again.html", {}, status=_CONFLICT)
        raise ReauthenticationRequired

    return answer


def is_fresh(request: HttpRequest) -> bool:
    """Say whether somebody has shown lately who they are."""
    if did_recently_reauthenticate(request):
        return True
    started_s = request.session.get(STARTED)
    now_s = present.now_s()
    return isinstance(started_s, int) and now_s - started_s < FRESH_S
