"""The members: who may look after whom, with a reason, once, and all of it in the trail."""

import re
from collections.abc import Iterator

import pytest

from taihang.core.access.account_rules import Profile
from taihang.core.access.role import RIGHTS, Right, Role
from taihang.interfaces.accounts.models import Member, OneTimeLink
from visitor import PASSWORD, People, Visitor, people, turn_on_app

_LINK = re.compile(r"http://127\.0\.0\.1(/welcome/[A-Za-z0-9_-]{43})")


@pytest.fixture(name="park")
def _park() -> Iterator[People]:
    with people() as found:
        found.member("chief", Role.SECURITY_ADMIN, password=PASSWORD)
        yield found


def act(visitor: Visitor, to: str, /, **fields: str | list[str]) -> int:
    """Send a form of a page with its own id; return the status."""
    page = to if to.endswith("invite/") else to.rpartition("/")[0].rpartition("/")[0] + "/"
    visitor.get(f"{page}?lang=en")
    return visitor.post(to, {"act": visitor.field("act"), **fields}).status


def invitation(**change: str | list[str]) -> dict[str, str | list[str]]:
    return {
        "name": "anna",
        "full_name": "",
        "address": "",
        "roles": ["dispatcher"],
        "enterprise": "",
        "reason": "new on the shift",
        **change,
    }


def test_users_page__opens_to_whoever_looks_after_members_and_to_nobody_else(park: People) -> None:
    seen = 0
    for role in Role:
        enterprise = "E01" if role.value.startswith("enterprise") else ""
        park.member(f"m-{role.value}", role, enterprise=enterprise, password=PASSWORD)
        status = park.signed_in(f"m-{role.value}").get("/users/").status
        may = Right.MANAGE_OWN_ACCOUNTS in RIGHTS[role]
        assert status == (200 if may else 403), role
        seen += may
    assert seen == 2
    refusals = [act for act in park.acts() if act.kind == "access"]
    assert {(act.subject, act.outcome.value) for act in refusals} == {("/users/", "refused")}
    assert [act.actor for act in refusals] == [
        f"m-{role.value}" for role in Role if Right.MANAGE_OWN_ACCOUNTS not in RIGHTS[role]
    ]


def test_invite__makes_a_link_that_is_shown_once_and_opens(park: People) -> None:
    visitor = park.signed_in("chief")
    visitor.get("/users/invite/?lang=en")
    sent = {"act": visitor.field("act"), **invitation(full_name="Anna Li")}

    shown = visitor.follow(visitor.post("/users/invite/", sent))

    (link,) = _LINK.findall(shown.text)
    assert "Anna Li" in shown.text
    assert not _LINK.findall(visitor.get("/users/2/").text)
    guest = park.visitor()
    guest.get(link)
    assert guest.post(link, {"password": PASSWORD, "again": PASSWORD}).status == 302
    assert "Dispatcher" in guest.get("/account/?lang=en").text
    (entry,) = [
        each for each in park.acts() if each.kind == "member-invite" and each.outcome == "done"
    ]
    assert (entry.actor, entry.subject) == ("chief", "anna")
    assert entry.body == {"reason": "new on the shift", "roles": "dispatcher", "enterprise": ""}


def test_invite__the_same_form_sent_twice_is_one_member(park: People) -> None:
    visitor = park.signed_in("chief")
    visitor.get("/users/invite/")
    sent = {"act": visitor.field("act"), **invitation()}

    statuses = [visitor.post("/users/invite/", sent).status for _ in range(2)]

    assert statuses == [302, 422]
    with park.accounts.served():
        assert Member.objects.count() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"reason": ""},
        {"roles": []},
        {"roles": ["enterprise-user"]},
        {"roles": ["dispatcher"], "enterprise": "E01"},
        {"roles": ["king"]},
        {"name": "chief"},
        {"name": "<b>anna</b>"},
        {"name": "a\u202enna"},
        {"address": "no address"},
        {"act": ""},
    ],
)
def test_invite__refuses_and_keeps_what_was_typed(
    change: dict[str, str | list[str]], park: People
) -> None:
    visitor = park.signed_in("chief")
    visitor.get("/users/invite/?lang=en")

    answer = visitor.post("/users/invite/", {"act": visitor.field("act"), **invitation(**change)})

    assert answer.status == 422
    with park.accounts.served():
        assert Member.objects.count() == 1
    assert "<b>anna" not in answer.text
    if "reason" not in change:
        assert visitor.field("reason") == "new on the shift"


def test_invite__an_enterprise_invites_into_itself_only() -> None:
    with people() as park:
        park.member("boss", Role.ENTERPRISE_ADMIN, enterprise="E01", password=PASSWORD)
        visitor = park.signed_in("boss")
        page = visitor.get("/users/invite/?lang=en").text
        assert "Plant A" in page
        assert "Plant B" not in page
        assert "Security administrator" not in page

        for roles, enterprise in (
            (["enterprise-user"], "E02"),
            (["security-admin"], ""),
            (["dispatcher"], "E01"),
        ):
            sent = invitation(roles=roles, enterprise=enterprise)
            assert act(visitor, "/users/invite/", **sent) == 422
        ok = invitation(roles=["enterprise-user"], enterprise="E01")
        assert act(visitor, "/users/invite/", **ok) == 302


def test_user_page__of_a_neighbour_is_like_one_that_is_not_there() -> None:
    with people() as park:
        park.member("boss", Role.ENTERPRISE_ADMIN, enterprise="E01", password=PASSWORD)
        other = park.member("canary", Role.ENTERPRISE_USER, enterprise="E02")
        visitor = park.signed_in("boss")

        for member_id in (other, 10**6):
            answer = visitor.get(f"/users/{member_id}/")
            assert answer.status == 422
            assert "canary" not in answer.text
        assert "canary" not in visitor.get("/users/").text
        visitor.get("/users/invite/")
        for what in ("lock", "link", "sign-out", "reset", "roles"):
            assert visitor.post(f"/users/{other}/{what}/", {"reason": "x"}).status == 422


def test_change_roles__holds_at_the_next_request_and_says_what_was_before(park: People) -> None:
    member_id = park.member("anna", Role.WITNESS, password=PASSWORD)
    anna = park.signed_in("anna")
    assert anna.get("/users/").status == 403
    fields = {"roles": ["security-admin"], "enterprise": "", "reason": "takes over"}

    assert act(park.signed_in("chief"), f"/users/{member_id}/roles/", **fields) == 302

    assert anna.get("/users/").status == 200
    (entry,) = [
        each for each in park.acts() if each.kind == "member-roles" and each.outcome == "done"
    ]
    assert entry.body == {"reason": "takes over", "roles": "security-admin", "before": "witness"}


def test_change_roles__the_last_security_administrator_keeps_the_role(park: People) -> None:
    fields = {"roles": ["dispatcher"], "enterprise": "", "reason": "tired"}
    visitor = park.signed_in("chief")

    assert act(visitor, "/users/1/roles/", **fields) == 422

    assert "state.last-security-admin" in visitor.page
    assert visitor.get("/users/").status == 200
    assert ("member-roles", "refused") in park.kinds()


def test_act__lock_sign_out_and_unlock(park: People) -> None:
    member_id = park.member("anna", Role.WITNESS, password=PASSWORD)
    anna, chief = park.signed_in("anna"), park.signed_in("chief")

    assert act(chief, f"/users/{member_id}/sign-out/", reason="lost laptop") == 302
    assert anna.get("/account/").status == 302
    assert act(chief, f"/users/{member_id}/lock/", reason="left <b>us</b>") == 302
    assert "left &lt;b&gt;us" in chief.get(f"/users/{member_id}/").text
    assert park.visitor().sign_in("anna").headers["location"] == "/sign-in/locked/"
    assert act(chief, f"/users/{member_id}/unlock/", reason="came back") == 302
    assert park.visitor().sign_in("anna").headers["location"] == "/"


def test_act__a_recovery_link_is_shown_once_and_earlier_ones_open_no_more(park: People) -> None:
    member_id = park.member("anna", Role.WITNESS, password=PASSWORD)
    chief = park.signed_in("chief")
    links: list[str] = []
    for _ in range(2):
        act(chief, f"/users/{member_id}/link/", reason="forgot it")
        links += _LINK.findall(chief.get(f"/users/{member_id}/").text)

    assert len(links) == 2
    assert park.visitor().get(links[0]).status == 410
    assert park.visitor().get(links[1]).status == 200
    with park.accounts.served():
        (row,) = OneTimeLink.objects.all()
        assert row.made_by == "chief"


def test_act__without_a_reason_nothing_is_done(park: People) -> None:
    member_id = park.member("anna", Role.WITNESS, password=PASSWORD)
    anna, chief = park.signed_in("anna"), park.signed_in("chief")

    for what in ("lock", "sign-out", "link", "roles"):
        assert act(chief, f"/users/{member_id}/{what}/", reason="  ", roles=["witness"]) == 422

    assert anna.get("/account/").status == 200
    assert not [kind for kind, _ in park.kinds() if kind.startswith("member-")]


def test_act__what_cannot_be_done_is_no_page(park: People) -> None:
    chief = park.signed_in("chief")
    assert chief.get("/users/1/").status == 200

    for what in ("delete", "member-lock", "roles-"):
        assert chief.post(f"/users/1/{what}/", {"reason": "x"}).status == 404


def test_act__a_form_that_waited_for_the_password_goes_on_after_it(
    park: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    member_id = park.member("anna", Role.WITNESS, password=PASSWORD)
    chief = park.signed_in("chief")
    chief.get(f"/users/{member_id}/")
    sent = {"act": chief.field("act"), "reason": "left"}
    real = __import__("time").time
    monkeypatch.setattr("time.time", lambda: real() + 301)
    monkeypatch.setattr("taihang.interfaces.accounts.present.now_s", lambda: int(real()) + 301)

    asked = chief.post(f"/users/{member_id}/lock/", sent)
    assert asked.headers["location"].startswith("/account/confirm/password/")
    chief.get(asked.headers["location"])
    answer = chief.post(asked.headers["location"], {"password": PASSWORD})

    assert answer.status == 302
    with park.accounts.served():
        assert not Member.objects.get(pk=member_id).user.is_active


def test_change_roles__two_administrators_are_not_one_person_under_dengbao3() -> None:
    with people(profile=Profile.DENGBAO3) as park:
        member_id = park.member("anna", Role.WITNESS, password=PASSWORD)
        park.member("chief", Role.SECURITY_ADMIN, password=PASSWORD)
        chief = park.signed_in("chief")
        # Two factors are demanded first.
        assert chief.get("/users/").headers["location"] == "/account/"
        turn_on_app(chief)
        fields = {"roles": ["system-admin", "audit-admin"], "enterprise": "", "reason": "x"}

        assert act(chief, f"/users/{member_id}/roles/", **fields) == 422
        assert "one administrator" in chief.page
        fields["roles"] = ["system-admin"]
        assert act(chief, f"/users/{member_id}/roles/", **fields) == 302
