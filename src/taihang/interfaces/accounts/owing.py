"""What a member owes before anything else is shown: a second factor, or another password."""

from typing import Final

from django.contrib.auth.models import User
from django.http import HttpRequest

from taihang.interfaces.accounts import present
from taihang.interfaces.accounts.models import Member
from taihang.interfaces.accounts.opening import accounts_served
from taihang.interfaces.accounts.proofs import VOUCHED, proofs_in
from taihang.interfaces.accounts.second_factor import has_second_factor

SECOND_FACTOR: Final = "second-factor"
PASSWORD: Final = "password"  # noqa: S105  # what is owed, no secret


def owed_by(request: HttpRequest) -> str:
    """Return what whoever asks owes; empty if nothing.

    Somebody for whom another provider vouches has shown two factors there, if the park wants them.

    Args:
        request: The request of somebody who is signed in.
    """
    user = request.user
    if not isinstance(user, User):
        return ""
    rules = accounts_served().settings.rules
    member = Member.objects.filter(user=user).first()
    if member is None or VOUCHED in proofs_in(request.session):
        return ""
    set_at = member.password_set_at
    if set_at is not None and rules.is_password_due(
        set_at_s=int(set_at.timestamp()), now_s=present.now_s()
    ):
        return PASSWORD
    if rules.demands_second_factor(member.role_set()) and not has_second_factor(user.pk):
        return SECOND_FACTOR
    return ""
