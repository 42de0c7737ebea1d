"""``taihang quota``: shares, forecasts and gaps in both languages, the same for machines."""

import json
from pathlib import Path

import pytest

import small_park
from carbon_kit import declared, state_load
from command_line import done, taihang
from quota_kit import RULES
from taihang.interfaces.catalogue import LANGS, Lang
from year_kit import MONTHS, YEAR

BOOK = f"""{RULES}[quotas]
Q1 = {{ subject = "E01", measure = "electricity", amount = "20000", unit = "MWh", \
valid_from = 2026-01-01, valid_to = 2026-12-31, document = "test" }}
Q2 = {{ subject = "park", measure = "electricity", amount = "50000", unit = "MWh", \
valid_from = 2026-01-01, valid_to = 2026-12-31, document = "test" }}
"""


@pytest.fixture
def park(tmp_path: Path) -> Path:
    root = declared(small_park.make(tmp_path / "park"), BOOK)
    with small_park.opened(root) as ports:
        state_load(ports, load_wh=6_000_000_000, months=MONTHS[:4], missing=2)
    return root


@pytest.mark.parametrize("lang", LANGS)
def test_quota__tells_share_forecast_and_gaps(park: Path, lang: Lang) -> None:
    told = done("quota", park, "--year", YEAR, "--lang", lang).out

    assert "6,000" in told
    assert "30.0%" in told
    # 6 000 + (1 500/31 + 1 500/28 + 1 500/31 + 1 500/30) / 4 × 245 days = 18 271.2 MWh
    assert "18,271" in told
    assert "E02" in told
    assert "–" in told


def test_quota__of_one_subject_shows_its_months(park: Path) -> None:
    told = done("quota", park, "--year", YEAR, "--subject", "E01", "--lang", "en").out

    assert told.count("1,500") == 4
    assert "2025" in told


def test_quota__issues_what_it_shows(park: Path) -> None:
    told = done("quota", park, "--year", YEAR, "--issue", "--json").out

    shown = {each["series"]: each for each in json.loads(told)["quotas"]}
    assert set(shown) == {f"quota.E01.{YEAR}", f"quota.park.{YEAR}"}
    with small_park.opened(park, writing=False) as ports:
        issued = json.loads(ports.registry.statement(f"quota.E01.{YEAR}.v1").document)
    assert issued["lines"] == shown[f"quota.E01.{YEAR}"]["lines"]


def test_quota__refuses_what_nobody_set(park: Path) -> None:
    for words in (("--year", "2031"), ("--year", YEAR, "--subject", "E02")):
        run = taihang("quota", park, *words)
        assert run.code == 1
        assert "state.no-quota" in run.err
