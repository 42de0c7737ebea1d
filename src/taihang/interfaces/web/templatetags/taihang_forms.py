"""Template tags of forms: one field with its label, its hint and what is wrong with it."""

from typing import cast

from django import template
from django.forms import BoundField

from taihang.interfaces.catalogue import Lang, text

register = template.Library()


@register.inclusion_tag("taihang/form_field.html", takes_context=True)
def field(
    context: template.Context, bound: BoundField, key: str, **about: object
) -> dict[str, object]:
    """Show one field of a form.

    Args:
        context: What the page prints.
        bound: The field.
        key: Key of its label.
        about: ``type``, ``autocomplete``, ``hint`` (words), ``inputmode``, ``autofocus``.
    """
    kind = about.get("type", "text")
    return {
        "label": text(key, cast("Lang", context["lang"])),
        "field": bound,
        "kind": kind,
        # A password is typed again, never sent back.
        "value": "" if kind == "password" or bound.value() is None else bound.value(),
        **about,
    }


@register.simple_tag(takes_context=True)
def role_name(context: template.Context, code: str) -> str:
    """Return the name of a role."""
    return text(f"role.{code}", cast("Lang", context["lang"]))


@register.simple_tag(takes_context=True)
def role_note(context: template.Context, code: str) -> str:
    """Return what a role may do, in a few words."""
    return text(f"role_note.{code}", cast("Lang", context["lang"]))


@register.simple_tag(takes_context=True)
def right_name(context: template.Context, code: str) -> str:
    """Return the name of a right."""
    return text(f"right.{code}", cast("Lang", context["lang"]))


@register.simple_tag(takes_context=True)
def state_name(context: template.Context, code: str) -> str:
    """Return whether a member can sign in, in a word."""
    return text(f"users.state.{code}", cast("Lang", context["lang"]))


@register.simple_tag(takes_context=True)
def factor_name(context: template.Context, code: str) -> str:
    """Return the name of a second factor."""
    return text(f"users.factor.{code}", cast("Lang", context["lang"]))
