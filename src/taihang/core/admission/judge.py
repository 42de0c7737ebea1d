"""May a project come: C + R + d − r ≤ L of every quantity, and what is asked beside.

Nothing is weighed against anything: each ground for refusal stands by itself and all are told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, localcontext
from enum import StrEnum
from typing import Final

from taihang.core.admission.ledger import Decision, Ledger, Outcome
from taihang.core.admission.project import Project
from taihang.core.errors import InputError
from taihang.core.park.limits import AdmissionRules, ClosedUnit, Limit, LimitMeasure
from taihang.core.quantities import EXACT

RULE: Final = "admission/v1"
_STEP: Final = Decimal("0.000001")
"""What is replaced is rounded down to this step, what is still needed up: never in favour."""
_WIDE: Final = Context(prec=100)


class ProjectDemandError(InputError):
    """A project does not say what the limit book asks, or says what nobody asked."""

    code = "input.project-demand"


class Ground(StrEnum):
    """Why a project is refused."""

    NEGATIVE_LIST = "negative-list"
    EFFICIENCY = "efficiency"
    EVALUATION = "evaluation-missing"
    UNIT_UNKNOWN = "unit-unknown"
    UNIT_NOT_CLOSED = "unit-not-closed"
    UNIT_USED = "unit-used"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One ground for refusal."""

    ground: Ground
    of: str
    """The sector, the closed unit or the limit that it is about."""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityLine:
    """One limit, before and after, in the unit of the limit."""

    limit: Limit
    committed: Decimal
    """C: that of the book, and of projects built since."""
    reserved: Decimal
    """R: of projects admitted and not built."""
    demand: Decimal
    """d."""
    freed: Decimal
    """What the closed units used."""
    replaced: Decimal
    """r: what was freed over the park's ratio, at most the demand."""
    ratio: Decimal
    """What must be closed for each unit that is replaced."""

    @property
    def after(self) -> Decimal:
        """C + R + d − r."""
        with localcontext(EXACT):
            return self.committed + self.reserved + self.demand - self.replaced

    @property
    def over(self) -> Decimal:
        """How much above the limit that is; 0 or less where it fits."""
        with localcontext(EXACT):
            return self.after - self.limit.limit

    @property
    def more_to_close(self) -> Decimal | None:
        """How much more must be closed to fit, rounded up; None where no replacement is enough."""
        with localcontext(EXACT):
            if self.over <= 0:
                return Decimal(0)
            if self.over > self.demand - self.replaced:
                return None
            needed = (self.replaced + self.over) * self.ratio - self.freed
        with localcontext(_WIDE):
            return max(needed, Decimal(0)).quantize(_STEP, ROUND_CEILING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What comes of a project."""

    project: Project
    lines: tuple[QuantityLine, ...]
    refusals: tuple[Refusal, ...]
    units: tuple[str, ...]
    """Closed units that it would use."""
    ways_out: tuple[str, ...]
    """Closed units that are free, each of which alone would make every quantity fit."""

    @property
    def is_admitted(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.refusals

    @property
    def decision(self) -> Decision:
        """The judgement as a decision."""
        if not self.is_admitted:
            return Decision(project=self.project.id, outcome=Outcome.REFUSED, net={}, units=())
        with localcontext(EXACT):
            net = {line.limit.id: line.demand - line.replaced for line in self.lines}
        return Decision(
            project=self.project.id, outcome=Outcome.ADMITTED, net=net, units=self.units
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitBook:
    """Rules, limits and closed units of a park."""

    rules: AdmissionRules
    limits: Mapping[str, Limit]
    closed_units: Mapping[str, ClosedUnit]


def judge(
    project: Project,
    *,
    book: LimitBook,
    ledger: Ledger,
    energy_tce: Decimal,
    lacks_evaluation: bool,
    on: date,
) -> Judgement:
    """Judge a project.

    Args:
        project: The application.
        book: The limit book.
        ledger: Where the park stands.
        energy_tce: Energy of the project by its sheet [tce/a].
        lacks_evaluation: Whether it needs a carbon evaluation and has none.
        on: The local day of the decision: units closed later do not count.

    Returns:
        Every quantity before and after, and every ground for refusal.

    Raises:
        ProjectDemandError: If a limit is not spoken of, or one that does not exist is.

    Source:
        Founding text S23 (refusal, limit, replacement); the ratio is a rule of the park.
    """
    case = _Case(project, book, ledger, _demands(project, book.limits, energy_tce), on)
    unit_grounds = tuple(case.unit_grounds())
    bad = {refusal.of for refusal in unit_grounds}
    units = tuple(name for name in project.replaces if name not in bad)
    lines = case.lines(units)
    refusals = (
        *_grounds(project, book.rules, lacks_evaluation=lacks_evaluation),
        *unit_grounds,
        *_limit_grounds(lines),
    )
    return Judgement(
        project=project,
        lines=lines,
        refusals=refusals,
        units=units,
        ways_out=tuple(case.ways_out(units)),
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """A project before the book and its ledger, on a day."""

    project: Project
    book: LimitBook
    ledger: Ledger
    demands: Mapping[str, Decimal]
    on: date

    def lines(self, units: tuple[str, ...]) -> tuple[QuantityLine, ...]:
        """Return every quantity where some closed units are used."""
        return tuple(self._line(limit, units) for limit in self.book.limits.values())

    def _line(self, limit: Limit, units: tuple[str, ...]) -> QuantityLine:
        ratio, demand = self.book.rules.replacement_ratio, self.demands[limit.id]
        with localcontext(EXACT):
            freed = sum(
                (self.book.closed_units[name].frees.get(limit.id, Decimal(0)) for name in units),
                start=Decimal(0),
            )
            committed = limit.committed + self.ledger.built(limit.id)
        with localcontext(_WIDE):
            replaced = min((freed / ratio).quantize(_STEP, ROUND_FLOOR), demand)
        return QuantityLine(
            limit=limit,
            committed=committed,
            reserved=self.ledger.reserved(limit.id),
            demand=demand,
            freed=freed,
            replaced=replaced,
            ratio=ratio,
        )

    def unit_grounds(self) -> Iterator[Refusal]:
        """Yield what is wrong with the closed units that the project names."""
        taken = self.ledger.used_units
        seen: set[str] = set()
        for name in self.project.replaces:
            unit = self.book.closed_units.get(name)
            if unit is None:
                yield Refusal(ground=Ground.UNIT_UNKNOWN, of=name)
            elif name in taken or name in seen:
                by = taken.get(name, self.project.id)
                yield Refusal(ground=Ground.UNIT_USED, of=name, detail=by)
            elif unit.closed_on > self.on:
                closed_on = unit.closed_on.isoformat()
                yield Refusal(ground=Ground.UNIT_NOT_CLOSED, of=name, detail=closed_on)
            seen.add(name)

    def ways_out(self, units: tuple[str, ...]) -> Iterator[str]:
        """Yield the free closed units of which one more would make every quantity fit."""
        if _fits(self.lines(units)):
            return
        taken = self.ledger.used_units
        for name, unit in self.book.closed_units.items():
            is_free = name not in units and name not in taken and unit.closed_on <= self.on
            if is_free and _fits(self.lines((*units, name))):
                yield name


def _fits(lines: tuple[QuantityLine, ...]) -> bool:
    return all(line.over <= 0 for line in lines)


def _demands(
    project: Project, limits: Mapping[str, Limit], energy_tce: Decimal
) -> dict[str, Decimal]:
    stated = {name for name, limit in limits.items() if limit.measure is LimitMeasure.STATED}
    if wrong := sorted(stated ^ set(project.demands)):
        raise ProjectDemandError(
            given=f"demands of {project.id} that lack or do not fit: {', '.join(wrong)}",
            expected=f"one for each stated limit: {', '.join(sorted(stated)) or 'none'}",
            remedy="state each of them, 0 where nothing is used; energy and carbon follow by "
            "themselves",
        )
    worked_out = {LimitMeasure.ENERGY: energy_tce, LimitMeasure.CARBON: project.carbon_t}
    return {
        name: worked_out.get(limit.measure, project.demands.get(name, Decimal(0)))
        for name, limit in limits.items()
    }


def _grounds(
    project: Project, rules: AdmissionRules, *, lacks_evaluation: bool
) -> Iterator[Refusal]:
    listed = any(project.sector.startswith(sector) for sector in rules.negative_sectors)
    if project.is_high_energy_high_pollution or listed:
        yield Refusal(ground=Ground.NEGATIVE_LIST, of=project.sector)
    if project.efficiency_level > rules.worst_efficiency_level:
        yield Refusal(
            ground=Ground.EFFICIENCY,
            of=str(project.efficiency_level),
            detail=str(rules.worst_efficiency_level),
        )
    if lacks_evaluation:
        yield Refusal(ground=Ground.EVALUATION, of=project.id)


def _limit_grounds(lines: tuple[QuantityLine, ...]) -> Iterator[Refusal]:
    for line in lines:
        if line.over > 0:
            over = format(line.over.normalize(), "f")
            yield Refusal(ground=Ground.LIMIT, of=line.limit.id, detail=over)
