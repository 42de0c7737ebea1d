"""Yearly account: the way to the peak of carbon, what really was, and the chance of each target."""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from typing import Final

from taihang.core.activity.amount import Amount, Known, Unknown
from taihang.core.activity.record import Flow
from taihang.core.errors import StateError
from taihang.core.park.peak_plan import PeakPlan
from taihang.core.pathway.chance import Chance, chances, draws_of
from taihang.core.pathway.path import (
    CNY_PER_10K,
    RULE,
    UNITS,
    ActualYear,
    TargetOutlook,
    YearPoint,
    outlook,
    pathway,
    peak_of,
)
from taihang.core.quantities import EXACT
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import ACCOUNT_FORMAT, PARK_SUBJECT, Draft
from taihang.services.indicator_account import ENERGY_ACCOUNT, PARK_INVENTORY, plain
from taihang.services.ports import Ports
from taihang.services.sight_rules import demand_whole
from taihang.services.year_amounts import Sources, YearAmounts

KIND: Final = "peak-pathway"
VALUE_ADDED: Final = ("value-added.base-prices",)
_CNY_PER: Final = {"CNY": 1, "10⁴CNY": CNY_PER_10K}


class NoPeakPlanError(StateError):
    """The park has no plan to reach the peak of carbon, or none for this year."""

    code = "state.no-peak-plan"


def drafts(period: str, *, ports: Ports, subjects: Iterable[str] | None = None) -> list[Draft]:
    """Draw up the way to the peak as it is seen at the end of a year; changes nothing.

    Args:
        period: The year, for example ``2026``.
        ports: The outside world.
        subjects: Only these; None means all. There is one, the park.

    Returns:
        One draft, ``peak-pathway.park.YYYY``; none where the park has no plan for that year.
    """
    demand_whole(ports, "the way of the park to its peak")
    plan = ports.park.peak
    if plan is None or int(period) not in plan.years:
        return []
    if subjects is not None and PARK_SUBJECT not in subjects:
        return []
    # 1. The plan, year by year.
    points = pathway(plan)
    # 2. What really was, up to this year.
    sources = Sources()
    actual = {
        year: _actual(year, sources, ports)
        for year in plan.years
        if plan.base.base_year < year <= int(period)
    }
    # 3. Every target: on the path, in truth, in trials.
    targets = outlook(plan, points, actual=actual)
    doubts = plan.uncertainty
    n_numbers = doubts.samples * draws_of(plan)
    draws = ports.uniform_numbers(doubts.seed, n_numbers).reshape(doubts.samples, -1)
    found = chances(plan, draws)
    # 4. As a statement.
    body = _body(plan, points, actual, int(period))
    body["targets"] = [_target(*pair) for pair in zip(targets, found, strict=True)]
    body["not_assessed"] = _not_assessed(actual)
    body["inputs"] = sources.document()
    body["code_version"] = ports.version
    return [Draft(KIND, PARK_SUBJECT, period, body)]


def demand_plan(period: str, *, ports: Ports) -> PeakPlan:
    """Return the plan of the park, or say what lacks.

    Raises:
        NoPeakPlanError: If there is none, or the year is outside it.
    """
    plan = ports.park.peak
    if plan is None or int(period) not in plan.years:
        known = "" if plan is None else f" of {plan.years[0]} to {plan.years[-1]}"
        raise NoPeakPlanError(
            given=f"{period}, and a park {'with a plan' + known if plan else 'without a plan'}",
            expected="a plan in park.toml that holds the year",
            remedy="write the tables [peak_…] (docs/park-toml.md), or ask for a year of the plan",
        )
    return plan


def _actual(year: int, sources: Sources, ports: Ports) -> ActualYear:
    amounts = YearAmounts(str(year), ports=ports)
    found = ActualYear(
        year=year,
        carbon=amounts.stated(PARK_INVENTORY, "value", unit="tCO2"),
        energy=amounts.stated(ENERGY_ACCOUNT, "equivalent_tce", unit="tce"),
        non_fossil=amounts.stated(ENERGY_ACCOUNT, "non_fossil_equivalent_tce", unit="tce"),
        value_added=_in_cny(amounts.sum_of(VALUE_ADDED, Flow.OUTPUT)),
    )
    sources.activities |= amounts.sources.activities
    sources.statements |= amounts.sources.statements
    return found


def _in_cny(amount: Amount) -> Amount:
    if isinstance(amount, Unknown):
        return amount
    scale = _CNY_PER.get(amount.unit)
    if scale is None:
        return Unknown("units-differ", f"{amount.unit}; CNY or 10⁴CNY")
    with localcontext(EXACT):
        return Known(amount.amount * scale, "CNY")


# -- the statement -------------------------------------------------------------------------------


def _body(
    plan: PeakPlan, points: tuple[YearPoint, ...], actual: dict[int, ActualYear], year: int
) -> dict[str, JsonValue]:
    by_year = {point.year: point for point in points}
    peak = peak_of(points)
    return {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        "value": plain(by_year[year].path_t),
        "unit": "tCO2",
        "base_year": plan.base.base_year,
        "actual_t": _known(actual[year].carbon if year in actual else Unknown("base-year")),
        "gap_t": plain(_gap(by_year[year], actual.get(year))),
        "peak_year": peak.year,
        "peak_t": plain(peak.path_t),
        "lines": [_year(point, actual.get(point.year)) for point in points],
        "classes": [
            {"id": one.id, "zh": one.name_zh, "en": one.name_en} for one in plan.classes.values()
        ],
        "doubts": _doubts(plan),
        "factors": [],
    }


def _year(point: YearPoint, actual: ActualYear | None) -> dict[str, JsonValue]:
    return {
        "year": point.year,
        "bau_t": plain(point.bau_t),
        "wedges_t": {name: plain(t) for name, t in point.wedges_t.items()},
        "path_t": plain(point.path_t),
        "energy_tce": plain(point.energy_tce),
        "non_fossil_tce": plain(point.non_fossil_tce),
        "value_added_cny": plain(point.value_added_cny),
        "indicators": {which.value: plain(point.indicator(which)) for which in UNITS},
        "actual_t": None if actual is None else _known(actual.carbon),
        "gap_t": plain(_gap(point, actual)),
    }


def _gap(point: YearPoint, actual: ActualYear | None) -> Decimal | None:
    """Carbon above the path [tCO2]."""
    if actual is None or isinstance(actual.carbon, Unknown):
        return None
    with localcontext(EXACT):
        return actual.carbon.amount - point.path_t


def _known(amount: Amount) -> str | None:
    return plain(amount.amount) if isinstance(amount, Known) else None


def _target(one: TargetOutlook, chance: Chance) -> dict[str, JsonValue]:
    low, high = chance.bounds_ratio
    return {
        "id": one.target.id,
        "indicator": one.target.indicator.value,
        "year": one.target.year,
        "unit": UNITS[one.target.indicator],
        "target": plain(one.target.value),
        "planned": plain(one.planned),
        "met_on_path": one.is_met_on_path,
        "actual": _known(one.actual),
        "met": one.is_met,
        "probability": plain(chance.probability_ratio),
        "standard_error": plain(chance.standard_error_ratio),
        "low": plain(low),
        "high": plain(high),
        "after_quarter_half_all": [plain(share) for share in chance.shares_ratio],
        "settled": chance.has_settled,
        "source": one.target.source,
    }


def _doubts(plan: PeakPlan) -> dict[str, JsonValue]:
    doubts = plan.uncertainty
    return {
        "samples": doubts.samples,
        "seed": doubts.seed,
        "activity": [plain(doubts.activity_low_ratio), "0", plain(doubts.activity_high_ratio)],
        "structure": [plain(doubts.structure_low_ratio), "0", plain(doubts.structure_high_ratio)],
        "delay_years": [
            plain(years)
            for years in (doubts.delay_low_years, doubts.delay_mode_years, doubts.delay_high_years)
        ],
        "effect": [
            plain(ratio)
            for ratio in (
                doubts.effect_low_ratio,
                doubts.effect_mode_ratio,
                doubts.effect_high_ratio,
            )
        ],
        "source": doubts.source,
    }


def _not_assessed(actual: dict[int, ActualYear]) -> list[JsonValue]:
    """Name what is not known of the years that are over."""
    return [
        {"what": f"{year} {name}", "reason": amount.reason, "detail": amount.detail}
        for year, of in actual.items()
        for name, amount in (
            ("carbon", of.carbon),
            ("energy", of.energy),
            ("non_fossil", of.non_fossil),
            ("value_added", of.value_added),
        )
        if isinstance(amount, Unknown)
    ]
