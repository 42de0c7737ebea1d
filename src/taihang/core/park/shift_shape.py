"""The plain shape of a day under a shift pattern: what a project draws that nobody has measured."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftShape:
    """Power in each interval of a day, relative to the full working level."""

    workday_ratio: NDArray[np.float64]
    """Shape (n_steps_per_day,). [1]"""
    saturday_ratio: NDArray[np.float64]
    sunday_ratio: NDArray[np.float64]
    holiday_ratio: NDArray[np.float64]
