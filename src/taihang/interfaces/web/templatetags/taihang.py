"""Template tags: words of the catalogue and addresses of built files."""

from collections.abc import Mapping
from typing import cast

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from typing_extensions import override

from taihang.core.errors import TaihangError
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.catalogue import Lang, has_text, text
from taihang.interfaces.glossary import plain
from taihang.interfaces.glossary import term as find_term
from taihang.interfaces.web.assets import asset_address
from taihang.interfaces.web.next_steps import next_steps

register = template.Library()


@register.simple_tag(takes_context=True)
def words(context: template.Context, key: str, **values: object) -> str:
    """Return a text in the language of the page."""
    return text(key, cast("Lang", context["lang"]), **values)


@register.simple_tag(takes_context=True)
def menu_name(context: template.Context, code: str) -> str:
    """Return the name of a page as the menu writes it."""
    return text(f"menu.{code}", cast("Lang", context["lang"]))


@register.simple_tag
def asset(name: str) -> str:
    """Return the address of a built file by its plain name."""
    return asset_address(name)


class TermNode(template.Node):
    """Words that the glossary explains."""

    def __init__(self, words: NodeList, term_id: FilterExpression) -> None:
        self._words = words
        self._term_id = term_id

    @override
    def render(self, context: template.Context) -> SafeString:
        """Print the words, as a link where there is something to say of them."""
        said = self._words.render(context)
        term_id = str(self._term_id.resolve(context.flatten()))
        lang = cast("Lang", context["lang"])
        explained = cast("dict[str, str] | None", context.get("explained"))
        found = find_term(term_id)
        if explained is None or found is None or not found.meaning(lang):
            return said
        explained[term_id] = f"{found.name(lang)}: {plain(found.meaning(lang))}"
        return format_html(
            '<a class="term" href="/help/glossary/#{0}" aria-describedby="term-{0}">{1}</a>',
            term_id,
            said,
        )


@register.tag
def term(parser: Parser, token: Token) -> TermNode:
    """Print words as a link to what the glossary says of them; a note says it on the spot.

    Strangers, who have no glossary, get the words alone; so does everybody of an empty id.

    Args:
        parser: Of the template.
        token: The tag: ``term`` and the id of a word of the glossary.
    """
    _, term_id = token.split_contents()
    words = parser.parse(("endterm",))
    parser.delete_first_token()
    return TermNode(words, parser.compile_filter(term_id))


@register.simple_tag(takes_context=True)
def term_notes(context: template.Context) -> SafeString:
    """Print the notes of the words that the page explains, each once."""
    explained = cast("dict[str, str] | None", context.get("explained")) or {}
    return format_html_join(
        "", '<p class="term-note" role="tooltip" id="term-{}" hidden>{}</p>', explained.items()
    )


@register.simple_tag(takes_context=True)
def next_step(context: template.Context, missing: str) -> SafeString:
    """Print where an empty page leads whoever looks at it.

    Args:
        context: The page.
        missing: What it lacks, as ``web/next_steps.py`` names it.
    """
    viewer = cast("Viewer | None", context.get("viewer"))
    if viewer is None:
        return SafeString("")
    live = cast("Mapping[str, object] | None", context.get("live"))
    has_readings = live is not None and live["reading"] is not None
    lang = cast("Lang", context["lang"])
    links = format_html_join(
        " ",
        '<a class="ghost" href="{}">{}</a>',
        (
            (each.address, text(f"next_step.{each.code}", lang))
            for each in next_steps(missing, viewer=viewer, has_readings=has_readings)
        ),
    )
    return format_html('<p class="next" data-empty="{}">{}</p>', missing, links)


@register.inclusion_tag("taihang/refusal.html", takes_context=True)
def refusal(context: template.Context, error: TaihangError) -> dict[str, object]:
    """Show what was refused and what to do, in the reader's words where there are some.

    Args:
        context: The page.
        error: What was refused; its own words, in English, stand beside.
    """
    lang = cast("Lang", context["lang"])
    key = f"refusal.{error.code.replace('.', '_').replace('-', '_')}"
    is_said = has_text(f"{key}.what")
    return {
        "lang": lang,
        "error": error,
        "what": text(f"{key}.what", lang) if is_said else "",
        "do": text(f"{key}.do", lang) if is_said else "",
    }
