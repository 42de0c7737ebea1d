"""``taihang heat``: amounts, closing and gaps in both languages, the same for machines."""

import json
from pathlib import Path

import pytest

import small_park
from command_line import done, taihang
from taihang import wiring
from taihang.config.templates import template_text
from taihang.core.activity.record import Flow
from taihang.interfaces.catalogue import LANGS, Lang
from year_kit import MONTHS, YEAR, hand_in, lines

MONTH = MONTHS[0]


@pytest.fixture
def park(tmp_path: Path) -> Path:
    root = tmp_path / "park"
    wiring.make_park(root, text=template_text("changzhi"))
    with small_park.opened(root) as ports:
        for item, flow, subject, gj in (
            ("waste-heat", Flow.RECOVERABLE, "E02", "8000"),
            ("waste-heat", Flow.RECOVERED, "E02", "4000"),
            ("heat", Flow.SUPPLIED, "E02", "3210"),
            ("heat", Flow.PURCHASED, "E05", "1900"),
            ("heat", Flow.PURCHASED, "E09", "1100"),
        ):
            hand_in(ports, lines(item, flow, gj, unit="GJ", subject=subject, periods=MONTHS[:2]))
    return root


@pytest.mark.parametrize("lang", LANGS)
def test_heat__tells_amounts_closing_and_reference(park: Path, lang: Lang) -> None:
    told = done("heat", park, "--month", MONTH, "--lang", lang).out

    assert "50.0%" in told
    assert "E05" in told
    assert "1,900" in told
    assert "3,210" in told
    assert "210 GJ" in told
    assert "85.0%" in told
    # 3 000 GJ × 0.03412 / 0.85 − 3 210 × 2.5 × 0.1229 / 1000 = 119.4 tce, at 2.66 tCO2/tce 317.7
    assert told.count(" 119 ") == told.count(" 318") == 2, "the supplier and the park"


def test_heat__of_a_year_names_the_months_that_lack(park: Path) -> None:
    told = done("heat", park, "--year", YEAR, "--subject", "E02", "--lang", "en").out

    assert told.count("3,210") == 2
    assert "E09 heat purchased lacks 10 months" in told


def test_heat__issues_what_it_shows(park: Path) -> None:
    told = done("heat", park, "--month", MONTH, "--issue", "--json").out

    shown = {each["series"]: each for each in json.loads(told)["accounts"]}
    assert set(shown) == {f"waste-heat.E02.{MONTH}", f"waste-heat.park.{MONTH}"}
    with small_park.opened(park, writing=False) as ports:
        issued = json.loads(ports.registry.statement(f"waste-heat.park.{MONTH}.v1").document)
    assert issued["saved_tce"] == shown[f"waste-heat.park.{MONTH}"]["saved_tce"]


def test_heat__refuses_a_subject_without_heat(park: Path) -> None:
    run = taihang("heat", park, "--month", MONTH, "--subject", "E01")

    assert run.code == 1
    assert "state.no-waste-heat" in run.err
