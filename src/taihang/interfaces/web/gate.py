"""The gate before every view: who asks, how pages are shown, and whether the policy allows it."""

import logging
from collections.abc import Callable
from typing import Final, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import urlencode

from taihang.core.access.role import Right
from taihang.core.errors import TaihangError
from taihang.interfaces.accounts.deeds import write_down_export, write_down_refusal
from taihang.interfaces.accounts.owing import owed_by
from taihang.interfaces.accounts.viewer import Viewer, viewer_of
from taihang.interfaces.catalogue import text
from taihang.interfaces.web.body import LongBodyError, demand_body
from taihang.interfaces.web.menu import BEFORE_A_PARK
from taihang.interfaces.web.page_query import COOKIE, PLAIN, QueryError, parse_look
from taihang.interfaces.web.policy import API, MEMBER, PUBLIC, policy_of
from taihang.interfaces.web.status import http_status
from taihang.interfaces.web.visit import LOOK, VIEWER, visit_of
from taihang.wiring import NoParkError

SIGN_IN: Final = "/sign-in/"
"""Where members sign in."""
ACCOUNT: Final = "/account/"
"""One's own account, where whoever owes something pays it."""
_MACHINES: Final = "/api/"
"""What is below is no page: it has no look, and says what fails by itself."""
SET_UP: Final = "/setup/"
"""Where a park is made."""
_ASKED_BY_PAGES: Final = frozenset(("/live", "/alarms/count"))
"""What open pages ask by themselves: without a park they hear that there is nothing."""
_OK: Final = 200
_NOTHING: Final = 204
_REFUSED: Final = 403
_NOT_YET: Final = 409
_FAULT: Final = 500
_YEAR_S: Final = 31_536_000
_LOG: Final = logging.getLogger(__name__)


class Gate:
    """Middleware that lets nobody pass whom the policy of an address does not name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._wrong_look: dict[str, QueryError] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Find out how pages are shown, and remember it."""
        if request.path.startswith(_MACHINES):
            setattr(request, LOOK, PLAIN)
            return self._get_response(request)
        try:
            look = parse_look(request)
        except QueryError as error:
            setattr(request, LOOK, PLAIN)
            return failed(request, error)
        setattr(request, LOOK, look)
        with translation.override("zh-hans" if look.lang == "zh" else "en"):
            response = self._answer(request)
        if request.COOKIES.get(COOKIE) != look.cookie and look.is_chosen:
            response.set_cookie(
                COOKIE,
                look.cookie,
                max_age=_YEAR_S,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure(),
            )
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        try:
            demand_body(request)
        except LongBodyError as error:
            return failed(request, error)
        return _written_down(request, self._get_response(request))

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponseBase | None:
        """Refuse, or let pass by returning None."""
        del args, kwargs
        policy = policy_of(view)
        if policy == API:
            return None
        if policy == PUBLIC:
            # Whoever is signed in stays so on public pages: their frame says who looks.
            setattr(request, VIEWER, viewer_of(request.user))
            return None
        viewer = viewer_of(request.user)
        setattr(request, VIEWER, viewer)
        if viewer is None:
            return _to_sign_in(request)
        if policy != MEMBER and owed_by(request):
            return redirect(ACCOUNT)
        if policy != MEMBER and (policy is None or policy not in viewer.rights):
            return refused(request, viewer)
        return None if _is_there_to_see(request) else no_park_yet(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Explain a failure that the platform defines; any other is a fault."""
        if isinstance(error, NoParkError):
            return no_park_yet(request)
        return failed(request, error) if isinstance(error, TaihangError) else None


def no_park_yet(request: HttpRequest) -> HttpResponse:
    """Lead whoever may make the park to where it is made; tell anybody else to wait."""
    visit = visit_of(request)
    if request.path in _ASKED_BY_PAGES:
        return HttpResponse(status=_NOTHING)
    may = visit.viewer is not None and Right.EDIT_PARK in visit.viewer.rights
    if may and request.method in {"GET", "HEAD"}:
        return redirect(SET_UP)
    context = {"message": text("failure.no_park", visit.look.lang), "set_up": SET_UP if may else ""}
    return visit.show("taihang/failure.html", context, status=_NOT_YET)


def _is_there_to_see(request: HttpRequest) -> bool:
    """Say whether there is a park, or the address has something to show before there is one."""
    opens_before = (ACCOUNT, *(entry.address for entry in BEFORE_A_PARK))
    return request.path.startswith(opens_before) or visit_of(request).has_park


def refused(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Say that the viewer has no right to see this, and nothing about what is there."""
    write_down_refusal(viewer, request.path)
    visit = visit_of(request)
    message = text("failure.refused", visit.look.lang)
    return visit.show("taihang/failure.html", {"message": message}, status=_REFUSED)


def failed(request: HttpRequest, error: TaihangError) -> HttpResponse:
    """Show what failed and what to do."""
    status = http_status(error)
    if status >= _FAULT:
        _LOG.error("%s: %s", request.path, error)
    return visit_of(request).show("taihang/failure.html", {"error": error}, status=status)


def _written_down(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Write into the trail that a member takes a file along; else it is not handed out.

    Operations of the interface for machines do so themselves: they know who asks with a key.
    """
    viewer = cast("Viewer | None", getattr(request, VIEWER, None))
    is_file = response.get("Content-Disposition", "").startswith("attachment")
    is_taken = is_file and response.status_code == _OK and request.method != "HEAD"
    if viewer is None or not is_taken or not isinstance(response, HttpResponse):
        return response
    try:
        write_down_export(viewer, request.get_full_path(), content=response.content)
    except TaihangError as error:
        return failed(request, error)
    return response


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.method not in {"GET", "HEAD"}:
        visit = visit_of(request)
        message = text("failure.sign_in", visit.look.lang)
        return visit.show("taihang/failure.html", {"message": message}, status=401)
    return redirect(f"{SIGN_IN}?{urlencode({'next': request.get_full_path()})}")
