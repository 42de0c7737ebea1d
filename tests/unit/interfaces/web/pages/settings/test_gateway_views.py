"""A gateway is connected: its token is shown once, its last frame is seen, its tokens are taken."""

import json
import re
from html import unescape
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

import small_park
from page_forms import Writer
from settings_desk import fields_of
from small_park import DAY
from taihang.core.access.role import Role
from taihang.core.seal.door_token import token_sha256
from taihang.core.seal.readings_form import read_form
from taihang.interfaces.accounts import present
from taihang.interfaces.accounts.sessions import STARTED
from taihang.interfaces.catalogue import text
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource

GW2 = "/settings/gateways/GW2/"
_TOKEN = re.compile(r"th_[0-9a-f]{8}\.[0-9a-f]{64}")


def person(source: ParkSource, role: Role = Role.SYSTEM_ADMIN, own: str = "") -> Writer:
    return Writer(create_application(source), source.accounts, (role,), own)


def just_signed_in(writer: Writer) -> Writer:
    """Let somebody be one who has shown a moment ago who they are."""
    with writer.accounts.served():
        key = writer.cookie.partition("=")[2]
        session = import_module(settings.SESSION_ENGINE).SessionStore(key)
        session[STARTED] = present.now_s()
        session.save()
    return writer


def filled(root: Path) -> None:
    with small_park.opened(root) as ports:
        block = small_park.registers("M-E02", DAY, first=100)
        small_park.ingested(ports, [small_park.sealed(ports, "GW2", 1, block)])


def test_token__is_given_once_kept_as_a_hash_and_taken_away(source: ParkSource, root: Path) -> None:
    writer = just_signed_in(person(source))
    fields = {**fields_of(writer.open(GW2), "token/"), "reason": "for the meters of hall 3"}

    form = "/settings/add/meters/"
    given = [writer.send(form, f"{GW2}token/", fields) for _ in range(2)]
    page = writer.open(GW2)
    again = writer.open(GW2)

    assert [answer.status for answer in given] == [303, 303]
    (token,) = _TOKEN.findall(page.text)
    assert not _TOKEN.findall(again.text)
    with small_park.opened(root, writing=False) as ports:
        (kept,) = ports.registry.door_tokens()
        assert (kept.sha256, kept.gateway) == (token_sha256(token), "GW2")
        assert kept.expires_at_s - kept.issued_at_s == 90 * 86_400
        (done, _) = ports.trail.latest(2, kind="door-token")
        assert done.entry.body["reason"] == "for the meters of hall 3"
        assert token.partition(".")[2] not in str(done.entry)

    revoke = {**fields_of(again, "revoke/"), "reason": "lost"}
    answer = writer.send(GW2, f"{GW2}revoke/", revoke)

    assert answer.status == 303
    with small_park.opened(root, writing=False) as ports:
        assert ports.registry.door_tokens() == []
        assert ports.trail.latest(1, kind="door-token-revoke")[0].entry.outcome.value == "done"


def test_token__asks_once_more_who_one_is(source: ParkSource, root: Path) -> None:
    writer = person(source, Role.SYSTEM_ADMIN)
    fields = {**fields_of(writer.open(GW2), "token/"), "reason": "trial"}

    answer = writer.send(GW2, f"{GW2}token/", fields)

    assert answer.status != 303
    with small_park.opened(root, writing=False) as ports:
        assert ports.registry.door_tokens() == []


@pytest.mark.parametrize("wrong", [{"reason": " "}, {"days": "9999"}, {"act": "x"}])
def test_token__a_form_that_lacks_something_is_refused(
    source: ParkSource, root: Path, wrong: dict[str, str]
) -> None:
    writer = just_signed_in(person(source))
    fields = {**fields_of(writer.open(GW2), "token/"), "reason": "a reason that took long"}

    answer = writer.send(GW2, f"{GW2}token/", {**fields, **wrong})

    assert answer.status == 422
    assert "input.act-form" in answer.text
    if "reason" not in wrong:
        assert 'value="a reason that took long"' in answer.text
    with small_park.opened(root, writing=False) as ports:
        assert ports.registry.door_tokens() == []


def test_gateway_page__the_script_is_what_the_door_takes(source: ParkSource, root: Path) -> None:
    filled(root)

    page = person(source).open(GW2)

    (script,) = re.findall(r"<code>(DOOR=.*?)</code>", page.text, re.DOTALL)
    body = unescape(script).partition("<<END\n")[2].removesuffix("\nEND")
    for name, value in (("$NOW", "1780971360"), ("$AT", "1780970400"), ("$COUNT", "7")):
        body = body.replace(name, value)
    readings = read_form(body.encode())
    assert (readings.gateway, readings.counter) == ("GW2", 2)
    (block,) = readings.blocks
    assert (block.point, block.unit, block.scale, block.modulus) == (
        "M-E02",
        "Wh",
        str(small_park.SCALE_WH),
        small_park.MODULUS,
    )
    assert json.loads(body)["events"] == []


def test_gateway_page__shows_points_and_the_last_frame(source: ParkSource, root: Path) -> None:
    empty = person(source).open(GW2)
    filled(root)
    page = person(source).open(f"{GW2}?lang=en")

    assert text("settings_page.gateway.no_frame", "zh") in empty.text
    assert text("settings_page.gateway.n_readings", "en", n=97, blocks=1) in page.text
    assert "2026-06-02 00:00" in page.text
    assert 'href="/points/M-E02/"' in page.text


def test_gateways_page__lists_every_gateway_and_every_meter(source: ParkSource, root: Path) -> None:
    filled(root)

    page = person(source).open("/settings/gateways/?lang=en")

    assert page.status == 200
    assert 'href="/settings/gateways/GW1/"' in page.text
    assert 'href="/settings/park/meters/M-E01/"' in page.text
    assert text("settings_page.gateway.connect", "en") in page.text


def test_gateways__are_seen_by_the_staff_and_told_nobody_else(source: ParkSource) -> None:
    reader = person(source, Role.DISPATCHER)

    assert "/token/" not in reader.open(GW2).text
    assert person(source).open("/settings/gateways/GW9/").status == 404
    for address in ("/settings/gateways/", GW2):
        assert reader.open(address).status == 200
        assert person(source, Role.ENTERPRISE_USER, "E01").open(address).status == 403
