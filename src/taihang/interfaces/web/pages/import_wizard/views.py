"""The steps of an import: send, correct, look, take in; each leads to the next by a redirect."""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from taihang.core.errors import InputError, StateError
from taihang.core.metering.import_draft import StagedUpload
from taihang.core.seal.canonical import JsonValue
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.web.pages.account.act import new_act_id
from taihang.interfaces.web.pages.import_wizard.build import (
    KIND,
    Forecast,
    Ground,
    build_forecast,
    build_ground,
    build_past,
    find_past,
)
from taihang.interfaces.web.pages.import_wizard.form import (
    ImportFormError,
    Posted,
    corrected,
    told_rows,
)
from taihang.interfaces.web.pages.import_wizard.page import imports_context, upload_context
from taihang.interfaces.web.pages.settings.act import act_of, doing
from taihang.interfaces.web.status import http_status
from taihang.interfaces.web.views import not_found
from taihang.interfaces.web.visit import Visit, visit_of
from taihang.services.import_desk import ImportDesk
from taihang.services.import_readings import take_in
from taihang.services.trail import DoneBeforeError
from taihang.settings_wiring import import_desk

FOLDER: Final = "taihang/pages/import_wizard"
_SEE_OTHER: Final = 303
_CONFLICT: Final = 409
Problem = InputError | StateError


@require_http_methods(["GET", "HEAD", "POST"])
def imports_page(request: HttpRequest) -> HttpResponse:
    """Show what waits and what came in; take a file."""
    visit = visit_of(request)
    words = visit.look.demand_words(("done",))
    problem: Problem | None = None
    if request.method == "POST":
        try:
            staged = _sent(request, visit)
        except (InputError, StateError) as error:
            problem = error
        else:
            return _to(reverse("import", args=(staged.id,)))
    done = visit.ask(find_past, words["done"]) if "done" in words else None
    context = imports_context(
        [staged for staged in _desk(visit).waiting() if _is_seen(staged, visit)],
        visit.ask(build_past),
        visit=visit,
        done=done,
    )
    context |= {"problem": problem, "upload_id": new_act_id()}
    return visit.show(
        f"{FOLDER}/imports.html", context, status=200 if problem is None else http_status(problem)
    )


@require_safe
def upload_page(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Show an upload: what it looks like, how it would be read, what would come in."""
    visit = visit_of(request)
    visit.look.demand_words(())
    staged = _found(visit, upload_id)
    return not_found(request) if staged is None else _shown(visit, staged)


@require_POST
def say_rows(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Guess anew, where a person said which rows and columns are which."""
    visit = visit_of(request)
    staged = _found(visit, upload_id)
    if staged is None:
        return not_found(request)
    ground = _ground(visit)
    try:
        told = told_rows(_posted(request), staged.tables)
        _desk(visit).look_again(upload_id, told, points=ground.points, place=ground.place)
    except (InputError, StateError) as error:
        return _shown(visit, staged, problem=error)
    return _read_and_show(visit, upload_id)


@require_POST
def correct(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Put the corrected map in the place of the one before."""
    visit = visit_of(request)
    staged = _found(visit, upload_id)
    if staged is None:
        return not_found(request)
    points = {point.id: point for point in _ground(visit).points}
    try:
        tables = corrected(_posted(request), staged.tables, points)
    except ImportFormError as error:
        return _shown(visit, staged, problem=error)
    _desk(visit).correct(upload_id, tables)
    return _read_and_show(visit, upload_id)


@require_safe
def map_file(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Hand out the map as TOML."""
    visit = visit_of(request)
    staged = _found(visit, upload_id)
    if staged is None:
        return not_found(request)
    forecast = _forecast(visit, staged)
    response = HttpResponse(forecast.read.map_text, content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="import-map.toml"'
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def take(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Take an upload in, all of it or nothing."""
    visit = visit_of(request)
    staged = _found(visit, upload_id)
    if staged is None:
        # The same form once more: the upload is gone because it came in.
        act = request.POST.get("act", "")
        came_in = visit.ask(find_past, act) is not None if act else False
        return _to_done(act) if came_in else not_found(request)
    try:
        act = _taken(request, visit, staged)
    except DoneBeforeError as error:
        act = error.record.entry.id
    except (InputError, StateError) as error:
        return _shown(visit, staged, problem=error)
    _desk(visit).drop(upload_id)
    return _to_done(act)


@require_POST
def drop(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Throw an upload away."""
    visit = visit_of(request)
    if _found(visit, upload_id) is None:
        return not_found(request)
    _desk(visit).drop(upload_id)
    return _to(reverse("imports"))


def _sent(request: HttpRequest, visit: Visit) -> StagedUpload:
    """Take the file of a form, and read it as far as it can be without a person."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise ImportFormError(
            given="no file", expected="a .csv, .xlsx or .zip", remedy="choose a file and send it"
        )
    ground, desk = _ground(visit), _desk(visit)
    staged = desk.begin(
        request.POST.get("upload", ""),
        file.chunks(),
        name=file.name or "",
        by=_viewer(visit).name,
        points=ground.points,
        place=ground.place,
    )
    with suppress(InputError):
        desk.read(staged.id, points=ground.points, place=ground.place)
    return staged


def _taken(request: HttpRequest, visit: Visit, staged: StagedUpload) -> str:
    """Store the readings of an upload; return the id of the act."""
    ground, desk = _ground(visit), _desk(visit)
    forecast = _forecast(visit, staged)
    read = desk.read(staged.id, points=ground.points, place=ground.place)
    digest = sha256(read.map_text.encode()).hexdigest()
    if digest != request.POST.get("map", ""):
        raise ImportFormError(
            given="another map than the one that was shown",
            expected="the map whose readings were looked at",
            remedy="look at what would come in now, then take it in",
        )
    own = {point.id for point in ground.points}
    if foreign := sorted({block.point for block in read.blocks} - own):
        raise ImportFormError(
            given=f"readings of {', '.join(foreign)[:200]}",
            expected="readings of your own meters",
            remedy="leave these columns out",
        )
    said: dict[str, JsonValue] = {
        "new": forecast.dry.n_new,
        "changed": forecast.dry.n_changed,
        "files": len(staged.examined.files),
        "map_sha256": digest,
    }
    act = act_of(request, KIND, staged.name, said=said)
    with visit.source.writing() as ports, doing(act, visit=visit, trail=ports.trail):
        take_in(read, desk.files(staged.id), map_name=Path(staged.name).stem, ports=ports)
    return act.id


def _read_and_show(visit: Visit, upload_id: str) -> HttpResponse:
    """Read an upload by its draft now, so that the page that follows has only to show it."""
    ground = _ground(visit)
    with suppress(InputError, StateError):
        _desk(visit).read(upload_id, points=ground.points, place=ground.place)
    return _to(f"{reverse('import', args=(upload_id,))}#check")


def _shown(visit: Visit, staged: StagedUpload, *, problem: Problem | None = None) -> HttpResponse:
    forecast: Forecast | None = None
    unread: Problem | None = None
    try:
        forecast = _forecast(visit, staged)
    except (InputError, StateError) as error:
        unread = error
    context = upload_context(staged, forecast, ground=_ground(visit), visit=visit)
    posted = _posted(visit.request)
    context |= {
        "problem": problem,
        "unread": unread,
        "act": posted.get("act") or new_act_id(),
        "reason": posted.get("reason", ""),
    }
    status = 200 if problem is None else http_status(problem)
    page = visit.show(f"{FOLDER}/upload.html", context, status=status)
    page["Cache-Control"] = "no-store"
    return page


def _forecast(visit: Visit, staged: StagedUpload) -> Forecast:
    draft = sha256(repr(staged.tables).encode()).hexdigest()
    return visit.ask(build_forecast, str(visit.source.root), staged.id, draft)


def _found(visit: Visit, upload_id: str) -> StagedUpload | None:
    """Return an upload that waits, if the viewer may see it."""
    with suppress(InputError):
        staged = _desk(visit).find(upload_id)
        return staged if _is_seen(staged, visit) else None
    return None


def _is_seen(staged: StagedUpload, visit: Visit) -> bool:
    """People of the park see every upload, those of an enterprise their own."""
    return visit.scope.is_whole or staged.by == _viewer(visit).name


def _ground(visit: Visit) -> Ground:
    return visit.ask(build_ground)


def _desk(visit: Visit) -> ImportDesk:
    return import_desk(visit.source.root)


def _viewer(visit: Visit) -> Viewer:
    """Return who looks; the gate has let nobody else pass."""
    return cast("Viewer", visit.viewer)


def _posted(request: HttpRequest) -> Posted:
    return {name: str(value) for name, value in request.POST.items()}


def _to_done(act: str) -> HttpResponse:
    return _to(f"{reverse('imports')}?done={act}")


def _to(address: str) -> HttpResponse:
    response = redirect(address)
    response.status_code = _SEE_OTHER
    return response
