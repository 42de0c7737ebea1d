"""What a link that opens once leads to: the first member, a new member, another password."""

from collections.abc import Mapping
from typing import Final, cast

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods
from typing_extensions import override

from taihang.core.access.account_rules import first_roles
from taihang.core.errors import TaihangError
from taihang.interfaces.accounts.deeds import Deed, write_down
from taihang.interfaces.accounts.links import find_link, use_link
from taihang.interfaces.accounts.members import NewMember, add_member, clean_name, set_password
from taihang.interfaces.accounts.models import Member, OneTimeLink, Purpose
from taihang.interfaces.accounts.opening import accounts_served
from taihang.interfaces.accounts.passwords import LENGTH_MOST, ParkPasswordRule
from taihang.interfaces.accounts.viewer import viewer_of_member
from taihang.interfaces.accounts.wording import words
from taihang.interfaces.web.pages.account.framed import FOLDER
from taihang.interfaces.web.visit import visit_of

_GONE: Final = 410
_TEMPLATE: Final = f"{FOLDER}/welcome.html"
_KINDS: Final = {
    Purpose.FIRST: "first-member",
    Purpose.INVITATION: "invitation-use",
    Purpose.RECOVERY: "recovery-use",
}
"""What the trail calls the use of a link."""


class PasswordForm(forms.Form):
    """A password, twice."""

    password = forms.CharField(max_length=LENGTH_MOST, strip=False)
    again = forms.CharField(max_length=LENGTH_MOST, strip=False)

    def __init__(self, data: Mapping[str, object] | None, *, owner: User) -> None:
        super().__init__(data)
        self._owner = owner

    @override
    def clean(self) -> dict[str, object]:
        """Refuse two passwords, and one that is easy to guess."""
        data = self.cleaned_data
        password = data.get("password")
        if password is None:
            return data
        if password != data.get("again"):
            self.add_error("again", words("accounts.error.two_passwords"))
        try:
            validate_password(str(password), self._owner)
        except ValidationError as error:
            self.add_error("password", error)
        return data


class FirstMemberForm(PasswordForm):
    """The name of the first member too."""

    name = forms.CharField(max_length=64)
    full_name = forms.CharField(max_length=100, required=False)

    def clean_name(self) -> str:
        """Refuse a name that is none; the password is then held against it."""
        try:
            name = clean_name(str(self.cleaned_data["name"]))
        except TaihangError as error:
            raise ValidationError(words("accounts.error.name")) from error
        self._owner.username = name
        return name


@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Let whoever holds a link choose a password, and in."""
    link = find_link(token)
    if link is None:
        return _shown(request, {}, status=_GONE)
    form = _form(link, request.POST if request.method == "POST" else None)
    if form.is_valid():
        # Two who hold the link cannot both go on from here.
        return _let_in(request, link, form) if use_link(link) else _shown(request, {}, status=_GONE)
    context: dict[str, object] = {
        "link": link,
        "form": form,
        "rule": ParkPasswordRule().get_help_text(),
    }
    return _shown(request, context)


def _form(link: OneTimeLink, data: Mapping[str, object] | None) -> PasswordForm:
    if link.member is None:
        return FirstMemberForm(data, owner=User())
    return PasswordForm(data, owner=link.member.user)


def _let_in(request: HttpRequest, link: OneTimeLink, form: PasswordForm) -> HttpResponse:
    said = form.cleaned_data
    member = link.member or _first_member(name=str(said["name"]), full_name=str(said["full_name"]))
    set_password(member, str(said["password"]))
    user = cast("User", member.user)
    by = viewer_of_member(member, name=user.username)
    purpose = Purpose(link.purpose)
    write_down(Deed(kind=_KINDS[purpose], subject=user.username), by=by)
    credentials = {"username": user.username}
    # A second factor that is there is asked for: the link replaces the password and nothing else.
    return perform_password_login(request, credentials, Login(user=user, redirect_url="/"))


def _first_member(*, name: str, full_name: str) -> Member:
    roles = first_roles(accounts_served().settings.rules)
    return add_member(
        NewMember(name=name, full_name=full_name, address="", roles=roles, enterprise="")
    )


def _shown(request: HttpRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    page = visit_of(request).show(_TEMPLATE, context, status=status)
    page["Cache-Control"] = "no-store"
    return page
