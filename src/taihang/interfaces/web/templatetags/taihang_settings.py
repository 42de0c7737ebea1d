"""Template tags of settings and of the import."""

from collections.abc import Sequence

from django import template

register = template.Library()


@register.filter
def at(items: Sequence[object], place: int) -> object:
    """Return one of several things by its place."""
    return items[place]
