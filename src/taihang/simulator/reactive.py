"""Registers of reactive energy, hour by hour: what the meters beside them count, by one angle.

The angle of a user is the same in every interval; compensation that is switched through the day
is left out. Plants run at unity power factor: all reactive energy of a load comes through its grid
meter, also in the hours in which a dedicated line brings the active energy past it.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.park.park import Park
from taihang.core.park.reactive_meter import ReactiveMeter
from taihang.core.park.topology import Direction
from taihang.core.periods import STEP_S
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.simulator.plan import PlanMissingError
from taihang.simulator.streams import Stream

_STEPS_AN_HOUR: Final = int(SECONDS_PER_HOUR) // STEP_S
_PER_MILLE: Final = 1_000
_TAN_MIN: Final = 250
"""Least tangent of the angle [‰]: a power factor of 0.97."""
_TAN_SPAN: Final = 350
"""So much above it the largest is [‰]: 0.86."""
_DRAWN: Final = frozenset((Direction.CONSUMPTION, Direction.IMPORT))


def reactive_registers(
    park: Park, upto_wh: Mapping[str, NDArray[np.int64]], *, seed: int
) -> dict[str, NDArray[np.int64]]:
    """Return what the registers of reactive energy show at each hour of a run.

    Args:
        park: The park.
        upto_wh: What each meter had counted since the beginning of the world at each edge of the
            run, shape (n_steps + 1,) [Wh].
        seed: Names the world.

    Returns:
        Registers by id, shape (n_hours + 1,) [counts].

    Raises:
        PlanMissingError: If nothing beside a register says what its user draws.
    """
    return {
        meter.id: _register(meter, park, upto_wh, seed) for meter in park.reactive_meters.values()
    }


def _register(
    meter: ReactiveMeter, park: Park, upto_wh: Mapping[str, NDArray[np.int64]], seed: int
) -> NDArray[np.int64]:
    beside = [
        each.id
        for each in park.meters.values()
        if each.node == meter.node and each.measures in _DRAWN and each.id in upto_wh
    ]
    if not beside:
        raise PlanMissingError(
            given=f"the register {meter.id} at {meter.node}, beside which no meter is simulated",
            expected="a meter of what the same node draws",
            remedy="simulate without the register, or give the node a meter",
        )
    stream = Stream(seed, "reactive", meter.id)
    start, tan = int(stream.one() * meter.modulus), _TAN_MIN + int(stream.one() * _TAN_SPAN)
    active_wh = np.zeros_like(upto_wh[beside[0]])
    for name in beside:
        active_wh += upto_wh[name]
    varh = active_wh[::_STEPS_AN_HOUR] * tan // _PER_MILLE
    return (start + varh // meter.scale) % meter.modulus
