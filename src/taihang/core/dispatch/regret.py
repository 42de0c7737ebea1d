"""What perfect foresight would have saved, taken apart: control, model, forecast, look-ahead.

Four replays of the same measured span, each with one more thing made perfect (docs/regret.md).
Each has its *excess*: its bill less that of perfect foresight from the same start to the same end,
so that energy left in a store is worth what can still be done with it. The parts are the
differences of the excesses from one replay to the next, so they sum to the regret by themselves;
every bill is rounded to the fen before anything is subtracted, so they do it exactly (§6).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, Final, cast

from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.follow import (
    Exactly,
    Followed,
    SetPoints,
    checked,
    ending_at,
    follow,
    set_points_of,
)
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.park_problem import Asset, ParkProblem
from taihang.core.quantities import to_fen

_FORECAST: Final[Mapping[type[object], tuple[str, ...]]] = {
    Load: ("load_kw",),
    Plant: ("available_ratio",),
    Grid: ("import_price_cny_per_kwh", "export_price_cny_per_kwh"),
}
"""Fields that a plan can only expect."""
_PHYSICS: Final = (
    "charge_kw",
    "discharge_kw",
    "energy_kwh",
    "charge_efficiency_ratio",
    "discharge_efficiency_ratio",
    "standing_loss_ratio_per_h",
    "soc_min_ratio",
    "soc_max_ratio",
    "soc_start_ratio",
    "health_ratio",
)
"""Fields in which a battery can be other than its plan thought."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One replay in money."""

    bill_cny: Decimal
    """What it cost [CNY]."""
    floor_cny: Decimal
    """What perfect foresight pays from the same start to the same end [CNY]."""

    @property
    def excess_cny(self) -> Decimal:
        """What it cost more than it had to; never below 0 but for the last fen [CNY]."""
        return self.bill_cny - self.floor_cny


@dataclass(frozen=True, slots=True)
class Parts:
    """Why a span cost more than it had to; the five sum to ``regret_cny`` exactly."""

    control_cny: Decimal
    """Set-points that were not followed, or came from a fallback [CNY]."""
    model_cny: Decimal
    """Stores that are other than the plan thought [CNY]."""
    forecast_cny: Decimal
    """Load, sun, wind and prices that came otherwise [CNY]."""
    look_ahead_cny: Decimal
    """A plan that ends before the span does, or asks for another end [CNY]."""
    unplanned_cny: Decimal
    """All that a span without a plan lost: nobody can say why [CNY]."""

    @property
    def regret_cny(self) -> Decimal:
        """The sum [CNY]."""
        return sum((getattr(self, one.name) for one in fields(self)), Decimal(0))

    def __add__(self, other: "Parts") -> "Parts":
        """Sum two spans part by part."""
        return Parts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Legs:
    """The replays of a span, the real one first, each with one more thing made perfect."""

    done: Leg
    told: Leg
    physical: Leg
    informed: Leg

    @property
    def parts(self) -> Parts:
        """The differences from one to the next."""
        return Parts(
            control_cny=self.done.excess_cny - self.told.excess_cny,
            model_cny=self.told.excess_cny - self.physical.excess_cny,
            forecast_cny=self.physical.excess_cny - self.informed.excess_cny,
            look_ahead_cny=self.informed.excess_cny,
            unplanned_cny=Decimal("0.00"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """A span of one plan, replayed."""

    legs: Legs
    done: Followed
    perfect: ParkPlan
    idle_cny: Decimal | None
    """What the park would have paid without moving anything; None where that is not possible."""


def replay_plan(
    planned: ParkProblem,
    told: SetPoints,
    *,
    actual: ParkProblem,
    measured: SetPoints,
    exactly: Exactly,
) -> Replayed:
    """Replay a span that one plan was made for.

    Args:
        planned: The problem that was planned: forecasts, and batteries as the plan thought them.
        told: The set-points of the plan that was released.
        actual: The same park with what was measured, and batteries as they are.
        measured: What the batteries did.
        exactly: Solves a problem.

    Returns:
        The replays and their parts.

    Raises:
        NoReplayError: If what was measured is not possible within the limits of the park.
    """
    # 1. What was done, and what the plan would have led to if it had been followed.
    done = follow(actual, measured, exactly=exactly)
    told_done = follow(actual, told, exactly=exactly)
    # 2. The plan made again, first knowing the stores, then knowing the day as well.
    physical = _again(with_physics(planned, actual), actual, exactly=exactly)
    informed = _again(informed_of(planned, actual), actual, exactly=exactly)
    # 3. Each against perfect foresight to its own end.
    perfect = perfect_plan(actual, done.end_kwh, exactly=exactly)
    legs = Legs(
        done=Leg(cny(done.plan.total_cny), cny(perfect.total_cny)),
        told=leg_of(told_done, actual, exactly=exactly),
        physical=leg_of(physical, actual, exactly=exactly),
        informed=leg_of(informed, actual, exactly=exactly),
    )
    return Replayed(legs, done, perfect, idle_cny(actual, exactly=exactly))


def perfect_plan(
    actual: ParkProblem, end_kwh: Mapping[str, float], *, exactly: Exactly
) -> ParkPlan:
    """Return the cheapest way to run a measured span that leaves at least this in the stores.

    Raises:
        NoReplayError: If there is none, or the referee refuses it.
    """
    problem = ending_at(actual, end_kwh)
    return checked(problem, problem.assembled(), exactly=exactly)


def leg_of(followed: Followed, actual: ParkProblem, *, exactly: Exactly) -> Leg:
    """Return a replay in money: its bill, and what perfect foresight pays to its own end."""
    floor = perfect_plan(actual, followed.end_kwh, exactly=exactly)
    return Leg(cny(followed.plan.total_cny), cny(floor.total_cny))


def idle_cny(actual: ParkProblem, *, exactly: Exactly) -> Decimal | None:
    """Return the bill of a measured span in which nothing is moved; None where none balances."""
    found = exactly(actual.assembled(is_idle=True)).solution
    if found.objective is None:
        return None
    return cny(found.objective + actual.assembled(is_idle=True).fixed_cny)


def cny(total_cny: float) -> Decimal:
    """Return money of a plan as money of an account, to the fen [CNY]."""
    return to_fen(Decimal(repr(float(total_cny))))


def with_physics(planned: ParkProblem, actual: ParkProblem) -> ParkProblem:
    """Return a planned problem whose batteries are, and hold, what they really did."""
    return _taking(planned, actual, {Battery: _PHYSICS})


def informed_of(planned: ParkProblem, actual: ParkProblem) -> ParkProblem:
    """Return a planned problem that knows the batteries and what was to come.

    A load that the plan did not think of, at a bus that it has, is known then as well.
    """
    known = _taking(planned, actual, {Battery: _PHYSICS, **_FORECAST})
    ids = {asset.id for asset in known.assets}
    more = (one for one in actual.assets if isinstance(one, Load) and one.id not in ids)
    return ParkProblem(known.horizon, (*known.assets, *(one for one in more if one.bus in ids)))


def reaching(problem: ParkProblem, so_far_kw: Mapping[str, float]) -> ParkProblem:
    """Return a problem whose demand charges count from what a month has reached.

    Args:
        problem: The problem.
        so_far_kw: By demand charge. [kW]
    """
    return ParkProblem(
        problem.horizon,
        tuple(
            replace(asset, so_far_kw=so_far_kw[asset.id])
            if isinstance(asset, DemandCharge)
            else asset
            for asset in problem.assets
        ),
    )


def _again(planned: ParkProblem, actual: ParkProblem, *, exactly: Exactly) -> Followed:
    plan = checked(planned, planned.assembled(), exactly=exactly)
    return follow(actual, set_points_of(plan, planned), exactly=exactly)


def _taking(
    planned: ParkProblem, actual: ParkProblem, names: Mapping[type[object], tuple[str, ...]]
) -> ParkProblem:
    """Return a problem with some fields of the assets of another, matched by id."""
    real = {asset.id: asset for asset in actual.assets}
    return ParkProblem(
        planned.horizon,
        tuple(_taken(one, real.get(one.id), names.get(type(one), ())) for one in planned.assets),
    )


def _taken(asset: Asset, real: Asset | None, names: tuple[str, ...]) -> Asset:
    if real is None or not names:
        return asset
    changes = {name: getattr(real, name) for name in names}
    return cast("Asset", replace(cast("Any", asset), **changes))
