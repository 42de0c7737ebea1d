"""The demo: what it does, what it says, and that it throws nothing away but an earlier demo."""

import fcntl
import json
import shutil
import socket
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from command_line import DemoPark, done, state_hash, taihang
from taihang.interfaces.cli.demo import DAYS_MAX, DAYS_MIN, LAST_DAY, PROVEN

N_STEPS = 30 * 96


def _table(facts: Mapping[str, object], name: str) -> dict[str, object]:
    return cast("dict[str, object]", facts[name])


def test_demo__lives_through_its_days_and_closes_its_accounts(demo_park: DemoPark) -> None:
    report = _table(demo_park.facts, "report")

    assert report["intervals"] == N_STEPS
    assert report["closure_error_wh"] == 0
    assert report["overmatched_intervals"] == 0
    assert _table(demo_park.facts, "settlement")["closure_error_wh"] == 0
    assert cast("int", demo_park.facts["readings"]) > 80 * N_STEPS * 0.99


def test_demo__proves_one_number_that_a_stranger_accepts(demo_park: DemoPark) -> None:
    proof = _table(demo_park.facts, "proof")

    assert str(proof["statement"]).startswith(PROVEN)
    ended = done("verify", str(proof["file"]), "--json")
    assert ended.facts["accepted"] is True
    assert proof["value"] == cast("list[dict[str, object]]", ended.facts["statements"])[0]["value"]


def test_demo__plans_the_next_day(demo_park: DemoPark) -> None:
    plan = _table(demo_park.facts, "plan")

    assert (LAST_DAY.replace(month=10, day=1)).isoformat() == plan["day"]
    assert plan["accepted"] is True
    assert float(cast("str", plan["saving_cny"])) > 0


def test_demo__says_each_step_and_what_can_be_run_next(demo_park: DemoPark) -> None:
    lines = demo_park.told.splitlines()

    for step in "①②③④⑤⑥":
        assert sum(line.startswith(step) for line in lines) == 1
    for command in ("audit", "report", "serve"):
        assert any(line.startswith(f"  taihang {command} {demo_park.root}") for line in lines)


def test_demo__what_it_names_to_run_next_runs(demo_park: DemoPark) -> None:
    named = [line.split() for line in demo_park.told.splitlines() if line.startswith("  taihang")]

    assert len(named) == 5
    for _, *words in named[:-1]:
        done(*words)


def test_demo__sets_a_certificate_on_a_page_that_verifies(demo_park: DemoPark) -> None:
    certified = dict(_table(demo_park.facts, "certificates"))
    page = Path(str(certified["file"]))

    assert 0 < int(str(certified["claimed_wh"])) <= int(str(certified["generated_wh"]))
    assert str(certified["certificate"]) in page.read_text(encoding="utf-8")
    done("verify", page.with_name(f"{page.name}.proof"))


def test_demo__says_the_same_to_machines_as_the_report_command(demo_park: DemoPark) -> None:
    expected = done("report", demo_park.root, "--month", "2026-09", "--json").facts

    found = dict(_table(demo_park.facts, "report"))
    found["label"] = expected["label"]
    assert expected == found


def test_demo__the_same_seed_gives_the_same_state(demo_park: DemoPark, tmp_path: Path) -> None:
    done("demo", "--dir", tmp_path / "again", "--days", "30", "--no-serve", "--json")

    assert state_hash(demo_park.root) == state_hash(tmp_path / "again")


def test_demo__replaces_an_earlier_demo_even_a_broken_one(
    demo_park: DemoPark, tmp_path: Path
) -> None:
    root = demo_park.copy(tmp_path / "park")
    shutil.rmtree(root / "keys")
    (root / "park.toml").unlink()
    (root / "registry.db").write_bytes(b"torn")

    done("demo", "--dir", root, "--days", "30", "--no-serve", "--json")

    assert state_hash(demo_park.root) == state_hash(root)


@pytest.mark.parametrize("inside", ["a park", "something else"])
def test_demo__never_touches_a_folder_that_is_no_demo(inside: str, tmp_path: Path) -> None:
    root = tmp_path / "mine"
    if inside == "a park":
        done("new", root, "--template", "blank")
    else:
        root.mkdir()
        (root / "thesis.txt").write_text("the only copy")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}

    ended = taihang("demo", "--dir", root, "--days", "30", "--no-serve")

    ended.refused("state.folder-in-use", str(root))
    assert before == {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_demo__does_not_clear_a_demo_that_another_process_writes(
    demo_park: DemoPark, tmp_path: Path
) -> None:
    root = demo_park.copy(tmp_path / "park")
    with (root / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        ended = taihang("demo", "--dir", root, "--days", "30", "--no-serve")

    ended.refused("state.busy-park", str(root))
    assert state_hash(demo_park.root) == state_hash(root)


def test_demo__a_taken_port_is_said_before_any_work(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        ended = taihang("demo", "--dir", tmp_path / "park", "--days", "30", "--port", str(port))

    ended.refused("state.port-taken", str(port))
    assert not (tmp_path / "park").exists()


@pytest.mark.parametrize("days", ["29", "366", "0", "-30", "1e2", "²", "", "many"])
def test_demo__refuses_days_that_give_no_demo(days: str, tmp_path: Path) -> None:
    ended = taihang("demo", "--dir", tmp_path / "park", f"--days={days}", "--no-serve")

    ended.refused("input.demo-words", f"--days {days}", f"{DAYS_MIN} … {DAYS_MAX}")
    assert not (tmp_path / "park").exists()


def test_demo__ends_with_a_month_that_is_whole() -> None:
    assert LAST_DAY.day == 30
    assert date(2026, 9, 30) == LAST_DAY


def test_demo__json_is_one_object_that_json_reads_back(demo_park: DemoPark) -> None:
    assert demo_park.facts == json.loads(json.dumps(demo_park.facts))
    assert {
        "batches",
        "certificates",
        "forms",
        "plan",
        "proof",
        "readings",
        "report",
        "settlement",
        "wall_s",
    } == set(demo_park.facts)
