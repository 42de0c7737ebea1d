"""Every point of every gateway: what it measures, what came last, and how much of it is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from taihang.core.park.medium_meter import MediumMeter
from taihang.core.park.park import Park
from taihang.core.park.reactive_meter import ReactiveMeter
from taihang.core.park.topology import Meter
from taihang.core.periods import STEPS_PER_DAY
from taihang.core.series import Quality
from taihang.services.coverage import Coverage, MeterDays, coverage
from taihang.services.ports import Ports

LOOKED_AT_DAYS: Final = 7
"""So many days, up to the last of which anything is known, say how much is known now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointState:
    """One point that a gateway sends."""

    id: str
    node: str
    """What it measures; empty of one that the park file does not know any more."""
    measures: str
    """The direction, the medium, or ``reactive``."""
    unit: str
    last_s: int | None
    """Time of its last usable reading [s]; None where none came."""
    last_value: Decimal | None
    """Its register then, in ``unit``."""
    known_ratio: float | None
    """Share of the intervals of the last days that is measured; None where none was expected."""


@dataclass(frozen=True, slots=True)
class GatewayPoints:
    """What one gateway sends."""

    gateway: str
    points: tuple[PointState, ...]

    @property
    def last_s(self) -> int | None:
        """Time of the last usable reading of any of its points [s]."""
        return max((each.last_s for each in self.points if each.last_s is not None), default=None)

    @property
    def known_ratio(self) -> float | None:
        """Share that is measured, of all of its points of which anything was expected."""
        found = [each.known_ratio for each in self.points if each.known_ratio is not None]
        return sum(found) / len(found) if found else None


def meters_of_gateways(*, ports: Ports) -> tuple[GatewayPoints, ...]:
    """Look at every point of every gateway of the park file.

    Args:
        ports: The outside world.

    Returns:
        The gateways in the order of the file.
    """
    last, known = _last_readings(ports), coverage(ports=ports, n_days=LOOKED_AT_DAYS)
    ratios = {each.meter: _known_ratio(each, known) for each in known.meters}
    return tuple(
        GatewayPoints(
            gateway.id, tuple(_point(name, ports.park, last, ratios) for name in gateway.meters)
        )
        for gateway in ports.park.gateways.values()
    )


def _last_readings(ports: Ports) -> Mapping[str, tuple[int, int]]:
    """Return time and count of the last usable reading of each point that is a meter."""
    places, rows = ports.lake.last()
    found: dict[str, tuple[int, int]] = {}
    for code, last_s, count in zip(rows["code"], rows["last_s"], rows["last_count"], strict=True):
        point = places[int(code)][0]
        found[point] = max(found.get(point, (0, 0)), (int(last_s), int(count)))
    return found


def _point(
    name: str,
    park: Park,
    last: Mapping[str, tuple[int, int]],
    ratios: Mapping[str, float | None],
) -> PointState:
    meter = park.register_meter(name)
    last_s, count = last.get(name, (None, 0))
    scale = 0 if meter is None else meter.scale
    return PointState(
        id=name,
        node="" if meter is None else meter.node,
        measures="" if meter is None else _measures(meter),
        unit="" if meter is None else str(meter.unit),
        last_s=last_s,
        last_value=None if last_s is None or not scale else Decimal(count * scale),
        known_ratio=ratios.get(name),
    )


def _measures(meter: Meter | MediumMeter | ReactiveMeter) -> str:
    if isinstance(meter, Meter):
        return meter.measures.value
    return meter.medium if isinstance(meter, MediumMeter) else "reactive"


def _known_ratio(meter: MeterDays, known: Coverage) -> float | None:
    """Return the measured share: as settled, and as arrived on the days after."""
    n_open = int(np.count_nonzero(~known.is_settled))
    expected = int(meter.expected.sum()) + n_open * STEPS_PER_DAY
    there = meter.total(Quality.MEASURED) + int(meter.arrived.sum())
    return min(1.0, there / expected) if expected else None
