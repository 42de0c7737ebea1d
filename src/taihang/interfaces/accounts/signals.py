"""What allauth and Django tell when somebody signs in or changes a factor, put into the trail."""

from allauth.account.signals import password_changed, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from taihang.core.errors import TaihangError
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.trail import Outcome
from taihang.interfaces.accounts import present
from taihang.interfaces.accounts.activity import begin_session
from taihang.interfaces.accounts.deeds import Deed, write_down
from taihang.interfaces.accounts.models import Member
from taihang.interfaces.accounts.proofs import count_as_confirmed, proofs_in
from taihang.interfaces.accounts.sessions import end_sessions, kept_key
from taihang.interfaces.accounts.viewer import viewer_of
from taihang.services.trail import LOGIN, LOGOUT


def listen() -> None:
    """Begin to write down what is told; called once, when the app is ready."""
    user_logged_in.connect(_signed_in)
    user_logged_out.connect(_signed_out)
    password_changed.connect(_password_changed)
    password_set.connect(_password_changed)
    authentication_failed.connect(_factor_refused)
    authenticator_added.connect(_factor_added)
    authenticator_removed.connect(_factor_removed)
    authenticator_reset.connect(_factor_added)


def _signed_in(request: HttpRequest, user: User, **_about: object) -> None:
    begin_session(request)
    count_as_confirmed(request.session)
    said: dict[str, JsonValue] = {"factors": [*proofs_in(request.session)]}
    try:
        write_down(Deed(kind=LOGIN, subject=user.username, said=said), by=viewer_of(user))
    except TaihangError:
        # What cannot be written down is not done.
        request.session.flush()
        raise


def _signed_out(request: HttpRequest, user: User | None, **_about: object) -> None:
    del request
    if user is not None:
        write_down(Deed(kind=LOGOUT, subject=user.username), by=viewer_of(user))


def _password_changed(request: HttpRequest, user: User, **_about: object) -> None:
    Member.objects.filter(user=user).update(password_set_at=present.now())
    # The session that changed it goes on; every other one was opened with the old password.
    end_sessions(user.pk, but=kept_key(str(request.session.session_key)))
    write_down(Deed(kind="password-change", subject=user.username), by=viewer_of(user))


def _factor_refused(user: User, authenticator: Authenticator, **_about: object) -> None:
    deed = Deed(
        kind=LOGIN,
        subject=user.username,
        outcome=Outcome.REFUSED,
        said={"factor": str(authenticator.type)},
    )
    write_down(deed, by=None)


def _factor_added(user: User, authenticator: Authenticator, **_about: object) -> None:
    said = {"factor": str(authenticator.type)}
    write_down(Deed(kind="factor-add", subject=user.username, said=said), by=viewer_of(user))


def _factor_removed(user: User, authenticator: Authenticator, **_about: object) -> None:
    said = {"factor": str(authenticator.type)}
    write_down(Deed(kind="factor-remove", subject=user.username, said=said), by=viewer_of(user))
