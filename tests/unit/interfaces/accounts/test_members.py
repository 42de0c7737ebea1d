"""Members are made and changed so that somebody is always left to give rights."""

from collections.abc import Iterator

import pytest

from taihang.core.access.account_rules import Profile, RoleSetError
from taihang.core.access.role import OF_ENTERPRISE, Role
from taihang.interfaces.accounts.members import (
    ForeignMemberError,
    LastSecurityAdminError,
    MemberNameError,
    NewMember,
    OwnAccountError,
    add_member,
    demand_givable,
    lock,
    member_for,
    members_for,
    roles_to_give,
    set_password,
    set_roles,
    unlock,
)
from taihang.interfaces.accounts.models import Member
from taihang.interfaces.accounts.viewer import Viewer
from visitor import PASSWORD, People, people


@pytest.fixture(name="park")
def _park() -> Iterator[People]:
    with people() as found, found.accounts.served():
        yield found


def viewer(*roles: Role, name: str = "chief", enterprise: str = "") -> Viewer:
    return Viewer(name=name, roles=frozenset(roles), enterprise=enterprise)


CHIEF = viewer(Role.SECURITY_ADMIN)


def made(park: People, name: str, *roles: Role, enterprise: str = "") -> Member:
    pk = park.member(name, *roles, enterprise=enterprise, password=PASSWORD)
    return Member.objects.get(pk=pk)


def new(name: str, address: str = "", full_name: str = "") -> NewMember:
    return NewMember(
        name=name,
        full_name=full_name,
        address=address,
        roles=frozenset((Role.WITNESS,)),
        enterprise="",
    )


@pytest.mark.usefixtures("park")
@pytest.mark.parametrize("name", ["anna", "wang.lei", "王磊", "a-b_c+d@e", "7x"])
def test_add_member__takes_names_of_people(name: str) -> None:
    member = add_member(new(f" {name} "))

    assert member.user.username == name
    assert not member.user.has_usable_password()


@pytest.mark.usefixtures("park")
@pytest.mark.parametrize(
    "name",
    ["", "a", " ", "a b", "a\u202eb", "<b>x</b>", "a\x00b", "x" * 65, ".anna",
     "ａｎｎａ", "a'b", "a/b"],
)  # fmt: skip
def test_add_member__refuses_names_that_hide_something(name: str) -> None:
    with pytest.raises(MemberNameError):
        add_member(new(name))


@pytest.mark.usefixtures("park")
@pytest.mark.parametrize("name", ["anna", "Anna", "ANNA"])
def test_add_member__nobody_has_the_name_of_another_in_whatever_spelling(name: str) -> None:
    add_member(new("anna", "anna@park.example"))

    with pytest.raises(MemberNameError, match="nobody has"):
        add_member(new(name))
    with pytest.raises(MemberNameError, match="nobody has"):
        add_member(new("bert", "ANNA@park.example"))


@pytest.mark.usefixtures("park")
@pytest.mark.parametrize("address", ["x", "a@b@c", "a b@c", "a@" + "b" * 200, "a\u202e@b"])
def test_add_member__refuses_what_is_no_address(address: str) -> None:
    with pytest.raises(MemberNameError):
        add_member(new("anna", address))


@pytest.mark.usefixtures("park")
def test_add_member__a_full_name_has_visible_signs_only() -> None:
    assert add_member(new("anna", full_name="  Anna   Li ")).full_name == "Anna Li"
    with pytest.raises(MemberNameError):
        add_member(new("bert", full_name="B\u202eert"))


def test_lock__the_last_security_administrator_stays(park: People) -> None:
    last = made(park, "anna", Role.SECURITY_ADMIN, Role.DISPATCHER)

    with pytest.raises(LastSecurityAdminError):
        lock(last, because="x", by=CHIEF)
    with pytest.raises(LastSecurityAdminError):
        set_roles(last, roles=frozenset((Role.DISPATCHER,)), enterprise="", by=CHIEF)
    made(park, "bert", Role.SECURITY_ADMIN)
    lock(last, because="left the park", by=CHIEF)

    assert not last.user.is_active
    assert Member.objects.get(pk=last.pk).locked_because == "left the park"
    unlock(last)
    assert Member.objects.get(pk=last.pk).user.is_active


def test_lock__an_invited_or_locked_administrator_does_not_count_as_another(park: People) -> None:
    last = made(park, "anna", Role.SECURITY_ADMIN)
    park.member("invited", Role.SECURITY_ADMIN)
    locked = made(park, "locked", Role.SECURITY_ADMIN)
    lock(locked, because="x", by=CHIEF)

    with pytest.raises(LastSecurityAdminError):
        lock(last, because="x", by=CHIEF)


def test_lock__nobody_locks_themselves_out(park: People) -> None:
    anna = made(park, "anna", Role.SECURITY_ADMIN)
    made(park, "bert", Role.SECURITY_ADMIN)

    with pytest.raises(OwnAccountError):
        lock(anna, because="x", by=viewer(Role.SECURITY_ADMIN, name="anna"))


def test_set_roles__nobody_changes_their_own_under_dengbao3() -> None:
    with people(profile=Profile.DENGBAO3) as park, park.accounts.served():
        anna = made(park, "anna", Role.SECURITY_ADMIN)
        made(park, "bert", Role.SECURITY_ADMIN)
        own = viewer(Role.SECURITY_ADMIN, name="anna")

        with pytest.raises(OwnAccountError):
            set_roles(anna, roles=frozenset((Role.SYSTEM_ADMIN,)), enterprise="", by=own)
        set_roles(anna, roles=frozenset((Role.SYSTEM_ADMIN,)), enterprise="", by=CHIEF)
        with pytest.raises(RoleSetError):
            set_roles(
                anna,
                roles=frozenset((Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN)),
                enterprise="",
                by=CHIEF,
            )


def test_members_for__an_enterprise_sees_its_own_and_no_neighbour(park: People) -> None:
    made(park, "anna", Role.ENTERPRISE_USER, enterprise="E01")
    other = made(park, "bert", Role.ENTERPRISE_USER, enterprise="E02")
    made(park, "cora", Role.DISPATCHER)
    own = viewer(Role.ENTERPRISE_ADMIN, enterprise="E01")

    assert [member.user.username for member in members_for(own)] == ["anna"]
    assert [member.user.username for member in members_for(CHIEF)] == ["anna", "bert", "cora"]
    assert members_for(viewer(Role.DISPATCHER)) == []
    with pytest.raises(ForeignMemberError):
        member_for(own, other.pk)
    with pytest.raises(ForeignMemberError):
        member_for(own, 10**6)


def test_demand_givable__an_enterprise_gives_its_own_roles_in_its_own_enterprise() -> None:
    own = viewer(Role.ENTERPRISE_ADMIN, enterprise="E01")

    assert set(roles_to_give(own)) == OF_ENTERPRISE
    assert set(roles_to_give(CHIEF)) == set(Role)
    assert roles_to_give(viewer(Role.DISPATCHER)) == ()
    demand_givable(own, roles=[Role.ENTERPRISE_USER], enterprise="E01")
    for roles, enterprise in (
        ([Role.ENTERPRISE_USER], "E02"),
        ([Role.ENTERPRISE_USER], ""),
        ([Role.DISPATCHER], "E01"),
        ([Role.SECURITY_ADMIN], ""),
    ):
        with pytest.raises(ForeignMemberError):
            demand_givable(own, roles=roles, enterprise=enterprise)


def test_set_password__ends_every_session_of_before(park: People) -> None:
    member = made(park, "anna", Role.WITNESS)
    visitor = park.signed_in("anna")
    assert visitor.get("/account/").status == 200

    set_password(member, PASSWORD)

    assert visitor.get("/account/").status == 302
