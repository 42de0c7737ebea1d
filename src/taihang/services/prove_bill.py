"""The proof of a bill: every line again from readings, dated facts, and what is stated.

What rests on the readings of other users and plants (the green energy matched with this one, what a
dedicated line carried) and the parameters of the park's contracts is in the file as stated; the
verifier does the arithmetic with it and says so at every line.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import StateError
from taihang.core.facts import FactBook
from taihang.core.market.month_use import GreenPurchase, IntervalPrices, MonthUse
from taihang.core.market.tariff import BillTerms, TariffParts
from taihang.core.market.tou import Hours, TouSeason, ratios
from taihang.core.park.contract import DemandBasis, PriceBy
from taihang.core.periods import Period, month
from taihang.core.seal.bundle import Bundle
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.issued import IssuedStatement
from taihang.core.seal.statement import EnergyStatement, fact_document
from taihang.core.series import Quality
from taihang.services.account import counted
from taihang.services.billed_use import (
    BilledUser,
    MonthMatching,
    billed_users,
    matched_month,
    month_use,
    terms_of,
)
from taihang.services.evidence import (
    UnprovableStatementError,
    energy_statement,
    gather,
    stored_statement,
)
from taihang.services.ports import Ports
from taihang.services.settle import energy_of, known_at

_QUARTERS_PER_HOUR = 4
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


class UnstableClockError(StateError):
    """The clock of the place is changed within the month of a bill."""

    code = "state.unstable-clock"


def bill_bundle(name: str, ports: Ports) -> Bundle:
    """Return the proof of a bill, or of one line of it.

    Args:
        name: ``bill.E17.2026-06``, a version of it, with ``#CODE`` behind for one line.
        ports: The outside world.

    Returns:
        What goes into the file.

    Raises:
        UnprovableStatementError: If the bill is of a user without a tariff.
        UnstableClockError: If the local clock changes within the month.
    """
    bill_id, _, line = name.partition("#")
    # 1. The bill as it was issued, and the energy of the same user and month.
    issued = ports.registry.statement(bill_id)
    document = stored_statement(bill_id, ports=ports)
    statement = energy_statement(f"energy.{issued.subject}.{issued.period}", ports=ports)
    found = gather([statement], ports=ports)
    # 2. What its lines were made from.
    basis = _basis(issued, statement, document, ports=ports)
    claim: dict[str, JsonValue] = {
        "kind": "bill",
        "bill": document,
        "basis": basis,
        "line": line or None,
    }
    return Bundle(
        claim=claim,
        checkpoint_note=found.anchor.note,
        statements=[statement.document()],
        keys=found.keys,
        evidence=found.evidence(),
    )


def _basis(
    issued: IssuedStatement,
    statement: EnergyStatement,
    document: dict[str, JsonValue],
    *,
    ports: Ports,
) -> JsonValue:
    user, name = issued.subject, issued.period
    period = month(name, ports.park.zone)
    billed = _billed(user, ports)
    terms = terms_of(billed, period, ports)
    matched = matched_month(name, ports)
    use = month_use(billed, name, matched, ports)
    row = ports.park.users.index(user)
    line_wh = matched.line_wh[row]
    return {
        "offset_s": _offset_s(period, ports),
        "schedule": schedule_document(terms, month_number=int(name[5:])),
        "holidays": _holidays(terms, name),
        "facts": facts_named(
            document, terms=terms, book=ports.facts, period=period, zone=ports.park.zone
        ),
        "sharp_applies": int(terms.tariff.sharp_applies),
        "floating_items": [*terms.tariff.floating_items],
        "green_pays": [*terms.tariff.green_pays],
        "capacity": capacity_basis(terms),
        "transformer_kva": format(Decimal(str(use.transformer_kva)).normalize() + 0, "f"),
        "green": [_green(each) for each in use.green],
        "line_wh": line_wh.tolist() if line_wh.any() else [],
        "estimated": _estimated(matched, row, statement, ports),
        **_extended(use, terms),
    }


def _green(each: GreenPurchase) -> JsonValue:
    """Return a contract's energy by interval, and what its price is made from if not fixed."""
    found: dict[str, JsonValue] = {"contract": each.supply.id, "wh": each.matched.wh.tolist()}
    if each.supply.price_by is not PriceBy.FIXED:
        at = each.prices or IntervalPrices.none(len(each.matched.wh))
        found["prices"] = {"form": each.supply.price_by.value, **_counted_prices(at)}
    if each.supply.green_premium_cny_per_kwh is not None:
        found["premium"] = 1
    return found


def _counted_prices(at: IntervalPrices) -> dict[str, JsonValue]:
    pairs = zip(at.counts.tolist(), at.known.tolist(), strict=True)
    return {
        "counts": [count if known else None for count, known in pairs],
        "cny_per_kwh_of_count": format(at.cny_per_kwh_of_count.normalize(), "f"),
    }


def _extended(use: MonthUse, terms: BillTerms) -> dict[str, JsonValue]:
    """Return what only bills of the second rule rest on; nothing where they do not."""
    found: dict[str, JsonValue] = {}
    if terms.near_site_hours is not None:
        found["near_site"] = 1
    if terms.tariff.market_price_series is not None:
        at = use.market_prices or IntervalPrices.none(len(use.grid.wh))
        found["market"] = {
            "series": terms.tariff.market_price_series,
            **_counted_prices(at),
        }
    return found


def _billed(user: str, ports: Ports) -> BilledUser:
    for each in billed_users(ports.park):
        if each.id == user:
            return each
    raise UnprovableStatementError(
        given=f"a bill of {user}, whom no tariff covers now",
        expected="a user of [grid_tariffs]",
        remedy="prove it with the park file of that time",
    )


def schedule_document(terms: BillTerms, *, month_number: int) -> JsonValue:
    """Return the day of a month as its published text cuts it, in quarters of an hour.

    Args:
        terms: The terms of the user.
        month_number: 1 … 12.
    """
    schedule = terms.schedule
    (season,) = (each for each in schedule.seasons if month_number in each.months)
    return {
        "document": schedule.document,
        "clause": schedule.clause,
        "source": schedule.source,
        "status": schedule.status,
        "valid_from": schedule.valid_from.isoformat(),
        "valid_to": schedule.valid_to.isoformat() if schedule.valid_to else None,
        **_hours(season),
        "deep-valley": _spans(schedule.holiday_deep_valley),
    }


def _hours(season: TouSeason) -> dict[str, JsonValue]:
    return {
        "sharp": _spans(season.sharp),
        "peak": _spans(season.peak),
        "flat": _spans(season.flat),
        "valley": _spans(season.valley),
    }


def _spans(hours: Hours) -> JsonValue:
    return [
        {"from": int(first * _QUARTERS_PER_HOUR), "to": int(last * _QUARTERS_PER_HOUR)}
        for first, last in hours
    ]


def _holidays(terms: BillTerms, name: str) -> JsonValue:
    if terms.holidays is None or not terms.schedule.holiday_deep_valley:
        return []
    days = sorted(day.isoformat() for day in terms.holidays.days)
    return [day for day in days if day.startswith(name)]


def capacity_basis(terms: BillTerms) -> str:
    """Return what the capacity line is charged on: none, exempt, kva, kw, or agreed kw."""
    if terms.transmission.parts is TariffParts.ONE_PART:
        return "none"
    if terms.transmission.exemption is not None:
        return "exempt"
    if terms.contract_demand_kw is not None:
        return "agreed"
    return "kva" if terms.tariff.demand_basis is DemandBasis.CAPACITY else "kw"


def facts_named(
    document: dict[str, JsonValue],
    *,
    terms: BillTerms,
    book: FactBook,
    period: Period,
    zone: ZoneInfo,
) -> list[JsonValue]:
    """Return the facts that the lines of a bill name, in order of their keys.

    Args:
        document: The bill as it was issued.
        terms: The terms of its user.
        book: The facts.
        period: The month.
        zone: The zone of the local days.
    """
    lines = document["lines"]
    named = {
        str(key)
        for line in (lines if isinstance(lines, list) else [])
        if isinstance(line, dict) and isinstance(line["facts"], list)
        for key in line["facts"]
    }
    first = period.start.astimezone(zone).date()
    priced_on = terms.stand_in or first
    every = (
        *terms.transmission.facts,
        *ratios(terms.schedule, book=book, on=first).values(),
        book.in_force("funds.total", on=priced_on, region=terms.schedule.region),
        *([] if terms.near_site_hours is None else [terms.near_site_hours]),
    )
    by_key = {fact.key: fact for fact in every if fact.key in named}
    return [fact_document(by_key[key]) for key in sorted(by_key)]


def _offset_s(period: Period, ports: Ports) -> int:
    """Return what the local clock is ahead of UTC by, the same in the whole month [s]."""
    ends = (period.start, period.end - timedelta(seconds=1))
    offsets = {each.astimezone(ports.park.zone).utcoffset() for each in ends}
    (offset, *others) = offsets
    if offset is None or others:
        raise UnstableClockError(
            given=f"the month from {period.start.isoformat()} in {ports.park.zone}",
            expected="one difference to UTC in all of it",
            remedy="bill the days before and after the change apart",
        )
    return int(offset.total_seconds())


def _estimated(
    matched: MonthMatching, row: int, statement: EnergyStatement, ports: Ports
) -> JsonValue:
    """Return the load of every interval that the bill uses and no reading proves."""
    usable = matched.quality[row] < Quality.MISSING
    proven = _proven(statement, ports)
    at = np.flatnonzero(usable & ~proven).tolist()
    times_s = statement.period.grid_s()
    return [
        {
            "at": datetime.fromtimestamp(int(times_s[i]), UTC).strftime(_INSTANT),
            "wh": int(matched.load_wh[row][i]),
        }
        for i in at
    ]


def _proven(statement: EnergyStatement, ports: Ports) -> NDArray[np.bool_]:
    proven = np.zeros(statement.intervals, np.bool_)
    for term in statement.terms:
        known = known_at(ports.journal.size, period=statement.period, ports=ports, point=term.point)
        proven |= counted(energy_of(term, known=known, period=statement.period).series)
    return proven
