from pathlib import Path
from typing import Any, cast

import pytest

import small_park
from command_line import done, taihang
from restated_park import NAME, locked_and_restated, settled
from taihang.core.seal.review import State, Step
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.cli.parser import STATES, STEPS
from taihang.services.act_log import log_acts

PEOPLE = {"prepared": "Zhang Min", "checked": "Li Wei", "verified": "Wang Fang", "locked": "Li Wei"}


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park with a statement that was locked and then restated."""
    root = small_park.make(tmp_path_factory.mktemp("review") / "park")
    with small_park.opened(root) as ports:
        locked_and_restated(ports, {Step(step): who for step, who in PEOPLE.items()})
        log_acts(ports=ports)
    return root


def test_words__are_those_of_the_core() -> None:
    assert tuple(Step) == STEPS
    assert tuple(State) == STATES


@pytest.mark.parametrize("lang", LANGS)
def test_review__of_the_locked_version_says_what_came_after_it_and_why(
    lang: Lang, park: Path
) -> None:
    told = done("review", park, f"{NAME}.v1", "--lang", lang).out

    assert {"zh": "已锁定", "en": "locked"}[lang] in told
    assert all(who in told for who in PEOPLE.values())
    (warning,) = (line for line in told.splitlines() if line.startswith("!"))
    assert f"{NAME}.v2" in warning
    assert "M-E02 2026-08-11T0945" in warning


def test_review__for_machines_has_signatures_and_later_versions(park: Path) -> None:
    facts = done("review", park, f"{NAME}.v1", "--json").facts

    assert facts["state"] == "locked"
    signatures = cast("list[dict[str, Any]]", facts["signatures"])
    assert [(each["step"], each["who"]) for each in signatures] == [*PEOPLE.items()]
    ((later),) = cast("list[dict[str, Any]]", facts["later"])
    assert later["statement"] == f"{NAME}.v2"
    assert later["was_value"] != later["now_value"]


def test_review__signs_and_refuses_with_a_code(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        settled(ports)
    words = ("--who", "Zhang Min", "--role", "office", "--remark", "all read")
    name = f"{NAME}.v1"

    first = done("review", root, name, "--step", "prepared", *words, "--json").facts
    assert first["state"] == "prepared"
    taihang("review", root, name, "--step", "checked", *words).refused("input.same-person")
    taihang("review", root, name, "--step", "locked", *words).refused("state.review-order", name)
    taihang("review", root, name, "--step", "returned").refused("input.unsigned-review", "who")
    taihang("review", root, NAME, "--step", "checked", *words).refused("input.unversioned-review")
    taihang("review", root, "energy.NO.2026-08.v1").refused("state.unknown-statement")


@pytest.mark.parametrize("lang", LANGS)
def test_statements__lists_states_and_warns_of_the_locked_one(lang: Lang, park: Path) -> None:
    told = done("statements", park, "--month", "2026-08", "--subject", "E02", "--lang", lang).out

    assert f"{NAME}.v2" in told
    warnings = [line for line in told.splitlines() if line.startswith("!")]
    assert [f"{NAME}.v1" in line for line in warnings] == [True]


def test_statements__of_a_state(park: Path) -> None:
    asked = ("statements", park, "--month", "2026-08", "--json")
    every = cast("list[object]", done(*asked).facts["statements"])
    drafts = cast("list[object]", done(*asked, "--state", "draft").facts["statements"])

    assert len(every) == len(drafts) > 5
    assert done(*asked, "--state", "locked").facts["statements"] == []
    assert "2026-07" in done("statements", park, "--month", "2026-07").out


def test_report__on_the_terminal_and_for_machines_tells_of_the_locked_one(park: Path) -> None:
    told = done("report", park, "--month", "2026-08").out
    facts = done("report", park, "--month", "2026-08", "--json").facts

    assert f"{NAME}.v1" in told.replace("\n", "")
    ((signed),) = cast("list[dict[str, Any]]", facts["review"])
    assert signed["locked_before"] == [f"{NAME}.v1"]


def test_prove__of_a_restated_version_says_so(park: Path, tmp_path: Path) -> None:
    facts = done("prove", park, f"{NAME}.v2", "--out", tmp_path / "p", "--json").facts
    review_of = cast("dict[str, Any]", facts["review"])
    assert review_of["locked_before"] == [f"{NAME}.v1"]


def test_restatements__mark_the_locked_version(park: Path) -> None:
    told = done("restatements", park, "--month", "2026-08", "--lang", "en").out
    facts = done("restatements", park, "--month", "2026-08", "--json").facts

    (line,) = (line for line in told.splitlines() if line.endswith("(locked)"))
    assert f"{NAME}.v2" in line
    steps = cast("list[dict[str, Any]]", facts["restatements"])
    assert [step["was"] for step in steps if step["was_locked"]] == [f"{NAME}.v1"]
