"""How good the readings are, sums over enterprises, standing in a sector, the log and the trail."""

from collections.abc import Iterator
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

from taihang.core.seal.canonical import JsonValue
from taihang.core.tlog.checkpoint import checkpoint_of
from taihang.interfaces.api.figures.park import told_instant
from taihang.interfaces.api.problem import NoResourceError
from taihang.interfaces.api.schema import Schema, Whole
from taihang.interfaces.api.stretch import stretch_of
from taihang.services.park_sums import park_sums
from taihang.services.ports import Ports
from taihang.services.quality import NotJudgedError, quality
from taihang.services.sector_standing import sector_standing

Words = tuple[str | None, str | None, str | None]
_EXACT: Final = Context(prec=60)


class RuleHit(Schema):
    """One rule at one meter."""

    rule: str
    n: int
    """How often."""
    first: str
    """Start of the first interval (UTC)."""


class QualityLine(Schema):
    """How good the readings of a meter are over a period."""

    meter: str
    node: str
    score: int
    """0 … 100, mean of its days."""
    grade: str
    worst_score: int
    worst_day: str
    """Start of its worst local day (UTC)."""
    counts: dict[str, int]
    """Intervals by quality."""
    latency_s: int | None
    hits: list[RuleHit]


class CoverageLine(Schema):
    """What of a local day of a meter was read."""

    meter: str
    day: str
    """Start of the local day (UTC)."""
    measured: int
    estimated: int
    manual: int
    missing: int
    rejected: int
    score: int


class SumOut(Schema):
    """A sum over enterprises that gives none of them away."""

    measure: str
    unit: str
    group: str
    """``park``, or a sector of GB/T 4754."""
    value: str | None
    """A decimal; null where it is withheld."""
    withheld: str | None
    """``too-few``, ``dominated`` or ``overlaps``: why it is not shown."""
    n_members: int
    """Enterprises with a figure above zero."""
    n_in_group: int


class SumsOut(Schema):
    """The sums of a month."""

    month: str
    sums: list[SumOut]


class StandingOut(Schema):
    """How an enterprise stands among those of its sector."""

    enterprise: str
    year: str
    sector: str
    unit: str
    n_members: int
    own: str
    mean: str | None
    better_half_mean: str | None
    tenth: int | None
    """1 for the best tenth … 10 for the last."""
    why_not: str | None


class CheckpointOut(Schema):
    """The newest signed checkpoint of the park's log."""

    origin: str
    size: Whole
    root: str
    """Root of the tree [hex]."""
    note: str
    """The signed text, with every cosignature."""


class TrailLine(Schema):
    """One entry of the audit trail."""

    number: int
    id: str
    at: str
    kind: str
    subject: str
    actor: str | None
    roles: list[str]
    enterprise: str | None
    outcome: str


def build_quality(ports: Ports, words: Words) -> tuple[QualityLine, ...]:
    """Return how good the readings of each meter are, in order of id; none where none is judged."""
    period = stretch_of(words, zone=ports.park.zone)
    try:
        found = quality(period, ports=ports)
    except NotJudgedError:
        return ()
    lines = (
        QualityLine(
            meter=each.meter,
            node=each.node,
            score=each.score,
            grade=each.grade.value,
            worst_score=each.worst_score,
            worst_day=told_instant(each.worst_day_s),
            counts={kind.name.lower(): n for kind, n in each.counts.items()},
            latency_s=each.latency_s,
            hits=[
                RuleHit(rule=hit.rule.value, n=hit.n, first=told_instant(hit.first_s))
                for hit in each.evidence
            ],
        )
        for each in found
    )
    return tuple(sorted(lines, key=lambda each: each.meter))


def build_coverage(ports: Ports, words: Words) -> tuple[CoverageLine, ...]:
    """Return what of each local day of each meter was read, in order of meter and day."""
    period = stretch_of(words, zone=ports.park.zone)
    return tuple(
        CoverageLine(
            meter=meter,
            day=told_instant(int(rows["time_s"][at])),
            measured=int(rows["measured"][at]),
            estimated=int(rows["estimated"][at]),
            manual=int(rows["manual"][at]),
            missing=int(rows["missing"][at]),
            rejected=int(rows["rejected"][at]),
            score=int(rows["score"][at]),
        )
        for (meter,), rows in sorted(ports.lake.read("quality", period).items())
        for at in range(len(rows["time_s"]))
    )


def build_sums(ports: Ports, month: str) -> SumsOut:
    """Return the sums of a month over the enterprises of the park and of one's own sector."""
    return SumsOut(
        month=month,
        sums=[
            SumOut(
                measure=each.measure,
                unit=each.unit,
                group=each.group,
                value=None if each.found.value is None else _decimal(each.found.value),
                withheld=None if each.found.withheld is None else each.found.withheld.value,
                n_members=each.found.n_members,
                n_in_group=each.n_in_group,
            )
            for each in park_sums(month, ports=ports)
        ],
    )


def build_standing(ports: Ports, enterprise: str, year: str) -> StandingOut:
    """Return how an enterprise stands in its sector.

    Raises:
        NoResourceError: If it has no intensity of that year.
    """
    found = sector_standing(enterprise, year, ports=ports)
    if found is None:
        raise NoResourceError(f"a standing of {enterprise} in {year}")
    tenth = found["tenth"]
    return StandingOut(
        enterprise=enterprise,
        year=year,
        sector=str(found["sector"]),
        unit=str(found["unit"]),
        n_members=int(str(found["n_members"])),
        own=str(found["own"]),
        tenth=tenth if isinstance(tenth, int) else None,
        mean=_text(found["mean"]),
        better_half_mean=_text(found["better_half_mean"]),
        why_not=_text(found["why_not"]),
    )


def build_checkpoint(ports: Ports) -> CheckpointOut:
    """Return the newest checkpoint, as published if any is.

    Raises:
        NoResourceError: If the log is empty.
    """
    note = ports.published.latest() or ports.journal.checkpoint_note
    if note is None:
        raise NoResourceError("a checkpoint of an empty log")
    checkpoint = checkpoint_of(note)
    return CheckpointOut(
        origin=ports.log_origin, size=checkpoint.size, root=checkpoint.root.hex(), note=note
    )


def build_trail(ports: Ports, after: int, n_most: int) -> tuple[TrailLine, ...]:
    """Return entries of the audit trail from a number on."""
    return tuple(_trail(ports, after, n_most))


def _trail(ports: Ports, after: int, n_most: int) -> Iterator[TrailLine]:
    for record, _ in zip(ports.trail.entries(after), range(n_most), strict=False):
        entry = record.entry
        yield TrailLine(
            number=record.number,
            id=entry.id,
            at=told_instant(entry.at_s),
            kind=entry.kind,
            subject=entry.subject,
            actor=entry.actor,
            roles=[*entry.roles],
            enterprise=entry.enterprise,
            outcome=entry.outcome.value,
        )


def _text(value: JsonValue) -> str | None:
    return None if value is None else str(value)


def _decimal(value: Fraction) -> str:
    """Return a sum of decimals as a decimal, exactly."""
    found = _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
    return format(found.normalize(_EXACT), "f")
