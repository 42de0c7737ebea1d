"""``taihang storage``: both languages, 80 columns, machines, and why there is no plan."""

import json
from pathlib import Path

import pytest

from command_line import done, taihang
from taihang.config.shared_file import store_text
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.text_width import width_of

COLUMNS = 80
DAY = ("--day", "2026-06-16")


@pytest.mark.parametrize("lang", LANGS)
def test_shared_storage__tells_accounts_statements_and_counter_within_80_columns(
    lang: Lang,
) -> None:
    out = done("storage", "jinhai", *DAY, "--lang", lang).out

    assert max(width_of(line) for line in out.splitlines()) <= COLUMNS
    for figure in ("400.0", "200.00 GWh", "11.50", "-87,671.23", "95.83%"):
        assert figure in out


def test_shared_storage__gives_machines_and_files_the_same(tmp_path: Path) -> None:
    out = tmp_path / "day.json"

    facts = done("storage", "jinhai", *DAY, "--out", out, "--json").facts

    assert facts == json.loads(out.read_text(encoding="utf-8"))
    assert facts["accepted"] is True


@pytest.mark.parametrize("lang", LANGS)
def test_shared_storage__says_which_limit_an_order_breaks(lang: Lang, tmp_path: Path) -> None:
    path = tmp_path / "store.toml"
    text = store_text("jinhai").replace('last = "20:00"', 'last = "23:00"')
    path.write_text(text, encoding="utf-8")

    ended = taihang("storage", path, *DAY, "--lang", lang)

    assert ended.code == 1
    assert "evening" in ended.out or "own" in ended.out


def test_shared_storage__refuses_a_store_that_is_not_there() -> None:
    taihang("storage", "nowhere.toml", *DAY).refused("input.problem-file", "nowhere.toml")
