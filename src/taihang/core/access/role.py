"""Roles of the people of a park, and what each may do.

Ten roles, the administrators kept apart as GB/T 22239-2019 8.1.4 asks: who keeps the system, who
gives rights and who reads the trail are three jobs. A right that no role of a person holds is
refused; there is no right that comes by itself.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final


class Right(Enum):
    """One thing that a person may do; pages and operations each name the one they need."""

    SEE_OWN = "see-own"
    """See the figures that are one's own: of the whole park, or of one's enterprise."""
    SEE_PARK = "see-park"
    """See what belongs to the park as a whole: plants, storage, flows, gateways."""
    SEE_EVIDENCE = "see-evidence"
    """See the log, the witnesses, findings and corrections."""
    SEE_ALARMS = "see-alarms"
    HANDLE_ALARMS = "handle-alarms"
    APPROVE_PLANS = "approve-plans"
    HAND_IN = "hand-in"
    """Hand in readings and activity data."""
    SETTLE = "settle"
    """Settle periods and issue statements."""
    SIGN = "sign"
    """Sign reports and statements."""
    ISSUE_CERTIFICATES = "issue-certificates"
    EDIT_PARK = "edit-park"
    """Change what stands in the park file, enrol gateways, give tokens to the door."""
    MANAGE_ACCOUNTS = "manage-accounts"
    MANAGE_OWN_ACCOUNTS = "manage-own-accounts"
    """Invite and lock members of one's own enterprise."""
    READ_TRAIL = "read-trail"


class Role(Enum):
    """What a person is in the park."""

    ENTERPRISE_USER = "enterprise-user"
    ENTERPRISE_ADMIN = "enterprise-admin"
    DISPATCHER = "dispatcher"
    ACCOUNTANT = "accountant"
    CERTIFICATE_ISSUER = "certificate-issuer"
    SYSTEM_ADMIN = "system-admin"
    SECURITY_ADMIN = "security-admin"
    AUDIT_ADMIN = "audit-admin"
    REGULATOR = "regulator"
    WITNESS = "witness"


OF_ENTERPRISE: Final = frozenset((Role.ENTERPRISE_USER, Role.ENTERPRISE_ADMIN))
"""Roles of people who belong to one enterprise and see its figures only."""
ADMINISTRATORS: Final = frozenset((Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN))
"""Roles that GB/T 22239-2019 8.1.4 wants in different hands."""
_SEES: Final = frozenset((Right.SEE_OWN, Right.SEE_PARK, Right.SEE_EVIDENCE, Right.SEE_ALARMS))

RIGHTS: Final[Mapping[Role, frozenset[Right]]] = MappingProxyType(
    {
        Role.ENTERPRISE_USER: frozenset((Right.SEE_OWN,)),
        Role.ENTERPRISE_ADMIN: frozenset(
            (Right.SEE_OWN, Right.HAND_IN, Right.MANAGE_OWN_ACCOUNTS),
        ),
        Role.DISPATCHER: _SEES | {Right.HANDLE_ALARMS, Right.APPROVE_PLANS},
        Role.ACCOUNTANT: _SEES | {Right.HAND_IN, Right.SETTLE, Right.SIGN},
        Role.CERTIFICATE_ISSUER: _SEES | {Right.ISSUE_CERTIFICATES},
        Role.SYSTEM_ADMIN: _SEES | {Right.EDIT_PARK, Right.HAND_IN, Right.HANDLE_ALARMS},
        Role.SECURITY_ADMIN: frozenset((Right.MANAGE_ACCOUNTS, Right.MANAGE_OWN_ACCOUNTS)),
        Role.AUDIT_ADMIN: frozenset((Right.SEE_EVIDENCE, Right.READ_TRAIL)),
        Role.REGULATOR: _SEES,
        Role.WITNESS: frozenset((Right.SEE_EVIDENCE,)),
    }
)
"""What each role may do; deny by default."""


def rights_of(roles: Iterable[Role]) -> frozenset[Right]:
    """Return everything that a person of some roles may do.

    Args:
        roles: The roles; none give nothing.

    Example:
        >>> sorted(right.value for right in rights_of([Role.WITNESS]))
        ['see-evidence']
    """
    return frozenset(right for role in roles for right in RIGHTS[role])
