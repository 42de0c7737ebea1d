"""Tags of every page: words of the catalogue, and words that the glossary explains."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Final

from django.template import Context, Engine

import taihang.interfaces.web
from demo_overview import demo_overview
from taihang.core.errors import StateError, TaihangError
from taihang.interfaces.catalogue import LANGS, Lang, has_text, load_catalogue
from taihang.interfaces.glossary import terms
from taihang.interfaces.web.page_query import QueryError
from taihang.interfaces.web.pages.overview.cards import cards

ENGINE: Final = Engine(libraries={"taihang": "taihang.interfaces.web.templatetags.taihang"})
TEMPLATES: Final = Path(taihang.interfaces.web.__file__).parent / "templates"
ERRORS: Final = Path(__file__).parents[5] / "docs" / "errors.md"
FORMS: Final = (
    "taihang.adapters.imports",
    "taihang.interfaces.accounts",
    "taihang.interfaces.web.pages.import_wizard",
    "taihang.interfaces.web.pages.users",
)
"""Packages whose failures a member meets at the forms of import, members and keys."""
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


WITH_ITS_TEMPLATE: Final = Engine(
    dirs=[str(TEMPLATES)],
    libraries={"taihang": "taihang.interfaces.web.templatetags.taihang"},
)


def refused(error: TaihangError, lang: Lang) -> str:
    """Return how a refusal is shown."""
    template = WITH_ITS_TEMPLATE.from_string("{% load taihang %}{% refusal error %}")
    return template.render(Context({"lang": lang, "error": error}))


def test_refusal__says_in_the_language_of_the_reader_what_is_wrong_and_what_to_do() -> None:
    error = QueryError(given="<x>", expected="one of month", remedy="correct the address")

    chinese, english = refused(error, "zh"), refused(error, "en")

    assert "网址里有这一页不认识的设置" in chinese
    assert "从菜单重新打开这一页" in chinese
    assert "correct the address" not in chinese
    assert "&lt;x&gt;" in chinese
    assert 'lang="en"' in chinese
    assert "The address carries a setting that this page does not know" in english


def test_refusal__without_words_of_its_own_shows_those_of_the_error() -> None:
    page = refused(StateError(given="a", expected="b", remedy="do c"), "zh")

    assert "do c" in page
    assert "refusal-what" not in page


def test_refusals__are_of_errors_that_exist() -> None:
    documented = {
        code.replace(".", "_").replace("-", "_")
        for code in re.findall(
            r"^\| `([a-z.-]+)`", ERRORS.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    said = {key.split(".")[1] for key in load_catalogue() if key.startswith("refusal.")}

    assert len(said) >= 20
    assert said <= documented


def test_refusals__have_words_for_what_forms_of_import_and_members_refuse() -> None:
    for package in FORMS:
        for found in walk_packages(import_module(package).__path__, f"{package}."):
            import_module(found.name)
    kinds = {kind for kind in _below(TaihangError) if kind.__module__.startswith(FORMS)}

    lacking = sorted(
        kind.code
        for kind in kinds
        if not has_text(f"refusal.{kind.code.replace('.', '_').replace('-', '_')}.what")
    )

    assert len(kinds) >= 20
    assert lacking == []


def _below(kind: type[TaihangError]) -> Iterator[type[TaihangError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)
