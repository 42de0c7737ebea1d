from pathlib import Path
from typing import Any, cast

import pytest

import small_park
from command_line import done
from restated_park import corrected, settled
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.services.restate import restate


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park with one correction."""
    root = small_park.make(tmp_path_factory.mktemp("restatements") / "park")
    with small_park.opened(root) as ports:
        settled(ports)
        corrected(ports, 3)
        restate(ports=ports)
    return root


@pytest.mark.parametrize("lang", LANGS)
def test_restatements__tell_the_cause_once_and_under_it_what_changed(
    lang: Lang, park: Path
) -> None:
    told = done("restatements", park, "--month", "2026-08", "--lang", lang).out

    assert told.count("M-E02 2026-08-11T0945 … 2026-08-11T1015, 3 intervals, by GW2/") == 1
    assert "energy.E02.2026-08.v2" in told
    head = {"zh": "读数迟到、更正或撤回", "en": "Readings came late"}
    assert head[lang] in told


def test_restatements__for_machines_say_cause_and_both_values(park: Path) -> None:
    facts = done("restatements", park, "--year", "2026", "--subject", "E02", "--json").facts

    found = cast("list[dict[str, Any]]", facts["restatements"])
    steps = {str(each["now"]): each for each in found}
    step = steps["energy.E02.2026-08.v2"]
    assert step["was"] == "energy.E02.2026-08.v1"
    assert step["was_value"] != step["now_value"]
    assert step["causes"][0]["kind"] == "readings"
    assert all(".E02." in now for now in steps)


def test_restatements__of_a_month_without_any_are_none(park: Path) -> None:
    facts = done("restatements", park, "--month", "2026-07", "--json").facts
    assert facts == {"period": "2026-07", "restatements": []}
