"""The tables of a zero-carbon park application: thresholds, gaps, projects, the way to the peak."""

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

import annual_kit
import small_park
from command_line import taihang
from taihang import wiring
from taihang.interfaces.catalogue import LANGS
from year_kit import YEAR, hand_in_year, state_green, state_year

WORDS: Final = ("--year", YEAR, "--kind", "zero-carbon")


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A park of 0.5 Mtce and 0.22 tCO2/tce: the vector of the handbook, 10 000 t to go."""
    root = annual_kit.blank(tmp_path_factory.mktemp("zero-known") / "park")
    with wiring.open_park(root, writing=True, clock=small_park.CLOCK) as ports:
        state_year(ports)
        state_green(ports)
        hand_in_year(ports)
    annual_kit.issue(root, "indicators", "pathway")
    return annual_kit.machine_form(root, *WORDS)


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return annual_kit.make(tmp_path_factory.mktemp("zero") / "park")


def test_zero_carbon_park__states_the_gap_of_the_core_indicator(known: dict[str, Any]) -> None:
    section = annual_kit.section(known, "零碳园区指标表")
    (table,) = section["tables"]
    rows = {row[0]["words"]: row for row in table["rows"]}

    assert section["sentences"][1] == "核心指标差距：还须减排 10,000.00 tCO2"
    assert len(rows) == 6
    assert rows["I1"][3]["value"] == "0.22"
    assert rows["I1"][5]["words"] == "≤ 0.2"
    assert Decimal(rows["I1"][6]["value"]) == Decimal("0.02")
    assert rows["I5"][6]["printed"] == "10.00"
    assert rows["I3"][6] == {"words": "–", "tone": "open"}
    assert {row[7].get("tone") for row in rows.values()} == {"good", "bad", "open"}


def test_zero_carbon_park__gap_and_verdict_agree(known: dict[str, Any], park: Path) -> None:
    n_seen = 0
    for form in (known, annual_kit.machine_form(park, *WORDS)):
        for row in annual_kit.section(form, "零碳园区指标表")["tables"][0]["rows"]:
            if "value" in row[6]:
                n_seen += 1
                assert (Decimal(row[6]["value"]) <= 0) is (row[7]["tone"] == "good")
    assert n_seen >= 8


def test_zero_carbon_park__energy_total_is_left_out_where_the_account_is_not_whole(
    park: Path,
) -> None:
    section = annual_kit.section(annual_kit.machine_form(park, *WORDS), "能源消费表")
    (table,) = section["tables"]

    assert table["rows"][-1][4] == {"words": "–", "tone": "open"}
    assert any("E01" in sentence for sentence in section["sentences"])


def test_zero_carbon_park__a_lacking_statement_is_named_in_its_table(
    tmp_path: Path,
) -> None:
    root = annual_kit.blank(tmp_path / "park")
    annual_kit.issue(root, "indicators")

    form = annual_kit.machine_form(root, *WORDS, "--lang", "en")

    lacking = [
        section["title"]
        for section in form["sections"]
        if any("was not issued yet" in sentence for sentence in section["sentences"])
    ]
    assert lacking == ["Energy", "Carbon of the park", "The way to the peak, and targets"]


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("--month", f"{YEAR}-09", "--kind", "zero-carbon"), "input.words", "--year"),
        ((*WORDS, "--enterprise", "E01"), "input.words", "--enterprise"),
        (("--year", "2020", "--kind", "zero-carbon"), "state.not-issued", "zero-carbon.park.2020"),
    ],
)
def test_zero_carbon_park__refuses_in_words(
    words: tuple[str, ...], code: str, part: str, park: Path
) -> None:
    taihang("report", park, *words).refused(code, part)


def test_zero_carbon_park__says_the_same_numbers_in_both_languages(park: Path) -> None:
    numbers = [
        [
            cell["value"]
            for section in annual_kit.machine_form(park, *WORDS, "--lang", lang)["sections"]
            for table in section["tables"]
            for row in table["rows"]
            for cell in row
            if "value" in cell
        ]
        for lang in LANGS
    ]
    assert numbers[0] == numbers[1]
    assert len(numbers[0]) > 200
