"""What decisions have left of a limit book: reserved, built, and which closed units are used.

The state is nothing but the decisions, one after the other; whoever has them has the state.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from taihang.core.errors import StateError
from taihang.core.quantities import EXACT


class DecisionError(StateError):
    """A decision does not follow from the ones before."""

    code = "state.project-decision"


class Outcome(StrEnum):
    """What was decided about a project."""

    ADMITTED = "admitted"
    """It may be built; what it takes is reserved."""
    REFUSED = "refused"
    BUILT = "built"
    """It stands; what it takes is committed."""
    WITHDRAWN = "withdrawn"
    """It will not be built; what it took is given back, closed units too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision, as later ones see it."""

    project: str
    outcome: Outcome
    net: Mapping[str, Decimal]
    """Demand less replacement by id of the limit, in its unit; empty unless admitted."""
    units: tuple[str, ...]
    """Closed units that it uses; empty unless admitted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Where a park stands after its decisions."""

    n_decisions: int
    standing: Mapping[str, Decision]
    """The admission of every project that holds, with its outcome now: admitted or built."""
    last: Mapping[str, Outcome]
    """The last outcome of every project."""

    @property
    def used_units(self) -> dict[str, str]:
        """Project that uses each closed unit, by id of the unit."""
        return {unit: one.project for one in self.standing.values() for unit in one.units}

    def reserved(self, quantity: str) -> Decimal:
        """R: what projects that are admitted and not built take of a limit, in its unit."""
        return self._sum(quantity, Outcome.ADMITTED)

    def built(self, quantity: str) -> Decimal:
        """What projects take of a limit that were built since the book was opened, in its unit."""
        return self._sum(quantity, Outcome.BUILT)

    def _sum(self, quantity: str, outcome: Outcome) -> Decimal:
        with localcontext(EXACT):
            return sum(
                (
                    one.net.get(quantity, Decimal(0))
                    for one in self.standing.values()
                    if one.outcome is outcome
                ),
                start=Decimal(0),
            )


EMPTY = Ledger(n_decisions=0, standing={}, last={})
"""Before any decision."""


def ledger_of(decisions: Iterable[Decision]) -> Ledger:
    """Return where a park stands after decisions in their order.

    Raises:
        DecisionError: If one does not follow from those before.
    """
    ledger = EMPTY
    for decision in decisions:
        ledger = after(ledger, decision)
    return ledger


def after(ledger: Ledger, decision: Decision) -> Ledger:
    """Return where a park stands after one more decision.

    Args:
        ledger: Before it.
        decision: The decision.

    Raises:
        DecisionError: If a project is admitted that stands, another is built or withdrawn that does
            not, or a closed unit is used that is used.
    """
    project, standing = decision.project, dict(ledger.standing)
    held = standing.get(project)
    _demand_follows(ledger, decision, held)
    if decision.outcome is Outcome.ADMITTED:
        standing[project] = decision
    elif decision.outcome is Outcome.BUILT and held is not None:
        standing[project] = Decision(
            project=project, outcome=Outcome.BUILT, net=held.net, units=held.units
        )
    elif decision.outcome is Outcome.WITHDRAWN:
        del standing[project]
    return Ledger(
        n_decisions=ledger.n_decisions + 1,
        standing=standing,
        last={**ledger.last, project: decision.outcome},
    )


def _demand_follows(ledger: Ledger, decision: Decision, held: Decision | None) -> None:
    now = "nothing" if held is None else held.outcome.value
    needs = {
        Outcome.ADMITTED: held is None,
        Outcome.REFUSED: held is None,
        Outcome.BUILT: held is not None and held.outcome is Outcome.ADMITTED,
        Outcome.WITHDRAWN: held is not None and held.outcome is Outcome.ADMITTED,
    }
    if not needs[decision.outcome]:
        raise DecisionError(
            given=f"{decision.outcome.value} for {decision.project}, which has {now}",
            expected="admission of what has none; building or withdrawal of what is admitted",
            remedy="look at `taihang limits DIR`; withdraw an admission before another is given",
        )
    taken = ledger.used_units
    for unit in decision.units:
        if unit in taken or decision.units.count(unit) > 1:
            raise DecisionError(
                given=f"closed unit {unit} for {decision.project}, used by "
                f"{taken.get(unit, 'the same project')} already",
                expected="each closed unit used once",
                remedy="name another closed unit",
            )
