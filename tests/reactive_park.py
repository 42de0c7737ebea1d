"""A small park whose first user has a register of reactive energy beside its meter."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from small_park import AUGUST, text_with
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import STEP_S, Period
from taihang.core.series import Quality, Quantity

MODULUS: Final = 10**7
SCALE_VARH: Final = 100
Q_E01: Final = (
    'Q-E01 = { node = "E01", resolution_varh = 1, multiplier = 100, digits = 7, max_kvar = 2000 }\n'
)


def text(*lines: str) -> str:
    """A park file with the given lines of [reactive_meters], all of one gateway."""
    return text_with("reactive_meters", *lines)


PARK: Final = text(Q_E01)


def registers(
    kvarh: int, *, period: Period = AUGUST, point: str = "Q-E01", first: int = 0
) -> ReadingBlock:
    """Registers at every edge of a period whose difference is so many kvarh."""
    counts = kvarh * 1_000 // SCALE_VARH
    n = period.n_steps
    return block(
        period.start_s + STEP_S * np.arange(n + 1, dtype=np.int64),
        (first + np.arange(n + 1, dtype=np.int64) * counts // n) % MODULUS,
        point=point,
    )


def block(
    times_s: NDArray[np.int64],
    counts: NDArray[np.int64],
    *,
    point: str = "Q-E01",
) -> ReadingBlock:
    """Measured registers at given times."""
    return ReadingBlock(
        point=point,
        quantity=Quantity.REGISTER,
        unit="varh",
        scale=str(SCALE_VARH),
        modulus=MODULUS,
        times_s=times_s,
        counts=counts,
        quality=np.full(len(counts), Quality.MEASURED, np.uint8),
    )
