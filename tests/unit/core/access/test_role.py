"""Roles and rights: deny by default, administrators apart."""

from taihang.core.access.role import ADMINISTRATORS, OF_ENTERPRISE, RIGHTS, Right, Role, rights_of


def test_rights__every_role_has_some_and_every_right_a_role() -> None:
    assert set(RIGHTS) == set(Role)
    assert len(Role) == 10
    assert all(RIGHTS.values())
    assert rights_of(Role) == set(Right)


def test_rights__no_role_gives_none() -> None:
    assert rights_of([]) == frozenset()


def test_rights__people_of_an_enterprise_see_nothing_of_the_park() -> None:
    forbidden = {Right.SEE_PARK, Right.SEE_EVIDENCE, Right.SEE_ALARMS, Right.MANAGE_ACCOUNTS}

    assert len(OF_ENTERPRISE) == 2
    assert not rights_of(OF_ENTERPRISE) & forbidden


def test_rights__administrators_hold_different_keys() -> None:
    gives, reads = Right.MANAGE_ACCOUNTS, Right.READ_TRAIL

    assert len(ADMINISTRATORS) == 3
    assert [role for role in Role if gives in RIGHTS[role]] == [Role.SECURITY_ADMIN]
    assert [role for role in Role if reads in RIGHTS[role]] == [Role.AUDIT_ADMIN]


def test_rights__who_only_reads_writes_nothing() -> None:
    reading = {Right.SEE_OWN, Right.SEE_PARK, Right.SEE_EVIDENCE, Right.SEE_ALARMS}

    assert rights_of([Role.REGULATOR]) == reading
    assert rights_of([Role.WITNESS]) <= reading
