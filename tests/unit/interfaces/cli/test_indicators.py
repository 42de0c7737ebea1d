"""``taihang indicators`` and ``pathway``: both languages, 80 columns, the same for machines."""

from pathlib import Path
from typing import cast

import pytest

import small_park
from command_line import done, taihang
from taihang import wiring
from taihang.config.templates import template_text
from taihang.core.activity.record import Flow
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.text_width import width_of
from year_kit import YEAR, hand_in, hand_in_year, lines, state_green, state_year

Rows = list[dict[str, object]]


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo park with one year that is known."""
    root = tmp_path_factory.mktemp("indicators") / "park"
    wiring.make_park(root, text=template_text("changzhi"))
    with wiring.open_park(root, writing=True, clock=small_park.CLOCK) as ports:
        state_year(ports)
        state_green(ports)
        hand_in_year(ports)
        hand_in(
            ports,
            lines(
                "value-added.base-prices",
                Flow.OUTPUT,
                "1400000",
                unit="10⁴CNY",
                subject="park",
                periods=(YEAR,),
            ),
        )
    return root


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("command", ["indicators", "pathway"])
def test_views__fit_80_columns_and_cut_nothing(
    command: str, lang: Lang, park: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")

    told = done(command, park, "--year", YEAR, "--lang", lang).out

    assert max(width_of(line.rstrip()) for line in told.splitlines()) <= 80
    assert "…  " not in told, "a cell was cut"


def test_indicators__tells_gap_verdicts_and_what_is_open(
    park: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    told = done("indicators", park, "--year", YEAR).out

    assert "还须减排 10,000 tCO2" in told
    assert "达标 2 项，未达标 3 项，未评价 1 项" in told
    assert "没有人填报：product" in told
    assert "≤ 0.2" in told


def test_indicators__issues_once_and_names_it(park: Path) -> None:
    first = done("indicators", park, "--year", YEAR, "--issue").out
    again = done("indicators", park, "--year", YEAR, "--issue").out

    assert "已出具声明 zero-carbon.park.2026.v1" in first
    assert "未新增版本" in again
    facts = done("indicators", park, "--year", YEAR, "--issue", "--json").facts
    assert facts["id"] == "zero-carbon.park.2026.v1"
    assert [line["indicator"] for line in cast("Rows", facts["lines"])] == [
        "I1",
        "I2",
        "I3",
        "I4",
        "I5",
        "I6",
    ]


def test_pathway__shows_path_truth_and_chance(park: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    told = done("pathway", park, "--year", YEAR).out

    assert "2023*" in told
    assert "种子 7" in told
    facts = done("pathway", park, "--year", YEAR, "--json").facts
    assert facts["id"] is None
    (now,) = [row for row in cast("Rows", facts["lines"]) if row["year"] == int(YEAR)]
    assert now["actual_t"] == "110000"
    assert now["gap_t"] is not None


def test_pathway__of_a_year_outside_the_plan_is_refused(park: Path) -> None:
    taihang("pathway", park, "--year", "2040").refused("state.no-peak-plan", "2020 to 2030")
