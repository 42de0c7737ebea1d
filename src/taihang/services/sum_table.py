"""Yearly tables of energy and carbon: enterprises, sectors, park, in sums that close.

They are drawn up from the statements of the members and of the park, so a statement that is behind
the others shows as a difference. See docs/accounts.md.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Final

from taihang.core.activity.book import ActivityBook
from taihang.core.activity.record import Flow
from taihang.core.activity.unit import converted
from taihang.core.energy.sum_table import SumRow, SumTable, columns_of, exact_sum
from taihang.core.quantities import EXACT, WH_PER_MWH
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.services import carbon_account, energy_account, park_carbon
from taihang.services.account import ACCOUNT_FORMAT, PARK_SUBJECT, Draft
from taihang.services.carbon_account import plain
from taihang.services.carbon_inputs import HEAT, months_of_stay, stay_of
from taihang.services.ports import Ports
from taihang.services.sight_rules import demand_whole

ENERGY_SUMS: Final = "energy-sums"
CARBON_SUMS: Final = "carbon-sums"
KINDS: Final = (ENERGY_SUMS, CARBON_SUMS)
RULE: Final = "sum-table/v1"
_MADE: Final = (Flow.CONVERSION_OUTPUT.value, Flow.RECOVERED.value)
_CO2_KINDS: Final = ("fuel", "conversion", "process")
Body = Mapping[str, JsonValue]


def drafts(
    period: str,
    *,
    ports: Ports,
    subjects: Iterable[str] | None = None,
    unissued: Iterable[Draft] = (),
) -> list[Draft]:
    """Draw up the two tables of a year; changes nothing.

    Args:
        period: The year, for example ``2026``.
        ports: The outside world.
        subjects: Only these; None means all. There is one, the park.
        unissued: Accounts to sum up where none is issued, for a look before anything is stated.

    Returns:
        ``energy-sums.park.YYYY`` [tce at equivalent value] and ``carbon-sums.park.YYYY`` [tCO2].
    """
    if subjects is not None and PARK_SUBJECT not in subjects:
        return []
    demand_whole(ports, "the sums of the park")
    tables: tuple[tuple[str, str, Callable[[_Year], SumTable]], ...] = (
        (ENERGY_SUMS, "tce", _energy_table),
        (CARBON_SUMS, "tCO2", _carbon_table),
    )
    standing = {draft.series: draft.body for draft in unissued}
    found: list[Draft] = []
    for kind, unit, table_of in tables:
        # 1. The statements of the year; each table has its own gaps.
        year = _Year(period, ports, standing)
        # 2. Rows, what lies between, the park.
        table = table_of(year)
        # 3. As a statement.
        found.append(Draft(kind, PARK_SUBJECT, period, _body(table, year, unit)))
    return found


@dataclass(slots=True)
class _Year:
    """The statements of a year, those that were used, and what is not there."""

    period: str
    ports: Ports
    unissued: Mapping[str, Body]
    used: list[str] = field(default_factory=list[str])
    activities: list[str] = field(default_factory=list[str])
    gaps: list[dict[str, JsonValue]] = field(default_factory=list[dict[str, JsonValue]])
    _issued: dict[str, IssuedStatement] = field(default_factory=dict[str, IssuedStatement])

    def __post_init__(self) -> None:
        """Read the latest statements once."""
        latest = self.ports.registry.latest_statements(self.period)
        self._issued = {each.series: each for each in latest}

    def body(self, kind: str, subject: str) -> Body | None:
        """Return what a statement says; one that is not there, or has no value, is a gap."""
        series = f"{kind}.{subject}.{self.period}"
        issued = self._issued.get(series)
        if issued is None and series not in self.unissued:
            self.gap(series, "not-issued", series)
            return None
        body = self.unissued.get(series, {}) if issued is None else _body_of(issued)
        self.used += [] if issued is None else [issued.id]
        if body.get("value") is None:
            self.gap(series, "no-value", series if issued is None else issued.id)
        return body

    def gap(self, what: str, reason: str, detail: str) -> None:
        self.gaps.append({"what": what, "reason": reason, "detail": detail})

    def members(self) -> list[str]:
        """Return who was in the park in that year, in the order of the park file."""
        park = self.ports.park
        return [one for one in park.users if months_of_stay(stay_of(one, park), self.period)]

    def sector(self, subject: str) -> str:
        """Return the sector of an enterprise; stations have none."""
        enterprise = self.ports.park.enterprises.get(subject)
        return "" if enterprise is None else enterprise.sector


def _body_of(issued: IssuedStatement) -> Body:
    body = load_canonical(issued.document.encode())
    return body if isinstance(body, dict) else {}


# -- energy --------------------------------------------------------------------------------------


def _energy_table(year: _Year) -> SumTable:
    """Consumed, less what was made on site, in tce; the park's own use lies between."""
    rows: list[SumRow] = []
    for subject in year.members():
        body = year.body(energy_account.KIND, subject)
        if body is not None:
            columns = {
                "consumed": _coal(_rows(body, "lines"), (Flow.CONSUMED.value,)),
                "made": -_coal(_rows(body, "other_lines"), _MADE),
            }
            rows.append(_row(subject, columns, body, year))
    park = year.body(energy_account.KIND, PARK_SUBJECT)
    own = energy_account.own_use(year.period, ports=year.ports)
    between = {"public": own}
    lost = [] if park is None else _rows(park, "lines")
    if lost := [line for line in lost if line["item"] == energy_account.NETWORK]:
        between["network"] = _coal(lost, (Flow.CONSUMED.value,))
    return SumTable(rows=tuple(rows), between=between, park=_value(park))


def _coal(lines: Iterable[Body], flows: tuple[str, ...]) -> Decimal:
    return exact_sum(
        Decimal(str(line["equivalent_tce"]))
        for line in lines
        if line["flow"] in flows and line["is_medium"] is not True
    )


# -- carbon --------------------------------------------------------------------------------------


def _carbon_table(year: _Year) -> SumTable:
    """Enterprises as they report, and what lies between that and annex 4."""
    rows: list[SumRow] = []
    found: list[Body] = []
    for subject in year.members():
        body = (
            year.body(carbon_account.KIND, subject)
            if subject in year.ports.park.enterprises
            else None
        )
        # Without its electricity by place an inventory adds up to nothing; it is a gap already.
        if body is not None and _location(body):
            found.append(body)
            rows.append(_row(subject, _emissions(subject, body, year), body, year))
    park = year.body(park_carbon.KIND, PARK_SUBJECT)
    between = {} if park is None else _between(rows, found, park, year)
    return SumTable(rows=tuple(rows), between=between, park=_value(park))


def _emissions(subject: str, body: Body, year: _Year) -> dict[str, Decimal]:
    """Return the parts of an inventory, by place; heat bought and passed on apart."""
    lines = _rows(body, "lines")
    net_heat = _tonnes(lines, (HEAT,))
    passed_on = -_passed_on_heat(subject, body, year)
    return {
        "direct": _tonnes(lines, _CO2_KINDS),
        "gases": _tonnes(lines, ("gas",)),
        "heat-bought": exact_sum((net_heat, -passed_on)),
        "heat-passed-on": passed_on,
        "electricity": _scope_2(body),
    }


def _passed_on_heat(subject: str, body: Body, year: _Year) -> Decimal:
    """Return the CO2 of heat that one passed on: counted at its fuel, and where it is used."""
    factor = [one for one in _rows(body, "factors") if one["code"] == "heat.ef"]
    counted = _inputs(body, "activities")
    book = ActivityBook(year.ports.registry.activity_records())
    records = [
        one
        for one in book.lines(period=year.period, subject=subject)
        if (one.item, one.flow) == (HEAT, Flow.SUPPLIED) and f"{one.id}.v{one.version}" in counted
    ]
    year.activities += [f"{one.id}.v{one.version}" for one in records]
    if not records or not factor:
        return Decimal(0)
    heat_gj = exact_sum(converted(one.amount, unit=one.unit, to="GJ") for one in records)
    with localcontext(EXACT):
        return heat_gj * Decimal(str(factor[0]["value"]))


def _between(rows: list[SumRow], found: list[Body], park: Body, year: _Year) -> dict[str, Decimal]:
    """Lead from what enterprises report to what annex 4 counts, each step by itself."""
    lines = _rows(park, "lines")
    enterprises = {row.subject for row in rows}
    others = [
        line for line in lines if line["subject"] not in enterprises and line["kind"] != _POWER
    ]
    of_park = [line for line in others if line["subject"] == PARK_SUBJECT]
    stations = [line for line in others if line["subject"] != PARK_SUBJECT]
    return {
        "stations": _tonnes(stations, (*_CO2_KINDS, HEAT)),
        "public": _tonnes(of_park, (*_CO2_KINDS, HEAT)),
        "gases": -exact_sum(row.columns["gases"] for row in rows),
        **_power_steps(found, lines, park, year),
    }


_POWER: Final = "electricity"


def _power_steps(
    found: list[Body], lines: list[Body], park: Body, year: _Year
) -> dict[str, Decimal]:
    """Electricity of enterprises by place, electricity of the park by its connections.

    First the amount: what was made inside and what stations and losses took, at the factor of the
    park; then the factor: what enterprises used, at that of the park instead of their own.
    """
    received = [line for line in lines if line["kind"] == _POWER]
    if not received:
        year.gap("electricity", "no-value", f"{park_carbon.KIND}.{PARK_SUBJECT}")
        return {}
    factor = _factor(received[0], park)
    loads = [_mwh(body) for body in found]
    with localcontext(EXACT):
        received_mwh = Decimal(str(received[0]["quantity"]))
        amount_mwh = received_mwh - exact_sum(loads)
        own = (
            (factor - _factor(_location_line(body), body)) * load
            for body, load in zip(found, loads, strict=True)
            if load
        )
        return {
            "electricity.amount": amount_mwh * factor,
            "electricity.factor": exact_sum(own),
        }


def _mwh(body: Body) -> Decimal:
    with localcontext(EXACT):
        return Decimal(str(_part(body, "electricity")["load_wh"])) / WH_PER_MWH


def _location(body: Body) -> Body:
    """Return electricity by place; nothing where its factor is not in force."""
    return _part(_part(_part(body, "electricity"), "views"), carbon_account.LOCATION)


def _location_line(body: Body) -> Body:
    return _rows(_location(body), "lines")[0]


def _scope_2(body: Body) -> Decimal:
    return Decimal(str(_location(body)["scope2_t"]))


def _factor(line: Body, body: Body) -> Decimal:
    """Return the value of the one fact of a line [tCO2/MWh, which is kgCO2/kWh]."""
    keys = line.get("facts")
    (key,) = keys if isinstance(keys, list) else []
    return next(
        Decimal(str(fact["value"])) for fact in _rows(body, "factors") if fact["key"] == key
    )


def _tonnes(lines: Iterable[Body], kinds: tuple[str, ...]) -> Decimal:
    return exact_sum(Decimal(str(line["t_co2e"])) for line in lines if line["kind"] in kinds)


# -- the statement -------------------------------------------------------------------------------


def _row(subject: str, columns: Mapping[str, Decimal], body: Body, year: _Year) -> SumRow:
    return SumRow(
        subject=subject, sector=year.sector(subject), columns=columns, stated=_value(body)
    )


def _body(table: SumTable, year: _Year, unit: str) -> dict[str, JsonValue]:
    for row in table.open_rows:
        year.gap(row.subject, "does-not-close", _told(row.difference))
    if table.difference:
        year.gap(PARK_SUBJECT, "does-not-close", _told(table.difference))
    return {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        "value": None if year.gaps or table.park is None else plain(table.park),
        "unit": unit,
        "rows": [
            {
                "subject": row.subject,
                "sector": row.sector,
                **_columns(row.columns),
                "total": plain(row.total),
                "stated": None if row.stated is None else plain(row.stated),
            }
            for row in table.rows
        ],
        "sectors": [
            {"sector": sector, **_columns(columns), "total": plain(exact_sum(columns.values()))}
            for sector, columns in table.sectors.items()
        ],
        # No member is accounted: then their sum is not zero, it is not known.
        "members": {
            **_columns(columns_of(table.rows)),
            "total": plain(table.members) if table.rows else None,
        },
        "between": [
            {"step": name, "amount": plain(amount)} for name, amount in table.between.items()
        ],
        # Without the park some steps to it are not known; what is reached would mislead.
        "reached": None if table.park is None else plain(table.reached),
        "park": None if table.park is None else plain(table.park),
        "difference": None if table.difference is None else plain(table.difference),
        "not_assessed": [*year.gaps],
        "factors": [],
        "inputs": {
            "activities": [*sorted(year.activities)],
            "statements": [*year.used],
        },
        "code_version": year.ports.version,
    }


def _columns(columns: Mapping[str, Decimal]) -> dict[str, JsonValue]:
    return {name: plain(amount) for name, amount in columns.items()}


def _told(difference: Decimal | None) -> str:
    return "–" if difference is None else f"{difference:+f}"


def _value(body: Body | None) -> Decimal | None:
    value = None if body is None else body.get("value")
    return None if value is None else Decimal(str(value))


def _part(body: Body, name: str) -> Body:
    part = body.get(name)
    return part if isinstance(part, dict) else {}


def _rows(body: Body, name: str) -> list[Body]:
    rows = body.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _inputs(body: Body, name: str) -> list[str]:
    ids = _part(body, "inputs").get(name)
    return [str(each) for each in ids] if isinstance(ids, list) else []
