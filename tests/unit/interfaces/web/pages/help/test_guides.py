"""Every command in the help is one of the program, and every step has its words."""

import shlex
from datetime import date
from typing import Final

import pytest

from taihang.interfaces.catalogue import LANGS, has_text, text
from taihang.interfaces.cli.parser import NOT_BUILT, build_parser, parse
from taihang.interfaces.web.pages.help.guides import GUIDES, PARK, filled
from taihang.interfaces.web.pages.help.progress import Progress

FAR: Final = Progress(
    gateway="GW7",
    is_enrolled=True,
    has_sent=True,
    has_imported=True,
    newest_s=1_790_000_000,
    zone="Asia/Shanghai",
    is_settled=True,
    first_day=date(2026, 1, 1),
    stop_day=date(2026, 9, 1),
    month="2026-08",
    has_plan=True,
    next_day=date(2026, 9, 17),
    has_rules=True,
    certificate="2026-08.feed-in.G1.PV01:0-5",
    body="{}",
)
COMMANDS: Final = sorted(
    {
        filled(line, far)
        for guide in GUIDES
        for step in guide.steps
        for line in step.commands
        for far in (None, FAR)
    }
)


def test_commands__are_enough_to_be_worth_a_test() -> None:
    assert len(COMMANDS) >= 9


@pytest.mark.parametrize("line", COMMANDS)
def test_command__is_taken_by_the_parser_of_the_program(line: str) -> None:
    program, *words = shlex.split(line)

    read = parse(build_parser("en"), words)

    assert program == "taihang"
    assert read.command not in NOT_BUILT
    assert read.dir == PARK


def test_commands__are_refused_by_the_parser_where_they_are_wrong() -> None:
    with pytest.raises(SystemExit):
        parse(build_parser("en"), ["settle", PARK, "--since", "2026-01-01"])


def test_steps__each_have_title_work_and_outcome() -> None:
    steps = [(guide.code, step.code) for guide in GUIDES for step in guide.steps]

    assert len(steps) == len(set(steps)) >= 15
    for guide, step in steps:
        for part in ("title", "do", "see"):
            assert has_text(f"help_page.{guide}.{step}.{part}"), (guide, step, part)


def test_links__have_names_in_both_languages() -> None:
    links = {link for guide in GUIDES for step in guide.steps for link in step.links}

    assert len(links) >= 5
    assert all(text(link.key, lang) for link in links for lang in LANGS)


def test_filled__puts_the_park_s_own_words_into_places() -> None:
    assert filled("taihang token {park} {gateway} --days 90", FAR).split()[3] == "GW7"
    assert filled("{first} {stop} {month}", FAR) == "2026-01-01 2026-09-01 2026-08"
