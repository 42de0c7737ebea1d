"""The park is changed by forms: looked at, saved with a reason, told in the trail, or refused."""

import re
import tomllib
from html import unescape
from pathlib import Path

import pytest

import small_park
from asgi_client import Answer
from page_forms import Writer
from settings_desk import fields_of
from taihang import wiring
from taihang.core.access.role import Role
from taihang.interfaces.catalogue import text
from taihang.interfaces.web import asking
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource
from taihang.settings_wiring import park_text

E01 = "/settings/park/enterprises/E01/"
NEW = {
    "new-id": "E03",
    "f-name_zh": "丙厂",
    "f-name_en": "Plant C",
    "f-sector": "C38",
    "f-voltage_kv": "10",
    "f-transformer_kva": "800",
    "m-resolution_wh": "1",
    "m-multiplier": "100",
    "m-digits": "8",
    "m-max_kw": "2000",
    "b-gateways": "GW3",
}


def person(source: ParkSource, role: Role = Role.SYSTEM_ADMIN, own: str = "") -> Writer:
    return Writer(create_application(source), source.accounts, (role,), own)


def form(page: Answer) -> dict[str, str]:
    """Return everything that the one form of a page holds."""
    found = fields_of(Answer(page.status, page.headers, _addressed(page.text)), "")
    return {name: unescape(value) for name, value in found.items()}


def _addressed(page: str) -> bytes:
    return page.replace('<form method="post"', '<form action="/" method="post"').encode()


def sent(writer: Writer, address: str, **typed: str) -> Answer:
    """Fill the form of a page in and send it."""
    return writer.send(address, address, {**form(writer.open(address)), **typed})


def saved(writer: Writer, address: str, looked: Answer, reason: str = "trial") -> Answer:
    """Save what was looked at."""
    return writer.send(address, address, {**form(looked), "step": "save", "reason": reason})


def test_change__is_looked_at_then_saved_and_stands_in_the_trail(
    source: ParkSource, root: Path
) -> None:
    writer = person(source)

    looked = sent(writer, E01, **{"f-name_zh": "甲新厂", "step": "look"})
    assert looked.status == 200
    assert "<ins>甲新厂</ins>" in looked.text
    assert park_text(root) == small_park.PARK
    answer = saved(writer, E01, looked)

    assert answer.status == 303, answer.text
    assert park_text(root) == small_park.PARK.replace("甲厂", "甲新厂")
    page = writer.open(answer.headers["location"])
    assert text("settings_page.saved", "zh", subject="enterprises.E01", by="system-admin") in (
        page.text
    )
    assert "甲新厂" in page.text
    with small_park.opened(root, writing=False) as ports:
        (done, begun) = ports.trail.latest(2, kind="park-edit")
        assert (done.entry.outcome.value, begun.entry.outcome.value) == ("done", "begun")
        assert done.entry.subject == "enterprises.E01"
        assert done.entry.body["keys"] == "name_zh"
        assert done.entry.body["reason"] == "trial"
        assert done.entry.body["after_sha256"] == ports.park_sha256


def test_change__is_never_saved_unseen(source: ParkSource, root: Path) -> None:
    writer = person(source)

    looked = sent(writer, E01, **{"f-name_zh": "甲新厂"})
    other = {**form(looked), "f-name_zh": "另一个", "step": "save", "reason": "trial"}
    answer = writer.send(E01, E01, other)

    assert answer.status == 200
    assert "<ins>另一个</ins>" in answer.text
    assert park_text(root) == small_park.PARK


def test_change__of_a_park_that_somebody_changed_meanwhile_is_refused_and_keeps_the_text(
    source: ParkSource, root: Path
) -> None:
    one, two = person(source), person(source)
    begun = form(one.open(E01))
    saved(two, E01, sent(two, E01, **{"f-name_zh": "甲新厂"}))

    stale = one.send(E01, E01, {**begun, "f-sector": "C31", "f-name_en": "Plant One"})

    assert stale.status == 409
    assert text("settings_page.refused.state_stale_park", "zh") in stale.text
    assert 'value="Plant One"' in stale.text
    assert 'value="C31"' in stale.text
    assert text("settings_page.stands_now", "zh", value="C38") in stale.text
    # What this one did not touch follows what the other one saved.
    assert 'value="甲新厂"' in stale.text
    # It was shown against the park as it is now: looked at again, it is saved.
    again = saved(one, E01, one.send(E01, E01, form(stale)))
    assert again.status == 303
    assert "甲新厂" in park_text(root)
    assert "Plant One" in park_text(root)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", "应填数，大于 0，例如 110；填的是 &quot;ten&quot;"), ("en", "a number above 0")],
)
def test_change__what_is_wrong_is_told_beside_its_field(
    source: ParkSource, root: Path, lang: str, words: str
) -> None:
    address = f"{E01}?lang={lang}"

    answer = sent(person(source), address, **{"f-voltage_kv": "ten"})

    assert answer.status == 422
    (about,) = re.findall(r'id="f-voltage_kv-about">(.*?)</p>', answer.text)
    assert words in about
    assert 'value="ten"' in answer.text
    assert 'value="save"' not in answer.text
    assert park_text(root) == small_park.PARK


def test_change__needs_a_reason(source: ParkSource, root: Path) -> None:
    writer = person(source)

    answer = saved(writer, E01, sent(writer, E01, **{"f-name_zh": "甲新厂"}), reason=" ")

    assert answer.status == 422
    assert text("settings_page.refused.input_act_form", "zh") in answer.text
    assert 'value="甲新厂"' in answer.text
    assert park_text(root) == small_park.PARK


def test_change__the_same_form_twice_is_one_act(source: ParkSource, root: Path) -> None:
    writer = person(source)
    looked = sent(writer, E01, **{"f-name_zh": "甲新厂"})

    first, second = (saved(writer, E01, looked) for _ in range(2))

    assert first.status == 303
    # The second finds the park changed by the first; nothing is done twice.
    assert second.status in {303, 409}
    with small_park.opened(root, writing=False) as ports:
        assert len(ports.trail.latest(9, kind="park-edit")) == 2


def test_change__a_busy_park_is_told_and_the_text_is_kept(
    source: ParkSource, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = person(source)
    looked = sent(writer, E01, **{"f-name_zh": "甲新厂"})
    monkeypatch.setattr("taihang.settings_wiring.LOCK_WAIT_S", 0.0)
    lock = wiring.writer_lock(root)
    lock.take()
    try:
        answer = saved(writer, E01, looked)
    finally:
        lock.release()

    assert asking.LOCK_WAIT_S > 0
    assert answer.status == 409
    assert text("settings_page.refused.state_busy_park", "zh") in answer.text
    assert saved(writer, E01, answer).status == 303


def test_add__an_enterprise_comes_with_its_meter_and_a_new_gateway(
    source: ParkSource, root: Path
) -> None:
    writer = person(source)
    address = "/settings/add/enterprises/"

    alone = sent(writer, address, **{**NEW, "b-gateways": "", "m-max_kw": "much"})
    unsent = writer.send(address, address, {**form(alone), **NEW, "b-gateways": ""})
    looked = writer.send(address, address, {**form(unsent), **NEW})
    answer = saved(writer, address, looked)

    assert alone.status == 422
    assert re.search(r'id="m-max_kw-about"><span class="error">应填数', alone.text)
    told = text("park_words.told.no_gateway", "zh")
    assert re.search(rf'id="b-gateways-about"><span class="error">{told}', unsent.text)
    assert answer.status == 303, looked.text
    assert text("settings_page.n_wrong", "zh", n=1) in unsent.text
    with small_park.opened(root, writing=False) as ports:
        assert ports.park.meters["M-E03"].node == "E03"
        assert ports.park.gateways["GW3"].meters == ("M-E03",)


def test_add__an_id_that_is_taken_is_told(source: ParkSource) -> None:
    answer = sent(person(source), "/settings/add/enterprises/", **{**NEW, "new-id": "E01"})

    assert answer.status == 422
    assert text("settings_page.refused.input_park_edit", "zh") in answer.text
    assert 'value="丙厂"' in answer.text


def test_remove__what_has_readings_stays_and_what_has_none_leaves(
    source: ParkSource, root: Path
) -> None:
    writer = person(source)
    added = sent(writer, "/settings/add/enterprises/", **NEW)
    saved(writer, "/settings/add/enterprises/", added)
    with small_park.opened(root) as ports:
        small_park.fill(ports, small_park.DAY)

    kept = writer.open("/settings/remove/enterprises/E01/")
    # Its gateway would be left without meters: that is told, and no button saves it.
    last = writer.open("/settings/remove/enterprises/E03/")

    assert kept.status == 422
    assert text("settings_page.refused.input_meter_in_use", "zh") in kept.text
    assert last.status == 422
    assert "gateways.GW3" in last.text
    assert 'value="save"' not in last.text


def test_remove__takes_its_meter_along(source: ParkSource, root: Path) -> None:
    writer = person(source)
    fields = {**NEW, "b-gateways": "GW2"}
    saved(
        writer,
        "/settings/add/enterprises/",
        sent(writer, "/settings/add/enterprises/", **fields),
    )
    assert "E03" in park_text(root)

    address = "/settings/remove/enterprises/E03/"
    answer = saved(writer, address, writer.open(address))

    assert answer.status == 303
    assert tomllib.loads(park_text(root)) == tomllib.loads(small_park.PARK)


def test_change__of_a_table_that_stands_once(source: ParkSource, root: Path) -> None:
    writer = person(source)
    address = "/settings/park/park/"

    page = writer.open(address)
    answer = saved(writer, address, sent(writer, address, **{"f-latitude_deg": "36.3"}))

    assert '<output id="f-id">small</output>' in page.text
    assert answer.status == 303
    assert "latitude_deg = 36.3\n" in park_text(root)


def test_settings__are_read_by_the_staff_and_changed_by_few(source: ParkSource) -> None:
    for role in (Role.DISPATCHER, Role.ACCOUNTANT, Role.REGULATOR):
        reader = person(source, role)
        page = reader.open("/settings/")
        assert page.status == 200
        assert "甲厂" in page.text
        assert "/settings/park/" not in page.text
        assert reader.open(E01).status == 403
        assert reader.open("/settings/park.toml").status == 403
    for role in (Role.AUDIT_ADMIN, Role.SECURITY_ADMIN, Role.WITNESS):
        assert person(source, role).open("/settings/").status == 403


@pytest.mark.parametrize("role", [Role.ENTERPRISE_USER, Role.ENTERPRISE_ADMIN])
def test_settings__show_an_enterprise_nothing(source: ParkSource, role: Role) -> None:
    own = person(source, role, "E01")
    both = Writer(
        create_application(source), source.accounts, (role, Role.SYSTEM_ADMIN), enterprise="E01"
    )

    for address in ("/settings/", E01, "/settings/park.toml", "/settings/add/meters/"):
        assert own.open(address).status == 403
        assert both.open(address).status == 404


def test_settings__what_is_not_there_is_not_there(source: ParkSource) -> None:
    writer = person(source)
    for address in (
        "/settings/park/enterprises/E99/",
        "/settings/park/enterprises/",
        "/settings/park/in_service/x/",
        "/settings/add/park/",
        "/settings/add/nothing/",
        "/settings/remove/park/id/",
    ):
        assert writer.open(address).status == 404


def test_park_file__is_handed_out_as_it_is(source: ParkSource) -> None:
    answer = person(source).open("/settings/park.toml")

    assert answer.text == small_park.PARK
    assert answer.headers["content-disposition"] == 'attachment; filename="park.toml"'


def test_park_page__text_from_the_park_is_never_markup(source: ParkSource, root: Path) -> None:
    writer = person(source)
    answer = sent(writer, E01, **{"f-name_zh": "<img src=x>"})
    saved(writer, E01, answer, reason="<script>alert(1)</script>")

    page = writer.open("/settings/")

    assert "<img src=x>" in park_text(root)
    assert "<img src=x>" not in page.text
    assert "<script>alert" not in page.text


def test_add__one_like_another_begins_with_all_but_what_is_its_own(source: ParkSource) -> None:
    page = person(source).open("/settings/add/enterprises/?like=E01")

    found = form(page)
    assert (found["f-sector"], found["f-transformer_kva"]) == ("C38", "2000")
    assert (found["f-name_zh"], found["new-id"]) == ("", "")
    assert 'href="/settings/add/enterprises/?like=E01"' in person(source).open(E01).text


@pytest.mark.parametrize(
    ("address", "key", "page"),
    [
        ("/settings/park/meters/M-E01/", "f-max_kw", "/settings/gateways/?done="),
        ("/settings/park/grid_tariffs/GT/", "f-source", "/settings/prices/?done="),
    ],
)
def test_change__leads_back_to_the_page_that_shows_it(
    source: ParkSource, address: str, key: str, page: str
) -> None:
    writer = person(source)

    answer = saved(writer, address, sent(writer, address, **{key: "2500"}))

    assert answer.headers["location"].startswith(page)
    shown = writer.open(answer.headers["location"]).text
    assert "trial" in shown
    assert "2500" in shown or key == "f-source"
