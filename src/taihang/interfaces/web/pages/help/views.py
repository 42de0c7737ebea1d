"""The pages of help: for whoever is signed in, each as far as the viewer may see."""

from typing import Final, cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from taihang.core.access.role import Right
from taihang.interfaces.accounts.owing import owed_by
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.web.pages.help.guides import GUIDES
from taihang.interfaces.web.pages.help.page import (
    Reader,
    count_terms,
    glossary_parts,
    guide_shown,
)
from taihang.interfaces.web.pages.help.progress import build_progress
from taihang.interfaces.web.views import not_found
from taihang.interfaces.web.visit import Visit, visit_of

_FOLDER: Final = "taihang/pages/help"
"""Characters of the longest search."""


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Show which guides there are, and how far the park is in each."""
    visit = visit_of(request)
    visit.look.demand_words(())
    reader = _reader(visit)
    guides = [guide_shown(guide, reader) for guide in GUIDES]
    return visit.show(f"{_FOLDER}/help.html", {"guides": guides, "n_terms": count_terms()})


@require_safe
def guide_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show the steps of one guide."""
    visit = visit_of(request)
    visit.look.demand_words(())
    found = next((guide for guide in GUIDES if guide.code == code), None)
    if found is None:
        return not_found(request)
    return visit.show(f"{_FOLDER}/guide.html", {"guide": guide_shown(found, _reader(visit))})


@require_safe
def glossary_page(request: HttpRequest) -> HttpResponse:
    """Show the words of the platform, or those that hold what is looked for."""
    visit = visit_of(request)
    asked = visit.look.demand_words(("q",)).get("q", "").strip()
    context: dict[str, object] = {
        "asked": asked,
        "parts": glossary_parts(asked, visit.look.lang),
        "n_terms": count_terms(),
    }
    return visit.show(f"{_FOLDER}/glossary.html", context)


@require_safe
def keyboard_page(request: HttpRequest) -> HttpResponse:
    """Show the keys; those of pages stand in the menu of the frame."""
    visit = visit_of(request)
    visit.look.demand_words(())
    return visit.show(f"{_FOLDER}/keyboard.html", {})


def _reader(visit: Visit) -> Reader:
    """Return who reads; who sees no figures, or owes something first, is not told of the park."""
    viewer = cast("Viewer", visit.viewer)
    may_know = Right.SEE_OWN in viewer.rights and not owed_by(visit.request) and visit.has_park
    progress = visit.ask(build_progress) if may_know else None
    return Reader(viewer, visit.look.lang, progress)
