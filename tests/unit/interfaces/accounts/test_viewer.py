"""Who looks, as what, and at whose figures."""

from django.contrib.auth.models import User

from members import cookie, test_accounts
from taihang.core.access.role import Right, Role
from taihang.core.access.scope import NOTHING, WHOLE_PARK, Scope
from taihang.interfaces.accounts.viewer import Viewer, viewer_of


def viewer(*roles: Role, enterprise: str = "") -> Viewer:
    return Viewer(name="li", roles=frozenset(roles), enterprise=enterprise)


def test_scope__follows_the_enterprise_and_never_widens() -> None:
    assert viewer(Role.DISPATCHER).scope == WHOLE_PARK
    assert viewer(Role.ENTERPRISE_USER, enterprise="E01").scope == Scope(frozenset(("E01",)))
    # Whoever belongs to an enterprise sees only that one, whatever other role is written.
    assert viewer(Role.DISPATCHER, enterprise="E01").scope == Scope(frozenset(("E01",)))
    assert viewer(Role.ENTERPRISE_USER).scope == NOTHING


def test_rights__are_those_of_all_roles() -> None:
    assert Right.APPROVE_PLANS in viewer(Role.DISPATCHER, Role.ACCOUNTANT).rights
    assert viewer().rights == frozenset()


def test_viewer_of__a_user_without_a_row_or_locked_is_a_stranger() -> None:
    accounts = test_accounts()
    cookie(accounts, Role.AUDIT_ADMIN)
    with accounts.served():
        known = User.objects.get(username="audit-admin")
        found = viewer_of(known)
        known.is_active = False

        assert found == Viewer(
            name="audit-admin", roles=frozenset((Role.AUDIT_ADMIN,)), enterprise=""
        )
        assert viewer_of(known) is None
        assert viewer_of(User(username="nobody")) is None
