"""The page of one's own account: who one is here, how one signs in, where one is signed in."""

from dataclasses import dataclass
from typing import cast

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from taihang.interfaces.accounts.deeds import Deed, write_down
from taihang.interfaces.accounts.models import Member, SignedIn
from taihang.interfaces.accounts.owing import owed_by
from taihang.interfaces.accounts.sessions import end_sessions, kept_key, sessions_of
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.web.pages.account.api_keys import key_rows
from taihang.interfaces.web.pages.account.device import device_words
from taihang.interfaces.web.pages.account.enterprises import enterprises_of
from taihang.interfaces.web.pages.account.factors import HOME
from taihang.interfaces.web.pages.account.framed import FOLDER
from taihang.interfaces.web.pages.account.instants import Instants
from taihang.interfaces.web.pages.account.once import take_shown_once
from taihang.interfaces.web.visit import Visit, visit_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """One passkey."""

    id: int
    name: str
    made_at: str
    used_at: str
    """Empty if it was never used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One place where one is signed in."""

    name: str
    """Name of its row; not what the cookie holds."""
    device: str
    address: str
    started_at: str
    seen_at: str
    ends_at: str
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """How one signs in."""

    has_password: bool
    password_set_at: str
    has_app: bool
    passkeys: tuple[Passkey, ...]
    codes_left: int | None
    """Codes on paper that were not used; None if there are none."""


@require_safe
def account_page(request: HttpRequest) -> HttpResponse:
    """Show one's own account."""
    visit = visit_of(request)
    visit.look.demand_words(())
    user = cast("User", request.user)
    member = Member.objects.get(user=user)
    instants = Instants.of(visit)
    context: dict[str, object] = {
        "member": member,
        "user_name": user.username,
        "email": user.email,
        "roles": sorted(role.value for role in member.role_set()),
        "enterprise": enterprises_of(visit).get(member.enterprise, member.enterprise),
        "owes": owed_by(request),
        "factors": factors_of(user, member, instants=instants),
        "sessions": session_rows(user, request, instants=instants, visit=visit),
        "keys": key_rows(member, instants=instants),
        "shown_once": take_shown_once(request),
    }
    page = visit.show(f"{FOLDER}/account.html", context)
    page["Cache-Control"] = "no-store"
    return page


@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """End one session of one's own, or all but this one."""
    user = cast("User", request.user)
    here = kept_key(str(request.session.session_key))
    name = request.POST.get("session", "")
    if name == "others":
        n_ended = end_sessions(user.pk, but=here)
    else:
        n_ended = end_sessions(user.pk, only=name)
    viewer = cast("Viewer", visit_of(request).viewer)
    write_down(Deed(kind="session-end", subject=user.username, said={"n": n_ended}), by=viewer)
    return redirect(HOME)


def factors_of(user: User, member: Member, *, instants: Instants) -> Factors:
    """Return how somebody signs in."""
    found = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    by_type = {str(each.type): each for each in found}
    codes = by_type.get(Authenticator.Type.RECOVERY_CODES.value)
    return Factors(
        has_password=user.has_usable_password(),
        password_set_at=instants.words(member.password_set_at),
        has_app=Authenticator.Type.TOTP.value in by_type,
        passkeys=tuple(
            Passkey(
                id=each.pk,
                name=str(cast("dict[str, object]", each.data)["name"]),
                made_at=instants.words(each.created_at),
                used_at=instants.words(each.last_used_at),
            )
            for each in found
            if str(each.type) == Authenticator.Type.WEBAUTHN.value
        ),
        codes_left=None if codes is None else len(RecoveryCodes(codes).get_unused_codes()),
    )


def session_rows(
    user: User, request: HttpRequest, *, instants: Instants, visit: Visit
) -> tuple[SessionRow, ...]:
    """Return where somebody is signed in, this place first."""
    here = kept_key(str(request.session.session_key))
    rows = [
        _session_row(each, here=here, instants=instants, visit=visit)
        for each in sessions_of(user.pk)
    ]
    return tuple(sorted(rows, key=lambda row: not row.is_here))


def _session_row(row: SignedIn, *, here: str, instants: Instants, visit: Visit) -> SessionRow:
    return SessionRow(
        name=row.session_key,
        device=device_words(row.agent, visit.look.lang),
        address=row.address,
        started_at=instants.words(row.started_at),
        seen_at=instants.words(row.seen_at),
        ends_at=instants.words(row.expire_date),
        is_here=row.session_key == here,
    )
