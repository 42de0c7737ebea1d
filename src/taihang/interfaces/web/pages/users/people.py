"""The members as their page shows them."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from taihang.interfaces.accounts.models import Member, OneTimeLink
from taihang.interfaces.accounts.sessions import live_sessions
from taihang.interfaces.web.pages.account.enterprises import enterprises_of
from taihang.interfaces.web.pages.account.instants import Instants
from taihang.interfaces.web.visit import Visit

State = Literal["active", "invited", "locked"]
"""A member who can sign in, one who has no password yet, one who is locked out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One row of the list."""

    id: int
    name: str
    full_name: str
    roles: tuple[str, ...]
    enterprise: str
    """How the enterprise is called; empty for people of the park."""
    state: State
    factors: tuple[str, ...]
    signed_in_at: str
    """When the person last signed in; empty if never."""
    n_sessions: int


def people(members: list[Member], *, visit: Visit) -> tuple[Person, ...]:
    """Return members as rows of the list."""
    ids = [member.user.pk for member in members]
    factors = _factors(ids)
    vouched = set(SocialAccount.objects.filter(user_id__in=ids).values_list("user_id", flat=True))
    sessions = Counter(live_sessions().filter(user_id__in=ids).values_list("user_id", flat=True))
    names, instants = enterprises_of(visit), Instants.of(visit)
    return tuple(
        Person(
            id=member.pk,
            name=member.user.username,
            full_name=member.full_name,
            roles=tuple(sorted(role.value for role in member.role_set())),
            # An enterprise that left the park keeps its id here.
            enterprise=names.get(member.enterprise, member.enterprise),
            state=state_of(member, is_vouched=member.user.pk in vouched),
            factors=factors.get(member.user.pk, ()),
            signed_in_at=instants.words(member.user.last_login),
            n_sessions=sessions[member.user.pk],
        )
        for member in members
    )


def state_of(member: Member, *, is_vouched: bool) -> State:
    """Return whether a member can sign in."""
    if not member.user.is_active:
        return "locked"
    return "active" if is_vouched or member.user.has_usable_password() else "invited"


def is_vouched_for(member: Member) -> bool:
    """Say whether another provider has vouched for a member."""
    return SocialAccount.objects.filter(user_id=member.user.pk).exists()


def link_of(member: Member) -> OneTimeLink | None:
    """Return the link of a member that was not used yet."""
    return OneTimeLink.objects.filter(member=member, used_at=None).first()


def _factors(user_ids: list[int]) -> dict[int, tuple[str, ...]]:
    found = Authenticator.objects.filter(user_id__in=user_ids).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    kinds: dict[int, set[str]] = {}
    for user_id, kind in found.values_list("user_id", "type"):
        kinds.setdefault(int(user_id), set()).add(str(kind))
    return {user_id: tuple(sorted(each)) for user_id, each in kinds.items()}
