"""Whether what a park declares for hourly scores hangs together."""

from collections.abc import Iterator, Mapping
from typing import Final

from taihang.core.park.park import Park
from taihang.core.park.problem import ParkProblem
from taihang.core.park.score import MeasureKind, ScoreMeasure
from taihang.core.series import Quantity

_SHARE_UNIT: Final = "1"
_KEYS: Final[Mapping[MeasureKind, tuple[str, ...]]] = {
    MeasureKind.PV: ("most_kw",),
    MeasureKind.WIND: ("most_kw",),
    MeasureKind.BATTERY: ("most_kw", "energy_h", "round_trip_ratio"),
    MeasureKind.SHIFT: ("most_share_ratio",),
    MeasureKind.CERTIFICATES: ("first_hour", "last_hour"),
}
"""What a measure of each kind says beside its price, and nothing else."""
_ALL_KEYS: Final = tuple(dict.fromkeys(key for keys in _KEYS.values() for key in keys))
_MODELS: Final = (MeasureKind.PV, MeasureKind.WIND)


def check_scores(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with the tables of scores.

    Args:
        park: The park; nothing about it is taken for granted.
    """
    if park.scores is not None:
        series = park.series.get(park.scores.grid_cfe_series)
        if series is None or (series.unit, series.quantity) != (_SHARE_UNIT, Quantity.SAMPLE):
            yield ParkProblem(
                path=("scores", "grid_cfe_series"),
                given=repr(park.scores.grid_cfe_series),
                expected='the id of a declared series of samples in the unit "1"',
                remedy="declare it in [series]; a share of 30 % is stored as 0.3",
            )
    for measure in park.score_measures.values():
        yield from _check_measure(measure, park)


def _check_measure(measure: ScoreMeasure, park: Park) -> Iterator[ParkProblem]:
    wanted = _KEYS[measure.kind]
    for key in _ALL_KEYS:
        is_given = getattr(measure, key) is not None
        if is_given != (key in wanted):
            yield ParkProblem(
                path=("score_measures", measure.id, key),
                given="a value" if is_given else "nothing",
                expected=f"of {measure.kind.value}: {', '.join(wanted)}, and nothing else",
                remedy="remove it" if is_given else "write it; it has no default",
            )
    if measure.first_hour is not None and measure.first_hour == measure.last_hour:
        yield ParkProblem(
            path=("score_measures", measure.id, "last_hour"),
            given=str(measure.last_hour),
            expected="another hour than first_hour",
            remedy="write 0 and 24 for the whole day",
        )
    kinds = {plant.kind.value for plant in park.plants.values()}
    if measure.kind in _MODELS and measure.kind.value not in kinds:
        yield ParkProblem(
            path=("score_measures", measure.id, "kind"),
            given=measure.kind.value,
            expected="a technology of which the park has a plant: its profile is taken",
            remedy="remove the measure, or enter the plant",
        )
