"""Builds the page of one enterprise from its settled intervals, statements, tariff and reports."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, cast

import numpy as np

from taihang.core.market.tou import KINDS, PeriodKind
from taihang.core.park.park import Park
from taihang.core.periods import STEP_S, Period, days, month
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.series import Quality
from taihang.interfaces.web.pages.companies.build import (
    change_of,
    load_factor,
    read_budgets,
    settled_months,
)
from taihang.interfaces.web.pages.company.view import (
    BillLineShown,
    BillShown,
    BudgetLine,
    CompanyView,
    Curves,
    DayCurve,
    MeterShown,
    ReportShown,
)
from taihang.services import quota_account
from taihang.services.ports import Ports
from taihang.services.quality import NotJudgedError, quality
from taihang.services.report import settled_span
from taihang.services.report_bands import Bands, NoTariffError, read_bands
from taihang.services.report_copies import APPROVED, standing_of_report
from taihang.services.report_issue import read_shelf
from taihang.services.report_measures import demand_compared, shift_of
from taihang.services.report_span import read_span
from taihang.services.sector_standing import sector_standing

REPORTS_SHOWN: Final = 8
_DAYS_BACK: Final = {"day": 0, "yesterday": 1, "week": 7, "month": 28}
"""The same weekday four weeks before stands for the month before: weekdays are compared."""
_STEPS_PER_HOUR: Final = SECONDS_PER_HOUR // STEP_S
_KINDS: Final = ("energy", "standard-coal", "scope2-location", "scope2-market")
_BILLS: Final = ("bill", "bill-what-if")


def build_company(ports: Ports, id_: str, name: str) -> CompanyView | None:
    """Return everything of one enterprise in a month.

    Args:
        ports: The park, as far as the viewer sees it.
        id_: The enterprise.
        name: The month; empty for the last one that is settled as a whole.

    Returns:
        None where the viewer sees no such enterprise.
    """
    park = ports.park
    enterprise = park.enterprises.get(id_)
    if enterprise is None:
        return None
    # 1. Which month.
    span = settled_span(ports)
    months = () if span is None else tuple(settled_months(span, ports))
    shown = name or (months[0] if months else "")
    # 2. What it used then, and the month before.
    now = before = None
    if shown:
        period = month(shown, park.zone)
        now = read_span(period, ports=ports).users.get(id_)
        before = read_span(_before(period, park), ports=ports).users.get(id_)
    # 3. When it buys, and what it could do.
    bands, no_bands = _bands(id_, shown, ports)
    budgets, _ = read_budgets(shown[:4], ports=ports) if shown else ({}, ())
    return CompanyView(
        id=id_,
        zh=enterprise.name_zh,
        en=enterprise.name_en,
        sector=enterprise.sector,
        voltage_kv=enterprise.voltage_kv,
        transformer_kva=enterprise.transformer_kva,
        contract_demand_kw=enterprise.contract_demand_kw,
        month=shown,
        months=months,
        now=now,
        before=before,
        change=None if now is None else change_of(now, before),
        load_factor=None if now is None else load_factor(now),
        latest_w=_latest_w(id_, span, ports),
        as_of_s=None if span is None else span.end_s - STEP_S,
        statements=_statements(id_, shown, ports),
        bands=bands,
        no_bands=no_bands,
        shift=None if bands is None else shift_of(bands),
        demand=demand_compared(id_, shown, ports=ports) if shown else None,
        bill=_bill(id_, shown, ports),
        budget=budgets.get(id_),
        budget_lines=tuple(_budget_lines(id_, shown, ports)),
        has_budget=any(quota.subject == id_ for quota in park.quotas.values()),
        standing=_standing(id_, shown, ports),
        meters=tuple(_meters(id_, shown, ports)),
        reports=tuple(_reports(id_, ports)),
        is_whole=ports.scope.is_whole,
        zone=park.time_zone,
    )


def build_curves(ports: Ports, id_: str, day: str) -> Curves | None:
    """Return a day of an enterprise beside earlier ones.

    Args:
        ports: The park, as far as the viewer sees it.
        id_: The enterprise.
        day: The local day; empty for the last settled one.

    Returns:
        None where the viewer sees no such enterprise, or nothing is settled.
    """
    span = settled_span(ports)
    if id_ not in ports.park.enterprises or span is None:
        return None
    zone = ports.park.zone
    first = span.start.astimezone(zone).date()
    last = (span.end - timedelta(microseconds=1)).astimezone(zone).date()
    chosen = min(max(date.fromisoformat(day), first), last) if day else last
    curves = [
        _day_curve(code, chosen - timedelta(days=back), id_, ports)
        for code, back in _DAYS_BACK.items()
    ]
    return Curves(
        day=chosen.isoformat(),
        first=first.isoformat(),
        last=last.isoformat(),
        curves=tuple(curves),
        kinds=_kinds(id_, chosen, ports),
        hours=tuple(_hours(curves)),
    )


def _before(period: Period, park: Park) -> Period:
    last = Period.of_s(period.start_s - STEP_S, period.start_s)
    return month(last.start.astimezone(park.zone).strftime("%Y-%m"), park.zone)


def _bands(id_: str, name: str, ports: Ports) -> tuple[Bands | None, str]:
    if not name:
        return None, ""
    try:
        return read_bands(id_, month(name, ports.park.zone), ports=ports), ""
    except NoTariffError as error:
        return None, f"{error.given}; {error.remedy}"


def _latest_w(id_: str, span: Period | None, ports: Ports) -> int | None:
    if span is None:
        return None
    last = Period.of_s(span.end_s - STEP_S, span.end_s)
    rows = ports.lake.read("matching", last, id_, columns=("total_wh", "quality"))
    of = rows.get(("user", id_))
    if of is None or of["quality"][-1] >= Quality.MISSING:
        return None
    return int(of["total_wh"][-1]) * _STEPS_PER_HOUR


def _statements(id_: str, name: str, ports: Ports) -> dict[str, str]:
    issued = ports.registry.latest_statements(name, _KINDS) if name else []
    return {each.kind: each.id for each in issued if each.subject == id_}


def _bill(id_: str, name: str, ports: Ports) -> BillShown | None:
    for issued in ports.registry.latest_statements(name, _BILLS) if name else []:
        if issued.subject != id_:
            continue
        body = cast("Mapping[str, object]", json.loads(issued.document))
        lines = cast("list[Mapping[str, object]]", body["lines"])
        return BillShown(
            id=issued.id,
            value_cny=_decimal(body.get("value")),
            energy_wh=int(str(body["energy_wh"])),
            tariff=str(body["tariff"]),
            state=str(body["state"]),
            is_what_if=issued.kind != _BILLS[0],
            lines=tuple(map(_bill_line, lines)),
        )
    return None


def _bill_line(line: Mapping[str, object]) -> BillLineShown:
    title = cast("Mapping[str, str]", line["title"])
    reason = cast("Mapping[str, str]", line["reason"] or {})
    return BillLineShown(
        code=str(line["code"]),
        zh=title["zh"],
        en=title["en"],
        quantity=_decimal(line["quantity"]),
        unit=str(line["unit"] or ""),
        price=_decimal(line["price"]),
        price_unit=str(line["price_unit"] or ""),
        amount_cny=_decimal(line["amount_cny"]),
        state=str(line["state"]),
        reason_zh=reason.get("zh", ""),
        reason_en=reason.get("en", ""),
        facts=tuple(map(str, cast("list[object]", line["facts"]))),
    )


def _budget_lines(id_: str, name: str, ports: Ports) -> Iterable[BudgetLine]:
    """Yield every budget of the year that is known: issued, or of electricity."""
    if not name:
        return
    year = name[:4]
    issued = [
        each
        for each in ports.registry.latest_statements(year, {quota_account.KIND})
        if each.subject == id_
    ]
    if issued:
        bodies = [cast("Mapping[str, object]", json.loads(issued[0].document))]
    elif id_ in read_budgets(year, ports=ports)[0]:
        drafts = quota_account.drafts(year, ports=ports, subjects=[id_])
        bodies = [cast("Mapping[str, object]", draft.body) for draft in drafts]
    else:
        bodies = []
    for body in bodies:
        for line in cast("list[Mapping[str, object]]", body["lines"]):
            forecast = cast("Mapping[str, object] | None", line["forecast"])
            yield BudgetLine(
                id=str(line["quota"]),
                measure=str(line["measure"]),
                unit=str(line["unit"]),
                limit=Decimal(str(line["limit"])),
                used=_decimal(line["used"]),
                used_ratio=_decimal(line["used_ratio"]),
                expected_ratio=None if forecast is None else _decimal(forecast["expected_ratio"]),
                alert=str(line["alert"]),
            )


def _standing(id_: str, name: str, ports: Ports) -> Mapping[str, object] | None:
    if not name:
        return None
    if ports.counter is not None:
        return ports.counter.standing(id_, name[:4])
    return sector_standing(id_, name[:4], ports=ports)


def _meters(id_: str, name: str, ports: Ports) -> Iterable[MeterShown]:
    """Yield the electricity meters of the enterprise with how good their month is."""
    if not name:
        return
    period = month(name, ports.park.zone)
    intervals = ports.lake.read("intervals", period, columns=("quality",))
    scores = _scores(period, ports)
    latest = _last_read(ports)
    for meter in ports.park.meters.values():
        if meter.node != id_:
            continue
        rows = intervals.get((meter.id,))
        kinds = np.zeros(0, np.int64) if rows is None else rows["quality"]
        n_missing = int((kinds >= Quality.MISSING).sum())
        n_estimated = int((kinds == Quality.ESTIMATED).sum())
        n_read = len(kinds) - n_missing - n_estimated
        yield MeterShown(
            id=meter.id,
            measures=meter.measures.value,
            score=scores.get(meter.id),
            coverage_ratio=Decimal(n_read) / len(kinds) if len(kinds) else None,
            n_missing=n_missing,
            n_estimated=n_estimated,
            latest_s=latest.get(meter.id),
        )


def _last_read(ports: Ports) -> dict[str, int]:
    """Return when the last usable reading of every meter is of [s]."""
    places, rows = ports.lake.last()
    return {
        places[int(code)][0]: int(at_s)
        for code, at_s in zip(rows["code"], rows["last_s"], strict=True)
    }


def _scores(period: Period, ports: Ports) -> dict[str, int]:
    try:
        return {each.meter: each.score for each in quality(period, ports=ports)}
    except NotJudgedError:
        return {}


def _reports(id_: str, ports: Ports) -> Iterable[ReportShown]:
    shelf = read_shelf(ports=ports)
    own = [each for each in shelf.latest().values() if each.subject == id_]
    own.sort(key=lambda each: (each.period.last, each.issued_at_s), reverse=True)
    for report in own[:REPORTS_SHOWN]:
        is_approved = (
            report.id in shelf.signed and standing_of_report(report, ports=ports).state in APPROVED
        )
        copies = shelf.copies_of(report)
        latest = [each for each in copies if each.stage != "draft"] or [*copies]
        yield ReportShown(
            id=report.id,
            cadence=report.period.cadence.value,
            period=report.period.name,
            is_approved=is_approved,
            copies=tuple(latest),
        )


def _day_curve(code: str, day: date, id_: str, ports: Ports) -> DayCurve:
    period = days(day, 1, ports.park.zone)
    rows = ports.lake.read("matching", period, id_, columns=("total_wh", "quality"))
    kw: list[float | None] = [None] * period.n_steps
    of = rows.get(("user", id_))
    if of is not None:
        for at_s, wh, kind in zip(of["time_s"], of["total_wh"], of["quality"], strict=True):
            if kind < Quality.MISSING:
                kw[int(at_s - period.start_s) // STEP_S] = round(
                    float(wh) * _STEPS_PER_HOUR / WH_PER_KWH, 1
                )
    return DayCurve(code=code, date=day.isoformat(), kw=tuple(kw))


def _hours(curves: list[DayCurve]) -> Iterable[tuple[str, tuple[float | None, ...]]]:
    """Yield hour by hour the energy of each day; an hour with a gap has none [kWh]."""
    n_hours = min(len(curve.kw) for curve in curves) // _STEPS_PER_HOUR
    for hour in range(n_hours):
        first = hour * _STEPS_PER_HOUR
        sums: list[float | None] = []
        for curve in curves:
            steps = curve.kw[first : first + _STEPS_PER_HOUR]
            known = [kw for kw in steps if kw is not None]
            whole = len(known) == _STEPS_PER_HOUR
            sums.append(round(sum(known) / _STEPS_PER_HOUR, 1) if whole else None)
        yield f"{hour:02d}:00", tuple(sums)


def _kinds(id_: str, day: date, ports: Ports) -> tuple[PeriodKind, ...]:
    try:
        bands = read_bands(id_, days(day, 1, ports.park.zone), ports=ports)
    except NoTariffError:
        return ()
    return tuple(KINDS[int(kind)] for kind in bands.kinds)


def _decimal(value: object) -> Decimal | None:
    return None if value is None or value == "" else Decimal(str(value))
