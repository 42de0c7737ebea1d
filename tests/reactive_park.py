"""A small park whose first user has a register of reactive energy beside its meter."""

from typing import Final

import numpy as np

from small_park import AUGUST, E01, E02, GRID, PV01, park_text
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
    names = ", ".join(f'"{line.split()[0]}"' for line in lines)
    more = f"[gateways.GW3]\nmeters = [{names}]\n[reactive_meters]\n{''.join(lines)}"
    return park_text(gateway_1=E01 + PV01, gateway_2=E02, more=GRID) + more


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
    times_s: "np.typing.NDArray[np.int64]",
    counts: "np.typing.NDArray[np.int64]",
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
