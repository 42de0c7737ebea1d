"""Links that open once: the first member, an invitation, a recovery."""

from collections.abc import Iterator

import pytest

from taihang.core.access.account_rules import Profile, first_roles, rules_of
from taihang.core.access.role import Role
from taihang.interfaces.accounts.models import Member, Purpose
from visitor import OTHER_PASSWORD, PASSWORD, People, people


@pytest.fixture(name="park")
def _park() -> Iterator[People]:
    with people() as found:
        yield found


def fields(words: str = PASSWORD, again: str = "", **more: str) -> dict[str, str]:
    return {"password": words, "again": again or words, **more}


def test_welcome__the_first_member_chooses_name_and_password_and_is_in(park: People) -> None:
    visitor = park.visitor()
    link = park.first_link()
    page = visitor.get(f"{link}?lang=en")

    answer = visitor.post(link, fields(name="wang.lei", full_name="王磊"))

    assert "Make the first administrator" in page.text
    assert answer.headers["location"] == "/"
    assert "王磊" in visitor.get("/account/").text
    with park.accounts.served():
        (member,) = Member.objects.all()
        assert member.role_set() == first_roles(rules_of(Profile.ASVS))
    assert park.kinds() == [("first-member", "done"), ("login", "done")]


def test_welcome__looking_at_a_link_does_not_use_it_up_and_using_it_does(park: People) -> None:
    link = park.first_link()
    for _ in range(3):
        assert park.visitor().get(link).status == 200
    visitor = park.visitor()
    visitor.get(link)
    visitor.post(link, fields(name="wang.lei"))

    for again in (park.visitor(), visitor):
        answer = again.get(f"{link}?lang=en")
        assert answer.status == 410
        assert "opens nothing any more" in answer.text


def test_welcome__two_who_hold_the_first_link_do_not_both_become_members(park: People) -> None:
    link = park.first_link()
    one, two = park.visitor(), park.visitor()
    one.get(link)
    two.get(link)

    statuses = [
        one.post(link, fields(name="one.one")).status,
        two.post(link, fields(name="two.two")).status,
    ]

    assert statuses == [302, 410]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (fields("short", name="wang.lei"), "Too short"),
        (fields(name="wang.lei", again="something else"), "not the same"),
        (fields(name="w"), "2 to 64"),
        (fields(name="<script>"), "2 to 64"),
        (fields("wang.lei.park", name="wang.lei.park"), "made of names"),
    ],
)
def test_welcome__refuses_keeps_what_was_typed_and_leaves_the_link_open(
    sent: dict[str, str], told: str, park: People
) -> None:
    link = park.first_link()
    visitor = park.visitor()
    visitor.get(f"{link}?lang=en")

    answer = visitor.post(link, sent)

    assert answer.status == 200
    assert told in answer.text
    assert visitor.field("password") == visitor.field("again") == ""
    assert visitor.field("name") == sent["name"]
    assert visitor.post(link, fields(name="wang.lei")).status == 302


def test_welcome__an_invited_member_has_the_roles_of_the_invitation(park: People) -> None:
    member_id = park.member("anna", Role.ENTERPRISE_USER, enterprise="E01")
    assert "wrong" in park.visitor().sign_in("anna").text
    visitor = park.visitor()
    link = park.link(member_id, Purpose.INVITATION)
    page = visitor.get(f"{link}?lang=en")

    visitor.post(link, fields())

    assert "Welcome, anna" in page.text
    assert "Enterprise user" in visitor.get("/account/").text
    assert park.visitor().sign_in("anna").status == 302


def test_welcome__a_recovery_changes_the_password_ends_sessions_and_keeps_the_rest(
    park: People,
) -> None:
    member_id = park.member("anna", Role.WITNESS, password=PASSWORD)
    open_elsewhere = park.signed_in("anna")
    visitor = park.visitor()
    link = park.link(member_id)
    visitor.get(link)

    assert visitor.post(link, fields(OTHER_PASSWORD)).status == 302

    assert open_elsewhere.get("/account/").status == 302
    assert "wrong" in park.visitor().sign_in("anna").text
    assert park.visitor().sign_in("anna", OTHER_PASSWORD).status == 302
    assert ("recovery-use", "done") in park.kinds()


@pytest.mark.parametrize("token", ["x", "A" * 43, "../account", "%00"])
def test_welcome__what_is_no_link_opens_nothing(token: str, park: People) -> None:
    assert park.visitor().get(f"/welcome/{token}").status in {404, 410}


def test_welcome__under_dengbao3_the_first_member_gives_rights_and_nothing_else() -> None:
    with people(profile=Profile.DENGBAO3) as park:
        visitor, link = park.visitor(), park.first_link()
        visitor.get(link)
        assert visitor.post(link, fields(name="wang.lei")).status == 200
        assert visitor.post(link, fields("Seven hills 7", name="wang.lei")).status == 302
        assert visitor.get("/users/").headers["location"] == "/account/"
