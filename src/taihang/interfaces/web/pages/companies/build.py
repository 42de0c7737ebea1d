"""Builds the page of companies from settled intervals, statements and budgets."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, cast

from taihang.core.energy.quota import Alert
from taihang.core.park.park import Park
from taihang.core.park.quota import QuotaMeasure, quotas_of
from taihang.core.periods import STEP_S, Period, month, months_in
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.series import Quality
from taihang.interfaces.web.pages.companies.view import Budget, CompaniesView, CompanyRow
from taihang.services import quota_account
from taihang.services.park_sums import park_sums
from taihang.services.ports import Ports
from taihang.services.report import settled_span
from taihang.services.report_span import Span, UserSpan, read_span, read_users

PEERS_LEAST: Final = 5
"""A mean of fewer would say what one of them does."""
_KINDS: Final = ("energy", "standard-coal", "scope2-location", "bill")
_STEPS_PER_HOUR: Final = SECONDS_PER_HOUR // STEP_S


def build_companies(ports: Ports, name: str) -> CompaniesView:
    """Return every enterprise that the viewer sees, in a month.

    Args:
        ports: The park, as far as the viewer sees it.
        name: The month; empty for the last one that is settled as a whole.
    """
    park, span = ports.park, settled_span(ports)
    months = () if span is None else tuple(settled_months(span, ports))
    shown = name or (months[0] if months else "")
    if not shown or span is None:
        return _empty(ports, months)
    # 1. The month, and the one before it.
    period = month(shown, park.zone)
    now = read_span(period, ports=ports)
    before = read_span(_before(period, park), ports=ports)
    # 2. What was stated of it, and the budgets of its year.
    stated = _stated(shown, ports)
    budgets, unstated = read_budgets(shown[:4], ports=ports)
    latest = _latest_w(span, ports)
    ground = _Ground(before, stated, budgets, latest, park)
    rows = [_row(user, ground) for user in now.users.values() if user.id in park.enterprises]
    rows.sort(key=lambda row: -(row.load_wh or 0))
    return CompaniesView(
        month=shown,
        months=months,
        rows=tuple(rows),
        sector_factor=_sector_factor(now, park),
        as_of_s=span.end_s - STEP_S,
        has_budgets=any(quota.subject in park.enterprises for quota in park.quotas.values()),
        unstated=unstated,
        sums=() if ports.scope.is_whole else park_sums(shown, ports=ports),
        is_whole=ports.scope.is_whole,
        zone=park.time_zone,
    )


def settled_months(span: Period, ports: Ports) -> Iterable[str]:
    """Yield the months that are settled as a whole, the latest first.

    A span of settlements can have holes, so a month inside it need not be settled.
    """
    for name in reversed([*months_in(span, ports.park.zone)]):
        period = month(name, ports.park.zone)
        rows = read_users(period, ("quality",), ports=ports)
        if any(len(of["time_s"]) == period.n_steps for of in rows.values()):
            yield name


def read_budgets(year: str, *, ports: Ports) -> tuple[dict[str, Budget], tuple[str, ...]]:
    """Return the budgets of a year, and whose account is not issued.

    An issued account is taken as it is. Where none is, a budget of electricity is worked out at
    once; one of energy or carbon takes the whole account of the year, which somebody has to issue.

    Args:
        year: For example ``2026``.
        ports: The park, as far as the viewer sees it.
    """
    park = ports.park
    found: dict[str, Budget] = {}
    issued = ports.registry.latest_statements(year, {quota_account.KIND})
    for each in issued:
        body = cast("Mapping[str, object]", json.loads(each.document))
        found[each.subject] = _budget(body, each.id)
    wanted: dict[str, list[QuotaMeasure]] = {}
    for quota in quotas_of(park.quotas, year=int(year)).values():
        if quota.subject in park.enterprises and quota.subject not in found:
            wanted.setdefault(quota.subject, []).append(quota.measure)
    quick = [who for who, of in wanted.items() if {*of} == {QuotaMeasure.ELECTRICITY}]
    for draft in quota_account.drafts(year, ports=ports, subjects=quick) if quick else ():
        found[draft.subject] = _budget(draft.body, "")
    return found, tuple(who for who in wanted if who not in found)


def load_factor(user: UserSpan) -> Decimal | None:
    """Return mean over greatest load, over the usable intervals [1]; None where there is none."""
    n_usable = user.n_intervals - user.n_missing
    if not user.peak_w or not n_usable:
        return None
    return Decimal(user.load_wh) * _STEPS_PER_HOUR / n_usable / user.peak_w


def change_of(now: UserSpan, before: UserSpan | None) -> Decimal | None:
    """Return how much more was used than before; None where either lacks a reading."""
    if before is None or before.n_missing or now.n_missing or not before.load_wh:
        return None
    # A month of 30 days is compared with one of 31 by its mean, not by its sum.
    mean_now = Decimal(now.load_wh) / now.n_intervals
    return mean_now / (Decimal(before.load_wh) / before.n_intervals) - 1


def _budget(body: Mapping[str, object], statement: str) -> Budget:
    lines = cast("list[Mapping[str, object]]", body["lines"])
    worst = max(lines, key=lambda line: (_grade(line), _used(line) or 0))
    return Budget(used_ratio=_used(worst), alert=str(worst["alert"]), statement=statement)


def _grade(line: Mapping[str, object]) -> int:
    """Return how urgent a budget is; one that cannot be judged hides none that can."""
    return _GRADES.index(Alert(str(line["alert"])))


_GRADES: Final = (Alert.UNKNOWN, Alert.WITHIN, Alert.WATCH, Alert.WARNING, Alert.BREACHED)


def _used(line: Mapping[str, object]) -> Decimal | None:
    used = line["used_ratio"]
    return None if used is None else Decimal(str(used))


def _before(period: Period, park: Park) -> Period:
    last = Period.of_s(period.start_s - STEP_S, period.start_s)
    return month(last.start.astimezone(park.zone).strftime("%Y-%m"), park.zone)


def _stated(name: str, ports: Ports) -> dict[tuple[str, str], tuple[str, Decimal | None]]:
    """Return id and value of the statements of a month by kind and subject."""
    found: dict[tuple[str, str], tuple[str, Decimal | None]] = {}
    for each in ports.registry.latest_statements(name, _KINDS):
        value = json.loads(each.document).get("value")
        found[each.kind, each.subject] = (each.id, None if value is None else Decimal(value))
    return found


def _latest_w(span: Period, ports: Ports) -> dict[str, int]:
    """Return the mean power of every user in the last settled interval, where it was read [W]."""
    last = Period.of_s(span.end_s - STEP_S, span.end_s)
    rows = read_users(last, ("total_wh", "quality"), ports=ports)
    return {
        user: int(of["total_wh"][-1]) * _STEPS_PER_HOUR
        for (_, user), of in rows.items()
        if of["quality"][-1] < Quality.MISSING
    }


def _sector_factor(span: Span, park: Park) -> dict[str, Decimal]:
    by_sector: dict[str, list[tuple[Decimal, int]]] = {}
    for user in span.users.values():
        factor = load_factor(user)
        if user.id in park.enterprises and factor is not None:
            sector = park.enterprises[user.id].sector
            by_sector.setdefault(sector, []).append((factor, user.load_wh))
    return {
        sector: sum((factor * wh for factor, wh in of), Decimal(0)) / sum(wh for _, wh in of)
        for sector, of in by_sector.items()
        if len(of) >= PEERS_LEAST and sum(wh for _, wh in of)
    }


@dataclass(frozen=True, slots=True)
class _Ground:
    """What rows are made of, beside the month itself."""

    before: Span
    stated: Mapping[tuple[str, str], tuple[str, Decimal | None]]
    budgets: Mapping[str, Budget]
    latest_w: Mapping[str, int]
    park: Park


def _row(user: UserSpan, ground: _Ground) -> CompanyRow:
    stated = ground.stated
    enterprise = ground.park.enterprises[user.id]
    is_known = user.peak_w is not None
    bill = stated.get(("bill", user.id))
    return CompanyRow(
        id=user.id,
        zh=enterprise.name_zh,
        en=enterprise.name_en,
        sector=enterprise.sector,
        latest_w=ground.latest_w.get(user.id),
        load_wh=user.load_wh if is_known else None,
        before_ratio=change_of(user, ground.before.users.get(user.id)),
        peak_w=user.peak_w,
        load_factor=load_factor(user),
        coal_tce=user.coal_tce,
        coal_equal_tce=user.coal_equal_tce,
        location_tco2=user.location_tco2,
        green_ratio=user.green_ratio,
        bill_cny=None if bill is None else bill[1],
        budget=ground.budgets.get(user.id),
        coverage_ratio=user.coverage_ratio,
        n_missing=user.n_missing,
        n_estimated=user.n_estimated,
        statements={kind: stated[kind, user.id][0] for kind in _KINDS if (kind, user.id) in stated},
    )


def _empty(ports: Ports, months: tuple[str, ...]) -> CompaniesView:
    return CompaniesView(
        month="",
        months=months,
        rows=(),
        sector_factor={},
        as_of_s=None,
        has_budgets=False,
        unstated=(),
        sums=(),
        is_whole=ports.scope.is_whole,
        zone=ports.park.time_zone,
    )
