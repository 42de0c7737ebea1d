"""``taihang plan``: both languages, 80 columns, the same for machines, refusals in words."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import pytest

import small_park
from command_line import DemoPark, done, taihang
from small_park import ZONE
from taihang.core.periods import days
from taihang.interfaces.catalogue import LANGS, Lang, load_catalogue
from taihang.interfaces.text_width import width_of
from taihang.services.settle import settle

COLUMNS = 80
DAY = ("--day", "2026-10-01")


def test_plan__tells_month_year_bill_prices_and_verdict_within_80_columns(
    demo_park: DemoPark, tmp_path: Path
) -> None:
    park, words = demo_park.copy(tmp_path / "park"), load_catalogue()
    for lang in LANGS:
        out = done("plan", park, *DAY, "--lang", lang).out

        assert max(width_of(line) for line in out.splitlines()) <= COLUMNS
        for key in ("bill", "flows", "buses", "values"):
            start = words[f"cli.dispatch.{key}"][lang].split("（")[0][:12]
            assert start in out.replace("\n", "")
        for start in (words["cli.plan.peak"][lang], words["cli.plan.forecast"][lang]):
            assert start[:7] in out


def test_plan__gives_machines_the_same_and_writes_what_it_found(
    demo_park: DemoPark, tmp_path: Path
) -> None:
    park, answer = demo_park.copy(tmp_path / "park"), tmp_path / "answer"

    facts = done("plan", park, *DAY, "--json", "--out", answer).facts

    release = cast("Mapping[str, object]", facts["release"])
    (peak,) = cast("Sequence[Mapping[str, float]]", facts["month_peaks"])
    assert facts["accepted"] is True
    assert f"{release['saving_cny']:.2f}" == facts["saving_cny"]
    assert peak["days"] == 31
    assert peak["expected_kw"] > peak["so_far_kw"] == 0.0
    assert sorted(path.name for path in answer.iterdir()) == [
        "problem.json",
        "release.json",
        "series.csv",
    ]
    assert cast("Mapping[str, object]", release["verdict"])["accepted"] is True


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "受电上限 400 kW 低了"), ("en", "import limit of 400 kW of G1")]
)
def test_plan__says_which_limit_stands_in_the_way_and_issues_nothing(
    tmp_path: Path, lang: Lang, words: str
) -> None:
    text = small_park.WITH_BATTERY.replace("capacity_kva = 6300", "capacity_kva = 400")
    root = small_park.make(tmp_path / "park", text)
    weeks = days(small_park.AUGUST.start.astimezone(ZONE).date(), 28, ZONE)
    with small_park.opened(root) as ports:
        small_park.fill(ports, weeks)
        settle(weeks, ports=ports)

    ended = taihang("plan", root, "--day", "2026-08-29", "--lang", lang)

    assert ended.code == 1
    assert words in " ".join(ended.out.split())


def test_plan__refuses_a_day_without_history(demo_park: DemoPark) -> None:
    taihang("plan", demo_park.root, "--day", "2030-01-01").refused("state.no-plan", "2030-01-01")
