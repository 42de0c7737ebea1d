"""Monthly account of the annual ratios: the month, the year to date, twelve months, the outlook.

Rule ``ndrc-650-windows/v1``: each window sums the closed intervals that lie in it and is judged by
the thresholds of its last local day. The text judges whole years; a month and a part of a year are
a look ahead. Intervals that are open or not settled are counted beside every window.

Source: 发改能源〔2025〕650号 (thresholds verified: K14; export limit: K16; the official text was
not opened; treatment of storage losses: uncertain, so the park says it).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from taihang.core.errors import StateError
from taihang.core.facts import Fact
from taihang.core.park.direct_connection import EXPORT_LIMIT
from taihang.core.periods import Period, days, month
from taihang.core.ratio.flow import FlowTotals
from taihang.core.ratio.forecast import NoModelError
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.statement import fact_document
from taihang.services.account import (
    ACCOUNT_FORMAT,
    PARK_SUBJECT,
    Draft,
    export_limit,
    first_day,
    judged,
    local_last_day,
)
from taihang.services.ports import Ports
from taihang.services.project_flow import ProjectFlow, project_flow
from taihang.services.ratio_document import outlook_document
from taihang.services.ratio_outlook import NoRatioForecastError, past_period, ratio_outlook
from taihang.standards import ndrc_650

KIND: Final = "ratios"
RULE: Final = "ndrc-650-windows/v1"
MONTH: Final = "month"
YEAR_TO_DATE: Final = "year-to-date"
TWELVE_MONTHS: Final = "twelve-months"
WINDOWS: Final = (MONTH, YEAR_TO_DATE, TWELVE_MONTHS)
_THRESHOLDS: Final = ("direct-connection.self-use-min", "direct-connection.green-min")
_CEILING: Final = "direct-connection.export-ceiling"
"""Within which the text expects the limit of a province; never taken in its place."""


class NothingClosedError(StateError):
    """Of a month or year no interval is closed, so that it has no ratios."""

    code = "state.no-ratios"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One window and how its ratios stand."""

    name: str
    period: Period
    totals: FlowTotals
    ratios: ndrc_650.Ratios650


def drafts(period: str, *, ports: Ports, subjects: Iterable[str] | None = None) -> list[Draft]:
    """Draw up the account of a month; changes nothing.

    Args:
        period: The month, for example ``2026-06``.
        ports: The outside world.
        subjects: Only these; None means all. There is one, the park.

    Returns:
        One draft, ``ratios.park.YYYY-MM``; none where no interval of the month is closed.
    """
    whole = month(period, ports.park.zone)
    if subjects is not None and PARK_SUBJECT not in subjects:
        return []
    # 1. What is settled, as far back as any window or model reaches.
    if not any(each.start_s < whole.end_s for each in ports.registry.settlements()):
        return []
    flow = project_flow(_reach(whole, ports), ports=ports)
    # 2. The three windows.
    windows = windows_of(period, flow=flow, ports=ports)
    if not windows[0].totals.n_closed:
        return []
    # 3. The end of the year.
    body = _body(period, windows, flow, ports)
    body["forecast"], body["not_assessed"] = _forecast(whole, flow, ports)
    return [Draft(KIND, PARK_SUBJECT, period, body)]


def windows_of(period: str, *, flow: ProjectFlow, ports: Ports) -> tuple[Window, ...]:
    """Return the windows that end with a month, in the order of ``WINDOWS``.

    Args:
        period: The month.
        flow: Energies that reach back over all of them.
        ports: The outside world.
    """
    return tuple(
        window_of(name, window, flow=flow, ports=ports)
        for name, window in window_periods(period, ports=ports).items()
    )


def window_of(name: str, period: Period, *, flow: ProjectFlow, ports: Ports) -> Window:
    """Return how the ratios of any window stand.

    Args:
        name: What it is called.
        period: Where it lies, inside the energies.
        flow: Energies.
        ports: The outside world.
    """
    totals = flow.series.total(period)
    energy = ndrc_650.energy_of(
        totals, storage_losses_in_load=ports.park.accounting.storage_losses_in_load
    )
    on = local_last_day(period, ports.park)
    return Window(
        name=name, period=period, totals=totals, ratios=judged(energy, on=on, ports=ports)
    )


def window_periods(period: str, *, ports: Ports) -> dict[str, Period]:
    """Return the windows that end with a month, by name."""
    zone = ports.park.zone
    whole = month(period, zone)
    last = whole.end.astimezone(zone).date()
    year_start = date(int(period[:4]), 1, 1)
    a_year_before = date(last.year - 1, last.month, 1)
    return {
        MONTH: whole,
        YEAR_TO_DATE: Period(days(year_start, 1, zone).start, whole.end),
        TWELVE_MONTHS: Period(days(a_year_before, 1, zone).start, whole.end),
    }


def _reach(whole: Period, ports: Ports) -> Period:
    """Return how far back the account of a month looks."""
    zone = ports.park.zone
    first = whole.end.astimezone(zone).date()
    windows = window_periods(f"{(first - timedelta(days=1)):%Y-%m}", ports=ports).values()
    starts = [window.start for window in windows]
    if ports.park.direct_connection.forecast is not None:
        starts.append(past_period(first, ports=ports).start)
    return Period(min(starts), whole.end)


def _forecast(
    whole: Period, flow: ProjectFlow, ports: Ports
) -> tuple[dict[str, JsonValue] | None, list[JsonValue]]:
    """Return the outlook at the end of a month, or why there is none."""
    first = whole.end.astimezone(ports.park.zone).date()
    try:
        outlook = ratio_outlook(first, ports=ports, flow=flow)
    except (NoRatioForecastError, NoModelError) as error:
        return None, [{"what": "forecast", "reason": error.code, "detail": str(error)}]
    return outlook_document(outlook, park=ports.park), []


def _body(
    period: str, windows: tuple[Window, ...], flow: ProjectFlow, ports: Ports
) -> dict[str, JsonValue]:
    on = max(local_last_day(windows[0].period, ports.park), first_day(_THRESHOLDS[0], ports.facts))
    limit_ratio, basis = export_limit(on, ports=ports)
    return {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        "month": period,
        "windows": [window_document(window, ports) for window in windows],
        "export_limit": {
            "ratio": f"{limit_ratio:f}",
            "basis": basis,
            "above_ceiling": limit_ratio > ports.facts.in_force(_CEILING, on=on).value,
        },
        "storage_losses_in_load": ports.park.accounting.storage_losses_in_load,
        "curtailment": "metered" if flow.series.is_curtailment_metered else "not-metered",
        "factors": [fact_document(fact) for fact in _facts(on, ports)],
        "code_version": ports.version,
    }


def _facts(on: date, ports: Ports) -> Iterator[Fact]:
    for code in (*_THRESHOLDS, _CEILING):
        yield ports.facts.in_force(code, on=on)
    if ports.park.accounting.export_limit_ratio is None:
        yield ports.facts.in_force(EXPORT_LIMIT, on=max(on, first_day(EXPORT_LIMIT, ports.facts)))


def window_document(window: Window, ports: Ports) -> dict[str, JsonValue]:
    """Return a window as it stands in a statement."""
    energy, totals = window.ratios.energy, window.totals
    return {
        "name": window.name,
        "from": window.period.start.astimezone(ports.park.zone).date().isoformat(),
        "to": local_last_day(window.period, ports.park).isoformat(),
        "intervals": {
            "closed": totals.n_closed,
            "open": totals.n_open,
            "unsettled": totals.n_unsettled,
        },
        "available_wh": energy.available_wh,
        "exported_wh": energy.exported_wh,
        "curtailed_wh": energy.curtailed_wh,
        "imported_wh": energy.imported_wh,
        "load_wh": energy.load_wh,
        "other_wh": energy.other_wh,
        "self_used_wh": energy.self_used_wh,
        "requirements": [_requirement(each) for each in window.ratios.requirements],
    }


def _requirement(each: ndrc_650.Requirement) -> dict[str, JsonValue]:
    percent = each.percent
    return {
        "symbol": each.symbol,
        "percent": None if percent is None else f"{percent:f}",
        "numerator_wh": each.numerator_wh,
        "denominator_wh": each.denominator_wh,
        "threshold": f"{each.threshold_ratio:f}",
        "at_least": each.is_minimum,
        "verdict": each.verdict.value,
        "shortfall_wh": each.shortfall_wh,
        "basis": each.basis,
        "zh": each.sentence_zh,
        "en": each.sentence_en,
    }
