"""What is done by the forms of the page: a report is issued, signed for, scheduled."""

import secrets
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Final, TypeVar

from django.http import HttpRequest

from taihang import pages_wiring
from taihang.core.errors import InputError
from taihang.core.periods import days
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.review import Step
from taihang.core.seal.trail import TrailEntry
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.reports.press import ReportPress
from taihang.interfaces.settling import run_settlement
from taihang.interfaces.web.visit import Visit
from taihang.services.report_centre import Order, issue_report, sign_report
from taihang.services.report_copies import Centre
from taihang.services.report_period import Cadence, report_period
from taihang.services.report_press import Asked
from taihang.services.report_schedule import (
    FORMATS,
    LANGS,
    IfIncomplete,
    Schedule,
    put_schedule,
    stop_schedule,
)
from taihang.services.review import Signing
from taihang.services.trail import acting

ISSUED: Final = "report-issue"
SIGNED: Final = "report-sign"
SCHEDULED: Final = "report-schedule"
SETTLED: Final = "settle"
DAYS_MOST: Final = 366
"""So many days are settled at once: a year takes some ten seconds."""
_Kind = TypeVar("_Kind")
_ID_BYTES: Final = 12
_MINUTES_AN_HOUR: Final = 60


class FormError(InputError):
    """A form was sent with a field that says nothing that can be done."""

    code = "input.report-form"


def new_act_id() -> str:
    """Return the id of an act that a form will be: sent twice, it is the same act."""
    return f"form-{secrets.token_hex(_ID_BYTES)}"


def settle(request: HttpRequest, visit: Visit) -> dict[str, object]:
    """Settle the days of a form; return what it found."""
    form = _Form(request)
    who, reason = _viewer(visit), form.said("reason")
    first, last = form.day("first"), form.day("last")
    n_days = (last - first).days + 1
    if not 0 < n_days <= DAYS_MOST:
        raise _wrong("last", str(last), f"a day from {first} on, {DAYS_MOST} days at most")
    with visit.source.writing() as ports:
        subject = f"{first}..{last}"
        entry = _entry(form, who, kind=SETTLED, subject=subject, said={"reason": reason})
        with acting(entry, trail=ports.trail, now_s=_now_s):
            return run_settlement(days(first, n_days, ports.park.zone), ports)


def issue(request: HttpRequest, visit: Visit) -> str:
    """Issue the report that a form asks for; return its id."""
    form = _Form(request)
    who = _viewer(visit)
    order = Order(
        asked=Asked(report_period(form.said("period")), form.said("subject")),
        forms=form.forms(),
        who=who.name,
        reason=form.said("reason"),
        floor_percent=form.number("floor"),
        if_incomplete=form.if_incomplete(),
    )
    with _centre(request, visit) as centre:
        entry = _entry(form, who, kind=ISSUED, subject=order.asked.series)
        with acting(entry, trail=centre.ports.trail, now_s=_now_s):
            return issue_report(order, centre=centre).report.id


def sign(request: HttpRequest, visit: Visit) -> str:
    """Sign the step that a form names; return the id of the report."""
    form = _Form(request)
    who = _viewer(visit)
    name = form.said("report")
    signing = Signing(
        step=form.one_of("step", Step),
        who=who.name,
        role=form.said("role"),
        remark=form.said("reason"),
    )
    with _centre(request, visit) as centre:
        entry = _entry(form, who, kind=SIGNED, subject=name, said={"step": signing.step.value})
        with acting(entry, trail=centre.ports.trail, now_s=_now_s):
            reviewed, _ = sign_report(name, signing, centre=centre)
            return reviewed.standing.issued.id


def schedule(request: HttpRequest, visit: Visit) -> str:
    """Set or stop the schedule of a form; return its id."""
    form = _Form(request)
    who = _viewer(visit)
    id_, reason = form.said("schedule"), form.said("reason")
    is_stop = form.maybe("stop") != ""
    wanted = None if is_stop else _schedule(form, id_)
    with visit.source.writing() as ports:
        entry = _entry(form, who, kind=SCHEDULED, subject=id_, said={"stop": is_stop})
        with acting(entry, trail=ports.trail, now_s=_now_s):
            if wanted is None:
                stop_schedule(id_, who=who.name, reason=reason, ports=ports)
            else:
                put_schedule(wanted, who=who.name, reason=reason, ports=ports)
    return id_


def _schedule(form: "_Form", id_: str) -> Schedule:
    forms = form.forms()
    return Schedule(
        id=id_,
        cadence=form.one_of("cadence", Cadence),
        subject=form.said("subject"),
        formats=tuple(dict.fromkeys(of for _, of in forms)),
        langs=tuple(dict.fromkeys(lang for lang, _ in forms)),
        recipient=form.maybe("recipient"),
        since=form.day("since"),
        due_days=form.number("due_days"),
        due_minute=form.minute("due_at"),
        floor_percent=form.number("floor"),
        if_incomplete=form.if_incomplete(),
    )


class _Form:
    """The fields of a form; what is absent or unreadable is refused by its name."""

    def __init__(self, request: HttpRequest) -> None:
        self._values: Mapping[str, list[str]] = {
            str(name): [str(value) for value in given] for name, given in request.POST.lists()
        }

    def maybe(self, name: str) -> str:
        """Return a field; empty where there is none."""
        found = self._values.get(name, [])
        return found[0].strip() if found else ""

    def said(self, name: str) -> str:
        """Return a field that has to be there."""
        found = self.maybe(name)
        if not found:
            raise _wrong(name, found, "something")
        return found

    def number(self, name: str) -> int:
        """Return a whole number."""
        found = self.said(name)
        if not (found.isascii() and found.isdigit() and len(found) <= 6):  # noqa: PLR2004 digits
            raise _wrong(name, found, "a whole number")
        return int(found)

    def day(self, name: str) -> date:
        """Return a local day."""
        found = self.said(name)
        try:
            return date.fromisoformat(found)
        except ValueError as error:
            raise _wrong(name, found, "a day as YYYY-MM-DD") from error

    def minute(self, name: str) -> int:
        """Return a time of the day as minutes from midnight."""
        found = self.said(name)
        hour, _, minute = found.partition(":")
        is_clock = hour.isdigit() and minute.isdigit() and found.isascii()
        if not is_clock or int(hour) > 23 or int(minute) > 59:  # noqa: PLR2004 a clock
            raise _wrong(name, found, "a time as HH:MM")
        return int(hour) * _MINUTES_AN_HOUR + int(minute)

    def one_of(self, name: str, kinds: Callable[[str], _Kind]) -> _Kind:
        """Return a member of a closed set."""
        found = self.said(name)
        try:
            return kinds(found)
        except ValueError as error:
            raise _wrong(name, found, "one of those that the form offers") from error

    def forms(self) -> tuple[tuple[str, str], ...]:
        """Return language and form of every copy that was ticked."""
        langs, formats = self._values.get("lang", []), self._values.get("form", [])
        if not langs or not formats or not {*langs} <= {*LANGS} or not {*formats} <= {*FORMATS}:
            raise _wrong("form", ", ".join((*langs, *formats)), "a language and a form at least")
        return tuple(
            (lang, of) for lang in LANGS if lang in langs for of in FORMATS if of in formats
        )

    def if_incomplete(self) -> IfIncomplete:
        """Return what becomes of a report whose data lack."""
        return IfIncomplete.PROVISIONAL if self.maybe("provisional") else IfIncomplete.WAIT


@contextmanager
def _centre(request: HttpRequest, visit: Visit) -> Generator[Centre]:
    site = f"{request.scheme}://{request.get_host()}"
    with visit.source.writing() as ports:
        yield Centre(ports=ports, press=ReportPress(), site=site)


def _entry(
    form: _Form,
    who: Viewer,
    *,
    kind: str,
    subject: str,
    said: Mapping[str, JsonValue] | None = None,
) -> TrailEntry:
    return TrailEntry(
        id=form.said("act"),
        at_s=_now_s(),
        kind=kind,
        subject=subject,
        actor=who.name,
        roles=tuple(sorted(role.value for role in who.roles)),
        enterprise=who.enterprise or None,
        body={} if said is None else said,
    )


def _viewer(visit: Visit) -> Viewer:
    if visit.viewer is None:
        raise TypeError(visit)
    return visit.viewer


def _now_s() -> int:
    return int(pages_wiring.now_s())


def _wrong(name: str, given: str, expected: str) -> FormError:
    return FormError(
        given=f"{name} = {given[:60]!r}",
        expected=expected,
        remedy="go back, correct the field and send the form again; nothing was done",
    )
