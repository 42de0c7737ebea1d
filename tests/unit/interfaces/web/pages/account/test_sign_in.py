"""Signing in: who gets in, and that whoever does not learns nothing."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User

from taihang.core.access.role import Role
from taihang.interfaces.accounts import hashing
from taihang.interfaces.accounts.brake import FREE
from taihang.interfaces.accounts.members import lock
from taihang.interfaces.accounts.models import Member, SignedIn
from taihang.interfaces.accounts.viewer import Viewer
from visitor import PASSWORD, People, people

CHIEF = Viewer(name="chief", roles=frozenset((Role.SECURITY_ADMIN,)), enterprise="")
WRONG = "Name or password is wrong."


@pytest.fixture(name="park")
def _park() -> Iterator[People]:
    with people() as found:
        found.member("anna", Role.WITNESS, password=PASSWORD)
        yield found


def test_sign_in__the_right_password_leads_where_one_wanted_to_go(park: People) -> None:
    visitor = park.visitor()
    stranger = visitor.get("/account/")
    assert stranger.headers["location"] == "/sign-in/?next=%2Faccount%2F"

    visitor.get(stranger.headers["location"])
    answer = visitor.post("/sign-in/", {"login": "anna", "password": PASSWORD, "next": "/account/"})

    assert answer.status == 302
    assert answer.headers["location"] == "/account/"
    assert visitor.get("/account/").status == 200
    assert park.kinds() == [("login", "done")]
    (act,) = park.acts()
    assert (act.actor, act.subject, act.body) == ("anna", "anna", {"factors": ["password"]})


def test_sign_in__by_e_mail_and_in_any_case(park: People) -> None:
    with park.accounts.served():
        User.objects.filter(username="anna").update(email="anna@park.example")

    for name in ("anna@park.example", "ANNA@PARK.EXAMPLE", "Anna", " anna "):
        assert park.visitor().sign_in(name).status == 302, name


@pytest.mark.parametrize("name", ["anna", "nobody", "nobody@park.example"])
def test_sign_in__a_wrong_password_and_an_unknown_name_look_alike(name: str, park: People) -> None:
    answer = park.visitor().sign_in(name, "not the password")

    assert answer.status == 200
    assert WRONG in answer.text
    assert answer.text.count(WRONG) == 1
    assert park.kinds() == [("login", "refused")]
    # What was typed may be a password in the wrong field.
    assert name not in str(park.acts()[0])


def test_sign_in__an_unknown_name_costs_the_same_work(
    park: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    work: list[str] = []

    @contextmanager
    def counted() -> Generator[None]:
        work.append("hash")
        yield

    monkeypatch.setattr(hashing, "turn", counted)

    park.visitor().sign_in("anna", "not the password")
    known = len(work)
    park.visitor().sign_in("nobody", "not the password")

    assert known == len(work) - known == 1


def test_sign_in__after_five_attempts_even_the_right_password_waits(park: People) -> None:
    visitor = park.visitor()
    for _ in range(FREE):
        assert WRONG in visitor.sign_in("anna", "not the password").text

    answer = visitor.sign_in("anna")

    assert "Too many attempts; try again in 1 min." in answer.text
    assert visitor.get("/account/").status == 302


def test_sign_in__a_locked_member_learns_of_it_with_the_password_only(park: People) -> None:
    with park.accounts.served():
        lock(Member.objects.get(), because="left", by=CHIEF)
    visitor = park.visitor()

    assert WRONG in visitor.sign_in("anna", "not the password").text
    answer = visitor.follow(visitor.sign_in("anna"))

    assert answer.status == 403
    assert "This account is locked" in answer.text
    assert visitor.get("/account/").status == 302


def test_sign_in__locking_ends_what_is_open_at_the_next_request(park: People) -> None:
    visitor = park.signed_in("anna")
    assert visitor.get("/account/").status == 200

    with park.accounts.served():
        lock(Member.objects.get(), because="left", by=CHIEF)

    assert visitor.get("/account/").status == 302


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_sign_in__leads_nowhere_outside_of_the_platform(address: str, park: People) -> None:
    visitor = park.visitor()
    visitor.get("/sign-in/")

    answer = visitor.post("/sign-in/", {"login": "anna", "password": PASSWORD, "next": address})

    assert answer.headers["location"] == "/"


def test_sign_in__begins_another_session_with_a_cookie_that_scripts_cannot_read(
    park: People,
) -> None:
    visitor = park.visitor()
    visitor.cookies["taihang"] = "chosen-by-somebody-else-0123456789"
    answer = visitor.sign_in("anna")

    (line,) = [line for line in answer.cookies if line.startswith("taihang=")]
    assert "HttpOnly" in line
    assert "SameSite=Lax" in line
    assert "expires" not in line.lower()
    assert visitor.cookies["taihang"] != "chosen-by-somebody-else-0123456789"
    with park.accounts.served():
        (row,) = SignedIn.objects.all()
    assert visitor.cookies["taihang"] not in str(vars(row))


def test_sign_in__a_form_without_the_secret_of_its_page_is_refused(park: People) -> None:
    visitor = park.visitor()

    answer = visitor.post("/sign-in/", {"login": "anna", "password": PASSWORD})

    assert answer.status == 403
    assert visitor.get("/account/").status == 302


def test_sign_out__ends_the_session_and_a_link_cannot(park: People) -> None:
    visitor = park.signed_in("anna")
    kept = dict(visitor.cookies)
    assert visitor.get("/sign-out/").status == 405
    visitor.get("/account/")

    answer = visitor.post("/sign-out/", {})

    assert answer.headers["location"] == "/sign-in/"
    visitor.cookies = kept
    assert visitor.get("/account/").status == 302
    assert park.kinds() == [("login", "done"), ("logout", "done")]


def test_sign_in__nobody_can_make_an_account(park: People) -> None:
    for address in ("/signup/", "/accounts/signup/", "/account/signup/", "/sign-up/"):
        assert park.visitor().get(address).status == 404


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", "每一千瓦时，都说得清来处。"), ("en", "Every kilowatt-hour has an origin.")],
)
def test_sign_in__is_the_page_that_a_stranger_sees_in_both_languages(
    lang: str, words: str, park: People
) -> None:
    answer = park.visitor().get(f"/sign-in/?lang={lang}")

    assert answer.status == 200
    assert words in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "<style" not in answer.text
    assert " style=" not in answer.text
