"""The verdict: accepted, or refused with every rule that is broken, at its worst interval.

The referee re-simulates from the documents alone: what every asset does against what it may do,
the balance of every bus, the energy in every store, the ratios, the promises and the bill. It
uses no solver, no numpy and nothing of the model. A deviation of a millionth of a kWh, or of a
fen, counts as none.
"""

import hashlib
import json
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from taihang.core.dispatch.recheck.bill import due, go_through_bill, go_through_rules
from taihang.core.dispatch.recheck.case import (
    AGREE_CNY,
    AGREE_KWH,
    FLOAT_RATIO,
    Case,
    Document,
    Finding,
    UnreadableError,
)
from taihang.core.dispatch.recheck.physics import Tested, go_through_assets, go_through_buses
from taihang.core.dispatch.recheck.stores import go_through_stores

_MONEY: Final = frozenset(("bill", "bill-total", "worse-than-idle"))
_KNOWN: Final = "taihang/park-plan/v1"
_MONEY_RATIO: Final = 1e-6
"""Share of the bill that a plan may cost more than doing nothing: the gap it was solved to [1]."""


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that a plan breaks for one asset, at its worst interval."""

    rule: str
    asset: str
    step: int
    """The interval, −1 where the whole horizon is meant."""
    given: float
    limit: float
    off: float
    """By how much, in kWh or CNY."""
    intervals: int
    """In how many intervals."""


@dataclass(frozen=True, slots=True)
class ParkVerdict:
    """What the referee says of a plan."""

    broken: tuple[Broken, ...]
    total_cny: float | None
    """The bill as the referee computes it; None where the plan cannot be read."""
    agrees_kwh: float
    """The largest deviation of any energy, broken or not [kWh]."""
    agrees_cny: float
    """The largest deviation of any line of the bill [CNY]."""

    @property
    def accepted(self) -> bool:
        """Whether the plan may be used."""
        return not self.broken


def recheck(problem: Document, plan: Document, *, idle: Document | None = None) -> ParkVerdict:
    """Re-simulate a plan and say whether it may be used.

    Args:
        problem: The echoed problem.
        plan: The plan's document, from whatever source.
        idle: The document of doing nothing, if that is possible: no plan may cost more.

    Returns:
        The verdict.
    """
    case = Case(problem, plan)
    try:
        findings = _findings(case)
        total_cny = math.fsum(due(case).values())
    except UnreadableError as error:
        return _verdict([error.finding], None, allowed_kwh=0.0)
    if idle is not None:
        findings += _against_idle(problem, idle, total_cny)
    return _verdict(findings, total_cny, allowed_kwh=AGREE_KWH + FLOAT_RATIO * _turnover(findings))


def digest_of(problem: Document) -> str:
    """Return the SHA-256 of a problem's canonical JSON, by which a plan names it."""
    text = json.dumps(problem, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _findings(case: Case) -> list[Finding]:
    """Go through everything; a kept rule is a finding too."""
    if case.plan.get("format") != _KNOWN:
        raise UnreadableError(Finding("format", "", -1, 0.0, 1.0, math.inf))
    if case.plan.get("problem_sha256") != digest_of(case.problem):
        raise UnreadableError(Finding("problem", "", -1, 0.0, 1.0, math.inf))
    tested = Tested(case)
    go_through_assets(tested)
    go_through_stores(tested)
    go_through_buses(tested)
    go_through_rules(tested)
    go_through_bill(tested)
    return tested.findings


def _against_idle(problem: Document, idle: Document, total_cny: float) -> list[Finding]:
    """Demand that a plan costs no more than doing nothing, where that itself keeps every rule."""
    verdict = recheck(problem, {**idle, "is_idle": False, "is_measure": True})
    if not verdict.accepted or verdict.total_cny is None:
        return []
    off = total_cny - verdict.total_cny
    allowed = abs(verdict.total_cny) * _MONEY_RATIO
    return [Finding("worse-than-idle", "", -1, total_cny, verdict.total_cny, off - allowed)]


def _turnover(findings: list[Finding]) -> float:
    """Return the largest energy that was looked at: floats round in proportion to it."""
    sizes = (abs(one.limit) for one in findings if one.rule not in _MONEY)
    return max((size for size in sizes if math.isfinite(size)), default=0.0)


def _verdict(
    findings: list[Finding], total_cny: float | None, *, allowed_kwh: float
) -> ParkVerdict:
    groups = defaultdict[tuple[str, str], list[Finding]](list)
    for one in findings:
        allowed = AGREE_CNY if one.rule in _MONEY else allowed_kwh
        if not one.off <= allowed:
            groups[one.rule, one.asset].append(one)
    broken = [_worst(group) for group in groups.values()]
    energies = [one.off for one in findings if one.rule not in _MONEY]
    money = [one.off for one in findings if one.rule in _MONEY]
    return ParkVerdict(
        broken=tuple(broken),
        total_cny=total_cny,
        agrees_kwh=max([0.0, *energies]),
        agrees_cny=max([0.0, *money]),
    )


def _worst(group: list[Finding]) -> Broken:
    worst = max(group, key=lambda one: one.off)
    return Broken(
        rule=worst.rule,
        asset=worst.asset,
        step=worst.step,
        given=worst.given,
        limit=worst.limit,
        off=worst.off,
        intervals=len({one.step for one in group}),
    )
