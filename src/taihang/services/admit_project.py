"""Platform job: judge a project under total-quantity control, and keep what was decided.

Decisions are statements of the kind ``admission``, only ever added. What is reserved and which
closed units are in use follows from them alone. See docs/indicators.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, cast

from taihang.core.admission.judge import RULE, Judgement, LimitBook, judge
from taihang.core.admission.ledger import (
    Decision,
    DecisionError,
    Ledger,
    Outcome,
    after,
    ledger_of,
)
from taihang.core.admission.project import Project
from taihang.core.errors import StateError
from taihang.core.facts import Fact
from taihang.core.seal.canonical import JsonValue, canonical_bytes, load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.core.seal.statement import fact_document
from taihang.services.account import ACCOUNT_FORMAT
from taihang.services.admission_document import application, judgement_document, sheet_document
from taihang.services.ports import Ports
from taihang.standards.gbt_2589 import Activity, Basis, standard_coal_tce
from taihang.standards.ndrc_order_31 import EvaluationSheet, evaluate

KIND: Final = "admission"
ATTEMPTS_MOST: Final = 20
"""How often a decision is worked out again because another one came between."""


class NoLimitBookError(StateError):
    """The park has no limit book, so no project can be judged."""

    code = "state.no-limit-book"


class DecisionsMovedError(StateError):
    """Other decisions came in between, again and again."""

    code = "state.decisions-moved"


@dataclass(frozen=True, slots=True)
class Held:
    """Every decision of a park, and where it stands."""

    book: LimitBook
    ledger: Ledger
    statements: tuple[IssuedStatement, ...]
    """In the order of issue."""

    def last_of(self, project: str) -> IssuedStatement | None:
        """Return the last decision about a project."""
        return next((s for s in reversed(self.statements) if s.subject == project), None)

    def admission_of(self, project: str) -> IssuedStatement | None:
        """Return the last decision that admitted a project."""
        admitted = Outcome.ADMITTED
        return next(
            (
                s
                for s in reversed(self.statements)
                if s.subject == project and _decision_of(s).outcome is admitted
            ),
            None,
        )


@dataclass(frozen=True, slots=True)
class Assessed:
    """What comes of a project, before anything is decided."""

    judgement: Judgement
    sheet: EvaluationSheet
    facts: tuple[Fact, ...]
    """Coefficients of standard coal, and the line of exemption."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided."""

    statement: IssuedStatement
    is_new: bool
    """False where the same was decided before, about the same application."""
    assessed: Assessed | None
    """None where a project was built or withdrawn."""


def held(*, ports: Ports) -> Held:
    """Return the limit book of a park with every decision.

    Raises:
        NoLimitBookError: If park.toml has none.
        DecisionError: If the decisions do not follow from each other.
    """
    park = ports.park
    if park.admission is None:
        raise NoLimitBookError(
            given="a park without [admission] and [limits]",
            expected="a limit book in park.toml",
            remedy="write both tables (docs/park-toml.md)",
        )
    statements = tuple(
        ports.registry.statement(entry.id) for entry in ports.registry.roll() if entry.kind == KIND
    )
    return Held(
        book=LimitBook(rules=park.admission, limits=park.limits, closed_units=park.closed_units),
        ledger=ledger_of(_decision_of(statement) for statement in statements),
        statements=statements,
    )


def assess(project: Project, *, now: Held, ports: Ports) -> Assessed:
    """Judge a project today; changes nothing.

    Args:
        project: The application.
        now: Where the park stands.
        ports: The outside world.

    Returns:
        The judgement and the evaluation sheet.
    """
    on = ports.clock.now().astimezone(ports.park.zone).date()
    # 1. Energy in standard coal; electricity at equivalent value, as the order has it.
    energies_tce: dict[str, Decimal] = {}
    facts: dict[str, Fact] = {}
    for name, one in project.energies.items():
        activity = Activity(energy=one.item, amount=one.amount, unit=one.unit)
        coal = standard_coal_tce([activity], ports.facts, basis=Basis.EQUIVALENT, on=on)
        energies_tce[name] = coal.equivalent_tce
        facts |= {line.equivalent.fact.key: line.equivalent.fact for line in coal.lines}
    # 2. The evaluation sheet of Order 31.
    sheet = evaluate(project, energies_tce=energies_tce, book=ports.facts, on=on)
    # 3. The limits, and all that is asked beside.
    judgement = judge(
        project,
        book=now.book,
        ledger=now.ledger,
        energy_tce=sheet.energy_tce,
        lacks_evaluation=sheet.lacks_evaluation,
        on=on,
    )
    return Assessed(judgement, sheet, (*facts.values(), *sheet.facts))


def decide(project: Project, *, ports: Ports) -> Decided:
    """Judge a project and store the decision for ever.

    Args:
        project: The application.
        ports: The outside world, opened for writing.

    Returns:
        The decision; asking the same again is the same act.

    Raises:
        DecisionError: If another application of that id was admitted.
        DecisionsMovedError: If others decided in between too often.
    """

    def draw_up(now: Held) -> Decided:
        last = now.last_of(project.id)
        if project.id in now.ledger.standing:
            return _same(project, now.admission_of(project.id))
        assessed = assess(project, now=now, ports=ports)
        after(now.ledger, assessed.judgement.decision)
        body: dict[str, JsonValue] = {
            **judgement_document(assessed.judgement),
            "sheet": sheet_document(assessed.sheet),
            "project": application(project),
            "factors": [fact_document(fact) for fact in assessed.facts],
            "reason": "judged by the limit book",
        }
        if last is not None and _says_the_same(last, body):
            return Decided(last, is_new=False, assessed=assessed)
        return Decided(_statement(project.id, body, now, ports), is_new=True, assessed=assessed)

    return _stored(draw_up, ports)


def end(project: str, outcome: Outcome, *, reason: str, ports: Ports) -> Decided:
    """Say that an admitted project was built, or will not be.

    Args:
        project: Its id.
        outcome: ``BUILT`` or ``WITHDRAWN``.
        reason: Why, in words.
        ports: The outside world, opened for writing.

    Returns:
        The decision.

    Raises:
        DecisionError: If the project is not admitted.
    """

    def draw_up(now: Held) -> Decided:
        decision = Decision(project=project, outcome=outcome, net={}, units=())
        after(now.ledger, decision)
        body: dict[str, JsonValue] = {
            "decision": outcome.value,
            "net": {},
            "units": [],
            "value": None,
            "unit": "tCO2/a",
            "factors": [],
            "reason": reason,
        }
        return Decided(_statement(project, body, now, ports), is_new=True, assessed=None)

    return _stored(draw_up, ports)


def _stored(draw_up: Callable[[Held], Decided], ports: Ports) -> Decided:
    """Store a decision, on the condition that no other one came since it was drawn up."""
    for _ in range(ATTEMPTS_MOST):
        # 1. Where the park stands.
        now = held(ports=ports)
        # 2. The decision that follows from it.
        decided = draw_up(now)
        if not decided.is_new:
            return decided
        # 3. Stored if that is still where it stands; else all over again.
        if ports.registry.add_if_none_came(
            decided.statement,
            n_known=len(now.statements),
            at_s=int(ports.clock.now().timestamp()),
        ):
            return decided
    raise DecisionsMovedError(
        given=f"{ATTEMPTS_MOST} times another decision in between",
        expected="a moment without other decisions",
        remedy="run it again; nothing of it was stored",
    )


def _same(project: Project, admission: IssuedStatement | None) -> Decided:
    said = {} if admission is None else _body(admission)
    if admission is None or said.get("project") != application(project):
        raise DecisionError(
            given=f"another application under the id {project.id}, which stands",
            expected="the same application, or an id of its own",
            remedy="withdraw the admission first, or give the application another id",
        )
    return Decided(admission, is_new=False, assessed=None)


def _statement(
    project: str, body: dict[str, JsonValue], now: Held, ports: Ports
) -> IssuedStatement:
    on = ports.clock.now().astimezone(ports.park.zone).date()
    period, last = str(on.year), now.last_of(project)
    series = f"{KIND}.{project}.{period}"
    version = 1 + max((s.version for s in now.statements if s.series == series), default=0)
    document: dict[str, JsonValue] = {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        **body,
        "on": on.isoformat(),
        "n_decisions_before": now.ledger.n_decisions,
        "code_version": ports.version,
        "id": f"{series}.v{version}",
        "version": version,
        "supersedes": None if last is None else last.id,
    }
    return IssuedStatement(
        series=series,
        version=version,
        kind=KIND,
        subject=project,
        period=period,
        document=canonical_bytes(document).decode(),
    )


def _says_the_same(last: IssuedStatement, body: dict[str, JsonValue]) -> bool:
    said = _body(last)
    return all(said.get(key) == value for key, value in body.items())


def _decision_of(statement: IssuedStatement) -> Decision:
    body = _body(statement)
    net = cast("dict[str, str]", body["net"])
    return Decision(
        project=statement.subject,
        outcome=Outcome(str(body["decision"])),
        net={name: Decimal(amount) for name, amount in net.items()},
        units=tuple(cast("list[str]", body["units"])),
    )


def _body(statement: IssuedStatement) -> dict[str, JsonValue]:
    return cast("dict[str, JsonValue]", load_canonical(statement.document.encode()))
