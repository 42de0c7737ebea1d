"""Tags of every page: words of the catalogue, and words that the glossary explains."""

import re
from pathlib import Path
from typing import Final

from django.template import Context, Engine

import taihang.interfaces.web
from demo_overview import demo_overview
from taihang.interfaces.catalogue import LANGS
from taihang.interfaces.glossary import terms
from taihang.interfaces.web.pages.overview.cards import cards

ENGINE: Final = Engine(libraries={"taihang": "taihang.interfaces.web.templatetags.taihang"})
TEMPLATES: Final = Path(taihang.interfaces.web.__file__).parent / "templates"
_TERM: Final = re.compile(r'\{% term "([a-z0-9-]+)" %\}')


def shown(source: str, **values: object) -> str:
    template = ENGINE.from_string("{% load taihang %}" + source)
    return template.render(Context({"lang": "en", **values}))


def test_words_and_menu_name__are_in_the_language_of_the_page() -> None:
    assert shown('{% words "page.skip" %}/{% menu_name "help" %}') == "Skip to content/Help"


def test_term__is_a_link_to_the_glossary_with_one_note_at_the_end_of_the_page() -> None:
    source = '{% term "coverage" %}<b>{{ word }}</b>{% endterm %}'

    page = shown(source + source + "|{% term_notes %}", explained={}, word="a<b")

    link = (
        '<a class="term" href="/help/glossary/#coverage" aria-describedby="term-coverage">'
        "<b>a&lt;b</b></a>"
    )
    words, _, notes = page.partition("|")
    assert words == link * 2
    assert notes == (
        '<p class="term-note" role="tooltip" id="term-coverage" hidden>'
        "coverage: usable over all intervals</p>"
    )


def test_term__is_the_words_alone_for_strangers_and_where_nothing_is_said() -> None:
    assert shown('{% term "coverage" %}x{% endterm %}{% term_notes %}', explained=None) == "x"
    assert shown('{% term "" %}x{% endterm %}{% term_notes %}', explained={}) == "x"
    assert shown('{% term "no-such-word" %}x{% endterm %}', explained={}) == "x"


def test_templates__explain_only_words_that_the_glossary_explains() -> None:
    asked = {
        (path.name, term)
        for path in TEMPLATES.rglob("*.html")
        for term in _TERM.findall(path.read_text(encoding="utf-8"))
    } | {("cards", card.term) for card in cards(demo_overview(), lang="en") if card.term}

    assert len(asked) >= 30
    assert len({name for name, _ in asked}) >= 12
    unsaid = [
        (name, term)
        for name, term in asked
        for lang in LANGS
        if term not in terms() or not terms()[term].meaning(lang)
    ]
    assert unsaid == []
