"""What the forms of the members ask for."""

from typing import cast

from django import forms

from taihang.core.access.role import Role
from taihang.interfaces.web.pages.account.act import ActField, ReasonField


class ReasonForm(forms.Form):
    """An act on a member, with its reason."""

    act = ActField()
    reason = ReasonField()

    @property
    def act_id(self) -> str:
        """The id of the act."""
        return str(self.cleaned_data["act"])

    @property
    def told(self) -> str:
        """The reason."""
        return str(self.cleaned_data["reason"])


class RolesForm(ReasonForm):
    """Roles, and the enterprise that some of them need."""

    roles = forms.MultipleChoiceField(
        choices=[(role.value, role.value) for role in Role], required=False
    )
    enterprise = forms.CharField(max_length=64, required=False)

    @property
    def role_set(self) -> frozenset[Role]:
        """The roles that were chosen."""
        return frozenset(Role(word) for word in cast("list[str]", self.cleaned_data["roles"]))

    @property
    def enterprise_id(self) -> str:
        """The enterprise that was chosen; empty for none."""
        return str(self.cleaned_data["enterprise"])


class InvitationForm(RolesForm):
    """Somebody who is to be a member."""

    name = forms.CharField(max_length=64)
    full_name = forms.CharField(max_length=100, required=False)
    address = forms.CharField(max_length=254, required=False)
