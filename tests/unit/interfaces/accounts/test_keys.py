"""Keys of machines may what was lent to them and what their maker may now, and no more."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from taihang.core.access.role import Right, Role, rights_of
from taihang.interfaces.accounts import present
from taihang.interfaces.accounts.keys import (
    DAYS_MOST,
    KEYS_MOST,
    NEVER_LENT,
    ApiKeyWordsError,
    NewKey,
    TooManyApiKeysError,
    lendable,
    live_keys,
    make_key,
    revoke_key,
    viewer_of_key,
)
from taihang.interfaces.accounts.models import ApiKey, Member
from taihang.interfaces.accounts.viewer import viewer_of_member
from visitor import People, people

READS = frozenset((Right.SEE_OWN, Right.SEE_PARK))


@pytest.fixture(name="park")
def _park() -> Iterator[People]:
    with people() as found, found.accounts.served():
        yield found


def maker(park: People, *roles: Role, enterprise: str = "") -> Member:
    pk = park.member("anna", *(roles or (Role.DISPATCHER,)), enterprise=enterprise)
    return Member.objects.get(pk=pk)


def key(member: Member, rights: frozenset[Right] = READS, *, days: int = 30) -> str:
    return (
        f"Bearer {make_key(NewKey(name='scada', rights=rights, days=days), maker=member).written}"
    )


def test_viewer_of_key__is_its_maker_with_the_lent_rights_only(park: People) -> None:
    header = key(maker(park))

    viewer = viewer_of_key(header)

    assert viewer is not None
    assert viewer.name == "anna"
    assert viewer.rights == READS
    assert viewer.key_id in header
    assert viewer.scope.is_whole


def test_make_key__keeps_a_hash_and_nothing_that_shows_the_key(park: People) -> None:
    header = key(maker(park))
    secret = header.rpartition(".")[2]

    (row,) = ApiKey.objects.values()
    assert secret not in str(row)
    assert len(secret) == 43


@pytest.mark.parametrize("broken", ["", "Bearer ", "Basic x", "x"])
def test_viewer_of_key__what_is_no_key_opens_nothing(broken: str, park: People) -> None:
    header = key(maker(park))

    assert viewer_of_key(broken) is None
    assert viewer_of_key(header[:-1] + ("A" if header[-1] != "A" else "B")) is None
    assert viewer_of_key(header.removeprefix("Bearer ")) is None
    assert viewer_of_key(header.replace("thk_", "thk_x", 1)) is None


def test_viewer_of_key__ends_with_its_time(park: People, monkeypatch: pytest.MonkeyPatch) -> None:
    header, now = key(maker(park), days=30), present.now()

    monkeypatch.setattr(present, "now", lambda: now + timedelta(days=30, seconds=-5))
    assert viewer_of_key(header) is not None
    monkeypatch.setattr(present, "now", lambda: now + timedelta(days=30, seconds=5))
    assert viewer_of_key(header) is None


def test_viewer_of_key__is_taken_along_when_its_maker_is_locked_or_loses_a_role(
    park: People,
) -> None:
    member = maker(park)
    header = key(member)
    member.roles = Role.WITNESS.value
    member.save()

    viewer = viewer_of_key(header)
    assert viewer is not None
    assert viewer.rights == frozenset()
    member.user.is_active = False
    member.user.save()
    assert viewer_of_key(header) is None


def test_revoke_key__at_once_and_of_the_right_members_only(park: People) -> None:
    member = maker(park)
    header = key(member)
    (row,) = live_keys(member)
    stranger = Member.objects.get(pk=park.member("bert", Role.WITNESS))

    assert not revoke_key(row.key_id, members=[stranger])
    assert viewer_of_key(header) is not None
    assert revoke_key(row.key_id, members=[member])
    assert viewer_of_key(header) is None
    assert live_keys(member) == []


@pytest.mark.parametrize("role", list(Role))
def test_make_key__lends_no_right_that_its_maker_lacks_and_none_over_accounts(
    role: Role, park: People
) -> None:
    enterprise = "E01" if role.value.startswith("enterprise") else ""
    member = maker(park, role, enterprise=enterprise)
    own = rights_of([role])

    assert set(lendable(viewer_of_member(member, name="anna"))) == own - NEVER_LENT
    for right in Right:
        if right in own - NEVER_LENT:
            continue
        with pytest.raises(ApiKeyWordsError):
            key(member, frozenset((right,)))
    with pytest.raises(ApiKeyWordsError):
        key(member, frozenset())


@pytest.mark.parametrize("days", [0, -1, DAYS_MOST + 1])
def test_make_key__lasts_a_year_at_most(days: int, park: People) -> None:
    with pytest.raises(ApiKeyWordsError, match="days"):
        key(maker(park), days=days)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\u202eb", "a\nb"])
def test_make_key__has_a_name_that_can_be_read(name: str, park: People) -> None:
    with pytest.raises(ApiKeyWordsError, match="name"):
        make_key(NewKey(name=name, rights=READS, days=1), maker=maker(park))


def test_make_key__stays_in_the_enterprise_of_its_maker(park: People) -> None:
    member = maker(park, Role.ENTERPRISE_ADMIN, enterprise="E01")
    own = frozenset((Right.SEE_OWN,))

    viewer = viewer_of_key(key(member, own))
    assert viewer is not None
    assert viewer.scope.enterprises == {"E01"}
    with pytest.raises(ApiKeyWordsError):
        make_key(NewKey(name="x", rights=own, days=1, enterprise="E02"), maker=member)
    member.enterprise = "E02"
    member.save()
    assert viewer_of_key(key(member, own)) is not None
    old = ApiKey.objects.get(enterprise="E01")
    assert old.enterprise == "E01"


def test_viewer_of_key__a_key_does_not_follow_its_maker_into_another_enterprise(
    park: People,
) -> None:
    member = maker(park, Role.ENTERPRISE_USER, enterprise="E01")
    header = key(member, frozenset((Right.SEE_OWN,)))
    member.enterprise = "E02"
    member.save()

    assert viewer_of_key(header) is None


def test_make_key__of_the_park_can_be_narrowed_to_one_enterprise(park: People) -> None:
    new = NewKey(name="x", rights=READS, days=1, enterprise="E02")
    made = make_key(new, maker=maker(park))

    viewer = viewer_of_key(f"Bearer {made.written}")
    assert viewer is not None
    assert viewer.scope.enterprises == {"E02"}


def test_make_key__nobody_has_more_than_twenty(park: People) -> None:
    member = maker(park)
    for _ in range(KEYS_MOST):
        key(member)

    with pytest.raises(TooManyApiKeysError):
        key(member)
