"""The members: the list, inviting one, and one member with what can be done about them."""

from collections.abc import Callable, Iterable
from typing import Final, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from taihang.core.access.role import Right
from taihang.core.errors import InputError, StateError
from taihang.core.seal.canonical import JsonValue
from taihang.interfaces.accounts.deeds import Deed, doing
from taihang.interfaces.accounts.keys import live_keys, revoke_key
from taihang.interfaces.accounts.links import link_path, make_link
from taihang.interfaces.accounts.members import (
    NewMember,
    add_member,
    demand_givable,
    lock,
    member_for,
    members_for,
    reset_second_factor,
    roles_to_give,
    set_roles,
    unlock,
    written,
)
from taihang.interfaces.accounts.models import Member, Purpose
from taihang.interfaces.accounts.sessions import end_sessions
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.web.pages.account.act import new_act_id
from taihang.interfaces.web.pages.account.api_keys import key_rows
from taihang.interfaces.web.pages.account.enterprises import enterprises_of
from taihang.interfaces.web.pages.account.instants import Instants
from taihang.interfaces.web.pages.account.once import show_once, take_shown_once
from taihang.interfaces.web.pages.users.forms import InvitationForm, ReasonForm, RolesForm
from taihang.interfaces.web.pages.users.people import link_of, people
from taihang.interfaces.web.views import not_found
from taihang.interfaces.web.visit import Visit, visit_of

FOLDER: Final = "taihang/pages/users"
ROLES: Final = "member-roles"
_FAULTY: Final = 422


@require_safe
def users_page(request: HttpRequest) -> HttpResponse:
    """Show the members."""
    visit = visit_of(request)
    visit.look.demand_words(())
    rows = people(members_for(viewer_in(visit)), visit=visit)
    return _shown(visit, "users.html", {"people": rows, "page_data": {"texts": {}}})


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody; the link is shown once, on their page."""
    visit = visit_of(request)
    viewer = viewer_in(visit)
    form = InvitationForm(request.POST if request.method == "POST" else None)
    problem: InputError | StateError | None = None
    if form.is_valid():
        try:
            member = _invited(request, form, viewer)
        except (InputError, StateError) as error:
            problem = error
        else:
            return redirect(reverse("user", args=(member.pk,)))
    context = {
        **_offered(visit, chosen=request.POST.getlist("roles")),
        "form": form,
        "problem": problem,
        "enterprise": request.POST.get("enterprise", viewer.enterprise),
        "act": request.POST.get("act") or new_act_id(),
    }
    return _shown(visit, "invite.html", context, status=_FAULTY if form.is_bound else 200)


@require_safe
def user_page(request: HttpRequest, member_id: int) -> HttpResponse:
    """Show one member."""
    visit = visit_of(request)
    return _member_page(request, visit, member_for(viewer_in(visit), member_id))


@require_POST
def change_roles(request: HttpRequest, member_id: int) -> HttpResponse:
    """Give a member other roles."""
    return _acted(request, member_id, kind=ROLES, form=RolesForm(request.POST))


@require_POST
def act(request: HttpRequest, member_id: int, what: str) -> HttpResponse:
    """Lock or unlock a member, end their sessions, reset their second factor, make a link."""
    kind = f"member-{what}"
    if kind not in _DEEDS or kind == ROLES:
        return not_found(request)
    return _acted(request, member_id, kind=kind, form=ReasonForm(request.POST))


def viewer_in(visit: Visit) -> Viewer:
    """Return who looks; the gate has let nobody else pass."""
    return cast("Viewer", visit.viewer)


Doing = Callable[[HttpRequest, Member, ReasonForm, Viewer], None]


def _acted(request: HttpRequest, member_id: int, *, kind: str, form: ReasonForm) -> HttpResponse:
    visit = visit_of(request)
    viewer = viewer_in(visit)
    member = member_for(viewer, member_id)
    if not form.is_valid():
        return _member_page(request, visit, member, form=form, kind=kind)
    said: dict[str, JsonValue] = {"reason": form.told}
    if isinstance(form, RolesForm):
        said |= {"roles": written(form.role_set), "before": member.roles}
    deed = Deed(kind=kind, subject=member.user.username, said=said, act_id=form.act_id)
    try:
        with doing(deed, by=viewer):
            _DEEDS[kind](request, member, form, viewer)
    except (InputError, StateError) as error:
        return _member_page(request, visit, member, form=form, kind=kind, problem=error)
    return redirect(reverse("user", args=(member.pk,)))


def _set_roles(_request: HttpRequest, member: Member, form: ReasonForm, viewer: Viewer) -> None:
    asked = cast("RolesForm", form)
    demand_givable(viewer, roles=asked.role_set, enterprise=asked.enterprise_id)
    set_roles(member, roles=asked.role_set, enterprise=asked.enterprise_id, by=viewer)


def _lock(_request: HttpRequest, member: Member, form: ReasonForm, viewer: Viewer) -> None:
    lock(member, because=form.told, by=viewer)


def _unlock(_request: HttpRequest, member: Member, _form: ReasonForm, _viewer: Viewer) -> None:
    unlock(member)


def _sign_out(_request: HttpRequest, member: Member, _form: ReasonForm, _viewer: Viewer) -> None:
    end_sessions(member.user.pk)


def _reset(_request: HttpRequest, member: Member, _form: ReasonForm, _viewer: Viewer) -> None:
    reset_second_factor(member)


def _link(request: HttpRequest, member: Member, _form: ReasonForm, viewer: Viewer) -> None:
    purpose = Purpose.RECOVERY if member.user.has_usable_password() else Purpose.INVITATION
    _show_link(request, member, purpose=purpose, viewer=viewer)


def _end_keys(_request: HttpRequest, member: Member, _form: ReasonForm, _viewer: Viewer) -> None:
    for key in live_keys(member):
        revoke_key(key.key_id, members=[member])


_DEEDS: Final[dict[str, Doing]] = {
    ROLES: _set_roles,
    "member-lock": _lock,
    "member-unlock": _unlock,
    "member-sign-out": _sign_out,
    "member-reset": _reset,
    "member-link": _link,
    "member-end-keys": _end_keys,
}


def _invited(request: HttpRequest, form: InvitationForm, viewer: Viewer) -> Member:
    said = form.cleaned_data
    enterprise = form.enterprise_id
    new = NewMember(
        name=str(said["name"]),
        full_name=str(said["full_name"]),
        address=str(said["address"]),
        roles=form.role_set,
        enterprise=enterprise,
    )
    told: dict[str, JsonValue] = {
        "reason": form.told,
        "roles": written(new.roles),
        "enterprise": enterprise,
    }
    deed = Deed(kind="member-invite", subject=new.name, said=told, act_id=form.act_id)
    with doing(deed, by=viewer):
        demand_givable(viewer, roles=new.roles, enterprise=enterprise)
        member = add_member(new)
    _show_link(request, member, purpose=Purpose.INVITATION, viewer=viewer)
    return member


def _show_link(request: HttpRequest, member: Member, *, purpose: Purpose, viewer: Viewer) -> None:
    token = make_link(purpose, member=member, made_by=viewer.name)
    show_once(request, request.build_absolute_uri(link_path(token)))


def _member_page(
    request: HttpRequest,
    visit: Visit,
    member: Member,
    *,
    form: ReasonForm | None = None,
    kind: str = "",
    problem: InputError | StateError | None = None,
) -> HttpResponse:
    (person,) = people([member], visit=visit)
    instants = Instants.of(visit)
    context = {
        **_offered(visit, chosen=member.roles.split()),
        "person": person,
        "member": member,
        "keys": key_rows(member, instants=instants),
        "link": link_of(member),
        "is_self": member.user.username == viewer_in(visit).name,
        "enterprise": member.enterprise,
        "form": form,
        "kind": kind,
        "problem": problem,
        "reason": "" if form is None else str(form.data.get("reason", "")),
        "act": new_act_id() if form is None else str(form.data.get("act", "")),
        "shown_once": take_shown_once(request),
    }
    return _shown(visit, "user.html", context, status=200 if form is None else _FAULTY)


def _offered(visit: Visit, *, chosen: Iterable[str]) -> dict[str, object]:
    viewer = viewer_in(visit)
    return {
        "roles_offered": [role.value for role in roles_to_give(viewer)],
        "roles_chosen": list(chosen),
        "enterprises": enterprises_of(visit),
        "gives_everything": Right.MANAGE_ACCOUNTS in viewer.rights,
    }


def _shown(
    visit: Visit, template: str, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    page = visit.show(f"{FOLDER}/{template}", context, status=status)
    page["Cache-Control"] = "no-store"
    return page
