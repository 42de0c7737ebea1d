"""``taihang alarms``: lists what needs a person, and lets a person decide."""

from pathlib import Path
from typing import Any, cast

import pytest

import alarm_kit
import small_park
from command_line import done, taihang
from taihang.interfaces.catalogue import LANGS, Lang

WHO = ("--who", "Li Wei", "--role", "dispatcher", "--reason", "fibre cut, crew on site")


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park of which one gateway is silent since the middle of August."""
    root = small_park.make(tmp_path_factory.mktemp("alarms") / "park")
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 20)
    return root


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The same, to decide in."""
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 20)
    return root


def alarms_of(root: Path, *words: str) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", done("alarms", root, "--json", *words).facts["alarms"])


def name_of(root: Path) -> str:
    (one,) = (each["id"] for each in alarms_of(root) if each["rule"] == "intake-silent")
    return str(one)


@pytest.mark.parametrize("lang", LANGS)
def test_alarms__say_what_is_wrong_what_to_do_and_what_nobody_watches(
    silent: Path, lang: Lang
) -> None:
    told = done("alarms", silent, "--lang", lang).out

    assert name_of(silent) in told
    assert {"zh": "全部网关静默", "en": "all gateways silent"}[lang] in told
    assert {"zh": "查看接入服务", "en": "see whether the door"}[lang] in told
    assert {"zh": "未监视", "en": "not watched"}[lang] in told
    assert "ISA-18.2" in told


def test_alarms__as_of_an_earlier_instant_are_those_of_then(silent: Path) -> None:
    assert alarms_of(silent, "--at", "2026-08-20T12:00+08:00") == []
    told = done("alarms", silent, "--at", "2026-08-20T12:00+08:00", "--lang", "en").out
    assert "no alarms since 2026-07-01" in told


def test_alarms__for_machines_have_states_causes_and_shares(silent: Path) -> None:
    facts = done("alarms", silent, "--json").facts

    assert facts["open"] == len(cast("list[object]", facts["alarms"]))
    (share, *_) = cast("list[dict[str, Any]]", facts["priorities"])
    assert (share["priority"], share["target"]) == ("high", 0.05)
    first = alarms_of(silent)[0]
    assert (first["state"], first["cause"]["kind"]) == ("unacknowledged", "gateway")


def test_ack__is_logged_once_and_told_again(own: Path) -> None:
    name = name_of(own)

    first = done("alarms", own, "--ack", name, *WHO, "--lang", "en").out
    again = done("alarms", own, "--ack", name, *WHO, "--lang", "en").out
    told = done("alarms", own, "--lang", "en").out

    assert "by Li Wei, in the log" in first
    assert "nothing was added" in again
    assert "Li Wei (dispatcher): fibre cut, crew on site" in told
    assert [each["state"] for each in alarms_of(own) if each["id"] == name] == ["acknowledged"]


def test_shelve__needs_an_end_and_is_taken_off(own: Path) -> None:
    name, late = name_of(own), "2099-01-01T00:00+08:00"

    taihang("alarms", own, "--shelve", name, *WHO).refused("input.shelf-time")
    taihang("alarms", own, "--shelve", name, "--until", late, *WHO).refused("input.shelf-time")
    taihang("alarms", own, "--unshelve", name, *WHO).refused("state.alarm-order")
    taihang("alarms", own, "--ack", "gap-open.M-E01.5", *WHO).refused("state.unknown-alarm")
    taihang("alarms", own, "--ack", "nonsense", *WHO).refused("input.alarm-name")
    taihang("alarms", own, "--ack", name).refused("input.unsigned-decision")
    taihang("alarms", own, "--at", "yesterday").refused("input.words")

    assert all(each["decisions"] == [] for each in alarms_of(own))
