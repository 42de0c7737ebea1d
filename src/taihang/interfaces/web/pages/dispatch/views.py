"""Storage and dispatch, for people: the page, an order to try, and what a person decides."""

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from taihang.core.access.role import Right
from taihang.core.dispatch.plan_decision import Order, PlanAct, PlanOrderError
from taihang.core.errors import TaihangError
from taihang.core.quantities import WH_PER_KWH
from taihang.core.seal.review import person_of
from taihang.core.seal.said import Said
from taihang.interfaces.alarm_words import power
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.csv_answer import csv_answer
from taihang.interfaces.web.deciding import Wish, carry_out, field_of, new_id, said_in
from taihang.interfaces.web.pages.dispatch.build import (
    DispatchView,
    build_check,
    build_dispatch,
    build_missing,
    build_what_if,
)
from taihang.interfaces.web.pages.dispatch.table import (
    DAY_COLUMNS,
    LEDGER_COLUMNS,
    day_rows,
    ledger_rows,
)
from taihang.interfaces.web.pages.dispatch.view import page_context, what_told
from taihang.interfaces.web.pages.dispatch.wish import (
    ORDER_WORDS,
    WORDS,
    Tried,
    day_in,
    tried_in,
)
from taihang.interfaces.web.status import http_status
from taihang.interfaces.web.visit import Visit, visit_of
from taihang.services.decide import PlanDecided, PlanDeed, decide_plan
from taihang.services.plan_what_if import WhatIf
from taihang.services.planned import Planned
from taihang.services.ports import Ports

_SEE_OTHER: Final = 303


@require_safe
def dispatch_page(request: HttpRequest) -> HttpResponse:
    """Show a day of storage: record and plan, why, and what may be decided."""
    visit = visit_of(request)
    words = visit.look.demand_words(WORDS)
    return _shown(visit, words)


@require_safe
def day_file(request: HttpRequest) -> HttpResponse:
    """Return the two days of the chart for spreadsheets."""
    view = _viewed(visit_of(request))
    rows = () if view.shown is None else day_rows(view.shown, view.park)
    return csv_answer("storage", DAY_COLUMNS, rows)


@require_safe
def ledger_file(request: HttpRequest) -> HttpResponse:
    """Return the ledger of regret for spreadsheets."""
    view = _viewed(visit_of(request))
    rows = () if view.shown is None else ledger_rows(view.shown)
    return csv_answer("regret", LEDGER_COLUMNS, rows)


def _viewed(visit: Visit) -> DispatchView:
    return visit.ask(build_dispatch, day_in(visit.look.demand_words(("day",))))


@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Approve a plan, override it, confirm an override, or withdraw what was said."""
    visit = visit_of(request)
    words = {name: field_of(request, name) for name in ("day", *ORDER_WORDS)}
    said_words = {name: value for name, value in words.items() if value}
    if visit.viewer is None:  # the gate lets nobody pass who is not signed in
        return HttpResponseRedirect(reverse("dispatch"))
    try:
        said = said_in(request, visit.viewer)
        _decide(visit, _deed(visit, request, said_words), said)
    except TaihangError as error:
        kept = {name: field_of(request, name) for name in ("reason", "act", "id")}
        return _shown(visit, said_words, failure=error, kept=kept)
    response = HttpResponseRedirect(f"{reverse('dispatch')}?{urlencode({'day': words['day']})}")
    response.status_code = _SEE_OTHER
    return response


def _decide(visit: Visit, deed: PlanDeed, said: Said) -> PlanDecided:
    wish = Wish(
        kind="plan-decision",
        subject=deed.plan,
        said=said,
        body={
            "act": deed.act.value,
            "orders": [order.document() for order in deed.orders],
        },
    )

    def do(ports: Ports) -> PlanDecided:
        return decide_plan(deed, said, ports=ports)

    return carry_out(visit, wish, do)


def _deed(visit: Visit, request: HttpRequest, words: Mapping[str, str]) -> PlanDeed:
    act = field_of(request, "act")
    known = {each.value: each for each in PlanAct}
    if act not in known:
        raise PlanOrderError(
            given=f"act = {act[:40]!r}",
            expected=" or ".join(known),
            remedy="send the form of the page",
        )
    orders: tuple[Order, ...] = ()
    tried = tried_in(words)
    if known[act] is PlanAct.OVERRIDE and tried is not None:
        view = visit.ask(build_dispatch, day_in(words))
        if view.shown is not None:
            orders = (tried.order(view.shown.day, view.park.zone),)
    return PlanDeed(plan=field_of(request, "plan"), act=known[act], orders=orders)


# -- the page -------------------------------------------------------------------------------------


def _shown(
    visit: Visit,
    words: Mapping[str, str],
    *,
    failure: TaihangError | None = None,
    kept: Mapping[str, str] | None = None,
) -> HttpResponse:
    view = visit.ask(build_dispatch, day_in(words))
    status = 200 if failure is None else http_status(failure)
    if view.shown is None:
        return visit.show("taihang/pages/dispatch_empty.html", {"failure": failure}, status=status)
    viewer = visit.viewer
    may_decide = viewer is not None and Right.APPROVE_PLANS in viewer.rights
    pending = None if view.shown.standing is None else view.shown.standing.pending
    context = {
        **page_context(view, lang=visit.look.lang),
        "failure": failure,
        "kept": kept or {},
        "may_decide": may_decide,
        "form_id": new_id(),
        "is_own": viewer is not None
        and pending is not None
        and pending.said.person == person_of(viewer.name),
        **_asked(visit, view, words),
    }
    return visit.show("taihang/pages/dispatch.html", context, status=status)


def _asked(visit: Visit, view: DispatchView, words: Mapping[str, str]) -> dict[str, object]:
    """Return what the address asks for beside the day: a check, a reason, an order to try."""
    shown, lang = view.shown, visit.look.lang
    found: dict[str, object] = {"tried": tried_in(words), "effect": None, "tried_failure": None}
    if shown is None:
        return found
    planned = shown.planned
    if planned is None:
        if "why" in words:
            found["missing"] = visit.ask(build_missing, shown.day)
        return found
    if "check" in words:
        found["check"] = _check(visit, planned)
    tried = tried_in(words)
    if tried is not None:
        try:
            order = tried.order(shown.day, view.park.zone)
            effect = visit.ask(build_what_if, planned.issued.id, order)
            found["effect"] = _effect(effect, order, tried, lang)
        except TaihangError as error:
            found["tried_failure"] = error
    return found


def _check(visit: Visit, planned: Planned) -> dict[str, object]:
    lang = visit.look.lang
    check = visit.ask(build_check, planned.issued.id)
    lines = [text(f"dispatch_page.check.{'same' if check.is_same_problem else 'other'}", lang)]
    if check.why:
        lines.append(text("dispatch_page.check.refused", lang, why=check.why))
    elif check.plan_cny is not None:
        best = "–" if check.best_cny is None else f"{check.best_cny:,.2f}"
        told = {"plan": f"{check.plan_cny:,.2f}", "best": best}
        lines.append(text("dispatch_page.check.accepted", lang, **told))
        if not check.is_accepted:
            missed = f"{check.missed_kwh:,.1f}"
            lines.append(text("dispatch_page.check.missed", lang, missed=missed))
    return {"lines": lines, "is_good": check.is_accepted and check.is_same_problem}


def _effect(effect: WhatIf, order: Order, tried: Tried, lang: Lang) -> dict[str, object]:
    """Return what an order would do, in sentences."""
    key = "effect" if effect.extra_cny >= 0 else "effect_less"
    told = {
        "battery": order.battery,
        "from": tried.start,
        "to": tried.end,
        "what": what_told(order, lang),
        "extra": f"{abs(effect.extra_cny):,.2f}",
    }
    lines = [text(f"dispatch_page.decide.{key}", lang, **told)]
    if effect.missed_kwh * WH_PER_KWH >= WH_PER_KWH:
        missed = f"{effect.missed_kwh:,.0f}"
        lines.append(text("dispatch_page.decide.missed", lang, missed=missed))
    lines.append(text("dispatch_page.decide.refereed", lang))
    size = {"change": power(effect.change_w), "limit": power(effect.limit_w)}
    key = "two" if effect.needs_second else "one"
    lines.append(text(f"dispatch_page.decide.{key}", lang, **size))
    return {"lines": lines, "needs_second": effect.needs_second}
