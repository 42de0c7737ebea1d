"""The set-up: choose a template, name the park, make it; then what comes next."""

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from taihang import settings_wiring
from taihang.config.park_edit import Change, edit_park, text_sha256
from taihang.config.park_file import ParkFileError
from taihang.config.park_folder import PARK_FILE
from taihang.config.templates import template_names, template_text
from taihang.core.errors import InputError, StateError
from taihang.core.park.problem import Severity
from taihang.interfaces.accounts.opening import accounts_served
from taihang.interfaces.web.pages.account.act import new_act_id
from taihang.interfaces.web.pages.settings.act import act_of, doing
from taihang.interfaces.web.pages.setup.build import template_cards
from taihang.interfaces.web.status import http_status
from taihang.interfaces.web.visit import Visit, visit_of
from taihang.services.trail import DoneBeforeError

FOLDER: Final = "taihang/pages/setup"
MADE: Final = "park-make"
"""What the making of a park is called in the audit trail."""
_FIELDS: Final = ("name_zh", "name_en", "time_zone", "latitude_deg", "longitude_deg")
_SEE_OTHER: Final = 303
Problem = InputError | StateError


@require_http_methods(["GET", "HEAD", "POST"])
def setup_page(request: HttpRequest) -> HttpResponse:
    """Offer the templates and make the park of one; where there is one, say what comes next."""
    visit = visit_of(request)
    visit.look.demand_words(())
    if request.method == "POST":
        return _answer(request, visit)
    if visit.has_park:
        return visit.show(f"{FOLDER}/made.html", {})
    # Where the park file is gone and the rest of the park is there, nothing is put in its place.
    settings_wiring.demand_room(visit.source.root)
    return _shown(visit, {}, problem=None)


def _answer(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Make the park, if it is not there yet; whoever sends the form again is led on."""
    if not visit.has_park:
        try:
            _make(request, visit)
        except DoneBeforeError:
            return _to_next()
        except (InputError, StateError) as error:
            if not visit.has_park:
                return _shown(visit, request.POST, problem=error)
    return _to_next()


def _make(request: HttpRequest, visit: Visit) -> None:
    """Make the park that a form describes."""
    template = request.POST.get("template", "")
    typed = {name: said for name in _FIELDS if (said := request.POST.get(name, "").strip())}
    edited = edit_park(template_text(template), [Change("park", "", typed)])
    if edited.reading.park is None:
        errors = tuple(each for each in edited.reading.problems if each.severity is Severity.ERROR)
        raise ParkFileError(source=PARK_FILE, problems=errors)
    said = {"park_sha256": text_sha256(edited.text)}
    act = act_of(request, MADE, template, said=said)
    with doing(act, visit=visit, trail=accounts_served().trail):
        settings_wiring.found_park(visit.source.root, edited.text)


def _shown(visit: Visit, posted: Mapping[str, str], *, problem: Problem | None) -> HttpResponse:
    cards = template_cards(visit.look.lang)
    asked = posted.get("template", "")
    context: dict[str, object] = {
        "templates": cards,
        "chosen": asked if asked in template_names() else cards[0].code,
        "typed": {name: posted.get(name, "") for name in _FIELDS},
        "problem": problem,
        "problems": problem.problems if isinstance(problem, ParkFileError) else (),
        "act": posted.get("act") or new_act_id(),
        "reason": posted.get("reason", ""),
        "folder": str(visit.source.root),
    }
    status = 200 if problem is None else http_status(problem)
    return visit.show(f"{FOLDER}/setup.html", context, status=status)


def _to_next() -> HttpResponse:
    response = redirect(reverse("setup"))
    response.status_code = _SEE_OTHER
    return response
