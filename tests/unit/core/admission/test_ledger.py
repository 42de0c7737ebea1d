"""The limit book under any order of decisions: L is kept, what is withdrawn comes back."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar, Final

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from admission_case import BOOK, judged, project
from taihang.core.admission.ledger import (
    EMPTY,
    Decision,
    DecisionError,
    Ledger,
    Outcome,
    after,
    ledger_of,
)

AMOUNTS: Final = st.decimals(0, 4_000, places=2)
UNITS: Final = st.lists(st.sampled_from(["K1", "K2", "K3"]), max_size=2, unique=True).map(tuple)
NAMES: Final = st.sampled_from(["A", "B", "C", "D"])
ZERO: Final = Decimal(0)
Follow = Callable[[Ledger, Decision], Ledger]


class Desk(RuleBasedStateMachine):
    """A committee that admits, builds and withdraws in any order; it keeps its own simple list."""

    follow: ClassVar[Follow] = staticmethod(after)

    def __init__(self) -> None:
        super().__init__()
        self.ledger = EMPTY
        self.decisions: list[Decision] = []
        self.here: dict[str, Decision] = {}
        self.open: set[str] = set()

    @rule(name=NAMES, carbon=AMOUNTS, so2=st.decimals(0, 60, places=2), units=UNITS)
    def ask(self, name: str, carbon: Decimal, so2: Decimal, units: tuple[str, ...]) -> None:
        if name in self.here:
            return
        asking = project(name, carbon=str(carbon), so2=str(so2), replaces=units)
        decision = judged(asking, ledger=self.ledger, energy_tce=str(carbon / 2)).decision
        self._decide(decision)
        if decision.outcome is Outcome.ADMITTED:
            self.here[name] = decision
            self.open.add(name)

    @precondition(lambda self: bool(self.open))
    @rule(data=st.data(), outcome=st.sampled_from([Outcome.BUILT, Outcome.WITHDRAWN]))
    def end(self, data: st.DataObject, outcome: Outcome) -> None:
        name = data.draw(st.sampled_from(sorted(self.open)))
        self._decide(Decision(project=name, outcome=outcome, net={}, units=()))
        self.open.remove(name)
        if outcome is Outcome.WITHDRAWN:
            del self.here[name]

    @invariant()
    def no_limit_is_passed(self) -> None:
        for name, limit in BOOK.limits.items():
            assert limit.committed + self._taken(name) <= limit.limit

    @invariant()
    def the_ledger_says_what_is_here(self) -> None:
        for name in BOOK.limits:
            of_ledger = self.ledger.reserved(name) + self.ledger.built(name)
            assert of_ledger == self._taken(name)

    @invariant()
    def no_closed_unit_is_used_twice(self) -> None:
        used = [unit for one in self.here.values() for unit in one.units]
        assert len(used) == len(set(used))
        assert set(used) <= {"K1", "K2"}, "K3 is not closed yet"

    @invariant()
    def the_state_is_its_decisions(self) -> None:
        if type(self) is Desk:
            assert ledger_of(self.decisions) == self.ledger

    def _decide(self, decision: Decision) -> None:
        self.ledger = type(self).follow(self.ledger, decision)
        self.decisions.append(decision)

    def _taken(self, quantity: str) -> Decimal:
        return sum((one.net[quantity] for one in self.here.values()), start=ZERO)


def _forgets_what_is_built(ledger: Ledger, decision: Decision) -> Ledger:
    found = after(ledger, decision)
    standing = {n: one for n, one in found.standing.items() if one.outcome is not Outcome.BUILT}
    return replace(found, standing=standing)


def _forgets_closed_units(ledger: Ledger, decision: Decision) -> Ledger:
    found = after(ledger, decision)
    return replace(found, standing={n: replace(one, units=()) for n, one in found.standing.items()})


def _keeps_what_is_withdrawn(ledger: Ledger, decision: Decision) -> Ledger:
    if decision.outcome is Outcome.WITHDRAWN:
        return replace(ledger, n_decisions=ledger.n_decisions + 1)
    return after(ledger, decision)


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


@pytest.mark.parametrize(
    "fault", [_forgets_what_is_built, _forgets_closed_units, _keeps_what_is_withdrawn]
)
def test_desk__finds_a_planted_fault(fault: Follow) -> None:
    faulty = type("FaultyDesk", (Desk,), {"follow": staticmethod(fault)})

    with pytest.raises((AssertionError, DecisionError)):
        run_state_machine_as_test(
            faulty,
            settings=settings(
                max_examples=300,
                stateful_step_count=25,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                report_multiple_bugs=False,
            ),
        )


def decided(name: str, outcome: Outcome, *units: str) -> Decision:
    return Decision(project=name, outcome=outcome, net={}, units=units)


@pytest.mark.parametrize(
    "steps",
    [
        [decided("A", Outcome.BUILT)],
        [decided("A", Outcome.WITHDRAWN)],
        [decided("A", Outcome.ADMITTED), decided("A", Outcome.ADMITTED)],
        [decided("A", Outcome.ADMITTED), decided("A", Outcome.REFUSED)],
        [decided("A", Outcome.REFUSED), decided("A", Outcome.BUILT)],
        [
            decided("A", Outcome.ADMITTED),
            decided("A", Outcome.BUILT),
            decided("A", Outcome.WITHDRAWN),
        ],
        [decided("A", Outcome.ADMITTED, "K1"), decided("B", Outcome.ADMITTED, "K1")],
        [decided("A", Outcome.ADMITTED, "K1", "K1")],
    ],
)
def test_ledger_of__refuses_what_does_not_follow(steps: list[Decision]) -> None:
    with pytest.raises(DecisionError):
        ledger_of(steps)


def test_after__withdrawal_frees_the_closed_unit_for_another() -> None:
    ledger = ledger_of(
        [
            decided("A", Outcome.ADMITTED, "K1"),
            decided("A", Outcome.WITHDRAWN),
            decided("B", Outcome.ADMITTED, "K1"),
        ]
    )

    assert ledger.used_units == {"K1": "B"}
    assert ledger.last == {"A": Outcome.WITHDRAWN, "B": Outcome.ADMITTED}
