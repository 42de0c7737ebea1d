"""How commands speak."""

import json
from argparse import Namespace
from collections.abc import Iterator

import pytest

from taihang.interfaces.cli.say import progress, say, waiting


def test_say__prints_words_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    say(Namespace(json=False), {"a": 1}, "两行\n字")

    assert capsys.readouterr().out == "两行\n字\n"


def test_say__prints_one_sorted_object_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    say(Namespace(json=True), {"b": "元", "a": [1, None]}, "words")

    assert capsys.readouterr().out == '{"a": [1, null], "b": "元"}\n'


def test_say__never_prints_words_and_object_together(capsys: pytest.CaptureFixture[str]) -> None:
    say(Namespace(json=True), {"n": 1}, "words")

    assert json.loads(capsys.readouterr().out) == {"n": 1}


def test_progress__yields_every_item_and_draws_nothing_off_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = list(progress(range(5), label="work", total=5))

    assert found == [0, 1, 2, 3, 4]
    assert capsys.readouterr() == ("", "")


def test_progress__on_a_terminal_draws_the_label_on_the_error_stream(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")

    found = list(progress(iter("abc"), label="封装", total=3))

    printed = capsys.readouterr()
    assert found == ["a", "b", "c"]
    assert "封装" in printed.err
    assert printed.out == ""


def test_progress__stops_where_its_reader_stops() -> None:
    taken: list[int] = []

    def source() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            yield item

    for item in progress(source(), label="work", total=100):
        if item == 3:
            break

    assert taken == [0, 1, 2, 3]


def test_waiting__draws_nothing_off_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with waiting("work"):
        pass

    assert capsys.readouterr() == ("", "")


def test_waiting__on_a_terminal_names_the_work(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")

    with waiting("结算"):
        pass

    assert "结算" in capsys.readouterr().err


def test_waiting__lets_a_failure_through() -> None:
    with pytest.raises(ZeroDivisionError), waiting("work"):
        _ = 1 // 0
