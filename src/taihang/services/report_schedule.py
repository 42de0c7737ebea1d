"""Which reports are handed in by themselves: what, of whom, for whom, when, and in which forms.

A schedule is kept where it cannot be changed unseen: every change is an event of the log with who
made it and why, and the last one counts. There is no second record that could say otherwise.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from taihang.core.errors import InputError
from taihang.core.park.park import PARK_SUBJECT, Park
from taihang.core.seal.canonical import Fields, JsonValue
from taihang.core.seal.event import open_event
from taihang.services.act_log import log_act
from taihang.services.ports import Ports
from taihang.services.replay import catch_up
from taihang.services.report_period import Cadence, ReportPeriod, ended

SCHEDULED: Final = "report-scheduled"
"""Kind of the event."""
FORMATS: Final = ("pdf", "xlsx", "html", "csv", "json")
LANGS: Final = ("zh", "en")
MAX_DUE_DAYS: Final = 60
MAX_WORDS: Final = 200
_MINUTES_A_DAY: Final = 1_440
_FIRST_DAY: Final = date(1980, 1, 1)
_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
_PLAIN: Final = re.compile(r"[^\x00-\x1f\x7f]*")
_KEYS: Final = frozenset(
    (
        "cadence",
        "due_days",
        "due_minute",
        "floor_percent",
        "formats",
        "if_incomplete",
        "is_active",
        "langs",
        "reason",
        "recipient",
        "schedule",
        "since",
        "subject",
        "who",
    )
)


class ScheduleError(InputError):
    """A schedule of reports says something that cannot be."""

    code = "input.report-schedule"


class IfIncomplete(StrEnum):
    """What becomes of a report whose data are not complete when it is due."""

    WAIT = "wait"
    """It waits, and says for what."""
    PROVISIONAL = "provisional"
    """It is issued as provisional, and again when they are complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One kind of report that is handed in again and again.

    Raises:
        ScheduleError: If a field cannot be.
    """

    id: str
    """Small letters, digits and hyphens; the same id again is another state of this schedule."""
    cadence: Cadence
    subject: str
    """``park``, or an enterprise."""
    formats: tuple[str, ...]
    langs: tuple[str, ...]
    recipient: str
    """For whom, in words."""
    since: date
    """Periods that begin on this day or later."""
    due_days: int
    """Whole days after the period has ended."""
    due_minute: int
    """And minutes after that midnight."""
    floor_percent: int
    """So much must have been read for a report to be final."""
    if_incomplete: IfIncomplete
    is_active: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        for name, is_right, expected in self._checks():
            if not is_right:
                raise ScheduleError(
                    given=f"{name} = {getattr(self, name)!r}"[:MAX_WORDS],
                    expected=expected,
                    remedy="correct it; nothing was changed",
                )

    def _checks(self) -> tuple[tuple[str, bool, str], ...]:
        formats, langs = set(self.formats), set(self.langs)
        return (
            ("id", bool(_ID.fullmatch(self.id)), "1 to 40 small letters, digits and hyphens"),
            ("formats", bool(formats) and formats <= {*FORMATS}, f"some of {', '.join(FORMATS)}"),
            ("langs", bool(langs) and langs <= {*LANGS}, "zh, en or both"),
            (
                "recipient",
                len(self.recipient) <= MAX_WORDS and bool(_PLAIN.fullmatch(self.recipient)),
                f"at most {MAX_WORDS} characters without control codes",
            ),
            ("since", self.since >= _FIRST_DAY, f"a day from {_FIRST_DAY} on"),
            ("due_days", 0 <= self.due_days <= MAX_DUE_DAYS, f"0 … {MAX_DUE_DAYS} days"),
            ("due_minute", 0 <= self.due_minute < _MINUTES_A_DAY, "a time of the day"),
            ("floor_percent", 0 <= self.floor_percent <= 100, "0 … 100 %"),  # noqa: PLR2004 per cent
        )

    def due_at(self, period: ReportPeriod, park: Park) -> datetime:
        """Return when the report of a period is due."""
        day = period.last + timedelta(days=1 + self.due_days)
        midnight = datetime(day.year, day.month, day.day, tzinfo=park.zone)
        return midnight + timedelta(minutes=self.due_minute)

    def due(self, now: datetime, park: Park) -> list[ReportPeriod]:
        """Return the periods whose report is due, the earliest first."""
        over = ended(self.cadence, since=self.since, until=now, zone=park.zone)
        return [each for each in over if self.due_at(each, park) <= now]

    def body(self) -> dict[str, JsonValue]:
        """Return the schedule as an event says it."""
        return {
            "cadence": self.cadence.value,
            "due_days": self.due_days,
            "due_minute": self.due_minute,
            "floor_percent": self.floor_percent,
            "formats": [each for each in FORMATS if each in self.formats],
            "if_incomplete": self.if_incomplete.value,
            "is_active": self.is_active,
            "langs": [each for each in LANGS if each in self.langs],
            "recipient": self.recipient,
            "schedule": self.id,
            "since": self.since.isoformat(),
            "subject": self.subject,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """One state of a schedule, and who made it so."""

    schedule: Schedule
    who: str
    reason: str
    at_s: int


def schedules(*, ports: Ports) -> dict[str, Change]:
    """Return the last state of every schedule by its id, also of those that are not active."""
    return {each.schedule.id: each for each in schedule_changes(ports=ports)}


def schedule_changes(*, ports: Ports) -> list[Change]:
    """Return every change of every schedule, in the order of the log."""
    leaves = [act.leaf for act in ports.registry.logged() if act.kind == SCHEDULED]
    events = (open_event(ports.journal.record(leaf).data) for leaf in leaves)
    return [open_change(event.body, at_s=event.at_s) for event in events]


def put_schedule(schedule: Schedule, *, who: str, reason: str, ports: Ports) -> bool:
    """Let a schedule be so from now on.

    Args:
        schedule: How it shall be.
        who: Who says so.
        reason: Why.
        ports: The outside world, opened for writing.

    Returns:
        Whether anything was changed: the same state again is the same act.

    Raises:
        ScheduleError: If its subject is nobody of the park, or who or why is not said.
    """
    if schedule.subject != PARK_SUBJECT and schedule.subject not in ports.park.users:
        raise ScheduleError(
            given=f"subject {schedule.subject!r}"[:MAX_WORDS],
            expected=f"{PARK_SUBJECT}, or an enterprise of the park",
            remedy="take an id of park.toml",
        )
    for name, words in (("who", who), ("reason", reason)):
        if not words.strip() or len(words) > MAX_WORDS or not _PLAIN.fullmatch(words):
            raise ScheduleError(
                given=f"{name} = {words[:40]!r}",
                expected=f"1 to {MAX_WORDS} characters without control codes",
                remedy="say who changes the schedule, and why",
            )
    last = schedules(ports=ports).get(schedule.id)
    if last is not None and last.schedule.body() == schedule.body():
        return False
    log_act(SCHEDULED, {**schedule.body(), "who": who, "reason": reason}, ports=ports)
    catch_up(ports)
    return True


def stop_schedule(id_: str, *, who: str, reason: str, ports: Ports) -> bool:
    """Let a schedule issue nothing any more; what it issued stays.

    Raises:
        ScheduleError: If there is no such schedule.
    """
    last = schedules(ports=ports).get(id_)
    if last is None:
        raise ScheduleError(
            given=f"schedule {id_!r}"[:MAX_WORDS],
            expected="a schedule of this park",
            remedy="take an id of the list",
        )
    stopped = replace(last.schedule, is_active=False)
    return put_schedule(stopped, who=who, reason=reason, ports=ports)


def open_change(body: Mapping[str, JsonValue], *, at_s: int) -> Change:
    """Read the body of an event ``report-scheduled``.

    Args:
        body: The body.
        at_s: When it was logged [s].

    Raises:
        DocumentError: If a field is absent, unknown or of another kind.
        ScheduleError: If a field cannot be.
    """
    fields = Fields({**body}, where=SCHEDULED, keys=_KEYS)
    schedule = Schedule(
        id=fields.text("schedule"),
        cadence=Cadence(fields.text("cadence")),
        subject=fields.text("subject"),
        formats=_words(fields, "formats"),
        langs=_words(fields, "langs"),
        recipient=fields.text("recipient"),
        since=date.fromisoformat(fields.text("since")),
        due_days=fields.integer("due_days", low=0, high=MAX_DUE_DAYS),
        due_minute=fields.integer("due_minute", low=0, high=_MINUTES_A_DAY - 1),
        floor_percent=fields.integer("floor_percent", low=0, high=100),
        if_incomplete=IfIncomplete(fields.text("if_incomplete")),
        is_active=fields.raw("is_active") is True,
    )
    return Change(schedule, fields.text("who"), fields.text("reason"), at_s)


def _words(fields: Fields, key: str) -> tuple[str, ...]:
    found = fields.raw(key)
    if not isinstance(found, list):
        raise fields.error(key, expected="a list of words")
    return tuple(str(each) for each in found)
