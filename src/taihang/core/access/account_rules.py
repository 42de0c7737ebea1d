"""What a park asks of the accounts of its people: one of two profiles, and who may be what at once.

The two profiles exist because the two texts contradict each other: ASVS 5.0 forbids rules of
composition and forced rotation of passwords (6.2.5, 6.2.10), GB/T 22239-2019 8.1.4.1 asks for
both, and for two factors of everybody; 8.1.4.2 wants the administrators in different hands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from taihang.core.access.role import ADMINISTRATORS, OF_ENTERPRISE, Role
from taihang.core.errors import InputError

_DAY_S: Final = 86_400


class RoleSetError(InputError):
    """Roles that one person cannot hold at once."""

    code = "input.role-set"


class Profile(StrEnum):
    """Which text the accounts follow."""

    ASVS = "asvs"
    """OWASP ASVS 5.0, level 2."""
    DENGBAO3 = "dengbao3"
    """GB/T 22239-2019, level 3."""


class SecondFactor(StrEnum):
    """Of whom a second factor is demanded; everybody may have one."""

    OFFERED = "offered"
    ADMINISTRATORS = "administrators"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRules:
    """What a park asks of the accounts of its people."""

    profile: Profile
    second_factor: SecondFactor
    password_min_length: int
    """Characters of the shortest password."""
    password_kinds: int
    """Kinds of characters (lower, upper, digits, others) that a password mixes; 1 asks nothing."""
    password_age_days: int | None
    """After so many days a password is changed before anything else; None never."""
    keeps_administrators_apart: bool

    def demands_second_factor(self, roles: Iterable[Role]) -> bool:
        """Say whether a person of some roles must have a second factor.

        Example:
            >>> rules_of(Profile.DENGBAO3).demands_second_factor([Role.WITNESS])
            True
        """
        match self.second_factor:
            case SecondFactor.OFFERED:
                return False
            case SecondFactor.ADMINISTRATORS:
                return bool(ADMINISTRATORS & frozenset(roles))
            case SecondFactor.ALL:
                return True

    def is_password_due(self, *, set_at_s: int, now_s: int) -> bool:
        """Say whether a password is too old.

        Args:
            set_at_s: When it was set. [s]
            now_s: The present. [s]

        Example:
            >>> rules_of(Profile.DENGBAO3).is_password_due(set_at_s=0, now_s=91 * 86_400)
            True
            >>> rules_of(Profile.ASVS).is_password_due(set_at_s=0, now_s=10**9)
            False
        """
        days = self.password_age_days
        return days is not None and now_s - set_at_s > days * _DAY_S


def rules_of(profile: Profile, *, second_factor: SecondFactor | None = None) -> AccountRules:
    """Return the rules of a profile.

    Args:
        profile: The profile.
        second_factor: Of whom a second factor is demanded; None leaves it to the profile.

    Example:
        >>> rules_of(Profile.ASVS).password_min_length
        12
    """
    if profile is Profile.DENGBAO3:
        return AccountRules(
            profile=profile,
            # The text leaves no choice.
            second_factor=SecondFactor.ALL,
            password_min_length=12,
            password_kinds=3,
            password_age_days=90,
            keeps_administrators_apart=True,
        )
    return AccountRules(
        profile=profile,
        second_factor=second_factor or SecondFactor.OFFERED,
        password_min_length=12,
        password_kinds=1,
        password_age_days=None,
        keeps_administrators_apart=False,
    )


def kinds_in(password: str) -> int:
    """Count the kinds of characters in a password.

    Example:
        >>> kinds_in("abc"), kinds_in("abC1"), kinds_in("太行 aB3")
        (1, 3, 4)
    """
    tests = (
        any(sign.islower() for sign in password),
        any(sign.isupper() for sign in password),
        any(sign.isdecimal() for sign in password),
        any(not (sign.islower() or sign.isupper() or sign.isdecimal()) for sign in password),
    )
    return sum(tests)


def first_roles(rules: AccountRules) -> frozenset[Role]:
    """Return what the first person of a park is.

    A park of one person works at once; where the administrators are kept apart, the first one
    gives rights and nothing else, and so cannot act before there are others.

    Example:
        >>> [role.value for role in first_roles(rules_of(Profile.DENGBAO3))]
        ['security-admin']
    """
    if rules.keeps_administrators_apart:
        return frozenset((Role.SECURITY_ADMIN,))
    return ADMINISTRATORS | {Role.DISPATCHER, Role.ACCOUNTANT, Role.CERTIFICATE_ISSUER}


def check_roles(roles: frozenset[Role], *, enterprise: str, rules: AccountRules) -> None:
    """Refuse roles that one person cannot hold at once.

    Args:
        roles: The roles.
        enterprise: The enterprise of somebody who belongs to one, else empty.
        rules: What the park asks.

    Raises:
        RoleSetError: If there is no role, if somebody of an enterprise holds a role of the park or
            the other way round, or if two of the administrators that are kept apart are one.

    Example:
        >>> check_roles(frozenset((Role.WITNESS,)), enterprise="", rules=rules_of(Profile.ASVS))
    """
    if not roles:
        raise RoleSetError(given="no role", expected="at least one", remedy="choose a role")
    if bool(enterprise) != bool(roles & OF_ENTERPRISE) or (enterprise and roles - OF_ENTERPRISE):
        raise RoleSetError(
            given=f"{_told(roles)} with {enterprise or 'no enterprise'}",
            expected=f"an enterprise with {_told(OF_ENTERPRISE)}, none with any other role",
            remedy="choose the enterprise, or roles of the park only",
        )
    if rules.keeps_administrators_apart and len(roles & ADMINISTRATORS) > 1:
        raise RoleSetError(
            given=_told(roles & ADMINISTRATORS),
            expected="one administrator's role for each person, as GB/T 22239-2019 8.1.4 asks",
            remedy="give the others to other people",
        )


def _told(roles: Iterable[Role]) -> str:
    return ", ".join(sorted(role.value for role in roles))
