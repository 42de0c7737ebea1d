"""Passwords and second factors: turned on, asked for, used once, turned off."""

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache

from taihang.core.access.account_rules import SecondFactor
from taihang.core.access.role import Role
from visitor import CODE_ON_PAPER, OTHER_PASSWORD, PASSWORD, People, code_of, people, turn_on_app


@pytest.fixture(name="park")
def _park() -> Iterator[People]:
    cache.clear()
    with people() as found:
        found.member("anna", Role.WITNESS, password=PASSWORD)
        yield found


def test_app_on__is_asked_for_at_the_next_sign_in_and_lets_in(park: People) -> None:
    letters, codes = turn_on_app(park.signed_in("anna"))
    visitor = park.visitor()

    answer = visitor.sign_in("anna")

    assert len(set(codes)) == 10
    assert answer.headers["location"] == "/sign-in/second/"
    assert visitor.get("/account/").status == 302
    visitor.get("/sign-in/second/")
    assert "did not verify" in visitor.post("/sign-in/second/", {"code": "000000"}).text
    assert visitor.post("/sign-in/second/", {"code": code_of(letters)}).status == 302
    assert visitor.get("/account/").status == 200
    assert park.kinds()[-2:] == [("login", "refused"), ("login", "done")]
    assert park.acts()[-1].body == {"factors": ["password", "totp"]}


def test_app_on__a_code_counts_once(park: People) -> None:
    letters, _ = turn_on_app(park.signed_in("anna"))
    code = code_of(letters)

    statuses: list[int] = []
    for _ in range(2):
        visitor = park.visitor()
        visitor.sign_in("anna")
        visitor.get("/sign-in/second/")
        statuses.append(visitor.post("/sign-in/second/", {"code": code}).status)

    assert statuses == [302, 200]


def test_app_on__guessing_codes_is_stopped(park: People) -> None:
    letters, _ = turn_on_app(park.signed_in("anna"))
    visitor = park.visitor()
    visitor.sign_in("anna")
    visitor.get("/sign-in/second/")
    for n in range(5):
        visitor.post("/sign-in/second/", {"code": f"00000{n}"})

    answer = visitor.post("/sign-in/second/", {"code": code_of(letters)})

    assert answer.status == 200
    assert "Too many attempts" in answer.text


def test_app_on__its_seed_is_closed_in_the_file(park: People) -> None:
    letters, _ = turn_on_app(park.signed_in("anna"))

    with park.accounts.served():
        kept = [str(row) for row in Authenticator.objects.values_list("data", flat=True)]

    assert len(kept) == 2
    assert all(letters.replace(" ", "") not in row for row in kept)


def test_recovery_codes__each_stands_in_once_and_they_are_shown_once(park: People) -> None:
    owner = park.signed_in("anna")
    _, codes = turn_on_app(owner)

    statuses: list[int] = []
    for code in (codes[0], codes[0], codes[1]):
        visitor = park.visitor()
        visitor.sign_in("anna")
        visitor.get("/sign-in/second/")
        statuses.append(visitor.post("/sign-in/second/", {"code": code}).status)

    assert statuses == [302, 200, 302]
    again = owner.get("/account/codes/")
    assert not CODE_ON_PAPER.findall(again.text)
    assert "8 left" in owner.get("/account/").text


def test_new_recovery_codes__open_and_the_old_ones_do_not(park: People) -> None:
    owner = park.signed_in("anna")
    _, old = turn_on_app(owner)
    owner.get("/account/codes/new/")
    page = owner.follow(owner.post("/account/codes/new/", {}))
    new = ["".join(halves) for halves in CODE_ON_PAPER.findall(page.text)]

    assert len(new) == 10
    assert not set(new) & set(old)
    visitor = park.visitor()
    visitor.sign_in("anna")
    visitor.get("/sign-in/second/")
    assert visitor.post("/sign-in/second/", {"code": old[0]}).status == 200
    assert visitor.post("/sign-in/second/", {"code": new[0]}).status == 302


def test_app_off__is_asked_for_no_more(park: People) -> None:
    owner = park.signed_in("anna")
    turn_on_app(owner)
    owner.get("/account/app/off/")
    owner.post("/account/app/off/", {})

    assert park.visitor().sign_in("anna").headers["location"] == "/"
    assert ("factor-remove", "done") in park.kinds()
    with park.accounts.served():
        assert not Authenticator.objects.exists()


def test_second_factor__where_it_is_demanded_no_other_page_opens_before() -> None:
    cache.clear()
    with people(second_factor=SecondFactor.ALL) as park:
        park.member("anna", Role.SECURITY_ADMIN, password=PASSWORD)
        visitor = park.signed_in("anna")

        for address in ("/users/", "/"):
            assert visitor.get(address).headers["location"] == "/account/"
        assert "demands a second step" in visitor.get("/account/?lang=en").text
        turn_on_app(visitor)
        assert visitor.get("/users/").status == 200


def test_change_password__ends_every_other_session_and_goes_on_in_this_one(park: People) -> None:
    here, there = park.signed_in("anna"), park.signed_in("anna")
    fields = {"oldpassword": PASSWORD, "password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
    here.get("/account/password/?lang=en")

    answer = here.follow(here.post("/account/password/", fields))

    assert "The password is changed" in answer.text
    assert here.get("/account/").status == 200
    assert there.get("/account/").status == 302
    assert "wrong" in park.visitor().sign_in("anna").text
    assert park.visitor().sign_in("anna", OTHER_PASSWORD).status == 302
    assert ("password-change", "done") in park.kinds()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"oldpassword": "wrong one"}, "present password is wrong"),
        ({"password2": "another altogether"}, ""),
        ({"password1": "short", "password2": "short"}, "Too short"),
        ({"password1": "anna-anna-anna", "password2": "anna-anna-anna"}, "made of names"),
    ],
)
def test_change_password__refuses_and_says_why(
    fields: dict[str, str], told: str, park: People
) -> None:
    visitor = park.signed_in("anna")
    visitor.get("/account/password/?lang=en")
    sent = {"oldpassword": PASSWORD, "password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}

    answer = visitor.post("/account/password/", {**sent, **fields})

    assert answer.status == 200
    assert told in answer.text
    assert park.visitor().sign_in("anna").status == 302


def test_confirm__after_five_minutes_one_says_once_more_who_one_is(
    park: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = park.signed_in("anna")
    real = __import__("time").time
    monkeypatch.setattr("time.time", lambda: real() + 301)

    asked = visitor.get("/account/app/")
    assert asked.headers["location"].startswith("/account/confirm/password/?next=%2Faccount%2Fapp")
    visitor.get(asked.headers["location"])
    wrong = visitor.post(asked.headers["location"], {"password": "not the password"})
    assert wrong.status == 200
    right = visitor.post(asked.headers["location"], {"password": PASSWORD})

    assert right.headers["location"] == "/account/app/"
    assert visitor.get("/account/app/").status == 200


def test_passkey_on__says_that_a_number_has_no_passkeys(park: People) -> None:
    page = park.signed_in("anna").get("/account/passkeys/add/?lang=en").text

    assert "Browsers make passkeys for names only" in page
    assert "passkey-options" not in page
