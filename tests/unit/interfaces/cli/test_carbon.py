"""``taihang carbon``: sums in both languages, the same for machines, refusals in words."""

import json
from pathlib import Path

import pytest

import small_park
from carbon_kit import PARK_CHOICES, SOURCES, declared, state_load
from command_line import done, taihang
from taihang.core.activity.record import Flow
from taihang.interfaces.catalogue import LANGS, Lang
from year_kit import YEAR, hand_in, lines


@pytest.fixture
def park(tmp_path: Path) -> Path:
    root = declared(small_park.make(tmp_path / "park"), SOURCES, PARK_CHOICES)
    with small_park.opened(root) as ports:
        hand_in(ports, lines("anthracite", Flow.CONSUMED, "1000", periods=[YEAR]))
        state_load(ports)
    return root


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("subject", ["park", "E01"])
def test_carbon__tells_lines_sums_and_gaps(park: Path, lang: Lang, subject: str) -> None:
    told = done("carbon", park, "--year", YEAR, "--subject", subject, "--lang", lang).out

    assert {"zh": "无烟煤", "en": "anthracite"}[lang] in told
    assert "2,322.77" in told
    assert ("13,268.00" in told) is (subject == "E01")
    assert " ! " in told


def test_carbon__issues_what_it_shows(park: Path) -> None:
    told = done("carbon", park, "--year", YEAR, "--subject", "E01", "--issue", "--json").out

    shown = json.loads(told)
    assert shown["series"] == f"inventory.E01.{YEAR}"
    with small_park.opened(park, writing=False) as ports:
        issued = json.loads(ports.registry.statement(f"inventory.E01.{YEAR}.v1").document)
    assert issued["assessed_t"] == shown["assessed_t"]


def test_carbon__refuses_whom_it_does_not_know(park: Path) -> None:
    run = taihang("carbon", park, "--year", YEAR, "--subject", "E99")

    assert run.code == 1
    assert "state.no-carbon-inventory" in run.err
