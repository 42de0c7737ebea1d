"""Sine, exponential and smoothing that give the same last bit on every machine.

A simulation promises the same bytes everywhere. The sine and exponential of a maths library differ
in the last bit between processors, and one such bit can tip a rounding to whole watt-hours. So
these use only what IEEE 754 fixes exactly: add, subtract, multiply, divide, round, and scaling by
powers of two, one array operation at a time, so that no compiler can fuse two of them.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_TWO_PI: Final = 6.283185307179586
_LN_2: Final = 0.6931471805599453
_SINE_TERMS: Final = 9
"""Up to x^17: off by less than 1e-13 on a quarter turn."""
_EXPONENTIAL_TERMS: Final = 13
"""Up to x^13: off by less than 1e-15 on half of ln 2."""
_FORGOTTEN: Final = 1e-13
"""Weight below which a past shock no longer shows."""
_QUARTER: Final = 0.25


def sine_of_turns(turns: Floats) -> Floats:
    """Return the sine of angles given in full turns.

    Args:
        turns: Angles, any shape. [turn]

    Returns:
        The sines, same shape, within 1e-12.

    Example:
        >>> sine_of_turns(np.array([0.0, 0.25, 0.5, -0.25])).tolist()
        [0.0, 1.0, 0.0, -1.0]
    """
    folded = turns - np.rint(turns)
    half = np.copysign(0.5, folded)
    folded = np.where(np.abs(folded) > _QUARTER, half - folded, folded)
    x = folded * _TWO_PI
    square = x * x
    series = np.ones_like(x)
    for n in range(2 * _SINE_TERMS - 2, 0, -2):
        series = 1.0 - series * square / (n * (n + 1))
    return np.clip(series * x, -1.0, 1.0)


def cosine_of_turns(turns: Floats) -> Floats:
    """Return the cosine of angles given in full turns, within 1e-12 [turn]."""
    return sine_of_turns(turns + _QUARTER)


def exponential(x: Floats) -> Floats:
    """Return e to the power of x, within 1e-13 of the value, for x between -700 and 700.

    Example:
        >>> bool(abs(exponential(np.array([1.0]))[0] - 2.718281828459045) < 1e-13)
        True
    """
    power = np.rint(x / _LN_2)
    rest = x - power * _LN_2
    series = np.ones_like(rest)
    for n in range(_EXPONENTIAL_TERMS, 0, -1):
        series = 1.0 + series * rest / n
    return np.ldexp(series, power.astype(np.int32))


def interpolate(x: Floats, *, knots: Floats, values: Floats) -> Floats:
    """Return values on straight lines between knots; flat beyond the first and the last.

    Args:
        x: Where values are wanted, shape (n,).
        knots: Strictly increasing, shape (k,), at least two.
        values: Value at each knot, shape (k,).

    Returns:
        The values at x, shape (n,).

    Example:
        >>> interpolate(np.array([0.5, 9.0]), knots=np.array([0.0, 1.0]), values=np.array([0.0, 4]))
        array([2., 4.])
    """
    left = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)
    share = (np.clip(x, knots[0], knots[-1]) - knots[left]) / (knots[left + 1] - knots[left])
    rise = values[left + 1] - values[left]
    return values[left] + share * rise


def smoothstep(x: Floats) -> Floats:
    """Return 0 below 0, 1 above 1, and a smooth climb between.

    Example:
        >>> smoothstep(np.array([-1.0, 0.5, 2.0])).tolist()
        [0.0, 0.5, 1.0]
    """
    inside = np.clip(x, 0.0, 1.0)
    return inside * inside * (3.0 - 2.0 * inside)


def autoregressive(shocks: Floats, *, memory_ratio: float) -> Floats:
    """Turn independent shocks of variance 1 into a first-order process of variance 1.

    Entry t depends on the shocks up to t only, so a longer series begins like a shorter one.
    The sum over the past is built by doubling, which needs no loop over time.

    Args:
        shocks: Independent values of mean 0 and variance 1, shape (n,).
        memory_ratio: Correlation of neighbours, at least 0 and below 1. [1]

    Returns:
        The process, shape (n,), of variance 1 from its first entry on.

    Example:
        >>> autoregressive(np.array([1.0, 0.0, 0.0]), memory_ratio=0.6).tolist()
        [1.0, 0.6, 0.36]
    """
    process = shocks * np.sqrt(1.0 - memory_ratio * memory_ratio)
    process[:1] = shocks[:1]
    lag, weight = 1, memory_ratio
    while lag < len(process) and weight > _FORGOTTEN:
        process[lag:] += weight * process[:-lag]
        lag, weight = 2 * lag, weight * weight
    return process
