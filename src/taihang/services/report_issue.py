"""An issued report as a statement of the register: what it says, where its files lie.

Being a statement it has versions, is committed to by the log, and is signed for like any other
(§13, §14). Its text names the hash of its figures; the figures and every copy lie beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from taihang.core.errors import InputError, IntegrityError
from taihang.core.seal.act import COPIED
from taihang.core.seal.canonical import Fields, JsonValue, load_canonical
from taihang.core.seal.event import open_event
from taihang.core.seal.issued import IssuedStatement
from taihang.core.seal.review import REVIEWED
from taihang.services.ports import Ports, Registry
from taihang.services.report_code import read_code
from taihang.services.report_period import ReportPeriod, report_period
from taihang.services.report_press import Asked
from taihang.services.report_ready import Lack, Want

KIND: Final = "report"
"""Kind of the statement."""
FORMAT: Final = "taihang-report-issue/v1"
FIGURES_FORMAT: Final = "taihang-report-figures/v1"
HASH_SHOWN: Final = 12
"""So many digits of its hash stand in the name of a file."""
DRAFT: Final = "draft"
_KEYS: Final = frozenset(
    (
        "code",
        "code_version",
        "content_sha256",
        "drawings_sha256",
        "figures_sha256",
        "format",
        "id",
        "issued_at_s",
        "issued_by",
        "journal_size",
        "lacks",
        "log",
        "log_root",
        "n_settlements",
        "reason",
        "rule",
        "schedule",
        "supersedes",
        "titles",
        "version",
    )
)


class UnknownReportError(InputError):
    """No report of this park bears the code or the id."""

    code = "input.unknown-report"


class AlteredFiguresError(IntegrityError):
    """The figures of an issued report are not those that it was issued with."""

    code = "integrity.altered-figures"


@dataclass(frozen=True, slots=True)
class Copy:
    """One form of a report in one language."""

    lang: str
    form: str
    stage: str
    """``draft``, which it says on every page, or ``signed-1`` with the signatures it bears."""
    name: str
    """Of its file."""
    sha256: str
    n_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedReport:
    """One version of one report."""

    issued: IssuedStatement
    period: ReportPeriod
    code: str
    titles: tuple[tuple[str, str], ...]
    """Language and title."""
    figures_sha256: str
    drawings_sha256: str
    content_sha256: str
    lacks: tuple[Lack, ...]
    schedule: str
    """Which schedule issued it; empty where a person did."""
    issued_at_s: int
    issued_by: str
    journal_size: int
    log_root: str
    n_settlements: int
    """Settlements that the park had by then."""
    code_version: str
    reason: str

    @property
    def id(self) -> str:
        """Id of its statement, with the version."""
        return self.issued.id

    @property
    def subject(self) -> str:
        """Whose."""
        return self.issued.subject

    @property
    def asked(self) -> Asked:
        """Which report."""
        return Asked(self.period, self.issued.subject)

    @property
    def is_provisional(self) -> bool:
        """Whether something was not there yet."""
        return bool(self.lacks)

    def title(self, lang: str) -> str:
        """Return its title in a language, or in the first that it has."""
        found = dict(self.titles)
        return found.get(lang) or self.titles[0][1]

    def figures_name(self) -> str:
        """Return the name of the file of its figures."""
        return f"{self.code}.figures.json"

    def drawings_name(self) -> str:
        """Return the name of the file of its drawings."""
        return f"{self.code}.drawings.{self.drawings_sha256[:HASH_SHOWN]}.json"


def report_codes(registry: Registry) -> frozenset[str]:
    """Return the codes of every report that a register shows."""
    ids = [entry.id for entry in registry.roll() if entry.kind == KIND]
    return frozenset(open_report(issued).code for issued in registry.statements(ids))


def issued_reports(*, ports: Ports) -> tuple[IssuedReport, ...]:
    """Return every version of every report, in the order of issue."""
    ids = [entry.id for entry in ports.registry.roll() if entry.kind == KIND]
    return tuple(map(open_report, ports.registry.statements(ids)))


def latest_report(asked: Asked, *, ports: Ports) -> IssuedReport | None:
    """Return the last version of a report, None where it was never issued."""
    for issued in ports.registry.latest_statements(asked.period.name, {KIND}):
        if issued.subject == asked.subject:
            return open_report(issued)
    return None


def report_named(name: str, *, ports: Ports) -> IssuedReport:
    """Return the report of a verification code or of an id.

    Args:
        name: A code as somebody typed it, or an id with or without its version.
        ports: The park, or what a viewer may see of it.

    Raises:
        MistypedCodeError: If it is neither.
        UnknownReportError: If there is no such report.
    """
    if name.startswith(f"{KIND}."):
        known = {entry.id for entry in ports.registry.roll() if entry.kind == KIND}
        if name in known or f"{name}.v1" in known:
            return open_report(ports.registry.statement(name))
    else:
        code = read_code(name)
        for each in reversed(issued_reports(ports=ports)):
            if each.code == code:
                return each
    raise UnknownReportError(
        given=name[:80],
        expected="the code or id of a report that this park issued",
        remedy="compare it with the report; a code that nobody knows is of no report of this park",
    )


def open_report(issued: IssuedStatement) -> IssuedReport:
    """Read the statement of a report.

    Raises:
        DocumentError: If its text is not that of a report.
    """
    fields = Fields(load_canonical(issued.document.encode()), where=issued.id, keys=_KEYS)
    fields.constant("format", expected=FORMAT)
    titles = fields.raw("titles")
    return IssuedReport(
        issued=issued,
        period=report_period(issued.period),
        code=fields.text("code"),
        titles=tuple((lang, str(title)) for lang, title in titles.items())
        if isinstance(titles, dict)
        else (),
        figures_sha256=fields.text("figures_sha256"),
        drawings_sha256=fields.text("drawings_sha256"),
        content_sha256=fields.text("content_sha256"),
        lacks=tuple(_lacks(fields.items("lacks", limit=len(Want)))),
        schedule=fields.text("schedule"),
        issued_at_s=fields.integer("issued_at_s"),
        issued_by=fields.text("issued_by"),
        journal_size=fields.integer("journal_size"),
        log_root=fields.text("log_root"),
        n_settlements=fields.integer("n_settlements", low=0),
        code_version=fields.text("code_version"),
        reason=fields.text("reason"),
    )


def figures_of(report: IssuedReport, *, ports: Ports) -> dict[str, dict[str, JsonValue]]:
    """Return the figures that a report was issued with, by language.

    Raises:
        AlteredFiguresError: If they are others.
        DamagedReportError: If they are gone.
    """
    return _documents(report.figures_name(), report.figures_sha256, ports)


def drawings_of(report: IssuedReport, *, ports: Ports) -> dict[str, tuple[str, ...]]:
    """Return the drawings that a report was issued with, by language.

    Raises:
        AlteredFiguresError: If they are others.
        DamagedReportError: If they are gone.
    """
    found = _documents(report.drawings_name(), report.drawings_sha256, ports)
    return {lang: tuple(map(str, _listed(of.get("svg")))) for lang, of in found.items()}


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every report that was issued, and every copy, read once."""

    reports: tuple[IssuedReport, ...]
    """Every version, in the order of issue."""
    copies: Mapping[str, tuple[Copy, ...]]
    """By id of the report, in the order of setting."""
    signed: frozenset[str]
    """Ids of the reports that anybody ever signed; nobody has to be asked about the others."""

    def latest(self) -> dict[str, IssuedReport]:
        """Return the last version of every report by its series."""
        return {each.issued.series: each for each in self.reports}

    def copies_of(self, report: IssuedReport) -> tuple[Copy, ...]:
        """Return the copies of one version."""
        return self.copies.get(report.id, ())


def read_shelf(*, ports: Ports) -> Shelf:
    """Read every report and every copy that a viewer of these ports may see."""
    reports = issued_reports(ports=ports)
    known = {each.id for each in reports}
    found: dict[str, dict[str, Copy]] = {}
    signed: set[str] = set()
    for act in ports.registry.logged():
        if act.kind == REVIEWED and act.subject in known:
            signed.add(act.subject)
        elif act.kind == COPIED and act.subject in known:
            body = open_event(ports.journal.record(act.leaf).data).body
            for copy in map(_copy, _listed(body["copies"])):
                found.setdefault(act.subject, {})[copy.name] = copy
    copies = {id_: tuple(of.values()) for id_, of in found.items()}
    return Shelf(reports, copies, frozenset(signed))


def read_copy(copy: Copy, *, ports: Ports) -> bytes:
    """Return the bytes of a copy, compared with its hash.

    Raises:
        AlteredFiguresError: If they are others than were set.
        DamagedReportError: If they are gone.
    """
    return _same(copy.name, ports.reports.read(copy.name), copy.sha256)


def copy_body(copy: Copy) -> dict[str, JsonValue]:
    """Return a copy as the event of its setting says it."""
    return {
        "bytes": copy.n_bytes,
        "form": copy.form,
        "lang": copy.lang,
        "name": copy.name,
        "sha256": copy.sha256,
        "stage": copy.stage,
    }


def lack_body(lack: Lack) -> dict[str, JsonValue]:
    """Return what was not there as the statement says it."""
    return {"n": lack.n, "of": lack.of, "want": lack.want.value}


def _copy(value: JsonValue) -> Copy:
    keys = frozenset(("bytes", "form", "lang", "name", "sha256", "stage"))
    fields = Fields(value, where=COPIED, keys=keys)
    return Copy(
        lang=fields.text("lang"),
        form=fields.text("form"),
        stage=fields.text("stage"),
        name=fields.text("name"),
        sha256=fields.text("sha256"),
        n_bytes=fields.integer("bytes", low=0),
    )


def _lacks(values: list[JsonValue]) -> Iterator[Lack]:
    for value in values:
        fields = Fields(value, where="lacks", keys=frozenset(("n", "of", "want")))
        yield Lack(Want(fields.text("want")), fields.integer("n"), fields.integer("of"))


def _documents(name: str, expected: str, ports: Ports) -> dict[str, dict[str, JsonValue]]:
    data = _same(name, ports.reports.read(name), expected)
    document = load_canonical(data)
    said = document.get("documents") if isinstance(document, dict) else None
    found = said if isinstance(said, dict) else {}
    return {lang: of for lang, of in found.items() if isinstance(of, dict)}


def _same(name: str, data: bytes, expected: str) -> bytes:
    if sha256(data).hexdigest() != expected:
        raise AlteredFiguresError(
            given=f"{name} with the hash {sha256(data).hexdigest()[:16]}…",
            expected=f"{expected[:16]}…, with which it was issued",
            remedy="put the file back from a backup; nothing is set from altered figures",
        )
    return data


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
