"""Green power for people, and its tables as files."""

from contextlib import suppress
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from taihang.core.access.role import Right
from taihang.core.certificates.certificate import State
from taihang.core.errors import InputError
from taihang.core.park.park import PARK_SUBJECT
from taihang.interfaces.reports.html import html_of
from taihang.interfaces.reports.paper import paper_html, paper_of, paper_pdf
from taihang.interfaces.reports.pdf import pdf_of
from taihang.interfaces.web.csv_answer import csv_answer
from taihang.interfaces.web.file_answer import file_answer
from taihang.interfaces.web.pages.account.act import new_act_id
from taihang.interfaces.web.pages.green.day_page import day_context, day_rows
from taihang.interfaces.web.pages.green.hours import HoursView, build_hours
from taihang.interfaces.web.pages.green.hours_page import (
    HOUR_KINDS,
    hour_rows,
    hours_context,
    subject_of,
)
from taihang.interfaces.web.pages.green.ledger import ALL, LedgerView, Wanted, build_ledger
from taihang.interfaces.web.pages.green.ledger_page import certificate_rows, ledger_context
from taihang.interfaces.web.pages.green.matching import (
    DayView,
    MatchingView,
    build_day,
    build_matching,
)
from taihang.interfaces.web.pages.green.matching_page import matching_context, matching_rows
from taihang.interfaces.web.pages.green.place import KINDS
from taihang.interfaces.web.pages.green.ratios import (
    RatiosView,
    build_paper,
    build_ratios,
    issue_account,
)
from taihang.interfaces.web.pages.green.ratios_page import ratio_rows, ratios_context
from taihang.interfaces.web.pages.settings.act import act_of, doing
from taihang.interfaces.web.stretch import StretchKind, parse_stretch
from taihang.interfaces.web.views import not_found
from taihang.interfaces.web.visit import Visit, source_of, visit_of
from taihang.services.ratio_account import KIND
from taihang.services.trail import DoneBeforeError

ISSUED: Final = "ratios-issue"
"""The act of issuing, as the trail calls it."""
_PERIOD: Final = "period"
_LIST_WORDS: Final = ("month", "state", "holder", "page")
_LONGEST_ID: Final = 200
_PAGES_MOST: Final = 100_000
_PAGE_DIGITS: Final = 6
_TYPES: Final = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}


class GreenPeriodError(InputError):
    """An address asks for green power of days that its page does not show."""

    code = "input.green-period"


class GreenListError(InputError):
    """An address asks for a state or a page of the list of certificates that there is not."""

    code = "input.green-list"


# -- matching ------------------------------------------------------------------------------------


@require_safe
def matching_page(request: HttpRequest) -> HttpResponse:
    """Show whose green energy went to whom in a day or a month."""
    visit = visit_of(request)
    context = matching_context(_matching(visit), look=visit.look)
    return visit.show("taihang/pages/green/matching.html", context)


@require_safe
def matching_file(request: HttpRequest) -> HttpResponse:
    """Hand out the pairs of a day or a month, in watt-hours."""
    visit = visit_of(request)
    view = _matching(visit)
    word = "none" if view.stretch is None else view.stretch.word
    return csv_answer(f"green-{word}", *matching_rows(view, visit.look.lang))


@require_safe
def day_page(request: HttpRequest) -> HttpResponse:
    """Show the matching of one day by the quarter of an hour."""
    visit = visit_of(request)
    context = day_context(_day(visit), look=visit.look)
    return visit.show("taihang/pages/green/day.html", context)


@require_safe
def day_file(request: HttpRequest) -> HttpResponse:
    """Hand out the quarters of one day, in watt-hours."""
    visit = visit_of(request)
    view = _day(visit)
    word = "none" if view.stretch is None else view.stretch.word
    return csv_answer(f"green-{word}-{view.of}", *day_rows(view, visit.look.lang))


def _matching(visit: Visit) -> MatchingView:
    words = visit.look.demand_words((_PERIOD,))
    return visit.ask(build_matching, _stretch(words.get(_PERIOD, ""), KINDS))


def _day(visit: Visit) -> DayView:
    words = visit.look.demand_words((_PERIOD, "of"))
    word = _stretch(words.get(_PERIOD, ""), (StretchKind.DAY,))
    return visit.ask(build_day, word, words.get("of", ""))


def _stretch(word: str, kinds: tuple[StretchKind, ...]) -> str:
    if word and parse_stretch(word).kind not in kinds:
        raise GreenPeriodError(
            given=repr(word),
            expected=f"a {' or a '.join(kind.value for kind in kinds)}",
            remedy="choose one on the page",
        )
    return word


# -- certificates --------------------------------------------------------------------------------


@require_safe
def certificates_page(request: HttpRequest) -> HttpResponse:
    """Show where each watt-hour of a month is, and every certificate."""
    visit = visit_of(request)
    context = ledger_context(_ledger(visit), look=visit.look)
    return visit.show("taihang/pages/green/certificates.html", context)


@require_safe
def certificates_file(request: HttpRequest) -> HttpResponse:
    """Hand out all certificates that are asked for, whatever page of the list is open."""
    visit = visit_of(request)
    view = _ledger(visit)
    return csv_answer(
        f"certificates-{view.month or 'none'}", *certificate_rows(view, visit.look.lang)
    )


@require_safe
def paper_file(request: HttpRequest, certificate_id: str, form: str) -> HttpResponse:
    """Hand out the paper of a certificate, as a page or as PDF."""
    visit = visit_of(request)
    visit.look.demand_words(())
    if form not in _TYPES or len(certificate_id) > _LONGEST_ID:
        return not_found(request)
    shown = source_of(request).certificate(certificate_id)
    if shown is None or not shown.file:
        return not_found(request)
    site = f"{request.scheme}://{request.get_host()}"
    paper = paper_of(shown.view, lang=visit.look.lang, site=site)
    body = paper_html(paper) if form == "html" else paper_pdf(paper)
    name = "".join(sign if sign.isalnum() else "-" for sign in certificate_id)
    return file_answer(f"{name}.{form}", body, kind=_TYPES[form])


def _ledger(visit: Visit) -> LedgerView:
    words = visit.look.demand_words(_LIST_WORDS)
    month, state, page = words.get("month", ""), words.get("state", ""), words.get("page", "1")
    if month not in {"", ALL}:
        _stretch(month, (StretchKind.MONTH,))
    is_number = page.isascii() and page.isdecimal() and len(page) <= _PAGE_DIGITS
    is_page = is_number and 1 <= int(page) <= _PAGES_MOST
    if (state and state not in {each.value for each in State}) or not is_page:
        raise GreenListError(
            given=f"state={state!r}, page={page!r}",
            expected=f"one of {', '.join(each.value for each in State)}, and a page from 1 on",
            remedy="choose them on the page",
        )
    wanted = Wanted(month=month, state=state, holder=words.get("holder", ""), page=int(page))
    return visit.ask(build_ledger, wanted)


# -- annual ratios -------------------------------------------------------------------------------


@require_safe
def ratios_page(request: HttpRequest) -> HttpResponse:
    """Show the annual ratios at the end of a month, and how the year ends."""
    visit = visit_of(request)
    context = ratios_context(_ratios(visit), look=visit.look)
    may_issue = visit.viewer is not None and Right.SETTLE in visit.viewer.rights
    form = {"act": new_act_id(), "may_issue": may_issue}
    return visit.show("taihang/pages/green/ratios.html", {**context, **form})


@require_POST
def issue_ratios(request: HttpRequest) -> HttpResponse:
    """Issue the account of a month, from which its certificate is set."""
    visit = visit_of(request)
    visit.look.demand_words(())
    name = parse_stretch(str(request.POST.get("month", ""))).word
    _stretch(name, (StretchKind.MONTH,))
    act = act_of(request, ISSUED, f"{KIND}.{PARK_SUBJECT}.{name}")
    with (
        suppress(DoneBeforeError),
        visit.source.writing() as ports,
        doing(act, visit=visit, trail=ports.trail),
    ):
        issue_account(name, ports=ports)
    answer = HttpResponseRedirect(f"/green/ratios/?month={name}")
    answer.status_code = HTTPStatus.SEE_OTHER
    return answer


@require_safe
def ratios_file(request: HttpRequest) -> HttpResponse:
    """Hand out the months behind the annual ratios."""
    visit = visit_of(request)
    view = _ratios(visit)
    return csv_answer(f"ratios-{view.month or 'none'}", *ratio_rows(view, visit.look.lang))


@require_safe
def compliance_file(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """Hand out the certificate of compliance of a month, once its account is issued."""
    visit = visit_of(request)
    visit.look.demand_words(())
    if form not in _TYPES:
        return not_found(request)
    _stretch(name, (StretchKind.MONTH,))
    document = visit.ask(build_paper, name, visit.look.lang)
    body = html_of(document) if form == "html" else pdf_of(document)
    return file_answer(f"compliance-{name}.{form}", body, kind=_TYPES[form])


def _ratios(visit: Visit) -> RatiosView:
    words = visit.look.demand_words(("month",))
    return visit.ask(build_ratios, _stretch(words.get("month", ""), (StretchKind.MONTH,)))


# -- hours ---------------------------------------------------------------------------------------


@require_safe
def hours_page(request: HttpRequest) -> HttpResponse:
    """Show the hourly score of a month or year."""
    visit = visit_of(request)
    view, of = _hours(visit)
    if not of:
        return not_found(request)
    return visit.show("taihang/pages/green/hours.html", hours_context(view, of, look=visit.look))


@require_safe
def hours_file(request: HttpRequest) -> HttpResponse:
    """Hand out the hours of a month or year, in watt-hours."""
    visit = visit_of(request)
    view, of = _hours(visit)
    if not of:
        return not_found(request)
    word = "none" if view.stretch is None else view.stretch.word
    return csv_answer(f"hours-{word}-{of}", *hour_rows(view, of, visit.look.lang))


def _hours(visit: Visit) -> tuple[HoursView, str]:
    words = visit.look.demand_words((_PERIOD, "of"))
    view = visit.ask(build_hours, _stretch(words.get(_PERIOD, ""), HOUR_KINDS))
    return view, subject_of(view, words.get("of", ""))
