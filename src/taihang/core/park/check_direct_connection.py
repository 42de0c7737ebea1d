"""Whether what a park states about its annual ratios hangs together."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations
from typing import Final

from taihang.core.park.assets import PlantKind
from taihang.core.park.direct_connection import (
    MONTHS_A_YEAR,
    DirectConnection,
    Remedy,
    RemedyKind,
    SeasonalShape,
)
from taihang.core.park.park import Park
from taihang.core.park.problem import KeyPath, ParkProblem, remedy_for_name

LOAD_SHAPE: Final = "load"
SHAPES: Final = (*(kind.value for kind in PlantKind), LOAD_SHAPE)
"""What a seasonal shape may be of."""


def check_direct_connection(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with the limits, remedies and shapes of a park.

    Args:
        park: The park; nothing about it is taken for granted.
    """
    yield from _check_limits(park.accounting.export_limit_ratio, park.direct_connection)
    yield from _check_spread(park)
    for remedy in park.direct_connection.remedies.values():
        yield from _check_remedy(remedy)
    for shape in park.direct_connection.shapes.values():
        yield from _check_shape(shape)


def _check_limits(undated_ratio: Decimal | None, stated: DirectConnection) -> Iterator[ParkProblem]:
    """The limit of export stands once: undated in [accounting], or dated in [export_limits]."""
    path = ("accounting", "export_limit_ratio")
    if undated_ratio is None and not stated.limits:
        yield _problem(
            path,
            "nothing, and no [export_limits]",
            "the limit of export that the province has set",
            "write [export_limits] with a day and a document, or export_limit_ratio",
        )
    if undated_ratio is not None and stated.limits:
        yield _problem(
            path,
            f"{undated_ratio}, beside [export_limits]",
            "the limit of export in one place",
            "remove it: the dated limits say more",
        )
    for one, other in combinations(stated.limits.values(), 2):
        if one.valid_from == other.valid_from:
            yield _problem(
                ("export_limits", other.id, "valid_from"),
                f"{other.valid_from}, the same as {one.id}",
                "a later day: the next limit holds from its own day on",
                "remove one, or write the day of the next document",
            )


def _check_spread(park: Park) -> Iterator[ParkProblem]:
    """Every kind of plant, and load, has its spread of years: 0 is said, never meant."""
    forecast = park.direct_connection.forecast
    if forecast is None:
        return
    wanted = {*(plant.kind.value for plant in park.plants.values()), LOAD_SHAPE}
    if wanted != {*forecast.year_spread_ratio}:
        yield _problem(
            ("ratio_forecast", "year_spread"),
            ", ".join(forecast.year_spread_ratio) or "nothing",
            f"the spread of {', '.join(sorted(wanted))}",
            "write one for each; 0 says that years are alike",
        )


def _check_remedy(remedy: Remedy) -> Iterator[ParkProblem]:
    path = ("remedies", remedy.id)
    if remedy.kind is not RemedyKind.CURTAIL and remedy.most_mwh_per_day is None:
        yield _problem(
            (*path, "most_mwh_per_day"),
            "nothing",
            f"how much {remedy.kind.value} can take in a day",
            "write most_mwh_per_day; only curtailing may leave it out",
        )
    is_charge = remedy.kind is RemedyKind.CHARGE
    if is_charge != (remedy.loss_ratio is not None):
        yield _problem(
            (*path, "loss_ratio"),
            "nothing" if is_charge else str(remedy.loss_ratio),
            "the share that is lost, of charging and of nothing else",
            "write loss_ratio, for example 0.12" if is_charge else "remove it",
        )


def _check_shape(shape: SeasonalShape) -> Iterator[ParkProblem]:
    path = ("seasonal_shapes", shape.id)
    if shape.id not in SHAPES:
        yield _problem(
            path,
            repr(shape.id),
            f"one of {', '.join(SHAPES)}",
            remedy_for_name(shape.id, known=SHAPES, otherwise="rename it"),
        )
    if len(shape.months) != MONTHS_A_YEAR or sum(shape.months) <= 0:
        yield _problem(
            (*path, "months"),
            f"{len(shape.months)} weights that sum to {sum(shape.months)}",
            f"{MONTHS_A_YEAR} weights of 0 or more, January to December, not all 0",
            "write one weight for each month",
        )


def _problem(path: KeyPath, given: str, expected: str, remedy: str) -> ParkProblem:
    return ParkProblem(path=path, given=given, expected=expected, remedy=remedy)
