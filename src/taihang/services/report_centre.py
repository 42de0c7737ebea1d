"""Platform job: issue the reports that are due, keep what was issued, and let people sign for it.

A report is drawn up once and kept: its figures as canonical JSON, and from then on every copy in
any form is set from these. Whoever issues again what says the same adds nothing; what says
something else becomes the next version beside the one before, with its reason (§13).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from taihang.core.errors import InputError, StateError
from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.core.seal.issued import IssuedStatement
from taihang.services.act_log import log_acts
from taihang.services.ports import Ports
from taihang.services.report_code import codes_of
from taihang.services.report_copies import (
    APPROVED,
    Centre,
    Setting,
    set_copies,
    stage_of,
    standing_of_report,
)
from taihang.services.report_issue import (
    DRAFT,
    FIGURES_FORMAT,
    FORMAT,
    KIND,
    IssuedReport,
    Shelf,
    issued_reports,
    lack_body,
    latest_report,
    open_report,
    read_shelf,
    report_named,
)
from taihang.services.report_period import ReportPeriod
from taihang.services.report_press import Asked, Drawn
from taihang.services.report_ready import Lack, Readiness, readiness
from taihang.services.report_schedule import (
    FORMATS,
    LANGS,
    MAX_WORDS,
    IfIncomplete,
    Schedule,
    ScheduleError,
    schedules,
)
from taihang.services.review import Reviewed, Signing, review

RULE: Final = "report/v1"
MAX_ISSUED: Final = 31
"""So many reports one run issues; the next run goes on."""
COMPLETE: Final = "the data are complete now"
DUE: Final = "due"
SCHEDULE_PREFIX: Final = "schedule "
"""Before the id of a schedule, where a report was issued by none other."""


class ReportNotReadyError(StateError):
    """A report cannot be issued yet; ``lacks`` says what is not there."""

    code = "state.report-not-ready"

    def __init__(self, asked: Asked, lacks: tuple[Lack, ...]) -> None:
        told = ", ".join(f"{lack.want} ({lack.n} of {lack.of})" for lack in lacks)
        super().__init__(
            given=f"the report {asked.period.name} of {asked.subject}: {told}",
            expected="a period that has ended, is settled, and was read as far as is asked for",
            remedy="settle it when its readings are there, or issue the report as provisional",
        )
        self.lacks = lacks


class ReportCodesTakenError(StateError):
    """Every code that the hash of a report gives is borne by another report."""

    code = "state.report-codes-taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A report that somebody wants issued.

    Raises:
        ScheduleError: If nobody says who wants it or why, or a form is not known.
    """

    asked: Asked
    forms: tuple[tuple[str, str], ...]
    """Language and form of every copy."""
    who: str
    reason: str
    floor_percent: int
    if_incomplete: IfIncomplete
    schedule: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be ordered."""
        if not self.forms or not {*self.forms} <= {(lang, of) for lang in LANGS for of in FORMATS}:
            raise ScheduleError(
                given=f"the forms {self.forms!r}"[:MAX_WORDS],
                expected=f"languages of {', '.join(LANGS)}, each with one of {', '.join(FORMATS)}",
                remedy="choose one form at least",
            )
        for name in ("who", "reason"):
            words = str(getattr(self, name))
            if not words.strip() or len(words) > MAX_WORDS:
                raise ScheduleError(
                    given=f"{name} = {words[:40]!r}",
                    expected=f"1 to {MAX_WORDS} characters",
                    remedy="say who issues the report, and why",
                )


@dataclass(frozen=True, slots=True)
class Issued:
    """What became of an order."""

    report: IssuedReport
    is_new: bool
    """False where the last version says the same."""
    setting: Setting


def issue_report(order: Order, *, centre: Centre) -> Issued:
    """Issue a report, or find that the last version says the same.

    Args:
        order: What is wanted.
        centre: The park, opened for writing, and its press.

    Returns:
        The report, and the copies that were set.

    Raises:
        ReportNotReadyError: If its data are not complete and it may not be provisional.
        ReportCodesTakenError: If no code is left for it.
    """
    ports, asked = centre.ports, order.asked
    # 1. May it be issued now?
    ready = readiness(asked.period, asked.subject, floor_percent=order.floor_percent, ports=ports)
    may_lack = order.if_incomplete is IfIncomplete.PROVISIONAL and ready.is_drawable
    if not (ready.is_complete or may_lack):
        raise ReportNotReadyError(asked, ready.lacks)
    # 2. The log first, so that what it stands on is in it; then draw it up in every language.
    log_acts(ports=ports)
    drawn = {lang: centre.press.draw(asked, lang=lang, ports=ports) for lang in LANGS}
    # 3. A version that says the same stays; else the next one is kept, then it counts.
    last = latest_report(asked, ports=ports)
    if last is not None and _says_the_same(last, drawn, ready.lacks):
        report = last
    else:
        report = _kept(order, drawn, last, lacks=ready.lacks, ports=ports)
    # 4. Its copies; a run that was stopped before it set them sets them now.
    return Issued(report, report is not last, set_copies(report, order.forms, centre=centre))


def would_differ(report: IssuedReport, *, centre: Centre) -> bool:
    """Say whether the report would read otherwise if it were drawn up now."""
    drawn = {lang: centre.press.draw(report.asked, lang=lang, ports=centre.ports) for lang in LANGS}
    return _content_sha256(drawn) != report.content_sha256


def _says_the_same(last: IssuedReport, drawn: Mapping[str, Drawn], lacks: tuple[Lack, ...]) -> bool:
    return last.content_sha256 == _content_sha256(drawn) and last.lacks == lacks


def _content_sha256(drawn: Mapping[str, Drawn]) -> str:
    content: JsonValue = {lang: of.content for lang, of in drawn.items()}
    return sha256(canonical_bytes(content)).hexdigest()


def _kept(
    order: Order,
    drawn: Mapping[str, Drawn],
    last: IssuedReport | None,
    *,
    lacks: tuple[Lack, ...],
    ports: Ports,
) -> IssuedReport:
    """Keep the figures, then the statement that names their hash, then its place in the log."""
    figures = _document({lang: {**of.figures} for lang, of in drawn.items()})
    drawings = _document({lang: {"svg": [*of.drawings]} for lang, of in drawn.items()})
    version = 1 if last is None else last.issued.version + 1
    figures_sha256 = sha256(figures).hexdigest()
    body: dict[str, JsonValue] = {
        "code": _free_code(figures_sha256, ports),
        "code_version": ports.version,
        "content_sha256": _content_sha256(drawn),
        "drawings_sha256": sha256(drawings).hexdigest(),
        "figures_sha256": figures_sha256,
        "format": FORMAT,
        "id": f"{order.asked.series}.v{version}",
        "issued_at_s": int(ports.clock.now().timestamp()),
        "issued_by": order.who,
        "journal_size": ports.journal.size,
        "lacks": [lack_body(lack) for lack in lacks],
        "log": ports.log_origin,
        "log_root": ports.journal.tree.root().hex(),
        "n_settlements": len(ports.registry.settlements()),
        "reason": order.reason,
        "rule": RULE,
        "schedule": order.schedule,
        "supersedes": None if last is None else last.id,
        "titles": {lang: of.title for lang, of in drawn.items()},
        "version": version,
    }
    issued = IssuedStatement(
        series=order.asked.series,
        version=version,
        kind=KIND,
        subject=order.asked.subject,
        period=order.asked.period.name,
        document=canonical_bytes(body).decode(),
    )
    report = open_report(issued)
    ports.reports.keep(report.figures_name(), figures)
    ports.reports.keep(report.drawings_name(), drawings)
    ports.registry.add_statements([issued], at_s=report.issued_at_s)
    log_acts(ports=ports)
    return report


def _document(documents: dict[str, JsonValue]) -> bytes:
    return canonical_bytes({"documents": documents, "format": FIGURES_FORMAT})


def _free_code(figures_sha256: str, ports: Ports) -> str:
    taken = {each.code for each in issued_reports(ports=ports)}
    for code in codes_of(figures_sha256):
        if code not in taken:
            return code
    raise ReportCodesTakenError(
        given=f"figures of the hash {figures_sha256[:16]}…",
        expected="a code that no other report bears",
        remedy="issue the report again after the next settlement",
    )


# -- sign -----------------------------------------------------------------------------------------


def sign_report(name: str, signing: Signing, *, centre: Centre) -> tuple[Reviewed, Setting]:
    """Let a person sign one step of a report; when it is approved its copies bear who signed.

    Args:
        name: Code or id of the report.
        signing: What the person says: prepared, checked, verified (which approves it), returned.
        centre: The park, opened for writing, and its press.

    Returns:
        Where the report stands now, and the copies that were set.

    Raises:
        UnknownReportError: If there is no such report.
        ReviewRestatedError: If a later version exists.
        ReviewOrderError: If the step does not follow from the state.
        SamePersonError: If the person may not take this step.
    """
    report = report_named(name, ports=centre.ports)
    reviewed = review(report.id, signing, ports=centre.ports)
    return reviewed, set_signed(report, centre=centre)


def set_signed(report: IssuedReport, *, centre: Centre) -> Setting:
    """Set the copies of a report that was signed in every form that its draft has."""
    standing = standing_of_report(report, ports=centre.ports)
    if standing.state not in APPROVED:
        return Setting((), {})
    held = read_shelf(ports=centre.ports).copies_of(report)
    forms = [(each.lang, each.form) for each in held if each.stage == DRAFT]
    return set_copies(report, forms, centre=centre)


# -- what is due ----------------------------------------------------------------------------------


class Became(StrEnum):
    """What a run did with a report that is due."""

    ISSUED = "issued"
    PROVISIONAL = "provisional"
    """Issued, and something is not there yet."""
    THERE = "there"
    """It was issued before."""
    WAITS = "waits"
    FAILED = "failed"
    """It cannot be drawn up at all; ``words`` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One report of one schedule that is due."""

    schedule: Schedule
    period: ReportPeriod
    report: IssuedReport | None
    """Its last version; None where none was issued."""

    @property
    def asked(self) -> Asked:
        """Which report."""
        return Asked(self.period, self.schedule.subject)

    @property
    def is_final(self) -> bool:
        """Whether there is nothing left to issue."""
        return self.report is not None and not self.report.is_provisional


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one report that is due."""

    due: Due
    became: Became
    lacks: tuple[Lack, ...] = ()
    words: str = ""
    unset: tuple[str, ...] = ()
    """Forms that could not be set."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run did."""

    outcomes: tuple[Outcome, ...]
    """Of every report that is due and was not final before, in order of schedule and period."""
    n_left: int
    """Reports that are ready and wait for the next run."""


def due_reports(now: datetime, *, ports: Ports) -> Iterator[Due]:
    """Yield every report of every active schedule that is due, issued or not.

    Args:
        now: The present instant.
        ports: The park.
    """
    latest = read_shelf(ports=ports).latest()
    for change in schedules(ports=ports).values():
        schedule = change.schedule
        if not schedule.is_active:
            continue
        for period in schedule.due(now, ports.park):
            series = Asked(period, schedule.subject).series
            yield Due(schedule=schedule, period=period, report=latest.get(series))


def can_issue_due(now: datetime, *, ports: Ports) -> bool:
    """Say whether a run would issue a report; asks for no press and writes nothing.

    Args:
        now: The present instant.
        ports: The park, as it is read.
    """
    return any(
        not due.is_final and _may_issue(due, _ready(due, ports))
        for due in due_reports(now, ports=ports)
    )


def run_due_reports(now: datetime, *, centre: Centre) -> Ran:
    """Issue what is due and ready, and say of the rest what it waits for.

    Running it again does nothing twice: a report of a schedule and period is issued once as final.

    Args:
        now: The present instant.
        centre: The park, opened for writing, and its press.

    Returns:
        What became of every report that was not final before.
    """
    outcomes: list[Outcome] = []
    n_issued = n_left = 0
    shelf = read_shelf(ports=centre.ports)
    for due in [*due_reports(now, ports=centre.ports)]:
        if due.is_final and not _lacks_copies(due, shelf, centre):
            continue
        if n_issued == MAX_ISSUED:
            n_left += 1
            continue
        outcome = _run(due, centre)
        n_issued += outcome.became in _ISSUED
        outcomes.append(outcome)
    # Somebody may have signed where no press was at hand: the copies that bear it are set here.
    for report in shelf.reports:
        if report.id in shelf.signed:
            set_signed(report, centre=centre)
    return Ran(tuple(outcomes), n_left)


_ISSUED: Final = frozenset((Became.ISSUED, Became.PROVISIONAL))


def _lacks_copies(due: Due, shelf: Shelf, centre: Centre) -> bool:
    """Say whether a final report has not every copy that is wanted of it, as it stands now."""
    if due.report is None:
        return True
    is_signed = due.report.id in shelf.signed
    standing = standing_of_report(due.report, ports=centre.ports) if is_signed else None
    stage = DRAFT if standing is None else stage_of(standing)
    held = {(c.lang, c.form) for c in shelf.copies_of(due.report) if c.stage == stage}
    return not {*_forms(due.schedule)} <= held


def _forms(schedule: Schedule) -> tuple[tuple[str, str], ...]:
    return tuple((lang, form) for lang in schedule.langs for form in schedule.formats)


def _run(due: Due, centre: Centre) -> Outcome:
    try:
        if due.is_final and due.report is not None:
            setting = set_copies(due.report, _forms(due.schedule), centre=centre)
            return Outcome(due=due, became=Became.THERE, unset=(*setting.unset,))
        ready = _ready(due, centre.ports)
        if not _may_issue(due, ready):
            return Outcome(due=due, became=Became.WAITS, lacks=ready.lacks)
        issued = issue_report(_order(due), centre=centre)
    except (InputError, StateError) as error:
        # One report that cannot be drawn up keeps no other from being handed in.
        return Outcome(due=due, became=Became.FAILED, words=str(error))
    became = Became.PROVISIONAL if issued.report.is_provisional else Became.ISSUED
    lacks, unset = issued.report.lacks, (*issued.setting.unset,)
    return Outcome(due=due, became=became, lacks=lacks, unset=unset)


def _ready(due: Due, ports: Ports) -> Readiness:
    floor = due.schedule.floor_percent
    return readiness(due.period, due.schedule.subject, floor_percent=floor, ports=ports)


def _may_issue(due: Due, ready: Readiness) -> bool:
    """Say whether a report is issued now: complete, or for the first time as provisional."""
    is_first = due.report is None
    may_lack = due.schedule.if_incomplete is IfIncomplete.PROVISIONAL
    return ready.is_complete or (is_first and may_lack and ready.is_drawable)


def _order(due: Due) -> Order:
    return Order(
        asked=due.asked,
        forms=_forms(due.schedule),
        who=f"{SCHEDULE_PREFIX}{due.schedule.id}",
        reason=COMPLETE if due.report is not None else DUE,
        floor_percent=due.schedule.floor_percent,
        if_incomplete=due.schedule.if_incomplete,
        schedule=due.schedule.id,
    )
