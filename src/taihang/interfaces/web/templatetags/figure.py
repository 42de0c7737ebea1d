"""Template tags that print a number as a link to its story."""

from decimal import Decimal
from html import escape
from typing import cast

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.pages.figure.page import figure_address
from taihang.interfaces.web.wording import DASH, number

register = template.Library()
_TONES = {"estimated": "warn", "manual": "warn", "forecast": "warn", "missing": "bad"}


@register.simple_tag(takes_context=True)
def figure(
    context: template.Context,
    key: str,
    value: str | float | Decimal | None,
    *,
    unit: str = "",
    digits: int = 1,
    quality: str = "",
) -> SafeString:
    """Print a number of record as a link to its story, with the badge of its quality.

    Without scripts the link leads to the page of the story; with them a panel opens over the page.

    Args:
        context: The page; its language is the badge's.
        key: The key of the figure; empty prints the number alone.
        value: The number, or finished words; None where it is missing.
        unit: What stands behind it.
        digits: Digits after the point, of a number.
        quality: ``estimated``, ``manual``, ``missing`` or ``forecast``; empty where it is measured.
    """
    words = value if isinstance(value, str) else number(value, digits=digits)
    lang = cast("Lang", context["lang"])
    shown = format_html(' <small class="unit">{}</small>', unit) if unit else SafeString("")
    badge = _badge(quality or ("missing" if words == DASH else ""), lang)
    if not key:
        return format_html("{}{}{}", words, shown, badge)
    # By hand: a page prints hundreds of them, and the general way is dear.
    address, told = escape(figure_address(key)), conditional_escape(words)
    return SafeString(f'<a class="opens" href="{address}" data-opens>{told}</a>{shown}{badge}')


def _badge(quality: str, lang: Lang) -> SafeString:
    if quality not in _TONES:
        return SafeString("")
    words = text(f"figures.quality.{quality}", lang)
    return format_html(' <span class="tag {}">{}</span>', _TONES[quality], words)
