"""Account of a year or month: CO2 of the park by annex 4 of 发改环资〔2025〕910号.

See docs/carbon.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Final

from taihang.core.activity.amount import Unknown
from taihang.core.activity.book import ActivityBook
from taihang.core.activity.record import Flow
from taihang.core.activity.unit import UnknownUnitError, converted
from taihang.core.carbon.inventory import Line
from taihang.core.facts import FactOutOfForceError
from taihang.core.park.topology import Direction
from taihang.core.periods import month_names
from taihang.core.periods import year as year_period
from taihang.core.quantities import EXACT, WH_PER_MWH
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.statement import fact_document
from taihang.services.account import ACCOUNT_FORMAT, PARK_SUBJECT, Draft, grid_factor
from taihang.services.carbon_account import gap_document, kg_of, line_document, plain, tonnes
from taihang.services.carbon_inputs import Gap, SubjectYear, months_of_stay, stay_of
from taihang.services.ports import Ports
from taihang.services.sight_rules import demand_whole
from taihang.standards.ndrc_910 import RULE, ParkElectricityError, received_electricity

KIND: Final = "park-inventory"
GREEN: Final = "electricity.green"
_BALANCE: Final = "ratios-650"


@dataclass(slots=True)
class _Parts:
    """What the year of a park is made of."""

    subjects: list[tuple[str, list[tuple[str, Line]]]] = field(
        default_factory=list[tuple[str, list[tuple[str, Line]]]]
    )
    """Lines by kind of each subject: direct emissions and heat."""
    received: Line | None = None
    gaps: list[Gap] = field(default_factory=list[Gap])
    activities: set[str] = field(default_factory=set[str])
    statements: list[str] = field(default_factory=list[str])
    outside: list[str] = field(default_factory=list[str])

    def gap(self, what: str, reason: str, detail: str) -> None:
        self.gaps.append(Gap(what, Unknown(reason, detail)))


def drafts(period: str, *, ports: Ports, subjects: Iterable[str] | None = None) -> list[Draft]:
    """Draw up the inventory of the park; changes nothing.

    Args:
        period: The year, for example ``2026``, or a month, with the factors of its year.
        ports: The outside world.
        subjects: Only these; None means all. There is one, the park.

    Returns:
        One draft, ``park-inventory.park.{period}``.
    """
    if subjects is not None and PARK_SUBJECT not in subjects:
        return []
    demand_whole(ports, "the inventory of the park")
    parts = _Parts()
    records = ActivityBook(ports.registry.activity_records())
    # 1. Enterprises, stations and public facilities: fuel, conversion, processes, heat.
    for name in (*ports.park.users, PARK_SUBJECT):
        if months_of_stay(stay_of(name, ports.park), period):
            _take_subject(name, period, records=records, parts=parts, ports=ports)
    # 2. Electricity that came over the connections of the park.
    _take_electricity(period, records, parts=parts, ports=ports)
    # 3. As a statement.
    return [Draft(KIND, PARK_SUBJECT, period, _body(parts, ports))]


def _take_subject(
    name: str, period: str, *, records: ActivityBook, parts: _Parts, ports: Ports
) -> None:
    source = SubjectYear(name, period, records=records, book=ports.facts, park=ports.park)
    found = source.found()
    co2 = [one for one in found.lines if one.kind != "gas"]
    parts.subjects.append((name, [(one.kind, one.line) for one in co2]))
    parts.activities |= {f"{r.id}.v{r.version}" for one in co2 for r in one.records}
    parts.outside += found.outside
    parts.gaps += [Gap(f"{name} {gap.what}", gap.unknown) for gap in found.gaps]


def _take_electricity(period: str, records: ActivityBook, *, parts: _Parts, ports: Ports) -> None:
    choices = ports.park.carbon.choices
    net_mwh = _net_mwh(period, parts, ports)
    if choices is None:
        parts.gap("electricity", "no-choice", "[park_carbon]")
        return
    green_mwh = _green_mwh(period, records, parts) if choices.deduct_green else Decimal(0)
    if net_mwh is None or green_mwh is None:
        return
    try:
        factor = grid_factor(
            ports,
            code=choices.electricity_factor.value,
            region=choices.electricity_region,
            period=year_period(period[:4], ports.park.zone),
        )
        parts.received = received_electricity(net_mwh, green_mwh=green_mwh, factor=factor)
    except FactOutOfForceError as error:
        parts.gap("electricity", "no-factor", error.given)
    except ParkElectricityError as error:
        parts.gap("electricity", "green-exceeds", error.given)


def _net_mwh(period: str, parts: _Parts, ports: Ports) -> Decimal | None:
    """Received less sent out, from the monthly balance statements; gaps are noted."""
    if not any(meter.measures is Direction.IMPORT for meter in ports.park.meters.values()):
        parts.gap("electricity", "not-metered", "import")
        return None
    net_wh, lacking = 0, list[str]()
    for name in month_names(period):
        series = f"{_BALANCE}.{PARK_SUBJECT}.{name}"
        issued = {one.series: one for one in ports.registry.latest_statements(name)}.get(series)
        body = None if issued is None else load_canonical(issued.document.encode())
        imported, exported = (
            body.get(key) if isinstance(body, dict) else None
            for key in ("imported_wh", "exported_wh")
        )
        if issued is None or not isinstance(imported, int) or not isinstance(exported, int):
            lacking.append(name)
            continue
        parts.statements.append(issued.id)
        net_wh += imported - exported
    if lacking:
        parts.gap("electricity", "months-missing", ", ".join(lacking))
    if not parts.statements:
        return None
    with localcontext(EXACT):
        return Decimal(net_wh) / WH_PER_MWH


def _green_mwh(period: str, records: ActivityBook, parts: _Parts) -> Decimal | None:
    """Green electricity that the park bought outside, from activity data."""
    said = [
        record
        for record in records.lines(period=period, subject=PARK_SUBJECT)
        if record.item == GREEN and record.flow is Flow.PURCHASED
    ]
    without = records.months_without(PARK_SUBJECT, GREEN, Flow.PURCHASED, year=period[:4])
    lacking = [name for name in without if name in month_names(period)]
    # A line of the whole year says nothing of its months.
    if lacking or not said:
        parts.gap(f"{GREEN} purchased", "months-missing", ", ".join(lacking) or period)
    try:
        amounts = [converted(one.amount, unit=one.unit, to="MWh") for one in said]
    except UnknownUnitError as error:
        parts.gap(GREEN, "wrong-unit", error.given)
        return None
    parts.activities |= {f"{one.id}.v{one.version}" for one in said}
    with localcontext(EXACT):
        return sum(amounts, start=Decimal(0)) if said else None


def _body(parts: _Parts, ports: Ports) -> dict[str, JsonValue]:
    lines = [(kind, line) for _, of_subject in parts.subjects for kind, line in of_subject]
    lines += [] if parts.received is None else [("electricity", parts.received)]
    facts = {fact.key: fact for _, line in lines for fact in line.factors}
    total = tonnes(kg_of(line for _, line in lines))
    choices = ports.park.carbon.choices
    sums = {
        kind: tonnes(kg_of(line for of, line in lines if of == kind))
        for kind in ("fuel", "conversion", "process", "heat", "electricity")
    }
    return {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        "value": None if parts.gaps else total,
        "unit": "tCO2",
        "assessed_t": total,
        "by_kind_t": {**sums},
        "choices": None
        if choices is None
        else {
            "electricity_factor": choices.electricity_factor.value,
            "electricity_region": choices.electricity_region,
            "deduct_green": choices.deduct_green,
            "source": choices.source,
        },
        "received_mwh": None if parts.received is None else plain(parts.received.amount),
        "lines": [*_line_documents(parts)],
        "not_counted": [*parts.outside],
        "not_assessed": [gap_document(gap) for gap in parts.gaps],
        "factors": [fact_document(facts[key]) for key in sorted(facts)],
        "inputs": {
            "activities": [*sorted(parts.activities)],
            "statements": [*parts.statements],
        },
        "code_version": ports.version,
    }


def _line_documents(parts: _Parts) -> Iterable[dict[str, JsonValue]]:
    for name, of_subject in parts.subjects:
        for kind, line in of_subject:
            yield {**line_document(kind, line), "subject": name}
    if parts.received is not None:
        yield {**line_document("electricity", parts.received), "subject": PARK_SUBJECT}
