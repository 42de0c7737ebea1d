"""What the pages of reports show, before it is put into words."""

from dataclasses import dataclass

from taihang.core.seal.review import Signature, State, Step
from taihang.services.report_issue import Copy
from taihang.services.report_period import Cadence
from taihang.services.report_ready import Lack
from taihang.services.report_schedule import Schedule


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody with an id and a name in both languages."""

    id: str
    zh: str
    en: str

    def name(self, lang: str) -> str:
        """Return the name in a language."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One issued report."""

    id: str
    code: str
    cadence: Cadence
    period: str
    subject: Named
    version: int
    state: State
    lacks: tuple[Lack, ...]
    issued_at_s: int
    issued_by: str
    copies: tuple[Copy, ...]
    """Those of its present stage, else those of the draft."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The reports of one schedule that are due and were not issued as final."""

    schedule: str
    subject: Named
    n: int
    first: str
    """The earliest of their periods."""
    last: str
    n_provisional: int
    """So many of them are there as provisional."""
    lacks: tuple[Lack, ...]
    """What the earliest of them lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRow:
    """A schedule, and who made it so."""

    schedule: Schedule
    subject: Named
    who: str
    reason: str
    at_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsView:
    """The list of reports."""

    rows: tuple[ReportRow, ...]
    n_reports: int
    page: int
    n_pages: int
    waiting: tuple[Waiting, ...]
    schedules: tuple[ScheduleRow, ...]
    subjects: tuple[Named, ...]
    """Whose reports the viewer may see."""
    newest: tuple[tuple[Cadence, str], ...]
    """The last settled day, week and month; what an empty form proposes."""
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What came after a report."""

    later: tuple[tuple[str, str, str], ...]
    """Id, code and reason of every later version."""
    moved: tuple[tuple[str, str], ...]
    n_settled_again: int

    @property
    def is_current(self) -> bool:
        """Whether nothing did."""
        return not (self.later or self.moved or self.n_settled_again)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """One report, everything of it."""

    row: ReportRow
    title_zh: str
    title_en: str
    reason: str
    schedule: str
    figures_sha256: str
    journal_size: int
    log_root: str
    code_version: str
    history: tuple[Signature, ...]
    next_steps: tuple[Step, ...]
    """What may be signed now; nothing of a version that is not the last."""
    copies: tuple[Copy, ...]
    """All that were ever set."""
    since: Since
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicReport:
    """What anybody who has the code may know of a report: none of its figures."""

    id: str
    code: str
    title_zh: str
    title_en: str
    period: str
    park_zh: str
    park_en: str
    version: int
    state: State
    lacks: tuple[Lack, ...]
    issued_at_s: int
    figures_sha256: str
    journal_size: int
    log_origin: str
    log_root: str
    copies: tuple[Copy, ...]
    since: Since
    zone: str
