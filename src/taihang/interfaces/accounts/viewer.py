"""Who looks at a page or asks the API, as what, and at whose figures."""

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User

from taihang.core.access.role import OF_ENTERPRISE, Right, Role, rights_of
from taihang.core.access.scope import WHOLE_PARK, Scope
from taihang.interfaces.accounts.models import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody who was let in."""

    name: str
    """The name that the trail writes."""
    roles: frozenset[Role]
    enterprise: str
    """The enterprise of somebody who belongs to one, else empty."""

    @property
    def rights(self) -> frozenset[Right]:
        """Everything that this person may do."""
        return rights_of(self.roles)

    @property
    def scope(self) -> Scope:
        """Whose figures this person sees: those of one enterprise, or the park's."""
        if self.enterprise or self.roles & OF_ENTERPRISE:
            return Scope(frozenset((self.enterprise,)) - {""})
        return WHOLE_PARK


def viewer_of(user: AbstractBaseUser | AnonymousUser) -> Viewer | None:
    """Return who a user of Django is in the park; None for a stranger or a locked user.

    Example:
        >>> viewer_of(AnonymousUser()) is None
        True
    """
    if not isinstance(user, User) or not user.is_active:
        return None
    member = Member.objects.filter(user_id=user.pk).first()
    if member is None:
        return None
    return Viewer(name=user.username, roles=member.role_set(), enterprise=member.enterprise)
