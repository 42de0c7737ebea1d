"""``taihang ratios``: windows, intervals, forecast, plan; the same for people and machines."""

import json
from pathlib import Path

import pytest

import small_park
from command_line import done, taihang
from ratio_kit import NARROW, june_park
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.cli.ratios import INTERVAL_DAYS_MAX

JUNE = "2026-06"
CHANGZHI = """format = 1
[what_if]
day = 2026-12-31
[plants]
PV = { mwh_per_year = 18250 }
W = { capacity_kw = 25000, full_load_h = 2200 }
[loads]
L1 = { mwh_per_year = 850000 }
"""
XING_SMELTER = """format = 1
[what_if]
day = 2026-12-31
[plants]
PV = { capacity_kw = 200000, full_load_h = 1500 }
ROOF = { capacity_kw = 10000, full_load_h = 1500 }
W = { capacity_kw = 300000, full_load_h = 2200 }
[loads]
SMELTER = { mwh_per_year = 6750000 }
"""


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return june_park(tmp_path_factory.mktemp("ratios") / "park", NARROW)


def _idea(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "idea.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("lang", LANGS)
def test_ratios__of_a_month_tell_windows_forecast_and_remedies(park: Path, lang: Lang) -> None:
    told = done("ratios", park, "--month", JUNE, "--forecast", "--lang", lang).out

    for word in ("R_self", "R_green", "R_exp", "E_cur", "P10", "P90", "CHARGE", "2026-12-31"):
        assert word in told
    for word in {"zh": ("弃电未计量", "未定价", "未列出"), "en": ("not metered", "not priced")}[
        lang
    ]:
        assert word in told
    assert "14,496" in told, "January to May are not settled"


def test_ratios__machines_read_what_people_do(park: Path) -> None:
    told = json.loads(done("ratios", park, "--month", JUNE, "--json").out)

    assert told["series"] == f"ratios.park.{JUNE}"
    assert told["id"] is None, "a draft has no id"
    assert [one["name"] for one in told["windows"]] == ["month", "year-to-date", "twelve-months"]


def test_ratios__are_issued_once(tmp_path: Path) -> None:
    root = june_park(tmp_path / "park")

    first = json.loads(done("ratios", root, "--month", JUNE, "--issue", "--json").out)
    again = done("ratios", root, "--month", JUNE, "--issue", "--lang", "en").out

    assert first["id"] == f"ratios.park.{JUNE}.v1"
    assert f"ratios.park.{JUNE}.v1" in again


def test_ratios__of_a_year_add_up_its_months(park: Path) -> None:
    told = json.loads(done("ratios", park, "--year", "2026", "--forecast", "--json").out)

    month, year = told["windows"]
    assert (month["name"], year["name"]) == (JUNE, "2026")
    assert month["available_wh"] == year["available_wh"]
    assert year["intervals"]["unsettled"] == 335 * 96
    assert told["forecast"]["first"] == "2026-07-01"
    assert "R_exp" in done("ratios", park, "--year", "2026", "--forecast", "--lang", "en").out


def test_ratios__by_interval_add_up_to_the_month(park: Path) -> None:
    told = json.loads(done("ratios", park, "--interval", "2026-06-01", "2026-07-01", "--json").out)[
        "intervals"
    ]
    month = json.loads(done("ratios", park, "--month", JUNE, "--json").out)["windows"][0]

    assert len(told) == small_park.JUNE.n_steps
    for flow in ("available_wh", "exported_wh", "self_used_wh", "load_wh", "imported_wh"):
        assert sum(row[flow] for row in told) == month[flow]


def test_ratios__by_interval_show_no_number_where_nothing_is_settled(park: Path) -> None:
    out = done("ratios", park, "--interval", "2026-05-31", "2026-06-02", "--lang", "en").out

    assert out.count("not settled") == 96
    assert "06-01 12:00" in out


def test_ratios__refuse_more_intervals_than_they_tell(park: Path) -> None:
    assert INTERVAL_DAYS_MAX == 31

    ended = taihang("ratios", park, "--interval", "2026-06-01", "2026-07-03")

    ended.refused("input.words", "31 days")


@pytest.mark.parametrize(
    "words",
    [
        ("--plan", "2026", "--forecast"),
        ("--year", "2026", "--issue"),
        ("--month", JUNE, "--backtest"),
        ("--interval", "2026-06-01", "2026-06-02", "--forecast"),
    ],
)
def test_ratios__refuse_an_option_that_has_no_use(park: Path, words: tuple[str, ...]) -> None:
    taihang("ratios", park, *words).refused("input.words")


@pytest.mark.parametrize("words", [("--month", "2026-05"), ("--year", "2025")])
def test_ratios__refuse_what_is_not_settled(park: Path, words: tuple[str, str]) -> None:
    taihang("ratios", park, *words).refused("state.no-ratios")


def test_ratios__changzhi_phase_one_is_told_to_miss_thirty_percent(
    park: Path, tmp_path: Path
) -> None:
    # Domain handbook S08 (b).
    idea = _idea(tmp_path, CHANGZHI)

    told = done("ratios", park, "--what-if", str(idea), "--lang", "en").out
    facts = json.loads(done("ratios", park, "--what-if", str(idea), "--json").out)

    assert "8.6 %" in told
    assert "misses 30 %" in told
    assert (facts["generation_wh"], facts["fits"]) == (73_250_000_000, False)


def test_ratios__xing_county_with_its_smelter_shows_fourteen_percent(
    park: Path, tmp_path: Path
) -> None:
    # Domain handbook S15 (c).
    idea = _idea(tmp_path, XING_SMELTER)

    told = done("ratios", park, "--what-if", str(idea), "--lang", "zh").out

    assert "14.4 %" in told
    assert "975,000" in told
    assert "✗" in told


def test_ratios__plan_needs_the_plan_of_everybody(park: Path) -> None:
    taihang("ratios", park, "--plan", "2026").refused("state.no-ratio-plan", "PV01")


@pytest.mark.parametrize("words", [(), ("--month", JUNE, "--year", "2026")])
def test_ratios__needs_one_stretch(park: Path, words: tuple[str, ...]) -> None:
    taihang("ratios", park, *words).refused("input.words", "one of --month")
