"""Every command, and every option of it, stands in the manual of the command line."""

import argparse
import re
from collections.abc import Mapping
from typing import Final, cast

from conventions.source_tree import DOCS, joined
from taihang.interfaces.cli.parser import NOT_BUILT, build_parser

PAGE: Final = DOCS / "how-to" / "command-line.md"
_SHARED: Final = frozenset(("--help", "-h", "--json", "--lang", "--version"))
_HEADING: Final = re.compile(r"^### `taihang ([a-z -]+)`", re.MULTILINE)


def commands() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of every command, and of every action of a command that has actions."""
    found: dict[str, argparse.ArgumentParser] = {}
    for name, parser in _under(build_parser("en"), "command").items():
        actions = _under(parser, "action")
        found |= {f"{name} {action}": each for action, each in actions.items()}
        if not actions:
            found[name] = parser
    return found


def _under(parser: argparse.ArgumentParser, dest: str) -> Mapping[str, argparse.ArgumentParser]:
    found = [action.choices for action in parser._actions if action.dest == dest]
    return cast("Mapping[str, argparse.ArgumentParser]", found[0]) if found else {}


def options(parser: argparse.ArgumentParser) -> set[str]:
    """Return the options of a command that it does not share with all others."""
    return {name for action in parser._actions for name in action.option_strings} - _SHARED


def section(page: str, command: str) -> str:
    """Return what the manual says about a command; empty if nothing."""
    start = page.find(f"### `taihang {command}`")
    if start < 0:
        return ""
    end = page.find("\n### ", start + 1)
    return page[start : end if end > 0 else len(page)]


def test_commands__stand_in_the_manual_with_every_option() -> None:
    page = PAGE.read_text(encoding="utf-8")
    built = {name: parser for name, parser in commands().items() if name not in NOT_BUILT}

    assert len(built) >= 13
    missing = [
        f"{command} {option}".strip()
        for command, parser in built.items()
        for option in ("", *sorted(options(parser)))
        if not section(page, command) or option not in section(page, command)
    ]
    assert not missing, joined(missing)


def test_manual__describes_no_command_that_does_not_exist() -> None:
    described = set(_HEADING.findall(PAGE.read_text(encoding="utf-8")))

    assert described == set(commands()) - set(NOT_BUILT)


def test_commands__that_are_not_built_are_named_as_such() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert all(f"`{command}`" in page for command in NOT_BUILT)


def test_section__ends_where_the_next_command_begins() -> None:
    page = "### `taihang new`\n--a\n### `taihang settle`\n--b\n"

    assert "--a" in section(page, "new")
    assert "--b" not in section(page, "new")
    assert section(page, "plan") == ""
