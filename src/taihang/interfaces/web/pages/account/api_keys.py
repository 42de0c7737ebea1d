"""Keys of machines: the list on one's account, making one, revoking one."""

from dataclasses import dataclass
from typing import Final, cast

from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from taihang.core.access.role import Right
from taihang.core.errors import InputError
from taihang.core.seal.canonical import JsonValue
from taihang.interfaces.accounts.deeds import Deed, doing, write_down
from taihang.interfaces.accounts.keys import (
    DAYS_MOST,
    NewKey,
    lendable,
    live_keys,
    make_key,
    revoke_key,
)
from taihang.interfaces.accounts.models import Member
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.accounts.wording import words
from taihang.interfaces.web.pages.account.act import ActField, new_act_id
from taihang.interfaces.web.pages.account.factors import HOME
from taihang.interfaces.web.pages.account.framed import FOLDER
from taihang.interfaces.web.pages.account.instants import Instants
from taihang.interfaces.web.pages.account.once import show_once
from taihang.interfaces.web.visit import visit_of

DAYS_OFFERED: Final = (30, 90, 180, DAYS_MOST)
MADE: Final = "api-key-make"
REVOKED: Final = "api-key-revoke"
_NAME_MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One key, as lists show it."""

    key_id: str
    name: str
    rights: tuple[str, ...]
    made_at: str
    ends_at: str
    used_at: str
    """Empty if it was never used."""


class KeyForm(forms.Form):
    """What a new key is to be."""

    act = ActField()
    name = forms.CharField(max_length=_NAME_MOST)
    rights = forms.MultipleChoiceField(choices=[(right.value, right.value) for right in Right])
    days = forms.TypedChoiceField(choices=[(n, n) for n in DAYS_OFFERED], coerce=int)


@require_http_methods(["GET", "HEAD", "POST"])
def new_key(request: HttpRequest) -> HttpResponse:
    """Make a key; its secret is shown once, on the account."""
    visit = visit_of(request)
    viewer = cast("Viewer", visit.viewer)
    form = KeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            _make(request, form, viewer)
        except InputError:
            form.add_error(None, words("accounts.error.key"))
        else:
            return redirect(HOME)
    context: dict[str, object] = {
        "form": form,
        "offered": [right.value for right in lendable(viewer)],
        "chosen": request.POST.getlist("rights"),
        "days_offered": DAYS_OFFERED,
        "days_chosen": request.POST.get("days", str(DAYS_OFFERED[1])),
        "act": request.POST.get("act") or new_act_id(),
    }
    page = visit.show(f"{FOLDER}/new_key.html", context)
    page["Cache-Control"] = "no-store"
    return page


@require_POST
def end_key(request: HttpRequest) -> HttpResponse:
    """Revoke a key of one's own, at once."""
    member = Member.objects.get(user=cast("User", request.user))
    key_id = request.POST.get("key", "")
    if revoke_key(key_id, members=[member]):
        viewer = cast("Viewer", visit_of(request).viewer)
        write_down(Deed(kind=REVOKED, subject=key_id), by=viewer)
    return redirect(HOME)


def key_rows(member: Member, *, instants: Instants) -> tuple[KeyRow, ...]:
    """Return the keys of a member that still open."""
    return tuple(
        KeyRow(
            key_id=key.key_id,
            name=key.name,
            rights=tuple(sorted(right.value for right in key.right_set())),
            made_at=instants.words(key.made_at),
            ends_at=instants.words(key.ends_at),
            used_at=instants.words(key.last_used_at),
        )
        for key in live_keys(member)
    )


def _make(request: HttpRequest, form: KeyForm, viewer: Viewer) -> None:
    said = form.cleaned_data
    rights = frozenset(Right(word) for word in cast("list[str]", said["rights"]))
    new = NewKey(name=str(said["name"]), rights=rights, days=cast("int", said["days"]))
    maker = Member.objects.select_related("user").get(user=cast("User", request.user))
    told: dict[str, JsonValue] = {
        "rights": [*sorted(right.value for right in rights)],
        "days": new.days,
    }
    deed = Deed(kind=MADE, subject=viewer.name, said=told, act_id=str(said["act"]))
    with doing(deed, by=viewer):
        made = make_key(new, maker=maker)
    show_once(request, made.written)
