"""Quotas and budgets of a year as statements: used to date, share, forecast, level of warning.

The months come from the same accounts as everything else, drawn up month by month; a month that is
not whole is not known, and is said to be so. See docs/accounts.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from taihang.core.energy.quota import MONTHS, Forecast, Method, Outlook, days_of, outlook
from taihang.core.park.quota import Quota, QuotaRules, quotas_of
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import ACCOUNT_FORMAT, Draft
from taihang.services.carbon_inputs import months_of_stay, stay_of
from taihang.services.monthly_use import MonthlyUse, MonthUse
from taihang.services.ports import Ports

KIND: Final = "quota"
RULE: Final = "quota/v1"
_PRINTED: Final = Decimal("0.001")
_RATIO: Final = Decimal("0.000001")


@dataclass(slots=True)
class _Grounds:
    """What a statement rests on, and what it lacks."""

    activities: set[str] = field(default_factory=set[str])
    statements: set[str] = field(default_factory=set[str])
    lacks: list[JsonValue] = field(default_factory=list[JsonValue])

    def take(self, months: Iterable[MonthUse]) -> None:
        for month in months:
            self.activities |= {*month.activities}
            self.statements |= {*month.statements}


def drafts(period: str, *, ports: Ports, subjects: Iterable[str] | None = None) -> list[Draft]:
    """Draw up how the quotas of a year stand; changes nothing.

    Args:
        period: The year, ``2026``.
        ports: The outside world.
        subjects: Only these; None means everybody with a quota.

    Returns:
        ``quota.{subject}.{period}`` of each subject, its quotas in the order of the park file.
    """
    rules = ports.park.quota_rules
    if rules is None:
        return []
    quotas = quotas_of(ports.park.quotas, year=int(period))
    by_subject: dict[str, list[Quota]] = {}
    for quota in quotas.values():
        by_subject.setdefault(quota.subject, []).append(quota)
    wanted = by_subject.keys() if subjects is None else {*subjects}
    months = MonthlyUse(ports)
    return [
        Draft(KIND, name, period, _body(of, int(period), months, rules=rules, ports=ports))
        for name, of in by_subject.items()
        if name in wanted
    ]


def _body(
    quotas: Iterable[Quota], year: int, months: MonthlyUse, *, rules: QuotaRules, ports: Ports
) -> dict[str, JsonValue]:
    grounds = _Grounds()
    lines = [
        _line(quota, year, months, rules=rules, grounds=grounds, ports=ports) for quota in quotas
    ]
    shares = [Decimal(share) for line in lines if isinstance(share := line["used_ratio"], str)]
    return {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        "value": _plain(max(shares, default=None)),
        "unit": "1",
        "levels": {
            "watch_chance_ratio": _plain(rules.watch_chance_ratio),
            "warning_chance_ratio": _plain(rules.warning_chance_ratio),
            "interval_ratio": _plain(rules.interval_ratio),
            "source": rules.source,
        },
        "lines": [*lines],
        "factors": [],
        "inputs": {
            "activities": [*sorted(grounds.activities)],
            "statements": [*sorted(grounds.statements)],
        },
        "not_assessed": grounds.lacks,
        "code_version": ports.version,
    }


def _line(
    quota: Quota,
    year: int,
    months: MonthlyUse,
    *,
    rules: QuotaRules,
    grounds: _Grounds,
    ports: Ports,
) -> dict[str, JsonValue]:
    stay = [int(each[5:]) for each in months_of_stay(stay_of(quota.subject, ports.park), str(year))]
    now = {month: months.of(quota, f"{year}-{month:02d}") for month in stay}
    before = {month: months.of(quota, f"{year - 1}-{month:02d}") for month in MONTHS}
    found = outlook(
        quota.amount,
        months=days_of(year, stay),
        this_year=_amounts(now),
        last_year=_amounts(before),
        rules=rules,
    )
    known = [now[month] for month in found.months_known]
    grounds.take(known)
    if found.forecast is not None and found.forecast.method is Method.LAST_YEAR:
        grounds.take(before[month] for month in stay)
    grounds.lacks += _lacks(quota, year, now, found)
    return {
        "quota": quota.id,
        "measure": quota.measure.value,
        "unit": quota.unit,
        "limit": _plain(quota.amount),
        "valid_from": quota.valid_from.isoformat(),
        "valid_to": quota.valid_to.isoformat(),
        "document": quota.document,
        "used": _plain(found.used),
        "used_ratio": _plain(_ratio(found.used, quota.amount)),
        "months": _by_month(now),
        "last_year": _by_month(before),
        "months_left": len(found.months_left),
        "missing_intervals": sum(month.n_missing for month in known),
        "forecast": None if found.forecast is None else _forecast(found.forecast, quota.amount),
        "alert": found.alert.value,
    }


def _forecast(forecast: Forecast, limit: Decimal) -> dict[str, JsonValue]:
    return {
        "method": forecast.method.value,
        "expected": _printed(forecast.expected),
        "expected_ratio": _printed(forecast.expected / float(limit)),
        "standard_error": _printed(forecast.standard_error),
        "low": _printed(forecast.low),
        "high": _printed(forecast.high),
        "breach_chance_ratio": _printed(forecast.breach_chance_ratio),
    }


def _lacks(
    quota: Quota, year: int, now: Mapping[int, MonthUse], found: Outlook
) -> Iterator[dict[str, JsonValue]]:
    """Yield the months that are not known although a later one is, or the first if none is."""
    for month in found.holes or (() if found.months_known else found.months_left[:1]):
        name, why = f"{year}-{month:02d}", now[month]
        yield {
            "what": f"{quota.id} {name}",
            "zh": f"{quota.id} {name} 的用量不知：{why.why_zh}",
            "en": f"{quota.id}: the use of {name} is not known: {why.why_en}",
        }


def _amounts(months: Mapping[int, MonthUse]) -> dict[int, Decimal]:
    return {month: use.amount for month, use in months.items() if use.amount is not None}


def _by_month(months: Mapping[int, MonthUse]) -> dict[str, JsonValue]:
    return {f"{month:02d}": _plain(use.amount) for month, use in months.items()}


def _ratio(used: Decimal | None, limit: Decimal) -> Decimal | None:
    return None if used is None else (used / limit).quantize(_RATIO)


def _printed(value: float | None) -> str | None:
    """Return a forecast as printed, to three decimals: it is not known to more."""
    return None if value is None else _plain(Decimal(value).quantize(_PRINTED))


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize() + 0, "f")
