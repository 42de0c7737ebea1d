from pathlib import Path
from typing import Any, cast

import pytest

import small_park
from carbon_kit import PARK_CHOICES, SOURCES, declared, state_load
from command_line import done
from restated_park import corrected, settled
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.services.restate import restate
from year_kit import YEAR


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


@pytest.mark.parametrize("lang", LANGS)
def test_restatements__tell_a_factor_used_no_more_from_one_that_changed(
    lang: Lang, tmp_path: Path
) -> None:
    root = declared(small_park.make(tmp_path / "park"), SOURCES, PARK_CHOICES)
    with small_park.opened(root) as ports:
        state_load(ports)
    form = tmp_path / "form.csv"
    head = "id,subject,period,item,flow,amount,unit,version,reason\n"
    form.write_text(f"{head}a1,E01,2026-01,anthracite,consumed,1000,t,,\n", encoding="utf-8")
    done("form", root, form)
    done("carbon", root, "--year", YEAR, "--subject", "E01", "--issue")

    done("form", root, form, "--withdraw", "wrong", "--who", "Li-Wei")

    told = done("restatements", root, "--year", YEAR, "--lang", lang).out
    left = {"zh": "不再用到的因子", "en": "is used no more"}
    changed = {"zh": "限值变更", "en": "threshold changed"}
    assert left[lang] in told
    assert changed[lang] not in told
