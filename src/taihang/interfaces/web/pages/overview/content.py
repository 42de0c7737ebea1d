"""The overview as it is written: once for each state of the park and each language."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.html import json_script
from django.utils.safestring import SafeString

from taihang.interfaces.catalogue import Lang
from taihang.interfaces.web.once_per_view import once_per_view
from taihang.interfaces.web.pages.overview.page import page_context
from taihang.interfaces.web.pages.overview.view import Overview

_TEMPLATE = "taihang/pages/overview_content.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a page of the overview says, whoever reads it, on whatever screen."""

    period: str
    page_data: SafeString
    """The block of data for the scripts."""
    html: SafeString
    explained: Mapping[str, str]
    """Notes of the words that it explains, by their id in the glossary."""

    def context(self) -> dict[str, object]:
        """Return what the frame of the page prints of it."""
        return {
            "period": self.period,
            "page_data": self.page_data,
            "content": self.html,
            # A copy: the frame may explain words of its own.
            "explained": dict(self.explained),
        }


@once_per_view
def content_of(overview: Overview, lang: Lang) -> Content:
    """Return an overview as it is written; the same object to all who look at the same figures.

    Args:
        overview: The figures, as far as whoever looks may see them.
        lang: The reader's language.
    """
    explained: dict[str, str] = {}
    context = page_context(overview, lang=lang)
    html = render_to_string(_TEMPLATE, {**context, "lang": lang, "explained": explained})
    return Content(
        period=str(context["period"]),
        page_data=json_script(context["page_data"], "page-data"),
        html=SafeString(html),
        explained=explained,
    )
