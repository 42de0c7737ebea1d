"""What stands behind one figure, and the reports that were issued."""

from decimal import Decimal

from taihang.core.figure.story import FigureInput, Label, Named, Placed, Words
from taihang.interfaces.api.figures.park import told_instant
from taihang.interfaces.api.problem import NoResourceError
from taihang.interfaces.api.schema import Schema, Whole
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports
from taihang.services.report_issue import IssuedReport, Shelf, read_copy, read_shelf


class FigurePart(Schema):
    """A figure one level down."""

    key: str
    name: str
    value: str | None
    unit: str
    flag: str
    """Quality, where it is not measured."""


class FigureReading(Schema):
    """A reading behind a figure."""

    point: str
    quantity: str
    at: str
    count: Whole
    unit: str
    quality: str
    source: str
    """Gateway and number of the batch."""
    leaf: int
    """Number of the batch in the log."""
    counts: bool
    """Whether it is the reading that counts of its instant."""


class FigureOut(Schema):
    """Everything that stands behind one figure."""

    key: str
    name: str
    value: str | None
    unit: str
    adds_up: bool | None
    """Whether its formula gives it exactly; null where there is nothing to compare."""
    operands: list[FigurePart]
    """What its formula takes, in order."""
    beside: list[FigurePart]
    """What it rests on besides."""
    rule: str | None
    factors: list[str]
    """Keys of the dated facts that it rests on."""
    statement: str | None
    """The statement in which it stands."""
    n_intervals: int | None
    n_missing: int | None
    n_estimated: int | None
    readings: list[FigureReading]
    claim: str
    """What a proof file of it proves: see ``/proofs``; empty where there is none."""


class CopyOut(Schema):
    """One form of a report in one language."""

    name: str
    lang: str
    form: str
    stage: str
    """``draft``, or ``signed`` with the number of the signing."""
    bytes: Whole
    sha256: str


class ReportOut(Schema):
    """One version of an issued report."""

    id: str
    code: str
    """Its verification code."""
    subject: str
    period: str
    version: int
    title_zh: str
    title_en: str
    is_provisional: bool
    issued_at: str
    issued_by: str
    reason: str
    copies: list[CopyOut]


def build_figure(ports: Ports, key: str) -> FigureOut:
    """Open a figure."""
    story = open_figure(key, ports=ports)
    coverage = story.coverage
    return FigureOut(
        key=story.key,
        name=_name(story.name),
        value=_number(story.value),
        unit=story.unit,
        adds_up=story.adds_up,
        operands=[_part(each) for each in story.derivation.operands],
        beside=[_part(each) for each in story.derivation.beside],
        rule=None if story.rule is None else story.rule.name,
        factors=[fact.key for fact in story.factors],
        statement=None if story.statement is None else story.statement.id,
        n_intervals=None if coverage is None else coverage.n_intervals,
        n_missing=None if coverage is None else coverage.n_missing,
        n_estimated=None if coverage is None else coverage.n_estimated,
        readings=[
            FigureReading(
                point=each.point,
                quantity=each.quantity,
                at=told_instant(each.time_s),
                count=each.count,
                unit=each.unit,
                quality=each.quality,
                source=each.source,
                leaf=each.leaf,
                counts=each.counts,
            )
            for each in story.readings
        ],
        claim="" if story.proof is None else story.proof.claim,
    )


def build_reports(ports: Ports) -> tuple[ReportOut, ...]:
    """Return every version of every report, in order of id."""
    shelf = read_shelf(ports=ports)
    return tuple(sorted((_report(each, shelf) for each in shelf.reports), key=lambda each: each.id))


def build_copy(ports: Ports, name: str) -> bytes:
    """Return the bytes of a copy of a report.

    Raises:
        NoResourceError: If there is none of this name.
    """
    shelf = read_shelf(ports=ports)
    for copies in shelf.copies.values():
        for copy in copies:
            if copy.name == name:
                return read_copy(copy, ports=ports)
    raise NoResourceError(f"a copy {name!r}")


def _report(each: IssuedReport, shelf: Shelf) -> ReportOut:
    return ReportOut(
        id=each.id,
        code=each.code,
        subject=each.subject,
        period=each.period.name,
        version=each.issued.version,
        title_zh=each.title("zh"),
        title_en=each.title("en"),
        is_provisional=each.is_provisional,
        issued_at=told_instant(each.issued_at_s),
        issued_by=each.issued_by,
        reason=each.reason,
        copies=[
            CopyOut(
                name=copy.name,
                lang=copy.lang,
                form=copy.form,
                stage=copy.stage,
                bytes=copy.n_bytes,
                sha256=copy.sha256,
            )
            for copy in shelf.copies_of(each)
        ],
    )


def _part(each: FigureInput) -> FigurePart:
    return FigurePart(
        key=each.key,
        name=_name(each.name),
        value=_number(each.value),
        unit=each.unit,
        flag=each.flag,
    )


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _name(words: Words) -> str:
    """Return what a figure is called, in English or by its code: machines read keys."""
    match words:
        case Named():
            return words.en
        case Label():
            return words.code
        case Placed():
            return ".".join((words.kind, words.subject, words.period, *words.path))
