"""Account of a year or month: greenhouse gases of each enterprise, scope 2 three ways.

Fuel, processes, gases and heat come from activity data, electricity from the matched load of the
monthly statements. A year is whole, and has a value, when nothing lacks; until then ``assessed_t``
says what is known and ``not_assessed`` what is not. See docs/carbon.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from typing import Final

from taihang.core.activity.amount import Unknown
from taihang.core.activity.book import ActivityBook
from taihang.core.carbon.inventory import Line
from taihang.core.carbon.scope2 import (
    Claim,
    Instrument,
    Scope2View,
    location_based,
    market_based,
)
from taihang.core.carbon.uncertainty import Doubted, propagated
from taihang.core.facts import Fact, FactOutOfForceError
from taihang.core.periods import year as year_period
from taihang.core.quantities import EXACT, KG_PER_T
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.statement import fact_document
from taihang.services.account import (
    ACCOUNT_FORMAT,
    NON_FOSSIL,
    Draft,
    grid_factor,
)
from taihang.services.carbon_inputs import (
    Found,
    Gap,
    SourceLine,
    SubjectYear,
    doubt_of,
    months_of_stay,
    stay_of,
)
from taihang.services.metered_electricity import whole_number
from taihang.services.ports import Ports
from taihang.standards import mee_grid_factors
from taihang.standards.sector_methods import Chosen, method_of

KIND: Final = "inventory"
RULE: Final = "gbt-32150/v2"
MARKET_STATEMENT: Final = "scope2-market"
_METER: Final = "metered-electricity"


@dataclass(slots=True)
class MatchedYear:
    """The matched electricity of one user over the settled months of a year."""

    load_wh: int = 0
    line_wh: int = 0
    pool_wh: int = 0
    estimated_wh: int = 0
    statements: list[str] = field(default_factory=list[str])
    gaps: list[Gap] = field(default_factory=list[Gap])


def drafts(period: str, *, ports: Ports, subjects: Iterable[str] | None = None) -> list[Draft]:
    """Draw up the inventories of a year, or of a month with the factors of its year.

    Changes nothing.

    Args:
        period: The year, for example ``2026``, or the month, ``2026-08``.
        ports: The outside world.
        subjects: Only these enterprises; None means all that were in the park in that year.

    Returns:
        One draft ``inventory.{enterprise}.YYYY`` each, in the order of the park file.
    """
    wanted = None if subjects is None else set(subjects)
    records = ActivityBook(ports.registry.activity_records())
    return [
        Draft(KIND, name, period, _body(name, period, records, ports))
        for name, enterprise in ports.park.enterprises.items()
        if (wanted is None or name in wanted) and months_of_stay(enterprise.in_service, period)
    ]


def matched_year(subject: str, period: str, *, ports: Ports) -> MatchedYear:
    """Add up the monthly statements of matched load of one user.

    Args:
        subject: An enterprise or a station.
        period: For example ``2026``, or ``2026-08``.
        ports: The outside world.

    Returns:
        The sums, and every month of its stay that is not stated or not whole.
    """
    found = MatchedYear()
    lacking: list[str] = []
    for name in months_of_stay(stay_of(subject, ports.park), period):
        series = f"{MARKET_STATEMENT}.{subject}.{name}"
        stated = ports.registry.latest_statements(name, {MARKET_STATEMENT})
        issued = next((one for one in stated if one.series == series), None)
        body = None if issued is None else load_canonical(issued.document.encode())
        if issued is None or not isinstance(body, dict):
            lacking.append(name)
            continue
        found.statements.append(issued.id)
        found.load_wh += whole_number(body, "load_wh")
        found.line_wh += whole_number(body, "line_wh")
        found.pool_wh += whole_number(body, "pool_wh")
        found.estimated_wh += whole_number(body, "estimated_wh")
        if missing := whole_number(body, "missing"):
            what = Unknown("intervals-missing", f"{name}: {missing}")
            found.gaps.append(Gap("electricity", what))
    if lacking:
        found.gaps.insert(0, Gap("electricity", Unknown("months-missing", ", ".join(lacking))))
    return found


# -- scope 2 -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Electricity:
    """The electricity of a year in three views; None where a factor is not in force."""

    matched: MatchedYear
    views: Mapping[str, Scope2View | None]
    gaps: tuple[Gap, ...]

    @property
    def facts(self) -> dict[str, Fact]:
        """Every factor used, by key."""
        used = (line for view in self.views.values() if view for line in view.lines)
        return {fact.key: fact for line in used for fact in line.factors}


LOCATION: Final = "location"
MARKET: Final = "market"
PHYSICAL: Final = "physical"


def electricity_of(subject: str, period: str, *, ports: Ports) -> Electricity:
    """Count the electricity of a year or month by place, by contract and by wire.

    Args:
        subject: An enterprise or a station.
        period: For example ``2026``, or ``2026-08``; factors are those of the year.
        ports: The outside world.
    """
    matched = matched_year(subject, period, ports=ports)
    line = (Instrument.DIRECT_LINE, "dedicated line", matched.line_wh)
    pool = (Instrument.CONTRACT, "park green supply", matched.pool_wh)
    gaps: list[Gap] = []
    views: dict[str, Scope2View | None] = {}
    year = period[:4]
    for name, claimed in ((LOCATION, ()), (MARKET, (line, pool)), (PHYSICAL, (line,))):
        try:
            views[name] = _view(name, matched.load_wh, claimed=claimed, year=year, ports=ports)
        except FactOutOfForceError as error:
            views[name] = None
            gaps.append(Gap(f"electricity {name}", Unknown("no-factor", error.given)))
    return Electricity(matched, views, tuple(gaps))


def _view(
    name: str,
    load_wh: int,
    *,
    claimed: Iterable[tuple[Instrument, str, int]],
    year: str,
    ports: Ports,
) -> Scope2View:
    whole = year_period(year, ports.park.zone)
    accounting = ports.park.accounting
    if name == LOCATION:
        region, code = accounting.location_region, mee_grid_factors.AVERAGE
        return location_based(
            load_wh, factor=grid_factor(ports, code=code, region=region, period=whole)
        )
    residual = grid_factor(
        ports, code=accounting.residual_factor, region=mee_grid_factors.NATION, period=whole
    )
    zero = non_fossil(year, ports=ports)
    claims = [Claim(instrument=i, label=label, wh=wh, factor=zero) for i, label, wh in claimed]
    return market_based(load_wh, claims=claims, residual=residual)


def non_fossil(year: str, *, ports: Ports) -> Fact:
    """Return the factor of non-fossil electricity with evidence [kgCO2/kWh].

    A year before the text is counted by its first day, as in the monthly statements.
    """
    first = min(fact.valid_from for fact in ports.facts.all() if fact.code == NON_FOSSIL)
    last = year_period(year, ports.park.zone).end.astimezone(ports.park.zone).date()
    return ports.facts.in_force(NON_FOSSIL, on=max(first, last.replace(year=int(year))))


# -- the statement -------------------------------------------------------------------------------


def _body(subject: str, year: str, records: ActivityBook, ports: Ports) -> dict[str, JsonValue]:
    # 1. What was burnt, lost in processes, given off, bought as heat.
    source = SubjectYear(subject, year, records=records, book=ports.facts, park=ports.park)
    found = source.found()
    # 2. Electricity, three ways.
    power = electricity_of(subject, year, ports=ports)
    # 3. By which text; and sums, each exact, so that they can be added up by hand.
    method = _chosen_method(subject, source.on, ports)
    gaps = [*_method_gaps(method, source.on), *found.gaps, *power.matched.gaps, *power.gaps]
    scope1_kg = kg_of(one.line for one in found.lines if one.kind != "heat")
    heat_kg = kg_of(one.line for one in found.lines if one.kind == "heat")
    totals = {
        name: None if view is None else plus(scope1_kg, heat_kg, view.kg_co2e)
        for name, view in power.views.items()
    }
    stated = totals[LOCATION]
    facts = {fact.key: fact for one in found.lines for fact in one.line.factors} | power.facts
    stay = stay_of(subject, ports.park)
    return {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        "value": None if gaps or stated is None else tonnes(stated),
        "unit": "tCO2e",
        "assessed_t": tonnes(plus(scope1_kg, heat_kg) if stated is None else stated),
        "scope1_t": tonnes(scope1_kg),
        "heat_t": tonnes(heat_kg),
        "electricity": _electricity(power, totals),
        "method": _method_document(method),
        "fuel_factor_set": ports.park.accounting.fuel_factor_set,
        "gwp_set": ports.park.accounting.gwp_set,
        "by_gas": _by_gas(found.lines, power),
        "stay": {
            "since": None if stay.since is None else stay.since.isoformat(),
            "until": None if stay.until is None else stay.until.isoformat(),
            "months": [*source.months],
        },
        "lines": [line_document(one.kind, one.line) for one in found.lines],
        "uncertainty": _uncertainty(found, power, source, ports),
        "not_counted": [*found.outside],
        "not_assessed": [gap_document(gap) for gap in gaps],
        "factors": [fact_document(facts[key]) for key in sorted(facts)],
        "inputs": {
            "activities": [*_activities(found)],
            "statements": [*power.matched.statements],
        },
        "code_version": ports.version,
    }


def _chosen_method(subject: str, on: date, ports: Ports) -> Chosen:
    declared = ports.park.carbon.sources.get(subject)
    sector = ports.park.enterprises[subject].sector
    return method_of(sector, on=on, declared=None if declared is None else declared.method)


def _method_gaps(method: Chosen, on: date) -> list[Gap]:
    """A text that the park named must be in force, as far as its first day is known."""
    text = method.text
    if text is None or text.first_day is None or text.is_in_force(on):
        return []
    detail = f"{text.method.value} from {text.first_day.isoformat()} on"
    return [Gap("method", Unknown("not-in-force", detail))]


def _method_document(method: Chosen) -> dict[str, JsonValue]:
    """Return by which text an inventory is drawn up, and which others the sector leaves."""
    text = method.text
    return {
        "text": None if text is None else text.method.value,
        "zh": "" if text is None else text.zh,
        "en": "" if text is None else text.en,
        "candidates": [one.method.value for one in method.candidates],
    }


def _activities(found: Found) -> list[str]:
    return sorted({f"{r.id}.v{r.version}" for one in found.lines for r in one.records})


def _electricity(power: Electricity, totals: Mapping[str, Decimal | None]) -> dict[str, JsonValue]:
    matched = power.matched
    views: dict[str, JsonValue] = {}
    for name, view in power.views.items():
        total_kg = totals[name]
        views[name] = (
            None
            if view is None or total_kg is None
            else {
                "scope2_t": tonnes(view.kg_co2e),
                "total_t": tonnes(total_kg),
                "lines": [line_document("electricity", line) for line in view.lines],
            }
        )
    return {
        "load_wh": matched.load_wh,
        "line_wh": matched.line_wh,
        "pool_wh": matched.pool_wh,
        "estimated_wh": matched.estimated_wh,
        "views": views,
    }


def _by_gas(lines: Iterable[SourceLine], power: Electricity) -> dict[str, JsonValue]:
    """Sum by gas [tCO2e]; everything but gas lines is CO2, electricity as its place counts it."""
    sums: dict[str, list[Line]] = {}
    for one in lines:
        sums.setdefault(one.line.activity if one.kind == "gas" else "CO2", []).append(one.line)
    location = power.views[LOCATION]
    if location is not None:
        sums.setdefault("CO2", []).extend(location.lines)
    return {gas: tonnes(kg_of(of_gas)) for gas, of_gas in sorted(sums.items())}


def _uncertainty(
    found: Found, power: Electricity, source: SubjectYear, ports: Ports
) -> dict[str, JsonValue]:
    """Propagate what was stated, for the total by place."""
    parts = [part for one in found.lines for part in one.doubts(ports.facts, source.on)]
    location = power.views[LOCATION]
    if location is not None:
        meter = ports.facts.candidates(f"uncertainty.{_METER}", on=source.on)
        for line in location.lines:
            ratios = {fact.key: doubt_of(fact, ports.facts, source.on) for fact in line.factors}
            ratios[_METER] = meter[0].value if len(meter) == 1 else None
            parts.append(Doubted(kg_co2e=line.kg_co2e, half_width_ratio=ratios))
    spread = propagated(parts)
    half = spread.half_width_kg
    return {
        "half_width_t": None if half is None else tonnes(half),
        "level": "95 %",
        "unstated": [*spread.unstated],
    }


def line_document(kind: str, line: Line) -> dict[str, JsonValue]:
    """Return a line as statements carry it."""
    return {
        "kind": kind,
        "code": line.activity,
        "scope": line.scope.value,
        "quantity": plain(line.amount),
        "unit": line.unit,
        "t_co2e": tonnes(line.kg_co2e),
        "facts": [*line.factor_keys],
    }


def gap_document(gap: Gap) -> dict[str, JsonValue]:
    """Return what was not assessed as statements carry it."""
    return {"what": gap.what, "reason": gap.unknown.reason, "detail": gap.unknown.detail}


def kg_of(lines: Iterable[Line]) -> Decimal:
    """Sum lines exactly [kgCO2e]."""
    return plus(*(line.kg_co2e for line in lines))


def plus(*amounts: Decimal) -> Decimal:
    """Sum exactly; nothing sums to zero."""
    with localcontext(EXACT):
        return sum(amounts, start=Decimal(0))


def tonnes(kg: Decimal) -> str:
    """Write kilograms as tonnes, exactly.

    Example:
        >>> tonnes(Decimal("2322774.500"))
        '2322.7745'
    """
    with localcontext(EXACT):
        return plain(kg / KG_PER_T)


def plain(amount: Decimal) -> str:
    """Write a number exactly, without exponent and without zeros at the end."""
    with localcontext(EXACT):
        return format(amount.normalize() + 0, "f")
