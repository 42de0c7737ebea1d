"""Profiles, and who may be what at once."""

from itertools import combinations

import pytest

from taihang.core.access.account_rules import (
    Profile,
    RoleSetError,
    SecondFactor,
    check_roles,
    first_roles,
    kinds_in,
    rules_of,
)
from taihang.core.access.role import ADMINISTRATORS, OF_ENTERPRISE, Right, Role, rights_of

ASVS = rules_of(Profile.ASVS)
DENGBAO = rules_of(Profile.DENGBAO3)
DAY_S = 86_400


def test_rules_of__asvs_neither_rotates_nor_asks_for_kinds_of_characters() -> None:
    assert ASVS.password_age_days is None
    assert ASVS.password_kinds == 1
    assert ASVS.password_min_length >= 8
    assert not ASVS.is_password_due(set_at_s=0, now_s=100 * 365 * DAY_S)


def test_rules_of__dengbao3_demands_a_second_factor_of_every_role_whatever_is_chosen() -> None:
    rules = rules_of(Profile.DENGBAO3, second_factor=SecondFactor.OFFERED)

    assert all(rules.demands_second_factor([role]) for role in Role)


def test_rules_of__dengbao3_asks_for_another_password_after_90_days_and_not_before() -> None:
    assert not DENGBAO.is_password_due(set_at_s=0, now_s=90 * DAY_S)
    assert DENGBAO.is_password_due(set_at_s=0, now_s=90 * DAY_S + 1)


def test_demands_second_factor__of_administrators_where_that_is_chosen() -> None:
    rules = rules_of(Profile.ASVS, second_factor=SecondFactor.ADMINISTRATORS)

    demanded = {role for role in Role if rules.demands_second_factor([role])}
    assert demanded == ADMINISTRATORS
    assert rules.demands_second_factor([Role.DISPATCHER, Role.AUDIT_ADMIN])


def test_check_roles__administrators_are_three_people_under_dengbao3_only() -> None:
    for pair in combinations(sorted(ADMINISTRATORS, key=str), 2):
        check_roles(frozenset(pair), enterprise="", rules=ASVS)
        with pytest.raises(RoleSetError, match="one administrator"):
            check_roles(frozenset(pair), enterprise="", rules=DENGBAO)
    for role in ADMINISTRATORS:
        check_roles(frozenset((role, Role.DISPATCHER)), enterprise="", rules=DENGBAO)


def test_check_roles__an_enterprise_goes_with_roles_of_enterprises_and_with_no_other() -> None:
    checked = 0
    for role in Role:
        for enterprise in ("", "E01"):
            checked += 1
            if bool(enterprise) == (role in OF_ENTERPRISE):
                check_roles(frozenset((role,)), enterprise=enterprise, rules=ASVS)
                continue
            with pytest.raises(RoleSetError):
                check_roles(frozenset((role,)), enterprise=enterprise, rules=ASVS)
    assert checked == 20
    with pytest.raises(RoleSetError):
        check_roles(
            frozenset((Role.ENTERPRISE_USER, Role.ACCOUNTANT)), enterprise="E01", rules=ASVS
        )


def test_check_roles__nobody_is_nothing() -> None:
    with pytest.raises(RoleSetError, match="no role"):
        check_roles(frozenset(), enterprise="", rules=ASVS)


def test_first_roles__a_park_of_one_person_can_do_everything_but_what_enterprises_do() -> None:
    roles = first_roles(ASVS)

    check_roles(roles, enterprise="", rules=ASVS)
    assert rights_of(roles) == frozenset(Right)


def test_first_roles__where_administrators_are_apart_the_first_gives_rights_and_nothing_else() -> (
    None
):
    roles = first_roles(DENGBAO)

    check_roles(roles, enterprise="", rules=DENGBAO)
    assert rights_of(roles) == {Right.MANAGE_ACCOUNTS, Right.MANAGE_OWN_ACCOUNTS}


@pytest.mark.parametrize(
    ("password", "n"),
    [("", 0), ("abc", 1), ("aB", 2), ("太行", 1), ("aB3", 3), ("aB3-", 4), (" ", 1)],
)
def test_kinds_in__counts_each_kind_once(password: str, n: int) -> None:
    assert kinds_in(password) == n
