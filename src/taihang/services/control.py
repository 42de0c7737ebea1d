"""Rolling control: every quarter of an hour, for ever, one cycle that always ends in time.

A cycle takes what was measured and what is forecast, plans the window, has the referee check the
plan, and answers ``optimal``, ``gap`` or ``fallback``. A fallback says which: first what the last
checked plan had for this interval, then the safe rule (``core.dispatch.safe``), each checked by the
referee on the interval that is about to begin. What is not known is said, never guessed in silence.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.thermal_store import ThermalStore
from taihang.core.dispatch.elastic import Breach
from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.model import LinearModel, Solution, Solve, SolveStatus
from taihang.core.dispatch.outlook import (
    Measured,
    Notice,
    Outlook,
    Remembered,
    outlook_of,
    present_of,
)
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.recheck.judge import ParkVerdict, recheck
from taihang.core.dispatch.safe import FOLLOWS, balanced, kept_wish, rest_wish
from taihang.core.dispatch.stepping import (
    NO_ANSWER,
    NOTHING,
    SHARE_FOR_PROOF,
    Method,
    Stepped,
    Stepper,
    planned,
)
from taihang.core.dispatch.window import stores_of

ANSWER_FORMAT: Final = "taihang/control-answer/v1"
_ROUNDING_RATIO: Final = 1e-9
"""Share of the cost below which upper and lower bound are the same: the rounding of sums [1]."""

_SEEN_KWH: Final = 1e-6


class Kind(StrEnum):
    """What an answer is."""

    OPTIMAL = "optimal"
    """A checked plan, proven to be the cheapest within the gap that was asked for."""
    GAP = "gap"
    """A checked plan that may cost more than the cheapest, by the gap that is told."""
    FALLBACK = "fallback"
    """No fresh plan: the method says what was done instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long a cycle may take, and how near to the best its plan has to be."""

    deadline_s: float
    """From the start of a cycle to its answer [s]."""
    reserve_s: float
    """What of it is kept for checking the plan, and for the fallback [s]."""
    gap: float
    """Relative gap to the proven bound at which a plan counts as the cheapest [1]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What the park does in the interval that begins, and how it was decided."""

    at_s: int
    """Start of the interval [s since 1970-01-01T00:00Z]."""
    kind: Kind
    method: Method
    set_points: Mapping[str, float]
    """By ``asset.flow_kw``: every flow of the interval [kW]."""
    plan: ParkPlan
    """The plan of the window, or of the interval alone for a fallback."""
    problem: ParkProblem
    """What the plan was checked against: the window, or the interval alone."""
    verdict: ParkVerdict
    """What the referee says of it. Only a fallback may be refused: then nothing better was left."""
    upper_cny: float | None
    """What the plan of the window costs; None for a fallback."""
    lower_cny: float | None
    """What no plan of the window can cost less than; None where nothing was proven."""
    notices: tuple[Notice, ...]
    """What was missing, odd or broken, and which rule was used for it."""
    took_s: float
    """From the start of the cycle to this answer [s]."""
    is_late: bool
    iterations: int
    switches: int

    @property
    def gap(self) -> float | None:
        """How far the plan may be from the best, as a share of its cost; None if nobody knows."""
        if self.upper_cny is None or self.lower_cny is None:
            return None
        return max(self.upper_cny - self.lower_cny, 0.0) / max(abs(self.upper_cny), 1.0)


class Controller:
    """Runs cycles, one after the other, and remembers the last checked plan.

    Args:
        stepper: Plans a window within a time.
        monotonic_s: Seconds that only rise; the deadline is counted by it.
        pace: How long, and how near.
        remembered: Where an earlier controller stood; None to start anew.
    """

    def __init__(
        self,
        stepper: Stepper,
        *,
        monotonic_s: Callable[[], float],
        pace: Pace,
        remembered: Remembered | None = None,
    ) -> None:
        self._stepper = stepper
        self._monotonic_s = monotonic_s
        self._pace = pace
        self.remembered = remembered

    def cycle(self, window: ParkProblem, measured: Measured) -> Answer:
        """Run one cycle.

        Args:
            window: The park over the window, with forecasts; a value that is not known is NaN.
                Where its stores start is not read: that is measured.
            measured: What was measured at its start.

        Returns:
            The answer; there always is one.
        """
        started_s = self._monotonic_s()
        # 1. What is known, what is not, and which rule fills in for it.
        outlook = outlook_of(window, measured, self.remembered)
        # 2. The plan, in the time that is left; a solver that fails is no answer, not a failure.
        notices = list(outlook.notices)
        stepped = self._solved(outlook, started_s, notices)
        # 3. The referee sees the documents, and nothing else.
        answer = self._released(outlook, stepped, notices)
        # 4. Without a plan: the last checked one, then the safe rule.
        if answer is None:
            answer = self._fallback(outlook, notices)
        # 5. What the next cycle may need of this one.
        self.remembered = _remembered(outlook, answer, self.remembered)
        took_s = self._monotonic_s() - started_s
        return replace(answer, took_s=took_s, is_late=took_s > self._pace.deadline_s)

    def _solved(self, outlook: Outlook, started_s: float, notices: list[Notice]) -> Stepped:
        """Plan the window in the time that is left; a failure of the solver is no answer."""
        pace = self._pace
        left_s = pace.deadline_s - pace.reserve_s - (self._monotonic_s() - started_s)
        if outlook.window is None:
            notices.append(Notice("present-unknown", {}))
            return NOTHING
        if left_s <= 0.0:
            notices.append(Notice("no-time", {}))
            return NOTHING
        try:
            stepped = self._stepper(outlook.window, time_limit_s=left_s, gap=pace.gap)
        except Exception as error:  # noqa: BLE001  # whatever fails in a solver, the park goes on
            why = str(error) or type(error).__name__
            notices.append(Notice("solver-failed", {"why": why}))
            return NOTHING
        if stepped.plan is None:
            key = "no-plan" if stepped.status is SolveStatus.INFEASIBLE else "no-answer"
            notices.append(Notice(key, {}))
            notices += [_breach(outlook.window, one) for one in stepped.breaches]
        return stepped

    def _released(self, outlook: Outlook, stepped: Stepped, notices: list[Notice]) -> Answer | None:
        """Have the plan of the window checked; None where there is none, or it is refused."""
        window, plan = outlook.window, stepped.plan
        if window is None or plan is None:
            return None
        verdict = recheck(window.echo(), plan.document())
        if not verdict.accepted:
            notices.append(_refusal("plan-refused", verdict))
            return None
        notices += [
            Notice("outside", {"asset": asset, "kwh": f"{kwh:,.1f}"})
            for asset, kwh in plan.outside_kwh.items()
            if kwh > _SEEN_KWH
        ]
        answer = _answer(outlook, _Checked(stepped.method, plan, window, verdict), notices)
        answer = replace(
            answer,
            upper_cny=_finite(stepped.upper_cny),
            lower_cny=_finite(stepped.lower_cny),
            iterations=stepped.iterations,
            switches=stepped.switches,
        )
        allowed = self._pace.gap + _ROUNDING_RATIO
        is_proven = answer.gap is not None and answer.gap <= allowed
        return replace(answer, kind=Kind.OPTIMAL if is_proven else Kind.GAP)

    def _fallback(self, outlook: Outlook, notices: list[Notice]) -> Answer:
        """Do what the last checked plan had, or what the safe rule says; both are checked."""
        step, more = present_of(outlook, self.remembered)
        notices += more
        kept = None if self.remembered is None else self.remembered.plan
        if outlook.kept_at is not None and kept is not None:
            checked = _checked(step, Method.KEPT, kept_wish(kept, at=outlook.kept_at))
            if checked.verdict.accepted:
                return _answer(outlook, checked, notices)
            notices.append(_refusal("kept-plan-refused", checked.verdict))
        checked = _checked(step, Method.SAFE, rest_wish(step))
        if not checked.verdict.accepted:
            notices.append(_refusal("safe-rule-refused", checked.verdict))
        return _answer(outlook, checked, notices)


@dataclass(frozen=True, slots=True, eq=False)
class _Checked:
    """A plan, what it was checked against, and what the referee says."""

    method: Method
    plan: ParkPlan
    problem: ParkProblem
    verdict: ParkVerdict


def _checked(step: ParkProblem, method: Method, wish: Mapping[str, float]) -> _Checked:
    plan = balanced(step, wish)
    return _Checked(method, plan, step, recheck(step.echo(), plan.document()))


def _finite(cny: float | None) -> float | None:
    """Return a bound that is a number; a solver may hand back others, and they bound nothing."""
    return cny if cny is not None and math.isfinite(cny) else None


def _answer(outlook: Outlook, checked: _Checked, notices: list[Notice]) -> Answer:
    n = checked.problem.horizon.n_steps
    return Answer(
        at_s=outlook.at_s,
        kind=Kind.FALLBACK,
        method=checked.method,
        set_points={
            name: float(values[0])
            for name, values in checked.plan.series.items()
            if len(values) == n and name.endswith("_kw") and not name.endswith(FOLLOWS)
        },
        plan=checked.plan,
        problem=checked.problem,
        verdict=checked.verdict,
        upper_cny=None,
        lower_cny=None,
        notices=tuple(notices),
        took_s=0.0,
        is_late=False,
        iterations=0,
        switches=0,
    )


def _breach(window: ParkProblem, breach: Breach) -> Notice:
    """Return a limit that stands in the way, for the sentences that a plan has for it."""
    words = {
        "kind": breach.kind,
        "time": "" if breach.step < 0 else window.horizon.clock(breach.step),
        "asset": breach.asset,
        "limit": f"{breach.limit:,.1f}",
        "needed": f"{breach.needed:,.1f}",
        "over": f"{abs(breach.needed - breach.limit):,.1f}",
        "energy": f"{breach.total_kwh:,.1f}",
        "intervals": str(breach.intervals),
    }
    return Notice("breach", words)


def _refusal(key: str, verdict: ParkVerdict) -> Notice:
    rules = ", ".join(f"{one.rule} {one.asset}".strip() for one in verdict.broken)
    return Notice(key, {"rules": rules})


def _remembered(outlook: Outlook, answer: Answer, before: Remembered | None) -> Remembered:
    """Return what the next cycle may need."""
    plan, is_fresh = answer.plan, answer.kind is not Kind.FALLBACK
    levels = {
        store.id: float(plan.series[f"{store.id}.energy_kwh"][0]) / full_kwh
        for store in stores_of(answer.problem)
        if (full_kwh := _full_kwh(store)) > 0.0
    }
    reached = dict(outlook.standing.so_far_kw)
    for asset in answer.problem.assets:
        if isinstance(asset, DemandCharge):
            flow = answer.set_points[f"{asset.grid}.{asset.direction}_kw"]
            reached[asset.id] = max(reached[asset.id], flow)
    kept = before if not is_fresh else None
    return Remembered(
        at_s=answer.at_s,
        level_ratio=levels,
        so_far_kw=reached,
        window=answer.problem if is_fresh else None if kept is None else kept.window,
        plan=plan if is_fresh else None if kept is None else kept.plan,
    )


def _full_kwh(store: Battery | ThermalStore) -> float:
    health = store.health_ratio if isinstance(store, Battery) else 1.0
    return store.energy_kwh.existing * health


def rebuilt(solve: Solve, *, monotonic_s: Callable[[], float]) -> Stepper:
    """Return the stepper that builds the model of every window anew.

    Args:
        solve: Solves a linear model.
        monotonic_s: Seconds that only rise: all rounds of a step share its time.
    """

    def step(window: ParkProblem, *, time_limit_s: float, gap: float) -> Stepped:
        assembled = window.assembled()
        now_s = monotonic_s()
        proof_s, end_s = now_s + SHARE_FOR_PROOF * time_limit_s, now_s + time_limit_s
        return planned(
            window,
            assembled,
            solve=in_time(solve, until_s=proof_s, monotonic_s=monotonic_s),
            last_solve=in_time(solve, until_s=end_s, monotonic_s=monotonic_s),
            time_limit_s=time_limit_s,
            gap=gap,
        )

    return step


def in_time(solve: Solve, *, until_s: float, monotonic_s: Callable[[], float]) -> Solve:
    """Return a solve whose rounds together end at an instant of the clock."""

    def within(model: LinearModel, *, time_limit_s: float, gap: float) -> Solution:
        left_s = min(time_limit_s, until_s - monotonic_s())
        return solve(model, time_limit_s=left_s, gap=gap) if left_s > 0.0 else NO_ANSWER

    return within


def answer_document(answer: Answer) -> dict[str, Json]:
    """Return an answer as plain values: what is written and sent."""
    return {
        "format": ANSWER_FORMAT,
        "at_s": answer.at_s,
        "kind": answer.kind.value,
        "method": answer.method.value,
        "set_points": dict(answer.set_points),
        "upper_cny": answer.upper_cny,
        "lower_cny": answer.lower_cny,
        "gap_ratio": answer.gap,
        "accepted": answer.verdict.accepted,
        "broken": [
            {"rule": one.rule, "asset": one.asset, "off": one.off} for one in answer.verdict.broken
        ],
        "checked_sha256": answer.plan.problem_sha256,
        "notices": [{"key": one.key, **one.words} for one in answer.notices],
        "took_s": answer.took_s,
        "is_late": answer.is_late,
        "iterations": answer.iterations,
        "switches": answer.switches,
    }
