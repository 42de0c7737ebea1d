"""What stands in the park, and changing it: looked at first, then saved with a reason."""

from dataclasses import replace
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from taihang.config.park_edit import Edited, text_sha256, typed_values
from taihang.config.park_membership import demand_unread, meters_of
from taihang.core.errors import InputError, StateError, TaihangError
from taihang.interfaces.web.newest import zone_of
from taihang.interfaces.web.pages.account.act import new_act_id
from taihang.interfaces.web.pages.settings.act import Act, act_of, doing
from taihang.interfaces.web.pages.settings.build import find_version, read_meters
from taihang.interfaces.web.pages.settings.change_page import change_context, refusal_of
from taihang.interfaces.web.pages.settings.done import (
    DONE,
    address_name,
    find_done,
    to_done,
)
from taihang.interfaces.web.pages.settings.draft import (
    Draft,
    How,
    changed_keys,
    document_of,
    draft_of,
    draw_up,
    rebased,
)
from taihang.interfaces.web.pages.settings.kinds import (
    EDIT,
    KINDS,
    ONCE,
    PARK_GROUPS,
    page_of,
    subject_of,
)
from taihang.interfaces.web.pages.settings.may import may_change
from taihang.interfaces.web.pages.settings.park_page import (
    other_tables,
    park_groups,
    past_changes,
)
from taihang.interfaces.web.status import http_status
from taihang.interfaces.web.views import not_found
from taihang.interfaces.web.visit import Visit, visit_of
from taihang.services.trail import DoneBeforeError
from taihang.settings_wiring import StaleParkError, park_text, save_park

FOLDER: Final = "taihang/pages/settings"
_LATEST: Final = 12
"""So many entries of the trail are looked at: each change leaves two."""
_ITS_OWN: Final = frozenset(
    ("name_zh", "name_en", "project_code", "generation_account", "meter_number")
)
"""What no two objects share."""
_SAVE: Final = "save"
Problem = InputError | StateError


@require_safe
def park_page(request: HttpRequest) -> HttpResponse:
    """Show what stands in the park."""
    visit = visit_of(request)
    words = visit.look.demand_words((DONE,))
    text, lang = park_text(visit.source.root), visit.look.lang
    may_edit = may_change(visit)
    trail, zone = visit.source.accounts.trail, visit.ask(zone_of)
    context = {
        "here": "park",
        "groups": park_groups(text, codes=PARK_GROUPS, lang=lang, may_edit=may_edit),
        "others": other_tables(text),
        "past": past_changes(trail.latest(_LATEST, kind=EDIT), zone=zone),
        "done": find_done(visit, words),
        "may_edit": may_edit,
        "n_lines": text.count("\n") + 1,
    }
    return visit.show(f"{FOLDER}/park.html", context)


@require_safe
def park_file(request: HttpRequest) -> HttpResponse:
    """Hand out the park file as it is."""
    visit = visit_of(request)
    visit.look.demand_words(())
    response = HttpResponse(
        park_text(visit.source.root), content_type="application/toml; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="park.toml"'
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def change_once(request: HttpRequest, kind: str) -> HttpResponse:
    """Change a table that stands once."""
    return _changed(request, kind, "", "set") if kind in ONCE else not_found(request)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """Add an object, with its meter and the lists that name it."""
    is_known = kind in KINDS and kind not in ONCE
    return _changed(request, kind, "", "add") if is_known else not_found(request)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, kind: str, object_id: str) -> HttpResponse:
    """Change an object."""
    return _with_object(request, kind, object_id, "set")


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, kind: str, object_id: str) -> HttpResponse:
    """Take an object out of the park, of whose meters no readings are kept."""
    return _with_object(request, kind, object_id, "remove")


def _with_object(request: HttpRequest, kind: str, object_id: str, how: How) -> HttpResponse:
    if kind not in KINDS or kind in ONCE:
        return not_found(request)
    found = document_of(park_text(visit_of(request).source.root)).get(kind, {})
    is_there = isinstance(found, dict) and object_id in found
    return _changed(request, kind, object_id, how) if is_there else not_found(request)


def _changed(request: HttpRequest, kind: str, object_id: str, how: How) -> HttpResponse:
    visit = visit_of(request)
    text = park_text(visit.source.root)
    blank = Draft(kind=kind, object_id=object_id, how=how)
    if request.method != "POST":
        return _shown(visit, _begun(visit, text, blank), text, first=how == "remove")
    posted = {name: str(value) for name, value in request.POST.items()}
    draft = draft_of(posted, kind=kind, object_id=object_id, how=how)
    edited: Edited | None = None
    base = posted.get("base", "")
    try:
        _demand_base(base, text)
        edited = _drawn_up(visit, draft, text)
        is_looked_at = posted.get("looked", "") == text_sha256(edited.text)
        if posted.get("step") == _SAVE and is_looked_at and edited.reading.park is not None:
            return _saved(visit, draft, text, edited)
    except DoneBeforeError as error:
        return to_done(kind, error.record.entry.id)
    except (InputError, StateError) as error:
        # What was asked is shown against the park as it is now, with all that was typed.
        now = park_text(visit.source.root)
        draft = rebased(draft, begun=visit.ask(find_version, base), text=now)
        return _shown(visit, draft, now, edited=edited, problem=error)
    return _shown(visit, draft, text, edited=edited)


def _begun(visit: Visit, text: str, blank: Draft) -> Draft:
    """Return what a form holds before anything is typed: what stands there, or what another has."""
    words = visit.look.demand_words(("like", "node", "gateways") if blank.how == "add" else ())
    if blank.how != "add":
        return blank
    like = words.get("like", "")
    typed = typed_values(text, blank.kind, like) if like else {}
    alike = {key: value for key, value in typed.items() if key not in _ITS_OWN}
    node = {"node": words["node"]} if "node" in words else {}
    lists = {"gateways": words["gateways"]} if "gateways" in words else {}
    return replace(blank, typed={**alike, **node}, lists=lists)


def _demand_base(base_sha256: str, text: str) -> None:
    if base_sha256 != text_sha256(text):
        raise StaleParkError(
            given="a change of a park file that somebody else has changed since",
            expected="the park file as it was when the change was begun",
            remedy="look at the park as it is now, and make the change again",
        )


def _drawn_up(visit: Visit, draft: Draft, text: str) -> Edited:
    if draft.how == "remove":
        meters = meters_of(draft.kind, draft.object_id, document=document_of(text))
        demand_unread(meters, read=visit.ask(read_meters))
    return draw_up(draft, text)


def _saved(visit: Visit, draft: Draft, text: str, edited: Edited) -> HttpResponse:
    act = _act(visit.request, draft, text, edited)
    with doing(act, visit=visit, trail=visit.source.accounts.trail):
        save_park(visit.source.root, edited.text, base_sha256=edited.base_sha256)
    return to_done(draft.kind, act.id)


def _act(request: HttpRequest, draft: Draft, text: str, edited: Edited) -> Act:
    keys = ", ".join(changed_keys(draft, text)) if draft.how == "set" else ""
    return act_of(
        request,
        EDIT,
        subject_of(draft.kind, draft.object_id),
        said={
            "how": draft.how,
            "keys": keys,
            "before_sha256": edited.base_sha256,
            "after_sha256": text_sha256(edited.text),
        },
    )


def _shown(
    visit: Visit,
    draft: Draft,
    text: str,
    *,
    edited: Edited | None = None,
    problem: Problem | None = None,
    first: bool = False,
) -> HttpResponse:
    lang = visit.look.lang
    if first:
        # Of a removal nothing is typed: what it does is shown at once, or why it is not done.
        try:
            edited = _drawn_up(visit, draft, text)
        except (InputError, StateError) as error:
            problem = error
    posted = visit.request.POST
    context = {
        **change_context(draft, text, edited=edited, lang=lang),
        "here": page_of(draft.kind),
        "back": reverse(address_name(draft.kind)),
        "base": text_sha256(text),
        "looked": "" if edited is None else text_sha256(edited.text),
        "act": posted.get("act") or new_act_id(),
        "reason": posted.get("reason", ""),
        "refusal": None if problem is None else refusal_of(problem, lang),
    }
    page = visit.show(f"{FOLDER}/change.html", context, status=_status(edited, problem))
    page["Cache-Control"] = "no-store"
    return page


def _status(edited: Edited | None, problem: TaihangError | None) -> int:
    if problem is not None:
        return http_status(problem)
    is_refused = edited is not None and edited.reading.park is None
    return 422 if is_refused else 200
