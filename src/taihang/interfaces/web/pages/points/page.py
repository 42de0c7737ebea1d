"""Turns a point's year into what the page prints and draws."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from taihang.interfaces.catalogue import Lang, has_text, text
from taihang.interfaces.web.csv_answer import Value
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.pages.points.build import PointRow, YearView
from taihang.interfaces.web.wording import number, percent

_MINUTES = 15
_PER_HOUR = 4
_THOUSAND = 1_000
_HUNDRED = 100
_TEXTS = ("chart.missing", "chart.months", "points.estimated")


def points_context(rows: Sequence[PointRow], *, look: PageQuery) -> dict[str, object]:
    """Return what the list of points needs."""
    return {
        "heads": [
            text(f"points.{each}", look.lang) for each in ("point", "of", "quantity", "unit")
        ],
        "rows": [
            {
                "id": row.id,
                "name": _name(row.name_zh, row.name_en, look.lang),
                "node": row.node,
                "measures": measured(row, look.lang),
                "unit": row.unit,
            }
            for row in rows
        ],
    }


def measured(row: PointRow, lang: Lang) -> str:
    """Return what a point measures, in words."""
    key = f"points.measures.{row.measures}"
    return text(key, lang) if row.measures and has_text(key) else ""


def year_context(view: YearView, *, look: PageQuery) -> dict[str, object]:
    """Return what the page of one point needs."""
    found, lang = view.found, look.lang
    digits = digits_of(view.greatest)
    return {
        "view": view,
        "point": found.point,
        "name": _name(view.name_zh, view.name_en, lang),
        "unit": found.unit,
        "coverage": percent(found.coverage_ratio, digits=1),
        "least": number(view.least, digits=digits),
        "greatest": number(view.greatest, digits=digits),
        "mean": number(view.mean, digits=digits),
        "is_known": view.mean is not None,
        "choices": {
            "label": str(view.year),
            "before": look.with_words(year=str(view.year - 1)),
            "after": look.with_words(year=str(view.year + 1)),
            "kinds": (),
        },
        "hours": [f"{hour:02d}" for hour in range(24)],
        "months": [
            {"name": name, "means": [number(each, digits=digits) for each in means]}
            for name, means in view.hours
        ],
        "query_words": f"?year={view.year}",
        "script": {
            "first_day": found.first_day.isoformat(),
            "n_days": len(found.values),
            "least": view.least,
            "greatest": view.greatest,
            "unit": found.unit,
            "digits": digits,
            "numbers": view.numbers,
            "doubtful": view.doubtful,
            "texts": {key: text(key, lang) for key in _TEXTS},
        },
    }


def digits_of(greatest: float | None) -> int:
    """Return so many digits that the largest value has about four.

    Example:
        >>> digits_of(12_345.0), digits_of(9.5), digits_of(None)
        (0, 2, 0)
    """
    if greatest is None:
        return 0
    return 0 if abs(greatest) >= _THOUSAND else 1 if abs(greatest) >= _HUNDRED else 2


def _name(zh: str, en: str, lang: Lang) -> str:
    return zh if lang == "zh" else en


def year_rows(view: YearView) -> list[list[Value]]:
    """Return every quarter of a year, an empty cell where nothing was read."""
    found = view.found
    rows: list[list[Value]] = []
    for day, values in enumerate(found.values):
        name = (found.first_day + timedelta(days=day)).isoformat()
        for quarter, value in enumerate(values):
            clock = f"{quarter // _PER_HOUR:02d}:{quarter % _PER_HOUR * _MINUTES:02d}"
            shown = round(float(value), 6) if np.isfinite(value) else None
            rows.append([f"{name} {clock}", shown, int(found.doubtful[day, quarter])])
    return rows
