"""``taihang admit`` and ``taihang limits``: a trial changes nothing, a decision is kept."""

import re
from pathlib import Path
from typing import cast

import pytest

import small_park
from command_line import done, taihang
from taihang import wiring
from taihang.config.templates import template_text
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.text_width import width_of

_PAGE = Path(__file__).parents[4] / "docs" / "indicators.md"
_EXAMPLE = re.compile(r"```toml\n(format = 1.*?)```", re.DOTALL)


@pytest.fixture
def park(tmp_path: Path) -> Path:
    """The demo park, without any reading."""
    root = tmp_path / "park"
    wiring.make_park(root, text=template_text("changzhi"))
    with wiring.open_park(root, writing=True, clock=small_park.CLOCK):
        pass
    return root


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The application that the page shows."""
    (text,) = _EXAMPLE.findall(_PAGE.read_text("utf-8"))
    file = tmp_path / "project.toml"
    file.write_text(text, encoding="utf-8")
    return file


def changed(project: Path, was: str, now: str) -> Path:
    text = project.read_text("utf-8")
    assert was in text
    other = project.with_name("other.toml")
    other.write_text(text.replace(was, now), encoding="utf-8")
    return other


@pytest.mark.parametrize("lang", LANGS)
def test_admit__views_fit_80_columns(
    lang: Lang, park: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")

    told = done("admit", park, project, "--decide", "--lang", lang).out
    told += done("limits", park, "--lang", lang).out

    assert max(width_of(line.rstrip()) for line in told.splitlines()) <= 80
    assert "1.500 tCO2/t" in told
    assert "PJ-2026-001" in told


def test_admit__a_trial_changes_nothing(park: Path, project: Path) -> None:
    assert done("admit", park, project, "--json").facts["decision"] == "admitted"

    assert done("limits", park, "--json").facts["decisions"] == []


def test_admit__keeps_a_decision_once_and_gives_back_what_is_withdrawn(
    park: Path, project: Path
) -> None:
    first = done("admit", park, project, "--decide", "--json").facts
    again = done("admit", park, project, "--decide").out
    reserved = done("limits", park, "--json").facts
    done("admit", park, project, "--withdraw", "no money")
    after = done("limits", park, "--json").facts

    assert first["id"] == "admission.PJ-2026-001.2026.v1"
    assert "未新增" in again
    land = cast("dict[str, dict[str, str]]", reserved["limits"])["land"]
    assert (land["reserved"], land["room"]) == ("60", "540")
    assert cast("dict[str, str | None]", reserved["closed_units"])["K1"] == "PJ-2026-001"
    assert cast("dict[str, dict[str, str]]", after["limits"])["land"]["reserved"] == "0"
    assert cast("dict[str, str | None]", after["closed_units"])["K1"] is None


def test_admit__a_refusal_names_the_limiting_quantity_and_the_way(
    park: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    greedy = changed(project, 'so2 = "2"', 'so2 = "48"')
    greedy = changed(greedy, 'replaces                   = ["K1"]', "replaces = []")

    ended = taihang("admit", park, greedy)

    assert ended.code == 1
    assert "限制因素 二氧化硫：超出 8 t/a；还须关停 10 t/a 才能纳入" in ended.out
    assert "已关停装置 K1 中任一个" in ended.out
    assert done("limits", park, "--json").facts["decisions"] == []


def test_admit__what_is_high_in_energy_and_pollution_is_always_refused(
    park: Path, project: Path
) -> None:
    listed = changed(
        project,
        "high_energy_high_pollution = false",
        "high_energy_high_pollution = true",
    )

    ended = taihang("admit", park, listed, "--lang", "en")

    assert ended.code == 1
    assert "always refused" in ended.out


def test_admit__refuses_two_acts_at_once_and_a_bad_application(park: Path, project: Path) -> None:
    taihang("admit", park, project, "--decide", "--built", "x").refused("input.words")
    bad = changed(project, 'sector                     = "C38"', "sector = 5")
    taihang("admit", park, bad).refused("input.project-file", "project.sector")
