"""Making and changing members: who may be what, and that somebody is always left to give rights."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User

from taihang.core.access.account_rules import check_roles
from taihang.core.access.role import OF_ENTERPRISE, Right, Role
from taihang.core.errors import InputError, StateError
from taihang.interfaces.accounts import present
from taihang.interfaces.accounts.brake import folded_name
from taihang.interfaces.accounts.models import Member
from taihang.interfaces.accounts.opening import accounts_served
from taihang.interfaces.accounts.second_factor import drop_second_factors
from taihang.interfaces.accounts.sessions import end_sessions
from taihang.interfaces.accounts.viewer import Viewer

NAME_MOST: Final = 64
"""Characters of the longest user name."""
_NAME: Final = re.compile(r"\w[\w.@+-]{1,63}")
_ADDRESS: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}")
_FULL_NAME_MOST: Final = 100


class MemberNameError(InputError):
    """A name is not one that a member can have."""

    code = "input.member-name"


class LastSecurityAdminError(StateError):
    """Nobody would be left to give rights."""

    code = "state.last-security-admin"


class OwnAccountError(StateError):
    """Somebody would do to their own account what only another may do to it."""

    code = "state.own-account"


class ForeignMemberError(InputError):
    """A member whom this person may not change, or who is not there."""

    code = "input.foreign-member"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """Somebody who is to be a member."""

    name: str
    full_name: str
    address: str
    """E-mail address; empty where none is given."""
    roles: frozenset[Role]
    enterprise: str


def add_member(new: NewMember) -> Member:
    """Make a member who has no password yet.

    Args:
        new: Who.

    Raises:
        MemberNameError: If the name or address is none, or is somebody else's already.
        RoleSetError: If one person cannot hold the roles at once.
    """
    name = clean_name(new.name)
    address = _clean_address(new.address)
    check_roles(new.roles, enterprise=new.enterprise, rules=accounts_served().settings.rules)
    user = User.objects.create_user(name, address or None)
    return Member.objects.create(
        user=user,
        roles=written(new.roles),
        enterprise=new.enterprise,
        full_name=_clean_full_name(new.full_name),
    )


def set_roles(member: Member, *, roles: frozenset[Role], enterprise: str, by: Viewer) -> None:
    """Give a member other roles; sessions go on with them at once.

    Args:
        member: Whom.
        roles: The roles from now on.
        enterprise: The enterprise from now on, empty for people of the park.
        by: Who gives them.

    Raises:
        RoleSetError: If one person cannot hold the roles at once.
        OwnAccountError: If administrators are kept apart and somebody changes their own.
        LastSecurityAdminError: If nobody would be left to give rights.
    """
    rules = accounts_served().settings.rules
    check_roles(roles, enterprise=enterprise, rules=rules)
    if rules.keeps_administrators_apart:
        _demand_another(member, by=by)
    if Role.SECURITY_ADMIN not in roles:
        _demand_other_security_admin(member)
    member.roles = written(roles)
    member.enterprise = enterprise
    member.save(update_fields=["roles", "enterprise"])


def lock(member: Member, *, because: str, by: Viewer) -> None:
    """Lock a member out, at once.

    Args:
        member: Whom.
        because: The reason.
        by: Who does it.

    Raises:
        OwnAccountError: If it is one's own account.
        LastSecurityAdminError: If nobody would be left to give rights.
    """
    _demand_another(member, by=by)
    _demand_other_security_admin(member)
    member.user.is_active = False
    member.user.save(update_fields=["is_active"])
    member.locked_because = because
    member.save(update_fields=["locked_because"])
    end_sessions(member.user.pk)


def unlock(member: Member) -> None:
    """Let a member in again."""
    member.user.is_active = True
    member.user.save(update_fields=["is_active"])
    member.locked_because = ""
    member.save(update_fields=["locked_because"])


def set_password(member: Member, password: str) -> None:
    """Give a member a password that was checked; every session of before ends."""
    member.user.set_password(password)
    member.user.save(update_fields=["password"])
    member.password_set_at = present.now()
    member.save(update_fields=["password_set_at"])
    end_sessions(member.user.pk)


def reset_second_factor(member: Member) -> int:
    """Take the second factors of a member away and end their sessions; return how many."""
    n_dropped = drop_second_factors(member.user.pk)
    end_sessions(member.user.pk)
    return n_dropped


def members_for(viewer: Viewer) -> list[Member]:
    """Return the members whom somebody may change, by name."""
    found = Member.objects.select_related("user").order_by("user__username")
    if Right.MANAGE_ACCOUNTS in viewer.rights:
        return list(found)
    if Right.MANAGE_OWN_ACCOUNTS in viewer.rights and viewer.enterprise:
        return list(found.filter(enterprise=viewer.enterprise))
    return []


def member_for(viewer: Viewer, member_id: int) -> Member:
    """Return a member whom somebody may change.

    Raises:
        ForeignMemberError: If there is none of this id, or it is another's to change.
    """
    found = [member for member in members_for(viewer) if member.pk == member_id]
    if not found:
        raise ForeignMemberError(
            given=f"member {member_id}",
            expected="a member of your own",
            remedy="choose one from the list",
        )
    return found[0]


def roles_to_give(viewer: Viewer) -> tuple[Role, ...]:
    """Return the roles that somebody may give, in order."""
    if Right.MANAGE_ACCOUNTS in viewer.rights:
        return tuple(Role)
    if Right.MANAGE_OWN_ACCOUNTS in viewer.rights:
        return tuple(role for role in Role if role in OF_ENTERPRISE)
    return ()


def demand_givable(viewer: Viewer, *, roles: Collection[Role], enterprise: str) -> None:
    """Refuse roles or an enterprise that are not somebody's to give.

    Raises:
        ForeignMemberError: If they are not.
    """
    is_own = Right.MANAGE_ACCOUNTS in viewer.rights or enterprise == viewer.enterprise
    if not is_own or set(roles) - set(roles_to_give(viewer)):
        raise ForeignMemberError(
            given=f"{written(roles)} of {enterprise or 'the park'}",
            expected="roles in your own enterprise",
            remedy="ask the security administrator of the park",
        )


def clean_name(given: str) -> str:
    """Return a user name that can be one.

    Raises:
        MemberNameError: If it is none, or somebody has it in another spelling.
    """
    name = given.strip()
    if not _NAME.fullmatch(name) or folded_name(name) != name.casefold():
        raise MemberNameError(
            given=repr(given[:NAME_MOST]),
            expected=f"2 to {NAME_MOST} letters, digits or one of . _ + - @",
            remedy="choose another name",
        )
    _demand_free(name, is_taken=User.objects.filter(username__iexact=name).exists())
    return name


def written(roles: Collection[Role]) -> str:
    """Return roles as a row holds them.

    Example:
        >>> written({Role.WITNESS, Role.ACCOUNTANT})
        'accountant witness'
    """
    return " ".join(sorted(role.value for role in roles))


def _clean_address(given: str) -> str:
    address = given.strip()
    if not address:
        return ""
    if not _ADDRESS.fullmatch(address) or not address.isprintable():
        raise MemberNameError(
            given=repr(address[:NAME_MOST]), expected="an e-mail address", remedy="correct it"
        )
    _demand_free(address, is_taken=User.objects.filter(email__iexact=address).exists())
    return address


def _clean_full_name(given: str) -> str:
    name = " ".join(given.split())
    if len(name) > _FULL_NAME_MOST or not name.isprintable():
        raise MemberNameError(
            given=repr(name[:NAME_MOST]),
            expected=f"a name of at most {_FULL_NAME_MOST} visible signs",
            remedy="correct it",
        )
    return name


def _demand_other_security_admin(member: Member) -> None:
    """Refuse if a member is the last one who can sign in and give rights."""
    if Role.SECURITY_ADMIN not in member.role_set():
        return
    others = Member.objects.filter(user__is_active=True).exclude(pk=member.pk)
    for other in others.select_related("user"):
        if Role.SECURITY_ADMIN in other.role_set() and other.user.has_usable_password():
            return
    raise LastSecurityAdminError(
        given=member.user.username,
        expected="another security administrator who has signed in",
        remedy="invite one first",
    )


def _demand_another(member: Member, *, by: Viewer) -> None:
    if by.name == member.user.username:
        raise OwnAccountError(
            given="one's own account",
            expected="another person to do it",
            remedy="ask another administrator",
        )


def _demand_free(name: str, *, is_taken: bool) -> None:
    if is_taken:
        raise MemberNameError(
            given=name, expected="a name that nobody has", remedy="choose another name"
        )
