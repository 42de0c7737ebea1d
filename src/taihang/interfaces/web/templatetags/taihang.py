"""Template tags: words of the catalogue and addresses of built files."""

from typing import cast

from django import template

from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.assets import asset_address

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
