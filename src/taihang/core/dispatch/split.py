"""Splits one set-point among several batteries, each by what it can still give or take.

The rule of the field: in proportion to the usable energy (to a power of it), as far as the
inverters go; what one cannot take goes on to the others in the same proportion, until nothing is
left or everybody is full. Batteries behind one inverter count together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.dispatch.model import Reals
from taihang.core.errors import InputError

_LEFT_RATIO: Final = 1e-12
"""Share of the set-point below which nothing is left [1]."""


class PowerSplitError(InputError):
    """A set-point cannot be split among what was given."""

    code = "input.power-split"


@dataclass(frozen=True, slots=True)
class Inverter:
    """An inverter and what is behind it."""

    id: str
    usable_kwh: float
    """Energy that its batteries can still give (or take) within their limits [kWh]."""
    power_kw: float
    """The least of what the inverter and its batteries can carry [kW]."""


@dataclass(frozen=True, slots=True)
class Split:
    """What each inverter does, and what nobody can do."""

    power_kw: tuple[float, ...]
    """In the order given [kW]."""
    remaining_kw: float
    """What of the set-point is left [kW]."""


def split_power(
    set_point_kw: float, inverters: Sequence[Inverter], *, exponent_ratio: float
) -> Split:
    """Split a power, 0 or more, among inverters.

    Args:
        set_point_kw: What all of them together shall do, one way. [kW]
        inverters: Who shares in it.
        exponent_ratio: How strongly fuller batteries are preferred: 0 not at all, 1 in proportion.

    Returns:
        The split.

    Raises:
        PowerSplitError: If a number is negative or not finite, or nobody is there.

    Example:
        >>> two = (Inverter("a", 10.0, 500.0), Inverter("b", 20.0, 500.0))
        >>> split_power(600.0, two, exponent_ratio=1.0).power_kw
        (200.0, 400.0)
    """
    most_kw = np.array([one.power_kw for one in inverters])
    usable_kwh = np.array([one.usable_kwh for one in inverters])
    numbers = np.array([set_point_kw, exponent_ratio, *most_kw, *usable_kwh])
    if not len(inverters) or not np.isfinite(numbers).all() or numbers.min() < 0.0:
        raise PowerSplitError(
            given=f"{set_point_kw} kW, exponent {exponent_ratio}, {list(inverters)}",
            expected="finite numbers of 0 or more, and at least one inverter",
            remedy="split charging and discharging apart, each as a positive power",
        )
    # Nothing usable shares in nothing, whatever the exponent.
    weights = np.where(usable_kwh > 0.0, usable_kwh**exponent_ratio, 0.0)
    power_kw = _filled(set_point_kw, most_kw, weights)
    return Split(tuple(power_kw.tolist()), max(set_point_kw - float(power_kw.sum()), 0.0))


def _filled(set_point_kw: float, most_kw: Reals, weight_ratio: Reals) -> Reals:
    """Fill in proportion; each round at least one inverter is full, or nothing is left."""
    power_kw = np.zeros(len(most_kw))
    for _ in range(len(most_kw)):
        left_kw = set_point_kw - float(power_kw.sum())
        is_open = (power_kw < most_kw) & (weight_ratio > 0.0)
        if left_kw <= _LEFT_RATIO * set_point_kw or not is_open.any():
            break
        open_weight = np.where(is_open, weight_ratio, 0.0)
        more_kw = left_kw * open_weight / open_weight.sum()
        power_kw = np.minimum(power_kw + more_kw, most_kw)
    return power_kw
