"""The alarms, for people: the page, its table, and what a person decides."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from taihang import pages_wiring
from taihang.core.access.role import Right
from taihang.core.alarm.decision import AlarmAct, ShelfTimeError
from taihang.core.errors import TaihangError
from taihang.core.periods import instant_of_s
from taihang.core.seal.said import Said
from taihang.interfaces.disk import coarse_room
from taihang.interfaces.web.csv_answer import csv_answer
from taihang.interfaces.web.deciding import Wish, carry_out, field_of, new_id, said_in
from taihang.interfaces.web.pages.alarms.build import BoardView, build_alarms
from taihang.interfaces.web.pages.alarms.view import (
    COLUMNS,
    FILTERS,
    SHELF_HOURS,
    Filter,
    mark_of,
    page_context,
    table_rows,
)
from taihang.interfaces.web.status import http_status
from taihang.interfaces.web.visit import Visit, visit_of
from taihang.services.decide import AlarmDecided, AlarmDeed, decide_alarm
from taihang.services.ports import Ports

_MINUTE_S: Final = 60
_TEMPLATE: Final = "taihang/pages/alarms.html"
_SEE_OTHER: Final = 303
_DIGITS_MOST: Final = 12


@require_safe
def alarms_page(request: HttpRequest) -> HttpResponse:
    """Show what needs a person now."""
    visit = visit_of(request)
    chosen = _chosen(visit)
    return _shown(visit, chosen)


@require_safe
def alarms_csv(request: HttpRequest) -> HttpResponse:
    """Return the same list for spreadsheets."""
    visit = visit_of(request)
    chosen = _chosen(visit)
    rows = table_rows(_board(visit), lang=visit.look.lang, chosen=chosen)
    return csv_answer("alarms", COLUMNS, rows)


@require_safe
def alarms_count(request: HttpRequest) -> HttpResponse:
    """Return how many alarms need a person, and a mark of all: the number at every menu."""
    board = _board(visit_of(request)).board
    answer = JsonResponse({"open": board.n_open, "mark": mark_of(board)})
    answer["Cache-Control"] = "no-cache"
    return answer


@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Acknowledge an alarm, shelve it, or take it off the shelf."""
    visit = visit_of(request)
    if visit.viewer is None:  # the gate lets nobody pass who is not signed in
        return HttpResponseRedirect(reverse("alarms"))
    try:
        said = said_in(request, visit.viewer)
        decided = _decide(visit, _deed(request), said)
    except TaihangError as error:
        return _shown(visit, Filter(), failure=error, kept=_kept(request))
    address = f"{reverse('alarms')}#{decided.decision.alarm}"
    response = HttpResponseRedirect(address)
    response.status_code = _SEE_OTHER
    return response


def _decide(visit: Visit, deed: AlarmDeed, said: Said) -> AlarmDecided:
    until = None if deed.until is None else deed.until.isoformat()
    wish = Wish(
        kind="alarm-decision",
        subject=deed.alarm,
        said=said,
        body={"act": deed.act.value, "until": until},
    )
    room = coarse_room(visit.source.root)

    def do(ports: Ports) -> AlarmDecided:
        return decide_alarm(deed, said, ports=ports, disk=room)

    return carry_out(visit, wish, do)


def _deed(request: HttpRequest) -> AlarmDeed:
    """Read what is decided; the end of a shelf is so many hours from the minute of the form."""
    act, hours = field_of(request, "act"), field_of(request, "hours")
    known = {each.value: each for each in AlarmAct}
    if act not in known:
        raise ShelfTimeError(
            given=f"act = {act[:40]!r}",
            expected=" or ".join(known),
            remedy="send the form of the page",
        )
    until = None
    if known[act] is AlarmAct.SHELVE:
        if hours not in {str(each) for each in SHELF_HOURS}:
            raise ShelfTimeError(
                given=f"hours = {hours[:40]!r}",
                expected=f"one of {', '.join(map(str, SHELF_HOURS))}",
                remedy="choose until when it is shelved",
            )
        from_s = _seconds(field_of(request, "from_s"))
        until = instant_of_s(from_s) + timedelta(hours=int(hours))
    return AlarmDeed(alarm=field_of(request, "alarm"), act=known[act], until=until)


def _seconds(given: str) -> int:
    """Return when the form was made; now where it does not say [s]."""
    is_number = given.isascii() and given.isdigit() and len(given) <= _DIGITS_MOST
    return int(given) if is_number else int(pages_wiring.now_s())


def _kept(request: HttpRequest) -> Mapping[str, str]:
    return {name: field_of(request, name) for name in ("alarm", "reason", "hours", "id")}


def _shown(
    visit: Visit,
    chosen: Filter,
    *,
    failure: TaihangError | None = None,
    kept: Mapping[str, str] | None = None,
) -> HttpResponse:
    address = reverse("alarms")
    context = page_context(_board(visit), lang=visit.look.lang, chosen=chosen, address=address)
    may_decide = visit.viewer is not None and Right.HANDLE_ALARMS in visit.viewer.rights
    more = {
        "failure": failure,
        "kept": kept or {},
        "may_decide": may_decide,
        "form_id": new_id(),
        "now_s": int(pages_wiring.now_s()),
        "here": f"{address}{_query(visit)}",
        "csv_address": f"{reverse('alarms-csv')}{_query(visit)}",
    }
    status = 200 if failure is None else http_status(failure)
    return visit.show(_TEMPLATE, {**context, **more}, status=status)


def _query(visit: Visit) -> str:
    address = visit.look.with_words()
    return address[address.index("?") :] if "?" in address else ""


def _board(visit: Visit) -> BoardView:
    """Ask for the alarms of this minute."""
    minute = int(pages_wiring.now_s()) // _MINUTE_S
    return visit.ask(build_alarms, minute, coarse_room(visit.source.root))


def _chosen(visit: Visit) -> Filter:
    return Filter(**visit.look.demand_words(FILTERS))
