"""Which figure each number of the overview is, so that it opens."""

from typing import Final
from zoneinfo import ZoneInfo

from taihang.core.figure.key import key_of
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.periods import Period
from taihang.interfaces.web.pages.overview.view import Overview
from taihang.services.figure_span import days_span

_RATIOS: Final = {"green": "R_green", "self_use": "R_self", "export": "R_exp"}


def card_keys(overview: Overview) -> dict[str, str]:
    """Return the key of the figure on each card, by the code of the card.

    Args:
        overview: The figures.
    """
    span = span_name(overview)
    if not span:
        return {}
    kpis = overview.kpis
    found = {"load": key_of("users", "total_wh", span)}
    found |= {code: key_of("ratio", symbol, span) for code, symbol in _RATIOS.items()}
    found["coverage"] = key_of("coverage", PARK_SUBJECT, span)
    if kpis.scope2_location_tco2 is not None:
        found["carbon"] = _value("scope2-location", PARK_SUBJECT, overview.month or "")
    if overview.plan is not None and kpis.plan_saving_cny is not None:
        found["saving"] = _value("day-plan", PARK_SUBJECT, overview.plan.date)
    return found


def cell_keys(overview: Overview, enterprise: str) -> dict[str, str]:
    """Return the key of the figure in each cell of an enterprise, by the code of the column.

    Args:
        overview: The figures.
        enterprise: Its id.
    """
    span = span_name(overview)
    if not span:
        return {}
    month = overview.month or ""
    return {
        "load": key_of("matched", "user", enterprise, "total_wh", span),
        "peak": key_of("peak", enterprise, span),
        "green": key_of("green-share", enterprise, span),
        "coal": _value("standard-coal", enterprise, month),
        "carbon": _value("scope2-location", enterprise, month),
        "coverage": key_of("coverage", enterprise, span),
    }


def span_name(overview: Overview) -> str:
    """Return the stretch of the figures as keys write it; empty where there are none."""
    if overview.period_from_s is None or overview.period_to_s is None:
        return ""
    period = Period.of_s(overview.period_from_s, overview.period_to_s)
    return days_span(period, ZoneInfo(overview.zone)).name


def _value(kind: str, subject: str, period: str) -> str:
    return key_of("statement", f"{kind}.{subject}.{period}", "value")
