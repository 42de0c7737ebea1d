"""Stories as pages show them."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

import money_park
from figure_kit import Walk, closed_park
from taihang.core.figure.story import FigureStory, Ground
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.figure_words import FigureWords
from taihang.interfaces.web.pages.figure.build import FigurePage, build_figure
from taihang.interfaces.web.pages.figure.page import (
    figure_address,
    file_name,
    page_context,
    parts_table,
    story_shown,
)
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with money_park.opened(closed_park(), writing=False) as found:
        yield found


def told(story: FigureStory, lang: Lang = "en") -> object:
    return story_shown(story, FigureWords(lang, "Asia/Shanghai"))


@pytest.mark.parametrize("lang", LANGS)
def test_story_shown__has_words_for_every_story(ports: Ports, lang: Lang) -> None:
    walk = Walk(ports)
    walk.statements([each.id for each in ports.registry.latest_statements("2026-08")])
    for key in ("ratio/R_green/2026-08", "coverage/park/2026-08", "peak/E01/2026-08"):
        walk.down(key)

    grounds = {story.ground for story in walk.stories.values()}
    shown = [told(story, lang) for story in walk.stories.values()]

    assert len(shown) > 400
    assert {Ground.READING, Ground.FACT, Ground.FORMULA, Ground.MATCHING} <= grounds


def test_story_shown__writes_the_formula_with_its_numbers(ports: Ports) -> None:
    story = open_figure("statement/bill.E01.2026-08/lines/energy.grid.peak/price", ports=ports)

    shown = story_shown(story, FigureWords("en", "Asia/Shanghai"))

    assert shown.formula == "0.3320 × 1.60 = 0.531200"
    assert shown.verdict is not None
    assert shown.verdict.tone == "ok"


def test_story_shown__says_in_red_what_does_not_add_up(ports: Ports) -> None:
    story = open_figure("users/total_wh/2026-08", ports=ports)
    wrong = replace(story, value=(story.value or Decimal(0)) + 5)

    shown = story_shown(wrong, FigureWords("en", "Asia/Shanghai"))

    assert shown.verdict is not None
    assert shown.verdict.tone == "bad"
    assert "difference −5" in shown.verdict.words


def test_story_shown__says_how_much_was_measured(ports: Ports) -> None:
    shown = story_shown(
        open_figure("statement/energy.E01.2026-08/value", ports=ports),
        FigureWords("en", "Asia/Shanghai"),
    )

    assert [tag.words for tag in shown.qualities] == ["2,976 of 2,976 intervals measured"]
    assert shown.proof_address == "/figure-proof/energy.E01.2026-08.v1"


def test_parts_table__is_the_inputs_and_a_head(ports: Ports) -> None:
    page = build_figure(ports, "users/total_wh/2026-08")

    head, *rows = parts_table(page, lang="en")

    assert head[:3] == ("Key", "What", "Value")
    assert len(rows) == len(ports.park.users)
    assert sum(Decimal(row[2]) for row in rows) == (page.story.value if page.story else None)


def test_page_context__of_what_belongs_to_others_shows_nothing() -> None:
    page = FigurePage(story=None, zone="Asia/Shanghai", names={}, park="small")

    assert page_context(page, lang="zh") == {"story": None}
    assert len([*parts_table(page, lang="zh")]) == 1


def test_addresses__are_escaped() -> None:
    assert figure_address("fact/a b/电?#/x") == "/figure/fact/a%20b/%E7%94%B5%3F%23/x"
    assert file_name("M-E17@2026-09-14T02:15Z") == "M-E17-2026-09-14T02-15Z.proof"
    assert not file_name("")
