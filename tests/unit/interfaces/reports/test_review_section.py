"""A report says who signed for what it quotes, and first of all what is not in force any more."""

from pathlib import Path

import pytest

import small_park
from restated_park import NAME, locked_and_restated
from taihang.core.seal.review import Step
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.reports.html import html_of
from taihang.interfaces.reports.review_section import review_sections
from taihang.interfaces.reports.statement_page import statement_page

PEOPLE = {Step.PREPARED: "Zhang", Step.CHECKED: "Li", Step.VERIFIED: "Wang", Step.LOCKED: "<b>Li"}


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park with a statement that was locked and then restated."""
    root = small_park.make(tmp_path_factory.mktemp("review-section") / "park")
    with small_park.opened(root) as ports:
        locked_and_restated(ports, PEOPLE)
    return root


@pytest.mark.parametrize("lang", LANGS)
def test_review_sections__of_a_locked_and_restated_statement(lang: Lang, park: Path) -> None:
    with small_park.opened(park, writing=False) as ports:
        document = statement_page(f"{NAME}.v1", lang=lang, ports=ports)

    first, last = document.sections[0], document.sections[-1]
    assert first.title == {"zh": "已被重述", "en": "Restated"}[lang]
    assert f"{NAME}.v2" in first.sentences[0]
    (table,) = last.tables
    assert [row[3].printed for row in table.rows] == [*PEOPLE.values()]
    assert b"<b>Li" not in html_of(document)
    assert b"Restated" in html_of(document) or lang == "zh"


def test_review_sections__of_the_version_in_force_names_the_locked_one(park: Path) -> None:
    with small_park.opened(park, writing=False) as ports:
        document = statement_page(NAME, lang="en", ports=ports)

    assert f"{NAME}.v1, which is locked" in document.sections[0].sentences[0]
    assert "nobody has signed" in document.sections[-1].sentences[0]


def test_review_sections__of_nothing_are_none(park: Path) -> None:
    with small_park.opened(park, writing=False) as ports:
        assert review_sections([], lang="zh", ports=ports) == ([], [])
