"""Who looks at a page or asks the API, as what, and at whose figures."""

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User

from taihang.core.access.role import OF_ENTERPRISE, Right, Role, rights_of
from taihang.core.access.scope import NOTHING, WHOLE_PARK, Scope
from taihang.interfaces.accounts.models import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody who was let in."""

    name: str
    """The name that the trail writes."""
    roles: frozenset[Role]
    enterprise: str
    """The enterprise of somebody who belongs to one, else empty."""
    lent: frozenset[Right] | None = None
    """What a key of a machine was given of its maker's rights; None of a person."""
    key_id: str = ""
    """The public half of the key of a machine; empty of a person."""

    @property
    def rights(self) -> frozenset[Right]:
        """Everything that this person, or this key, may do."""
        own = rights_of(self.roles)
        return own if self.lent is None else own & self.lent

    @property
    def scope(self) -> Scope:
        """Whose figures this person sees: those of one enterprise, or the park's."""
        if self.enterprise:
            return Scope(frozenset((self.enterprise,)))
        return NOTHING if self.roles & OF_ENTERPRISE else WHOLE_PARK


def viewer_of(user: AbstractBaseUser | AnonymousUser) -> Viewer | None:
    """Return who a user of Django is in the park; None for a stranger or a locked user.

    Example:
        >>> viewer_of(AnonymousUser()) is None
        True
    """
    if not isinstance(user, User) or not user.is_active:
        return None
    member = Member.objects.filter(user_id=user.pk).first()
    return None if member is None else viewer_of_member(member, name=user.username)


def viewer_of_member(member: Member, *, name: str) -> Viewer:
    """Return a member as a viewer.

    Args:
        member: The member.
        name: The name that the trail writes.
    """
    return Viewer(name=name, roles=member.role_set(), enterprise=member.enterprise)
