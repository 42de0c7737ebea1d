"""The one glossary, and the page that is written from it."""

import pytest

from glossary_page import PAGE, page
from taihang.interfaces.glossary import GlossaryError, parse_glossary, sections, term, terms


def test_glossary_page__is_written_from_the_glossary() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python tests/glossary_page.py"


def test_terms__are_many_and_each_stands_once() -> None:
    assert len(terms()) >= 200
    assert sum(len(section.terms) for section in sections()) == len(terms())


def test_terms__that_are_explained_are_so_in_both_languages() -> None:
    told = [each for each in terms().values() if each.say_zh]

    assert len(told) >= 70
    assert [each.id for each in told if not each.say_en] == []


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
