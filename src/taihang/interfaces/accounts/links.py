"""Links that open once: for the first member, for whoever is invited, for whoever is locked out.

Parks have no mail server, so a link is shown once to whoever makes it, to be handed over by hand.
"""

from datetime import timedelta
from typing import Final

from taihang.interfaces.accounts import present
from taihang.interfaces.accounts.models import Member, OneTimeLink, Purpose
from taihang.interfaces.accounts.token import digest, new_token

LASTS: Final = {
    Purpose.FIRST: timedelta(hours=24),
    Purpose.INVITATION: timedelta(days=7),
    Purpose.RECOVERY: timedelta(hours=24),
}
"""How long a link of each kind opens."""


def make_link(purpose: Purpose, *, member: Member | None, made_by: str = "") -> str:
    """Make a link; earlier ones for the same open no more.

    Args:
        purpose: What it is for.
        member: Whose; None of the first member's.
        made_by: The account that makes it; empty at the machine itself.

    Returns:
        The token, which is kept nowhere.
    """
    now = present.now()
    OneTimeLink.objects.filter(member=member, used_at=None).delete()
    token = new_token()
    OneTimeLink.objects.create(
        token_hash=digest(token),
        purpose=purpose,
        member=member,
        made_by=made_by,
        made_at=now,
        ends_at=now + LASTS[purpose],
    )
    return token


def make_first_link() -> str | None:
    """Return the token of the link for the first member; None once there is a member."""
    if Member.objects.exists():
        return None
    return make_link(Purpose.FIRST, member=None)


def find_link(token: str) -> OneTimeLink | None:
    """Return the link of a token, if it still opens."""
    found = OneTimeLink.objects.filter(
        token_hash=digest(token), used_at=None, ends_at__gt=present.now()
    ).select_related("member__user")
    link = found.first()
    if link is None or (link.purpose == Purpose.FIRST and Member.objects.exists()):
        return None
    return link


def use_link(link: OneTimeLink) -> bool:
    """Use a link up; False if somebody was quicker."""
    now = present.now()
    found = OneTimeLink.objects.filter(pk=link.pk, used_at=None, ends_at__gt=now)
    return found.update(used_at=now) == 1


def link_path(token: str) -> str:
    """Return the address of a link within the platform.

    Example:
        >>> link_path("abc")
        '/welcome/abc'
    """
    return f"/welcome/{token}"
