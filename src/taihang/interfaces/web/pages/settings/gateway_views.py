"""Gateways: where each stands, connecting one, giving it a token, taking its tokens away."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from taihang import pages_wiring, wiring
from taihang.core.errors import InputError, StateError
from taihang.core.seal.canonical import JsonValue
from taihang.interfaces.web.pages.account.act import new_act_id
from taihang.interfaces.web.pages.account.once import show_once, take_shown_once
from taihang.interfaces.web.pages.settings.act import ActFormError, act_of, doing
from taihang.interfaces.web.pages.settings.change_page import refusal_of
from taihang.interfaces.web.pages.settings.done import DONE, find_done
from taihang.interfaces.web.pages.settings.gateway_page import (
    DAYS,
    gateway_context,
    gateways_table,
)
from taihang.interfaces.web.pages.settings.gateways import build_gateway, build_gateways
from taihang.interfaces.web.pages.settings.may import may_change
from taihang.interfaces.web.pages.settings.park_page import park_groups
from taihang.interfaces.web.status import http_status
from taihang.interfaces.web.views import not_found
from taihang.interfaces.web.visit import Visit, visit_of
from taihang.services.door_token import issue_token, revoke_tokens
from taihang.services.trail import DoneBeforeError
from taihang.settings_wiring import park_text

FOLDER: Final = "taihang/pages/settings"
GIVE: Final = "door-token"
REVOKE: Final = "door-token-revoke"
_SEE_OTHER: Final = 303


@require_safe
def gateways_page(request: HttpRequest) -> HttpResponse:
    """Show every gateway, and every meter and point of the park."""
    visit = visit_of(request)
    words = visit.look.demand_words((DONE,))
    lang, may_edit = visit.look.lang, may_change(visit)
    text = park_text(visit.source.root)
    groups = park_groups(text, codes=("metering",), lang=lang, may_edit=may_edit)
    views = visit.ask(build_gateways)
    context = {
        "here": "gateways",
        "done": find_done(visit, words),
        "gateways": gateways_table(views, now_s=_now_s(), lang=lang) if views else None,
        "groups": groups,
        "may_edit": may_edit,
    }
    return visit.show(f"{FOLDER}/gateways.html", context)


@require_safe
def gateway_page(request: HttpRequest, gateway: str) -> HttpResponse:
    """Show one gateway: its points, who may speak for it, and what it sent last."""
    visit = visit_of(request)
    visit.look.demand_words(())
    return _shown(visit, gateway)


@require_POST
def give_token(request: HttpRequest, gateway: str) -> HttpResponse:
    """Give a token that speaks for a gateway; it is shown once, on the page that follows."""
    visit = visit_of(request)
    try:
        n_days = _days_in(request)
        act = act_of(request, GIVE, gateway, said={"days": n_days})
        with visit.source.writing() as ports, doing(act, visit=visit, trail=ports.trail):
            token, _ = issue_token(
                gateway, n_days=n_days, secret=wiring.random_secret(), ports=ports
            )
        show_once(request, token)
    except DoneBeforeError:
        return _to(gateway)
    except (InputError, StateError) as error:
        return _shown(visit, gateway, problem=error, asked=GIVE)
    return _to(gateway)


@require_POST
def revoke(request: HttpRequest, gateway: str) -> HttpResponse:
    """Take every token of a gateway away, at once."""
    visit = visit_of(request)
    n_known: JsonValue = len(view.tokens) if (view := visit.ask(build_gateway, gateway)) else 0
    try:
        act = act_of(request, REVOKE, gateway, said={"tokens": n_known})
        with visit.source.writing() as ports, doing(act, visit=visit, trail=ports.trail):
            revoke_tokens(gateway, ports=ports)
    except DoneBeforeError:
        return _to(gateway)
    except (InputError, StateError) as error:
        return _shown(visit, gateway, problem=error, asked=REVOKE)
    return _to(gateway)


def _shown(
    visit: Visit, gateway: str, *, problem: InputError | StateError | None = None, asked: str = ""
) -> HttpResponse:
    lang, view = visit.look.lang, visit.ask(build_gateway, gateway)
    if view is None:
        return not_found(visit.request)
    posted = visit.request.POST
    context = {
        **gateway_context(view, now_s=_now_s(), lang=lang, park=visit.source.root.name),
        "here": "gateways",
        "may_edit": may_change(visit),
        "refusal": None if problem is None else refusal_of(problem, lang),
        "asked": asked,
        "act": posted.get("act") or new_act_id(),
        "other_act": new_act_id(),
        "reason": posted.get("reason", ""),
        "shown_once": take_shown_once(visit.request),
    }
    status = 200 if problem is None else http_status(problem)
    page = visit.show(f"{FOLDER}/gateway.html", context, status=status)
    page["Cache-Control"] = "no-store"
    return page


def _days_in(request: HttpRequest) -> int:
    given = request.POST.get("days", "")
    if given not in {str(n_days) for n_days in DAYS}:
        raise ActFormError(
            given=f"{given!r} days",
            expected=f"one of {', '.join(map(str, DAYS))}",
            remedy="choose how long the token lives",
        )
    return int(given)


def _now_s() -> int:
    return int(pages_wiring.now_s())


def _to(gateway: str) -> HttpResponse:
    response = redirect(reverse("settings-gateway", args=(gateway,)) + "#token")
    response.status_code = _SEE_OTHER
    return response
