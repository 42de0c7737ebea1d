"""``taihang trail``: the entries, whether they are whole, and the head in the log."""

from pathlib import Path
from typing import Any, cast

import pytest

import small_park
from command_line import done, taihang
from taihang import wiring
from taihang.adapters.stores.trail import TRAIL_FILE
from taihang.core.seal.trail import TrailEntry
from taihang.interfaces.catalogue import LANGS, Lang
from trail_kit import AT_S, entries


@pytest.fixture
def park(tmp_path: Path) -> Path:
    """A park in whose trail stand 30 entries."""
    root = small_park.make(tmp_path / "park")
    trail = wiring.trail_of(root)
    for each in entries(30):
        trail.append(each)
    return root


def shown(park: Path, *words: str) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", done("trail", park, *words, "--json").facts["entries"])


@pytest.mark.parametrize("lang", LANGS)
def test_trail__shows_who_did_what_and_the_head(lang: Lang, park: Path) -> None:
    told = done("trail", park, "--lang", lang).out

    assert "user1" in told
    assert {"zh": "登录", "en": "log in"}[lang] in told
    assert wiring.trail_of(park).head()[1].hex() in told


def test_trail__of_one_account_kind_or_stretch(park: Path) -> None:
    assert [each["number"] for each in shown(park, "--actor", "user1")] == [*range(1, 30, 3)]
    assert [each["number"] for each in shown(park, "--kind", "export")] == [*range(1, 30, 4)]
    assert len(shown(park, "--from", "2026-09-21", "--to", "2026-09-23")) == 30
    assert shown(park, "--from", "2026-09-23") == []
    assert shown(park, "--to", "2026-09-21") == []
    assert shown(park)[0]["at_s"] == AT_S


def test_trail__seals_its_head(park: Path) -> None:
    before = done("trail", park, "--json").facts
    after = done("trail", park, "--seal", "--json").facts
    told = done("trail", park, "--seal", "--lang", "en").out

    assert (before["sealed_size"], after["sealed_size"]) == (0, 30)
    assert "the head of 30 entries is entry" in told
    assert (
        "nobody has done anything"
        in done("trail", small_park.make(park.with_name("new")), "--seal", "--lang", "en").out
    )


def test_trail__damage_is_told_with_its_place_and_code_1(park: Path) -> None:
    path = park / "trail" / TRAIL_FILE
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    ended = taihang("trail", park, "--lang", "en")

    assert ended.code == 1
    assert "✗ entry " in ended.out
    facts = taihang("trail", park, "--json").facts
    assert facts["findings"]
    assert facts["entries"] == []


def test_trail__half_an_entry_at_the_end_is_told(park: Path) -> None:
    path = park / "trail" / TRAIL_FILE
    path.write_bytes(path.read_bytes() + b"THJ2")

    assert "half an entry" in done("trail", park, "--lang", "en").out


def test_trail__what_strangers_typed_moves_no_cursor(park: Path) -> None:
    hostile = "/x\x1b[2J\x9b31m\u202e"
    entry = TrailEntry(id="h", at_s=AT_S, kind="access", subject=hostile)
    wiring.trail_of(park).append(entry)

    told = done("trail", park, "--lang", "en").out

    assert not {"\x1b", "\x9b", "\u202e"} & set(told)
    assert "not" in told.split()
    assert "logged" in told.split()


def test_trail__of_many_shows_the_newest(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    trail = wiring.trail_of(root)
    for each in entries(230):
        trail.append(each)

    told = done("trail", root, "--lang", "en").out

    assert "30 earlier" in told
    assert "/page/4" in told
    assert "230 of 230 entries" in told
