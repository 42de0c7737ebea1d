"""Links open once, in time, and for whom they were made."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from taihang.core.access.role import Role
from taihang.interfaces.accounts import present
from taihang.interfaces.accounts.links import LASTS, find_link, make_first_link, make_link, use_link
from taihang.interfaces.accounts.models import Member, OneTimeLink, Purpose
from visitor import People, people


@pytest.fixture(name="park")
def _park() -> Iterator[People]:
    with people() as found, found.accounts.served():
        yield found


def _member(park: People) -> Member:
    return Member.objects.get(pk=park.member("anna", Role.WITNESS))


def test_make_link__is_kept_as_a_hash_only(park: People) -> None:
    token = make_link(Purpose.RECOVERY, member=_member(park))

    (row,) = OneTimeLink.objects.values()
    assert token not in str(row)
    assert find_link(token) is not None
    assert find_link(token[:-1]) is None
    assert find_link(row["token_hash"]) is None


def test_use_link__only_one_of_two_gets_through(park: People) -> None:
    token = make_link(Purpose.RECOVERY, member=_member(park))
    first, second = find_link(token), find_link(token)

    assert first is not None
    assert second is not None
    assert [use_link(first), use_link(second)] == [True, False]
    assert find_link(token) is None


@pytest.mark.parametrize("purpose", list(Purpose))
def test_find_link__opens_no_more_when_its_time_is_over(
    purpose: Purpose, park: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = None if purpose == Purpose.FIRST else _member(park)
    token = make_link(purpose, member=member)
    ends_at = present.now() + LASTS[purpose]

    monkeypatch.setattr(present, "now", lambda: ends_at - timedelta(seconds=5))
    found = find_link(token)
    monkeypatch.setattr(present, "now", lambda: ends_at + timedelta(seconds=1))

    assert found is not None
    assert find_link(token) is None
    assert not use_link(found)


def test_make_link__a_new_one_takes_the_place_of_the_one_before(park: People) -> None:
    member = _member(park)
    before = make_link(Purpose.INVITATION, member=member)
    after = make_link(Purpose.RECOVERY, member=member)

    assert find_link(before) is None
    assert find_link(after) is not None


def test_make_first_link__is_another_at_each_start_and_none_once_there_is_a_member(
    park: People,
) -> None:
    first, second = make_first_link(), make_first_link()

    assert first is not None
    assert second is not None
    assert find_link(first) is None
    assert find_link(second) is not None
    _member(park)
    assert find_link(second) is None
    assert make_first_link() is None
