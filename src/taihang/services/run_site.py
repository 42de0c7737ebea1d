"""Runs a charging station through a day: planned each quarter, guarded each minute, checked, paid.

The plan of each quarter is a park problem like any other and is checked by the same referee; the
record of the day is checked by one of its own. A record that is refused is not paid.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.model import Solve
from taihang.core.dispatch.park_plan import ParkPlan, plan_of
from taihang.core.dispatch.recheck.judge import recheck
from taihang.core.dispatch.site.day_check import Fault, check_day
from taihang.core.dispatch.site.money import SessionBill, SiteResult, result_of, session_bills
from taihang.core.dispatch.site.outlook import Outlook, problem_at, set_points_of
from taihang.core.dispatch.site.run import DayRecord, SetPoints, State, at_once, run_day
from taihang.core.dispatch.site.station import Site
from taihang.core.dispatch.site.visits import SiteDay
from taihang.services.plan_park import Effort

SITE_FORMAT: Final = "taihang/site-day/v1"


@dataclass(frozen=True, slots=True, eq=False)
class Managed:
    """A day under one way of running the station."""

    record: DayRecord
    faults: tuple[Fault, ...]
    """What its referee found; nothing is paid then."""
    bills: tuple[SessionBill, ...]
    result: SiteResult | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A driver who did not get all: why, and what could still be had."""

    kind: str
    """``early``, ``reach`` or ``short``."""
    visit_id: str
    wanted_wh: int
    given_wh: int
    reach_wh: int
    """What could be had in the time that was told [Wh]."""
    told_min: int
    departure_min: int


@dataclass(frozen=True, slots=True, eq=False)
class SiteRun:
    """A station's day, and the same day without management."""

    site: Site
    on: date
    day: SiteDay
    first: ParkPlan | None
    """The plan of midnight, for the whole day."""
    managed: Managed
    plain: Managed
    notices: tuple[Notice, ...]

    @property
    def unplanned_quarters(self) -> int:
        """Quarters without a checked plan, in which the fast rule stood alone."""
        return sum(not one.is_planned for one in self.managed.record.set_points)


def run_site(outlook: Outlook, on: date, *, solve: Solve, effort: Effort) -> SiteRun:
    """Run a station through a day.

    Args:
        outlook: The station, its prices, and what the day brings.
        on: The day.
        solve: Solves a linear model.
        effort: How long each plan may take, and how near it has to be.

    Returns:
        The day, checked and paid, and the same day without management.
    """
    site, day = outlook.site, outlook.day
    # 1. With a plan each quarter, made from what was known then.
    record, first = _planned_day(outlook, solve=solve, effort=effort)
    # 2. The same day with everybody charging at once and the battery at rest.
    plain = run_day(site, day, decide=at_once)
    # 3. Both checked, and paid.
    return SiteRun(
        site=site,
        on=on,
        day=day,
        first=first,
        managed=_managed(record, outlook, on),
        plain=_managed(plain, outlook, on),
        notices=_notices(record, day),
    )


def _planned_day(
    outlook: Outlook, *, solve: Solve, effort: Effort
) -> tuple[DayRecord, ParkPlan | None]:
    plans = list[ParkPlan | None]()

    def decide(state: State) -> SetPoints:
        plan = _checked_plan(outlook, state, solve=solve, effort=effort)
        plans.append(plan)
        # Without a checked plan the fast rule stands alone, and the record says so.
        return at_once(state) if plan is None else set_points_of(plan, state, outlook)

    record = run_day(outlook.site, outlook.day, decide=decide)
    return record, plans[0]


def _checked_plan(
    outlook: Outlook, state: State, *, solve: Solve, effort: Effort
) -> ParkPlan | None:
    """Plan the rest of the day; what the referee refuses is no plan."""
    problem = problem_at(outlook, state)
    assembled = problem.assembled()
    found = solve_exactly(assembled, solve=solve, time_limit_s=effort.time_limit_s, gap=effort.gap)
    if found.solution.values is None:
        return None
    plan = plan_of(problem, assembled, found.solution.values)
    return plan if recheck(problem.echo(), plan.document()).accepted else None


def _managed(record: DayRecord, outlook: Outlook, on: date) -> Managed:
    faults = check_day(record, outlook.site, outlook.day)
    if faults:
        return Managed(record, faults, (), None)
    bills = session_bills(record, outlook.day, outlook.site.tariff_on(on))
    result = result_of(record, bills, site=outlook.site, purchase=outlook.purchase)
    return Managed(record, faults, bills, result)


def _notices(record: DayRecord, day: SiteDay) -> tuple[Notice, ...]:
    """Name every driver who did not get all, and what could be had in the time that was told."""
    found = list[Notice]()
    for one in day.visits:
        given_wh = sum(record.visit_wh(one.id))
        reach_wh = min(one.wanted_wh, one.minute_wh * (one.told_min - one.arrival_min))
        if given_wh == one.wanted_wh:
            continue
        kind = "short"
        if one.departure_min < one.told_min:
            kind = "early"
        elif reach_wh < one.wanted_wh:
            kind = "reach"
        found.append(
            Notice(
                kind=kind,
                visit_id=one.id,
                wanted_wh=one.wanted_wh,
                given_wh=given_wh,
                reach_wh=reach_wh,
                told_min=one.told_min,
                departure_min=one.departure_min,
            )
        )
    return tuple(found)


def site_document(run: SiteRun) -> dict[str, Json]:
    """Return a station's day as plain values."""
    return {
        "format": SITE_FORMAT,
        "site": run.site.terms.id,
        "day": run.on.isoformat(),
        "unplanned_quarters": run.unplanned_quarters,
        "turned_away": run.day.turned_away,
        "managed": _document(run.managed),
        "plain": _document(run.plain),
        "notices": [
            {
                "kind": one.kind,
                "visit": one.visit_id,
                "wanted_wh": one.wanted_wh,
                "given_wh": one.given_wh,
                "reach_wh": one.reach_wh,
                "told_min": one.told_min,
                "departure_min": one.departure_min,
            }
            for one in run.notices
        ],
    }


_FLOWS: Final = (
    "import_wh",
    "export_wh",
    "charge_wh",
    "discharge_wh",
    "curtailed_wh",
    "cut_wh",
    "short_wh",
)


def _document(managed: Managed) -> dict[str, Json]:
    record, result = managed.record, managed.result
    money = None
    if result is not None:
        money = {
            "electricity_cny": str(result.electricity_cny),
            "service_cny": str(result.service_cny),
            "export_cny": str(result.export_cny),
            "purchase_cny": str(result.purchase_cny),
            "demand_cny": str(result.demand_cny),
            "wear_cny": str(result.wear_cny),
            "total_cny": str(result.total_cny),
        }
    return {
        "faults": [{"rule": one.rule, "minute": one.minute} for one in managed.faults],
        "result": money,
        "sessions": [
            {
                "visit": one.visit.id,
                "charger": one.visit.charger,
                "booked": one.visit.is_booked,
                "arrival_min": one.visit.arrival_min,
                "departure_min": one.visit.departure_min,
                "wanted_wh": one.visit.wanted_wh,
                "energy_wh": one.energy_wh,
                "electricity_cny": str(one.electricity_cny),
                "service_cny": str(one.service_cny),
                "total_cny": str(one.total_cny),
            }
            for one in managed.bills
        ],
        "quarters": {name: list(record.quarters_wh(name)) for name in _FLOWS},
    }
