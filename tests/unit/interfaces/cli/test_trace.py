"""The command that traces energy, in words and as facts."""

import json
from pathlib import Path

import pytest

import topology_park
from small_park import JUNE
from taihang.interfaces.cli.main import main
from taihang.interfaces.cli.parser import build_parser
from taihang.interfaces.cli.trace import trace
from taihang.interfaces.cli.words import WordsError
from taihang.services.settle import settle

NOON = "2026-06-09T12:20+08:00"


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("trace-cli") / "park"
    with topology_park.made(root) as ports:
        topology_park.fill(ports, topology_park.TWO_MONTHS)
        settle(JUNE, ports=ports)
    return root


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("PV01: where 345.400 kWh went", "used in the park", "line DL1", "charging")),
        ("zh", ("PV01 可发 345.400 kWh 去向", "园区使用", "专线 DL1", "充入储能")),
    ],
)
def test_trace__tells_where_the_energy_of_a_plant_went(
    park: Path, capsys: pytest.CaptureFixture[str], lang: str, words: tuple[str, ...]
) -> None:
    assert main(["trace", str(park), "--plant", "PV01", "--at", NOON, "--lang", lang]) == 0

    told = capsys.readouterr().out
    for each in (*words, "2026-06-09 12:15", "GS1", "topology-contract/v2"):
        assert each in told, each
    assert told.count("PV01@2026-06-09T04:15:00Z") == 1


def test_trace__as_facts_sums_to_the_load(park: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["trace", str(park), "--user", "E02", "--from", "2026-06-09", "--to", "2026-06-10"]

    assert main([*words, "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert sum(row["wh"] for row in found["rows"]) == found["total_wh"]
    assert {row["state"] for row in found["rows"]} == {"matched", "released", "not-green"}
    assert found["meters"] == ["M-E02"]
    assert set(found["settlement"]) == {"start_s", "end_s", "journal_size", "park_sha256"}


@pytest.mark.parametrize(
    "words",
    [
        ["--at", NOON],
        ["--plant", "PV01", "--user", "E02", "--at", NOON],
        ["--plant", "PV01"],
        ["--plant", "PV01", "--from", "2026-06-01"],
        ["--plant", "PV01", "--at", "2026-06-09T12:20"],
    ],
)
def test_trace__refuses_half_a_question(park: Path, words: list[str]) -> None:
    args = build_parser("en").parse_args(["trace", str(park), *words])

    with pytest.raises(WordsError):
        trace(args)


def test_settle__says_what_batteries_cannot_hold_and_who_began_with_other_lots(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "park"
    with topology_park.made(root) as ports:
        topology_park.fill(ports, topology_park.TWO_MONTHS)
        settle(topology_park.day(2), ports=ports)
        settle(topology_park.day(3), ports=ports)
    words = ["settle", str(root), "--from", "2026-06-01", "--to", "2026-06-02", "--lang", "en"]

    assert main(words) == 0
    first = capsys.readouterr().out
    assert main(["settle", str(root), "--from", "2026-06-02", "--to", "2026-06-03", "--json"]) == 0
    second = json.loads(capsys.readouterr().out)
    assert main(["restate", str(root), "--dry-run", "--json"]) == 0
    third = json.loads(capsys.readouterr().out)
    assert main(["restate", str(root), "--json"]) == 0
    done = json.loads(capsys.readouterr().out)

    assert "kWh written off" in first
    assert "began with lots in batteries that are others by now" in first
    assert "2026-06-01T16:00:00Z" in first
    assert second["on_other_lots"] == third["on_other_lots"] == ["2026-06-02T16:00:00Z"]
    assert done["on_other_lots"] == []
