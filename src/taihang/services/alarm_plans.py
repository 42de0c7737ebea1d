"""Alarms of plans: one that is missing, one that was not followed, demand above what it expects."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from taihang.core.alarm.condition import (
    Cause,
    CauseKind,
    Condition,
    Episode,
    episodes,
    found,
    stretches,
)
from taihang.core.alarm.rule import AlarmRule, Priority
from taihang.core.alarm.state import Unwatched
from taihang.core.facts import FactOutOfForceError
from taihang.core.market.demand import contract_demand_kw
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.park.topology import Direction
from taihang.core.periods import STEP_S, Period, days
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.services.alarm_balance import ending
from taihang.services.alarm_scene import W_PER_STEP_WH, Scene
from taihang.services.billed_use import BilledUser, billed_grids, billed_users, terms_of
from taihang.services.decisions import Decisions
from taihang.services.planned import Planned, ordered_w, planned_of
from taihang.services.regret_day import plan_of_day

Found: TypeAlias = Condition | Unwatched
_MISSING_DAYS_MOST: Final = 400
"""So far back days without a plan are looked for."""
_CENT: Final = Decimal("0.01")
_BALANCE: Final = Cause(CauseKind.BALANCE, "")


def plan_alarms(scene: Scene, decisions: Decisions) -> Iterator[Found]:
    """Yield what is wrong with plans and with what they promise.

    Args:
        scene: The park at an instant.
        decisions: What people decided of the plans.
    """
    names = scene.plans
    batteries = [one for one in scene.park.batteries.values() if one.in_service.covers(scene.today)]
    if not batteries:
        yield Unwatched(AlarmRule.PLAN_MISSING, "no-battery")
    elif not names:
        yield Unwatched(AlarmRule.PLAN_MISSING, "no-plan-ever")
    else:
        yield from _missing(names, scene)
    for number, period in enumerate(scene.months):
        plans = _plans_of(period, names, scene)
        if plans:
            yield from _not_followed(plans, number, decisions, scene)
            yield from _above_expected(plans, number, scene)
    yield from _above_contract(scene)


# -- missing --------------------------------------------------------------------------------------


def _missing(names: Mapping[date, str], scene: Scene) -> Iterator[Condition]:
    """Yield the days that had no plan when it was due, one alarm for days in a row."""
    tomorrow = scene.today + timedelta(days=1)
    first = max(min(names), tomorrow - timedelta(days=_MISSING_DAYS_MOST))
    n_days = (tomorrow - first).days + 1
    without = [
        day
        for day in (first + timedelta(days=at) for at in range(n_days))
        if day not in names and _due_s(day, scene) <= scene.now_s
    ]
    starts_s = [_due_s(day, scene) for day in without]
    ends_s = [days(day, 1, scene.park.zone).end_s for day in without]
    for stretch in stretches(starts_s, ends_s, apart_s=1):
        if stretch.end_s < scene.since_s:
            continue
        last = without[int(stretch.where[-1])]
        one = found(
            AlarmRule.PLAN_MISSING,
            PARK_SUBJECT,
            stretch.start_s,
            cause=Cause(CauseKind.PLAN, last.isoformat()),
        )
        values = (
            ("day", last.isoformat()),
            ("first_day", without[int(stretch.where[0])].isoformat()),
            ("days", stretch.n),
            ("since_at_s", stretch.start_s),
        )
        lasts = stretch.end_s > scene.now_s
        end_s = None if lasts else stretch.end_s
        yield replace(one, values=values, n=stretch.n, last_s=stretch.last_s, end_s=end_s)


def _due_s(day: date, scene: Scene) -> int:
    """Return when the plan of a day is due: at a local hour of the day before [s]."""
    before = day - timedelta(days=1)
    midnight = datetime(before.year, before.month, before.day, tzinfo=scene.park.zone)
    return int((midnight + timedelta(hours=scene.limits.plan_due_h)).timestamp())


# -- followed -------------------------------------------------------------------------------------


def _plans_of(period: Period, names: Mapping[date, str], scene: Scene) -> dict[date, Planned]:
    """Return the plans of the days of a month: of several versions the one that was in time."""
    first, last = scene.local(period.start_s).date(), scene.local(period.end_s - 1).date()
    plans = dict[date, Planned]()
    for day, name in names.items():
        if not first <= day <= last:
            continue
        latest = scene.ports.registry.statement(name)
        # Of most days there is one version, and none has to be looked for.
        counted = plan_of_day(day, ports=scene.ports) if latest.version > 1 else latest
        plans[day] = planned_of(counted or latest)
    return plans


def _not_followed(
    plans: Mapping[date, Planned], number: int, decisions: Decisions, scene: Scene
) -> Iterator[Condition]:
    """Yield when the stores together did something else than they were told, for long enough."""
    period = scene.months[number]
    told_w = np.zeros(period.n_steps, np.int64)
    known = np.zeros(period.n_steps, np.bool_)
    for plan in plans.values():
        part = _part(plan, period)
        if part is None:
            continue
        orders = decisions.standing(plan.issued).orders
        told_w[part] = sum(ordered_w(plan, orders).values())
        known[part] = True
    done_w, there = _done(number, scene)
    rated_w = int(sum(one.power_kw for one in scene.park.batteries.values()) * WH_PER_KWH)
    off_w = np.abs(done_w - told_w)
    allowed_w = int(scene.limits.followed_within_ratio * rated_w)
    least = int(scene.limits.followed_within_h * SECONDS_PER_HOUR) // STEP_S
    off = known & there & (off_w > allowed_w)
    for episode in episodes(off, period=period, apart_s=scene.apart_s):
        if len(episode.where) < least:
            continue
        one = _departure(episode, off_w, allowed_w, scene)
        yield ending(one, episode, period)


def _departure(
    episode: Episode, off_w: NDArray[np.int64], allowed_w: int, scene: Scene
) -> Condition:
    day = scene.local(episode.start_s).date().isoformat()
    cause = Cause(CauseKind.PLAN, day)
    one = found(AlarmRule.PLAN_NOT_FOLLOWED, PARK_SUBJECT, episode.start_s, cause=cause)
    values = (
        ("day", day),
        ("found_w", int(off_w[episode.where].max())),
        ("limit_w", allowed_w),
        ("missed_wh", int(off_w[episode.where].sum()) // W_PER_STEP_WH),
        ("intervals", len(episode.where)),
        ("since_at_s", episode.start_s),
    )
    return replace(one, values=values)


def _part(plan: Planned, period: Period) -> slice | None:
    """Return where the day of a plan lies in a month; None where not all of it is known yet."""
    first = (plan.start_s - period.start_s) // STEP_S
    last = first + len(plan.series_w("charge_w"))
    return slice(first, last) if first >= 0 and last <= period.n_steps else None


def _done(number: int, scene: Scene) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return what the stores did, charging positive [W], and where it is known."""
    meters = scene.park.meters.values()
    charge_w, has_charge = scene.power_of(
        [one for one in meters if one.measures is Direction.CHARGE], number
    )
    discharge_w, has_discharge = scene.power_of(
        [one for one in meters if one.measures is Direction.DISCHARGE], number
    )
    return charge_w - discharge_w, has_charge & has_discharge


# -- demand ---------------------------------------------------------------------------------------


def _above_expected(
    plans: Mapping[date, Planned], number: int, scene: Scene
) -> Iterator[Condition]:
    """Yield when the park drew more than its plans expected the month to reach at most.

    What lies above costs the price of demand of the whole month; a plan that expected it would
    have seen to it.
    """
    rows, period = scene.balances[number].get("import"), scene.months[number]
    if rows is None:
        return
    limit_w = np.full(period.n_steps, np.iinfo(np.int64).max)
    prices = np.zeros(period.n_steps)
    for plan in plans.values():
        peaks = plan.month_peaks
        if len(peaks) == 1:
            # It stands until the next plan of the month says otherwise.
            first = max((plan.start_s - period.start_s) // STEP_S, 0)
            limit_w[first:] = int(float(peaks[0]["expected_kw"]) * WH_PER_KWH) + 1
            prices[first:] = float(peaks[0]["price_cny_per_kw"])
    drawn_w = np.zeros(period.n_steps, np.int64)
    at = (rows["time_s"] - period.start_s) // STEP_S
    drawn_w[at] = np.where(rows["closed"] != 0, rows["wh"], 0) * W_PER_STEP_WH
    for episode in episodes(drawn_w > limit_w, period=period, apart_s=scene.apart_s):
        worst = episode.where[int(np.argmax(drawn_w[episode.where]))]
        over_kw = Decimal(int(drawn_w[worst] - limit_w[worst])) / WH_PER_KWH
        worth = (over_kw * Decimal(str(prices[worst]))).quantize(_CENT)
        one = found(AlarmRule.DEMAND_OVER, PARK_SUBJECT, episode.start_s, cause=_BALANCE)
        values = (
            ("subject", PARK_SUBJECT),
            ("found_w", int(drawn_w[worst])),
            ("limit_w", int(limit_w[worst])),
            ("basis", "expected"),
            ("since_at_s", episode.start_s),
        )
        yield ending(replace(one, values=values, worth_cny=str(worth)), episode, period)


def _above_contract(scene: Scene) -> Iterator[Found]:
    """Yield who drew more than a contract demand allows without paying double."""
    users = [*billed_users(scene.park), *billed_grids(scene.park)]
    for user in users:
        if user.at.contract_demand_kw is None:
            continue
        for number, period in enumerate(scene.months):
            try:
                limit_w = _contract_w(user, period, scene)
            except FactOutOfForceError:
                yield Unwatched(AlarmRule.DEMAND_OVER, "no-demand-rule", (("subject", user.id),))
                continue
            if limit_w is not None:
                yield from _over_contract(user.id, limit_w, number, scene)


def _contract_w(user: BilledUser, period: Period, scene: Scene) -> int | None:
    """Return what may be reached under a contract demand; None where demand is not charged."""
    terms = terms_of(user, period, scene.ports)
    if terms.contract_demand_kw is None:
        return None
    rules = terms.transmission.rules
    counted = contract_demand_kw(
        terms.contract_demand_kw,
        transformer_kva=Decimal(str(user.at.transformer_kva)),
        rules=rules,
    )
    return int(counted * rules.contract_excess.value * WH_PER_KWH)


def _over_contract(user: str, limit_w: int, number: int, scene: Scene) -> Iterator[Condition]:
    period = scene.months[number]
    wanted = Direction.IMPORT if user in scene.park.grids else Direction.CONSUMPTION
    meters = [
        one for one in scene.park.meters.values() if one.node == user and one.measures is wanted
    ]
    drawn_w, there = scene.power_of(meters, number)
    drawn_w = drawn_w - _by_line_w(user, number, scene)
    for episode in episodes(there & (drawn_w > limit_w), period=period, apart_s=scene.apart_s):
        is_grid = user in scene.park.grids
        cause = Cause(CauseKind.GRID if is_grid else CauseKind.USER, user)
        one = found(AlarmRule.DEMAND_OVER, user, episode.start_s, cause=cause)
        values = (
            ("subject", user),
            ("found_w", int(drawn_w[episode.where].max())),
            ("limit_w", limit_w),
            ("basis", "contract"),
            ("since_at_s", episode.start_s),
        )
        one = replace(one, values=values, priority=Priority.HIGH)
        yield ending(one, episode, period)


def _by_line_w(user: str, number: int, scene: Scene) -> NDArray[np.int64]:
    """Return what came over dedicated lines, which bypass the user's own grid meter [W]."""
    period = scene.months[number]
    line_w = np.zeros(period.n_steps, np.int64)
    rows = scene.ports.lake.read("matching", period, user).get(("user", user))
    if rows is not None:
        at = (rows["time_s"] - period.start_s) // STEP_S
        line_w[at] = rows["line_wh"] * W_PER_STEP_WH
    return line_w
