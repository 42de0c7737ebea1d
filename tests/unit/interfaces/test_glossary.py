"""The one glossary, and the page that is written from it."""

import pytest

from glossary_page import PAGE, page
from taihang.interfaces.glossary import GlossaryError, parse_glossary, plain, sections, term, terms


def test_glossary_page__is_written_from_the_glossary() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python tests/glossary_page.py"


def test_terms__are_many_and_each_stands_once() -> None:
    assert len(terms()) >= 200
    assert sum(len(section.terms) for section in sections()) == len(terms())


def test_terms__are_all_explained_in_both_languages() -> None:
    assert [each.id for each in terms().values() if not (each.say_zh and each.say_en)] == []


def test_plain__takes_the_marks_of_the_document_away() -> None:
    assert plain("`a`, see [VEE](vee.md#b)") == "a, see VEE"


def test_term__says_what_it_means() -> None:
    found = term("coverage")

    assert found is not None
    assert found.name("zh") == "数据完整率"
    assert found.meaning("zh") != found.meaning("en") != ""
    assert term("no-such-word") is None


@pytest.mark.parametrize(
    "text",
    [
        '[[section]]\nname = "A"\nterm = [{ id = "a", zh = "甲" }]',
        '[[section]]\nname = "A"\nterm = [{ id = "a", zh = "甲", en = "a", note = "x" }]',
        '[[section]]\nname = "A"\nterm = [{id="a", zh="甲", en="a"}, {id="a", zh="乙", en="b"}]',
    ],
)
def test_parse_glossary__refuses_what_is_no_glossary(text: str) -> None:
    with pytest.raises(GlossaryError):
        parse_glossary(text)
