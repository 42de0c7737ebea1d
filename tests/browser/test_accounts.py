"""Accounts in a real browser: the first link, a passkey, a second step, and pages for everybody.

The authenticator is the browser's own virtual one: the ceremony is real, only the finger is not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from browser.axe import violations
from browser.chromium import CHROMIUM, Chromium
from browser.hands import until
from browser.test_every_page import LOOKS, PICTURES, SIZES, served
from command_line import blank_park
from taihang.interfaces.web.entry import first_link
from visitor import PASSWORD, code_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium fonts-noto-cjk"
    ),
]
AUTHENTICATOR: Final = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
PAGES: Final = {
    "sign-in": "/sign-in/",
    "account": "/account/",
    "account-app": "/account/app/",
    "account-passkey": "/account/passkeys/add/",
    "account-password": "/account/password/",
    "account-key": "/account/keys/new/",
    "users-invite": "/users/invite/",
    "user": "/users/1/",
    "welcome-gone": "/welcome/nothing",
}


@dataclass(frozen=True)
class Park:
    """A served park that has its first member."""

    root: Path
    address: str


def fill(browser: Chromium, **fields: str) -> None:
    """Type into fields of the page."""
    for name, value in fields.items():
        found = f"document.querySelector('[name={name}]')"
        browser.run(f"{found}.value = {value!r}; true")


def press(browser: Chromium, button: str) -> None:
    """Press a button and wait for the page that it leads to."""
    browser.run("document.documentElement.dataset.before = 'yes'; true")
    # Later, so that the answer is here before the browser leaves the page.
    browser.run(f"setTimeout(() => document.querySelector({button!r}).click()); true")
    is_new = "document.documentElement && !document.documentElement.dataset.before"
    until(browser, f"{is_new} && document.readyState === 'complete'")


def path(browser: Chromium) -> str:
    return str(browser.run("location.pathname"))


@pytest.fixture(scope="module", name="browser")
def _browser() -> Iterator[Chromium]:
    with Chromium() as opened:
        opened.call("WebAuthn.enable", {})
        yield opened


@pytest.fixture(scope="module", name="park")
def _park(browser: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Park]:
    """Serve a new park and let the first member in by the link."""
    root = blank_park(tmp_path_factory.mktemp("accounts") / "park")
    with served(root) as found:
        # Passkeys are made for names, and localhost is one.
        address = found.replace("127.0.0.1", "localhost")
        link = first_link(root, address)
        assert link is not None
        browser.size(*SIZES["desk"])
        browser.open(f"{link}?lang=en")
        fill(browser, name="wang.lei", full_name="王磊", password=PASSWORD, again=PASSWORD)
        press(browser, "form .button")
        assert path(browser) == "/"
        yield Park(root, address)


def sign_out(browser: Chromium, park: Park) -> None:
    browser.open(f"{park.address}/account/")
    press(browser, "form[action='/sign-out/'] button")
    assert path(browser) == "/sign-in/"


@pytest.mark.parametrize(("name", "page"), PAGES.items())
@pytest.mark.parametrize(("lang", "theme"), LOOKS)
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_pages__fit_and_may_be_used_by_all(
    browser: Chromium, park: Park, name: str, page: str, lang: str, theme: str, size: str
) -> None:
    browser.size(*SIZES[size])
    if name == "sign-in":
        sign_out(browser, park)

    browser.open(f"{park.address}{page}?lang={lang}&theme={theme}")
    PICTURES.mkdir(exist_ok=True)
    browser.picture(PICTURES / f"{name}-{size}-{lang}-{theme}.png")

    try:
        assert path(browser) == page
        assert browser.run("document.documentElement.scrollWidth") <= SIZES[size][0]
        assert browser.run("document.querySelectorAll('h1').length") == 1
        allowed = ["410"] if name == "welcome-gone" else []
        told = [line for line in browser.console if not any(each in line for each in allowed)]
        assert told == []
        assert violations(browser) == []
    finally:
        if name == "sign-in":
            enter(browser, park)


def enter(browser: Chromium, park: Park) -> None:
    browser.open(f"{park.address}/sign-in/")
    fill(browser, login="wang.lei", password=PASSWORD)
    press(browser, "form .button")


@pytest.fixture(name="passkey")
def _passkey(browser: Chromium, park: Park) -> Iterator[str]:
    """Make a passkey, and take it away again; give the browser's name of its authenticator."""
    browser.size(*SIZES["desk"])
    added = browser.call("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    authenticator = str(added["authenticatorId"])
    browser.open(f"{park.address}/account/passkeys/add/?lang=en")
    fill(browser, name="desk key")
    press(browser, "form[data-passkey] .button")
    assert path(browser) == "/account/codes/"
    yield authenticator
    browser.open(f"{park.address}/account/")
    press(browser, "a[href$='/remove/']")
    press(browser, "form .button.danger")
    browser.call("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})


def test_passkey__is_made_for_the_name_and_signs_in_alone(
    browser: Chromium, park: Park, passkey: str
) -> None:
    known = browser.call("WebAuthn.getCredentials", {"authenticatorId": passkey})
    sign_out(browser, park)

    press(browser, "form[data-passkey] .button")

    assert path(browser) == "/"
    (credential,) = known["credentials"]
    assert credential["isResidentCredential"]
    assert credential["rpId"] == "localhost"
    browser.open(f"{park.address}/account/?lang=en")
    shown = browser.run("document.body.innerText")
    assert "desk key" in shown
    assert "last used" in shown
    assert browser.console == []


@pytest.mark.usefixtures("passkey")
def test_passkey__is_the_second_step_after_the_password(browser: Chromium, park: Park) -> None:
    sign_out(browser, park)
    fill(browser, login="wang.lei", password=PASSWORD)
    press(browser, "form .button")
    assert path(browser) == "/sign-in/second/"

    press(browser, "form[data-passkey] .button")

    assert path(browser) == "/"


def test_passkey__lets_nobody_in_whose_finger_it_does_not_know(
    browser: Chromium, park: Park, passkey: str
) -> None:
    sign_out(browser, park)
    verified = {"authenticatorId": passkey, "isUserVerified": False}
    browser.call("WebAuthn.setUserVerified", verified)
    browser.run("document.querySelector('form[data-passkey] .button').click(); true")

    until(browser, "document.querySelector('.passkey-state').textContent.includes('not completed')")
    assert path(browser) == "/sign-in/"
    browser.call("WebAuthn.setUserVerified", {**verified, "isUserVerified": True})
    press(browser, "form[data-passkey] .button")
    assert path(browser) == "/"


def test_passkey__once_removed_is_asked_for_no_more(browser: Chromium, park: Park) -> None:
    sign_out(browser, park)

    enter(browser, park)

    assert path(browser) == "/"


def test_app__its_picture_and_letters_turn_it_on(browser: Chromium, park: Park) -> None:
    browser.open(f"{park.address}/account/app/?lang=en")
    letters = str(browser.run("document.querySelector('dd code').textContent"))
    fill(browser, code=code_of(letters))
    press(browser, "form .button")

    assert path(browser) == "/account/codes/"
    assert (
        len(browser.run("[...document.querySelectorAll('.codes li')].map(l => l.innerText)")) == 10
    )
    browser.open(f"{park.address}/account/app/off/")
    press(browser, "form .button.danger")
    assert path(browser) == "/account/"
