"""The command: exit codes, files, and which cases are run. Nothing is measured here."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from benchmarks import run as command
from benchmarks.case import Case
from benchmarks.cases.catalogue import FRESH_INSTALL
from benchmarks.result import Outcome, Result, Run, Yardstick, read_run, write_run

_MACHINE: dict[str, object] = {
    "cpu": "Some CPU",
    "cores": 2,
    "memory_gb": 24.0,
    "system": "Linux x86_64",
    "python": "CPython 3.11.7",
    "versions": {},
    "load_at_start": 0.5,
}


def _run(cpu_s: float, *, outcome: Outcome = Outcome.MEASURED) -> Run:
    yardstick = Yardstick(cpu_s=1.0, wall_s=1.0, spread_ratio=1.0)
    settle = Result(
        case="settle", unit="intervals", outcome=outcome, cpu_s=cpu_s, cpu_ratio=cpu_s, items=1
    )
    return Run(machine=_MACHINE, yardstick=yardstick, results=(settle,))


class _Stage:
    """Stands in for the measuring."""

    def __init__(self, found: Run) -> None:
        self.found = found
        self.cases: Sequence[Case] = ()

    def measured(self, cases: Sequence[Case], *, repeats: int | None) -> Run:
        self.cases = cases
        assert repeats is None
        return self.found


def _main(
    monkeypatch: pytest.MonkeyPatch, folder: Path, found: Run, *words: str
) -> tuple[int, _Stage]:
    stage = _Stage(found)
    monkeypatch.setattr(command, "measured", stage.measured)
    monkeypatch.setattr(command, "BASELINE", folder / "baseline.json")
    monkeypatch.setattr(command, "OUT", folder / "out")
    return command.main(words), stage


def test_main__reports_a_planted_slowdown_and_ends_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "baseline.json").write_text(write_run(_run(2.0)), "utf-8")

    code, _ = _main(monkeypatch, tmp_path, _run(4.0))

    assert code == 0
    assert "2.00 SLOWER" in capsys.readouterr().out


def test_main__broken_limit_ends_with_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = _main(monkeypatch, tmp_path, _run(5.5))

    assert code == command.BROKEN
    assert "BROKEN" in capsys.readouterr().out


def test_main__failed_case_ends_with_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code, _ = _main(monkeypatch, tmp_path, _run(2.0, outcome=Outcome.FAILED))

    assert code == command.BROKEN


def test_main__writes_the_result_where_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _main(monkeypatch, tmp_path, _run(2.0))
    _main(monkeypatch, tmp_path, _run(3.0), "--out", "named.json")
    _main(monkeypatch, tmp_path, _run(4.0), "--out", str(tmp_path / "elsewhere" / "file.json"))

    files = ["out/latest.json", "out/named.json", "elsewhere/file.json"]
    found = [read_run((tmp_path / name).read_text("utf-8")).results[0].cpu_s for name in files]
    assert found == [2.0, 3.0, 4.0]
    assert not (tmp_path / "baseline.json").exists()


def test_main__update_puts_the_run_in_the_baselines_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _main(monkeypatch, tmp_path, _run(2.0), "--update-baseline")

    document = json.loads((tmp_path / "baseline.json").read_text("utf-8"))
    assert document["cases"]["settle"]["cpu_s"] == 2.0


@pytest.mark.parametrize(
    "words",
    [
        ("--only", "nothing"),
        ("--repeat", "0"),
        ("--only", "help", "--update-baseline"),
    ],
)
def test_main__wrong_words_end_with_two(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as ended:
        _main(monkeypatch, tmp_path, _run(2.0), *words)

    assert ended.value.code == command.WRONG_WORDS


def test_main__baseline_that_was_named_must_be_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, _ = _main(monkeypatch, tmp_path, _run(2.0), "--baseline", str(tmp_path / "none.json"))

    assert code == command.WRONG_WORDS


def test_main__only_picks_cases_and_install_asks_for_a_fresh_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    words = ("--only", "settle", "--only", "install", "--install")

    _, stage = _main(monkeypatch, tmp_path, _run(2.0), *words)

    assert [case.name for case in stage.cases] == ["settle", "install"]
    assert stage.cases[1].runner == FRESH_INSTALL
