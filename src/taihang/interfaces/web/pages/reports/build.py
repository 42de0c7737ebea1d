"""The lists of reports: what was issued, what is due and waits, what is scheduled."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from taihang.core.park.park import PARK_SUBJECT, Park
from taihang.core.seal.review import State, Step
from taihang.interfaces.reports.press import ReportPress
from taihang.interfaces.web.pages.reports.view import (
    Named,
    PublicReport,
    ReportRow,
    ReportsView,
    ReportView,
    ScheduleRow,
    Since,
    Waiting,
)
from taihang.services.ports import Ports
from taihang.services.report import settled_span
from taihang.services.report_centre import Due, due_reports, would_differ
from taihang.services.report_code import MistypedCodeError
from taihang.services.report_copies import Centre, stage_of, standing_of_report
from taihang.services.report_issue import (
    DRAFT,
    Copy,
    IssuedReport,
    Shelf,
    UnknownReportError,
    read_shelf,
    report_named,
)
from taihang.services.report_period import Cadence, ReportPeriod, period_with
from taihang.services.report_ready import readiness
from taihang.services.report_schedule import schedules
from taihang.services.report_since import since_issued
from taihang.services.to_settle import ToSettle, to_settle

PER_PAGE: Final = 40
_NEXT: Final[Mapping[State, tuple[Step, ...]]] = {
    State.DRAFT: (Step.PREPARED,),
    State.PREPARED: (Step.CHECKED, Step.RETURNED),
    State.CHECKED: (Step.VERIFIED, Step.RETURNED),
    State.VERIFIED: (Step.LOCKED, Step.RETURNED),
    State.LOCKED: (),
}


def build_reports(ports: Ports, cadence: str, page: int, now_s: int) -> ReportsView:
    """Return the reports that a viewer may see, the newest first.

    Args:
        ports: The park, as far as the viewer sees it.
        cadence: Only days, weeks or months; empty for all.
        page: Which page of the list, from 1.
        now_s: The present hour: what is due depends on it. [s]
    """
    shelf = read_shelf(ports=ports)
    of_cadence = [
        each for each in shelf.latest().values() if cadence in {"", each.period.cadence.value}
    ]
    newest_first = sorted(
        of_cadence, key=lambda each: (each.period.last, each.issued_at_s, each.id), reverse=True
    )
    n_pages = max(1, -(-len(newest_first) // PER_PAGE))
    page = min(page, n_pages)
    shown = newest_first[(page - 1) * PER_PAGE : page * PER_PAGE]
    return ReportsView(
        rows=tuple(_row(each, shelf, ports) for each in shown),
        n_reports=len(newest_first),
        page=page,
        n_pages=n_pages,
        waiting=tuple(_waiting(now_s, ports)),
        schedules=tuple(_schedules(ports)),
        subjects=tuple(_subjects(ports)),
        newest=tuple(_newest(ports)),
        zone=ports.park.time_zone,
    )


def build_to_settle(ports: Ports) -> ToSettle:
    """Return the next days that wait to be settled."""
    return to_settle(ports=ports)


def build_report(ports: Ports, name: str) -> ReportView | None:
    """Return everything of one report; None where the viewer sees none of that id."""
    try:
        report = report_named(name, ports=ports)
    except (UnknownReportError, MistypedCodeError):
        return None
    shelf = read_shelf(ports=ports)
    standing = standing_of_report(report, ports=ports)
    since = _since(report, ports)
    return ReportView(
        row=_row(report, shelf, ports),
        title_zh=report.title("zh"),
        title_en=report.title("en"),
        reason=report.reason,
        schedule=report.schedule,
        figures_sha256=report.figures_sha256,
        journal_size=report.journal_size,
        log_root=report.log_root,
        code_version=report.code_version,
        history=standing.history,
        next_steps=() if since.later else _NEXT[standing.state],
        copies=shelf.copies_of(report),
        since=since,
        zone=ports.park.time_zone,
    )


def build_difference(ports: Ports, name: str) -> bool:
    """Say whether a report would read otherwise if it were drawn up now."""
    centre = Centre(ports=ports, press=ReportPress(), site="")
    return would_differ(report_named(name, ports=ports), centre=centre)


def build_public(ports: Ports, code: str) -> PublicReport | None:
    """Return what anybody who has the code of a report may know; None of a code of no report."""
    try:
        report = report_named(code, ports=ports)
    except (UnknownReportError, MistypedCodeError):
        return None
    return PublicReport(
        id=report.id,
        code=report.code,
        title_zh=report.title("zh"),
        title_en=report.title("en"),
        period=report.period.name,
        park_zh=ports.park.name_zh,
        park_en=ports.park.name_en,
        version=report.issued.version,
        state=standing_of_report(report, ports=ports).state,
        lacks=report.lacks,
        issued_at_s=report.issued_at_s,
        figures_sha256=report.figures_sha256,
        journal_size=report.journal_size,
        log_origin=ports.log_origin,
        log_root=report.log_root,
        copies=read_shelf(ports=ports).copies_of(report),
        since=_since(report, ports),
        zone=ports.park.time_zone,
    )


def find_copy(ports: Ports, name: str) -> tuple[Copy, str] | None:
    """Return a copy of a report that the viewer sees, and what its file is called outside."""
    shelf = read_shelf(ports=ports)
    for report in shelf.reports:
        for copy in shelf.copies_of(report):
            if copy.name == name:
                of = report.issued
                stage = "" if copy.stage.startswith("signed") else f".{copy.stage}"
                told = f"{ports.park.id}.{of.subject}.{of.period}.v{of.version}{stage}"
                return copy, f"{told}.{copy.lang}.{copy.form}"
    return None


def _row(report: IssuedReport, shelf: Shelf, ports: Ports) -> ReportRow:
    copies = shelf.copies_of(report)
    state, stage = State.DRAFT, DRAFT
    if report.id in shelf.signed:
        standing = standing_of_report(report, ports=ports)
        state, stage = standing.state, stage_of(standing)
    present = tuple(each for each in copies if each.stage == stage)
    return ReportRow(
        id=report.id,
        code=report.code,
        cadence=report.period.cadence,
        period=report.period.name,
        subject=named(report.subject, ports.park),
        version=report.issued.version,
        state=state,
        lacks=report.lacks,
        issued_at_s=report.issued_at_s,
        issued_by=report.issued_by,
        copies=present or copies,
    )


def named(subject: str, park: Park) -> Named:
    """Return how a subject is called."""
    if subject == PARK_SUBJECT:
        return Named(subject, park.name_zh, park.name_en)
    asset = park.assets.get(subject)
    return Named(subject, subject, subject) if asset is None else _named(subject, asset)


def _named(id_: str, asset: object) -> Named:
    return Named(id_, str(getattr(asset, "name_zh", id_)), str(getattr(asset, "name_en", id_)))


def _subjects(ports: Ports) -> Iterable[Named]:
    if ports.scope.is_whole:
        yield named(PARK_SUBJECT, ports.park)
    for user in ports.park.users:
        yield named(user, ports.park)


def _schedules(ports: Ports) -> Iterable[ScheduleRow]:
    """Yield the schedules; whoever sees a part of the park sees none: they are of its staff."""
    for change in schedules(ports=ports).values() if ports.scope.is_whole else ():
        subject = named(change.schedule.subject, ports.park)
        yield ScheduleRow(
            schedule=change.schedule,
            subject=subject,
            who=change.who,
            reason=change.reason,
            at_s=change.at_s,
        )


def _waiting(now_s: int, ports: Ports) -> Iterable[Waiting]:
    """Yield what is due and not final, schedule by schedule."""
    if not ports.scope.is_whole:
        return
    by_schedule: dict[str, list[Due]] = {}
    for due in due_reports(datetime.fromtimestamp(now_s, UTC), ports=ports):
        if not due.is_final:
            by_schedule.setdefault(due.schedule.id, []).append(due)
    for id_, found in by_schedule.items():
        first, last = found[0], found[-1]
        schedule = first.schedule
        ready = readiness(
            first.period, schedule.subject, floor_percent=schedule.floor_percent, ports=ports
        )
        yield Waiting(
            schedule=id_,
            subject=named(schedule.subject, ports.park),
            n=len(found),
            first=first.period.name,
            last=last.period.name,
            n_provisional=sum(each.report is not None for each in found),
            lacks=ready.lacks,
        )


def _newest(ports: Ports) -> Iterable[tuple[Cadence, str]]:
    """Yield the last day, week and month that is settled as a whole."""
    span = settled_span(ports)
    if span is None:
        return
    last = (span.end - timedelta(microseconds=1)).astimezone(ports.park.zone).date()
    for cadence in Cadence:
        found: ReportPeriod = period_with(cadence, last)
        if found.last > last:
            found = found.before()
        yield cadence, found.name


def _since(report: IssuedReport, ports: Ports) -> Since:
    found = since_issued(report, ports=ports)
    return Since(
        later=tuple((each.id, each.code, each.reason) for each in found.later),
        moved=found.moved,
        n_settled_again=found.n_settled_again,
    )
