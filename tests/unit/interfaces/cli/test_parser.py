"""The words of the command line: both languages, strictness, and the page that lists them."""

import re
import shlex

import pytest

from command_line import taihang
from command_reference import EXAMPLES, PAGE, commands, page
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.cli.parser import (
    NOT_BUILT,
    build_parser,
    chosen_lang,
    parse,
)
from taihang.interfaces.text_width import width_of

_HAN = re.compile("[\u4e00-\u9fff]")
N_COMMANDS_LEAST = 18


# -- language ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "zh"),
        (("demo",), "zh"),
        (("--lang", "en", "--help"), "en"),
        (("report", "x", "--lang=en"), "en"),
        (("report", "--lang", "zh", "x"), "zh"),
        (("report", "--lang", "fr"), "zh"),
        (("new", "en"), "zh"),
    ],
)
def test_chosen_lang__is_what_was_asked_for_else_chinese(
    words: tuple[str, ...], expected: Lang
) -> None:
    assert expected == chosen_lang(words)


@pytest.mark.parametrize("words", [("--help",), ("--lang", "zh", "--help")])
def test_help__is_chinese_unless_asked(words: tuple[str, ...]) -> None:
    ended = taihang(*words)

    assert (ended.code, ended.err) == (0, "")
    assert "太行" in ended.out
    assert ended.out.startswith("用法：")
    assert all(name.split()[0] in ended.out for name in commands())


@pytest.mark.parametrize("words", [("--help", "--lang", "en"), ("--lang=en", "--help")])
def test_help__is_english_if_asked_before_or_after(words: tuple[str, ...]) -> None:
    ended = taihang(*words)

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("usage: ")
    assert not _HAN.search(ended.out)
    assert all(name.split()[0] in ended.out for name in commands())


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("command", sorted(commands()))
def test_help__of_a_command_names_every_option_and_fits_a_terminal(
    command: str, lang: Lang, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    ended = taihang(*command.split(), "--help", "--lang", lang)

    assert (ended.code, ended.err) == (0, "")
    assert bool(_HAN.search(ended.out)) == (lang == "zh")
    options = {name for action in commands()[command]._actions for name in action.option_strings}
    assert {"--help", "--json", "--lang"} <= options
    assert all(name in ended.out for name in options)
    assert max(map(width_of, ended.out.splitlines())) <= 80


@pytest.mark.parametrize("lang", LANGS)
def test_help__every_command_stands_beside_its_words(
    lang: Lang, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    lines = taihang("--help", "--lang", lang).out.splitlines()

    for command in {name.split()[0] for name in commands()}:
        assert any(re.match(rf"    {command} +\S", line) for line in lines), command


@pytest.mark.parametrize("lang", LANGS)
def test_help__of_a_command_with_actions_names_each(
    lang: Lang, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    actions = [name.split() for name in commands() if " " in name]

    assert len(actions) >= 1
    for command, action in actions:
        ended = taihang(command, "--help", "--lang", lang)
        assert ended.code == 0
        assert any(re.match(rf"    {action} +\S", line) for line in ended.out.splitlines())
        assert max(map(width_of, ended.out.splitlines())) <= 80


def test_commands__are_all_there() -> None:
    assert len(commands()) >= N_COMMANDS_LEAST
    assert set(NOT_BUILT) < set(commands())


# -- strictness ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("bogus",),
        ("new",),
        ("new", "x"),
        ("new", "x", "--template", "other"),
        ("new", "x", "--temp", "blank"),
        ("new", "x", "--template", "blank", "y"),
        ("report", "x"),
        ("report", "x", "--month", "2026-01", "--year", "2026"),
        ("report", "x", "--month", "2026-01", "--format", "docx"),
        ("report", "x", "--month", "2026-01", "--lang", "fr"),
        ("serve", "x", "--port", "many"),
        ("simulate", "x", "--from", "2026-01-01"),
        ("state-hash", "x", "--faults", "y"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("lang", LANGS)
def test_wrong_words__end_with_2_and_a_hint_in_the_language(
    words: tuple[str, ...], lang: Lang
) -> None:
    ended = taihang(*words, "--lang", lang) if "--lang" not in words else taihang(*words)

    assert (ended.code, ended.out) == (2, "")
    assert "--help" in ended.err
    assert "Traceback" not in ended.err


def test_wrong_words__are_named() -> None:
    assert "'bogus'" in taihang("bogus").err
    assert "--temp blank" in taihang("new", "x", "--template", "blank", "--temp", "blank").err
    assert "写法不对" in taihang("new", "x").err
    assert "wrong usage" in taihang("new", "x", "--lang", "en").err


@pytest.mark.parametrize("command", NOT_BUILT)
def test_parse__a_command_that_is_not_built_takes_any_words(command: str) -> None:
    args = parse(build_parser("zh"), [command, "a", "--b", "c", "--json"])

    assert (command, True) == (args.command, args.json)


def test_version__is_printed() -> None:
    ended = taihang("--version")

    assert (ended.code, ended.err) == (0, "")
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", ended.out)


# -- lines ---------------------------------------------------------------------------------------


# -- the page ------------------------------------------------------------------------------------


def test_page__is_what_the_parser_says() -> None:
    expected = page()

    assert expected == PAGE.read_text(encoding="utf-8"), "run: python tests/command_reference.py"


def test_page__has_an_example_of_every_command_that_is_built() -> None:
    assert set(EXAMPLES) == set(commands()) - set(NOT_BUILT)


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_page__examples_are_read_by_the_parser(line: str) -> None:
    program, *words = shlex.split(line)

    args = parse(build_parser("en"), words)

    assert ("taihang", words[0]) == (program, args.command)
