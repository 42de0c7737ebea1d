import numpy as np
import pytest

from taihang.core.sky.portable_math import (
    autoregressive,
    cosine_of_turns,
    exponential,
    interpolate,
    sine_of_turns,
)


def test_sine_of_turns__agrees_with_the_maths_library() -> None:
    turns = np.linspace(-3.0, 900.0, 200_001)

    # The reference itself loses digits in 2π·turns for large angles.
    assert np.abs(sine_of_turns(turns) - np.sin(2 * np.pi * np.mod(turns, 1.0))).max() < 1e-12
    assert np.abs(cosine_of_turns(turns) - np.cos(2 * np.pi * np.mod(turns, 1.0))).max() < 1e-12


def test_exponential__agrees_with_the_maths_library() -> None:
    x = np.linspace(-60.0, 60.0, 100_001)

    assert np.abs(exponential(x) / np.exp(x) - 1.0).max() < 1e-13


def test_interpolate__agrees_with_numpy_inside_and_outside() -> None:
    knots, values = np.array([0.0, 1.0, 4.0]), np.array([2.0, -1.0, 5.0])
    x = np.linspace(-2.0, 6.0, 801)

    assert np.abs(
        interpolate(x, knots=knots, values=values) - np.interp(x, knots, values)
    ).max() < (1e-12)


@pytest.mark.parametrize("memory_ratio", [0.0, 0.45, 0.992])
def test_autoregressive__follows_its_recursion(memory_ratio: float) -> None:
    shocks = np.cos(np.arange(3_000.0) ** 2)

    process = autoregressive(shocks.copy(), memory_ratio=memory_ratio)

    fresh = np.sqrt(1.0 - memory_ratio**2)
    assert shocks[0] == process[0]
    again = memory_ratio * process[:-1] + fresh * shocks[1:]
    assert np.abs(process[1:] - again).max() < 1e-9


def test_autoregressive__begins_alike_whatever_its_length() -> None:
    shocks = np.cos(np.arange(5_000.0) ** 2)

    longer = autoregressive(shocks.copy(), memory_ratio=0.99)

    for n in (1, 2, 63, 64, 65, 4_097):
        assert (
            longer[:n].tobytes() == autoregressive(shocks[:n].copy(), memory_ratio=0.99).tobytes()
        )
