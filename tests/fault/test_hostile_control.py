"""Two hundred hostile scenarios: every cycle ends in time, says what it is, and is checked."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from hostile_cycles import LIES, HostileSolver, Scenario, hostile_window, scenarios
from rolling_park import PACE, HandClock, long_park, window
from taihang.core.dispatch.outlook import Measured
from taihang.core.dispatch.recheck.judge import recheck
from taihang.core.dispatch.stepping import Method
from taihang.core.dispatch.window import standing_of
from taihang.services import control
from taihang.services.control import Answer, Controller, Kind
from taihang.services.control_state import ControlStateError, state_bytes, state_of

ALL = scenarios()
FIRST = 30
"""The interval of the first cycle: the park is in the middle of its forty days."""


@dataclass
class Site:
    """A park that does as it is told, its controller, and the file between its runs."""

    controller: Controller
    solver: HostileSolver
    at: int = FIRST

    @classmethod
    def new(cls) -> "Site":
        clock = HandClock()
        solver = HostileSolver(clock)
        return cls(Controller(solver, monotonic_s=clock, pace=PACE), solver)

    def cycle(self, scenario: Scenario) -> Answer:
        """Run a cycle as a scenario has it."""
        self.solver.does = scenario.solver
        left = self.controller.remembered
        start = standing_of(long_park())
        measured = Measured(
            at_s=window(long_park(), self.at).horizon.start_s,
            level_ratio={**(start.level_ratio if left is None else left.level_ratio)},
            so_far_kw={**(start.so_far_kw if left is None else left.so_far_kw)},
            alarms=(),
        )
        if scenario.state is not None and left is not None:
            try:
                self.controller.remembered = state_of(scenario.state(state_bytes(left)))
            except ControlStateError:
                self.controller.remembered = None
        answer = self.controller.cycle(
            hostile_window(scenario, self.at), scenario.readings(measured)
        )
        self.at += 1
        return answer


CALM = Scenario(name="nothing odd")


def judge(answer: Answer, scenario: Scenario) -> None:
    """Demand what every answer must be, whatever happened."""
    # In time, by the clock that the cycle itself is given.
    assert answer.took_s <= PACE.deadline_s
    assert not answer.is_late
    # Something to do, in numbers, for every store.
    assert {"bat.charge_kw", "bat.discharge_kw"} <= set(answer.set_points)
    assert np.isfinite(list(answer.set_points.values())).all()
    # What the answer says of itself is what the referee says of its documents.
    verdict = recheck(answer.problem.echo(), answer.plan.document())
    assert verdict == answer.verdict
    if answer.kind is Kind.FALLBACK:
        assert answer.method in {Method.KEPT, Method.SAFE}
        assert answer.notices
        assert verdict.accepted or answer.method is Method.SAFE
    else:
        assert verdict.accepted
        assert scenario.may_plan
        assert answer.upper_cny is not None
        assert np.isfinite(answer.upper_cny)
        assert answer.kind is Kind.GAP or (answer.gap is not None and answer.gap <= 2e-6)
        assert answer.gap is None or np.isfinite(answer.gap)


def test_scenarios__are_two_hundred_and_more() -> None:
    assert len(ALL) >= 200
    assert sum(not one.may_plan for one in ALL) >= 80


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.name)
def test_cycle__ends_in_time_with_an_answer_that_says_what_it_is(scenario: Scenario) -> None:
    site = Site.new()
    for _ in range(0 if scenario.is_first else 2):
        assert site.cycle(CALM).kind is Kind.OPTIMAL
    judge(site.cycle(scenario), scenario)
    # Twice in a row, and then the world is calm again.
    judge(site.cycle(scenario), scenario)
    after = site.cycle(replace(CALM))
    judge(after, CALM)
    assert after.kind is Kind.OPTIMAL


@pytest.mark.parametrize("name", LIES)
def test_cycle__every_lie_of_a_solver_is_refused_by_the_referee(name: str) -> None:
    site = Site.new()
    answer = site.cycle(Scenario(name=name, solver=LIES[name], may_plan=False))

    assert [one.key for one in answer.notices] == ["plan-refused"]


@pytest.mark.parametrize(
    "fault", ["released unchecked", "late", "a vector of gaps", "a silent fallback"]
)
def test_judge__sees_a_fault_that_is_planted(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge above must not be blind: each planted fault makes it object."""
    scenario = Scenario(name=fault, solver=LIES["zeros"], may_plan=False)
    site = Site.new()
    honest = site.cycle(CALM).verdict
    if fault == "released unchecked":

        def nods(*documents: object) -> object:
            del documents
            return honest

        monkeypatch.setattr(control, "recheck", nods)
    answer = site.cycle(scenario)
    if fault == "late":
        answer = replace(answer, took_s=PACE.deadline_s + 0.1, is_late=True)
    if fault == "a vector of gaps":
        answer = replace(answer, set_points={**answer.set_points, "bat.charge_kw": np.nan})
    if fault == "a silent fallback":
        answer = replace(answer, notices=())

    with pytest.raises(AssertionError):
        judge(answer, scenario)
