"""The set-up: a server without a park leads whoever may to where one is made, and makes it once."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import small_park
from asgi_client import ask
from page_forms import Writer, hidden_of
from taihang.core.access.role import Role
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource
from taihang.interfaces.web.policy import routes
from taihang.settings_wiring import has_park

ADMIN = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.ACCOUNTANT)
REASON = "trial of the platform"
MADE_OF = {
    "template": "blank",
    "name_zh": "晨光产业园",
    "name_en": "Morning Light Park",
    "reason": REASON,
}
_LEAST = 60
_HOPS = 3


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    root = tmp_path / "served"
    root.mkdir()
    return root


@pytest.fixture(name="admin")
def _admin(root: Path) -> Iterator[Writer]:
    """Somebody who keeps the system of a server without a park."""
    source = ParkSource(root)
    yield Writer(create_application(source), source.accounts, ADMIN)
    source.accounts.close()


def addresses() -> list[str]:
    """Return every address of the pages; what is named in one stands for anything."""
    found = routes(import_module("taihang.interfaces.web.urls").urlpatterns)
    plain = {re.sub(r"<int:\w+>", "1", re.sub(r"<str:\w+>", "E01", route)) for route, _ in found}
    return sorted(f"/{route}" for route in plain if not route.startswith("sign-out"))


def made(admin: Writer, **fields: str) -> dict[str, str]:
    """Return what the form of the page says once it is filled in."""
    hidden = hidden_of(admin.open("/setup/?lang=en"), "template")
    return {**hidden, **MADE_OF, **fields}


def test_setup__every_page_without_a_park_answers_and_none_runs_in_a_circle(admin: Writer) -> None:
    led, there = 0, admin.open("/setup/")
    assert there.status == 200
    for address in addresses():
        answer = admin.open(address)
        for _ in range(_HOPS):
            if answer.status not in {301, 302, 303}:
                break
            if answer.headers["location"] == "/setup/":
                led += 1
                answer = there
                break
            answer = admin.open(answer.headers["location"])
        assert answer.status < 500, (address, answer.status, answer.text[:300])
        assert answer.status not in {301, 302, 303}, (address, answer.headers["location"])

    assert len(addresses()) >= _LEAST
    assert led >= 10
    assert admin.open("/?lang=en").headers["location"] == "/setup/"
    assert admin.open("/account/?lang=en").status == 200
    assert admin.open("/users/?lang=en").status == 200


def test_setup__what_pages_ask_by_themselves_is_quiet(admin: Writer) -> None:
    assert admin.open("/live").status == 204
    assert admin.open("/alarms/count").status == 204
    assert "data-live" not in admin.open("/setup/").text


def test_setup__the_menu_names_what_there_is_to_do(admin: Writer) -> None:
    page = admin.open("/setup/?lang=en").text

    assert re.findall(r'<li><a href="([^"]+)"', page) == ["/setup/", "/users/", "/help/"]


def test_setup__makes_the_park_of_a_template_by_its_names_and_writes_it_down(
    admin: Writer, root: Path
) -> None:
    answer = admin.send("/setup/", "/setup/", made(admin))

    assert (answer.status, answer.headers["location"]) == (303, "/setup/")
    with small_park.opened(root, writing=False) as ports:
        assert (ports.park.name_zh, ports.park.name_en) == ("晨光产业园", "Morning Light Park")
        assert sorted(ports.park.enterprises) == ["E01"]
        assert len(ports.registry.park_versions()) == 1
    said = [each.entry for each in admin.accounts.trail.entries()]
    (begun, *_) = [each for each in said if each.kind == "park-make"]
    assert (begun.subject, begun.actor, begun.body["reason"]) == (
        "blank",
        "system-admin+security-admin+accountant",
        REASON,
    )
    next_page = admin.open("/setup/?lang=en").text
    assert "Morning Light Park" in next_page
    assert 'href="/import/"' in next_page
    assert admin.open("/").status == 200
    assert "data-live" in admin.open("/").text


def test_setup__the_same_form_sent_twice_makes_one_park(admin: Writer, root: Path) -> None:
    form = made(admin)
    other = made(admin, name_en="Another Park")
    admin.send("/setup/", "/setup/", form)
    text = (root / "park.toml").read_text()

    assert admin.send("/account/", "/setup/", form).status == 303
    assert admin.send("/account/", "/setup/", other).status == 303
    assert (root / "park.toml").read_text() == text
    kinds = [each.entry.kind for each in admin.accounts.trail.entries()]
    assert kinds.count("park-make") == len({"begun", "done"})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"template": "atlantis"}, "input.unknown-template"),
        ({"time_zone": "Mars/Olympus"}, "park.time_zone"),
        ({"latitude_deg": "200"}, "park.latitude_deg"),
        ({"reason": ""}, "input.act-form"),
    ],
)
def test_setup__what_is_no_park_is_told_and_nothing_is_made(
    admin: Writer, root: Path, fields: dict[str, str], said: str
) -> None:
    answer = admin.send("/setup/", "/setup/", made(admin, **fields))

    assert answer.status == 422
    assert said in answer.text
    assert 'value="晨光产业园"' in answer.text
    assert not has_park(root)


def test_setup__nobody_else_may_make_it(admin: Writer, root: Path) -> None:
    reader = Writer(admin.app, admin.accounts, (Role.DISPATCHER,))

    assert reader.open("/setup/").status == 403
    assert reader.send("/account/", "/setup/", made(admin)).status == 403
    waiting = reader.open("/?lang=en")
    assert waiting.status == 409
    assert "no park here yet" in waiting.text
    assert ask(admin.app, "/setup/").headers["location"].startswith("/sign-in/")
    assert not has_park(root)


def test_setup__a_folder_whose_park_file_is_gone_is_left_alone(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        small_park.fill(ports, small_park.DAY)
    (root / "park.toml").unlink()
    source = ParkSource(root)
    admin = Writer(create_application(source), source.accounts, ADMIN)

    page = admin.open("/setup/?lang=en")

    assert page.status == 409
    assert "state.folder-in-use" in page.text
