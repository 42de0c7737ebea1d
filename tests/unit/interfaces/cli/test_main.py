"""The entry: what it imports, which exit code it gives, and what it prints when something fails."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import PROGRAM, Ended, blank_park, process, taihang
from taihang.core.errors import InputError
from taihang.interfaces.catalogue import Lang
from taihang.interfaces.cli import commands
from taihang.interfaces.cli.main import CtrlC, main

HEAVY = ("numpy", "duckdb", "django", "highspy", "granian", "rich", "cryptography")
_HELP = """
import sys
from taihang.interfaces.cli.main import main
code = main({words!r})
found = sorted(set({heavy!r}) & {{name.partition(".")[0] for name in sys.modules}})
print(code, found, file=sys.stderr)
"""


@pytest.mark.parametrize("words", [["--help"], ["report", "--help", "--lang", "en"], ["bogus"]])
def test_help__imports_nothing_heavy(words: list[str]) -> None:
    script = _HELP.format(words=words, heavy=HEAVY)

    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )

    code = 2 if words == ["bogus"] else 0
    assert f"{code} []" == ended.stderr.splitlines()[-1]


def test_process__ends_with_the_code_of_the_command(tmp_path: Path) -> None:
    assert process("--version").code == 0
    assert process("bogus").code == 2
    process("report", tmp_path, "--month", "2026-01").refused("input.no-park", str(tmp_path))


def test_main__a_refusal_is_one_line_and_nothing_on_standard_output(tmp_path: Path) -> None:
    taihang("doctor", tmp_path / "none").refused("input.no-park", "none", "taihang new")


def test_main__a_refusal_for_machines_is_one_object_beside_the_line(tmp_path: Path) -> None:
    ended = taihang("doctor", tmp_path / "none", "--json")

    assert ended.code == 1
    assert ended.err.startswith("input.no-park: given ")
    assert {"code", "given", "expected", "remedy"} == set(ended.facts)
    assert ended.facts["code"] == "input.no-park"


def test_main__what_the_disk_refuses_is_told_like_everything_else(tmp_path: Path) -> None:
    taihang("verify", tmp_path).refused("link.file", str(tmp_path), "Is a directory")


def test_main__a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    taihang("verify", tmp_path / "no.proof").refused("link.file", "no.proof")


def _raise(error: BaseException) -> object:
    def command(_: object) -> int:
        raise error

    return command


@pytest.mark.parametrize(
    ("lang", "expected"), [("zh", "已中断"), ("en", "interrupted")], ids=["zh", "en"]
)
def test_main__an_interrupt_is_one_line(
    lang: Lang, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "doctor", _raise(KeyboardInterrupt()))

    ended = taihang("doctor", "x", "--lang", lang)

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(expected)
    assert ended.err.count("\n") == 1


def test_main__an_interrupt_for_machines_is_one_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "doctor", _raise(KeyboardInterrupt()))

    assert taihang("doctor", "x", "--json").facts["code"] == "interrupted"


def test_main__a_failure_of_the_package_is_told_in_its_own_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = InputError(given="绿", expected="蓝", remedy="换一个")
    monkeypatch.setattr(commands, "doctor", _raise(error))

    assert Ended(1, "", "input: given 绿; expected 蓝; 换一个\n") == taihang("doctor", "x")


def test_main__a_fault_of_the_program_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "doctor", _raise(ZeroDivisionError()))

    with pytest.raises(ZeroDivisionError):
        taihang("doctor", "x")


def _piped_into(reader: str, *words: str, **more: str) -> tuple[int, str]:
    """Run the program into a reader; return its own exit code and error stream."""
    with subprocess.Popen(
        [*PROGRAM, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **more},
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        if reader == "closed":
            program.stdout.close()
            errors = program.stderr.read()
        else:
            _, errors = program.communicate(timeout=60)
        return program.wait(timeout=60), errors


def test_process__a_reader_that_went_away_is_no_traceback(tmp_path: Path) -> None:
    park = blank_park(tmp_path / "park")

    code, errors = _piped_into("closed", "doctor", str(park))

    assert (code, errors) == (1, "")


def test_process__a_terminal_without_chinese_shows_escapes(tmp_path: Path) -> None:
    park = blank_park(tmp_path / "park")

    code, errors = _piped_into("open", "doctor", str(park), PYTHONIOENCODING="ascii")

    assert (code, errors) == (0, "")


def test_process__json_stays_json_on_a_terminal_without_chinese() -> None:
    ended = subprocess.run(
        [*PROGRAM, "edge", "--json"],
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )

    assert "尚未实现" in json.loads(ended.stdout)["message"]


def test_ctrl_c__is_held_back_until_the_command_begins() -> None:
    ctrl_c = CtrlC()

    ctrl_c(2, None)

    assert ctrl_c.came
    with pytest.raises(KeyboardInterrupt):
        ctrl_c.let_through()


def test_ctrl_c__is_taken_at_once_from_then_on() -> None:
    ctrl_c = CtrlC()
    ctrl_c.let_through()

    with pytest.raises(KeyboardInterrupt):
        ctrl_c(2, None)


def test_main__a_failure_of_a_library_after_ctrl_c_is_an_interrupt(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ctrl_c = CtrlC()

    def stopped(_: object) -> int:
        # What the database does: it swallows the interrupt and reports one of its own.
        with contextlib.suppress(KeyboardInterrupt):
            ctrl_c(2, None)
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr(commands, "doctor", stopped)

    code = main(["doctor", "x", "--lang", "en"], ctrl_c=ctrl_c)

    assert (code, capsys.readouterr().err[:11]) == (1, "interrupted")
