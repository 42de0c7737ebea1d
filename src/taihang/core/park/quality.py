"""How readings of a park are judged and what may stand in for missing ones; no hidden default."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from taihang.core.park.problem import ParkProblem, remedy_for_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """Thresholds of the rules of validation; a meter may have its own for some."""

    spike_ratio: float
    """A spike exceeds the third highest interval of its day by more than this share [1]."""
    spike_floor_ratio: float
    """Nothing up to this share of ``max_kw`` is a spike [1]."""
    stuck_h: float
    """Equal energies above zero for this long are a frozen value [h]."""
    stuck_counts: int
    """Energies of fewer counts of the dial are too coarse to differ."""
    zero_h: float
    """Below ``min_kw`` for this long is silence under load [h]."""
    jump_ratio: float
    """A day whose base and top are this multiple of usual, or its inverse, is a jump [1]."""
    jump_days: int
    """How many days before make the usual day."""
    clear_sky_margin_ratio: float
    """Generation up to this multiple of the clear sky is in order [1]."""
    night_below_deg: float
    """Depth of the sun below the horizon from which on it is night [°]."""
    night_most_ratio: float
    """Share of the rating that a PV meter may show at night by noise [1]."""
    drift_most_min: float
    """Drift of a meter's clock against its parent that is in order [min]."""
    drift_correlation_min_ratio: float
    """Correlation of load steps from which on a parent sees a meter [1]."""
    skew_most_s: float
    """How far a gateway's clock may be ahead [s]."""


class DayCalendar(StrEnum):
    """Which days are alike."""

    STATE_COUNCIL = "state-council"
    """Workdays, weekends and holidays by the yearly notice; a year without notice has no like
    days."""
    WEEKDAYS = "weekdays"
    """Monday to Friday are alike, Saturday and Sunday are alike; holidays are not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimation:
    """Substitution methods in the order in which they are tried, and their limits."""

    methods: tuple[str, ...]
    """Words out of ``linear``, ``like-day`` and ``parent-difference``."""
    linear_most_h: float | None
    """Longest gap that a line may cross [h]."""
    reference_days: int | None
    """How many like days are averaged."""
    reference_reach_days: int | None
    """How far back they may lie."""
    reference_calendar: DayCalendar | None
    """Which days are alike."""
    parent_loss_ratio: float | None
    """Usual losses between the connection and the meters, as a share of what came in [1]."""
    parent_share_min_ratio: float | None
    """Least share of what came in that a meter must have to be seen at the connection [1]."""


KEYS_OF_METHOD: Final = {
    "linear": ("linear_most_h",),
    "like-day": ("reference_days", "reference_reach_days", "reference_calendar"),
    "parent-difference": ("parent_loss_ratio", "parent_share_min_ratio"),
}
"""Every method and the keys that it needs, and that only it may have."""


def check_estimation(estimation: Estimation | None) -> list[ParkProblem]:
    """Find methods that do not exist, keys that a method lacks, and keys that none uses.

    Args:
        estimation: The table; None where the park has none, and nothing is estimated.

    Returns:
        Every problem, in the order of the keys.
    """
    if estimation is None:
        return []
    known = tuple(KEYS_OF_METHOD)
    problems = [
        ParkProblem(
            path=("estimation", "methods"),
            given=repr(word),
            expected=f"each once, out of {', '.join(known)}",
            remedy=remedy_for_name(word, known=known, otherwise=f"write {known[0]}"),
        )
        for word in estimation.methods
        if word not in known or estimation.methods.count(word) > 1
    ]
    for method, keys in KEYS_OF_METHOD.items():
        for key in keys:
            problems += _key_problem(estimation, method, key, given=getattr(estimation, key))
    return problems


def _key_problem(
    estimation: Estimation, method: str, key: str, *, given: object
) -> list[ParkProblem]:
    is_used, is_given = method in estimation.methods, given is not None
    if is_used == is_given:
        return []
    return [
        ParkProblem(
            path=("estimation", key),
            given="a key that no method uses" if is_given else "nothing",
            expected=f"{key} exactly if methods holds {method}",
            remedy=f"remove it, or add {method}" if is_given else "write it, see docs/vee.md",
        )
    ]
