"""The Pareto front of a study: what the year costs at least as one ratio is asked for more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.sizing.case import FEED_BACK, Why
from taihang.core.dispatch.sizing.front import FrontPoint, FrontStatus, front_of
from taihang.core.dispatch.sizing.sized import Tools
from taihang.core.dispatch.study import Study, StudyYear, problem_of_study, size_field
from taihang.core.errors import InputError
from taihang.core.ratio.outlook import Thresholds

FRONT_FORMAT: Final = "taihang/sizing-front/v1"
POINTS_MOST: Final = 500
_GAP: Final = 1e-6


class FrontError(InputError):
    """A front cannot be drawn here."""

    code = "input.sizing-front"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrontRow:
    """One limit of the ratio, and what is built for it."""

    point: FrontPoint
    sizes: Mapping[str, float]
    """By investment [kW or kWh]."""
    total_cny: float | None
    """All that the year costs; None where nothing was found [CNY/a]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Front:
    """The front of a study."""

    study: Study
    kind: str
    rows: tuple[FrontRow, ...]


def size_front(
    study: Study,
    year: StudyYear,
    *,
    asked: Thresholds,
    kind: str,
    n_points: int,
    tools: Tools | Why,
) -> Front:
    """Draw the front: the green share from its threshold to all, or the feed-back from nothing up.

    Args:
        study: The study.
        year: Its weather and load.
        asked: What is asked of the other ratios.
        kind: ``green-share`` or ``feed-back``.
        n_points: How many limits, evenly spaced.
        tools: What sizing by decomposition works with.

    Returns:
        One row for each limit.

    Raises:
        FrontError: If the number of points makes no sense, or the decomposition cannot be used.
    """
    if not 1 < n_points <= POINTS_MOST:
        raise FrontError(
            given=f"{n_points} points",
            expected=f"2 to {POINTS_MOST} points",
            remedy="write for example --points 50",
        )
    # 1. The limits, ascending.
    first, last = float(asked.green_min_ratio), 1.0
    if kind == FEED_BACK:
        first, last = 0.0, float(asked.export_max_ratio)
    limits = np.linspace(first, last, n_points).tolist()
    # 2. The least cost at each, from what is known of the one before.
    problem = problem_of_study(
        study,
        year,
        self_use_ratio=float(asked.self_use_min_ratio),
        green_ratio=float(asked.green_min_ratio),
    )
    points = tools
    if isinstance(tools, Tools):
        points = front_of(problem, kind=kind, limits=limits, tools=tools, gap=_GAP)
    if not isinstance(points, tuple):
        raise FrontError(
            given=f"a front where sizes are not found by decomposition ({points})",
            expected="a study of one node and one battery, and compiled loops",
            remedy="pip install 'taihang[fast]'",
        )
    # 3. Costs of one year, with what is built in any case.
    rows = tuple(_row(study, point) for point in points)
    return Front(study=study, kind=kind, rows=rows)


def _row(study: Study, point: FrontPoint) -> FrontRow:
    if point.cost_cny is None:
        return FrontRow(point=point, sizes={}, total_cny=None)
    annuities = study.annuities_cny()
    anyway = sum(one.least * annuities[name] for name, one in study.investments.items())
    return FrontRow(
        point=point,
        sizes={
            name: point.sizes[size_field(name)] / one.per_unit
            for name, one in study.investments.items()
        },
        total_cny=point.cost_cny / study.terms.weather_years + anyway,
    )


def front_document(front: Front) -> dict[str, Json]:
    """Return a front as plain values."""
    years = front.study.terms.weather_years
    return {
        "format": FRONT_FORMAT,
        "ratio": front.kind,
        "points": [
            {
                "limit_ratio": row.point.limit_ratio,
                "status": row.point.status.value,
                "total_cny": row.total_cny,
                "gap_ratio": row.point.gap_ratio,
                "sizes": dict(row.sizes),
                "ratios": dict(row.point.ratios),
                "looks": row.point.looks,
            }
            for row in front.rows
        ],
        "weather_years": years,
        "proven": sum(row.point.status is FrontStatus.PROVEN for row in front.rows),
    }
