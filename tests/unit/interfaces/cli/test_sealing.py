"""The command that seals days, and the proof of an hour that follows from it."""

import json
from pathlib import Path

import pytest

import money_park
import small_park
from taihang.core.periods import days
from taihang.interfaces.cli.main import main
from taihang.interfaces.cli.parser import build_parser
from taihang.interfaces.cli.sealing import seal
from taihang.interfaces.cli.words import WordsError
from taihang.services.settle import settle

THREE_DAYS = days(small_park.DAY.start.astimezone(small_park.ZONE).date(), 3, small_park.ZONE)


@pytest.fixture
def park(tmp_path: Path) -> Path:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        for gateway in ports.park.gateways.values():
            blocks = [small_park.registers(point, THREE_DAYS) for point in gateway.meters]
            small_park.store(ports, small_park.daily(blocks, gateway.id))
    return root


def test_seal__a_stretch_then_a_day_that_did_not_change(
    park: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["seal", str(park), "--from", "2026-06-01", "--to", "2026-06-03", "--json"]
    assert main(words) == 0
    first = json.loads(capsys.readouterr().out)
    assert main(["seal", str(park), "--day", "2026-06-02", "--json"]) == 0
    second = json.loads(capsys.readouterr().out)
    out = park / "hour.proof"
    assert main(["prove", str(park), "M-E01@2026-06-02T03", "--out", str(out), "--json"]) == 0
    capsys.readouterr()
    assert main(["verify", str(out), "--lang", "en"]) == 0

    assert (first["days"], first["sealed"], first["day"]) == (2, 2, "2026-06-02")
    assert (second["days"], second["sealed"], second["root"]) == (1, 0, first["root"])
    assert "ACCEPTED: 4 readings" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [[], ["--from", "2026-06-01"], ["--day", "2026-06-01", "--to", "2026-06-02"]]
)
def test_seal__wants_a_day_or_a_stretch(park: Path, words: list[str]) -> None:
    args = build_parser("en").parse_args(["seal", str(park), *words])

    with pytest.raises(WordsError, match="--day"):
        seal(args)


def test_seal__the_shares_of_a_month_and_prove_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = small_park.make(tmp_path / "three", money_park.PARK)
    with small_park.opened(root) as ports:
        money_park.fill(ports)
        settle(small_park.AUGUST, ports=ports)
    assert main(["seal", str(root), "--shares", "2026-08", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert main(["seal", str(root), "--shares", "2026-08"]) == 0
    words = capsys.readouterr().out
    out = root / "share.proof"
    assert main(["prove", str(root), "share.E02.2026-08", "--out", str(out), "--json"]) == 0
    capsys.readouterr()
    assert main(["verify", str(out), "--lang", "zh"]) == 0

    assert (first["members"], first["version"], first["is_new"]) == (3, 1, True)
    assert "份额清单第 1 版" in words
    assert "份额：load_wh" in capsys.readouterr().out


def test_seal__wants_days_or_shares_but_not_both(park: Path) -> None:
    words = ["seal", str(park), "--shares", "2026-06", "--day", "2026-06-01"]

    with pytest.raises(WordsError, match="--shares"):
        seal(build_parser("en").parse_args(words))
